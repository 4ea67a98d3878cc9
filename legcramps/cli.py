"""The command line. Rasa is imported only by the commands that need it, so that ``--help`` and errors come at once."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any, Dict, Iterator, List, Optional, Sequence, TextIO, Tuple

from legcramps import logs, settings
from legcramps.knowledge import KnowledgeError

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Runs one command; returns the exit code: 0 done, 1 could not be done, 2 asked wrongly, 130 interrupted."""
    options = _parser().parse_args(arguments)
    logs.prepare()
    # One message is too little work to share, and training keeps the cores busy itself: the algebra's further threads would only
    # spin, beside others' work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        settings.load_env()
        return options.run(options) or OK
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; what is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except KnowledgeError as error:
        return _fail(f"knowledge/{error}")
    except Exception as error:
        if not _is_sentence(error):
            raise
        return _fail(str(error))


# --- ask ------------------------------------------------------------------------------------------------------------


def _ask(options: argparse.Namespace) -> int:
    if bool(options.text) == bool(options.file):
        return _fail(
            'Give either a question, as in: legcramps ask "can anemia do this?", or --file IN --out OUT.', USAGE
        )
    if options.file:
        if not options.out:
            return _fail("Say with --out where the answers of --file shall go.", USAGE)
        return _ask_file(Path(options.file), Path(options.out))
    assistant = _load_assistant()
    result = asyncio.run(assistant.turn("ask", " ".join(options.text)))
    if options.json:
        _print(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
    else:
        _print("\n\n".join(_as_text(reply) for reply in result.replies))
    failed = any(reply["answer"].get("outcome") == "error" for reply in result.replies)
    return FAILED if failed else OK


def _ask_file(source: Path, target: Path) -> int:
    try:
        lines = source.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError as error:
        return _fail(f"{source} cannot be read: {error.strerror}.")
    try:
        out = target.open("w", encoding="utf8")
    except OSError as error:
        return _fail(f"{target} cannot be written: {error.strerror}.")
    with out:
        assistant = _load_assistant()
        bad = asyncio.run(_answer_lines(assistant, lines, out))
    if bad:
        print(
            f"{bad} of {len([line for line in lines if line.strip()])} lines could not be read; they are marked with "
            f"'error' in {target}.",
            file=sys.stderr,
        )
    return FAILED if bad else OK


async def _answer_lines(assistant: Any, lines: Sequence[str], out: TextIO) -> int:
    from tqdm import tqdm

    bad = 0
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    for number, line in tqdm(numbered, desc="Answering", unit="line", file=sys.stderr):
        identifier: Any = number
        try:
            identifier, turns = read_line(line, number)
        except ValueError as error:
            bad += 1
            tqdm.write(f"Line {number}: {error}", file=sys.stderr)
            answered: Dict[str, Any] = {"id": number, "error": str(error)}
        else:
            # Two lines may have the same id and are still two conversations.
            conversation = uuid.uuid4().hex
            results = [(await assistant.turn(conversation, text)).as_dict() for text in turns]
            await assistant.forget(conversation)
            answered = {"id": identifier, "turns": results}
        out.write(json.dumps(answered, ensure_ascii=False) + "\n")
    return bad


def read_line(line: str, number: int) -> Tuple[Any, List[str]]:
    """One line of a batch: its id (the line's number when it names none) and the texts of its turns.

    Raises:
        ValueError: the line is none of the three forms; the message says what is wrong.
    """
    line = line.strip()
    if not line.startswith("{"):
        return number, [line]
    try:
        item = json.loads(line)
    except ValueError as error:
        raise ValueError(f"starts with '{{' but is no valid JSON: {error}") from None
    unknown = sorted(set(item) - {"id", "text", "turns"})
    if unknown or ("text" in item) == ("turns" in item):
        raise ValueError(
            'write a plain text, {"id", "text"} or {"id", "turns": [texts]}'
            + (f"; unknown: {', '.join(unknown)}" if unknown else "")
        )
    turns = item["turns"] if "turns" in item else [item["text"]]
    if not isinstance(turns, list) or not turns or not all(isinstance(text, str) for text in turns):
        raise ValueError("'text' must be a text and 'turns' a list of at least one text")
    identifier = item.get("id", number)
    if not isinstance(identifier, (str, int)):
        raise ValueError("'id' must be a text or a whole number")
    return identifier, turns


# --- chat -----------------------------------------------------------------------------------------------------------


def _chat(options: argparse.Namespace) -> int:
    assistant = _load_assistant()
    print("Ask about night leg cramps. A number chooses a suggestion; /quit leaves.\n")
    asyncio.run(_converse(assistant))
    return OK


async def _converse(assistant: Any) -> None:
    conversation = uuid.uuid4().hex
    offered: List[Dict[str, str]] = []
    for text in _typed():
        if text.isdecimal() and 1 <= int(text) <= len(offered):
            text = offered[int(text) - 1]["payload"]
        result = await assistant.turn(conversation, text)
        offered = [button for reply in result.replies for button in reply["buttons"]]
        print("\n" + "\n\n".join(_as_text(reply, False) for reply in result.replies))
        for number, button in enumerate(offered, start=1):
            print(f"  {number}. {button['title']}")
        print()


def _typed() -> Iterator[str]:
    try:
        import readline  # noqa: F401 (gives input() editing and a history)
    except ImportError:
        pass
    while True:
        try:
            text = input("You: ").strip()
        except EOFError:
            print()
            return
        if text.lower() in ("/quit", "/exit", "/q"):
            return
        yield text


# --- serve, train, evaluate -----------------------------------------------------------------------------------------


def _serve(options: argparse.Namespace) -> int:
    from legcramps.server import listen

    current = settings.read()
    listener = listen.reserve(options.host or current.host, current.port if options.port is None else options.port)
    # What else can be known to fail, before the seconds of loading.
    settings.read_secret(current)
    print("Loading the model …", flush=True)
    # Rasa would load what draws the pictures of `rasa test`: 10 MB that a server has no use for.
    sys.modules.setdefault("rasa.utils.plotting", ModuleType("rasa.utils.plotting"))
    from legcramps.server import app

    return app.serve(listener, current)


def _train(options: argparse.Namespace) -> int:
    from legcramps import training

    stream = sys.stderr

    def say(line: str) -> None:
        # Training catches what Rasa prints; this goes past that.
        print(line, file=stream, flush=True)

    current = settings.read()
    before = current.model.stat().st_mtime_ns if current.model.exists() else None
    training.ensure_model(force=not options.if_changed, say=say, current=current)
    if before == current.model.stat().st_mtime_ns:
        say("Nothing has changed since the last training.")
    return OK


def _evaluate(options: argparse.Namespace) -> int:
    from legcramps import evaluation

    evaluation.run(quick=options.quick)
    return OK


def _report(options: argparse.Namespace) -> int:
    from legcramps import knowledge, report
    from legcramps.server.statistics import Statistics

    figures = report.make(Statistics(settings.read().statistics), options.days)
    _print(json.dumps(figures, indent=2) if options.json else report.as_text(figures, knowledge.default()))
    return OK


def _days(text: str) -> int:
    from legcramps.server.statistics import KEPT_DAYS

    if not text.isdecimal() or not 1 <= int(text) <= KEPT_DAYS:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 1 to {KEPT_DAYS}")
    return int(text)


# --- Alexa ----------------------------------------------------------------------------------------------------------


def _alexa(options: argparse.Namespace) -> int:
    from legcramps.channels import alexa_model

    invocation = options.invocation or alexa_model.INVOCATION
    nlu = settings.project_root() / "data" / "nlu"
    values = alexa_model.questions(alexa_model.examples(nlu.glob("*.yml")))
    if not values:
        return _fail(f"There is no training data in {nlu}; set LEGCRAMPS_HOME to the project's folder.")
    problems, size = [], 0
    written = alexa_model.files(values, options.endpoint, options.privacy_url, invocation)
    for name, content in written:
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        size = len(text.encode("utf8"))
        if name == "skill.json":
            problems += alexa_model.problems_of_manifest(content, invocation)
        else:
            problems += alexa_model.problems_of_model(content, size)
    if problems:
        return _fail("Amazon would refuse this skill:\n" + "\n".join(f"  {p}" for p in dict.fromkeys(problems)))
    out = Path(options.out)
    try:
        for name, content in written:
            file = out / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    except OSError as error:
        return _fail(f"{out} cannot be written: {error.strerror}.")
    _print(
        f"{len(written)} files in {out}: {len(values)} questions, {size // 1024} KiB a model. Amazon's rules are kept."
    )
    return OK


# --- Telegram -------------------------------------------------------------------------------------------------------


def _telegram(options: argparse.Namespace) -> int:
    if options.poll == bool(options.action):
        return _fail("Say either `legcramps telegram --poll` or `legcramps telegram set-webhook`.", USAGE)
    telegram = settings.read_telegram(fetching=options.poll)
    if telegram is None:
        return _fail("LEGCRAMPS_TELEGRAM_TOKEN is not set; BotFather gives one: see docs/telegram.md.")
    if options.poll:
        return _poll_telegram(telegram)
    url = settings.public_address(options.url, "--url") if options.url else telegram.url
    if not url:
        return _fail("Say where this server is, with --url https://… or LEGCRAMPS_TELEGRAM_URL.", USAGE)
    from legcramps.channels.telegram_api import set_webhook

    logs.configure("WARNING")
    _print(asyncio.run(set_webhook(telegram, url)))
    return OK


def _poll_telegram(telegram: settings.Telegram) -> int:
    current = settings.read()
    print("Loading the model …", flush=True)
    from legcramps.channels import telegram as channel
    from legcramps.server.assistant import Assistant

    logs.configure(current.log_level)
    assistant = Assistant.load(current.model, database=current.database)
    bot = channel.TelegramBot(current, telegram, assistant.agent.handle_message, lambda: assistant.agent)
    asyncio.run(_fetch_until_stopped(channel, bot, assistant, current.keep_days))
    return OK


async def _fetch_until_stopped(channel: Any, bot: Any, assistant: Any, keep_days: int) -> None:
    from legcramps.server.app import tidy

    fetching = asyncio.ensure_future(channel.poll(bot, lambda line: print(line, flush=True)))
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, fetching.cancel)
    tidying = asyncio.ensure_future(tidy(assistant, keep_days))
    try:
        await fetching
    except asyncio.CancelledError:
        pass
    finally:
        tidying.cancel()
        await bot.close()
        assistant.store.close()


