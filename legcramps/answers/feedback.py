"""What a person says of an answer: "this helped", "that didn't", and why.

It is about the last answer of the talk. What is noted are :class:`~legcramps.answers.types.Judgement` s in the turn, ids only; the
conversation store counts them. After "that didn't help" the reason is asked once, and whoever asks something else instead has gone on.
"""

from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import find_option
from legcramps.answers.turn import aside
from legcramps.answers.types import Answer, Context, Heard, Judgement, Outcome, Reason, Told, Turn

REASON_OF = {
    "say_not_my_question": Reason.NOT_MY_QUESTION,
    "say_unclear": Reason.UNCLEAR,
    "say_too_long": Reason.TOO_LONG,
    "say_wrong": Reason.WRONG,
}
"""The buttons under the question. "Something else" is said in words: a reply has at most four buttons."""

MOST_WORDS = 14
"""Of a message that is nothing but a reason."""

_NO_ANSWER = frozenset({Outcome.SMALL_TALK.value, Outcome.ERROR.value})
_DANGER = frozenset({Outcome.URGENT.value, Outcome.CRISIS.value})
_NEVER_A_REASON = frozenset({"report_emergency", "express_self_harm", "start_over", "forget_me", "unusable"})
_LEAVES = frozenset({"deny", "cancel", "be_unsure", "thank"})
_OURS = frozenset({"cramp", "restless_legs"})


def ids_of(answer: Answer) -> Dict[str, Any]:
    """The answer's envelope without its places in the source, which follow from the statements."""
    return {name: value for name, value in answer.envelope().items() if name != "citations"}


def is_reason(heard: Heard, context: Context) -> bool:
    """Whether a message says why the answer was no help, or that it will not say. False when that was not asked, and in danger."""
    if context.judged is None or heard.intent in _NEVER_A_REASON:
        return False
    return _reason(heard, context) is not None or _leaves(heard)


def _leaves(heard: Heard) -> bool:
    return (heard.intent in _LEAVES or bool(heard.told and heard.told.stops)) and not heard.mentions


def _reason(heard: Heard, context: Context) -> Optional[Reason]:
    """The reason that a message gives: a button, "the second", or words."""
    chosen = find_option(heard.option, context) if heard.intent == "choose_option" else None
    intent = chosen.lstrip("#") if chosen else heard.intent
    if intent in REASON_OF:
        return REASON_OF[intent]
    told = heard.told or Told()
    if (
        told.asks
        or told.words > MOST_WORDS
        or heard.mentions
        or (heard.intent != "give_feedback" and _OURS & heard.signals)
    ):
        return None  # a question of its own
    return told.reason


def answer_feedback(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Thanks, and notes it of the last answer. When it was no help and nothing says why, asks."""
    helpful = "negative" not in heard.signals
    about = context.judged or _last_answers(context, composer)
    pieces = [composer.phrase("small_talk.feedback_good" if helpful else "small_talk.feedback_bad")]
    reason = heard.told.reason if heard.told and not helpful else None
    judgements = tuple(Judgement(helpful, ids, reason) for ids in about)
    # Nobody in danger is asked what they think of the words, and nobody is asked two things at once or the same again.
    in_danger = any(ids["outcome"] in _DANGER for ids in about)
    busy = context.comparison is not None or context.judged is not None
    if helpful or reason or busy or in_danger or not about:
        turn = aside(gone_on(context), Outcome.SMALL_TALK, pieces)
    else:
        pieces.append(composer.phrase("small_talk.feedback_why"))
        turn = aside(context, Outcome.SMALL_TALK, pieces, composer.buttons(*REASON_OF), judged=about)
    return Turn(turn.answers, turn.context, judgements)


def answer_reason(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Notes why, or that it is not said. A button that is pressed later speaks of the last answer."""
    reason = _reason(heard, context)
    about = context.judged or _last_answers(context, composer)
    context = gone_on(context)
    if reason is None:
        return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.deny_ok")], options=())
    turn = aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.feedback_noted")], options=())
    return Turn(turn.answers, turn.context, tuple(Judgement(False, ids, reason) for ids in about))


def gone_on(context: Context) -> Context:
    """Without the question for a reason, also in what "say that again" and "shorter" go back to."""
    return context if context.judged is None else context.but(judged=None, said=context.said[:-1], options=())


def leaves_it_open(heard: Heard) -> bool:
    """Whether the question for a reason still stands after a message that is none: it could not be read, or wants to hear it again."""
    return heard.intent in ("unusable", "repeat", "give_feedback")


def _last_answers(context: Context, composer: Composer) -> Tuple[Dict[str, Any], ...]:
    """The ids of the last turn's answers, manners left out; empty when nothing was answered yet."""
    for turn in reversed(context.said):
        answers = [composer.restore(stored) for stored in turn if stored["outcome"] not in _NO_ANSWER]
        if answers:
            return tuple(ids_of(answer) for answer in answers if answer)
    return ()
