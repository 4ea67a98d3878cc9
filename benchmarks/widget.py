"""What the website widget adds: from an answer's first line in the browser to its being painted. `make bench-widget`.

The server and the model are real. The clock starts when the bytes of the first ``message`` line are handed to the page's script, and
stops in the first frame after the reply stands in the document; a frame is 16.7 ms at 60 Hz, so much of the number is waiting
for the screen. Also measured: from pressing Enter to that frame, which a person notices.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys

from legcramps import logs, settings

QUESTIONS = (
    "what are night leg cramps?",
    "what causes them?",
    "can anemia do this?",
    "could it be restless legs?",
    "all linked conditions",
)
BAR_MS = 40.0

# Before the widget runs: notes when a line comes out of the body's reader, and when the reply has been painted.
CLOCK = """
window.times = { arrived: 0, painted: [], asked: 0, whole: [] };
const take = ReadableStreamDefaultReader.prototype.read;
ReadableStreamDefaultReader.prototype.read = async function () {
  const result = await take.call(this);
  if (typeof result.value === 'string' && result.value.includes('"message"') && !times.arrived) times.arrived = performance.now();
  return result;
};
addEventListener('keydown', (e) => { if (e.key === 'Enter') times.asked = performance.now() }, true);
customElements.whenDefined('legcramps-chat').then(() => {
  new MutationObserver((records) => {
    if (!times.arrived || !records.some(r => [...r.addedNodes].some(n => n.classList?.contains('reply')))) return;
    const arrived = times.arrived;
    times.arrived = 0;
    requestAnimationFrame(() => { const now = performance.now(); times.painted.push(now - arrived); times.whole.push(now - times.asked) });
  }).observe(document.querySelector('legcramps-chat').shadowRoot, { childList: true, subtree: true });
});
"""


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds for each answer: added by the widget, and from the Enter key to the painted answer."""
    from playwright.sync_api import sync_playwright

    from legcramps.server.assistant import Assistant
    from tests.helpers.server import serving
    from tests.helpers.widget import Widget, chromium

    logs.prepare()
    logging.disable(logging.WARNING)
    with serving(Assistant.load(), settings.read()) as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        context = browser.new_context(viewport={"width": 1000, "height": 800})
        context.add_init_script(CLOCK)
        widget = Widget.visit(context, address).open()
        for _ in range(rounds):
            for question in QUESTIONS:
                widget.ask(question)
                widget.page.wait_for_timeout(60)
        times = widget.page.evaluate("() => times")
        browser.close()
    # The first answer also pays for what is done once.
    return times["painted"][1:], times["whole"][1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10, help=f"times {len(QUESTIONS)} questions (default 10)")
    added, whole = measure(parser.parse_args().rounds)
    print(f"answers                              {len(added)}")
    print(f"added by the widget, median          {statistics.median(added):.1f} ms (bar {BAR_MS:.0f} ms)")
    print(f"added by the widget, 95 % within     {statistics.quantiles(added, n=20)[-1]:.1f} ms")
    print(f"from Enter to the answer, median     {statistics.median(whole):.1f} ms")
    return 0 if statistics.median(added) <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())
