"""The guided comparison "cramps or restless legs?": what is read out of free words, and how the questions go.

The tables say how people answer, in our own words. First the reader alone, then whole talks with the answers, without the model.
"""

import json
import time
from itertools import product

import pytest

from legcramps.answers import (
    Composer,
    Context,
    Heard,
    Mention,
    Outcome,
    PieceKind,
    Told,
    Topic,
    comparison,
    read_told,
    respond,
)
from legcramps.answers.comparison import LIKE, MAX_AWAY, MISSES, POINTS, STATEMENTS, TIMED, UNLIKE_THE_OTHER, overall
from legcramps.answers.registry import INTENTS
from legcramps.nlu.scope_guard import CLAIMS

MOST_WORDS = 90
HIGHEST_GRADE = 8

# --- what is read -----------------------------------------------------------------------------------------------------

# Point → value → replies to the question about that point. None: cannot be read, so it is asked again.
ASKED = {
    "pain": {
        "yes": [
            "yes", "it does", "hurts like hell", "oh god yes", "YES!!!", "terribly", "agony", "it's excruciating",
            "yeah quite a lot", "it really hurts", "sore as anything", "8 out of 10", "ouch yes", "i nearly scream",
            "a stabbing pain in the calf", "aches all night", "painful yes", "very", "very painful",
            "it's so painful i cry", "of course it hurts, it's horrible", "yea it kills", "unbearable",
            "yep, throbbing", "definitely painful", "it wakes me up screaming", "hurst a lot", "sure does",
            "I'd say so, it hurts", "it's painful when it happens", "yes but only in the calf", "mostly yes",
            "usually", "worse than childbirth", "it's not just uncomfortable, it hurts", "yes it can be",
            "can't sleep for the pain", "the pain is unreal", "not half, it's killing me", "pain? yes",
        ],
        "no": [
            "no", "nope", "not really", "not at all", "it doesn't hurt", "doesn't hurt, just feels weird",
            "no pain", "painless", "no, it's just annoying", "i wouldn't call it painful",
            "nah it tickles more than anything", "never hurts", "zero pain", "it isn't painful",
            "no it just feels crawly", "there's no pain", "don't feel any pain", "hurt? no",
            "it's not pain exactly", "without pain", "nothing hurts", "not a bit", "no hurting at all",
            "just uncomfortable", "no ache, nothing", "it dont hurt", "ain't painful", "hardly any pain no",
            "not in the least",
        ],
        "some": [
            "sometimes", "a bit", "a little", "it depends", "both", "yes and no", "some nights", "only slightly",
            "kind of", "hurts a bit", "sometimes it hurts sometimes not", "not always", "it's uncomfortable",
            "mild pain", "on and off", "not very", "a little bit sore", "now and then", "it varies", "3/10",
        ],
        "unsure": [
            "not sure", "i don't know", "no idea", "dunno", "hard to say", "maybe", "can't tell", "skip",
            "not sure if it hurts really", "I can't say it hurts", "i honestly can't remember", "i'm half asleep",
            "pass", "🤷",
        ],
        None: [
            "blue", "what?", "the left one", "both legs", "mm", "my wife wakes me", "tuesday", "I live in Leeds",
            "restless legs",
        ],
    },
    "urge": {
        "yes": [
            "yes", "i have to move them", "I need to move", "can't keep still", "cannot lie still",
            "they want to move", "yes constantly", "it's like ants crawling", "creepy crawly feeling",
            "i get up and walk around", "strong urge yes", "i keep kicking", "i have to get up and pace",
            "always fidgeting", "an irresistible urge", "legs won't stay still", "i must shake my legs",
            "yeah it's driving me nuts", "moving makes it go away", "it eases as soon as i move",
            "only better when i move", "jumpy legs", "it does and it's awful",
            "I feel like moving them all the time", "need to wiggle", "definitely, i can't stop moving them",
            "they feel restless", "i want to kick", "walking helps", "restless yes",
        ],
        "no": [
            "no", "nope", "no urge", "no need to move", "i don't need to move", "not really an urge",
            "i just lie still", "i can't even move", "no i just grab my calf", "moving hurts", "no it's just pain",
            "not an urge no", "no desire to move them", "i don't feel like moving", "it isn't an urge", "never",
            "no, the opposite", "no urge at all, just pain", "I dont have to move them", "there is no urge",
        ],
        "some": [
            "sometimes", "a bit", "a bit of an urge", "some nights i have to move", "now and then", "both",
            "occasionally yes", "kinda", "on and off",
        ],
        "unsure": [
            "not sure", "dunno", "maybe", "can't say", "i don't know if it's an urge",
        ],
        None: [
            "purple", "i'm not sure what you mean", "it hurts", "the calf", "huh",
        ],
    },
    "lasts": {
        "short": [
            "no", "not long", "a minute", "2 minutes", "about 30 seconds", "a few secs", "couple of minutes tops",
            "5 min", "1-2 min", "less than a minute", "it's quick", "over quickly", "seconds", "just a few seconds",
            "a moment", "it passes quickly", "short", "ten minutes or so", "up to five minutes", "maybe 3 mins",
            "two or three minutes", "not more than a minute", "gone in seconds", "brief", "it doesn't last long",
            "not for long", "only a short while", "half a minute", "1 min", "minutes", "60 secs", "a split second",
            "it doesn't", "max 10 min", "roughly four minutes i think",
        ],
        "long": [
            "yes", "hours", "all night", "ages", "forever", "it goes on for hours", "2 hours", "a couple of hours",
            "the whole night", "until i fall asleep", "half the night", "on and on", "constantly", "it never stops",
            "an hour or two", "1.5 hours", "long", "very long", "too long", "most of the evening",
            "hours and hours", "a long time", "two to three hours", "till morning", "it keeps going",
            "at least an hour", "over an hour", "quite a while", "90 minutes", "1h", "it does",
        ],
        "some": [
            "half an hour", "20 minutes", "15-30 min", "it varies", "sometimes", "both", "5 to 20 minutes",
            "from seconds to hours", "depends", "in between", "45 mins", "a quarter of an hour",
            "about half an hour", "different every time, it varies",
        ],
        "unsure": [
            "no idea", "not sure", "i don't know how long it lasts", "never timed it, no idea", "i was asleep",
            "hard to say", "dunno",
        ],
        None: [
            "3 times a week", "every night", "at 3 am", "since monday", "for years", "green", "every 20 minutes",
            "2",
        ],
    },
    "muscle": {
        "yes": [
            "yes", "rock hard", "like a rock", "hard as stone", "the calf goes hard", "it tightens up",
            "tight as a drum", "goes solid", "knots up", "it's a knot", "i can feel a lump", "balls up", "seizes",
            "it locks", "it cramps up", "it spasms", "stiff", "the calf, yes", "totally rigid", "clenched",
            "contracts", "my foot curls and goes stiff", "yes suddenly", "like a golf ball",
            "it feels like a tennis ball in there", "hard", "very tight", "the muscle bunches up",
            "it does go tight", "tense and hard",
        ],
        "no": [
            "no", "nope", "it's soft", "muscle is normal", "not tight", "not hard", "doesn't go hard", "no knot",
            "nothing goes hard", "no tightness", "feels normal", "the muscle stays loose", "not that i know",
            "it isn't tight", "no hard muscle", "no it's soft", "doesn't tighten", "not at all",
        ],
        "some": [
            "sometimes", "a bit tight", "a little hard", "not always", "occasionally goes hard", "slightly tight",
            "kind of", "both",
        ],
        "unsure": [
            "not sure", "can't tell", "never checked, dunno", "hard to say", "it's hard to tell",
            "i've never noticed", "i don't know if it goes hard",
        ],
        None: [
            "yellow", "hmm", "in bed",
        ],
    },
}  # fmt: skip

