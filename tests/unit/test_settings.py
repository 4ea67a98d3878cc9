"""The environment, read in one place."""

import os
import re
import secrets
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
        {
            "LEGCRAMPS_HOST": "0.0.0.0",
            "PORT": "5006",
            "LEGCRAMPS_VAR": str(tmp_path),
            "LEGCRAMPS_ORIGINS": "https://a.example/, https://B.example",
        }
    )
    assert (current.host, current.port) == ("0.0.0.0", 5006)
    assert current.database == tmp_path / "conversations.db"
    assert current.origins == ("https://a.example", "https://b.example")


def test_the_machines_name_in_a_shell_is_no_address_to_listen_on():
    assert settings.read({"HOST": "x86_64-conda-linux-gnu"}).host == "127.0.0.1"


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8000", "http://[::1]:8000", "https://www.example.org", "app://localhost"]
)
def test_an_origin_is_scheme_host_and_maybe_port(origin):
    assert settings.read({"LEGCRAMPS_ORIGINS": f"https://a.example,{origin}/"}).origins == ("https://a.example", origin)


@pytest.mark.parametrize(
    "name, value",
    [
        ("LEGCRAMPS_ORIGINS", "www.example.org"),
        ("LEGCRAMPS_ORIGINS", "https://www.example.org/chat"),
        ("LEGCRAMPS_ORIGINS", "https://a.example https://b.example"),
        ("LEGCRAMPS_ORIGINS", "https://a.example, *"),
        ("LEGCRAMPS_ORIGINS", "https://*.example.org"),
        ("LEGCRAMPS_ORIGINS", "https://user@example.org"),
        ("LEGCRAMPS_ORIGINS", "https://example.org:port"),
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


def test_two_processes_that_start_at_once_have_one_key(tmp_path, monkeypatch):
    current = settings.read({"LEGCRAMPS_VAR": str(tmp_path / "var")})
    token, others = secrets.token_hex, []

    def while_another_starts(size):
        monkeypatch.setattr(secrets, "token_hex", token)
        others.append(settings.read_secret(current))
        return token(size)

    monkeypatch.setattr(secrets, "token_hex", while_another_starts)
    assert [settings.read_secret(current)] == others
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret"]


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
    assert os.environ["LEGCRAMPS_A"] == "from the environment"
    assert os.environ["LEGCRAMPS_B"] == "two words"
    assert "LEGCRAMPS_C" not in os.environ


def test_no_env_file_is_no_error(tmp_path):
    assert settings.load_env_file(tmp_path / ".env") is None


def test_an_env_file_that_is_not_utf8_is_a_sentence_that_names_it(tmp_path):
    (tmp_path / ".env").write_bytes("LEGCRAMPS_PERSON=Zoë".encode("latin-1"))
    with pytest.raises(SettingsError, match="Save the file as UTF-8") as error:
        settings.load_env_file(tmp_path / ".env")
    assert str(tmp_path / ".env") in str(error.value)


def test_an_env_file_that_cannot_be_read_is_a_sentence_that_names_it(tmp_path):
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match="cannot be read: Is a directory") as error:
        settings.load_env_file(tmp_path / ".env")
    assert str(tmp_path / ".env") in str(error.value)


def test_the_mark_that_some_editors_put_first_is_no_part_of_a_name(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_D", "")
    monkeypatch.delenv("LEGCRAMPS_D")
    (tmp_path / ".env").write_text("LEGCRAMPS_D=1\n", encoding="utf-8-sig")
    settings.load_env_file(tmp_path / ".env")
    assert os.environ["LEGCRAMPS_D"] == "1"


def test_the_env_file_counts_wherever_settings_are_first_read(tmp_path, monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_PERSON", "")
    monkeypatch.delenv("LEGCRAMPS_PERSON")
    monkeypatch.setenv("LEGCRAMPS_HOME", str(tmp_path))
    monkeypatch.delenv("LEGCRAMPS_ENV_FILE")
    (tmp_path / ".env").write_text("LEGCRAMPS_PERSON=the nurse\n")
    settings.load_env.cache_clear()
    assert settings.read().person == "the nurse"
    assert settings.read({}).person is None


def test_the_example_names_every_variable_that_is_read():
    example = (REPO / ".env.example").read_text("utf8")
    source = "".join(file.read_text("utf8") for file in (REPO / "legcramps").rglob("*.py"))
    read = set(re.findall(r"""["'](LEGCRAMPS_[A-Z_]+)["']""", source)) | {"PORT", "LOG_LEVEL"}
    # Only for measuring, by who develops.
    read -= {"LEGCRAMPS_EVAL"}
    missing = {name for name in read if f"#{name}=" not in example}
    assert not missing
