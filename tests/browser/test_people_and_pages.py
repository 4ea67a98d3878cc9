"""The extras for people (summary, voice, words, looks), and what the page around the widget can do with it."""

import http.server
import threading

import pytest
from playwright.sync_api import expect

QUESTION = "can anemia do this?"

# A browser that can listen and speak, as far as the widget knows.
VOICE = """
window.said = [];
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() { window.listening = this; }
  stop() { this.onend(); }
  hear(text) { this.onresult({ results: [[{ transcript: text }]] }); this.onend(); }
};
Object.defineProperty(window, 'speechSynthesis', { value: { cancel() { window.speech?.onend?.(); }, speak(s) { window.said.push(s.text); window.speech = s; } } });
"""
NO_VOICE = """
for (const name of ['SpeechRecognition', 'webkitSpeechRecognition', 'speechSynthesis'])
  Object.defineProperty(window, name, { value: undefined });
"""


def place(widget, html):
    """Puts other widgets on the page in place of its own."""
    widget.page.evaluate(
        "tags => { document.querySelector('legcramps-chat').remove(); for (const [name, attributes] of tags) {"
        " const e = document.createElement(name); for (const k in attributes) e.setAttribute(k, attributes[k]); document.body.append(e) } }",
        html,
    )
    widget.page.wait_for_selector(".launcher", state="attached")
    return widget


# --- a summary for the doctor


