"""What the environment and ``.env`` set, checked. Nothing here is read or written at import time.

Two folders are found where they are needed instead: that of the knowledge (``legcramps.knowledge``) and that of the labelled
questions (``legcramps.evaluation``).
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Mapping, Optional, Tuple
from urllib.parse import urlsplit

DEFAULT_PORT = 5005
DEFAULT_HOST = "127.0.0.1"
WYOMING_PORT = 10800

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:.]+\]|[^\s/?#@:*\[\]]+)(:[0-9]{1,5})?/?", re.IGNORECASE)


class SettingsError(ValueError):
    """An environment variable has a value that cannot be used. The message is a sentence with the remedy."""


@dataclass(frozen=True)
class Settings:
    """How this process is set up. ``.env.example`` says what each variable is for.

    ``root`` is the project's folder (config, domain, data, models), ``var`` the folder for what is written at run time.
    ``origins`` are the web origins that may call the web channel beside its own. ``session_seconds`` is how long a web
    session's token lasts, ``keep_days`` how long a conversation is kept, ``rate_per_minute`` how many messages a session
    may send in the long run. ``proxies`` is the number of reverse proxies in front whose ``X-Forwarded-For`` is believed.
    ``source_url``, ``person``, ``emergency_number`` and ``crisis_line`` are said to people where they are set.
    """

    root: Path
    var: Path
    model: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    secret: Optional[str] = None
    origins: Tuple[str, ...] = ()
    session_seconds: int = 12 * 3600
    keep_days: int = 30
    rate_per_minute: int = 120
    proxies: int = 0
    log_level: str = "INFO"
    source_url: Optional[str] = None
    person: Optional[str] = None
    emergency_number: Optional[str] = None
    crisis_line: Optional[str] = None

    @property
    def database(self) -> Path:
        return self.var / "conversations.db"

    @property
    def statistics(self) -> Path:
        return self.var / "statistics.db"


def _environment(environ: Optional[Mapping[str, str]]) -> Mapping[str, str]:
    """What was handed over; else the process's own environment, filled in from ``.env``."""
    if environ is not None:
        return environ
    load_env()
    return os.environ


@lru_cache(maxsize=1)
def load_env() -> None:
    """Fills the environment in from ``.env`` in the project's folder, or the file that ``LEGCRAMPS_ENV_FILE`` names; once in a process.

    Raises:
        SettingsError: it is there and cannot be read.
    """
    load_env_file(Path(os.environ.get("LEGCRAMPS_ENV_FILE") or project_root() / ".env"))


def project_root(environ: Optional[Mapping[str, str]] = None) -> Path:
    """The project's folder: ``LEGCRAMPS_HOME`` if set, else the one that holds the package."""
    return Path(
        (os.environ if environ is None else environ).get("LEGCRAMPS_HOME") or Path(__file__).resolve().parent.parent
    )


def build_folder(environ: Optional[Mapping[str, str]] = None) -> Path:
    """Where training keeps what makes the next one quicker: ``LEGCRAMPS_BUILD`` if set, else ``build/`` in the project's folder."""
    env = os.environ if environ is None else environ
    return Path(env.get("LEGCRAMPS_BUILD") or project_root(env) / "build")


def read(environ: Optional[Mapping[str, str]] = None) -> Settings:
    """Reads the environment (the process's own and ``.env`` when not given).

    Raises:
        SettingsError: naming the variable and what it may hold.
    """
    env = _environment(environ)
    root = project_root(env)
    return Settings(
        root=root,
        var=Path(env.get("LEGCRAMPS_VAR") or root / "var"),
        model=Path(env.get("LEGCRAMPS_MODEL") or root / "models" / "night-leg-cramps.tar.gz"),
        host=env.get("LEGCRAMPS_HOST") or DEFAULT_HOST,
        port=_whole_number(env, "PORT", DEFAULT_PORT, 0, 65535),
        secret=_secret(env),
        origins=_origins(env),
        session_seconds=_whole_number(env, "LEGCRAMPS_SESSION_SECONDS", 12 * 3600, 1, 30 * 86400),
        keep_days=_whole_number(env, "LEGCRAMPS_KEEP_DAYS", 30, 1, 3650),
        rate_per_minute=_whole_number(env, "LEGCRAMPS_RATE_PER_MINUTE", 120, 1, 100000),
        proxies=_whole_number(env, "LEGCRAMPS_PROXIES", 0, 0, 10),
        log_level=_log_level(env),
        source_url=env.get("LEGCRAMPS_SOURCE_URL") or None,
        person=env.get("LEGCRAMPS_PERSON") or None,
        emergency_number=env.get("LEGCRAMPS_EMERGENCY_NUMBER") or None,
        crisis_line=env.get("LEGCRAMPS_CRISIS_LINE") or None,
    )


