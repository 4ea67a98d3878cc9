"""Whether a condition is linked, and the list of all."""

from actions.common import SkillAction
from legcramps.answers import conditions


class ActionAnswerCondition(SkillAction):
    answer = staticmethod(conditions.answer_condition)


class ActionAnswerConditionList(SkillAction):
    answer = staticmethod(conditions.answer_condition_list)


class ActionAnswerConditionDetails(SkillAction):
    answer = staticmethod(conditions.answer_condition_details)
