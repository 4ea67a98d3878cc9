"""Asking and being answered: what a person at the website notices."""

import json
import re

import pytest
from playwright.sync_api import expect

from legcramps.channels import web_words
from tests.helpers.http import REPO

NASTY = """<img src=x onerror="window.hit=1"> <script>window.hit=1</script> & 'anemia' < 5 > 3 {n} \\ %s"""
WORDS = web_words.widget_words(REPO / "widget")


def test_one_line_of_html_opens_a_chat_that_answers(person):
    widget = person().open()
    turn = widget.ask("can anemia do this?")
    expect(turn.locator(".reply p").first).to_contain_text("can sometimes be linked to anemia")
    assert widget.errors == []


def test_nothing_is_asked_of_the_server_before_a_person_opens_it(person):
    widget = person()
    widget.page.wait_for_timeout(300)
    assert not [request for request in widget.requests if "/webhooks/" in request]
    assert widget.kept == {}


def test_each_question_of_the_first_screen_is_answered(person):
    widget = person().open()
    questions = WORDS["questions"].split("|")
    for count, question in enumerate(questions, 1):
        widget.button(question, exact=True).click()
        expect(widget.turns).to_have_count(count)
        expect(widget.turns.last.locator(".reply").first).to_have_attribute("data-outcome", "answered")
    assert widget.texts == questions


def test_i_have_a_cramp_now_comes_first_and_says_what_eases_it(person):
    widget = person().open()
    first = widget.page.locator(".intro button").first
    expect(first).to_have_text("I have a cramp now")
    first.click()
    expect(widget.page.locator(".reply")).to_contain_text("stretch")


def test_the_first_screen_says_what_it_is_and_what_is_kept(person):
    intro = person().open().page.locator(".intro")
    expect(intro).to_contain_text(
        "I am a computer program, not a doctor. In an emergency, call your local emergency number."
    )
    expect(intro).to_contain_text("kept on the server for 30 days, or until you delete it")


def test_sources_are_behind_a_disclosure_under_each_answer(person):
    widget = person().open()
    turn = widget.ask("can anemia do this?")
    place = turn.get_by_text("Causes, paragraph 6, item 4")
    expect(place).to_be_hidden()
    turn.locator("summary").click()
    expect(place).to_be_visible()
    expect(turn.locator("details")).to_contain_text("In: Night leg cramps")


def test_the_grade_of_evidence_stands_in_words_beside_each_condition(person):
    widget = person().open()
    turn = widget.ask("could it be anemia or kidney failure?")
    grades = turn.get_by_role("list", name="How strong the link is").get_by_role("listitem")
    assert sorted(grades.all_inner_texts()) == ["Anemia\nsometimes linked", "Kidney failure\nknown cause"]


def test_a_pressed_button_asks_and_shows_its_title(person):
    widget = person().open()
    turn = widget.ask("what causes them?")
    button = turn.locator(".choices button").first
    title = button.inner_text()
    button.click()
    expect(widget.turns).to_have_count(2)
    assert widget.texts[1] == title
    expect(widget.turns.nth(1).locator(".reply")).to_be_visible()
    widget.reload()
    expect(widget.turns).to_have_count(2)
    assert widget.texts[1] == title


def test_the_replies_of_a_turn_stand_one_by_one(person):
    turn = person().open().ask("does magnesium help?")
    expect(turn.locator(".reply")).to_have_count(2)
    assert [one.get_attribute("data-outcome") for one in turn.locator(".reply").all()] == ["not_covered", "answered"]


def test_a_warning_comes_in_words_of_its_own_with_a_number_to_press(person, serve):
    widget = person(serve(LEGCRAMPS_EMERGENCY_NUMBER="112")).open()
    turn = widget.ask("my calf is hot, red and swollen")
    reply = turn.locator(".reply").first
    expect(reply).to_have_attribute("data-outcome", "urgent")
    expect(reply).to_contain_text("Please read this first")
    expect(reply.get_by_role("link", name="Call 112")).to_have_attribute("href", "tel:112")
    expect(turn.locator(".rating")).to_have_count(0)


