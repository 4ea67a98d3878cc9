"""The website widget as a person meets it, for tests that drive a browser. Playwright's locators see into its shadow root."""

from __future__ import annotations

import json
import shutil
import time
from typing import Any, Dict, List, Optional

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

LAUNCHER = ".launcher"
MISSING = "there is no Chromium on this machine; install it (Debian: apt-get install chromium)"


def find_chromium() -> Optional[str]:
    """The system's own Chromium; None when there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def chromium(playwright: Playwright) -> Browser:
    """Starts it. `--no-sandbox`: in containers and as root there is no other way, and only our own pages are opened."""
    path = find_chromium()
    assert path, MISSING
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    )


class Widget:
    """One page with the widget on it."""

    def __init__(self, page: Page, address: str):
        self.page, self.address = page, address
        self.errors: List[str] = []
        self.requests: List[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))

    @classmethod
    def visit(cls, context: BrowserContext, address: str) -> Widget:
        page = context.new_page()
        widget = cls(page, address)
        page.goto(address)
        page.wait_for_selector(LAUNCHER, state="attached")
        return widget

    def another_tab(self, address: str = "") -> Widget:
        return Widget.visit(self.page.context, address or self.address)

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector(LAUNCHER, state="attached")

    # --- what a person does

    def open(self) -> Widget:
        self.page.click(LAUNCHER)
        expect(self.button("I have a cramp now")).to_be_visible()
        return self

    def ask(self, text: str, wait: bool = True) -> Locator:
        """Types and sends; gives the turn, answered if ``wait``."""
        count = self.turns.count()
        self.field.fill(text)
        self.field.press("Enter")
        expect(self.turns).to_have_count(count + 1)
        turn = self.turns.nth(count)
        if wait:
            expect(turn.locator(".reply").first).to_be_visible()
            expect(self.page.locator(".dots")).to_be_hidden()
        return turn

    def menu(self, name: str) -> None:
        self.button("Menu", exact=True).click()
        self.button(name).click()

    # --- what a person sees

    def button(self, name: str, exact: bool = False) -> Locator:
        return self.page.get_by_role("button", name=name, exact=exact)

    @property
    def element(self) -> Locator:
        return self.page.locator("legcramps-chat")

    @property
    def panel(self) -> Locator:
        return self.page.locator("dialog.panel")

    @property
    def field(self) -> Locator:
        return self.page.locator("textarea")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def status(self) -> Locator:
        return self.page.locator("p.status")

    @property
    def turns(self) -> Locator:
        return self.page.locator(".turn")

    @property
    def texts(self) -> List[str]:
        """What the person said, in order."""
        return self.page.locator(".person p").all_inner_texts()

    # --- what is behind it

    @property
    def kept(self) -> Dict[str, Any]:
        """What the widget keeps in the browser."""
        items = self.page.evaluate("() => Object.values({...localStorage})")
        return json.loads(items[0]) if items else {}

    def call(self, method: str, path: str) -> Any:
        """The web channel, with this person's own token."""
        response = self.page.context.request.fetch(
            self.address.rstrip("/") + "/webhooks/web/" + path,
            method=method,
            headers={"Authorization": f"Bearer {self.kept['token']}"},
        )
        return response.json()

    @property
    def history(self) -> List[Dict[str, Any]]:
        return self.call("GET", "history")["turns"]

    @property
    def focus(self) -> str:
        """What has the focus: tag, class and name of it, inside of the shadow root too."""
        return self.page.evaluate(
            "() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement;"
            " return `${n.tagName.toLowerCase()}.${n.className} ${n.getAttribute('aria-label') ?? n.textContent}`.trim(); }"
        )

    @property
    def violations(self) -> List[str]:
        return self.page.evaluate("() => window.violations ?? []")

    def expect_that(self, condition: Any, what: str, seconds: float = 20) -> None:
        """Waits for something that no locator sees."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"not within {seconds} s: {what}"
            self.page.wait_for_timeout(30)
