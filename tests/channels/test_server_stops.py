"""A server that cannot start, or breaks, leaves nothing open and says what was wrong, not what followed from it."""

import asyncio
from types import SimpleNamespace

import pytest
from sanic import Sanic

from legcramps import settings
from legcramps.server import app


def test_the_conversations_are_closed_when_the_server_breaks(monkeypatch):
    class Broken(Sanic):
        def run(self, *args, **kwargs):
            raise RuntimeError("broken")

    closed = []
    store = SimpleNamespace(close=lambda: closed.append(True))
    monkeypatch.setattr(app.Assistant, "load", lambda *args, **kwargs: SimpleNamespace(store=store))
    monkeypatch.setattr(app, "make_app", lambda *args: Broken("broken", configure_logging=False, register=False))
    with pytest.raises(RuntimeError, match="broken"):
        app.serve(None, settings.read())
    assert closed == [True]


def test_a_server_whose_start_failed_can_be_stopped(assistant):
    made = app.make_app(assistant, settings.read())
    listeners = {future.listener.__name__: future.listener for future in made._future_listeners}
    asyncio.run(listeners["end"](made, None))
    assert not made.ctx.tidying