# --- the smart home -------------------------------------------------------------------------------------------------


def _wyoming(options: argparse.Namespace) -> int:
    from legcramps.server import wyoming_service

    current = settings.read()
    uri = options.uri or settings.read_wyoming_uri()
    # What can be known to fail, before the seconds of loading.
    wyoming_service.check_address(uri)
    settings.read_secret(current)
    print("Loading the model …", flush=True)
    from legcramps.server.assistant import Assistant

    logs.configure(current.log_level)
    assistant = Assistant.load(current.model, database=current.database)
    try:
        asyncio.run(wyoming_service.serve(assistant, current, uri))
    finally:
        assistant.store.close()
    return OK


# --- shared ---------------------------------------------------------------------------------------------------------


def _load_assistant() -> Any:
    if sys.stderr.isatty():
        print("Loading …", end="\r", file=sys.stderr, flush=True)
    from legcramps.server.assistant import Assistant

    logs.configure("WARNING")
    return Assistant.load()


def _as_text(reply: Dict[str, Any], buttons: bool = True) -> str:
    from legcramps.channels.replies import sources

    lines = [reply["text"]]
    places = sources(reply)
    if places:
        lines.append(f"Source: {places}")
    if buttons and reply["buttons"]:
        lines.append("You can go on with: " + " · ".join(button["title"] for button in reply["buttons"]))
    return "\n".join(lines)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _fail(message: str, code: int = FAILED) -> int:
    print(f"legcramps: {message}", file=sys.stderr)
    return code


