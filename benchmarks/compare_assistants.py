"""The two assistants of the comparison: how each is trained and served, and what people say to it over HTTP.

The talk is the same in shape for both: conversations of ten turns, each on a connection of its own that is kept open, a
turn timed from sending it until its last reply has arrived.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

HOST = "127.0.0.1"
TURN_TIMEOUT = 60.0
TURNS_PER_CONVERSATION = 10


class TurnFailed(RuntimeError):
    """A turn got no proper answer; the message says what came instead."""


@dataclass(frozen=True)
class Turn:
    """One turn as the person had it: the time until the last reply, and the replies' outcomes.

    An outcome is the envelope's (``answered``, ``not_covered`` …) for ours, ``reply`` for the stock assistant.
    """

    milliseconds: float
    outcomes: tuple[str, ...]


class Conversation(Protocol):
    """One person talking to one assistant."""

    def say(self, text: str) -> Turn: ...

    def close(self) -> None: ...


# --- What people say ------------------------------------------------------------------------------------------------

_OPENERS = ("", "hi, ", "um, ", "so, ", "ok so ", "sorry, ", "please, ", "well, ", "one thing: ", "hm ")
_CONDITIONS = (
    "anemia", "high blood pressure", "diabetes", "kidney disease", "pregnancy", "cirrhosis", "parkinson's",
    "an underactive thyroid", "dehydration", "peripheral artery disease", "dialysis", "spinal stenosis",
)  # fmt: skip
_QUESTIONS = (
    ("what are night leg cramps?", "what is a charley horse at night?", "my calf goes rock hard in bed, what is that?"),
    ("what causes them?", "why do i get cramps in my legs?", "where do these cramps come from?"),
    ("can {} cause leg cramps at night?", "is {} linked to night cramps?", "i have {}, could that be behind it?"),
    ("what about {}?", "and {}?", "could it be {} too?"),
    ("could my blood pressure tablets do this?", "which medicines are linked to leg cramps?", "can statins do that?"),
    ("could it be restless legs?", "how is that different from restless legs?", "is this restless leg syndrome?"),
    ("how do i stop a cramp?", "what helps when my calf cramps?", "does stretching help with a leg cramp?"),
    ("who gets leg cramps the most?", "are they more common with age?", "what are the risk factors for night cramps?"),
    ("where does it say that?", "what is your source for this?", "which document is that from?"),
    ("thanks", "thank you, that helped", "ok thank you"),
)
_STOCK_TALK = (
    ("hello", "hi", "hey there"),
    ("I am sad", "not very good", "my day was horrible"),
    ("yes", "of course", "that sounds good"),
    ("are you a bot?", "are you a human?", "am I talking to a bot?"),
    ("bye", "see you later", "goodbye"),
    ("good morning", "hey", "hello there"),
    ("I am great", "wonderful", "feeling like a king"),
    ("am I talking to a human?", "are you a bot?", "are you a human?"),
    ("have a nice day", "see you around", "good night"),
    ("good evening", "hi", "hey dude"),
)


def questions() -> Iterator[list[str]]:
    """Conversations about leg cramps, without end; in the first thirty no text comes twice."""
    number = 0
    while True:
        turns = []
        for place, shapes in enumerate(_QUESTIONS):
            text = shapes[number % len(shapes)].format(_CONDITIONS[(number + 5 * place) % len(_CONDITIONS)])
            turns.append(_OPENERS[(number // len(shapes) + place) % len(_OPENERS)] + text)
        yield turns
        number += 1


def stock_talk() -> Iterator[list[str]]:
    """Conversations in the words and the order of the stock assistant's own stories and rules, without end."""
    number = 0
    while True:
        yield [words[number % len(words)] for words in _STOCK_TALK]
        number += 1


def first_turns(conversations: Iterator[list[str]], turns: int) -> list[list[str]]:
    """Conversations that hold exactly so many turns; the last one is cut short."""
    whole, rest = divmod(turns, TURNS_PER_CONVERSATION)
    taken = list(islice(conversations, whole + bool(rest)))
    return taken if not rest else [*taken[:-1], taken[-1][:rest]]


# --- Talking over HTTP ----------------------------------------------------------------------------------------------


class _Http:
    """A connection that is kept open for a conversation."""

    def __init__(self, port: int):
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TURN_TIMEOUT)
        try:
            self._connection.connect()
        except OSError as error:
            raise TurnFailed(f"no connection: {error}") from error

    def close(self) -> None:
        self._connection.close()

    def _post(self, path: str, body: Any, **headers: str) -> tuple[float, bytes]:
        """The milliseconds from sending to the last byte, and the reply's body."""
        data = json.dumps(body).encode()
        started = time.perf_counter()
        try:
            self._connection.request("POST", path, data, {"Content-Type": "application/json", **headers})
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise TurnFailed(f"{path} gave no answer: {error!r}") from error
        passed = (time.perf_counter() - started) * 1000
        if response.status != 200:
            raise TurnFailed(f"{path} answered {response.status}: {_excerpt(content)}")
        return passed, content


class WebConversation(_Http):
    """Talks to ours through the web channel: a session's token, then messages, each through to ``done``."""

    def __init__(self, port: int):
        super().__init__(port)
        try:
            _, content = self._post("/webhooks/web/session", {})
            self._token = json.loads(content)["token"]
        except BaseException as error:
            self.close()
            if isinstance(error, (ValueError, KeyError, TypeError)):
                raise TurnFailed(f"no session: {_excerpt(content)}") from error
            raise

    def say(self, text: str) -> Turn:
        message = {"text": text, "id": uuid.uuid4().hex}
        passed, content = self._post("/webhooks/web/messages", message, Authorization=f"Bearer {self._token}")
        return Turn(passed, outcomes_of_stream(content))