# What a message tells of any point, whatever was asked.
TOLD = [
    ("It hurts like hell and the calf is like a rock", "pain=yes muscle=yes"),
    ("my legs are crawly, I must move them, is it cramps or rls", "urge=yes"),
    ("do i have cramps or restless legs?", ""),
    ("it doesn't hurt", "pain=no"),
    ("it doesnt hurt at all", "pain=no"),
    ("no pain whatsoever", "pain=no"),
    ("no real pain", "pain=no"),
    ("painless really, i just cant keep still", "urge=yes"),
    ("not painful just super annoying", "pain=no"),
    ("I wouldn't say it hurts", "pain=no"),
    ("i wouldn't call it pain", "pain=no"),
    ("not very painful", "pain=some"),
    ("it hurts sometimes", "pain=some"),
    ("hurts a bit", "pain=some"),
    ("not always painful", "pain=some"),
    ("it's agony", "pain=yes"),
    ("I scream every time", "pain=yes"),
    ("it's killing me", "pain=yes"),
    ("can't sleep because it hurts", "pain=yes"),
    ("can't stand the pain", "pain=yes"),
    ("not sure if it hurts", "pain=unsure"),
    ("hard to say whether it's pain", "pain=unsure"),
    ("pain: no, urge: yes", "pain=no urge=yes"),
    ("pain no urge yes", "pain=no urge=yes"),
    ("no pain or tightness", "pain=no muscle=no"),
    ("no pain and no urge", "pain=no urge=no"),
    ("no pain but i have to move", "pain=no urge=yes"),
    ("it's not the pain, it's the need to move", "pain=no urge=yes"),
    ("the muscle doesnt go hard but i cant keep still, is that cramps or the restless one", "muscle=no urge=yes"),
    ("it tightens for a minute and hurts like hell, is that cramp or rls?", "muscle=yes lasts=short pain=yes"),
    ("calf goes hard + pain = cramp or rls for me?", "muscle=yes pain=yes"),
    ("mine creeps and crawls, doesnt hurt, so which one would you say", "pain=no"),
    ("my legs feel fidgety and then hurt, which is it", "urge=yes pain=yes"),
    ("i have to keep moving my legs in bed, so do i have rls not cramps?", "urge=yes"),
    ("it hurts and goes hard for a minute. cramp or restless legs?", "pain=yes muscle=yes lasts=short"),
    ("does it hurt with restless legs?", ""),
    ("do cramps hurt", ""),
    ("restless legs don't hurt, right?", ""),
    ("is RLS painful", ""),
    ("about two minutes", "lasts=short"),
    ("2 min", "lasts=short"),
    ("5m", "lasts=short"),
    ("30 secs", "lasts=short"),
    ("thirty seconds", "lasts=short"),
    ("a few seconds", "lasts=short"),
    ("a couple of mins", "lasts=short"),
    ("half an hour", "lasts=some"),
    ("20-30 minutes", "lasts=some"),
    ("hours", "lasts=long"),
    ("2 to 3 hours", "lasts=long"),
    ("an hour or two", "lasts=long"),
    ("an hour and a half", "lasts=long"),
    ("1.5 hrs", "lasts=long"),
    ("2h", "lasts=long"),
    ("it goes on all night", "lasts=long"),
    ("the whole evening", "lasts=long"),
    ("ages", "lasts=long"),
    ("until I fall asleep", "lasts=long"),
    ("on and on", "lasts=long"),
    ("not long", "lasts=short"),
    ("not for long", "lasts=short"),
    ("it's over quickly", "lasts=short"),
    ("it goes away fast", "lasts=short"),
    ("doesn't last long", "lasts=short"),
    ("just a moment", "lasts=short"),
    ("from seconds to hours", "lasts=some"),
    ("5 to 20 minutes", "lasts=some"),
    ("every ten minutes", ""),
    ("two hours after I fall asleep", ""),
    ("10 minutes ago", ""),
    ("for 2 weeks now", ""),
    ("3 nights a week", ""),
    ("gone in a minute", "lasts=short"),
    ("within seconds it's gone", "lasts=short"),
    ("feels like forever but it's one minute", "lasts=short"),
    ("it never stops", "lasts=long"),
    ("no urge", "urge=no"),
    ("no need to move", "urge=no"),
    ("i don't need to move them", "urge=no"),
    ("i can't keep my legs still", "urge=yes"),
    ("they won't stay still", "urge=yes"),
    ("I feel I have to move my legs", "urge=yes"),
    ("strong urge to kick", "urge=yes"),
    ("it only stops when i move", "urge=yes"),
    ("moving them helps", "urge=yes"),
    ("better when I move", "urge=yes"),
    ("no desire to move at all", "urge=no"),
    ("not really an urge", "urge=no"),
    ("i can lie still", ""),
    ("sometimes i have to move", "urge=some"),
    ("rock hard", "muscle=yes"),
    ("the calf goes hard", "muscle=yes"),
    ("hard as a stone", "muscle=yes"),
    ("it knots up", "muscle=yes"),
    ("my calf balls up like a tennis ball", "muscle=yes"),
    ("seizes up", "muscle=yes"),
    ("muscle is not hard", "muscle=no"),
    ("nothing goes tight", "muscle=no"),
    ("not tight and not hard", "muscle=no"),
    ("it's not hard and tight", "muscle=no"),
    ("no knot", "muscle=no"),
    ("it's hard to tell", ""),
    ("it's hard to sleep", ""),
    ("it was a hard day", ""),
    ("no it isn't an urge, it's my calf going rock hard for a few minutes and it hurts", "urge=no muscle=yes lasts=short pain=yes"),
    ("it does not hurt, actually wait it does hurt", "pain=yes"),
    ("not only does it hurt, the muscle goes tight", "pain=yes muscle=yes"),
    ("it isn't just painful, it's agony", "pain=yes"),
    ("the pain never goes away", "pain=yes lasts=long"),
    ("Would you call it cramp if there's no pain, only a pull to move?", "pain=no urge=yes"),
    ("walking around makes it go away instantly so is that restless legs that i have or a cramp", ""),
    ("Is this cramp or rls: crawling feeling, no pain, better when i walk", "pain=no"),
    ("is what i'm getting actually cramp? its more like an itch inside my bones and i need to shake my legs", "urge=yes"),
    ("The calf knots up and I yell. Am I right in calling it a cramp and not restless legs?", "muscle=yes pain=yes"),
    ("mum fidgets her legs all evening long but no pain, that's restless legs surely not cramp?", "urge=yes lasts=long pain=no"),
    ("My legs won't stay still in the evening and I have to get up, which is that, cramps or the restless one?", "urge=yes"),
    ("how long do restless legs last", ""),
    ("I slept for two hours and then my calf cramped", ""),
    ("???", ""),
    ("asdf", ""),
]  # fmt: skip