def test_a_summary_holds_only_what_was_said_with_sources(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.menu("Summary for a visit")
    page = widget.page.locator(".page")
    expect(page).to_contain_text("I asked: can anemia do this?")
    expect(page).to_contain_text("– Anemia: sometimes linked")
    expect(page).to_contain_text("Source: Causes, paragraph 6, item 4")
    said = widget.history[0]["replies"][0]["text"].replace("\n\n", " ")
    paragraphs = page.locator("p").all_inner_texts()
    assert paragraphs[1:-1] == [
        "I asked: can anemia do this?",
        f"Answer: {said}",
        "– Anemia: sometimes linked",
        "Source: Causes, paragraph 6, item 4",
    ]
    assert "not medical advice" in paragraphs[-1]
    widget.button("Back to the chat").click()
    expect(widget.log).to_be_visible()


@pytest.mark.parametrize("clipboard", [True, False])
def test_the_summary_is_copied_also_without_a_clipboard(person, clipboard):
    # Pages without HTTPS have no `navigator.clipboard`.
    without = "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.addEventListener('copy', () => window.copied = getSelection().toString())"
    options = {"permissions": ["clipboard-read", "clipboard-write"]} if clipboard else {"scripts": [without]}
    widget = person(**options).open()
    widget.ask(QUESTION)
    widget.menu("Summary for a visit")
    widget.button("Copy").click()
    expect(widget.status).to_have_text("Copied.")
    if clipboard:
        text = widget.page.evaluate("() => navigator.clipboard.readText()")
        assert text == widget.element.evaluate("e => e.summary()")
        assert "\nI asked: can anemia do this?\nAnswer: " in text
    assert widget.focus.endswith("Copy")


def test_the_summary_alone_is_printed(person):
    widget = person(
        scripts=["window.print = () => { top.printed = document.body.innerText; window.onafterprint() }"]
    ).open()
    widget.ask(QUESTION)
    widget.menu("Summary for a visit")
    widget.button("Print").click()
    printed = widget.page.evaluate("() => window.printed")
    assert "I asked: can anemia do this?" in printed
    assert "Only from one vetted document" not in printed
    assert widget.page.locator("iframe").count() == 0


@pytest.mark.parametrize("can", [True, False])
def test_the_summary_is_shared_where_the_browser_can(person, can):
    script = "navigator.share = async (what) => { window.shared = what }" if can else "navigator.share = undefined"
    widget = person(scripts=[script]).open()
    widget.ask(QUESTION)
    widget.menu("Summary for a visit")
    share = widget.button("Share")
    expect(share).to_have_count(int(can))
    if can:
        share.click()
        assert "I asked: can anemia do this?" in widget.page.evaluate("() => window.shared.text")


# --- voice


def test_voice_is_off_unless_the_page_asks_for_it(person, address):
    widget = person(f"{address}widget/example.html", scripts=[VOICE]).open()
    turn = widget.ask(QUESTION)
    turn.locator(".choices").wait_for()
    assert widget.button("Speak").count() == widget.button("Read aloud").count() == 0


def test_voice_is_hidden_where_the_browser_has_none(person):
    widget = person(scripts=[NO_VOICE]).open()
    turn = widget.ask(QUESTION)
    turn.locator(".choices").wait_for()
    assert widget.button("Speak").count() == widget.button("Read aloud").count() == 0
    assert widget.errors == []


def test_an_answer_is_read_aloud_after_a_note_on_who_may_hear(person):
    widget = person(scripts=[VOICE]).open()
    turn = widget.ask(QUESTION)
    turn.get_by_role("button", name="Read aloud").click()
    expect(turn.get_by_role("group", name="Its maker may process the voice")).to_be_visible()
    assert widget.page.evaluate("() => window.said") == []
    turn.get_by_role("button", name="Go on").click()
    assert widget.page.evaluate("() => window.said") == [widget.history[0]["replies"][0]["text"]]
    turn.get_by_role("button", name="Stop reading").click()
    turn.get_by_role("button", name="Read aloud").click()
    assert len(widget.page.evaluate("() => window.said")) == 2, "asked once only"


def test_what_is_spoken_is_written_into_the_field_and_not_sent(person):
    widget = person(scripts=[VOICE]).open()
    widget.button("Speak").click()
    widget.button("Not now").click()
    assert widget.focus.endswith("Speak")
    widget.button("Speak").click()
    widget.button("Go on").click()
    expect(widget.status).to_have_text("Please speak.")
    expect(widget.button("Speak")).to_have_attribute("aria-pressed", "true")
    widget.page.evaluate("() => window.listening.hear('what causes cramps')")
    expect(widget.field).to_have_value("what causes cramps")
    expect(widget.field).to_be_focused()
    assert widget.turns.count() == 0
    widget.button("Speak").click()
    widget.button("Speak").click()
    expect(widget.status).to_have_text("Nothing was heard. You can type instead.")


# --- words and looks


def test_every_word_can_be_replaced_by_an_attribute_or_by_script(person):
    widget = place(
        person(),
        [["legcramps-chat", {"server": "/", "word-launcher": "Hilfe", "word-summary-title": "Titel", "lang": "de"}]],
    )
    expect(widget.page.locator(".launcher")).to_have_text("Hilfe")
    widget.element.evaluate("e => { e.words = { send: 'Senden', questions: 'Erste Frage|Zweite' } }")
    widget.page.click(".launcher")
    expect(widget.button("Senden")).to_be_visible()
    expect(widget.button("Erste Frage")).to_be_visible()
    expect(widget.page.locator(".launcher")).to_have_text("Hilfe")
    expect(widget.panel).to_have_attribute("lang", "de")


def test_a_page_sets_colours_and_place(person, address):
    widget = person(f"{address}widget/example.html")
    launcher = widget.page.locator(".launcher")
    expect(launcher).to_have_css("background-color", "rgb(91, 58, 140)")
    widget.page.evaluate(
        "() => document.querySelector('legcramps-chat').style.setProperty('--legcramps-inset-inline', '300px')"
    )
    box = launcher.bounding_box()
    assert 690 < box["x"] + box["width"] < 701


def test_light_and_dark_follow_the_reader_unless_the_page_decides(person):
    def paper(widget):
        return widget.open().panel.evaluate("e => getComputedStyle(e).backgroundColor")

    dark = paper(person(color_scheme="dark"))
    assert dark == "rgb(16, 29, 36)"
    assert paper(person(color_scheme="light")) == "rgb(244, 247, 248)"
    widget = place(person(color_scheme="light"), [["legcramps-chat", {"server": "/", "theme": "dark"}]])
    assert paper(widget) == dark


def test_the_styles_of_the_page_do_not_reach_into_it(person):
    widget = person().open()
    widget.page.evaluate(
        "() => { const s = new CSSStyleSheet(); s.replaceSync('button { display: none } p { color: red }'); document.adoptedStyleSheets = [s] }"
    )
    expect(widget.button("I have a cramp now")).to_be_visible()


# --- for the page around it


def test_events_tell_what_happened_and_never_what_was_said(person, address):
    widget = person(f"{address}widget/example.html").open()
    turn = widget.ask("can anemia do THIS?")
    turn.get_by_role("button", name="Yes", exact=True).click()
    expect(turn.locator(".rating")).to_have_text("Thank you.")
    widget.page.route("**/messages", lambda route: route.abort(), times=1)
    widget.ask("and dehydration?", wait=False)
    expect(widget.page.locator("#events")).to_contain_text("error")
    widget.button("Close the chat").click()
    events = widget.page.locator("#events li").all_inner_texts()
    assert [event.split(" ")[0] for event in events[:4]] == ["open", "message", "message", "feedback"]
    assert '"from":"person"' in events[1]
    assert '"outcome":"answered","topic":"condition"' in events[2]
    assert '"helpful":true' in events[3]
    assert 'error {"kind":"offline"}' in events
    assert events[-1].startswith("close")
    assert not [event for event in events if "THIS" in event or "nemia" in event or "dehydration" in event]


def test_a_page_opens_asks_and_closes_by_script(person, address):
    widget = person(f"{address}widget/example.html")
    widget.page.click("#ask")
    expect(widget.turns.locator(".reply").first).to_be_visible()
    assert widget.texts == ["What causes them?"]
    assert "What causes them?" in widget.element.evaluate("e => e.summary()")
    assert widget.element.evaluate("e => e.isOpen") is True
    widget.page.click("#toggle")
    expect(widget.panel).to_be_hidden()
    widget.page.click("#toggle")
    assert widget.element.evaluate("e => e.deleteConversation()") is True
    expect(widget.turns).to_have_count(0)


def test_it_can_be_open_from_the_start_without_taking_the_focus(person):
    widget = place(person(), [["legcramps-chat", {"server": "/", "open": ""}]])
    expect(widget.button("I have a cramp now")).to_be_visible()
    assert widget.focus.startswith("body")


def test_it_can_be_moved_and_taken_away(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.page.evaluate("() => document.body.append(document.querySelector('legcramps-chat'))")
    expect(widget.turns).to_have_count(1)
    widget.page.evaluate("() => { window.kept = document.querySelector('legcramps-chat'); kept.remove() }")
    widget.page.wait_for_timeout(50)
    widget.page.evaluate("() => document.body.append(window.kept)")
    expect(widget.turns.locator(".reply")).to_have_count(1)
    assert widget.errors == []


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """Another website, with a strict policy of its own and the one line of HTML."""

    def do_GET(self):
        chat = self.server.chat
        policy = f"default-src 'none'; script-src {chat}; connect-src {chat}; require-trusted-types-for 'script'; trusted-types 'none'"
        body = (
            '<!doctype html><html lang="en"><title>Elsewhere</title><main><h1>Elsewhere</h1></main>'
            f'<script type="module" src="{chat}widget/legcramps-chat.js"></script><legcramps-chat server="{chat}"></legcramps-chat>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """No lines in the tests' output."""


@pytest.fixture
def elsewhere():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_taken_away_while_it_waits_it_goes_on_when_it_is_back(person, slow):
    slow(0.8)
    widget = person().open()
    widget.ask(QUESTION, wait=False)
    expect(widget.page.locator(".dots")).to_be_visible()
    widget.page.evaluate("() => { window.kept = document.querySelector('legcramps-chat'); kept.remove() }")
    widget.page.wait_for_timeout(1200)
    widget.page.evaluate("() => document.body.append(window.kept)")
    expect(widget.turns.locator(".reply")).to_have_count(1)
    widget.ask("and dehydration?")
    expect(widget.turns.locator(".reply")).to_have_count(2)
    assert len(widget.history) == 2
    assert widget.errors == []


def test_one_line_of_html_works_on_another_websites_page(person, serve, elsewhere):
    here = f"http://127.0.0.1:{elsewhere.server_port}"
    elsewhere.chat = serve(LEGCRAMPS_ORIGINS=here)
    widget = person(f"{here}/").open()
    turn = widget.ask(QUESTION)
    expect(turn.locator(".grades")).to_contain_text("Anemia")
    widget.menu("Summary for a visit")
    expect(widget.page.locator(".page")).to_contain_text("I asked")
    assert [one for one in widget.violations if "favicon" not in one] == []
    assert widget.errors == []


def test_a_website_that_is_not_listed_gets_no_answer(person, serve, elsewhere):
    elsewhere.chat = serve()
    widget = person(f"http://127.0.0.1:{elsewhere.server_port}/")
    widget.page.click(".launcher")
    turn = widget.ask(QUESTION, wait=False)
    expect(turn.locator(".note")).to_be_visible()
    assert turn.locator(".reply").count() == 0


def test_without_javascript_a_form_takes_its_place_and_works(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.click("text=Ask on a plain page, without JavaScript")
    page.fill("#text", "can anemia <b>do</b> this?")
    page.press("#text", "Enter")
    expect(page.locator(".person")).to_have_text("can anemia <b>do</b> this?")
    expect(page.locator(".reply")).to_contain_text("Anemia: sometimes linked")
    expect(page.locator(".reply")).to_contain_text("Causes, paragraph 6, item 4")
    page.click(".choices button >> nth=0")
    expect(page.locator(".person")).to_have_count(2)
    page.reload()
    expect(page.locator(".person")).to_have_count(2)
    page.click("text=Delete my conversation")
    expect(page.locator(".notice")).to_have_text("Your conversation is deleted.")
    assert context.cookies() == []
    context.close()


def test_the_fallback_is_not_shown_beside_the_widget(person):
    expect(person().page.get_by_text("Ask on a plain page, without JavaScript")).to_be_hidden()
