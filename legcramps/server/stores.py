"""Where conversations are kept, and who may change one at a time.

Both classes are named by path in ``endpoints.yml``, so that ``rasa run`` uses them as the one-process server does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import time
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, AsyncGenerator, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Type, Union

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockError
from rasa.core.tracker_store import TrackerStore
from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from legcramps import logs, settings
from legcramps.channels.guard import UNLOGGED
from legcramps.server.statistics import NAMED_KINDS, Statistics, StatisticsError

logger = logging.getLogger(__name__)

TURNS_IN_VIEW = 4
"""How many turns back Rasa sees: at least what the policies' ``max_history`` in ``config.yml`` looks at (two steps a turn).

What must last longer is in slots; the whole conversation stays in the database.
"""

FORGET_ACTION = "action_forget_me"
"""After a turn in which this action ran, nothing of the conversation is kept."""


_BULK = ("intent_ranking", "text_tokens")
"""Parts of an understood message that nothing reads after its turn, and that take up most of its room."""

_SCHEMA = """
create table if not exists events (
    id integer primary key, sender_id text not null, type_name text not null, timestamp real,
    intent_name text, action_name text, data text not null);
create index if not exists events_of_sender on events (sender_id, id);
create table if not exists conversations (
    sender_id text primary key, session_start integer not null, turn_starts text not null, slots text not null,
    updated real not null);
