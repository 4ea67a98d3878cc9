"""Emergencies and self-harm: fixed words."""

from actions.common import SkillAction
from legcramps.answers import safety


class ActionAnswerUrgent(SkillAction):
    answer = staticmethod(safety.answer_urgent)


class ActionAnswerCrisis(SkillAction):
    answer = staticmethod(safety.answer_crisis)