# Replies to whatever was asked.
REPLIES = {
    "yes": [
        "yes", "Yeah", "yep!", "y", "oh yes", "yes it does", "it does", "it sure does", "definitely", "of course",
        "I think so", "absolutely", "uh huh", "👍", "hell yes", "they do", "there is", "probably", "yesss", "yse",
        "usually", "most of the time", "a lot", "very much so", "yes it hurts", "no doubt", "yes, is that bad?",
        "well, yes", "yes definitely", "no wait, yes",
    ],
    "no": [
        "no", "Nope", "nah", "no.", "not at all", "not really", "it doesn't", "no it does not", "I don't think so",
        "none", "never", "no way", "nothing like that", "nooo", "n", "they don't", "there isn't", "not that i know",
        "hell no", "definitely not", "no it just crawls", "um no",
    ],
    "unsure": [
        "not sure", "I'm not sure", "dunno", "idk", "no idea", "i don't know", "can't say", "hard to say", "maybe",
        "i honestly don't remember", "skip", "pass", "no clue", "never noticed", "i was asleep", "🤷",
        "difficult to say", "hmm not sure really",
    ],
    "some": [
        "both", "a bit of both", "sometimes", "yes and no", "it depends", "now and then", "a little", "kind of",
        "kinda", "only sometimes", "yes, sometimes", "yes but not always", "no, only sometimes", "some nights",
        "so so", "on and off", "varies", "not always", "somewhat",
    ],
    None: [
        "no pain", "no urge at all", "both legs", "my calf", "blue", "what?",
    ],
}  # fmt: skip

