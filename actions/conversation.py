"""The flow of a talk: again, more, back, yes, no, corrections, not understood."""

from actions.common import SkillAction
from legcramps.answers import conversation, feedback
from legcramps.answers.registry import INTENTS


class ActionAnswerAffirm(SkillAction):
    answer = staticmethod(INTENTS["affirm"])


class ActionAnswerDeny(SkillAction):
    answer = staticmethod(conversation.answer_deny)


class ActionAnswerUnsure(SkillAction):
    answer = staticmethod(conversation.answer_unsure)


class ActionShowMore(SkillAction):
    answer = staticmethod(conversation.answer_more)


class ActionRepeat(SkillAction):
    answer = staticmethod(conversation.answer_repeat)


class ActionShorten(SkillAction):
    answer = staticmethod(conversation.answer_shorter)


class ActionGoBack(SkillAction):
    answer = staticmethod(conversation.answer_go_back)


class ActionAnswerWhy(SkillAction):
    answer = staticmethod(INTENTS["ask_why"])


class ActionChooseOption(SkillAction):
    answer = staticmethod(INTENTS["choose_option"])


class ActionCorrect(SkillAction):
    answer = staticmethod(INTENTS["correct_assistant"])


class ActionCancel(SkillAction):
    answer = staticmethod(conversation.answer_cancel)


class ActionStartOver(SkillAction):
    answer = staticmethod(conversation.answer_start_over)


class ActionForgetMe(SkillAction):
    answer = staticmethod(conversation.answer_forget)


class ActionThankForFeedback(SkillAction):
    answer = staticmethod(feedback.answer_feedback)


class ActionNoteReason(SkillAction):
    answer = staticmethod(feedback.answer_reason)


class ActionAskAgain(SkillAction):
    answer = staticmethod(conversation.answer_not_understood)


class ActionAskIfCramp(SkillAction):
    answer = staticmethod(conversation.answer_unclear_trouble)


class ActionOfferSomethingElse(SkillAction):
    answer = staticmethod(conversation.answer_something_else)


class ActionSayUnusable(SkillAction):
    answer = staticmethod(conversation.answer_unusable)
