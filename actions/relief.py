"""What eases a cramp."""

from actions.common import SkillAction
from legcramps.answers import relief


class ActionAnswerRelief(SkillAction):
    answer = staticmethod(relief.answer_relief)
