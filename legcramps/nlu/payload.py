"""Button payloads: ``#ask_causes`` or ``#ask_condition=anemia``. A closed list; anything else is ordinary text.

A person may type one, too: it can do nothing that a question in words could not.
"""

from __future__ import annotations

import re
from typing import Collection, NamedTuple, Optional

_PAYLOAD = re.compile(r"^#([a-z_]{3,40})(?:=([a-z0-9_]{2,60}))?$")


class Payload(NamedTuple):
    """``known`` is False for something shaped like a payload that is on no list (a button of an older version)."""

    intent: str
    condition: Optional[str]
    known: bool


def read_payload(text: str, intents: Collection[str], conditions: Collection[str]) -> Optional[Payload]:
    """None when ``text`` is not shaped like a payload."""
    match = _PAYLOAD.match(text.strip())
    if not match:
        return None
    intent, condition = match.groups()
    if "_" not in intent and intent not in intents:
        return None  # a hashtag such as "#cramps" is ordinary text
    return Payload(intent, condition, intent in intents and (condition is None or condition in conditions))
