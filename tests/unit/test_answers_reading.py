"""Whatever is asked, the reply can be read by a twelve-year-old and is short: Flesch-Kincaid grade 8 at most, 90 words at most.

Measured with the library textstat, reply by reply as it is sent. Said openly: the names of illnesses and medicines ("peripheral artery
disease", "atorvastatin") are replaced by the plain word "thing" before measuring. They are the source's own terms or what the person wrote, and
no rewording can make them shorter. Everything round them is measured as it stands.
"""

import re
from itertools import product

import pytest
import textstat

from legcramps.answers import INTENTS, Answer, Composer, Context, Heard, Mention, Operator, Told, respond
from legcramps.answers.comparison import POINTS, TIMED, VALUE_OF
from legcramps.answers.conversation import ERRORS
from legcramps.answers.silent import ASPECTS
from legcramps.knowledge import default

HIGHEST_GRADE = 8
MOST_WORDS = 90

KNOWN = default()
COMPOSER = Composer(KNOWN)
CONFIGURED = Composer(
    KNOWN, Operator("https://example.org/source", "0800 100 100, every day", "112", "116 123 (Samaritans)")
)
NEW, KNOWN_PERSON = Context(), Context(notices=True)

NAMES = {
    *(name for entry in KNOWN.conditions.values() for name in (entry.name, *entry.aka)),
    *(link.phrase for entry in KNOWN.conditions.values() for link in entry.links if link.phrase),
    *(entry.name for entry in KNOWN.unlisted.values()),
    *(name for names in KNOWN.vocabulary.medicines.values() for name in names),
    *(name for product in KNOWN.vocabulary.combined_medicines for name in product.say),
}
ANY_NAME = re.compile(
    rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(NAMES, key=len, reverse=True)))})(?!\w)", re.IGNORECASE
)
NOTICES = [KNOWN.phrases[f"notice.{key}"].text for key in ("disclaimer", "privacy")]


def grade(text: str) -> float:
    """The reading grade of a text, the names of illnesses and medicines left out of it."""
    return textstat.flesch_kincaid_grade(ANY_NAME.sub("thing", text))


# --- all replies there are


def asked(intent: str, *mentions: Mention, composer: Composer = COMPOSER, context: Context = KNOWN_PERSON, **heard):
    return respond(Heard(intent, mentions=mentions, **heard), context, composer)


def of_every_intent() -> list:
    """Each intent by itself, to a stranger and to somebody known, with the operator's words and without."""
    talks = [(context, composer) for context in (NEW, KNOWN_PERSON) for composer in (COMPOSER, CONFIGURED)]
    return [
        asked(intent, composer=composer, context=context, signals=frozenset(signals))
        for intent in INTENTS
        for context, composer in talks
        for signals in ((), ("negative",), ("other_language",), ("bare", "cramp"), ("pronoun",))
    ]


def of_every_name() -> list:
    """Each illness, factor, medicine, unlisted thing and word with two meanings, in each way of asking."""
    conditions = [Mention("condition", entry) for entry in KNOWN.conditions]
    medicines = [
        Mention("condition", entry, medicine=name)
        for entry, names in KNOWN.vocabulary.medicines.items()
        for name in names
    ]
    others = [
        *(Mention("unlisted", entry) for entry in KNOWN.unlisted),
        *(Mention("ambiguous", word.id) for word in KNOWN.vocabulary.ambiguous),
    ]
    ways = (
        "ask_condition",
        "ask_condition_details",
        "ask_medicines",
        "ask_evidence",
        "tell_situation",
        "ask_treatment",
    )
    turns = [
        asked(way, one, signals=frozenset(s)) for way in ways for one in conditions + others for s in ((), ("what_is",))
    ]
    turns += [asked("ask_condition", one) for one in medicines]
    for product_of_two in KNOWN.vocabulary.combined_medicines:
        for name in product_of_two.say:
            both = [Mention("condition", entry, medicine=name) for entry in product_of_two.entries]
            turns += [asked("ask_medicines", *both, told=told) for told in (None, Told(personal=True))]
    # Several at once, as in a story: each with the three after it, so that every sentence is joined somewhere.
    rows = [(conditions[i : i + 4], others[i % len(others) : i % len(others) + 2]) for i in range(len(conditions) - 3)]
    turns += [asked(way, *named, *rest) for way in ways for named, rest in rows]
    elses = [Mention("condition", entry, person="other") for entry in KNOWN.conditions]
    return turns + [asked(way, *conditions) for way in ways] + [asked("tell_situation", conditions[0], *elses)]


def of_every_list() -> list:
    """All pages of the long list, and each group."""
    turns = [asked("ask_condition_list")]
    while turns[-1].context.position < len(turns[-1].context.shown):
        turns.append(asked("ask_more", context=turns[-1].context))
    return turns + [asked("ask_condition_list", group=group) for group in KNOWN.groups]


