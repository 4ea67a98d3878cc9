"""The chat as plain HTML, for browsers without JavaScript. Pure; every text goes through :func:`_text` and nothing else."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, Iterable, List, Mapping, Optional, Sequence

ACTION = "form"
"""Where the form goes, seen from its own address."""


@dataclass(frozen=True)
class Page:
    """What the page shows: ``turns`` as the history gives them, ``token`` and ``message_id`` for the hidden fields.

    ``words`` is the widget's table, ``form_words`` what only this page says, ``names`` what ``GET words`` gives. ``notice`` is a sentence above the form.
    Without a ``token`` there is only the notice and a way to begin again.
    """

    words: Mapping[str, str]
    form_words: Mapping[str, str]
    names: Mapping[str, Any]
    turns: Sequence[Mapping[str, Any]] = ()
    token: Optional[str] = None
    message_id: str = ""
    notice: Optional[str] = None


def render(page: Page) -> str:
    """The whole document."""
    words = page.words
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{_text(words["title"])}</title><link rel="stylesheet" href="/widget/page.css"></head><body><main class="form">',
        f"<h1>{_text(words['title'])}</h1>",
        f"<p>{_text(words['intro'])} {_text(words['program'], number=page.names['emergency_number'])}</p>",
        *(_turn(page, turn, turn is page.turns[-1]) for turn in page.turns),
    ]
    if page.notice:
        parts.append(f'<p class="notice" role="status">{_text(page.notice)}</p>')
    parts += _form(page) if page.token else [f'<p><a href="{ACTION}">{_text(page.form_words["again"])}</a></p>']
    parts.append(
        f'<p class="small">{_text(words["privacy"], days=page.names["keep_days"])} {_text(page.form_words["form"])}</p>'
    )
    return "".join([*parts, "</main></body></html>"])


def _form(page: Page) -> List[str]:
    words = page.words
    questions = "" if page.turns else _choices(words["questions"].split("|"))
    forget = f'<button name="do" value="forget" formnovalidate>{_text(words["forget"])}</button>' if page.turns else ""
    return [
        # The first button of a form is the one that the Enter key presses, so the field and its button come first.
        f'<form method="post" action="{ACTION}#latest" accept-charset="utf-8" autocomplete="off">',
        f'<input type="hidden" name="token" value="{_text(page.token or "")}">',
        f'<input type="hidden" name="id" value="{_text(page.message_id)}">',
        f'<p class="ask"><label for="text">{_text(words["field"])}</label> <input id="text" name="text"> ',
        f"<button>{_text(page.form_words['send'])}</button></p>",
        _choices_of(page.turns[-1:]),
        f"<h2>{_text(page.form_words['questions'])}</h2>{questions}" if questions else "",
        f"<p>{forget}</p></form>",
    ]


def _turn(page: Page, turn: Mapping[str, Any], latest: bool) -> str:
    words = page.words
    mark = ' id="latest"' if latest else ""
    replies = "".join(_reply(page, reply) for reply in turn["replies"]) or f"<p>{_text(words['unanswered'])}</p>"
    return (
        f'<section{mark}><h2 class="who">{_text(words["you"])}</h2><p class="person" dir="auto">{_text(turn["text"])}</p>'
        f'<h2 class="who">{_text(words["assistant"])}</h2>{replies}</section>'
    )


def _reply(page: Page, reply: Mapping[str, Any]) -> str:
    words, names, answer = page.words, page.names, reply["answer"]
    text = "".join(f"<p>{_text(part)}</p>" for part in reply["text"].split("\n\n"))
    grades = "".join(
        f"<li>{_text(names['conditions'].get(c['id'], c['id']))}: {_text(names['grades'][c['link']]['label'])}</li>"
        for c in answer.get("conditions", ())
        if c.get("link") in names["grades"]
    )
    places = "; ".join(place(words, cite) for cite in answer.get("citations", ()))
    source = f'<p class="source">{_text(words["source"])}{_text(places)}</p>' if places else ""
    warning = answer.get("outcome") in ("urgent", "crisis")
    return (
        f'<div class="reply{" warning" if warning else ""}">'
        + (f"<h3>{_text(words['urgent'])}</h3>" if warning else "")
        + text
        + (f'<ul aria-label="{_text(words["grades"])}">{grades}</ul>' if grades else "")
        + source
        + "</div>"
    )


def place(words: Mapping[str, str], cite: Mapping[str, Any]) -> str:
    """A place in the source, in words."""
    item = words["item"].format(item=cite["item"]) if cite.get("item") else ""
    return words["place"].format(section=cite["section"], paragraph=cite["paragraph"]) + item


def _choices_of(turns: Iterable[Mapping[str, Any]]) -> str:
    buttons = [button for turn in turns for reply in turn["replies"][-1:] for button in reply["buttons"]]
    return _buttons([(button["payload"], button["title"]) for button in buttons])


def _choices(questions: Iterable[str]) -> str:
    return _buttons([(question, question) for question in questions])


def _buttons(pairs: Sequence[Any]) -> str:
    made = " ".join(f'<button name="choice" value="{_text(value)}">{_text(title)}</button>' for value, title in pairs)
    return f'<p class="choices">{made}</p>' if made else ""


def _text(text: str, **filled: Any) -> str:
    """Any text made safe to stand in HTML, between tags or in a quoted attribute."""
    return html.escape(text.format(**filled) if filled else text, quote=True)