def test_typing_is_shown_from_accepted_to_the_first_message(person, slow):
    slow(1.2)
    widget = person().open()
    dots = widget.page.locator(".dots")
    expect(dots).to_be_hidden()
    widget.ask("what are night leg cramps?", wait=False)
    expect(dots).to_be_visible()
    expect(widget.status).to_have_text("The assistant is writing")
    expect(widget.page.locator(".reply")).to_be_visible()
    expect(dots).to_be_hidden()
    expect(widget.status).to_have_text("")


def test_a_message_is_shown_while_the_next_is_still_to_come(person, assistant, monkeypatch):
    """Not collected until the end: the first of two replies is there when the second is not."""
    import asyncio

    from legcramps.channels.web import WebOutput

    send = WebOutput.send_response

    async def pausing(self, recipient, message):
        if self.replies:
            await asyncio.sleep(1.5)
        await send(self, recipient, message)

    monkeypatch.setattr(WebOutput, "send_response", pausing)
    widget = person().open()
    widget.ask("does magnesium help?", wait=False)
    replies = widget.page.locator(".reply")
    expect(replies.first).to_be_visible()
    assert replies.count() == 1
    expect(replies).to_have_count(2)


def test_text_stays_text(person):
    widget = person().open()
    turn = widget.ask(NASTY)
    assert widget.texts == [NASTY]
    assert turn.locator("img, script").count() == 0
    widget.reload()
    expect(widget.turns).to_have_count(1)
    assert widget.texts == [NASTY], "not a character is lost"
    assert widget.page.evaluate("() => window.hit") is None


HOSTILE = {
    "text": "See https://example.org/a. <b>x</b> https://evil.example/ javascript:alert(1) https://example.org@evil.example/ "
    "http://example.org/ https://sub.example.org/",
    "buttons": [{"title": "<i>b</i>", "payload": "#ask_causes"}],
    "answer": {
        "outcome": "answered",
        "topic": None,
        "conditions": [{"id": "<u>c</u>", "link": "<s>"}],
        "statements": [],
        "citations": [{"section": "<h1>S</h1>", "paragraph": "<p>1"}],
    },
}


def test_what_the_server_sends_stays_text_and_only_listed_hosts_are_linked(person, address):
    widget = person(f"{address}widget/example.html")
    widget.element.evaluate("e => e.setAttribute('links', 'example.org')")
    lines = [{"type": "accepted", "id": "1"}, {"type": "message", **HOSTILE}, {"type": "done"}]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    widget.page.route(
        "**/webhooks/web/messages", lambda route: route.fulfill(body=body, content_type="application/x-ndjson")
    )
    turn = widget.open().ask("hello")
    expect(turn.locator(".choices")).to_be_visible()
    turn.locator("summary").click()
    assert turn.locator("b:has-text('x'), i, u, s, h1").count() == 0
    expect(turn).to_contain_text("<b>x</b>")
    expect(turn).to_contain_text("<h1>S</h1>, paragraph <p>1")
    assert [one.get_attribute("href") for one in turn.locator("a").all()] == ["https://example.org/a"]
    link = turn.locator("a")
    assert (link.get_attribute("rel"), link.get_attribute("target")) == ("noopener noreferrer", "_blank")


def test_the_document_is_linked_where_the_operator_names_it(person, serve):
    turn = person(serve(LEGCRAMPS_SOURCE_URL="https://example.org/source")).open().ask("what causes them?")
    turn.locator("summary").click()
    expect(turn.get_by_role("link", name="Read it")).to_have_attribute("href", "https://example.org/source")


def test_long_words_and_other_scripts_stay_inside(person):
    widget = person(width=320, height=640).open()
    widget.ask("x" * 900 + " ما هي أسباب تشنجات الساق 🦵")
    log = widget.log.evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert log[0] <= log[1]