class RestConversation(_Http):
    """Talks to the stock assistant through Rasa's ``rest`` channel."""

    def __init__(self, port: int):
        super().__init__(port)
        self._sender = uuid.uuid4().hex

    def say(self, text: str) -> Turn:
        passed, content = self._post("/webhooks/rest/webhook", {"sender": self._sender, "message": text})
        return Turn(passed, outcomes_of_list(content))


def outcomes_of_stream(content: bytes) -> tuple[str, ...]:
    """The outcomes of the messages in the web channel's newline-delimited JSON.

    Raises:
        TurnFailed: an error came, no message came, or the stream does not end with ``done``.
    """
    try:
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        kinds = [line["type"] for line in lines]
        outcomes = tuple(line["answer"]["outcome"] for line in lines if line["type"] == "message")
    except (ValueError, KeyError, TypeError) as error:
        raise TurnFailed(f"no answer of the web channel: {_excerpt(content)}") from error
    if not outcomes or kinds[-1] != "done" or "error" in (*kinds, *outcomes):
        raise TurnFailed(f"an incomplete answer: {_excerpt(content)}")
    return outcomes


def outcomes_of_list(content: bytes) -> tuple[str, ...]:
    """``reply`` for each of the replies in the ``rest`` channel's JSON.

    Raises:
        TurnFailed: there is none.
    """
    try:
        replies = json.loads(content)
    except ValueError as error:
        raise TurnFailed(f"no answer of the rest channel: {_excerpt(content)}") from error
    if not isinstance(replies, list) or not replies:
        raise TurnFailed(f"no reply: {_excerpt(content)}")
    return ("reply",) * len(replies)


def _excerpt(content: bytes) -> str:
    return content[:300].decode(errors="replace")


# --- How each is trained and served ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Assistant:
    """One side of the comparison: commands, the folder that they run in, the variables that they need, and its talk.

    ``serving`` holds ``{port}`` where the port belongs.
    """

    name: str
    environment: Path
    folder: Path
    training: Sequence[str]
    serving: Sequence[str]
    conversation: type[WebConversation] | type[RestConversation]
    talk: Sequence[Sequence[str]]
    variables: Mapping[str, str] = field(default_factory=dict)
    kept: Sequence[Path] = ()
    """What makes the next training quicker: removed before each, so that all are first ones."""

    def serving_on(self, port: int) -> list[str]:
        return [word.replace("{port}", str(port)) for word in self.serving]


def ours(repository: Path, environment: Path, temporary: Path, turns: int) -> Assistant:
    """Our one-process server with its custom actions; its model and its conversations are in the temporary folder."""
    return Assistant(
        name="ours",
        environment=environment,
        folder=repository,
        training=[str(environment / "bin" / "legcramps"), "train"],
        serving=[str(environment / "bin" / "legcramps"), "serve", "--host", HOST, "--port", "{port}"],
        conversation=WebConversation,
        talk=first_turns(questions(), turns),
        variables={
            "LEGCRAMPS_MODEL": str(temporary / "ours" / "model.tar.gz"),
            "LEGCRAMPS_VAR": str(temporary / "ours" / "var"),
            "LEGCRAMPS_BUILD": str(temporary / "ours" / "build"),
            # People type more slowly than this benchmark.
            "LEGCRAMPS_RATE_PER_MINUTE": "100000",
        },
        kept=[temporary / "ours" / "build"],
    )


def stock(environment: Path, temporary: Path, turns: int) -> Assistant:
    """What ``rasa init`` makes, unchanged; ``folder`` has to be filled by :func:`stock_project` first."""
    rasa = rasa_of(environment)
    return Assistant(
        name="stock",
        environment=environment,
        folder=stock_project(temporary),
        training=[*rasa, "train", "--force", "--out", str(temporary / "stock-models")],
        serving=[*rasa, "run", "--interface", HOST, "--port", "{port}"],
        conversation=RestConversation,
        talk=first_turns(stock_talk(), turns),
    )


def stock_project(temporary: Path) -> Path:
    """The folder of the stock assistant's project."""
    return temporary / "stock"


def rasa_of(environment: Path) -> list[str]:
    """The command that starts an environment's Rasa."""
    return [str(environment / "bin" / "python"), "-m", "rasa"]


_NAMES_NOT_INHERITED = ("DB_URL", "HOST", "LOG_LEVEL", "PORT", "VIRTUAL_ENV")
_STARTS_NOT_INHERITED = ("LEGCRAMPS_", "MAKE", "MFLAGS", "MPL", "PYTHON", "RASA_", "SANIC_", "SQL_", "TF_", "XDG_")


def clean_environment(temporary: Path, inherited: Mapping[str, str] = os.environ, **more: str) -> dict[str, str]:
    """The environment variables of a process of the comparison: the same for both, whatever the person has set.

    Its home and its folder for temporary files are in ``temporary``, so that nothing is left behind elsewhere. Python
    may write bytecode, as on anyone's machine: without it each start would compile everything again.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith(_STARTS_NOT_INHERITED) and name not in _NAMES_NOT_INHERITED
    }
    folders = {"HOME": str(temporary / "home"), "TMPDIR": str(temporary / "tmp")}
    return {**kept, **folders, "PYTHONUTF8": "1", "RASA_TELEMETRY_ENABLED": "false", **more}