def read_secret(current: Settings) -> bytes:
    """The key that signs sessions: the one that is set, else one made once and kept in the run-time folder.

    Raises:
        SettingsError: it can be neither read nor made.
    """
    if current.secret:
        return current.secret.encode()
    file = current.var / "secret"
    try:
        current.var.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_key(file)
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(
            f"The key for sessions cannot be kept in {file}: {reason}. Make the folder writable, "
            "name another with LEGCRAMPS_VAR, or set LEGCRAMPS_SECRET."
        ) from None
    if len(key) < 16:
        raise SettingsError(f"The key for sessions in {file} is too short; delete the file to have a new one made.")
    return key.encode()


def _make_key(file: Path) -> None:
    """Puts a new key there whole and in one step, so that of processes that start at once each has the key of the first."""
    handle, name = tempfile.mkstemp(prefix=".secret-", dir=file.parent)  # for this user's eyes only
    try:
        with os.fdopen(handle, "w") as new:
            new.write(secrets.token_hex(32))
        os.link(name, file)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)


@dataclass(frozen=True)
class Phone:
    """How the phone channel is set up.

    ``token`` is what the phone company signs its requests with. ``url`` is the channel's address as the phone company calls it;
    requests are checked against it and steps of a call are sent to it. ``language`` is what callers are listened to in,
    ``voice`` who speaks. Below ``sure`` (0 to 1) the caller is asked whether they were heard right.
    """

    token: str
    url: str
    language: str = "en-US"
    voice: str = "Polly.Joanna"
    sure: float = 0.45


def read_phone(environ: Optional[Mapping[str, str]] = None) -> Optional[Phone]:
    """The phone channel's settings; None when it is not set up.

    Raises:
        SettingsError: it is half set up, or a value cannot be used.
    """
    env = _environment(environ)
    both = _both(env, "LEGCRAMPS_PHONE_TOKEN", "LEGCRAMPS_PHONE_URL", "the phone")
    if both is None:
        return None
    token, url = both
    language = (env.get("LEGCRAMPS_PHONE_LANGUAGE") or "").strip() or Phone.language
    if not re.fullmatch(r"en-[A-Z]{2}", language):
        raise SettingsError(f"LEGCRAMPS_PHONE_LANGUAGE is '{language}'; it must be English, such as en-US or en-GB.")
    voice = (env.get("LEGCRAMPS_PHONE_VOICE") or "").strip() or Phone.voice
    if not re.fullmatch(r"[\w.-]{1,80}", voice):
        raise SettingsError(
            f"LEGCRAMPS_PHONE_VOICE is '{voice}'; it must be the name of a voice, such as Polly.Joanna."
        )
    return Phone(token, _webhook_url(url), language, voice, _share(env, "LEGCRAMPS_PHONE_SURE", Phone.sure))


def _both(env: Mapping[str, str], first: str, second: str, who: str) -> Optional[Tuple[str, str]]:
    """Two values of which neither is of use alone; None when neither is set."""
    values = (env.get(first) or "").strip(), (env.get(second) or "").strip()
    for name, value, other in zip((first, second), values, (second, first)):
        if not value and any(values):
            raise SettingsError(f"{name} is not set, and {who} needs it; set it, or leave out {other} too.")
    return values if all(values) else None


def _webhook_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment or re.search(r"\s", url):
        raise SettingsError(
            f"LEGCRAMPS_PHONE_URL is '{url}'; it must be the whole public address that is called, without a '?', such as "
            "https://example.org/webhooks/phone/call."
        )
    return url