def _is_sentence(error: Exception) -> bool:
    """Our own errors say what is wrong and what to do; others are bugs and keep their trace."""
    return type(error).__module__.startswith("legcramps.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legcramps",
        description="Answers questions about night leg cramps from one vetted document, with sources.",
        epilog="Environment variables are described in .env.example.",
    )
    commands = parser.add_subparsers(metavar="command", required=True)

    serve = commands.add_parser(
        "serve",
        help="serve the web channel and a page to try it",
        description=(
            "Serves the assistant over HTTP in one process: the web channel, its page, and /healthz and /readyz."
        ),
    )
    serve.add_argument("--port", type=int, help="port to listen on (default: PORT from the environment, or 5005)")
    serve.add_argument(
        "--host", help="address to listen on (default: LEGCRAMPS_HOST from the environment, or 127.0.0.1)"
    )
    serve.set_defaults(run=_serve)

    chat = commands.add_parser(
        "chat",
        help="talk to the assistant in the terminal",
        description=(
            "A conversation in the terminal. A number chooses one of the suggestions; /quit or Ctrl-D leaves. Nothing is kept."
        ),
    )
    chat.set_defaults(run=_chat)

    ask = commands.add_parser(
        "ask",
        help="ask one question, or a file of questions",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Answers one question, or each line of a file.\n\n"
            'A line of the file is a plain text, {"id", "text"}, or {"id", "turns": [texts]} for a conversation.\n'
            'Each line of the output is {"id", "turns": [{"text", "intent", "replies", "ms"}]}, in the same order;\n'
            'a line that cannot be read becomes {"id": its number, "error"} and the rest goes on.'
        ),
    )
    ask.add_argument("text", nargs="*", help="the question")
    ask.add_argument("--json", action="store_true", help="print intent, replies and envelopes as JSON")
    ask.add_argument("--file", metavar="IN", help="answer each line of this file")
    ask.add_argument("--out", metavar="OUT", help="where the answers to --file go (JSON lines)")
    ask.set_defaults(run=_ask)

    telegram = commands.add_parser(
        "telegram",
        help="fetch and answer Telegram messages, or tell Telegram where the server is",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "legcramps telegram --poll          fetches messages and answers them; needs no public address\n"
            "legcramps telegram set-webhook     has Telegram send messages to a running `legcramps serve`"
        ),
    )
    telegram.add_argument("action", nargs="?", choices=["set-webhook"], help="tell Telegram where the server is")
    telegram.add_argument("--poll", action="store_true", help="fetch messages and answer them, until stopped")
    telegram.add_argument("--url", help="the server's public address (default: LEGCRAMPS_TELEGRAM_URL)")
    telegram.set_defaults(run=_telegram)

    alexa = commands.add_parser(
        "alexa",
        help="write the Alexa skill's interaction model and manifest",
        description=(
            "Writes the skill package that Amazon wants, made from the training data, and checks it against Amazon's published rules. "
            "docs/alexa.md says what to do with it."
        ),
    )
    alexa.add_argument("action", choices=["model"], help="write interaction model and manifest")
    alexa.add_argument("--endpoint", required=True, help="the skill's public address: https://…/webhooks/alexa/skill")
    alexa.add_argument("--privacy-url", required=True, help="where your privacy policy stands")
    alexa.add_argument("--invocation", help='what people say to open it (default: "night leg cramps")')
    alexa.add_argument("--out", metavar="DIR", default="deploy/alexa/skill-package", help="default: %(default)s")
    alexa.set_defaults(run=_alexa)

    wyoming = commands.add_parser(
        "wyoming",
        help="serve the smart home (Home Assistant) over the Wyoming protocol",
        description=(
            "Answers the sentences that a smart home sends over the Wyoming protocol. The protocol knows no passwords: listen only "
            "where the home's own network alone can reach it. docs/smart-home.md says how to set it up."
        ),
    )
    wyoming.add_argument(
        "--uri",
        help="where to listen: tcp://0.0.0.0:10800 for all that can reach this machine "
        "(default: LEGCRAMPS_WYOMING_URI from the environment, or tcp://127.0.0.1:10800)",
    )
    wyoming.set_defaults(run=_wyoming)

    train = commands.add_parser(
        "train",
        help="train the model",
        description=("Trains the model from data/, domain.yml, config.yml and knowledge/, and puts it into models/."),
    )
    train.add_argument(
        "--if-changed", action="store_true", help="only if something that the model depends on has changed"
    )
    train.set_defaults(run=_train)

    evaluate = commands.add_parser(
        "evaluate",
        help="measure understanding on the evaluation sets",
        description=(
            "Measures outcome, topic and conditions of the first reply on the labelled sets that are there, and prints the worst confusions."
        ),
    )
    evaluate.add_argument(
        "--quick", action="store_true", help="leave out typing errors, upper case, missing punctuation and speech"
    )
    evaluate.set_defaults(run=_evaluate)

    report = commands.add_parser(
        "report",
        help="show what was asked, not covered, not understood and disliked",
        description=(
            "Shows what people asked on the servers of this folder, what the source does not cover or list, what was not understood, and "
            "which answers did not help. Counts only, no conversations: docs/report.md."
        ),
    )
    report.add_argument("--days", type=_days, default=30, help="how many days back, today included (default: 30)")
    report.add_argument("--json", action="store_true", help="print the figures as JSON")
    report.set_defaults(run=_report)
    return parser


if __name__ == "__main__":
    sys.exit(main())
