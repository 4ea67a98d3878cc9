"""What lasts: reload, other tabs, no connection, a server that was restarted, and what is really deleted."""

import json
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from legcramps.channels import guard

QUESTION = "what are the causes of night leg cramps?"


def answered(widget, count):
    expect(widget.turns).to_have_count(count)
    for turn in widget.turns.all():
        expect(turn.locator(".reply").first).to_be_visible()


# --- reload, tabs, minimising


def test_a_conversation_and_its_position_survive_a_reload(person):
    widget = person(height=500).open()
    for question in (QUESTION, "can anemia do this?", "what about restless legs?"):
        widget.ask(question)
    said = widget.log.inner_text()
    widget.log.evaluate("e => e.scrollTop = 120")
    widget.expect_that(lambda: widget.kept["at"] == 120, "the position is kept")
    widget.reload()
    answered(widget, 3)
    assert widget.log.inner_text() == said
    widget.expect_that(lambda: widget.log.evaluate("e => e.scrollTop") == 120, "the position is back")


def test_a_conversation_at_its_end_is_there_again_after_a_reload(person):
    widget = person(height=500).open()
    widget.ask(QUESTION)
    widget.ask("can anemia do this?")
    widget.log.evaluate("e => e.scrollTop = e.scrollHeight")
    widget.expect_that(lambda: widget.kept["at"] is None, "the end is kept")
    widget.reload()
    answered(widget, 2)
    widget.expect_that(
        lambda: widget.log.evaluate("e => e.scrollHeight - e.clientHeight - e.scrollTop < 2"), "the end is seen"
    )
    assert widget.texts == [QUESTION, "can anemia do this?"]