create index if not exists conversations_by_age on conversations (updated);
"""


class StoreError(RasaException):
    """Conversations cannot be read or kept. The message is a sentence for the operator, with the remedy."""


class _StoredTracker(DialogueStateTracker):
    """A tracker that knows how many of its events came from the database."""

    stored = 0


class ConversationStore(TrackerStore):
    """Keeps conversations in one SQLite file; a turn costs the same however long the conversation is.

    Rasa's own store reads every event of the session for each turn, and its policies go through all of them. This one
    hands out the last :data:`TURNS_IN_VIEW` turns and the slots as they stand.

    Args:
        path: the file, or ``:memory:``; by default ``conversations.db`` in the run-time folder.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Any = None,
        path: Union[str, Path, None] = None,
        host: Optional[str] = None,
        **kwargs: Any,
    ):
        super().__init__(domain, event_broker, **kwargs)
        self.path = str(path or settings.read().database)
        self._connection = _open(self.path)
        self.statistics = Statistics.beside(self.path)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation as Rasa shall see it, None when there is none. StoreError when it cannot be read."""
        with self._guarded("read"):
            row = self._connection.execute(
                "select session_start, turn_starts, slots from conversations where sender_id = ?", (sender_id,)
            ).fetchone()
            if row is None:
                return None
            starts = json.loads(row[1])
            first = starts[0] if len(starts) > TURNS_IN_VIEW else row[0]
            events = self._events(sender_id, first)
        return self._tracker(sender_id, events, json.loads(row[2]))

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """All events of all sessions, for reading; a turn uses :meth:`retrieve`."""
        with self._guarded("read"):
            events = self._events(conversation_id, 0)
            row = self._connection.execute(
                "select slots from conversations where sender_id = ?", (conversation_id,)
            ).fetchone()
        return self._tracker(conversation_id, events, json.loads(row[0]) if row else {}) if events else None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Adds what is new. StoreError when it cannot be kept."""
        await self.stream_events(tracker)
        stored = getattr(tracker, "stored", 0)
        new = list(tracker.events)[stored:]
        if not new:
            return
        if not tracker.sender_id.startswith(UNLOGGED):
            _log_turn(tracker.sender_id, new)
            self._count_turn(tracker.sender_id, new)
        if any(isinstance(event, ActionExecuted) and event.action_name == FORGET_ACTION for event in new):
            await self.delete(tracker.sender_id)
            return
        with self._guarded("keep"), self._connection:
            self._append(tracker, new)
        if isinstance(tracker, _StoredTracker):
            tracker.stored = len(tracker.events)

    async def delete(self, sender_id: str) -> bool:
        """Deletes all that is kept of a conversation; False when there was nothing."""
        with self._guarded("delete"), self._connection:
            self._connection.execute("delete from events where sender_id = ?", (sender_id,))
            gone = self._connection.execute("delete from conversations where sender_id = ?", (sender_id,)).rowcount > 0
        self._empty_log()
        return gone

    async def delete_older_than(self, days: float) -> int:
        """Deletes the conversations in which nothing was said for so many days, and says how many they were."""
        with self._guarded("delete"), self._connection:
            old = "select sender_id from conversations where updated < ?"
            limit = (time.time() - days * 86400,)
            self._connection.execute(f"delete from events where sender_id in ({old})", limit)
            gone = self._connection.execute("delete from conversations where updated < ?", limit).rowcount
        self._empty_log()
        try:
            self.statistics.tidy()
        except StatisticsError as error:
            logs.failure(logger, "statistics", error)
        return gone

    def _empty_log(self) -> None:
        # What is deleted from the file still stands in the write-ahead log until that is emptied.
        with self._guarded("delete"):
            self._connection.execute("pragma wal_checkpoint(truncate)").fetchall()

    async def keys(self) -> Iterable[str]:
        with self._guarded("read"):
            return [sender_id for (sender_id,) in self._connection.execute("select sender_id from conversations")]

    def close(self) -> None:
        self._connection.close()
        self.statistics.close()

    def _count_turn(self, sender_id: str, new: Sequence[Event]) -> None:
        """Adds the turn, and what it says of an answer before it, to the statistics. A number less is no reason to lose a turn."""
        try:
            for heard in (event for event in new if isinstance(event, UserUttered)):
                custom = [event.data.get("custom") or {} for event in new if isinstance(event, BotUttered)]
                channel = heard.input_channel or "unknown"
                answers = [part["answer"] for part in custom if part.get("answer")]
                self.statistics.count_turn(channel, heard.intent_name or "unknown", answers, _named(heard))
                for judgement in (judgement for part in custom for judgement in part.get("feedback", ())):
                    self.statistics.judge(sender_id, channel, judgement)
        except StatisticsError as error:
            logs.failure(logger, "statistics", error)

    def _events(self, sender_id: str, first: int) -> List[Event]:
        rows = self._connection.execute(
            "select data from events where sender_id = ? and id >= ? order by id", (sender_id, first)
        )
        return [event for (data,) in rows if (event := _event(json.loads(data)))]

    def _tracker(self, sender_id: str, events: List[Event], slots: Dict[str, Any]) -> _StoredTracker:
        in_view = {e.key for e in events if isinstance(e, SlotSet)}
        # One that the domain no longer has is kept no longer either.
        slots = {slot.name: slots[slot.name] for slot in self.domain.slots if slot.name in slots}
        opening: List[Event] = [e for e in events[:2] if _opens_session(e)]
        now = [
            SlotSet(name, value, timestamp=events[0].timestamp if events else None)
            for name, value in slots.items()
            if name not in in_view
        ]
        tracker = _StoredTracker.from_events(sender_id, [*opening, *now, *events[len(opening) :]], self.domain.slots)
        tracker.stored = len(tracker.events)
        return tracker

    def _append(self, tracker: DialogueStateTracker, new: Sequence[Event]) -> None:
        row = self._connection.execute(
            "select session_start, turn_starts from conversations where sender_id = ?", (tracker.sender_id,)
        ).fetchone()
        session, starts = (row[0], json.loads(row[1])) if row else (0, [])
        # What a slot holds stands in `conversations`; when it was set matters only where it steers the dialogue.
        memory = {slot.name for slot in self.domain.slots if not slot.influence_conversation}
        for event in new:
            if isinstance(event, SlotSet) and event.key in memory:
                continue
            data = event.as_dict()
            if "parse_data" in data:
                data["parse_data"] = {name: value for name, value in data["parse_data"].items() if name not in _BULK}
            identifier = self._connection.execute(
                "insert into events (sender_id, type_name, timestamp, intent_name, action_name, data) values (?, ?, ?, ?, ?, ?)",
                (
                    tracker.sender_id,
                    event.type_name,
                    event.timestamp,
                    data.get("parse_data", {}).get("intent", {}).get("name"),
                    data.get("name"),
                    json.dumps(data, ensure_ascii=False, separators=(",", ":")),
                ),
            ).lastrowid
            if isinstance(event, SessionStarted):
                session, starts = identifier, []
            elif isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
                # One more than are shown: the last is the turn to come.
                starts = [*starts, identifier][-(TURNS_IN_VIEW + 1) :]
        changed = {name: slot.value for name, slot in tracker.slots.items() if slot.value != slot.initial_value}
        self._connection.execute(
            "insert or replace into conversations values (?, ?, ?, ?, ?)",
            (tracker.sender_id, session, json.dumps(starts), json.dumps(changed, ensure_ascii=False), time.time()),
        )

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"Cannot {what} a conversation in {self.path}: {error}. "
                "Check that the disk is not full and that the folder can be written to."
            ) from error


