"""What is logged and how: ids, intents and outcomes, never what a person wrote. No Rasa import."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import uuid
from types import TracebackType
from typing import Any, MutableMapping, Optional, Tuple, Type

_QUIET = (
    "rasa",
    "rasa_sdk",
    "sanic",
    "sanic.root",
    "sanic.error",
    "sanic.access",
    "apscheduler",
    "aiohttp",
    "asyncio",
    "matplotlib",
)
_Raised = Tuple[Optional[Type[BaseException]], Optional[BaseException], Optional[TracebackType]]


_FRAMES = 8


class _Formatter(logging.Formatter):
    """Shows what an exception's first cause was and where; messages may hold what a person wrote, so they are left out."""

    def formatException(self, raised: _Raised) -> str:
        return _place_and_kind(raised[1]) if raised[1] else ""


def prepare() -> None:
    """Makes Rasa keep to itself: no telemetry, no warnings meant for its developers. Call before Rasa is imported."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    if not sys.warnoptions:
        # Rasa and others set filters of their own at import, so the warnings are taken where they are shown.
        logging.captureWarnings(True)
        logging.getLogger("py.warnings").setLevel(logging.ERROR)


def configure(level: str = "INFO") -> None:
    """Sends our own log lines from ``level`` up, and others' warnings, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("legcramps").setLevel(level)
    hush()


def hush() -> None:
    """Keeps what people write out of others' log lines, whoever has set up logging: below a warning, Rasa logs every message."""
    import structlog

    for name in _QUIET:
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True
        other.setLevel(logging.WARNING)
    structlog.configure(
        processors=[_only_the_event],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        cache_logger_on_first_use=True,
    )


def failure(logger: logging.Logger, where: str, error: BaseException) -> str:
    """Logs an error with an id, which is returned; of the error only its kind and place."""
    identifier = uuid.uuid4().hex[:12]
    # Never as `exc_info`: whose formatter shows it is not ours to say under `rasa run`, and others show the message.
    place = _place_and_kind(error)
    logger.error("failure id=%s in=%s kind=%s\n%s", identifier, where, type(error).__name__, place)
    return identifier


def _place_and_kind(error: BaseException) -> str:
    cause = first_cause(error)
    return f"{''.join(traceback.format_tb(cause.__traceback__)[-_FRAMES:])}{type(cause).__name__}"


def first_cause(error: BaseException) -> BaseException:
    """What went wrong in the first place: Rasa wraps a component's error in its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _only_the_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
    # Rasa's structured log lines carry messages, entities and slots beside the name of what happened.
    return str(event.get("event"))
