"""The widget in a real headless Chromium, against the real server and model."""

import contextlib
import os

import pytest
from playwright.sync_api import expect

from tests.helpers.server import serving
from tests.helpers.widget import MISSING, Widget, chromium, find_chromium

PATIENCE = 20_000
"""Milliseconds; CI's machine may be busy."""

expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items):
    if find_chromium() is None and os.environ.get("CI") != "true":
        for item in items:
            if "browser" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason=MISSING))


# For each module a browser of its own: while Playwright runs, other tests of this process could start no event loop.
@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium. In CI it must be there: then these tests fail without it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(assistant):
    """The address of a server for all tests that leave it as it was."""
    from legcramps import settings

    with serving(assistant, settings.read()) as address:
        yield address


@pytest.fixture
def serve(assistant, monkeypatch):
    """A server of the test's own: ``serve(LEGCRAMPS_ORIGINS="…")``, ``serve(port=…)``; with ``stop()`` all end."""
    from legcramps import settings

    with contextlib.ExitStack() as stack:

        def start(port=0, **environment):
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return stack.enter_context(serving(assistant, settings.read(), port))

        start.stop = stack.close
        yield start


@pytest.fixture
def person(browser, address):
    """Someone at the demo page, with a browser of their own: ``person(width=320, color_scheme="dark")`` gives the widget there.

    What the page's policy forbade, what failed in a script and which addresses were asked is kept in it.
    """
    with contextlib.ExitStack() as stack:

        def arrive(url=None, scripts=(), **options):
            width, height = options.pop("width", 1000), options.pop("height", 800)
            context = browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(
                "addEventListener('securitypolicyviolation', e => (window.violations ??= []).push(e.violatedDirective + ' ' + e.blockedURI))"
            )
            for script in scripts:
                context.add_init_script(script)
            return Widget.visit(context, url or address)

        yield arrive


@pytest.fixture
def slow(assistant, monkeypatch):
    """Makes the assistant take so many seconds for each message from now on."""
    import asyncio

    handle = assistant.agent.handle_message

    def set_delay(seconds):
        async def later(message, *arguments, **options):
            await asyncio.sleep(seconds)
            return await handle(message, *arguments, **options)

        monkeypatch.setattr(assistant.agent, "handle_message", later)

    return set_delay
