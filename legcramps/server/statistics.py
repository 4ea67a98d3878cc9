"""What is asked and what helped, as numbers: counts a day and judgements of answers, in a SQLite file of their own.

Nothing in it leads to a person or a conversation. A turn adds one to a few counts of its day (intent, outcome, topic, what was named: ids of
closed lists) and leaves no row of its own. A judgement is a row, since its reason belongs to its answer: day, channel, the answer's ids, helpful
or not, the reason.

That somebody judges the same answer again has to be known for a while, without knowing who it was: the row bears a keyed hash of conversation
and answer. Its key is made anew each day and destroyed after the next day, and with it the hash; from then on nobody can tell, with whatever
else they have. Two judgements of one person bear different hashes from the start.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Union

FILE = "statistics.db"

KEPT_DAYS = 400
"""A year can be set beside the year before; then the numbers go, too."""

NAMED_KINDS = ("condition", "unlisted")
"""Entities that are counted: what the source lists and what it does not."""

_SCHEMA = """
create table if not exists counts (
    day text not null, channel text not null, kind text not null, name text not null, times integer not null,
    primary key (day, channel, kind, name)) without rowid;
create table if not exists judgements (
    id integer primary key, day text not null, channel text not null, helpful integer not null, reason text,
    outcome text not null, topic text, conditions text not null, statements text not null, mark text unique);
