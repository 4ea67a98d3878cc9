"""The one-process server: Rasa with the actions in process, the channels of ``credentials.yml``, health and the website widget."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import socket
import time
import uuid
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import rasa.core.channels.channel as channel_registry
import rasa.shared.utils.io
from rasa.core.channels.channel import InputChannel
from rasa.shared.utils.common import class_from_module_path
from sanic import Sanic
from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import guard
from legcramps.channels.replies import problem_reply
from legcramps.server.assistant import Assistant, give_back_memory, inside
from legcramps.server.listen import ServerError, address_of

logger = logging.getLogger(__name__)

CREDENTIALS = "credentials.yml"

PROBE_QUESTION = "what are night leg cramps?"
PROBE_SECONDS = 5.0
"""How long an answer of /readyz is good for."""

TIDY_SECONDS = 3600.0
"""How often old conversations are looked for."""

HARD_LIMIT = 4 * 1024 * 1024
"""Bytes; the channels refuse what is over 64 KiB with a sentence, the server cuts off what is over this."""

WIDGET = "widget"
"""Folder, and path on the web, of the website widget and the pages that show it."""

_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cross-origin-opener-policy": "same-origin",
}
_PUBLIC_HEADERS = {
    # Other websites load the widget from here; it holds nothing of anybody's.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
_FILE_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    # A browser asks each time whether the file is still the same, so that no page runs two versions of it side by side.
    "cache-control": "no-cache",
    "vary": "Accept-Encoding",
}


def serve(listener: socket.socket, current: settings.Settings) -> int:
    """Serves on ``listener`` until told to stop (Ctrl-C or SIGTERM); returns the exit code.

    Raises:
        ServerError, AssistantError, StoreError, SettingsError: with a sentence for the operator.
    """
    started = time.perf_counter()
    logs.configure(current.log_level)
    assistant = Assistant.load(current.model, database=current.database)
    app = make_app(assistant, current)

    @app.after_server_start
    async def announce(app: Sanic, loop: Any) -> None:
        seconds = time.perf_counter() - started
        print(f"Ready after {seconds:.0f} s. Open {address_of(listener)} (Ctrl-C stops)", flush=True)

    try:
        app.run(sock=listener, access_log=False, motd=False)
    finally:
        assistant.store.close()
    return 0


def make_app(assistant: Assistant, current: settings.Settings) -> Sanic:
    """The web application around a loaded assistant."""
    app = Sanic("legcramps", configure_logging=False, register=False)
    app.config.REQUEST_MAX_SIZE = HARD_LIMIT
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 5.0
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = assistant.agent
    channel_registry.register(input_channels(current.root / CREDENTIALS), app, route="/webhooks/")
    health = _Health(assistant)
    app.add_route(health.alive, "/healthz", methods=["GET"])
    app.add_route(health.ready, "/readyz", methods=["GET"])
    for path, file in widget_files(current.root / WIDGET).items():
        app.add_route(_file(file), path, methods=["GET"], name=f"widget {path}")
    app.error_handler.add(SanicException, _refuse)
    app.error_handler.add(Exception, _fail)

    app.ctx.tidying = None

    @app.after_server_start
    async def begin(app: Sanic, loop: Any) -> None:
        # The first turn is slower than the others; this one is nobody's.
        await health.probe()
        give_back_memory()  # what the first turn made is large, and much of it was needed only for the making
        app.ctx.tidying = asyncio.ensure_future(tidy(assistant, current.keep_days))

    @app.before_server_stop
    async def end(app: Sanic, loop: Any) -> None:
        # None when the start itself failed.
        if app.ctx.tidying:
            app.ctx.tidying.cancel()

    return app


def input_channels(credentials: Path) -> List[InputChannel]:
    """The channels that ``credentials.yml`` names by class path. ServerError when one cannot be made."""
    with inside(credentials.parent):
        named = rasa.shared.utils.io.read_config_file(credentials.name) if credentials.exists() else {}
    channels = []
    for path, options in named.items():
        try:
            channels.append(class_from_module_path(path).from_credentials(options))
        except (ImportError, AttributeError) as error:
            raise ServerError(
                f"{credentials.name} names the channel '{path}', which cannot be loaded: {error}. "
                "Correct its name, or take it out."
            ) from error
    return channels


class _Health:
    """Whether the process is up, and whether a question is answered from end to end."""

    def __init__(self, assistant: Assistant):
        self._assistant = assistant
        self._asked = 0.0
        self._result: Tuple[int, Dict[str, Any]] = (503, {"ready": False, "reason": "The server is starting."})
        self._busy = asyncio.Lock()

    async def alive(self, request: Request) -> HTTPResponse:
        return json_response({"alive": True})

    async def ready(self, request: Request) -> HTTPResponse:
        async with self._busy:
            if time.monotonic() - self._asked > PROBE_SECONDS:
                await self.probe()
        status, body = self._result
        return json_response(body, status=status, headers={"cache-control": "no-store"})

    async def probe(self) -> None:
        """Asks a question as a person would, and leaves nothing of it behind."""
        conversation = f"{guard.UNLOGGED}{uuid.uuid4().hex}"
        result = await self._assistant.turn(conversation, PROBE_QUESTION)
        try:
            await self._assistant.forget(conversation)
            answered = any(reply["answer"].get("outcome") == "answered" for reply in result.replies)
        except Exception as error:
            logs.failure(logger, "readyz", error)
            answered = False
        if answered:
            self._result = 200, {"ready": True, "model": self._assistant.agent.model_id, "ms": result.ms}
        else:
            self._result = 503, {"ready": False, "reason": "A probe question was not answered; the log says why."}
        self._asked = time.monotonic()


async def tidy(assistant: Assistant, days: int) -> None:
    """Deletes conversations in which nothing was said for so many days; looks once an hour, until it is cancelled."""
    while True:
        try:
            deleted = await assistant.store.delete_older_than(days)
            if deleted:
                logger.info("old conversations deleted=%d", deleted)
        except Exception as error:
            logs.failure(logger, "tidy", error)
        await asyncio.sleep(TIDY_SECONDS)


def widget_files(folder: Path) -> Dict[str, Path]:
    """Paths on the web and the files that stand there: the widget's modules, and its demo page at ``/``."""
    found = [file for part in (folder, folder / "pages") for file in sorted(part.glob("*")) if file.suffix in _KINDS]
    files = {f"/{WIDGET}/{file.name}": file for file in found}
    return {"/": files[f"/{WIDGET}/demo.html"], **files} if files else {}


