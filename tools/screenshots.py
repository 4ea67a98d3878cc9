"""Pictures of the website widget's main states: `make screenshots` puts them into build/screenshots.

A real Chromium against the real server and model, at a desktop's and a small phone's size, light and dark.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any, Iterator, Tuple

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

SIZES = {"desktop": {"width": 1000, "height": 800}, "320px": {"width": 320, "height": 640}}
MODES: dict[str, dict[str, Any]] = {
    **{
        f"{size}-{scheme}": {"viewport": box, "color_scheme": scheme}
        for size, box in SIZES.items()
        for scheme in ("light", "dark")
    },
    "zoom-400": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 3},
    "forced-colours": {"viewport": SIZES["desktop"], "forced_colors": "active"},
}


def states(widget: Any) -> Iterator[str]:
    """Brings the widget from state to state and names each."""
    yield "1-closed"
    widget.open()
    yield "2-first-screen"
    turn = widget.ask("could it be anemia or kidney failure?")
    turn.locator(".choices").wait_for()
    turn.locator("summary").click()
    turn.locator(".more").scroll_into_view_if_needed()
    yield "3-answer-with-sources"
    turn.get_by_role("button", name="No", exact=True).click()
    turn.locator(".rating").scroll_into_view_if_needed()
    yield "4-feedback"
    widget.ask("my calf is hot, red and swollen")
    yield "5-warning"
    widget.button("Menu", exact=True).click()
    yield "6-menu"
    widget.button("Summary for a visit").click()
    widget.page.wait_for_timeout(200)
    yield "7-summary"
    widget.button("Back to the chat").click()
    widget.page.context.set_offline(True)
    widget.ask("what causes them?", wait=False)
    widget.page.wait_for_timeout(300)
    yield "8-offline"


def take(folder: Path) -> Iterator[Tuple[str, str]]:
    """Takes all pictures; gives mode and state of each."""
    from playwright.sync_api import sync_playwright

    from legcramps import logs, settings
    from legcramps.server.assistant import Assistant
    from tests.helpers.server import serving
    from tests.helpers.widget import Widget, chromium

    logs.prepare()
    logging.disable(logging.WARNING)
    with serving(Assistant.load(), settings.read()) as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        for mode, options in MODES.items():
            context = browser.new_context(**options)
            widget = Widget.visit(context, address)
            for state in states(widget):
                widget.page.wait_for_timeout(150)
                widget.page.screenshot(path=folder / f"{mode}-{state}.png")
                yield mode, state
            context.close()
        form = browser.new_page(java_script_enabled=False, viewport=SIZES["320px"])
        form.goto(f"{address}webhooks/web/form")
        form.fill("#text", "can anemia do this?")
        form.press("#text", "Enter")
        form.locator(".reply").wait_for()
        form.screenshot(path=folder / "without-javascript.png", full_page=True)
        browser.close()


def main() -> int:
    folder = REPO / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    count = sum(1 for _ in take(folder))
    print(f"{count + 1} pictures in {folder.relative_to(REPO)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
