"""Restless legs beside cramps."""

from actions.common import SkillAction
from legcramps.answers import comparison, restless_legs


class ActionAnswerRestlessLegs(SkillAction):
    answer = staticmethod(restless_legs.answer_restless_legs)


class ActionAnswerDifference(SkillAction):
    answer = staticmethod(restless_legs.answer_difference)


class ActionTellApart(SkillAction):
    answer = staticmethod(comparison.answer_tell_apart)


class ActionAnswerRestlessLegsOther(SkillAction):
    answer = staticmethod(restless_legs.answer_restless_legs_other)
