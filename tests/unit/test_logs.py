"""What stands in the log: places and kinds of errors, never what a person wrote."""

import io
import logging

import pytest

from legcramps import logs

SAID = "my name is Ada and I have anemia"


@pytest.fixture(params=[logs._Formatter, logging.Formatter], ids=["our own server", "rasa run"])
def log(request):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(request.param("%(levelname)s %(message)s"))
    logger = logging.getLogger("legcramps.test")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)
    logger.propagate = True


def test_a_failure_is_logged_with_id_kind_and_place_and_without_its_message(log):
    logger, written = log
    try:
        {}[SAID]
    except KeyError as error:
        identifier = logs.failure(logger, "a test", error)
    assert f"failure id={identifier} in=a test kind=KeyError" in written.getvalue()
    assert "test_logs.py" in written.getvalue()
    assert SAID not in written.getvalue()


def test_the_first_cause_is_shown(log):
    logger, written = log
    try:
        try:
            int("x" + SAID)
        except ValueError as error:
            raise RuntimeError("wrapped " + SAID) from error
    except RuntimeError as error:
        logs.failure(logger, "a test", error)
    assert written.getvalue().rstrip().endswith("ValueError")
    assert SAID not in written.getvalue()


def test_of_an_exception_that_others_log_the_message_is_left_out():
    try:
        {}[SAID]
    except KeyError as error:
        record = logging.LogRecord("rasa", logging.ERROR, "", 0, "wrong", (), (KeyError, error, error.__traceback__))
    written = logs._Formatter().format(record)
    assert written.rstrip().endswith("KeyError")
    assert SAID not in written


def test_of_structured_log_lines_only_the_event_is_kept():
    assert (
        logs._only_the_event(None, "warning", {"event": "processor.message.parse", "text": SAID})
        == "processor.message.parse"
    )
