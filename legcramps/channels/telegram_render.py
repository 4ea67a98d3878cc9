"""Replies as Telegram messages: its HTML, its lengths, its keyboards. Pure; no Rasa import."""

from __future__ import annotations

import html
from typing import Any, Callable, Dict, List, Sequence

from legcramps.channels.replies import Reply, sources, written
from legcramps.channels.text_render import cut, split

MAX_UNITS = 4096
"""UTF-16 units in a message. Counted with its tags, though Telegram counts without."""

MAX_DATA = 64
"""Bytes in a button's payload."""

MAX_BUTTONS = 100
MAX_IN_ROW = 4
"""Buttons side by side; Telegram takes eight."""

ROW = 34
"""Characters side by side that a narrow telephone shows; a title has room for more only on a row of its own."""

MAX_NOTICE = 200
"""Characters in the notice that a pressed button may bring."""

Message = Dict[str, Any]
Shorten = Callable[[str, int], str]


def units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def as_messages(replies: Sequence[Reply], shorten: Shorten, first: str = "") -> List[Message]:
    """The replies of one turn as one message, and more only where they do not fit; suggestions under the last.

    Args:
        shorten: gives a payload of at most so many bytes for a payload (:meth:`legcramps.channels.kept.Kept.short`).
        first: said before the replies, but never before a danger.
    """
    # What is said, the tags around it and what parts it from what stands before.
    passages = []
    for reply in replies:
        passages.append((reply["text"], "{}", "\n\n"))
        # Under its own reply, so that several answers keep their sources apart.
        passages.append(
            (written("chat.source", places=places), "<i>{}</i>", "\n") if (places := sources(reply)) else None
        )
    if first:
        passages.insert(len(passages) if is_danger(replies) else 0, (first, "{}", "\n\n"))
    texts: List[str] = []
    for text, frame, gap in filter(None, passages):
        for part in filter(
            str.strip, split(text, MAX_UNITS, lambda part, frame=frame: units(frame.format(escape(part))))
        ):
            block = frame.format(escape(part))
            if texts and units(texts[-1] + gap + block) <= MAX_UNITS:
                texts[-1] += gap + block
            else:
                texts.append(block)
    messages: List[Message] = [
        {"text": text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}} for text in texts
    ]
    keyboard = as_keyboard([button for reply in replies for button in reply["buttons"]], shorten)
    if keyboard and messages:
        messages[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return messages


def as_keyboard(buttons: Sequence[Dict[str, str]], shorten: Shorten) -> List[List[Dict[str, str]]]:
    """Suggestions in rows that fit; each once."""
    rows: List[List[Dict[str, str]]] = []
    for payload, title in list({b["payload"]: b["title"] for b in buttons if b["title"].strip()}.items())[:MAX_BUTTONS]:
        button = {"text": cut(title, 200), "callback_data": shorten(payload, MAX_DATA)}
        row = rows[-1] if rows else []
        # All buttons of a row get the same width.
        widest = max(len(one["text"]) for one in [*row, button])
        if 0 < len(row) < MAX_IN_ROW and widest * (len(row) + 1) <= ROW:
            row.append(button)
        else:
            rows.append([button])
    return rows


def escape(text: str) -> str:
    return html.escape(text, quote=False)


def plain(message: Message) -> Message:
    """The same message without HTML, for a server that will not take it."""
    text = html.unescape(message["text"].replace("<i>", "").replace("</i>", ""))
    return {name: value for name, value in {**message, "text": text}.items() if name != "parse_mode"}


def split_message(message: Message) -> List[Message]:
    """A message in two of half its length, its keyboard under the last; for a server that takes less than it says."""
    simple = plain(message)
    texts = split(simple["text"], max(units(simple["text"]) * 2 // 3, 1), units)
    halves = [
        {name: value for name, value in {**simple, "text": text}.items() if name != "reply_markup"} for text in texts
    ]
    if "reply_markup" in simple:
        halves[-1]["reply_markup"] = simple["reply_markup"]
    return halves


def is_danger(replies: Sequence[Reply]) -> bool:
    """Whether the replies begin with what a person in danger must read first."""
    return any(reply["answer"].get("outcome") in ("urgent", "crisis") for reply in replies[:1])
