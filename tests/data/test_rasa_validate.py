"""Rasa's own check of the data, with its warnings taken as errors."""

import os
import re
import subprocess
import sys

import pytest

from .conftest import REPO, WITHOUT_EXAMPLES


@pytest.mark.slow
def test_rasa_finds_nothing_wrong_with_the_data():
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"],
        cwd=REPO,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
    )
    warnings = re.findall(r"UserWarning: (.+)", done.stdout + done.stderr)
    assert done.returncode == 0, "\n".join(warnings) or done.stderr
    # Rasa warns of an intent without examples and does not fail; those that need none are the only ones.
    named = [
        re.fullmatch(r"The intent '(\w+)' is listed .* not found in the NLU training data\.", line) for line in warnings
    ]
    assert {
        match.group(1) if match else line for match, line in zip(named, warnings, strict=True)
    } == WITHOUT_EXAMPLES - {"nlu_fallback"}
