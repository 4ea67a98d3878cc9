"""Folders."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Works inside a folder for a while: Rasa's configuration names files relative to the project's folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