QUESTIONS = [
    "what causes cramps?", "is it dangerous?", "how can i stop it", "why do I get them", "is that bad",
    "should i see a doctor", "tell me about treatment", "what about diabetes", "and anemia?",
    "can pregnancy cause this", "so what is RLS",
]  # fmt: skip
NO_QUESTIONS = [
    "it hurts", "yes", "is painful", "does hurt yes", "when i lie down i have to move", "sometimes",
    "in my left calf", "how it feels: like a rock", "no", "ages", "?",
]  # fmt: skip
STOPS = [
    "stop", "Stop please", "quit", "never mind", "forget it", "leave it", "i don't want to answer that",
    "no more questions", "enough", "let's stop", "that's enough", "ok stop", "stop asking me questions", "cancel",
    "i'm done",
]  # fmt: skip
NO_STOPS = [
    "it stops when i walk", "it won't stop", "the pain stops after a minute", "no", "done in a minute", "it stops",
]  # fmt: skip
NODS = [
    "ok", "okay", "go on", "continue", "let's go on", "go ahead", "ready", "back to the questions",
    "carry on please", "yes let's continue",
]  # fmt: skip


@pytest.fixture
def reply_to(composer):
    """Says a text when a point is pending, with an intent that tells nothing; gives what is known of the point then."""

    def say(point: str, text: str, intent: str = "nlu_fallback"):
        before = Context(notices=True, comparison={"asked": point, "missed": 0, "told": {}})
        after = respond(Heard(intent, told=read_told(text)), before, composer).context.comparison
        value = after["told"].get(point)
        return value and value.replace(TIMED, "")

    return say


@pytest.mark.parametrize(
    "point, value, text",
    [(point, value, text) for point, rows in ASKED.items() for value, texts in rows.items() for text in texts],
)
def test_a_reply_in_free_words_is_read_for_the_point_that_was_asked(reply_to, point, value, text):
    assert reply_to(point, text) == value


@pytest.mark.parametrize("text, points", TOLD, ids=[text for text, _ in TOLD])
def test_what_a_message_tells_of_any_point_is_read(text, points):
    assert read_told(text).points == dict(pair.split("=") for pair in points.split())


@pytest.mark.parametrize("value, text", [(value, text) for value, texts in REPLIES.items() for text in texts])
def test_yes_no_and_their_kin_are_read(value, text):
    assert read_told(text).reply == value


@pytest.mark.parametrize(
    "text", [text.upper() for text in ("yes it does", "no pain at all", "can't keep still", "2 mins")]
)
def test_capitals_change_nothing(text):
    assert read_told(text) == read_told(text.lower())


@pytest.mark.parametrize(
    ("text", "wish", "seen"),
    [
        (text, wish, seen)
        for texts, wish, seen in (
            (QUESTIONS, "asks", True),
            (NO_QUESTIONS, "asks", False),
            (STOPS, "stops", True),
            (NO_STOPS, "stops", False),  # what stops in the leg is no wish to stop
        )
        for text in texts
    ],
)
def test_a_question_and_a_wish_to_stop_are_seen(text, wish, seen):
    assert bool(getattr(read_told(text), wish)) is seen


@pytest.mark.parametrize("text", NODS)
def test_a_nod_is_no_answer(text):
    told = read_told(text)
    assert told.nods
    assert not told.points


@pytest.mark.parametrize("text", ["", " ", "???", "\n", "#", "🙂", "x" * 5000, "no\x00yes"])
def test_anything_can_be_read(text):
    assert isinstance(read_told(text), Told)