class QueueLockStore(InMemoryLockStore):
    """One turn at a time for each conversation, in the order of arrival.

    Rasa's own lock store looks once a second whether it is its turn; here the next one goes on at once.
    """

    def __init__(self, endpoint_config: Any = None):
        super().__init__()
        self._queues: Dict[str, Tuple[asyncio.Lock, List[int]]] = {}

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for this conversation's turn, at most ``lock_lifetime`` seconds; LockError after that."""
        conversation_id = conversation_id or DEFAULT_SENDER_ID
        queue, waiting = self._queues.setdefault(conversation_id, (asyncio.Lock(), []))
        waiting.append(1)
        try:
            try:
                await asyncio.wait_for(queue.acquire(), lock_lifetime)
            except asyncio.TimeoutError:
                raise LockError(
                    f"Conversation '{conversation_id}' is busy for more than {lock_lifetime:.0f} seconds."
                ) from None
            try:
                yield TicketLock(conversation_id)
            finally:
                queue.release()
        finally:
            waiting.pop()
            if not waiting:
                self._queues.pop(conversation_id, None)


def _open(path: str) -> sqlite3.Connection:
    try:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            # Conversations may tell of illnesses: for this user's eyes only.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, check_same_thread=False, timeout=5)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        # What is deleted shall be gone from the file, not only from the index.
        connection.execute("pragma secure_delete = on")
        with connection:
            connection.executescript(_SCHEMA)
        return connection
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise StoreError(
            f"Conversations cannot be kept in {path}: {reason}. Make its folder writable and check that the disk is "
            "not full, or name another folder with LEGCRAMPS_VAR."
        ) from None


@cache
def _event_class(type_name: str) -> Optional[Type[Event]]:
    # Rasa goes through all its classes for each event that it reads.
    return Event.resolve_by_type(type_name)


def _event(data: Dict[str, Any]) -> Optional[Event]:
    kind = _event_class(data["event"])
    return kind._from_parameters(data) if kind else None


def _opens_session(event: Event) -> bool:
    return isinstance(event, SessionStarted) or (
        isinstance(event, ActionExecuted) and event.action_name == "action_session_start"
    )


def _named(heard: UserUttered) -> List[Tuple[str, str]]:
    """What a message names and does not deny: kind and id."""
    return [
        (e["entity"], e["value"]) for e in heard.entities if e.get("entity") in NAMED_KINDS and not e.get("negated")
    ]


def _log_turn(sender_id: str, events: Sequence[Event]) -> None:
    """One line a turn, for operators: ids, intents and outcomes, never what was said."""
    for heard in (event for event in events if isinstance(event, UserUttered)):
        actions = [
            e.action_name for e in events if isinstance(e, ActionExecuted) and e.action_name != ACTION_LISTEN_NAME
        ]
        answers = [
            e.data.get("custom", {}).get("answer", {})
            for e in events
            if isinstance(e, BotUttered) and e.data.get("custom")
        ]
        logger.info(
            "turn conversation=%s message=%s intent=%s confidence=%.2f actions=%s outcomes=%s",
            sender_id,
            heard.message_id,
            heard.intent_name,
            heard.intent.get("confidence") or 0.0,
            ",".join(str(name) for name in actions) or "-",
            ",".join(str(answer.get("outcome")) for answer in answers) or "-",
        )