def test_too_long_a_message_is_said_before_it_is_sent(person):
    widget = person().open()
    left = widget.page.locator(".left")
    widget.field.fill("x" * 1801)
    expect(left).to_have_text("199 characters left")
    widget.field.fill("x" * 2001)
    expect(left).to_have_text("Please shorten this by 1 characters.")
    expect(widget.field).to_have_attribute("aria-invalid", "true")
    widget.field.press("Enter")
    assert len(widget.field.input_value()) == 2001, "nothing is lost"
    widget.field.fill("😀" * 2000)
    expect(left).to_have_text("0 characters left")
    assert widget.turns.count() == 0
    widget.field.press("Enter")
    expect(widget.page.locator(".reply")).to_be_visible()
    expect(widget.page.locator(".note")).to_be_hidden()


def test_shift_enter_is_a_new_line_and_blanks_are_not_sent(person):
    widget = person().open()
    widget.field.press("Enter")
    widget.field.fill("   ")
    widget.button("Send").click()
    assert widget.turns.count() == 0
    widget.field.fill("what causes")
    widget.field.press("Shift+Enter")
    widget.field.type("them?")
    widget.button("Send").click()
    expect(widget.page.locator(".reply").first).to_be_visible()
    assert widget.texts == ["what causes\nthem?"]


@pytest.mark.parametrize("helpful, reason", [(True, None), (False, "too_long")])
def test_was_this_helpful_is_stored_with_the_answer(person, helpful, reason):
    widget = person().open()
    turn = widget.ask("can anemia do this?")
    group = turn.get_by_role("group", name="Was this helpful?")
    with widget.page.expect_request("**/feedback") as sent:
        if helpful:
            group.get_by_role("button", name="Yes").click()
        else:
            group.get_by_role("button", name="No", exact=True).click()
            group.get_by_role("button", name="Too long").click()
    expect(group).to_have_text("Thank you.")
    assert sent.value.response().json() == {"stored": True}
    body = sent.value.post_data_json
    assert (body["helpful"], body.get("reason")) == (helpful, reason)
    assert body["answer"] == widget.history[0]["replies"][0]["answer"]
    assert "anemia do this" not in sent.value.post_data


def test_feedback_that_cannot_be_saved_is_said_politely(person):
    widget = person().open()
    widget.page.route("**/feedback", lambda route: route.fulfill(status=404, body='{"error": "no"}'))
    group = widget.ask("can anemia do this?").locator(".rating")
    group.get_by_role("button", name="Yes").click()
    expect(group).to_have_text("Thank you. This could not be saved just now.")


def test_nothing_that_was_said_is_in_an_address(person):
    widget = person().open()
    widget.ask("can aneamia XYZZY do this?")
    widget.reload()
    expect(widget.turns).to_have_count(1)
    assert not [request for request in widget.requests if re.search("XYZZY|anea", request)]
    assert "XYZZY" not in widget.page.evaluate(
        "() => JSON.stringify([localStorage, sessionStorage, location, document.cookie])"
    )


def test_nobody_else_is_asked_and_no_cookie_is_set(person):
    widget = person().open()
    widget.ask("what causes them?")
    assert all(request.split(" ")[1].startswith(widget.address) for request in widget.requests)
    assert widget.page.context.cookies() == []


def test_the_pages_policy_forbids_nothing_that_the_widget_does(person):
    widget = person(scripts=["window.print = () => {}"]).open()
    turn = widget.ask("can anemia do this?")
    turn.locator("summary").click()
    turn.get_by_role("button", name="Yes", exact=True).click()
    widget.menu("Summary for a visit")
    widget.button("Print").click()
    widget.button("Copy").click()
    widget.button("Back to the chat").click()
    widget.button("Speak").click()
    widget.button("Not now").click()
    widget.menu("Start again")
    expect(widget.turns).to_have_count(2)
    widget.menu("Delete my conversation")
    widget.button("Delete", exact=True).click()
    expect(widget.turns).to_have_count(0)
    assert widget.violations == []
    assert widget.errors == []


def test_that_policy_is_in_force(person):
    """The test above can fail: text that is made HTML and a foreign script are stopped, and seen."""
    widget = person()
    assert (
        widget.page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>' } catch (e) { return e.name } }")
        == "TypeError"
    )
    widget.page.evaluate(
        "() => { const s = document.createElement('img'); s.src = 'https://evil.example/x.png'; document.body.append(s) }"
    )
    widget.expect_that(lambda: len(widget.violations) >= 2, "both violations")
