"""The chat as plain HTML: everything that comes from outside is escaped."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from legcramps.channels import form_render, replies, web_words

WIDGET = Path(__file__).resolve().parents[2] / "widget"
NASTY = """"><script>alert('1')</script><img src=x onerror="a()">&amp;{n}'"""


class Seen(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, document):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(document)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def page(**fields):
    names = {**replies.names(), "emergency_number": "112", "keep_days": 30}
    whole = {"token": "a.b.c", "message_id": "m1", **fields}
    return form_render.render(
        form_render.Page(web_words.widget_words(WIDGET), web_words.form_words(WIDGET), names, **whole)
    )


def turn(text, reply, **answer):
    envelope = {"outcome": "answered", "conditions": [], "citations": [], **answer}
    return {"id": "1", "text": text, "replies": [{"text": reply, "buttons": [], "answer": envelope}]}


def test_the_first_page_asks_with_the_questions_of_the_widget():
    seen = Seen(page())
    assert seen.open == []
    (form,) = seen.named("form")
    assert (form["method"], form["action"]) == ("post", "form#latest")
    assert {one["name"]: one.get("value") for one in seen.named("input")} == {
        "token": "a.b.c",
        "id": "m1",
        "text": None,
    }
    assert [one for one in seen.named("label") if one["for"] == "text"]
    choices = [one["value"] for one in seen.named("button") if one.get("name") == "choice"]
    assert choices[0] == "I have a cramp now"
    assert "112" in seen.text


def test_the_enter_key_presses_the_button_that_asks():
    assert Seen(page(turns=[turn("a", "b")])).named("button")[0].get("name") is None


@pytest.mark.parametrize(
    "place", ["text", "reply", "section", "title", "payload", "notice", "token", "id", "condition"]
)
def test_nothing_from_outside_becomes_html(place):
    said = turn("question", "reply", citations=[{"section": "Causes", "paragraph": 1}])
    reply = said["replies"][0]
    reply["buttons"] = [{"title": "title", "payload": "payload"}]
    fields = {}
    if place == "text":
        said["text"] = NASTY
    elif place == "reply":
        reply["text"] = NASTY
    elif place == "section":
        reply["answer"]["citations"][0]["section"] = NASTY
    elif place == "condition":
        reply["answer"]["conditions"] = [{"id": NASTY, "link": "known_cause"}]
    elif place in ("title", "payload"):
        reply["buttons"][0][place] = NASTY
    else:
        fields[{"id": "message_id"}.get(place, place)] = NASTY
    seen = Seen(page(turns=[said], **fields))
    assert not seen.named("script")
    assert not seen.named("img")
    assert not [attribute for _, attributes in seen.tags for attribute in attributes if attribute.startswith("on")]
    values = [value for _, attributes in seen.tags for value in attributes.values()]
    assert NASTY in seen.text or NASTY in values


def test_grades_and_places_are_said_in_words():
    answer = turn(
        "anemia?", "It can be.", conditions=[{"id": "anemia", "link": "sometimes_linked"}],
        citations=[{"section": "Causes", "paragraph": 6, "item": 4}],
    )  # fmt: skip
    text = Seen(page(turns=[answer])).text
    assert "Anemia: sometimes linked" in text
    assert "Source: Causes, paragraph 6, item 4" in text


def test_a_warning_stands_out_in_words():
    seen = Seen(page(turns=[turn("help", "Call now.", outcome="urgent")]))
    assert "Please read this first" in seen.text
    assert [one for one in seen.named("div") if "warning" in one.get("class", "")]


def test_only_the_last_answers_suggestions_are_offered_and_no_opening_questions():
    one, two = turn("a", "b"), turn("c", "d")
    one["replies"][0]["buttons"] = [{"title": "Old", "payload": "#old"}]
    two["replies"][0]["buttons"] = [{"title": "New", "payload": "#new"}]
    seen = Seen(page(turns=[one, two]))
    assert [one["value"] for one in seen.named("button") if one.get("name") == "choice"] == ["#new"]
    assert "I have a cramp now" not in seen.text
    assert [one for one in seen.named("button") if one.get("value") == "forget"]


def test_without_a_session_there_is_only_the_sentence_and_a_way_on():
    seen = Seen(page(token=None, notice="Too old."))
    assert not seen.named("form")
    assert "Too old." in seen.text
    assert seen.named("a") == [{"href": "form"}]


def test_the_page_loads_nothing_from_elsewhere():
    document = page(turns=[turn("a", "b")])
    assert "<script" not in document
    assert re.findall(r'(?:href|src)="([^"]+)"', document) == ["/widget/page.css"]
