"""The assistant behind HTTP, in this process, so that tests can break it from inside."""

import asyncio
import contextlib
import threading

import pytest


@contextlib.contextmanager
def serving(assistant, current, port=0):
    """The server's own application around a loaded assistant, on a free port if none is named; gives its address."""
    from sanic import Sanic

    from legcramps.server import app as server_app
    from legcramps.server.listen import address_of, reserve

    # Without it Sanic can be started only once in a process.
    Sanic.test_mode = True
    listener = reserve("127.0.0.1", port)
    app = server_app.make_app(assistant, current)
    loop = asyncio.new_event_loop()
    ready, failed = threading.Event(), []

    def run():
        asyncio.set_event_loop(loop)
        try:
            server = loop.run_until_complete(
                app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
            )
            loop.run_until_complete(server.startup())
            loop.run_until_complete(server.before_start())
            loop.run_until_complete(server.start_serving())
            loop.run_until_complete(server.after_start())
        except BaseException as error:
            failed.append(error)
            return
        finally:
            ready.set()
        loop.run_forever()
        loop.run_until_complete(server.before_stop())
        server.close()
        for connection in list(server.connections):
            connection.abort()  # As when a process ends.
        loop.run_until_complete(server.wait_closed())
        loop.run_until_complete(server.after_stop())

    thread = threading.Thread(target=run, daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        # Here it would go through everything that all tests made, which takes longer than the whole start.
        patch.setattr(server_app, "give_back_memory", lambda: None)
        thread.start()
        assert ready.wait(60), "the server did not start"
    if failed:
        raise failed[0]
    try:
        yield address_of(listener)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
