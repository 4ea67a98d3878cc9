"""Shared by all layers. Nothing here imports Rasa before a test asks for it, so the fast tests stay fast."""

import asyncio
import logging
import os
import sys
import uuid
from pathlib import Path

import pytest

from tests.helpers import side_by_side

REPO = Path(__file__).resolve().parents[1]

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
"""Which of the processes side by side this is: "gw0", "gw1" …; None when the tests run in one."""


def pytest_configure():
    """No test depends on the caller's settings; before any is collected, as some are made from the knowledge."""
    for name in list(os.environ):
        if (name.startswith("LEGCRAMPS_") and name != "LEGCRAMPS_EVAL") or name in ("PORT", "LOG_LEVEL"):
            del os.environ[name]
    # With this set, Python would compile Rasa anew in every process that a test starts.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["LEGCRAMPS_ENV_FILE"] = os.devnull


def needs_model(item):
    return "trained_model" in getattr(item, "fixturenames", ())


def pytest_collection_finish(session):
    """The training begins with the first test, so that those that need no model run meanwhile."""
    if WORKER in (None, "gw0") and not session.config.option.collectonly and any(map(needs_model, session.items)):
        session.config.add_cleanup(side_by_side.train_ahead())


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """Each waits for its turn, and for the model, before its time limit begins to run."""
    if needs_model(item):
        with side_by_side.locked(side_by_side.TRAINING):
            pass
    if WORKER is None:
        return (yield)
    with side_by_side.turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def environment_of_its_own(tmp_path_factory):
    """No test reads or writes what a server on this machine keeps."""
    os.environ["LEGCRAMPS_VAR"] = str(tmp_path_factory.mktemp("var"))


@pytest.fixture(autouse=True)
def log_levels_as_before():
    """A command that a test runs in this process may set what is logged; the next test finds it as it was."""
    loggers = logging.getLogger(), logging.getLogger("legcramps")
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def nlp():
    """Our spaCy pipeline as training builds it."""
    from legcramps.knowledge import default
    from legcramps.nlu.language import create_pipeline

    return create_pipeline(default(), REPO / "data" / "nlu")


@pytest.fixture(scope="session")
def trained_model():
    """The path of a model made from the files as they are now; trains when they have changed."""
    from legcramps import training

    def say(line):
        print(line, file=sys.__stderr__, flush=True)

    with side_by_side.locked(side_by_side.TRAINING):
        return training.ensure_model(say=say)


@pytest.fixture(scope="session")
def assistant(trained_model):
    """The assistant in this process, loaded once for all tests. Conversations live in memory; use an id of your own."""
    from legcramps import logs

    logs.prepare()
    from legcramps.server.assistant import Assistant

    return Assistant.load(trained_model)


@pytest.fixture
def say(assistant):
    """A conversation of this test's own: ``say("can anemia do this?")`` gives the turn's result."""
    conversation = uuid.uuid4().hex

    def one_turn(text):
        return asyncio.run(assistant.turn(conversation, text))

    yield one_turn
    asyncio.run(assistant.forget(conversation))
