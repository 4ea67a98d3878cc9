"""Replies as Slack messages: blocks, buttons, and the lengths that Slack takes. Pure; no Rasa import."""

from __future__ import annotations

import copy
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from legcramps.channels.replies import Reply, sources, suggestion, written
from legcramps.channels.slack_request import ACTION, PRIVATE
from legcramps.channels.text_render import cut, split

MAX_TEXT = 3000
"""Characters in a block's text."""

MAX_MESSAGE = 39_000
"""Characters in a message's text."""

MAX_TITLE = 75
"""Characters on a button."""

MAX_VALUE = 2000
"""Characters in a button's payload; here counted in bytes, which is never more generous."""

MAX_BUTTONS = 25
"""Buttons in a group."""

MAX_BLOCKS = 50
"""Blocks in a message."""

CHOSEN = "✓ "

TOPICS = (
    "ask_relief",
    "ask_definition",
    "ask_causes",
    "ask_condition_list",
    "ask_medicines",
    "ask_difference",
    "tell_apart",
    "ask_source",
    "ask_help",
)
"""What the Home tab offers."""

Block = Dict[str, Any]
Post = Dict[str, Any]
Shorten = Callable[[str, int], str]


def as_posts(replies: Sequence[Reply], shorten: Shorten, first: str = "", offer_private: bool = False) -> List[Post]:
    """The replies of one turn as one message (``text`` and ``blocks``), and more only where they do not fit.

    Args:
        shorten: gives a payload of at most so many bytes for a payload (:meth:`legcramps.channels.kept.Kept.short`).
        first: said before the replies, but never before a danger.
        offer_private: others can read along: offers to go on in private, but never beside a danger.
    """
    danger = is_danger(replies)
    blocks: List[Block] = []
    for reply in replies:
        blocks += [_section(part) for part in _parts(reply["text"])]
        places = sources(reply)
        if places:
            blocks += [_context(part) for part in _parts(written("chat.source", places=places))]
    if first:
        blocks.insert(len(blocks) if danger else 0, _section(first))
    blocks += as_buttons([button for reply in replies for button in reply["buttons"]], shorten)
    if offer_private and not danger:
        blocks.append(_context(written("chat.ask_privately")))
        blocks.append(_actions([_button(written("chat.privately"), "private", PRIVATE)], "legcramps:private"))
    groups = [blocks[start : start + MAX_BLOCKS] for start in range(0, len(blocks), MAX_BLOCKS)]
    return [{"text": _as_text(group), "blocks": group} for group in groups]


def is_danger(replies: Sequence[Reply]) -> bool:
    """Whether there is something among the replies that a person in danger must read."""
    return any(reply["answer"].get("outcome") in ("urgent", "crisis") for reply in replies)


def as_buttons(buttons: Sequence[Mapping[str, str]], shorten: Shorten) -> List[Block]:
    """Suggestions in groups that Slack takes, however many; each once."""
    once = {button["payload"]: button["title"] for button in buttons if button["title"].strip()}
    made = [
        _button(title, shorten(payload, MAX_VALUE), f"{ACTION}{number}")
        for number, (payload, title) in enumerate(once.items())
    ]
    return [
        _actions(made[start : start + MAX_BUTTONS], f"{ACTION}{start}") for start in range(0, len(made), MAX_BUTTONS)
    ]


def mark_chosen(message: Mapping[str, Any], block: str, action: str) -> Optional[List[Block]]:
    """The blocks of a message with one button shown as chosen; None when it has no such button, or it is shown so already."""
    blocks = copy.deepcopy(message.get("blocks"))
    for one in blocks if isinstance(blocks, list) else []:
        if not isinstance(one, dict) or one.get("type") != "actions" or one.get("block_id") != block:
            continue
        for button in one.get("elements") or []:
            if isinstance(button, dict) and button.get("action_id") == action:
                label = button.get("text") if isinstance(button.get("text"), dict) else {}
                title = str(label.get("text") or "")
                if not title or title.startswith(CHOSEN):
                    return None
                button["text"] = {"type": "plain_text", "text": cut(CHOSEN + title, MAX_TITLE), "emoji": False}
                button["style"] = "primary"
                return blocks
    return None


def home(shorten: Shorten) -> Dict[str, Any]:
    """The Home tab: what this is, topics to choose from, and that it is no medical advice."""
    topics = [topic for intent in TOPICS if (topic := suggestion(intent))]
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": _plain(cut(written("chat.title"), 150))},
            _section(written("small_talk.greet")),
            _section(written("chat.how_to")),
            *as_buttons(topics, shorten),
            {"type": "divider"},
            _context(written("notice.disclaimer")),
            _context(written("notice.privacy")),
        ],
    }


def escape(text: str) -> str:
    """The three characters by which Slack knows its own markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _as_text(blocks: Sequence[Block]) -> str:
    """What notifications and screen readers say, and all that is seen where blocks are not."""
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    contexts = [element["text"] for block in blocks if block["type"] == "context" for element in block["elements"]]
    return cut("\n".join([*sections, *contexts]) or "…", MAX_MESSAGE)


def _parts(text: str) -> List[str]:
    return [part for part in split(text, MAX_TEXT, lambda part: len(escape(part))) if part.strip()]


def _section(text: str) -> Block:
    return {"type": "section", "text": _words(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_words(text)]}


def _actions(buttons: List[Block], identifier: str) -> Block:
    return {"type": "actions", "block_id": identifier, "elements": buttons}


def _button(title: str, value: str, identifier: str) -> Block:
    return {"type": "button", "text": _plain(cut(title, MAX_TITLE)), "value": value, "action_id": identifier}


def _words(text: str) -> Dict[str, Any]:
    return {"type": "mrkdwn", "text": escape(text)}


def _plain(text: str) -> Dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