@pytest.mark.parametrize(
    "piece", "so |please |not |no |yes |hurts |1 minute |is totally |a|um |and |10-|keep them |? ".split("|")
)
def test_a_long_message_takes_no_long_time(piece):
    started = time.process_time()
    read_told(piece * (2000 // len(piece)))
    assert time.process_time() - started < 0.5


def test_nothing_of_the_words_is_kept():
    told = read_told("my aunt Mabel says it hurts, and I cannot keep still for hours")
    kept = json.dumps([told.points, told.hints, told.reply])
    assert not [word for word in ("aunt", "mabel", "hurts", "still") if word in kept.lower()]


# --- the points are the source's --------------------------------------------------------------------------------------


def test_a_point_is_asked_only_where_the_source_has_something_to_set_beside_it(knowledge):
    sides = {side for table in (LIKE, UNLIKE_THE_OTHER) for side in table.values()}
    assert sides == {"cramp", "restless"}
    for point in POINTS:
        assert knowledge.statements[STATEMENTS[point]].cites
        values = {
            (pair, side) for table in (LIKE, UNLIKE_THE_OTHER) for pair, side in table.items() if pair[0] == point
        }
        # Of a muscle that goes tight the source tells of cramps only: its lack speaks for nothing.
        told_of = {"cramp"} if point == "muscle" else sides
        assert {side for _, side in values} == told_of, f"{point}: the answers must tell the two apart"
        assert f"comparison.ask_{point}" in knowledge.phrases


def test_a_sign_that_is_missing_counts_less_than_one_that_is_there():
    # The source does not say that restless legs leave the muscle soft, or that a cramp brings no urge to move.
    assert overall({"urge": "no", "muscle": "no"}) == "open"
    assert overall({"muscle": "no", "urge": "some"}) == "open"
    assert overall({"urge": "no", "pain": "yes"}) == "cramp"


@pytest.mark.parametrize(
    "known, result",
    [
        ("pain=yes urge=no lasts=short muscle=yes", "cramp"),
        ("pain=no urge=yes lasts=long muscle=no", "restless"),
        ("pain=yes urge=yes lasts=short muscle=yes", "mixed_cramp"),
        ("pain=yes urge=yes lasts=long muscle=no", "mixed"),
        ("pain=no urge=yes lasts=long muscle=yes", "mixed_restless"),
        ("pain=yes", "one"),
        ("pain=unsure muscle=no", "one"),
        ("pain=yes urge=yes lasts=long muscle=yes", "mixed"),
        ("pain=yes urge=yes lasts=unsure muscle=unsure", "mixed"),
        ("pain=some urge=some lasts=some muscle=some", "open"),
        ("pain=yes urge=some lasts=some muscle=unsure", "cramp"),
        ("pain=unsure urge=unsure lasts=unsure muscle=unsure", "nothing"),
        ("", "nothing"),
    ],
)
def test_what_all_points_come_to(known, result):
    assert overall(dict(pair.split("=") for pair in known.split())) == result


VALUES = {point: (("short", "long") if point == "lasts" else ("yes", "no")) + ("some", "unsure") for point in POINTS}
ALL_KNOWN = [dict(zip(POINTS, values, strict=True)) for values in product(*VALUES.values())]


@pytest.fixture(scope="module")
def results(composer) -> list:
    """What is known → the result, for all that can be known: reached by telling the last point."""
    found = []
    for known in ALL_KNOWN:
        state = {"asked": POINTS[-1], "missed": 0, "told": {p: known[p] for p in POINTS[:-1]}}
        heard = Heard("nlu_fallback", told=Told(points={POINTS[-1]: known[POINTS[-1]]}))
        (answer,) = respond(heard, Context(notices=True, comparison=state), composer).answers
        found.append((known, answer))
    return found


def test_the_result_is_an_answer_with_citations_and_short(results):
    for _, answer in results:
        assert (answer.outcome, answer.topic) == (Outcome.ANSWERED, Topic.DIFFERENCE)
        assert answer.citations
        assert len(answer.text.split()) <= MOST_WORDS, answer.text


def test_the_result_goes_point_by_point_with_what_the_source_says_of_each(results):
    for known, answer in results:
        usable = [point for point in POINTS if known[point] != "unsure"]
        lines = [f"comparison.{point}_{known[point]}" for point in usable]
        assert [piece.key for piece in answer.pieces if piece.key in lines] == lines
        assert list(answer.statements) == [STATEMENTS[point] for point in usable or POINTS]


def test_the_result_is_no_diagnosis_and_names_whom_to_ask(results):
    for _, answer in results:
        assert "not a diagnosis" in answer.text
        assert "doctor or pharmacist" in answer.text
        for verdict in ("you have restless", "you have a cramp", "you have night", "it is restless", "it is a cramp"):
            assert verdict not in answer.text.lower()


def test_mixed_is_said_as_mixed_and_nothing_as_nothing(results):
    for known, answer in results:
        sides = {LIKE.get(pair) or UNLIKE_THE_OTHER.get(pair) for pair in known.items()} - {None}
        if len(sides) == 2 and overall(known) not in ("open", "one"):
            assert "mixed" in answer.text.lower()
        assert ("too little" in answer.text) == (list(known.values()).count("unsure") >= len(POINTS) - 1)


def test_every_phrase_of_the_comparison_is_used_and_plain(knowledge, composer, results):
    said = {piece.key for _, answer in results for piece in answer.pieces}
    said |= {
        f"comparison.lasts_{value}_timed" for value in ("short", "long", "some")
    }  # told as a time: tested by itself
    for key in (key for key in knowledge.phrases if key.startswith("comparison.")):
        if key.split(".")[1].startswith(("result", *POINTS)):
            assert key in said, key
        assert grade(knowledge.phrases[key].text) <= HIGHEST_GRADE, key


def grade(text: str) -> float:
    """The Flesch-Kincaid grade, syllables counted by groups of vowels."""
    words = "".join(ch if ch.isalpha() else " " for ch in text).split()
    sentences = max(1, sum(text.count(mark) for mark in ".?!"))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    vowels = [ch in "aeiouy" for ch in word.lower()]
    groups = sum(now and not before for before, now in zip([False, *vowels], vowels, strict=False))
    return max(1, groups - (word.lower().endswith("e") and groups > 1))


# --- how it goes ------------------------------------------------------------------------------------------------------


class Say:
    """A talk: `say("it hurts", "ask_relief")` is a text and what the model took it for."""

    def __init__(self, composer: Composer):
        self.composer = composer
        self.context = Context(notices=True)

    def __call__(self, text, intent="nlu_fallback", **heard):
        heard = Heard(intent, told=None if text is None else read_told(text), **heard)
        turn = respond(heard, self.context, self.composer)
        slots = json.loads(json.dumps(turn.context.as_slots()))
        assert Context.from_slots(slots) == turn.context
        assert len(json.dumps(slots["comparison"])) < 200
        self.context = turn.context
        return turn.answers

    @property
    def asked(self):
        state = self.context.comparison
        return None if state is None or state.get("away") else state["asked"]

    @property
    def told(self):
        return self.context.comparison and dict(self.context.comparison["told"])


@pytest.fixture
def say(composer):
    return Say(composer)


@pytest.fixture
def open_talk(say):
    say("do i have cramps or restless legs?", "tell_apart")
    return say


def keys(answers) -> list:
    return [piece.key for answer in answers for piece in answer.pieces]


def test_it_starts_with_what_it_does_and_the_first_question(say):
    (answer,) = say("do i have cramps or restless legs?", "tell_apart")
    assert (answer.outcome, answer.topic) == (Outcome.CLARIFY, Topic.DIFFERENCE)
    assert keys([answer]) == ["comparison.intro", "comparison.ask_pain"]
    assert [button.title for button in answer.buttons] == ["Yes", "No", "Not sure", "Stop"]
    assert say.asked == "pain"


@pytest.mark.parametrize(
    "text",
    [
        "how do i tell if it's rls or a charley horse?",
        "how am I to tell which of them I've got",
        "what is the difference between restless legs and what i have",
    ],
)
def test_how_to_tell_gets_what_the_source_says_and_then_the_first_question(say, text):
    difference, question = say(text, "tell_apart")
    assert (difference.outcome, difference.topic) == (Outcome.ANSWERED, Topic.DIFFERENCE)
    assert {"restless_legs.urge", "restless_legs.pain"} <= set(difference.statements)
    assert not difference.buttons
    assert keys([question])[:2] == ["comparison.intro", "comparison.ask_pain"]
    assert say.asked == "pain"


def test_what_was_just_said_of_the_difference_is_not_said_again(say):
    say("what's the difference between rls and cramps?", "ask_difference")
    (question,) = say("and how do i tell which one i have?", "tell_apart")
    assert question.outcome is Outcome.CLARIFY


def test_a_whole_comparison_in_free_words(open_talk):
    open_talk("hurts like mad", "express_feeling")
    assert open_talk.asked == "urge"
    open_talk("nah, i just grab it", "deny")
    open_talk("two or three minutes tops")
    (answer,) = open_talk("the calf is like a rock", "ask_symptoms")
    assert keys([answer]) == [
        "comparison.result_cramp", "comparison.pain_yes", "restless_legs.pain", "comparison.urge_no", "restless_legs.urge",
        "comparison.lasts_short_timed", "restless_legs.longer", "comparison.muscle_yes", "definition.tight", "comparison.closing",
    ]  # fmt: skip
    assert open_talk.context.comparison is None


@pytest.mark.parametrize(
    "presses, result",
    [
        ("affirm deny deny affirm", "cramp"),
        ("deny affirm affirm deny", "restless"),
        ("affirm affirm affirm affirm", "mixed"),
        ("be_unsure be_unsure be_unsure be_unsure", "nothing"),
    ],
)
def test_buttons_alone_lead_to_the_end(open_talk, presses, result):
    for intent in presses.split():
        (answer,) = open_talk(None, intent)
    assert answer.pieces[0].key == f"comparison.result_{result}"


def test_the_buttons_can_be_counted(open_talk):
    open_talk("the second one", "choose_option", option=2)
    assert open_talk.told == {"pain": "no"}
    open_talk("number three", "choose_option", option=3)
    assert open_talk.told == {"pain": "no", "urge": "unsure"}
    open_talk("2", "choose_option", option=2)
    assert open_talk.asked == "lasts", "a bare number may be minutes"
    open_talk("the last one", "choose_option", option=-1)
    assert open_talk.context.comparison is None


def test_one_message_may_answer_two_points(open_talk):
    open_talk("it hurts like hell and the calf is like a rock", "ask_relief")
    assert open_talk.told == {"pain": "yes", "muscle": "yes"}
    assert open_talk.asked == "urge"


def test_what_the_first_message_tells_is_not_asked_again(say):
    (answer,) = say("my legs are crawly and i must move them, no pain, is it cramps or rls", "tell_apart")
    assert say.told == {"pain": "no", "urge": "yes"}
    assert keys([answer]) == ["comparison.intro", "comparison.intro_noted", "comparison.ask_lasts"]


def test_a_first_message_that_tells_all_gets_the_result_at_once(say):
    text = "it hurts, no urge to move, over in a minute and the calf is hard as a rock. cramp or rls?"
    (answer,) = say(text, "tell_apart")
    assert answer.pieces[0].key == "comparison.result_cramp"
    assert say.context.comparison is None


def test_a_point_that_was_not_asked_can_be_answered_and_the_question_stays(open_talk):
    (answer,) = open_talk("it goes on for hours")
    assert open_talk.told == {"lasts": "long_timed"}
    assert keys([answer])[-1] == "comparison.ask_pain"


TIMES = [
    ("two minutes", "short"), ("a few seconds", "short"), ("about 12 minutes", "some"), ("half an hour", "some"), ("hours", "long"),
    ("2 hours at least", "long"),
]  # fmt: skip


@pytest.mark.parametrize("text, value", TIMES)
def test_a_time_is_sorted_by_us_and_both_replies_say_so(open_talk, text, value):
    """The source gives no minutes: whether some are short or long is not its word but ours."""
    for said in ("yes", "no"):
        open_talk(said)
    assert keys(open_talk(text))[0] == "comparison.noted_time"
    (answer,) = open_talk("yes")
    assert f"comparison.lasts_{value}_timed" in keys([answer])
    assert "my sorting" in answer.text
    assert len(answer.text.split()) <= MOST_WORDS


@pytest.mark.parametrize("text", ["it's over quickly", "it drags on all night", "in between", "no", "yes"])
def test_what_is_told_in_words_is_the_persons_own_and_not_our_sorting(open_talk, text):
    for said in ("yes", "no", text):
        open_talk(said)
    (answer,) = open_talk("yes")
    assert "sorting" not in answer.text


def test_not_sure_leaves_the_point_out(open_talk):
    (answer,) = open_talk("no idea", "be_unsure")
    assert open_talk.told == {"pain": "unsure"}
    assert keys([answer]) == ["comparison.left_out", "comparison.ask_urge"]


def test_pain_gets_a_kind_word(open_talk):
    assert keys(open_talk("agony", "express_feeling"))[0] == "comparison.sorry"


@pytest.mark.parametrize("texts", [["blue", "green"], ["ok", "ok"], ["hm", "eh?"], ["tell me apart", "what"]])
def test_two_replies_that_cannot_be_read_leave_the_point_out(open_talk, texts):
    first = keys(open_talk(texts[0]))
    assert open_talk.asked == "pain"
    assert first[-1] == "comparison.ask_pain"
    second = keys(open_talk(texts[1]))
    assert open_talk.told == {"pain": "unsure"}
    assert second == ["comparison.left_out", "comparison.ask_urge"]


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - {"start_over", "forget_me", "unusable"}))
def test_it_never_goes_round_in_circles(open_talk, intent):
    """Whatever is said again and again, it ends, or somebody else's question is answered each time."""
    for _ in range(MISSES * len(POINTS) + MAX_AWAY):
        answers = open_talk("bla", intent)
    on_purpose = comparison._SAY_IT_AGAIN | comparison._MANNERS | {"ask_why", "go_back"}
    assert open_talk.context.comparison is None or intent in on_purpose or intent == "tell_apart"
    assert answers


