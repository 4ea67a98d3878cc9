"""Which pure function answers which intent, and what every turn has in common: parts, notices, memory of what was said."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import AbstractSet, Callable, Dict, Optional, Tuple

from legcramps import intents
from legcramps.answers import (
    causes,
    comparison,
    conditions,
    conversation,
    definition,
    evidence,
    feedback,
    in_context,
    medicines,
    not_covered,
    out_of_scope,
    relief,
    restless_legs,
    safety,
    silent,
    situation,
    small_talk,
)
from legcramps.answers.compose import Composer, store
from legcramps.answers.turn import joined
from legcramps.answers.types import Answer, Context, Heard, Outcome, Turn

AnswerFunction = Callable[[Heard, Context, Composer], Turn]

MEMORY = 4
"""Turns whose replies are kept for "repeat" and "go back"."""

_NO_NOTICE = (Outcome.URGENT, Outcome.CRISIS, Outcome.ERROR)
_UNREMEMBERED = frozenset({"repeat", "ask_shorter", "ask_plain_words", "go_back"})


def _follow(heard: Heard, context: Context, composer: Composer) -> Turn:
    return INTENTS[heard.intent](heard, context, composer)


INTENTS: Dict[str, AnswerFunction] = {
    "ask_definition": definition.answer_definition,
    "ask_muscles": definition.answer_muscles,
    "ask_relief": relief.answer_relief,
    "ask_causes": causes.answer_causes,
    "ask_known_causes": causes.answer_known_causes,
    "ask_risk_factors": causes.answer_risk_factors,
    "ask_condition": conditions.answer_condition,
    "ask_condition_list": conditions.answer_condition_list,
    "ask_condition_details": conditions.answer_condition_details,
    "ask_medicines": medicines.answer_medicines,
    "ask_restless_legs": restless_legs.answer_restless_legs,
    "ask_difference": restless_legs.answer_difference,
    "tell_apart": comparison.answer_tell_apart,
    "ask_restless_legs_other": restless_legs.answer_restless_legs_other,
    "tell_situation": situation.answer_situation,
    "ask_evidence": evidence.answer_evidence,
    "ask_source": evidence.answer_source,
    **dict.fromkeys(not_covered.TOPIC_OF, not_covered.answer_not_covered),
    **dict.fromkeys(small_talk.PHRASE_OF, small_talk.answer_small_talk),
    "affirm": partial(conversation.answer_affirm, follow=_follow),
    "deny": conversation.answer_deny,
    "be_unsure": conversation.answer_unsure,
    "ask_more": conversation.answer_more,
    "repeat": conversation.answer_repeat,
    "ask_shorter": conversation.answer_shorter,
    "ask_plain_words": conversation.answer_repeat,
    "go_back": conversation.answer_go_back,
    "ask_why": partial(conversation.answer_why, follow=_follow),
    "choose_option": partial(conversation.answer_option, follow=_follow),
    "correct_assistant": partial(conversation.answer_correction, follow=_follow),
    "cancel": conversation.answer_cancel,
    "start_over": conversation.answer_start_over,
    "forget_me": conversation.answer_forget,
    "give_feedback": feedback.answer_feedback,
    **dict.fromkeys(feedback.REASON_OF, feedback.answer_reason),
    "unclear_trouble": conversation.answer_unclear_trouble,
    "something_else": conversation.answer_something_else,
    "report_emergency": safety.answer_urgent,
    "express_self_harm": safety.answer_crisis,
    "ask_other_health": out_of_scope.answer_out_of_scope,
    "ask_off_topic": out_of_scope.answer_out_of_scope,
    "nlu_fallback": conversation.answer_not_understood,
    "unusable": conversation.answer_unusable,
}
"""Every intent there is, and the function that answers it."""


def respond(heard: Heard, context: Context, composer: Composer, function: Optional[AnswerFunction] = None) -> Turn:
    """Answers one message: each of its parts in order, the once-only notices after the answer, and remembers what was said.

    While a guided comparison is open, a message that answers its question goes there, whatever its intent; and so does one that says
    why an answer was no help, when that was asked.

    ``function`` answers the message's main intent (found by its name when not given).
    """
    context = composer.still_known(context)
    if feedback.is_reason(heard, context):
        return _finished(feedback.answer_reason(heard, context, composer), heard, context, composer)
    if not feedback.leaves_it_open(heard):
        context = feedback.gone_on(context)
    if comparison.is_reply(heard, context):
        turn = comparison.answer_reply(heard, context, composer)
    else:
        read = in_context.read(heard, context, composer.medicines, composer.relatives)
        function = function if read.intent == heard.intent else None
        heard = read
        turn = comparison.set_aside(_answer(heard, context, composer, function), heard, context, composer)
    return _finished(turn, heard, context, composer)


def _finished(turn: Turn, heard: Heard, context: Context, composer: Composer) -> Turn:
    """The turn with the notices, when they are due, and remembered."""
    memory = turn.context
    if _is_worth_repeating(turn, heard):
        stored = tuple(store(answer) for answer in turn.answers)
        memory = memory.but(said=(*memory.said, stored)[-MEMORY:])
    if context.notices or memory.notices or turn.answers[-1].outcome in _NO_NOTICE:
        return replace(turn, context=memory)
    answers = (*turn.answers[:-1], _with_notices(turn.answers[-1], composer))
    return replace(turn, answers=answers, context=memory.but(notices=True))


def _is_worth_repeating(turn: Turn, heard: Heard) -> bool:
    """Whether "say that again" may mean this turn: not what was said again, no error, no thanks for what was said of an answer."""
    thanks = bool(turn.judgements) and turn.context.judged is None
    return (
        not thanks and heard.intent not in _UNREMEMBERED and any(a.outcome is not Outcome.ERROR for a in turn.answers)
    )


def _answer(heard: Heard, context: Context, composer: Composer, function: Optional[AnswerFunction]) -> Turn:
    """The message and its parts, each as the source answers it or the question beside it. The guided comparison comes last, since it ends with
    a question to the person."""
    questions = [
        (heard, function or INTENTS[heard.intent]),
        *((replace(part, told=heard.told), INTENTS[part.intent]) for part in heard.parts),
    ]
    asked = {question.intent for question, _ in questions}
    questions = [pair for pair in questions if not _is_needless(pair[0], heard, asked)]
    turn = Turn((), context)
    for question, answer in sorted(questions, key=lambda pair: pair[0].intent == "tell_apart"):
        aspect = silent.find_aspect(question, context, several=len(questions) > 1)
        if aspect:
            answer = partial(silent.answer_silent, aspect=aspect)
        more = answer(question, turn.context, composer)
        turn = joined(
            turn,
            replace(more, answers=tuple(a for a in more.answers if question is heard or not _is_said(a, turn.answers))),
        )
    return turn


def _is_needless(question: Heard, whole: Heard, asked: AbstractSet[str]) -> bool:
    """Whether the rest of the message has it answered.

    The comparison says the difference point by point. A story that names nothing of ours needs no answer beside its question; one that does
    is the answer to "any connection?" in it, and an urge to move that is only told of is no wish to compare.
    """
    if question.intent == "ask_difference":
        return "tell_apart" in asked
    if whole.intent != "tell_situation":
        return False
    if question is whole:
        return bool(whole.parts) and not _names(whole)
    if question.intent == "tell_apart":
        return bool(whole.told) and not whole.told.asks
    return question.intent in intents.OF_CONDITIONS - {"ask_condition_list"} and not question.mentions and _names(whole)


def _names(heard: Heard) -> bool:
    return any(heard.named(kind) for kind in ("condition", "unlisted", "ambiguous"))


def _is_said(answer: Answer, before: Tuple[Answer, ...]) -> bool:
    """Whether a reply would only say again what the turn has said."""
    facts = {key for other in before for key in other.statements}
    return answer.text in {other.text for other in before} or (
        bool(answer.statements) and set(answer.statements) <= facts
    )


def _with_notices(answer: Answer, composer: Composer) -> Answer:
    notices = (composer.phrase("notice.disclaimer", paragraph=True), composer.phrase("notice.privacy"))
    return replace(answer, pieces=(*answer.pieces, *notices))
