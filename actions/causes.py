"""Why people get them."""

from actions.common import SkillAction
from legcramps.answers import causes


class ActionAnswerCauses(SkillAction):
    answer = staticmethod(causes.answer_causes)


class ActionAnswerKnownCauses(SkillAction):
    answer = staticmethod(causes.answer_known_causes)


class ActionAnswerRiskFactors(SkillAction):
    answer = staticmethod(causes.answer_risk_factors)
