"""Whether medicines are linked."""

from actions.common import SkillAction
from legcramps.answers import medicines


class ActionAnswerMedicines(SkillAction):
    answer = staticmethod(medicines.answer_medicines)
