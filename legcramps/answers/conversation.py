"""The flow of a talk: more, again, back, why, the second one, yes and no, corrections, and not being understood."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Dict, List, Sequence, Tuple

from legcramps import intents
from legcramps.answers.compose import MAX_NAMED, Composer, join_names
from legcramps.answers.conditions import PAGE, answer_condition, answer_condition_list, find_option, show_page
from legcramps.answers.speech import HALF_A_THOUGHT
from legcramps.answers.turn import aside
from legcramps.answers.types import Answer, Context, Heard, Mention, Outcome, Piece, PieceKind, Told, Topic, Turn

Follow = Callable[[Heard, Context, Composer], Turn]
"""Answers a question that a short reply such as "yes" or "the second" stands for."""

SHORT_STATEMENTS = 2

SUGGESTIBLE = (intents.COVERED | {"ask_help"}) - {"ask_condition"}
"""What "did you mean …?" may offer: what the source answers. A title such as "Treatment" would promise what nobody can keep."""
NEAREST = {
    "ask_treatment": "ask_relief",
    "ask_prevention": "ask_relief",
    "ask_frequency": "ask_risk_factors",
    "ask_symptoms": "ask_definition",
    "ask_mechanism": "ask_causes",
    "ask_restless_legs_other": "ask_restless_legs",
    "ask_condition": "ask_condition_list",
    "ask_condition_details": "ask_condition_list",
    "tell_situation": "ask_condition_list",
}
"""What is offered instead of a question that the source leaves open, or that needs a name."""
MAX_SUGGESTIONS = 2

_IF_A_CRAMP = "#ask_definition"
"""What a "yes, a cramp" takes; only :func:`answer_unclear_trouble` offers it."""


def heard_from_payload(payload: str) -> Heard:
    """``"#ask_condition=anemia"`` → what the person asked by pressing that button."""
    intent, _, condition = payload.lstrip("#").partition("=")
    mentions = (Mention("condition", condition),) if condition else ()
    return Heard(intent, mentions=mentions)


# --- again, shorter, back, more ---------------------------------------------------------------------------------------


def _said_last(context: Context, composer: Composer) -> Tuple[Answer, ...]:
    return composer.restore_turn(context.said[-1]) if context.said else ()


def answer_repeat(heard: Heard, context: Context, composer: Composer) -> Turn:
    again = _said_last(context, composer)
    return (
        Turn(again, context)
        if again
        else aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.nothing_to_repeat")])
    )


def answer_shorter(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The last answer cut to its first facts; the envelope stays that answer's."""
    again = _said_last(context, composer)
    if not again:
        return answer_repeat(heard, context, composer)
    return Turn(tuple(_cut(answer) for answer in again), context)


_KEPT = ("not_covered.", "comparison.result", "comparison.closing", "advice.not_a_diagnosis", "advice.keep_taking")
"""Phrases without which the facts would say more than the whole answer did."""


def _cut(answer: Answer) -> Answer:
    """The first facts, each with what belongs to it, and what must not be left out; with no facts, the first words."""
    thoughts: List[List[Piece]] = []
    for piece in (p for p in answer.pieces if p.kind is PieceKind.STATEMENT):
        if thoughts and piece.key in HALF_A_THOUGHT:
            thoughts[-1].append(piece)
        else:
            thoughts.append([piece])
    first: Sequence[Piece] = ()
    for thought in thoughts:
        first = [*first, *thought] if len(first) < SHORT_STATEMENTS else first
    first = first or answer.pieces[:1]
    pieces = [p for p in answer.pieces if p in first or p.key.startswith(_KEPT)]
    return replace(answer, pieces=tuple(replace(piece, paragraph=False) for piece in pieces))