@pytest.mark.parametrize(
    "text, intent", [("stop", "cancel"), ("leave it", "nlu_fallback"), ("forget it", "deny"), (None, "cancel")]
)
@pytest.mark.parametrize("before", range(4))
def test_it_may_be_stopped_at_any_point(open_talk, text, intent, before):
    for _ in range(before):
        open_talk("yes", "affirm")
    (answer,) = open_talk(text, intent)
    assert keys([answer]) == ["small_talk.cancel"]
    assert open_talk.context.comparison is None


def test_a_reply_that_is_taken_for_a_wish_to_stop_is_a_reply(open_talk):
    open_talk("yeah, all the time", "cancel")
    assert open_talk.told == {"pain": "yes"}


def test_a_yes_to_the_offer_goes_back_whatever_it_is_taken_for(open_talk):
    open_talk("is it dangerous?", "ask_seriousness")
    (answer,) = open_talk("yes", "tell_situation")
    assert keys([answer]) == ["comparison.back", "comparison.ask_pain"]
    assert open_talk.told == {}


def test_that_it_stops_by_itself_is_no_wish_to_stop(open_talk):
    open_talk("yes")
    open_talk("no")
    open_talk("it stops after a minute", "cancel")
    assert open_talk.told["lasts"] == "short_timed"


