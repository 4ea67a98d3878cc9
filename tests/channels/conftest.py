"""The assistant behind HTTP, in this process, so that tests can break it from inside."""

import contextlib

import pytest

from tests.helpers.http import Client
from tests.helpers.server import serving


@pytest.fixture(scope="session")
def address(assistant):
    """The address of a server for all tests that leave it as it was."""
    from legcramps import settings

    with serving(assistant, settings.read()) as address:
        yield address


@pytest.fixture
def client(address):
    """One person with a session of their own."""
    return Client(address)


@pytest.fixture
def serve_with(assistant, monkeypatch):
    """Another server around the same assistant, with other settings: ``serve_with(LEGCRAMPS_ORIGINS="…")``."""
    from legcramps import settings

    with contextlib.ExitStack() as stack:

        def start(**environment):
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            return stack.enter_context(serving(assistant, settings.read()))

        yield start
