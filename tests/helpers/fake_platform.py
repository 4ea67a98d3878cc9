"""What the stand-ins for Slack and Telegram have in common: a server on 127.0.0.1 that notes calls and can be dead for a while."""

from __future__ import annotations

import http.client
import threading
import time
import weakref
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple
from urllib.parse import urlsplit

import pytest


class FakePlatform:
    """``calls`` holds every call that was accepted, as (method, arguments); ``refused`` those that were not, with the error."""

    calls: List[Tuple[str, Dict[str, Any]]]
    refused: List[Tuple[str, str]]
    dead_until: float

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if time.monotonic() < fake.dead_until:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, headers, content = fake.respond(self.path, self.headers.get("Authorization"), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: Any) -> None:
                pass

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self) -> None:
        """Alive, in a good mood, and nothing said yet."""
        raise NotImplementedError

    def respond(self, path: str, authorization: Optional[str], body: bytes) -> Tuple[int, Dict[str, str], bytes]:
        """Status, headers and body of the answer to one call."""
        raise NotImplementedError

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, enough: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while not (found := enough()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s; calls: {self.calls} refused: {self.refused}")
            time.sleep(0.01)
        return found


class PlatformSender:
    """The platform's other half, from which requests come: they go to the channel served at ``address``."""

    def __init__(self, address: str, fake: FakePlatform):
        self.place = urlsplit(address)
        self.fake = fake
        self.number = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """A number that no request before had."""
        with self._lock:
            self.number += 1
            return self.number

    def send(self, path: str, body: bytes, headers: Dict[str, str]) -> Tuple[int, bytes, float]:
        """Status, body and seconds."""
        connection = http.client.HTTPConnection(str(self.place.hostname), self.place.port, timeout=30)
        started = time.perf_counter()
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.read(), time.perf_counter() - started
        finally:
            connection.close()


@contextmanager
def turns_noted(turns: weakref.WeakSet[Any]) -> Iterator[None]:
    """Within it, what each server has under way is put into ``turns``."""
    from legcramps.channels.turns import Turns

    make = Turns.__init__

    def made(self: Any, *arguments: Any, **named: Any) -> None:
        make(self, *arguments, **named)
        turns.add(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Turns, "__init__", made)
        yield
