"""The little that a chat channel must still know after a restart. No words of people, and no ids but pseudonyms.

Kept are the long payloads of buttons, under short tokens (they come from the knowledge files), and the threads that the
assistant takes part in.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Optional, Union

from legcramps import logs
from legcramps.settings import SettingsError

logger = logging.getLogger(__name__)

FILE = "channels.db"
"""In the run-time folder."""

TOKEN = "~"
"""What a token begins with; no payload does."""

_SCHEMA = """
create table if not exists payloads (token text primary key, payload text not null);
create table if not exists threads (thread text primary key, updated real not null);
"""


class Kept:
    """Payloads and threads in one SQLite file.

    An error of the file's while the server runs is logged; what it should have kept is then unknown, and no answer is lost.

    Raises:
        SettingsError: the file can be neither read nor made.
    """

    def __init__(self, path: Union[str, Path], keep_days: int):
        self._path, self._keep = str(path), keep_days * 86400.0
        try:
            if self._path != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(self._path, check_same_thread=False, timeout=5)
            with self._connection:
                self._connection.execute("pragma journal_mode = wal")
                self._connection.execute("pragma synchronous = normal")
                self._connection.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsError(
                f"What the chat channels must remember cannot be kept in {path}: {reason}. Make its folder writable, "
                "or name another with LEGCRAMPS_VAR."
            ) from None

    def short(self, payload: str, limit: int) -> str:
        """The payload, or a token that stands for it where it takes more than ``limit`` bytes."""
        encoded = payload.encode()
        if len(encoded) <= limit and not payload.startswith(TOKEN):
            return payload
        token = TOKEN + base64.urlsafe_b64encode(hashlib.sha256(encoded).digest()).decode()[:32]
        try:
            with self._connection:
                self._connection.execute("insert or ignore into payloads values (?, ?)", (token, payload))
        except sqlite3.Error as error:
            logs.failure(logger, "kept", error)
        return token

    def whole(self, payload: str) -> Optional[str]:
        """The other way round; None for a token that stands for nothing."""
        if not payload.startswith(TOKEN):
            return payload
        row = self._find("select payload from payloads where token = ?", payload)
        return row[0] if row else None

    def join(self, thread: str) -> bool:
        """Notes that the assistant takes part in a thread; False when it did before, or it could not be noted."""
        now = time.time()
        try:
            with self._connection:
                before = self.takes_part(thread)
                self._connection.execute("insert or replace into threads values (?, ?)", (thread, now))
                self._connection.execute("delete from threads where updated < ?", (now - self._keep,))
        except sqlite3.Error as error:
            logs.failure(logger, "kept", error)
            return False
        return not before

    def takes_part(self, thread: str) -> bool:
        """Whether it was noted; False also when the file cannot be read."""
        query = "select 1 from threads where thread = ? and updated > ?"
        return self._find(query, thread, time.time() - self._keep) is not None

    def _find(self, query: str, *values: object) -> Any:
        try:
            with closing(self._connection.execute(query, values)) as found:
                return found.fetchone()
        except sqlite3.Error as error:
            logs.failure(logger, "kept", error)
            return None

    def close(self) -> None:
        self._connection.close()
