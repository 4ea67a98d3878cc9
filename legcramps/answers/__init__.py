"""Pure functions from what was asked to what is said. No Rasa, no input or output.

The public surface: :func:`respond` answers one message; :class:`Answer`, :class:`Heard` and :class:`Context` are its
vocabulary; :class:`Composer` builds sentences from the knowledge files; :func:`read_told` reads what a message says of the legs;
:func:`aloud` gives an answer in the form in which it is said.
"""

from legcramps.answers.compose import Composer, store
from legcramps.answers.registry import INTENTS, respond
from legcramps.answers.speech import aloud
from legcramps.answers.told import read_told
from legcramps.answers.types import (
    Answer,
    Button,
    ConditionLink,
    Context,
    Heard,
    Mention,
    Operator,
    Outcome,
    Piece,
    PieceKind,
    Told,
    Topic,
    Turn,
)

__all__ = [
    "INTENTS",
    "Answer",
    "Button",
    "Composer",
    "ConditionLink",
    "Context",
    "Heard",
    "Mention",
    "Operator",
    "Outcome",
    "Piece",
    "PieceKind",
    "Told",
    "Topic",
    "Turn",
    "aloud",
    "read_told",
    "respond",
    "store",
]