def of_every_comparison() -> list:
    """Each question of the guided comparison and each of its results."""
    values = [sorted({*VALUE_OF[point].values(), "some", "unsure"}) for point in POINTS]
    told = [dict(zip(POINTS, chosen)) for chosen in product(*values)]
    told += [{**one, "lasts": one["lasts"] + TIMED} for one in told if one["lasts"] != "unsure"]
    told += [{point: value} for point, some in zip(POINTS, values) for value in some]
    turns = [asked("tell_apart", told=Told(points)) for points in told]
    for said in ([Told(reply=reply)] * len(POINTS) for reply in ("yes", "no", "some", "unsure", None)):
        context = asked("tell_apart").context
        for one in said:
            turns.append(asked("tell_situation", context=context, told=one))
            context = turns[-1].context
    turns.append(asked("tell_situation", context=asked("tell_apart").context, told=Told({"lasts": "some"}, timed=True)))
    last_point = asked("tell_apart", told=Told({"pain": "yes", "urge": "no", "lasts": "short"})).context
    turns.append(asked("ask_why", context=last_point, told=Told(asks=True)))
    in_the_middle = asked("tell_apart").context
    for intent in INTENTS:
        turns.append(asked(intent, context=in_the_middle, told=Told(asks=True)))
        turns.append(asked("tell_apart", context=turns[-1].context, told=Told(asks=True)))
    return turns


AFTER = (
    *("ask_source", "ask_shorter", "repeat", "go_back", "ask_why", "ask_evidence", "ask_off_topic", "give_feedback"),
    *("say_wrong", "correct_assistant", "choose_option", "affirm", "deny"),
)


def of_every_question_beside_one() -> list:
    """What the source leaves open beside what it says, a name that nobody knows, and which of several was meant."""
    turns = [asked("ask_other", told=Told(aspect=aspect)) for aspect in ASPECTS if aspect != "has_one"]
    pregnant = Mention("condition", "pregnancy")
    turns.append(asked("ask_other", pregnant, told=Told(aspect="pregnancy_when")))
    known_causes = asked("ask_known_causes").context
    turns.append(asked("ask_diagnosis", context=known_causes, told=Told(has_one=True)))
    for named in ((), (Mention("condition", "medicines_for_high_blood_pressure"),)):
        turns += [
            asked(way, *named, signals=frozenset({"unknown_medicine"})) for way in ("ask_medicines", "tell_situation")
        ]
    for entry in KNOWN.conditions:
        own = asked("ask_condition", Mention("condition", entry), told=Told(personal=True))
        turns += [own, asked("ask_condition", context=own.context, told=Told(other_one=True))]
        turns += [
            asked("correct_assistant", context=own.context, told=Told(kinds=(kind,))) for kind in ("hyper", "hypo")
        ]
    return turns


def of_going_on() -> list:
    """What is said after something else: the place of an answer, shorter, again, not understood, off topic twice, what was wrong."""
    turns = []
    for first in INTENTS:
        context = asked(first).context
        turns += [asked(then, context=context, option=9, signals=frozenset({"negative"})) for then in AFTER]
    for composer in (COMPOSER, CONFIGURED):
        context = KNOWN_PERSON
        for _ in range(4):
            turns.append(
                asked("nlu_fallback", context=context, composer=composer, alternatives=("ask_causes", "ask_relief"))
            )
            context = turns[-1].context
    return turns + [asked("unusable", signals=frozenset({problem})) for problem in ERRORS]


ENUMERATIONS = [
    of_every_intent,
    of_every_name,
    of_every_list,
    of_every_comparison,
    of_every_question_beside_one,
    of_going_on,
]


@pytest.fixture(scope="module")
def replies() -> list[Answer]:
    answers = [answer for enumerate_turns in ENUMERATIONS for turn in enumerate_turns() for answer in turn.answers]
    return list({answer.text: answer for answer in answers}.values())


def test_every_reply_reads_at_grade_eight_or_below(replies):
    too_hard = {answer.text: grade(answer.text) for answer in replies if grade(answer.text) > HIGHEST_GRADE}
    assert not too_hard, "\n".join(
        f"{found}: {text}" for text, found in sorted(too_hard.items(), key=lambda row: -row[1])
    )


def test_every_reply_has_ninety_words_at_most(replies):
    for answer in replies:
        text = answer.text
        for notice in NOTICES:
            text = text.replace(notice, "")
        assert len(text.split()) <= MOST_WORDS, text


def test_all_that_can_be_said_is_among_them(replies):
    """Every statement and phrase that the answers use stands in one of the replies that are measured."""
    said = {key for answer in replies for piece in answer.pieces for key in piece.key.split("+")}
    statements = set(KNOWN.statements)
    parts_of_a_reply = ("connect", "advice", "relief", "evidence", "source", "situation", "comparison", "not_covered", "silent", "not_listed", "clarify",
                        "person", "out_of_scope", "small_talk", "error", "notice")  # fmt: skip
    phrases = {key for key in KNOWN.phrases if key.split(".")[0] in parts_of_a_reply}
    assert sorted((statements | phrases) - said) == []


# --- the measure itself


@pytest.mark.parametrize(
    "text",
    [
        "Peripheral neuropathy predisposes individuals to involuntary nocturnal contractions of skeletal musculature.",
        "It is recommended that individuals experiencing such symptoms consult an appropriately qualified medical practitioner.",
    ],
)
def test_hard_words_are_found_too_hard(text):
    assert grade(text) > HIGHEST_GRADE


def test_only_names_are_left_out_of_the_measure():
    assert ANY_NAME.sub("thing", "Can peripheral artery disease cause involuntary contractions?") == (
        "Can thing cause involuntary contractions?"
    )
    assert not ANY_NAME.fullmatch("night leg cramps")
