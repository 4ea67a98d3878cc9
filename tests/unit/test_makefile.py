"""What `make run` starts."""

import os
import subprocess
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "arguments, environment, port",
    [
        (["PORT=5006"], {}, ' --port "5006"'),
        ([], {"PORT": "5007"}, ' --port "5007"'),
        # Said nowhere here, it is for .env to say.
        ([], {}, ""),
    ],
)
def test_the_port_is_passed_on_only_where_it_is_said(arguments, environment, port):
    clean = {name: value for name, value in os.environ.items() if name not in ("PORT", "MAKEFLAGS", "MFLAGS")}
    shown = subprocess.run(
        ["make", "--dry-run", "run", *arguments],
        cwd=REPO,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    (served,) = [line for line in shown.splitlines() if "legcramps serve" in line]
    assert served.rstrip() == f".venv/bin/legcramps serve{port}"
