"""What night leg cramps are."""

from actions.common import SkillAction
from legcramps.answers import definition


class ActionAnswerDefinition(SkillAction):
    answer = staticmethod(definition.answer_definition)


class ActionAnswerMuscles(SkillAction):
    answer = staticmethod(definition.answer_muscles)
