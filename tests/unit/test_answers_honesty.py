"""Whatever is asked, in whatever order: nothing is said that the knowledge files do not hold, and nothing more strongly.

Random talks (the same ones each time) are made of everything that the answers can be given; each rule of DESIGN section 3 is
checked on every turn of them.
"""

import json
import random
import re
from dataclasses import replace
from typing import Iterator, NamedTuple

import pytest

from legcramps.answers import (
    INTENTS,
    Composer,
    Context,
    Heard,
    Mention,
    Outcome,
    PieceKind,
    Told,
    Turn,
    respond,
    store,
)
from legcramps.answers.comparison import POINTS
from legcramps.answers.registry import MEMORY
from legcramps.knowledge import default
from legcramps.nlu.scope_guard import CLAIMS

KNOWN = default()
COMPOSER = Composer(KNOWN)
MOST_WORDS = 90

SIGNALS = (
    "cramp leg night restless_legs other_body other_language listed unlisted ambiguous medicine negated first_person pronoun bare what_is "
    "negative question empty too_long unknown_button internal as_remedy as_suspect"
).split()
MEDICINE_NAMES = [
    *((entry, name) for entry, names in KNOWN.vocabulary.medicines.items() for name in names),
    *((entry, name) for product in KNOWN.vocabulary.combined_medicines for entry in product.entries for name in product.say),
]  # fmt: skip
FAMILIES = [(family.id, entry) for family in KNOWN.vocabulary.families for entry in family.entries]

# --- random talks

TALKS = 500


class Said(NamedTuple):
    """One message of a random talk, the context before it, and the turn it got."""

    heard: Heard
    before: Context
    turn: Turn


def some(rng: random.Random, choices, most: int) -> list:
    return [rng.choice(choices) for _ in range(rng.randint(0, most))]


def random_mention(rng: random.Random) -> Mention:
    kind = rng.choice(["entry", "entry", "entry", "family", "medicine", "unlisted", "ambiguous"])
    denied, person = rng.random() < 0.25, "other" if rng.random() < 0.2 else "self"
    if kind == "family":
        family, entry = rng.choice(FAMILIES)
        return Mention("condition", entry, denied, family=family, person=person)
    if kind == "medicine":
        entry, name = rng.choice(MEDICINE_NAMES)
        return Mention("condition", entry, denied, medicine=name, person=person)
    if kind == "entry":
        return Mention("condition", rng.choice(sorted(KNOWN.conditions)), denied, person=person)
    ids = sorted(KNOWN.unlisted) if kind == "unlisted" else [item.id for item in KNOWN.vocabulary.ambiguous]
    return Mention(kind, rng.choice(ids), denied, person=person)


def random_told(rng: random.Random) -> Told:
    """What a message may tell for the guided comparison."""
    values = {
        p: rng.choice(["short", "long", "some"] if p == "lasts" else ["yes", "no", "some", "unsure"]) for p in POINTS
    }
    points = {point: value for point, value in values.items() if rng.random() < 0.3}
    return Told(points, reply=rng.choice([None, None, "yes", "no", "some", "unsure"]), asks=rng.random() < 0.3)


def random_message(rng: random.Random) -> Heard:
    def mentions(most: int) -> tuple:
        return tuple(random_mention(rng) for _ in range(rng.choice([0, 0, 1, 1, 2, most])))

    parts = tuple(Heard(intent, mentions=mentions(2)) for intent in some(rng, sorted(CLAIMS), rng.choice([0, 0, 2])))
    return Heard(
        rng.choice(sorted(INTENTS)),
        mentions=mentions(7),
        signals=frozenset(some(rng, SIGNALS, 4)),
        parts=parts,
        option=rng.choice([None, 1, 2, 3, 8, 50, -1, -2, 0]),
        group=rng.choice([None, None, None, *KNOWN.groups]),
        alternatives=tuple(rng.sample(sorted(INTENTS), rng.randint(0, 5))),
        sign=rng.choice([None, "leg_clot", "chest_pain"]),
        told=rng.choice([None, random_told(rng)]),
    )


