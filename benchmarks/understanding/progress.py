"""Lines that say how far a long run is."""

from __future__ import annotations

import sys
import time


class Say:
    """Progress lines, each with the minutes since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def __call__(self, line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        print(f"[{minutes:2d}:{seconds:02d}] {line}", file=sys.stderr, flush=True)
