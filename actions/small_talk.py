"""Manners."""

from actions.common import SkillAction
from legcramps.answers import small_talk


class ActionAnswerSmallTalk(SkillAction):
    answer = staticmethod(small_talk.answer_small_talk)