def random_talk(seed: int) -> Iterator[Said]:
    rng, context = random.Random(seed), Context()
    for number in range(rng.randint(1, 8)):
        heard = random_message(rng)
        if number == 0 and seed % 3 == 0:
            # Else hardly a talk would get into the middle of the comparison.
            heard = replace(heard, intent="tell_apart")
        turn = respond(heard, context, COMPOSER)
        yield Said(heard, context, turn)
        context = turn.context


@pytest.fixture(scope="module")
def talks() -> list[list[Said]]:
    return [list(random_talk(seed)) for seed in range(TALKS)]


@pytest.fixture(scope="module")
def turns(talks) -> list[Said]:
    return [said for talk in talks for said in talk]


@pytest.fixture(scope="module")
def answers(turns) -> list:
    return [answer for said in turns for answer in said.turn.answers]


def without_notices(answer) -> list:
    return [piece for piece in answer.pieces if not piece.key.startswith("notice.")]


# --- what may be said, worked out anew from the files

NAMES = {
    *(condition.name for condition in KNOWN.conditions.values()),
    *(link.phrase for condition in KNOWN.conditions.values() for link in condition.links if link.phrase),
    *(thing.name for thing in KNOWN.unlisted.values()),
    *(name.lower() for _, name in MEDICINE_NAMES),
    *(name for _, name in MEDICINE_NAMES),
    *KNOWN.groups.values(),
    *(str(cite) for statement in KNOWN.statements.values() for cite in statement.cites),
    KNOWN.phrases["safety.emergency_number"].text,
    KNOWN.phrases["safety.crisis_line"].text,
}
LONGEST_FIRST = re.compile("|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True)))


def is_joined_from_names(value: str) -> bool:
    """Whether a text filled into a phrase holds nothing but names of the knowledge files (or a count)."""
    return (
        re.fullmatch(r"(, | and | or )*", LONGEST_FIRST.sub("", value.replace('"', ""))) is not None or value.isdigit()
    )


def expected_text(piece) -> str:
    """What the piece must say, from its key alone."""
    if piece.kind is PieceKind.STATEMENT and "+" not in piece.key:
        return KNOWN.statements[piece.key].text
    if piece.kind is PieceKind.STATEMENT:
        linked = [(c, link) for key in piece.key.split("+") for c, link in LINK_OF[key]]
        (grade,) = {link.grade for _, link in linked}
        names = [link.phrase or condition.name for condition, link in linked]
        template = KNOWN.grades[grade].several or KNOWN.grades[grade].text
        before = {"sometimes_linked": "to ", "raises_risk": "with ", "likely_mechanism": "from "}.get(grade, "")
        comma = "," if before and len(names) > 2 else ""
        joined = f", {before}".join(names[:-1]) + f"{comma} and {before}{names[-1]}"
        return template.format(name=joined, Name=joined[0].upper() + joined[1:], **{"is": "are"})
    if piece.key.startswith("grades."):
        return KNOWN.grades[piece.key.split(".")[1]].meaning
    return KNOWN.phrases[piece.key].text.format(**dict(piece.arguments))


LINK_OF = {
    KNOWN.link_statement(condition.id, link.grade).id: [(condition, link)]
    for condition in KNOWN.conditions.values()
    for link in condition.links
}


def test_every_sentence_comes_from_a_statement_or_a_closed_phrase(answers):
    for answer in answers:
        assert answer.pieces
        for piece in answer.pieces:
            assert piece.text == expected_text(piece)
            for _, value in piece.arguments:
                assert is_joined_from_names(value), f"{piece.key} was filled with {value!r}"
        assert re.sub(r"\s+", " ", answer.text) == " ".join(piece.text for piece in answer.pieces)


def test_no_reply_is_longer_than_ninety_words(answers):
    for answer in answers:
        words = " ".join(piece.text for piece in without_notices(answer)).split()
        assert len(words) <= MOST_WORDS, answer.text


def test_an_envelope_names_only_what_exists_and_what_was_said(answers):
    for answer in answers:
        envelope = json.loads(json.dumps(answer.envelope()))
        assert set(envelope) == {"outcome", "topic", "conditions", "statements", "citations"}
        said = {key for piece in answer.pieces if piece.kind is PieceKind.STATEMENT for key in piece.key.split("+")}
        assert set(envelope["statements"]) == said <= set(KNOWN.statements)
        cites = [cite.as_dict() for key in said for cite in KNOWN.statements[key].cites]
        assert sorted(map(str, envelope["citations"])) == sorted({str(cite) for cite in cites})
        for condition in envelope["conditions"]:
            assert condition["link"] in {link.grade for link in KNOWN.conditions[condition["id"]].links}
        assert len({str(c) for c in envelope["conditions"]}) == len(envelope["conditions"])


def test_what_is_answered_has_a_statement_and_a_place_in_the_source(answers):
    for answer in answers:
        if answer.outcome is Outcome.ANSWERED and answer.topic.value != "source":
            assert answer.statements
            assert answer.citations
        if answer.outcome in (
            Outcome.NOT_LISTED,
            Outcome.CLARIFY,
            Outcome.OUT_OF_SCOPE,
            Outcome.SMALL_TALK,
            Outcome.ERROR,
        ):
            assert not answer.statements


def test_a_link_that_is_said_is_in_the_envelope_and_only_such(turns):
    for heard, _, turn in turns:
        for answer in turn.answers:
            if heard.intent == "ask_shorter":
                continue  # carries the envelope of the whole answer
            links = {(c.id, link.grade) for key in answer.statements for c, link in LINK_OF.get(key, ())}
            named = {(c.id, c.link) for c in answer.conditions}
            assert links <= named
            if answer.topic and answer.topic.value != "risk_factors":
                # A mechanism named together ("tired muscles and nerve problems") is one sentence of two entries.
                assert {c for c, grade in named if grade != "likely_mechanism"} <= {c for c, _ in links}


LINKING = [
    "ask_condition",
    "ask_condition_details",
    "ask_medicines",
    "tell_situation",
    "ask_risk_factors",
    "ask_evidence",
]


@pytest.mark.parametrize("intent", LINKING)
@pytest.mark.parametrize("seed", range(40))
def test_what_was_negated_is_never_spoken_of(intent, seed):
    rng = random.Random(seed)
    named = tuple(random_mention(rng) for _ in range(rng.randint(1, 6)))
    turn = respond(Heard(intent, mentions=named, signals=frozenset(some(rng, SIGNALS, 3))), Context(), COMPOSER)
    kept = {m.id for m in named if not m.negated}
    denied = {m.id for m in named if m.negated} - kept
    assert not denied & {c.id for answer in turn.answers for c in answer.conditions}
    silent_on = [
        value
        for answer in turn.answers
        for p in answer.pieces
        if p.key == "not_listed.named"
        for _, value in p.arguments
    ]
    for name in (KNOWN.unlisted[m].name for m in denied if m in KNOWN.unlisted):
        assert not [
            value
            for value in silent_on
            if name in value and not any(name in KNOWN.unlisted[k].name for k in kept & set(KNOWN.unlisted))
        ]


@pytest.mark.parametrize("intent", ["ask_condition", "ask_medicines", "tell_situation"])
@pytest.mark.parametrize("seed", range(40))
def test_everything_that_was_named_is_answered_for(intent, seed):
    rng = random.Random(seed)
    named = tuple(random_mention(rng) for _ in range(rng.randint(1, 6)))
    turn = respond(Heard(intent, mentions=named), Context(), COMPOSER)
    meant = [m for m in named if not m.negated]
    own = {m.id for m in meant if m.kind == "condition" and m.person == "self"}
    assert own <= {c.id for answer in turn.answers for c in answer.conditions}
    outcomes = {answer.outcome for answer in turn.answers}
    if any(m.kind == "unlisted" for m in meant):
        assert Outcome.NOT_LISTED in outcomes
    if any(m.kind == "ambiguous" for m in meant):
        assert Outcome.CLARIFY in outcomes


# --- no stronger than the source

CAUSES = re.compile(
    r"\b(caus\w+|because|due to|leads? to|results? in|responsible|triggers?|brings? (them )?on|the reason|behind|proves?|proof)\b",
    re.IGNORECASE,
)
# Where such a word stands all the same, each looked at: "known to cause", "no cause is known", "does not say this is the cause" …
MAY_SAY_CAUSE = {
    "causes.usually_unknown", "known.list", "grades.known_cause.meaning", "grades.raises_risk.meaning", "grades.sometimes_linked.meaning",
    "advice.not_a_diagnosis", "advice.not_a_diagnosis_short", "situation.nothing_named", "clarify.what_about", "clarify.can_talk_about", "small_talk.greet", "small_talk.ask_help",
}  # fmt: skip


def test_linked_never_becomes_causes(answers):
    known = {KNOWN.link_statement(c.id, "known_cause").id for c in KNOWN.with_grade("known_cause")}
    for answer in answers:
        for piece in answer.pieces:
            # "Causes" is also the name of a section of the source.
            if CAUSES.search(re.sub(r"Causes, paragraph|Definition and Causes", "", piece.text)):
                assert piece.key in MAY_SAY_CAUSE or set(piece.key.split("+")) <= known, piece.text


@pytest.mark.parametrize("grade", ["raises_risk", "sometimes_linked"])
def test_a_weak_grade_is_explained_by_what_the_source_does_not_say(grade):
    assert "does not say this" in KNOWN.grades[grade].meaning


@pytest.mark.parametrize("key", sorted(key for key, phrase in KNOWN.phrases.items() if "{" in phrase.text))
def test_a_phrase_that_is_filled_in_makes_no_link(key):
    text = KNOWN.phrases[key].text
    assert not CAUSES.search(text)
    assert not re.search(r"\b(linked|risk|likely)\b", text)


# --- danger, notices, memory, buttons


def test_danger_gets_fixed_words_without_menu_facts_or_notices(answers):
    for answer in answers:
        if answer.outcome in (Outcome.URGENT, Outcome.CRISIS):
            assert [piece.key.split(".")[0] for piece in answer.pieces] == ["safety"]
            assert not answer.buttons
            assert not answer.statements


def test_the_notices_are_given_once_with_the_first_reply_that_may_carry_them(talks):
    for talk in talks:
        given_yet = False
        for heard, _, turn in talk:
            here = [piece.key for answer in turn.answers for piece in answer.pieces if piece.key.startswith("notice.")]
            fit = turn.answers[-1].outcome not in (Outcome.URGENT, Outcome.CRISIS, Outcome.ERROR)
            # Deleting what was told is no reason to give them again, nor the moment to give them first.
            assert here in ([], ["notice.disclaimer", "notice.privacy"])
            assert not (here and given_yet)
            assert not here or fit
            assert here or given_yet or not fit or heard.intent == "forget_me", heard.intent
            given_yet = given_yet or turn.context.notices


def test_every_reply_can_be_stored_and_given_again(answers):
    for answer in answers:
        assert COMPOSER.restore(json.loads(json.dumps(store(answer)))) == answer


def test_the_context_survives_the_slots_and_stays_small(turns):
    for _, _, turn in turns:
        slots = json.loads(json.dumps(turn.context.as_slots()))
        assert Context.from_slots(slots) == turn.context
        assert len(turn.context.said) <= MEMORY
        assert turn.context.position <= len(turn.context.shown)
        assert set(turn.context.conditions) <= set(KNOWN.conditions)


def test_every_button_has_a_title_and_leads_to_an_answer(turns):
    for _, _, turn in turns:
        for answer in turn.answers:
            assert len(answer.buttons) <= 4
            assert len({button.payload for button in answer.buttons}) == len(answer.buttons)
            for button in answer.buttons:
                intent, _, condition = button.payload.removeprefix("#").partition("=")
                assert button.title
                assert f"titles.{intent}" in KNOWN.phrases
                pressed = Heard(intent, mentions=(Mention("condition", condition),) if condition else ())
                assert respond(pressed, turn.context, COMPOSER).answers


def test_a_turn_says_something_and_nothing_twice(turns):
    for _, _, turn in turns:
        texts = [" ".join(piece.text for piece in without_notices(answer)) for answer in turn.answers]
        assert texts
        assert len(set(texts)) == len(texts)
        for answer in turn.answers:
            sentences = [piece.text for piece in answer.pieces]
            assert len(set(sentences)) == len(sentences)


def test_reading_and_hearing_are_arranged_alike(answers):
    for answer in answers:
        assert answer.text.strip() == answer.text
        assert "{" not in answer.text
        assert "{" not in answer.speech
        assert bool(answer.speech.strip())
