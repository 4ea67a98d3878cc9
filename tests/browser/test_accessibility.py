"""Keyboard alone, screen readers, zoom and displays of all kinds. axe-core finds only a part of it; the journeys are the rest."""

import re

import pytest
from playwright.sync_api import expect

QUESTION = "could it be anemia or pregnancy?"

# What reaches a screen reader by itself: nodes added inside of a live region, unless a nearer one is switched off.
LISTEN = """() => {
  window.heard = [];
  const root = document.querySelector('legcramps-chat').shadowRoot;
  const live = (node) => {
    const near = (node.nodeType === 1 ? node : node.parentElement)?.closest('[aria-live], [role=log], [role=status]');
    return near && near.getAttribute('aria-live') !== 'off';
  };
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes)
      if (live(record.target) && live(node) && record.target.checkVisibility() && node.textContent.trim()) window.heard.push(node.textContent.trim());
  }).observe(root, { childList: true, subtree: true, characterData: true });
}"""


def violations(widget):
    """What axe-core finds on the page, shadow roots included. The page's policy keeps axe out, so it comes in by the browser."""
    from pathlib import Path

    import axe_playwright_python

    source = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf8")
    session = widget.page.context.new_cdp_session(widget.page)
    session.send("Runtime.evaluate", {"expression": source})
    found = widget.page.evaluate(
        "() => axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
        ".then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary)]))"
    )
    return found


MODES = {
    "desktop": {},
    "320 px": {"width": 320, "height": 640, "has_touch": True},
    # A page 1280 px wide and 1024 px high at 400 %.
    "400 % zoom": {"width": 320, "height": 256, "device_scale_factor": 4},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "reduced motion": {"reduced_motion": "reduce"},
    "right to left": {"scripts": ["addEventListener('DOMContentLoaded', () => document.documentElement.dir = 'rtl')"]},
    "long words": {"width": 320, "height": 640},
}


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_in_any_state(person, mode):
    widget = person(**MODES[mode])
    assert violations(widget) == [], "closed"
    widget.open()
    assert violations(widget) == [], "first screen"
    turn = widget.ask("x" * 300 if mode == "long words" else QUESTION)
    if mode != "long words":
        turn.locator("summary").click()
        turn.get_by_role("button", name="No", exact=True).click()
    widget.button("Menu", exact=True).click()
    assert violations(widget) == [], "an answer, its sources and the menu"
    widget.button("Delete my conversation").click()
    widget.page.context.set_offline(True)
    widget.ask("my calf is hot and swollen", wait=False)
    expect(widget.page.locator(".note:visible")).to_have_count(1)
    assert violations(widget) == [], "a question before deleting, and no connection"
    widget.page.context.set_offline(False)
    expect(widget.page.locator(".warning")).to_be_visible()
    widget.button("Keep it").click()
    widget.menu("Summary for a visit")
    expect(widget.button("Back to the chat")).to_be_visible()
    assert violations(widget) == [], "a warning, and the summary"


def test_axe_would_find_something(person):
    widget = person()
    widget.page.evaluate(
        "() => document.querySelector('legcramps-chat').shadowRoot.querySelector('.launcher').replaceChildren()"
    )
    assert "button-name" in [rule for rule, _ in violations(widget)]


@pytest.mark.parametrize("mode", ["320 px", "400 % zoom", "long words"])
def test_nothing_has_to_be_scrolled_sideways(person, mode):
    widget = person(**MODES[mode]).open()
    widget.ask("x" * 300)
    widget.ask(QUESTION)
    wide = widget.page.evaluate(
        "() => { const r = document.querySelector('legcramps-chat').shadowRoot;"
        " return [document.documentElement, ...r.querySelectorAll('.panel, .log, form, header, .reply')]"
        ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.className || e.tagName) }"
    )
    assert wide == []


def test_at_400_percent_everything_can_be_reached(person):
    widget = person(**MODES["400 % zoom"]).open()
    turn = widget.ask(QUESTION)
    for part in (
        turn.locator(".person"),
        turn.locator("summary"),
        widget.field,
        widget.button("Send"),
        widget.button("Close the chat"),
    ):
        part.scroll_into_view_if_needed()
        expect(part).to_be_in_viewport()


