"""Rasa's own check of the data, with its warnings taken as errors."""

import os
import subprocess
import sys

import pytest

from .conftest import REPO


@pytest.mark.slow
def test_rasa_finds_nothing_wrong_with_the_data():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "rasa", "data", "validate", "--fail-on-warnings"],
        cwd=REPO,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if "UserWarning" in line or "ERROR" in line or "Error" in line]
    assert done.returncode == 0, "\n".join(said)
