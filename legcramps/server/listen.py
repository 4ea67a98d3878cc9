"""Getting an address to listen on. No Rasa import, so that a port in use is known at once and not after seconds of loading."""

from __future__ import annotations

import errno
import socket


class ServerError(RuntimeError):
    """The server cannot be started. The message is a sentence with the remedy."""


def address_of(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def reserve(host: str, port: int) -> socket.socket:
    """A socket bound to the address, which refuses connections until the server listens. ServerError when it cannot be had."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServerError(_sentence(host, port, error)) from None
    return listener


def _sentence(host: str, port: int, error: Exception) -> str:
    """What is in the way, and the remedy for just that."""
    if isinstance(error, OverflowError):
        return f"There is no port {port}. Choose one from 0 to 65535."
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        other = 5006 if port != 5006 else 5007
        return f"Port {port} is in use by another program. Choose another, as in: make run PORT={other}"
    if code == errno.EACCES:
        return f"Port {port} may not be used by this user. Choose one from 1024 up, as in: make run PORT=5005"
    return (
        f"Cannot listen on {host}: {getattr(error, 'strerror', None) or error}. Name an address of this machine with "
        "LEGCRAMPS_HOST or --host: 127.0.0.1 for this machine alone, 0.0.0.0 for all that can reach it."
    )