create index if not exists judgements_by_day on judgements (day);
create table if not exists keys (day text primary key, key blob not null);
"""


class StatisticsError(RuntimeError):
    """The numbers cannot be read or kept. The message is a sentence for the operator, with the remedy."""


@dataclass(frozen=True)
class Judged:
    """How often answers with these ids were judged so. ``conditions`` are ids, sorted."""

    helpful: bool
    reason: Optional[str]
    outcome: str
    topic: Optional[str]
    conditions: Tuple[str, ...]
    times: int


class Statistics:
    """The numbers of one installation.

    Args:
        path: the file, or ``:memory:``. It is made at the first count.
        clock: seconds since 1970; days are those of UTC.
    """

    def __init__(self, path: Union[str, Path], clock: Callable[[], float] = time.time):
        self.path = str(path)
        self._clock = clock
        self._connection: Optional[sqlite3.Connection] = None
        self._tidied: Optional[str] = None

    @classmethod
    def beside(cls, database: str) -> Statistics:
        """Those that belong to a file of conversations; in memory where these are."""
        return cls(database if database == ":memory:" else Path(database).with_name(FILE))

    # --- writing

    def count_turn(
        self, channel: str, intent: str, answers: Iterable[Mapping[str, Any]], named: Iterable[Tuple[str, str]] = ()
    ) -> None:
        """Adds a turn: its intent, the outcome and topic of each reply, and what was named (kind and id, each once).

        Raises:
            StatisticsError: it cannot be kept.
        """
        counted = [("turn", channel), ("intent", intent)]
        counted += [("reply", f"{answer.get('outcome')}/{answer.get('topic') or ''}") for answer in answers]
        counted += sorted(set(named))
        with self._writing() as (connection, day):
            connection.executemany(
                "insert into counts values (?, ?, ?, ?, 1) "
                "on conflict (day, channel, kind, name) do update set times = times + 1",
                [(day, channel, kind, name) for kind, name in counted],
            )

    def judge(self, conversation: str, channel: str, judgement: Mapping[str, Any]) -> None:
        """Keeps a judgement (:meth:`legcramps.answers.Judgement.as_dict`); of the same answer in the same conversation, the latest counts.

        Raises:
            StatisticsError: it cannot be kept.
        """
        helpful, reason, ids = judgement["helpful"], judgement["reason"], judgement["answer"]
        conditions = sorted({link["id"] for link in ids["conditions"]})
        with self._writing() as (connection, day):
            connection.execute("insert or ignore into keys values (?, ?)", (day, secrets.token_bytes(32)))
            said = json.dumps([conversation, ids], sort_keys=True)
            keys = [key for (key,) in connection.execute("select key from keys order by day desc")]
            marks = [hmac.new(key, said.encode(), hashlib.sha256).hexdigest() for key in keys]
            known = connection.execute(
                f"select id, reason from judgements where mark in ({','.join('?' * len(marks))})", marks
            ).fetchone()
            if known:
                # A second "no help" without a reason does not take the reason back.
                reason = None if helpful else reason or known[1]
                connection.execute(
                    "update judgements set helpful = ?, reason = ? where id = ?", (helpful, reason, known[0])
                )
            else:
                connection.execute(
                    "insert into judgements (day, channel, helpful, reason, outcome, topic, conditions, statements, mark) "
                    "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(day, channel, helpful, reason, ids["outcome"], ids["topic"]),
                        *(json.dumps(conditions), json.dumps(ids["statements"]), marks[0]),
                    ),
                )

    def tidy(self) -> None:
        """Destroys what is too old, also when nothing was said since. StatisticsError when that cannot be done."""
        if self._connection or (self.path != ":memory:" and Path(self.path).exists()):
            with self._writing():
                pass

    # --- reading

    def counts(self, days: int) -> Dict[str, Dict[str, int]]:
        """Sums over the last ``days`` days, today included: kind → name → times.

        Kinds: ``turn`` (by channel), ``intent``, ``reply`` (``outcome/topic``), ``condition`` and ``unlisted`` (what was named).
        """
        sums: Dict[str, Dict[str, int]] = {}
        query = "select kind, name, sum(times) from counts where day >= ? group by kind, name"
        for kind, name, times in self._read(query, days):
            sums.setdefault(kind, {})[name] = times
        return sums

    def judgements(self, days: int) -> List[Judged]:
        """The judgements of the last ``days`` days, today included, alike ones together, most frequent first."""
        same = "helpful, reason, outcome, topic, conditions"
        query = f"select {same}, count(*) from judgements where day >= ? group by {same} order by count(*) desc, {same}"
        return [
            Judged(bool(helpful), reason, outcome, topic, tuple(json.loads(conditions)), times)
            for helpful, reason, outcome, topic, conditions, times in self._read(query, days)
        ]

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _read(self, query: str, days: int) -> List[Tuple[Any, ...]]:
        if self._connection is None and self.path != ":memory:" and not Path(self.path).exists():
            return []
        try:
            return self._open().execute(query, (self._day(days - 1),)).fetchall()
        except (OSError, sqlite3.Error) as error:
            raise self._problem("read", error) from None

    @contextmanager
    def _writing(self) -> Iterator[Tuple[sqlite3.Connection, str]]:
        """One transaction, and the day that it counts for."""
        day = self._day()
        try:
            connection = self._open()
            # Held from the start: two processes may judge at the same moment.
            connection.execute("begin immediate")
            with connection:
                if self._tidied != day:
                    self._forget_old(connection)
                yield connection, day
            self._tidied = day
        except (OSError, sqlite3.Error) as error:
            raise self._problem("kept", error) from None

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        yesterday, oldest = self._day(1), self._day(KEPT_DAYS)
        connection.execute("delete from keys where day < ?", (yesterday,))
        connection.execute("update judgements set mark = null where day < ? and mark is not null", (yesterday,))
        connection.execute("delete from counts where day < ?", (oldest,))
        connection.execute("delete from judgements where day < ?", (oldest,))

    def _day(self, back: int = 0) -> str:
        today: date = datetime.fromtimestamp(self._clock(), timezone.utc).date()
        return (today - timedelta(days=back)).isoformat()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            if self.path != ":memory:":
                Path(self.path).parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self.path, check_same_thread=False, timeout=5, isolation_level=None)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            # A key that is destroyed shall be gone from the file.
            connection.execute("pragma secure_delete = on")
            connection.executescript(_SCHEMA)
            self._connection = connection
        return self._connection

    def _problem(self, what: str, error: Exception) -> StatisticsError:
        reason = getattr(error, "strerror", None) or error
        return StatisticsError(
            f"The numbers in {self.path} cannot be {what}: {reason}. Make the folder writable and check that the disk is not full."
        )