def answer_go_back(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The page before, in a list; else the answer before the last."""
    if context.shown and context.position > PAGE:
        before = (context.position - 1) // PAGE - 1
        return show_page(context.shown, before * PAGE, context, composer)
    position, again = _said_before(context, composer)
    if not again:
        return aside(
            context, Outcome.SMALL_TALK, [composer.phrase("small_talk.nothing_before")], composer.buttons("ask_help")
        )
    first = again[0]
    named = tuple(dict.fromkeys(c.id for a in again for c in a.conditions))
    return Turn(
        again,
        context.but(
            topic=first.topic.value if first.topic else context.topic,
            conditions=named or context.conditions,
            options=tuple(b.payload for b in again[-1].buttons),
            said=context.said[: position + 1],
        ),
    )


def _said_before(context: Context, composer: Composer) -> Tuple[int, Tuple[Answer, ...]]:
    """The turn before the last and its place in what was said; no answers when there is none.

    Words for an emergency are said again when asked for, but nobody is led back to them.
    """
    for position in range(len(context.said) - 2, -1, -1):
        turn = context.said[position]
        if any(stored["outcome"] in _DANGER for stored in turn):
            continue
        answers = composer.restore_turn(turn)
        if answers:
            return position, answers
    return -1, ()


_DANGER = (Outcome.URGENT.value, Outcome.CRISIS.value)
_LEADING_TO_THE_LIST = frozenset(
    topic.value for topic in (Topic.CAUSES, Topic.KNOWN_CAUSES, Topic.RISK_FACTORS, Topic.SITUATION)
)


def answer_more(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The next page of a list; after causes or a story, the list of what else is linked; after any other answer, what is left to ask.

    After "did you mean …?" it is "something else" in other words.
    """
    if context.misunderstood:
        return answer_something_else(heard, context, composer)
    if context.position < len(context.shown):
        return show_page(context.shown, context.position, context, composer)
    if context.topic in _LEADING_TO_THE_LIST:
        return answer_condition_list(Heard("ask_condition_list"), context, composer)
    return aside(
        context,
        Outcome.SMALL_TALK,
        [composer.phrase("small_talk.nothing_more")],
        composer.buttons("ask_causes", "ask_condition_list", "ask_difference"),
    )


# --- why --------------------------------------------------------------------------------------------------------------


def answer_why(heard: Heard, context: Context, composer: Composer, *, follow: Follow) -> Turn:
    """A bare "why?": of the cramps, their causes; of a link or a medicine, that the source does not say."""
    if context.topic in (Topic.DEFINITION.value, Topic.MUSCLES.value, Topic.RELIEF.value, Topic.RISK_FACTORS.value):
        return follow(Heard("ask_causes"), context, composer)
    if context.topic is None:
        return aside(context, Outcome.CLARIFY, [composer.phrase("clarify.why_what")], composer.buttons("ask_causes"))
    return follow(Heard("ask_mechanism"), context, composer)


# --- yes, no, the second one ------------------------------------------------------------------------------------------


def answer_affirm(heard: Heard, context: Context, composer: Composer, *, follow: Follow) -> Turn:
    """ "Yes" takes what was offered; with nothing, or several things, on offer it asks what was meant."""
    if context.offer:
        return follow(heard_from_payload(context.offer), context.but(offer=None), composer)
    return _nothing_offered(context, composer)


def answer_deny(heard: Heard, context: Context, composer: Composer) -> Turn:
    """ "No" leaves what was offered; "no, dialysis" is a correction; "no, it just aches" is no cramp, so not ours."""
    meant = _meant(heard, context)
    if meant:
        return answer_condition(replace(heard, intent="ask_condition", mentions=meant), context, composer)
    if context.offer == _IF_A_CRAMP:
        return aside(
            context,
            Outcome.OUT_OF_SCOPE,
            [composer.phrase("out_of_scope.other_health")],
            composer.buttons("ask_definition", "ask_help"),
        )
    return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.deny_ok")], options=(), offer=None)


def answer_unsure(heard: Heard, context: Context, composer: Composer) -> Turn:
    return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.be_unsure")], composer.buttons("ask_help"))


def _nothing_offered(context: Context, composer: Composer) -> Turn:
    return aside(
        context,
        Outcome.CLARIFY,
        [composer.phrase("clarify.nothing_offered")],
        composer.buttons("ask_relief", "ask_causes", "ask_difference"),
    )


def answer_option(heard: Heard, context: Context, composer: Composer, *, follow: Follow) -> Turn:
    """ "The second one", counted in what was really shown, or "the pregnancy one".

    A list of conditions stays open: "and the last?", "next page".
    """
    chosen = find_option(heard.option, context)
    if chosen:
        turn = follow(heard_from_payload(chosen), context, composer)
        if all(payload.startswith("#ask_condition=") for payload in context.options):
            return replace(
                turn, context=turn.context.but(options=context.options, shown=context.shown, position=context.position)
            )
        return turn
    if heard.option is None and (heard.named() or heard.named("ambiguous")):
        return follow(replace(heard, intent="ask_condition"), context, composer)
    if heard.option is None and context.options and heard.told and heard.told.asks:
        return follow(Heard("ask_other"), context, composer)  # "which one is worst?" counts nothing
    if not context.options:
        return aside(
            context,
            Outcome.CLARIFY,
            [composer.phrase("clarify.nothing_shown")],
            composer.buttons("ask_condition_list", "ask_causes"),
        )
    return aside(
        context,
        Outcome.CLARIFY,
        [composer.phrase("clarify.no_such_option", count=str(len(context.options)))],
        options=context.options,
    )


# --- corrections, leaving, starting over -----------------------------------------------------------------------------


def answer_correction(heard: Heard, context: Context, composer: Composer, *, follow: Follow) -> Turn:
    """ "No, I meant hypo": answers what was meant; with nothing named, asks again."""
    meant = _meant(heard, context)
    if not meant and heard.told and heard.told.denies and heard.mentions:
        return answer_deny(heard, context.but(offer=None), composer)
    if meant:
        return follow(replace(heard, intent="ask_condition", mentions=meant), context, composer)
    if not context.said:
        return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.correct_assistant")])
    if heard.told and (heard.told.kinds or heard.told.other_one) and not heard.mentions:
        return _ask_which_other(heard.told, context, composer)
    again = heard.alternatives[1] if len(heard.alternatives) > 1 else None
    if again in intents.COVERED | intents.NOT_COVERED and heard.told and heard.told.restates and not heard.told.reason:
        return follow(replace(heard, intent=again), context, composer)  # "I asked about the treatment"
    return aside(
        context,
        Outcome.CLARIFY,
        [composer.phrase("clarify.corrected")],
        composer.buttons("ask_causes", "ask_relief", "ask_difference"),
    )


def _ask_which_other(told: Told, context: Context, composer: Composer) -> Turn:
    """ "No, I meant hyper", where that may be several: those that the source has; with none to choose from, asks for the name."""
    if told.kinds:
        others = [one for kind in told.kinds for one in composer.of_kind(kind)]
    else:
        others = [one for condition in context.conditions for one in composer.relatives.get(condition, ())]
    others = [one for one in dict.fromkeys(others) if one not in context.conditions][:MAX_NAMED]
    if not others:
        buttons = composer.buttons("ask_condition_list", "ask_medicines")
        return aside(context, Outcome.CLARIFY, [composer.phrase("clarify.which_condition")], buttons, Topic.CONDITION)
    names = join_names([composer.name(one) for one in others], last="or")
    buttons = tuple(composer.button("ask_condition", one) for one in others)
    return aside(
        context, Outcome.CLARIFY, [composer.phrase("clarify.only_listed", names=names)], buttons, Topic.CONDITION
    )


def _meant(heard: Heard, context: Context) -> Tuple[Mention, ...]:
    """What a correction names. "No, dialysis" reads like a negation of it: then it is what was not spoken of before."""
    plain = tuple(m for m in heard.mentions if not m.negated)
    if heard.told and heard.told.denies:
        return plain  # "I'm not an alcoholic" corrects nothing that it could be
    return plain or tuple(replace(m, negated=False) for m in heard.mentions if m.id not in context.conditions)


def answer_cancel(heard: Heard, context: Context, composer: Composer) -> Turn:
    return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.cancel")], comparison=None, offer=None)


def answer_start_over(heard: Heard, context: Context, composer: Composer) -> Turn:
    fresh = Context(notices=context.notices)
    return aside(
        fresh,
        Outcome.SMALL_TALK,
        [composer.phrase("small_talk.start_over")],
        composer.buttons("ask_relief", "ask_causes", "ask_difference"),
    )


def answer_forget(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Confirms; the caller deletes the stored conversation (``Context()`` is what is left)."""
    return aside(Context(notices=True), Outcome.SMALL_TALK, [composer.phrase("small_talk.forgotten")])


# --- not understood ----------------------------------------------------------------------------------------------------


def answer_not_understood(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Once: "did you mean …?"; twice: what it can talk about; three times and on: a way to a person."""
    missed = context.misunderstood + 1
    if missed == 1:
        nearest = dict.fromkeys(NEAREST.get(intent, intent) for intent in heard.alternatives)
        likely = [intent for intent in nearest if intent in SUGGESTIBLE][:MAX_SUGGESTIONS]
        buttons = (*composer.buttons(*(likely or ("ask_definition", "ask_causes"))), composer.button("something_else"))
        pieces = [composer.phrase("clarify.did_you_mean")]
    elif missed == 2:
        buttons = composer.buttons("ask_definition", "ask_causes", "ask_relief", "ask_difference")
        pieces = [composer.phrase("clarify.can_talk_about")]
    else:
        contact = composer.operator.person
        buttons = composer.buttons("ask_help")
        pieces = [composer.phrase("person.configured", contact=contact) if contact else composer.phrase("person.none")]
    return aside(context, Outcome.CLARIFY, pieces, buttons, misunderstood=missed)


def answer_unclear_trouble(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Leg trouble at night that may be a cramp or not: asks, since pain alone is not ours. A "yes" gets what a cramp is."""
    return aside(
        context,
        Outcome.CLARIFY,
        [composer.phrase("clarify.is_it_a_cramp")],
        composer.buttons("ask_definition", "ask_causes", "ask_difference"),
        offer=_IF_A_CRAMP,
    )


def answer_something_else(heard: Heard, context: Context, composer: Composer) -> Turn:
    return aside(context, Outcome.CLARIFY, [composer.phrase("clarify.something_else")])


ERRORS: Dict[str, str] = {
    "empty": "error.empty",
    "too_long": "error.too_long",
    "unknown_button": "error.button",
    "internal": "error.internal",
}


def answer_unusable(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Input that cannot be read as a question: nothing in it, too long, a dead button. Changes nothing of the talk."""
    problem: List[str] = [signal for signal in ERRORS if signal in heard.signals]
    piece = composer.phrase(ERRORS[problem[0] if problem else "internal"])
    return Turn((Answer(Outcome.ERROR, (piece,)),), context)
