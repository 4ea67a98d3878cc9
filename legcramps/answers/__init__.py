"""Pure functions from what was asked to what is said. No Rasa, no input or output.

The public surface: :func:`respond` answers one message; :class:`Answer`, :class:`Heard` and :class:`Context` are its
vocabulary; :class:`Composer` builds sentences from the knowledge files.
"""
from legcramps.answers.compose import Composer, store
from legcramps.answers.registry import INTENTS, respond
from legcramps.answers.types import (Answer, Button, ConditionLink, Context, Heard, Mention, Operator, Outcome, Piece, PieceKind, Topic, Turn)

__all__ = ["Answer", "Button", "Composer", "ConditionLink", "Context", "Heard", "INTENTS", "Mention", "Operator", "Outcome", "Piece", "PieceKind",
           "Topic", "Turn", "respond", "store"]