def test_every_target_is_large_enough(person):
    widget = person(width=320, height=640).open()
    turn = widget.ask(QUESTION)
    turn.locator("summary").click()
    turn.get_by_role("button", name="No", exact=True).click()
    widget.button("Menu", exact=True).click()
    small = widget.page.evaluate(
        "() => [...document.querySelector('legcramps-chat').shadowRoot.querySelectorAll('button, summary, a, textarea')]"
        ".map(e => [e.textContent, e.getBoundingClientRect()]).filter(([, b]) => b.width && (b.width < 24 || b.height < 24)).map(([t]) => t)"
    )
    assert small == []


# --- keyboard


def tab_to(widget, pattern, limit=40):
    """Presses Tab until what has the focus fits."""
    for _ in range(limit):
        if re.search(pattern, widget.focus):
            return
        widget.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {pattern}; it stands at {widget.focus}")


@pytest.mark.parametrize("width", [1000, 320])
def test_the_keyboard_alone_does_everything(person, width):
    widget = person(width=width, scripts=["window.print = () => (top.printed = true)"])
    keys = widget.page.keyboard
    tab_to(widget, "launcher")
    keys.press("Enter")
    expect(widget.field).to_be_focused()
    expect(widget.button("I have a cramp now")).to_be_visible()
    keys.type("can anemia do this?")
    keys.press("Enter")
    turn = widget.turns.first
    expect(turn.locator("summary")).to_be_visible()
    expect(widget.field).to_be_focused()
    # Back through the answer.
    turn.locator(".choices").wait_for()
    for _ in range(12):
        keys.press("Shift+Tab")
        if widget.focus.startswith("summary"):
            break
    assert widget.focus.startswith("summary")
    keys.press("Enter")
    expect(turn.get_by_text("Causes, paragraph 6, item 4")).to_be_visible()
    tab_to(widget, "Yes$")
    keys.press("Space")
    expect(turn.locator(".rating")).to_have_text("Thank you.")
    assert "rating" in widget.focus, "the focus is not lost with the button"
    tab_to(widget, "How sure that is")
    keys.press("Enter")
    expect(widget.turns).to_have_count(2)
    assert "How sure that is" in widget.focus
    # The menu: summary and back.
    tab_to(widget, "Menu$")
    keys.press("Enter")
    tab_to(widget, "Summary")
    keys.press("Enter")
    expect(widget.page.locator(".page")).to_be_focused()
    tab_to(widget, "Print")
    keys.press("Enter")
    tab_to(widget, "Back to the chat")
    keys.press("Enter")
    assert re.search("Menu$", widget.focus)
    # Delete, but keep it after all.
    keys.press("Enter")
    tab_to(widget, "Delete my")
    keys.press("Enter")
    assert re.search("Keep it", widget.focus), "the harmless choice is ready"
    keys.press("Enter")
    assert re.search("Menu$", widget.focus)
    # Escape closes first the menu, then the chat; the focus is where it came from.
    keys.press("Enter")
    keys.press("Escape")
    expect(widget.panel).to_be_visible()
    assert re.search("Menu$", widget.focus)
    keys.press("Escape")
    expect(widget.panel).to_be_hidden()
    assert "launcher" in widget.focus


def test_the_focus_is_always_seen(person):
    widget = person().open()
    turn = widget.ask(QUESTION)
    turn.locator(".choices").wait_for()
    widget.page.keyboard.press("Tab")
    for _ in range(14):
        outline = widget.page.evaluate(
            "() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement;"
            " const s = getComputedStyle(n); return n === document.body ? 'page' : s.outlineStyle + ' ' + parseFloat(s.outlineWidth) }"
        )
        assert outline == "page" or re.fullmatch(r"(solid|auto) [2-9].*", outline), widget.focus
        widget.page.keyboard.press("Tab")


def test_where_it_covers_the_page_nothing_behind_it_can_be_reached(person):
    widget = person(width=320, height=640).open()
    for _ in range(30):
        widget.page.keyboard.press("Tab")
        assert not widget.focus.startswith("a.")
    wide = person().open()
    tab_to(wide, "how to put this", limit=30)


def test_the_focus_returns_to_the_pages_own_button(person, address):
    widget = person(f"{address}widget/example.html")
    widget.page.focus("#toggle")
    widget.page.keyboard.press("Enter")
    expect(widget.field).to_be_focused()
    widget.page.keyboard.press("Escape")
    assert widget.focus.endswith("Open or close")


# --- screen readers


