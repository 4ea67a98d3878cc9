"""What the server gives the website widget: its files, the words, the page without JavaScript, and answers given once only."""

import json
import re
import uuid
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.helpers.http import REPO, Client

QUESTION = "what are the causes of night leg cramps?"
FORM = "/webhooks/web/form"
NASTY = """<script>alert("1")</script> & 'anemia' < 5 {n}"""


@pytest.fixture
def browser(address):
    """Somebody without a token in a header."""
    return Client(address, open_session=False)


def hidden(page):
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def send(browser, page, **fields):
    """Sends the page's form as a browser does."""
    origin = {"Origin": f"http://{browser.address.netloc}", "Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", FORM, urlencode({**hidden(page), "text": "", **fields}), origin)


# --- the widget's files


def test_all_files_of_the_widget_are_served_with_their_kind(browser):
    for file in (REPO / "widget").glob("*.js"):
        status, headers, body = browser.request("GET", f"/widget/{file.name}")
        assert (status, body) == (200, file.read_text("utf8"))
        assert headers["content-type"] == "text/javascript; charset=utf-8"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"


def test_pages_run_nothing_but_the_servers_own_scripts(browser):
    for path in ("/", "/widget/demo.html", "/widget/example.html"):
        status, headers, body = browser.request("GET", path)
        assert status == 200
        assert headers["content-type"] == "text/html; charset=utf-8"
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
        assert policy["require-trusted-types-for"] == "'script'"
        assert policy["trusted-types"] == "'none'"
        assert "<legcramps-chat" in body
        assert "set-cookie" not in headers


def test_a_file_that_has_not_changed_is_not_sent_again(browser):
    _, headers, _ = browser.request("GET", "/widget/parts.js")
    status, _, body = browser.request("GET", "/widget/parts.js", headers={"If-None-Match": headers["etag"]})
    assert (status, body) == (304, "")


def test_only_the_widgets_files_are_served(browser):
    for path in (
        "/widget/",
        "/widget/../config.yml",
        "/widget/%2e%2e/config.yml",
        "/widget/form-words.json",
        "/widget/pages/demo.html",
    ):
        assert browser.request("GET", path)[0] == 404


# --- words


def test_words_are_names_grades_and_what_the_operator_has_set(browser, serve_with):
    status, _, body = browser.request("GET", "/webhooks/web/words")
    words = json.loads(body)
    assert status == 200
    assert words["conditions"]["anemia"] == "Anemia"
    assert words["grades"]["sometimes_linked"]["label"] == "sometimes linked"
    assert words["source_url"] is None
    other = Client(
        serve_with(
            LEGCRAMPS_EMERGENCY_NUMBER="112", LEGCRAMPS_SOURCE_URL="https://example.org/source", LEGCRAMPS_KEEP_DAYS="3"
        ),
        open_session=False,
    )
    words = json.loads(other.request("GET", "/webhooks/web/words")[2])
    assert (words["emergency_number"], words["source_url"], words["keep_days"]) == (
        "112",
        "https://example.org/source",
        3,
    )


def test_words_may_be_kept_and_are_asked_for_by_their_tag(browser):
    _, headers, _ = browser.request("GET", "/webhooks/web/words")
    assert "max-age" in headers["cache-control"]
    status, _, body = browser.request("GET", "/webhooks/web/words", headers={"If-None-Match": headers["etag"]})
    assert (status, body) == (304, "")


# --- once only


def again(client, identifier, text=QUESTION):
    message = {"text": text, "id": identifier, "again": True}
    status, _, body = client.request("POST", "/webhooks/web/messages", message)
    assert status == 200
    return [json.loads(line) for line in body.splitlines()]


def test_a_message_sent_again_after_a_restart_gets_its_answer_and_counts_once(client, serve_with):
    first = client.lines(QUESTION, identifier="m1")
    restarted = Client(serve_with(), open_session=False)
    restarted.token = client.token
    assert again(restarted, "m1") == first
    turns = json.loads(restarted.request("GET", "/webhooks/web/history")[2])["turns"]
    assert [turn["id"] for turn in turns] == ["m1"]


def test_a_message_sent_again_that_never_came_is_answered(client):
    assert again(client, "new")[1]["answer"]["outcome"] == "answered"


def test_a_message_sent_again_that_had_failed_is_answered_now(client, assistant, monkeypatch, serve_with):
    with monkeypatch.context() as patch:
        for name in list(assistant.agent.action_endpoint._executor.actions):
            patch.setitem(assistant.agent.action_endpoint._executor.actions, name, lambda *_: 1 / 0)
        assert client.lines(QUESTION, identifier="m1")[1]["answer"]["outcome"] == "error"
    restarted = Client(serve_with(), open_session=False)
    restarted.token = client.token
    assert again(restarted, "m1")[1]["answer"]["outcome"] == "answered"


