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
        code = getattr(error, "errno", None)
        if code == errno.EADDRINUSE:
            reason = f"Port {port} is in use by another program"
        elif code == errno.EACCES:
            reason = f"Port {port} may not be used by this user"
        else:
            reason = f"Cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error})"
        raise ServerError(f"{reason}. Choose another, as in: make run PORT={5006 if port != 5006 else 5007}") from None
    return listener
