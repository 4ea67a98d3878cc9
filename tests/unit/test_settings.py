"""The environment, read in one place."""

import stat
from pathlib import Path

import pytest

from legcramps import settings
from legcramps.settings import SettingsError

REPO = Path(__file__).resolve().parents[2]


def test_everything_has_a_default():
    current = settings.read({})
    assert (current.host, current.port) == ("127.0.0.1", 5005)
    assert current.root == REPO
    assert current.database == REPO / "var" / "conversations.db"


def test_what_is_set_counts(tmp_path):
    current = settings.read(
        {"PORT": "5006", "LEGCRAMPS_VAR": str(tmp_path), "LEGCRAMPS_ORIGINS": "https://a.example/, https://b.example"}
    )
    assert current.port == 5006
    assert current.database == tmp_path / "conversations.db"
    assert current.origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("LEGCRAMPS_SESSION_SECONDS", "0"),
        ("LEGCRAMPS_KEEP_DAYS", "1.5"),
        ("LEGCRAMPS_SECRET", "short"),
        ("LOG_LEVEL", "DEBUG"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_the_remedy(name, value):
    with pytest.raises(SettingsError, match=name) as error:
        settings.read({name: value})
    assert str(error.value).endswith(".")


def test_a_key_is_made_once_for_this_users_eyes_only(tmp_path):
    current = settings.read({"LEGCRAMPS_VAR": str(tmp_path / "var")})
    key = settings.read_secret(current)
    assert len(key) >= 32
    assert settings.read_secret(current) == key
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600


def test_the_key_that_is_set_is_used_and_nothing_written(tmp_path):
    current = settings.read({"LEGCRAMPS_VAR": str(tmp_path / "var"), "LEGCRAMPS_SECRET": "0123456789abcdef"})
    assert settings.read_secret(current) == b"0123456789abcdef"
    assert not (tmp_path / "var").exists()


def test_a_key_that_cannot_be_kept_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="LEGCRAMPS_VAR"):
        settings.read_secret(settings.read({"LEGCRAMPS_VAR": str(tmp_path / "file" / "var")}))


def test_a_key_that_was_emptied_is_not_used(tmp_path):
    (tmp_path / "secret").write_text("")
    with pytest.raises(SettingsError, match="delete the file"):
        settings.read_secret(settings.read({"LEGCRAMPS_VAR": str(tmp_path)}))


def test_an_env_file_fills_in_what_is_not_set(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_A", "from the environment")
    for name in ("LEGCRAMPS_B", "LEGCRAMPS_C"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_text(
        "# a comment\n#LEGCRAMPS_C=1\nLEGCRAMPS_A=file\nexport LEGCRAMPS_B = 'two words'\nnonsense\n"
    )
    settings.load_env_file(tmp_path / ".env")
    import os

    assert os.environ["LEGCRAMPS_A"] == "from the environment"
    assert os.environ["LEGCRAMPS_B"] == "two words"
    assert "LEGCRAMPS_C" not in os.environ


def test_no_env_file_is_no_error(tmp_path):
    assert settings.load_env_file(tmp_path / ".env") is None


def test_the_example_names_every_variable_that_is_read():
    example = (REPO / ".env.example").read_text("utf8")
    source = "".join(file.read_text("utf8") for file in (REPO / "legcramps").rglob("*.py"))
    import re

    read = set(re.findall(r"""["'](LEGCRAMPS_[A-Z_]+)["']""", source)) | {"HOST", "PORT", "LOG_LEVEL"}
    # Only for measuring, by who develops.
    read -= {"LEGCRAMPS_EVAL"}
    missing = {name for name in read if f"#{name}=" not in example}
    assert not missing
