"""What is not our business."""

from actions.common import SkillAction
from legcramps.answers import out_of_scope


class ActionSayOutOfScope(SkillAction):
    answer = staticmethod(out_of_scope.answer_out_of_scope)
