"""A small client for the web channel, and servers to talk to."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple
from urllib.parse import urlsplit

REPO = Path(__file__).resolve().parents[2]


class Client:
    """One person at a website's chat."""

    def __init__(self, address: str, open_session: bool = True):
        self.address = urlsplit(address)
        self.token: Optional[str] = None
        self.conversation: Optional[str] = None
        if open_session:
            self.open_session()

    def open_session(self) -> Dict[str, Any]:
        status, _, body = self.request("POST", "/webhooks/web/session")
        assert status == 200, body
        session = json.loads(body)
        self.token, self.conversation = session["token"], session["conversation"]
        return session

    def request(
        self, method: str, path: str, body: Any = None, headers: Optional[Dict[str, str]] = None
    ) -> Tuple[int, Dict[str, str], str]:
        """Status, headers in small letters, body."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if isinstance(body, (dict, list)):
            body, sent["Content-Type"] = json.dumps(body), "application/json"
        if isinstance(body, str):
            body = body.encode("utf8")
        try:
            connection.request(method, path, body, {**sent, **(headers or {})})
            response = connection.getresponse()
            text = response.read().decode("utf8")
            return response.status, {name.lower(): value for name, value in response.getheaders()}, text
        finally:
            connection.close()

    def lines(self, text: str, identifier: Optional[str] = None) -> List[Dict[str, Any]]:
        """All lines that come back for a message."""
        status, _, body = self.request(
            "POST", "/webhooks/web/messages", {"text": text, "id": identifier or uuid.uuid4().hex}
        )
        assert status == 200, body
        return [json.loads(line) for line in body.splitlines()]

    def say(self, text: str) -> List[Dict[str, Any]]:
        """The replies to a message, each with text, buttons and answer."""
        lines = self.lines(text)
        assert (lines[0]["type"], lines[-1]) == ("accepted", {"type": "done"}), lines
        return [{key: line[key] for key in ("text", "buttons", "answer")} for line in lines[1:-1]]


class Process:
    """A program that a test started; its output is kept, line by line."""

    def __init__(self, arguments: Sequence[str], environment: Dict[str, str], folder: Path = REPO):
        self.lines: List[str] = []
        self.environment = environment
        self._new: queue.Queue[Optional[str]] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf8",
            errors="replace",
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._new.put(line)
        self._new.put(None)

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, seconds: float = 240) -> re.Match[str]:
        """Waits for a line of output, and fails with all of the output when the program ends or time is up."""
        deadline = time.monotonic() + seconds
        seen = 0
        while True:
            while seen < len(self.lines):
                found = re.search(pattern, self.lines[seen])
                seen += 1
                if found:
                    return found
            try:
                line = self._new.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing like {pattern!r} within {seconds} s:\n{self.output}") from None
            if line is None and seen >= len(self.lines):
                raise AssertionError(
                    f"ended with {self.process.wait()} before anything like {pattern!r}:\n{self.output}"
                )

    def stop(self, seconds: float = 20) -> int:
        """Asks it to end, as an operator would; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"still running {seconds} s after SIGTERM:\n{self.output}") from None


def wait_until_open(address: str, process: Process, seconds: float = 60) -> None:
    """Waits until something listens at the address; fails when the process ends or time is up."""
    place = urlsplit(address)
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((place.hostname, place.port), timeout=1).close()
            return
        except OSError:
            if process.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"nothing listens at {address}:\n{process.output}") from None
            time.sleep(0.05)


def start_server(var: Path, **environment: str) -> Tuple[Process, str]:
    """``legcramps serve`` on a free port, ready; and its address."""
    server = Process(["-m", "legcramps.cli", "serve", "--port", "0"], {"LEGCRAMPS_VAR": str(var), **environment})
    return server, server.wait_for(r"Open (http://\S+)").group(1)
