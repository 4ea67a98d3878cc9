"""A person's own story."""

from actions.common import SkillAction
from legcramps.answers import situation


class ActionAnswerSituation(SkillAction):
    answer = staticmethod(situation.answer_situation)
