"""What the source does not answer."""

from actions.common import SkillAction
from legcramps.answers import not_covered


class ActionSayNotCovered(SkillAction):
    answer = staticmethod(not_covered.answer_not_covered)