def test_minimising_keeps_the_conversation_and_the_draft(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.field.fill("a half-written")
    widget.button("Close the chat").click()
    expect(widget.panel).to_be_hidden()
    widget.page.click(".launcher")
    answered(widget, 1)
    expect(widget.field).to_have_value("a half-written")
    widget.button("Close the chat").click()
    widget.reload()
    widget.page.wait_for_timeout(200)
    expect(widget.panel).to_be_hidden()


def test_another_tab_shows_the_same_conversation_and_follows_it(person):
    first = person().open()
    first.ask(QUESTION)
    second = first.another_tab()
    answered(second, 1)
    second.ask("can anemia do this?")
    answered(first, 2)
    first.ask("and dehydration?")
    answered(second, 3)
    assert first.texts == second.texts
    assert [turn["text"] for turn in first.history] == first.texts


def test_deleting_in_one_tab_clears_the_other(person):
    first = person().open()
    first.ask(QUESTION)
    second = first.another_tab()
    answered(second, 1)
    first.menu("Delete my conversation")
    first.button("Delete", exact=True).click()
    expect(second.turns).to_have_count(0)


def test_answers_that_come_while_it_is_closed_are_counted(person, slow):
    slow(0.8)
    widget = person().open()
    widget.ask("does magnesium help?", wait=False)
    widget.button("Close the chat").click()
    launcher = widget.page.locator(".launcher")
    expect(launcher).to_have_accessible_name("Ask about leg cramps 2 new")
    widget.reload()
    expect(launcher).to_have_accessible_name("Ask about leg cramps 2 new")
    launcher.click()
    answered(widget, 1)
    widget.button("Close the chat").click()
    expect(launcher).to_have_accessible_name("Ask about leg cramps")


# --- no connection


def test_what_is_asked_offline_waits_and_is_sent_once_in_order(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.page.context.set_offline(True)
    widget.ask("can anemia do this?", wait=False)
    widget.ask("and dehydration?", wait=False)
    expect(widget.status).to_contain_text("The server cannot be reached. What you write is kept and sent again.")
    expect(widget.turns.nth(1).locator(".note")).to_contain_text("Waiting to be sent.")
    expect(widget.turns.nth(2).locator(".note")).to_contain_text("Waiting to be sent.")
    widget.page.context.set_offline(False)
    answered(widget, 3)
    expect(widget.page.locator(".note:visible")).to_have_count(0)
    expect(widget.status).to_have_text("")
    assert [turn["text"] for turn in widget.history] == [QUESTION, "can anemia do this?", "and dehydration?"]
    assert widget.kept["outbox"] == []


def test_what_waits_is_sent_after_a_reload_too(person):
    widget = person().open()
    widget.page.route("**/messages", lambda route: route.abort())
    widget.ask(QUESTION, wait=False)
    expect(widget.page.locator(".note")).to_contain_text("Waiting")
    widget.page.unroute("**/messages")
    widget.reload()
    answered(widget, 1)
    assert [turn["text"] for turn in widget.history] == [QUESTION]


def test_a_message_whose_answer_got_lost_is_not_asked_twice(person):
    widget = person().open()

    def lose(route):
        route.fetch()
        route.abort()

    widget.page.route("**/messages", lose, times=1)
    turn = widget.ask(QUESTION, wait=False)
    turn.get_by_role("button", name="Try again").click()
    answered(widget, 1)
    assert turn.locator(".reply").count() == 1
    assert len(widget.history) == 1


def test_an_answer_that_breaks_off_is_completed_and_nothing_stands_twice(person):
    widget = person().open()

    def cut(route):
        lines = route.fetch().text().splitlines(keepends=True)
        route.fulfill(body="".join(lines[:2]), content_type="application/x-ndjson")

    widget.page.route("**/messages", cut, times=1)
    turn = widget.ask("does magnesium help?", wait=False)
    expect(turn.locator(".note")).to_contain_text("Waiting")
    turn.get_by_role("button", name="Try again").click()
    expect(turn.locator(".reply")).to_have_count(2)
    expect(turn.locator(".note")).to_be_hidden()
    assert len(widget.history) == 1


def test_it_tries_again_by_itself(person):
    widget = person().open()
    widget.page.route("**/messages", lambda route: route.fulfill(status=503, body="busy"), times=1)
    widget.ask(QUESTION, wait=False)
    expect(widget.status).to_contain_text("The server has a problem.")
    answered(widget, 1)


def test_a_server_that_says_nothing_is_given_up_in_words(person, slow):
    slow(3)
    widget = person()
    widget.element.evaluate("e => { const c = e.cloneNode(true); c.setAttribute('timeout', '1'); e.replaceWith(c) }")
    widget.open().ask(QUESTION, wait=False)
    expect(widget.status).to_contain_text("This takes too long.")
    expect(widget.button("Try again")).to_be_visible()
    answered(widget, 1)
    assert len(widget.history) == 1


def test_what_the_server_refuses_is_said_in_its_words_and_does_not_block(person):
    widget = person().open()
    refusal = json.dumps({"error": "The 'id' is missing."})
    widget.page.route("**/messages", lambda route: route.fulfill(status=400, body=refusal), times=1)
    turn = widget.ask(QUESTION, wait=False)
    expect(turn.locator(".note")).to_contain_text("The 'id' is missing.")
    turn.get_by_role("button", name="Try again").click()
    expect(widget.turns).to_have_count(2)
    expect(widget.page.locator(".reply").first).to_be_visible()


def test_too_many_messages_wait_as_long_as_the_server_says(person, serve):
    widget = person(serve(LEGCRAMPS_RATE_PER_MINUTE="60")).open()
    widget.page.route(
        "**/messages",
        lambda route: route.fulfill(status=429, body='{"error": "wait"}', headers={"retry-after": "1"}),
        times=1,
    )
    widget.ask(QUESTION, wait=False)
    expect(widget.status).to_have_text("Too many messages at once. Yours is sent in 1 seconds.")
    answered(widget, 1)


def test_an_answer_that_failed_can_be_asked_for_again(person, assistant, monkeypatch):
    widget = person().open()
    actions = assistant.agent.action_endpoint._executor.actions
    with monkeypatch.context() as patch:
        for name in list(actions):
            patch.setitem(actions, name, lambda *_: 1 / 0)
        turn = widget.ask(QUESTION)
        expect(turn.locator(".reply")).to_have_attribute("data-outcome", "error")
    turn.get_by_role("button", name="Try again").click()
    expect(widget.turns.nth(1).locator(".reply")).to_have_attribute("data-outcome", "answered")


# --- the server


def test_it_goes_on_after_the_server_was_restarted(person, serve):
    address = serve(LEGCRAMPS_SECRET="a secret of this test's own")
    widget = person(address).open()
    widget.ask(QUESTION)
    serve.stop()
    widget.ask("can anemia do this?", wait=False)
    expect(widget.status).to_contain_text("The server cannot be reached.")
    serve(port=urlsplit(address).port)
    answered(widget, 2)
    assert [turn["text"] for turn in widget.history] == [QUESTION, "can anemia do this?"]


def test_an_expired_session_becomes_a_new_conversation_and_that_is_said(person, serve):
    address = serve(LEGCRAMPS_SECRET="a secret of this test's own")
    widget = person(address).open()
    widget.ask(QUESTION)
    old = guard.issue_token(b"a secret of this test's own", "conversation", time.time() - 1)
    widget.page.evaluate(
        "token => { const k = Object.keys(localStorage)[0]; localStorage[k] = JSON.stringify({...JSON.parse(localStorage[k]), token}) }",
        old,
    )
    widget.ask("can anemia do this?")
    expect(widget.status).to_have_text("The last conversation has expired. A new one begins.")
    assert [turn["text"] for turn in widget.history] == ["can anemia do this?"]


def test_a_session_is_prolonged_before_it_ends(person, serve):
    widget = person(serve(LEGCRAMPS_SESSION_SECONDS="600")).open()
    widget.ask(QUESTION)
    token = widget.kept["token"]
    assert 200 < widget.kept["expires"] / 1000 - time.time() < 400, "half of its time"
    widget.page.evaluate(
        "() => { const k = Object.keys(localStorage)[0]; localStorage[k] = JSON.stringify({...JSON.parse(localStorage[k]), expires: 1}) }"
    )
    widget.expect_that(lambda: time.time() % 1 < 0.9, "another second")
    time.sleep(1)
    widget.ask("can anemia do this?")
    assert widget.kept["token"] != token
    assert len(widget.history) == 2


# --- deleting


def test_delete_my_conversation_deletes_it_really(person, assistant):
    widget = person().open()
    widget.ask(QUESTION)
    token = widget.kept["token"]
    conversation = token.split(".")[0]
    widget.menu("Delete my conversation")
    widget.button("Keep it").click()
    assert widget.turns.count() == 1
    widget.menu("Delete my conversation")
    widget.button("Delete", exact=True).click()
    expect(widget.turns).to_have_count(0)
    expect(widget.status).to_have_text("Your conversation is deleted.")
    stored = assistant.store._connection.execute("select count(*) from events where sender_id = ?", (conversation,))
    assert stored.fetchone() == (0,)
    assert widget.kept["token"] is None
    widget.reload()
    expect(widget.button("I have a cramp now")).to_be_visible()
    assert widget.turns.count() == 0


def test_a_deletion_that_fails_is_said_and_nothing_is_hidden(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.page.route("**/conversation", lambda route: route.abort())
    widget.menu("Delete my conversation")
    widget.button("Delete", exact=True).click()
    expect(widget.status).to_have_text("That did not work. Please try again.")
    assert widget.turns.count() == 1


def test_please_forget_me_in_words_works_too(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.ask("please forget everything I told you")
    assert widget.history == []
    widget.reload()
    expect(widget.button("I have a cramp now")).to_be_visible()
    assert widget.turns.count() == 0


def test_start_again_begins_a_new_talk_and_loses_nothing(person):
    widget = person().open()
    widget.ask("can anemia do this?")
    widget.menu("Start again")
    answered(widget, 2)
    assert widget.texts == ["can anemia do this?", "Start again"]
    expect(widget.turns.last.locator(".reply")).to_have_attribute("data-outcome", "small_talk")
    reply = widget.ask("how sure is that?").locator(".reply").first
    expect(reply).not_to_contain_text("anemia")


def test_it_works_where_storage_is_forbidden(person):
    forbid = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    widget = person(scripts=[forbid]).open()
    widget.ask(QUESTION)
    widget.ask("can anemia do this?")
    expect(widget.page.locator(".reply")).to_have_count(2)
    assert widget.errors == []


@pytest.mark.parametrize("rubbish", ["{", "[]", '{"outbox": 5}', "null"])
def test_rubbish_in_storage_does_no_harm(person, rubbish):
    widget = person()
    widget.page.evaluate("text => localStorage['legcramps-chat ' + location.origin + '/'] = text", rubbish)
    widget.reload()
    widget.open().ask(QUESTION)
    assert widget.errors == []
