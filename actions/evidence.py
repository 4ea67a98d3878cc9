"""How sure it is, and where it stands."""

from actions.common import SkillAction
from legcramps.answers import evidence


class ActionExplainEvidence(SkillAction):
    answer = staticmethod(evidence.answer_evidence)


class ActionShowSource(SkillAction):
    answer = staticmethod(evidence.answer_source)