def _share(env: Mapping[str, str], name: str, default: float) -> float:
    text = (env.get(name) or "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise SettingsError(f"{name} is '{text}'; it must be a number from 0 to 1, such as {default}.")
    return number


def read_wyoming_uri(environ: Optional[Mapping[str, str]] = None) -> str:
    """Where the smart home finds the assistant: this machine alone, unless set."""
    env = _environment(environ)
    return (env.get("LEGCRAMPS_WYOMING_URI") or "").strip() or f"tcp://{DEFAULT_HOST}:{WYOMING_PORT}"


@dataclass(frozen=True)
class Slack:
    """How the Slack app is set up: its bot's token, what Slack signs its requests with, and where Slack's Web API is."""

    bot_token: str
    signing_secret: str
    api: str = "https://slack.com/api"


@dataclass(frozen=True)
class Telegram:
    """How the Telegram bot is set up.

    ``token`` is the bot's own. ``secret`` is what Telegram sends along with each update; None only when updates are fetched.
    ``url`` is the public address of this server: where it is set, Telegram is told of it at each start. ``api`` is where
    Telegram's Bot API is.
    """

    token: str
    secret: Optional[str] = None
    url: Optional[str] = None
    api: str = "https://api.telegram.org"

    @property
    def bot_id(self) -> int:
        """The bot's own account, which its token begins with."""
        return int(self.token.partition(":")[0])


def read_slack(environ: Optional[Mapping[str, str]] = None) -> Optional[Slack]:
    """The Slack app's settings; None when it is not set up.

    Raises:
        SettingsError: it is half set up, or a value cannot be used.
    """
    env = _environment(environ)
    both = _both(env, "LEGCRAMPS_SLACK_BOT_TOKEN", "LEGCRAMPS_SLACK_SIGNING_SECRET", "Slack")
    if both is None:
        return None
    token, secret = both
    if not re.fullmatch(r"xoxb-[\w.-]+", token, re.ASCII):
        raise SettingsError(
            "LEGCRAMPS_SLACK_BOT_TOKEN is no bot token; copy the one that starts with xoxb- from 'OAuth & Permissions'."
        )
    if not re.fullmatch(r"[!-~]+", secret):
        raise SettingsError(
            "LEGCRAMPS_SLACK_SIGNING_SECRET is no signing secret; copy it from 'Basic Information', 'App Credentials'."
        )
    return Slack(token, secret, _api(env, "LEGCRAMPS_SLACK_API", Slack.api))


def read_telegram(environ: Optional[Mapping[str, str]] = None, fetching: bool = False) -> Optional[Telegram]:
    """The Telegram bot's settings; None when it is not set up. ``fetching``: it needs no secret, as nobody calls it.

    Raises:
        SettingsError: it is half set up, or a value cannot be used.
    """
    env = _environment(environ)
    token = (env.get("LEGCRAMPS_TELEGRAM_TOKEN") or "").strip()
    secret = (env.get("LEGCRAMPS_TELEGRAM_SECRET") or "").strip()
    url = (env.get("LEGCRAMPS_TELEGRAM_URL") or "").strip().rstrip("/")
    if not token:
        if secret or url:
            name = "LEGCRAMPS_TELEGRAM_SECRET" if secret else "LEGCRAMPS_TELEGRAM_URL"
            raise SettingsError(
                f"LEGCRAMPS_TELEGRAM_TOKEN is not set, and Telegram needs it; set it, or leave out {name} too."
            )
        return None
    if not re.fullmatch(r"[0-9]{1,20}:[\w-]+", token, re.ASCII):
        raise SettingsError(
            "LEGCRAMPS_TELEGRAM_TOKEN is no bot token; copy the whole of it from BotFather, as in 123456:ABC-DEF."
        )
    if not secret and not fetching:
        raise SettingsError(
            "LEGCRAMPS_TELEGRAM_SECRET is not set, and without it anybody could send messages in others' names; set it to "
            "what `openssl rand -hex 32` prints, or leave out LEGCRAMPS_TELEGRAM_TOKEN too. `legcramps telegram --poll` "
            "works without it."
        )
    if secret and not re.fullmatch(r"[\w-]{16,256}", secret, re.ASCII):
        raise SettingsError(
            "LEGCRAMPS_TELEGRAM_SECRET cannot be used; it must be 16 to 256 letters, digits, '_' and '-', such as what "
            "`openssl rand -hex 32` prints."
        )
    if url:
        public_address(url, "LEGCRAMPS_TELEGRAM_URL")
    return Telegram(token, secret or None, url or None, _api(env, "LEGCRAMPS_TELEGRAM_API", Telegram.api))


def public_address(url: str, name: str) -> str:
    """An address at which the platforms reach this server, without a slash at its end. SettingsError when it is none."""
    if not _is_address(url, ("https",)):
        raise SettingsError(f"{name} is '{url}'; it must be this server's public address, such as https://example.org.")
    return url.rstrip("/")


def _api(env: Mapping[str, str], name: str, default: str) -> str:
    url = (env.get(name) or "").strip().rstrip("/") or default
    if not _is_address(url, ("http", "https")):
        raise SettingsError(f"{name} is '{url}'; it must be an address such as {default}, or be left out.")
    return url


def _is_address(url: str, schemes: Tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return bool(
            parts.scheme in schemes
            and parts.hostname
            and parts.port != 0
            and not parts.query
            and not parts.fragment
            and not re.search(r"\s", url)
        )
    except ValueError:
        return False


@dataclass(frozen=True)
class Alexa:
    """How the Alexa channel is set up. ``skills``: the ids of the skills that may call (one in development may differ from the live one)."""

    skills: Tuple[str, ...]


def read_alexa(environ: Optional[Mapping[str, str]] = None) -> Optional[Alexa]:
    """The Alexa channel's settings; None when it is not set up.

    Raises:
        SettingsError: a skill's id is none.
    """
    env = _environment(environ)
    skills = tuple(skill.strip() for skill in (env.get("LEGCRAMPS_ALEXA_SKILL") or "").split(",") if skill.strip())
    for skill in skills:
        if not re.fullmatch(r"amzn1\.ask\.skill\.[A-Za-z0-9-]{1,80}", skill):
            raise SettingsError(
                f"LEGCRAMPS_ALEXA_SKILL is '{skill}'; it must be the skill's id as the developer console shows it, "
                "amzn1.ask.skill.…, or several, separated by commas."
            )
    return Alexa(skills) if skills else None


def load_env_file(file: Path) -> None:
    """Puts the ``NAME=value`` lines of a file into the environment, where a name is not set there already.

    Raises:
        SettingsError: the file is there and cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text (byte {error.start}). Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror}. Make it a file that this user may read, or take it away."
        ) from None
    for line in lines:
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            os.environ.setdefault(name.removeprefix("export ").strip(), value.strip().strip("'\""))


def _whole_number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = (env.get(name) or "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise SettingsError(f"{name} is '{text}'; it must be a whole number from {least} to {most}.")
    return int(text)


def _origins(env: Mapping[str, str]) -> Tuple[str, ...]:
    """Origins as browsers write them: in small letters, without a path."""
    listed = [origin.strip() for origin in (env.get("LEGCRAMPS_ORIGINS") or "").split(",") if origin.strip()]
    for origin in listed:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"LEGCRAMPS_ORIGINS has '{origin}'; each must be the address of a website without a path, such as "
                "https://www.example.org or http://127.0.0.1:8000, with commas between them."
            )
    return tuple(origin.rstrip("/").lower() for origin in listed)


def _secret(env: Mapping[str, str]) -> Optional[str]:
    secret = env.get("LEGCRAMPS_SECRET") or None
    if secret and len(secret) < 16:
        raise SettingsError(
            "LEGCRAMPS_SECRET is too short; use at least 16 characters, or leave it out to have one made."
        )
    return secret


def _log_level(env: Mapping[str, str]) -> str:
    level = (env.get("LOG_LEVEL") or "INFO").upper()
    # Below INFO, Rasa writes what people said into the log.
    if level not in ("INFO", "WARNING", "ERROR"):
        raise SettingsError(f"LOG_LEVEL is '{level}'; it must be INFO, WARNING or ERROR.")
    return level