@pytest.mark.parametrize("intent", ["report_emergency", "express_self_harm"])
@pytest.mark.parametrize("text", ["yes and my chest hurts", "no i want to end it", None])
def test_danger_comes_first_and_ends_it(open_talk, intent, text):
    (answer,) = open_talk(text, intent)
    assert answer.outcome in (Outcome.URGENT, Outcome.CRISIS)
    assert not answer.buttons
    assert open_talk.context.comparison is None


@pytest.mark.parametrize("intent", ["say_goodbye", "start_over", "forget_me"])
def test_leaving_ends_it(open_talk, intent):
    open_talk("bye, it hurts", intent)
    assert open_talk.context.comparison is None


def test_another_question_is_answered_and_the_comparison_offered_once(open_talk):
    open_talk("it hurts")
    (answer,) = open_talk("what causes cramps?", "ask_causes")
    assert answer.topic is Topic.CAUSES
    assert keys([answer])[-1] == "comparison.resume"
    assert "#tell_apart" in [button.payload for button in answer.buttons]
    (again,) = open_talk("and which muscles?", "ask_muscles")
    assert "comparison.resume" not in keys([again])


@pytest.mark.parametrize(
    "text, intent",
    [
        ("yes", "affirm"),
        ("ok go on", "ask_more"),
        ("back to the questions", "nlu_fallback"),
        (None, "tell_apart"),
        ("which do i have then?", "tell_apart"),
    ],
)
def test_it_is_taken_up_where_it_was_left(open_talk, text, intent):
    open_talk("it hurts")
    open_talk("is it dangerous?", "ask_seriousness")
    (answer,) = open_talk(text, intent)
    assert keys([answer]) == ["comparison.back", "comparison.ask_urge"]
    assert open_talk.told == {"pain": "yes"}


def test_an_answer_in_plain_words_takes_it_up_too(open_talk):
    open_talk("is it dangerous?", "ask_seriousness")
    open_talk("it does hurt by the way", "tell_situation")
    assert open_talk.told == {"pain": "yes"}
    assert open_talk.asked == "urge"


def test_a_bare_no_after_the_offer_drops_nothing_else(open_talk):
    open_talk("is it dangerous?", "ask_seriousness")
    (answer,) = open_talk("no", "deny")
    assert keys([answer]) == ["small_talk.deny_ok"]
    assert open_talk.context.comparison is None


def test_it_is_dropped_when_the_person_stays_away(open_talk):
    for _ in range(MAX_AWAY + 1):
        open_talk("what causes cramps?", "ask_causes")
    assert open_talk.context.comparison is None


def test_what_a_question_tells_by_the_way_is_kept(open_talk):
    (answer,) = open_talk("yes, is that bad?", "ask_seriousness")
    assert answer.topic is Topic.SERIOUSNESS
    assert open_talk.told == {"pain": "yes"}


def test_a_yes_before_a_question_about_the_world_is_kept_and_the_question_answered(open_talk):
    (answer,) = open_talk("yes, can you book a flight?", "ask_off_topic")
    assert answer.outcome is Outcome.OUT_OF_SCOPE
    assert open_talk.told == {"pain": "yes"}