def test_live_regions_are_there_before_they_change(person):
    widget = person()
    before = widget.page.evaluate_handle(
        "() => { const r = document.querySelector('legcramps-chat').shadowRoot; return [r.querySelector('[role=log]'), r.querySelector('[role=status]')] }"
    )
    widget.open()
    turn = widget.ask(QUESTION)
    expect(turn.locator(".reply")).to_be_visible()
    same = (
        "([log, status], turn) => log.isConnected && status.isConnected && log.contains(turn) && !log.contains(status)"
    )
    assert before.evaluate(same, turn.element_handle())
    expect(widget.log).to_have_attribute("aria-label", "Conversation")


def test_an_answer_is_read_out_once_and_its_buttons_are_not(person):
    widget = person().open()
    widget.page.wait_for_timeout(150)
    widget.page.evaluate(LISTEN)
    turn = widget.ask(QUESTION)
    turn.locator(".choices").wait_for()
    heard = widget.page.evaluate("() => window.heard")
    assert heard[0] == f"You: {QUESTION}"
    assert heard[1].startswith("Assistant: ")
    assert "Anemiasometimes linked" in heard[2].replace(" s", "s") or "Anemia sometimes linked" in heard[2]
    assert len(heard) == 3
    assert not [one for one in heard if "helpful" in one or "Sources" in one or "How sure" in one]


def test_what_was_said_before_is_not_read_out_again(person):
    widget = person().open()
    widget.ask(QUESTION)
    widget.page.context.add_init_script(
        "addEventListener('DOMContentLoaded', () => queueMicrotask(() => (" + LISTEN + ")()))"
    )
    widget.reload()
    expect(widget.turns).to_have_count(1)
    widget.turns.locator(".choices").wait_for()
    widget.page.wait_for_timeout(200)
    assert not [one for one in widget.page.evaluate("() => window.heard") if "anemia" in one.lower()]
    # … and what comes then is.
    widget.ask("and dehydration?")
    assert [one for one in widget.page.evaluate("() => window.heard") if "dehydration" in one]


def test_a_message_never_moves_the_focus(person, slow):
    slow(0.5)
    widget = person().open()
    widget.ask("does magnesium help?", wait=False)
    widget.button("Menu", exact=True).focus()
    expect(widget.page.locator(".reply")).to_have_count(2)
    assert re.search("Menu$", widget.focus)
    widget.ask(QUESTION, wait=False)
    widget.button("Close the chat").click()
    widget.page.focus("text=how to put this")
    widget.page.wait_for_timeout(900)
    assert widget.focus.startswith("a.")


def test_a_message_does_not_pull_a_reader_away_from_what_is_read(person, slow):
    widget = person(height=500).open()
    widget.ask("what causes them?")
    widget.ask("all linked conditions")
    slow(0.6)
    widget.ask("can anemia do this?", wait=False)
    widget.log.evaluate("e => e.scrollTop = 40")
    expect(widget.turns.last.locator(".reply")).to_have_count(1)
    assert widget.log.evaluate("e => e.scrollTop") == 40
    latest = widget.button("New answer below")
    expect(latest).to_be_visible()
    latest.click()
    expect(widget.turns.last.locator(".reply")).to_be_in_viewport()
    expect(latest).to_be_hidden()


def test_the_chat_is_a_named_dialog_in_a_language(person):
    widget = person().open()
    expect(widget.page.get_by_role("dialog", name="Night leg cramps")).to_be_visible()
    expect(widget.panel).to_have_attribute("lang", "en")
    expect(widget.page.get_by_role("textbox", name="Your question")).to_be_visible()


def test_right_to_left_pages_have_it_on_their_side(person):
    widget = person(**MODES["right to left"])
    box = widget.page.locator(".launcher").bounding_box()
    assert box["x"] < 100
    widget.open()
    assert widget.panel.bounding_box()["x"] < 100


def test_nothing_moves_for_people_who_asked_for_that(person, slow):
    slow(1)
    still, moving = person(reduced_motion="reduce").open(), person().open()
    for widget, name in ((still, "none"), (moving, "wait")):
        widget.ask(QUESTION, wait=False)
        dot = widget.page.locator(".dots i").first
        expect(dot).to_be_visible()
        expect(dot).to_have_css("animation-name", name)


def test_forced_colours_keep_borders(person):
    widget = person(forced_colors="active").open()
    reply = widget.ask(QUESTION).locator(".reply")
    for part in (reply, widget.turns.locator(".person p"), widget.button("Send")):
        assert float(part.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)")) >= 1
        expect(part).not_to_have_css("border-top-style", "none")