def test_nobody_gets_what_another_was_answered(client, address):
    client.lines(QUESTION, identifier="m1")
    other = Client(address)
    assert again(other, "m1", "what is anemia?")[1]["answer"]["conditions"]


# --- the page without JavaScript


def test_a_conversation_works_without_javascript(browser):
    status, headers, page = browser.request("GET", FORM)
    assert status == 200
    assert headers["content-type"].startswith("text/html")
    assert "set-cookie" not in headers
    _, _, page = send(browser, page, text="can anemia do this?")
    assert "Anemia: sometimes linked" in page
    assert "Source: Causes, paragraph 6, item 4" in page
    payload, title = re.search(r'name="choice" value="([^"]+)">([^<]+)<', page).groups()
    _, _, page = send(browser, page, choice=unescape(payload))
    assert f'<p class="person" dir="auto">{title}</p>' in page
    assert page.count('class="person"') == 2, "the conversation goes on"
    assert page.count('id="latest"') == 1


def test_the_first_question_of_the_page_is_answered(browser):
    _, _, page = browser.request("GET", FORM)
    _, _, page = send(browser, page, choice="I have a cramp now")
    assert "stretch" in page


def test_what_a_person_writes_stays_text(browser):
    _, _, page = send(browser, browser.request("GET", FORM)[2], text=NASTY)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#x27;anemia&#x27; &lt; 5 {n}" in page


def test_the_page_runs_nothing_and_is_kept_by_no_cache(browser):
    _, headers, page = browser.request("GET", FORM)
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; form-action 'self'")
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert "<script" not in page


def test_reloading_the_answer_asks_nothing_twice(browser):
    _, _, page = browser.request("GET", FORM)
    send(browser, page, text=QUESTION)
    _, _, second = send(browser, page, text=QUESTION)
    assert second.count('class="person"') == 1


def test_nothing_typed_is_said_above_the_form(browser):
    status, _, page = send(browser, browser.request("GET", FORM)[2], text="  ")
    assert status == 200
    assert 'class="notice" role="status"' in page


def test_a_conversation_is_deleted_from_the_page(browser, assistant):
    _, _, page = send(browser, browser.request("GET", FORM)[2], text=QUESTION)
    token = hidden(page)["token"]
    _, _, page = send(browser, page, do="forget")
    assert "Your conversation is deleted." in page
    assert 'class="person"' not in page
    _, _, body = browser.request("GET", "/webhooks/web/history", headers={"Authorization": f"Bearer {token}"})
    assert json.loads(body)["turns"] == []


@pytest.mark.parametrize("token", ["", "x", "a.9999999999.sig", "é.1.ü"])
def test_a_form_without_a_good_token_is_refused_in_words(browser, token):
    status, _, page = send(browser, browser.request("GET", FORM)[2], token=token, text=QUESTION)
    assert status == 401
    assert "This page is too old to go on from." in page
    assert "Authorization" not in page


def test_a_form_that_another_website_sends_is_refused(browser):
    fields = urlencode({**hidden(browser.request("GET", FORM)[2]), "text": QUESTION})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for origin in ("https://evil.example", "null"):
        status, headers, _ = browser.request("POST", FORM, fields, {**kind, "Origin": origin})
        assert status == 403
        assert headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "body, kind, status",
    [
        ("{}", "application/json", 400),
        ("text=a", "multipart/form-data", 400),
        ("&".join(f"f{n}=1" for n in range(50)), "application/x-www-form-urlencoded", 400),
        ("text=" + "x" * 70_000, "application/x-www-form-urlencoded", 413),
        ("é=1".encode("latin1"), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_form_that_no_browser_would_send_is_refused(browser, body, kind, status):
    got, headers, page = browser.request("POST", FORM, body, {"Content-Type": kind})
    assert got == status
    assert headers["content-type"].startswith("text/html")
    assert 'role="status"' in page


def test_an_id_of_the_form_that_is_none_is_refused(browser):
    page = browser.request("GET", FORM)[2]
    assert send(browser, page, id="", text=QUESTION)[0] == 400
    assert send(browser, page, id=uuid.uuid4().hex * 4, text=QUESTION)[0] == 400


def test_a_failure_inside_is_a_page_with_a_sentence(browser, assistant, monkeypatch):
    page = browser.request("GET", FORM)[2]

    async def fail(*_):
        raise ValueError(QUESTION)

    monkeypatch.setattr(assistant.store, "retrieve_full_tracker", fail)
    status, _, page = send(browser, page, text=QUESTION)
    assert status == 500
    assert "Something went wrong on my side." in page