def test_a_yes_before_mere_manners_is_kept_and_the_next_point_asked(open_talk):
    first, second = open_talk("yes, and how are you?", "chat")
    assert first.outcome is Outcome.SMALL_TALK
    assert keys([second]) == ["comparison.ask_urge"]


def test_a_no_before_another_question_is_no_answer(open_talk):
    open_talk("no, what causes cramps?", "ask_causes")
    assert open_talk.told == {}


@pytest.mark.parametrize("intent", sorted(CLAIMS - {"tell_apart"}))
def test_every_question_of_ours_is_answered_in_the_middle(open_talk, intent):
    answers = open_talk("so what about that?", intent)
    assert "comparison.ask_pain" not in keys(answers)
    assert open_talk.context.comparison["away"] == 1
    for answer in answers:
        assert len(answer.text.split()) <= MOST_WORDS


@pytest.mark.parametrize("intent", ["ask_off_topic", "ask_other_health", "ask_help", "ask_identity"])
def test_other_questions_are_answered_in_the_middle_too(open_talk, intent):
    (answer,) = open_talk("can you book a flight for me?", intent)
    assert answer.outcome in (Outcome.OUT_OF_SCOPE, Outcome.SMALL_TALK)


def test_something_named_in_the_middle_is_no_answer(open_talk):
    (answer,) = open_talk("and diabetes", "ask_condition", mentions=(Mention("condition", "dialysis"),))
    assert [c.id for c in answer.conditions] == ["dialysis"]


@pytest.mark.parametrize("intent", ["thank", "greet", "express_feeling", "insult", "praise", "apologise", "chat"])
def test_manners_are_met_and_the_question_asked_again(open_talk, intent):
    first, second = open_talk("blah", intent)
    assert first.outcome is Outcome.SMALL_TALK
    assert keys([second]) == ["comparison.ask_pain"]
    assert open_talk.asked == "pain"


@pytest.mark.parametrize("intent", ["repeat", "ask_shorter", "ask_plain_words"])
def test_the_question_can_be_heard_again(open_talk, intent):
    assert keys(open_talk("say again", intent)) == ["comparison.ask_pain"]


def test_why_it_asks_is_told(open_talk):
    assert keys(open_talk("why do you ask", "ask_why")) == ["comparison.why", "comparison.ask_pain"]


def test_go_back_asks_the_one_before_again(open_talk):
    open_talk("no")
    assert keys(open_talk("go back", "go_back"))[-1] == "comparison.ask_pain"
    open_talk("yes it does")
    assert open_talk.told == {"pain": "yes"}


@pytest.mark.parametrize("text", ["sorry, it does hurt", "i meant yes", "wait, actually it hurts", "oops, yes"])
def test_an_answer_can_be_taken_back(open_talk, text):
    open_talk("no")
    open_talk(text, "correct_assistant")
    assert open_talk.told == {"pain": "yes"}
    assert open_talk.asked == "urge"


def test_so_which_is_it_gets_what_there_is(open_talk):
    open_talk("it hurts")
    (answer,) = open_talk("so which one is it?", "tell_apart")
    assert answer.pieces[0].key == "comparison.result_one"
    assert list(answer.statements) == ["restless_legs.pain"]


def test_the_tight_muscle_has_a_reason_of_its_own(open_talk):
    for said in ("it hurts", "no urge", "a minute"):
        open_talk(said)
    assert open_talk.asked == "muscle"
    (answer,) = open_talk("why do you ask that?", "ask_why")
    assert keys([answer]) == ["comparison.why_muscle", "comparison.ask_muscle"]


def test_a_broken_message_changes_nothing(open_talk):
    (answer,) = open_talk(None, "unusable", signals=frozenset({"too_long"}))
    assert answer.outcome is Outcome.ERROR
    assert open_talk.asked == "pain"


def test_a_second_question_in_the_first_message_is_answered_before_the_comparison_asks(say):
    answers = say("do i have cramps or rls? and what causes cramps?", "tell_apart", parts=(Heard("ask_causes"),))
    assert [answer.topic for answer in answers] == [Topic.CAUSES, Topic.DIFFERENCE]
    assert say.asked == "pain"
    assert say.context.options == ("#affirm", "#deny", "#be_unsure", "#cancel")


def test_without_a_comparison_a_yes_is_what_it_was(say):
    (answer,) = say("yes it hurts", "affirm")
    assert keys([answer]) == ["clarify.nothing_offered"]


def test_the_result_can_be_heard_again_and_its_places_named(open_talk):
    for intent in ("affirm", "deny", "deny", "affirm"):
        (result,) = open_talk(None, intent)
    assert open_talk("again", "repeat") == (result,)
    (places,) = open_talk("where does it say that", "ask_source")
    assert "Definition, paragraph 1" in places.text
    assert "Causes, paragraph 5" in places.text


def test_every_piece_is_a_statement_or_a_phrase_of_the_knowledge(knowledge, results):
    for _, answer in results:
        for piece in answer.pieces:
            known = knowledge.statements if piece.kind is PieceKind.STATEMENT else knowledge.phrases
            assert piece.text == known[piece.key].text


def test_a_question_with_words_of_time_in_it_is_no_reply(open_talk):
    """ "Does sitting all day matter": "all day" tells nothing of the cramp."""
    turn = respond(
        Heard(
            "ask_condition",
            mentions=(Mention("condition", "lack_of_physical_activity"),),
            signals=frozenset({"question"}),
            told=read_told("does sitting all day matter"),
        ),
        open_talk.context,
        open_talk.composer,
    )
    assert turn.answers[0].topic is Topic.CONDITION
    assert not turn.context.comparison["told"]