def _file(path: Path) -> Any:
    """Sends one file as it was when the server started, compressed where the browser can read that."""
    content = path.read_bytes()
    compressed = gzip.compress(content, 9, mtime=0)
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
    own = _PAGE_HEADERS if path.suffix == ".html" else _PUBLIC_HEADERS
    headers = {**_FILE_HEADERS, **own, "etag": tag}

    async def send(request: Request) -> HTTPResponse:
        if tag in request.headers.get("if-none-match", ""):
            return HTTPResponse(status=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return raw(compressed, content_type=_KINDS[path.suffix], headers={**headers, "content-encoding": "gzip"})
        return raw(content, content_type=_KINDS[path.suffix], headers=headers)

    return send


async def _refuse(request: Optional[Request], error: SanicException) -> HTTPResponse:
    """What the server refuses before a channel sees it, as a sentence."""
    if isinstance(error, NotFound):
        sentence = "There is nothing at this address."
    elif isinstance(error, MethodNotSupported):
        sentence = f"This address does not take {request.method if request else 'that'} requests."
    elif isinstance(error, PayloadTooLarge):
        sentence = f"The request is too large: at most {guard.MAX_BODY // 1024} KiB are read."
    elif error.status_code < 500:
        sentence = "The request could not be read."
    else:
        return await _fail(request, error)
    return json_response({"error": sentence}, status=error.status_code, headers=getattr(error, "headers", None))


async def _fail(request: Optional[Request], error: Exception) -> HTTPResponse:
    identifier = logs.failure(logger, f"server {request.method if request else ''}", error)
    return json_response({"error": problem_reply("internal")["text"], "id": identifier}, status=500)
