"""benchmarks/: what the comparison makes of its figures, and that what it starts is ended."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "benchmarks"))
import compare  # noqa: E402
import compare_assistants as assistants  # noqa: E402
import compare_processes as processes  # noqa: E402
import compare_report as report  # noqa: E402
from compare_report import Bar, Verdict  # noqa: E402

THIRD = Bar(1 / 3, "≤ 1/3", of_stock=True)
MINUTE = Bar(60, "≤ 60 s")


# --- Figures


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 1), (0.5, 150), (0.95, 285), (1.0, 300)],
)
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(share, expected):
    values = list(range(300, 0, -1))
    assert report.percentile(values, share) == expected


def test_the_median_of_one_value_is_that_value():
    assert report.percentile([7.0], 0.5) == 7.0


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 1.1), ([1.0], -0.1)])
def test_a_percentile_of_nothing_or_beyond_is_an_error(values, share):
    with pytest.raises(ValueError, match="at least one value"):
        report.percentile(values, share)


@pytest.mark.parametrize(
    ("bar", "ours", "stock", "verdict"),
    [
        (THIRD, 10, 30, Verdict.PASS),
        (THIRD, 10.1, 30, Verdict.FAIL),
        (THIRD, 10, None, Verdict.NOT_MEASURED),
        (THIRD, None, 30, Verdict.NOT_MEASURED),
        (MINUTE, 60, None, Verdict.PASS),
        (MINUTE, 60.1, 600, Verdict.FAIL),
        (MINUTE, None, None, Verdict.NOT_MEASURED),
        (None, 10, 1, Verdict.NO_BAR),
        (None, None, 1, Verdict.NOT_MEASURED),
    ],
)
def test_a_figure_is_judged_by_its_bar(bar, ours, stock, verdict):
    assert report.judge(bar, ours, stock) is verdict


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (2634.4, "MB", "2,634 MB"),
        (13.84, "s", "13.8 s"),
        (99.96, "s", "100 s"),
        (9.999, "ms", "10.0 ms"),
        (3.456, "ms", "3.46 ms"),
        (119.4, "s", "119 s"),
        (119.6, "s", "2 min 0 s"),
        (200.0, "s", "3 min 20 s"),
    ],
)
def test_a_figure_is_written_with_about_three_digits(value, unit, words):
    assert report.format_figure(value, unit) == words


def test_several_figures_are_written_with_their_median_and_their_ends():
    assert report.format_figures([3.0, 1.0, 2.0, 9.0, 2.5], "ms") == "2.50 ms (1.00 ms to 9.00 ms)"
    assert report.format_figures([2.0], "ms") == "2.00 ms"
    assert report.format_figures([], "ms") == "-"


@pytest.mark.parametrize(
    ("ratio", "words"), [(0.25, "1/4.00"), (1 / 2.96, "1/2.96"), (2.0, "2.0 times"), (None, "-"), (0.0, "0")]
)
def test_a_ratio_is_written_as_the_bars_are(ratio, words):
    assert report.format_ratio(ratio) == words


# --- The table


FIGURES = {
    "environment": {"ours": [900.0], "stock": [2700.0]},
    "cold_start": {"ours": [14.0, 15.0, 40.0], "stock": [59.0, 60.0, 61.0]},
    "turn_p50": {"ours": [30.0], "stock": [60.0]},
    "training": {"ours": [45.0]},
}


def row(key, figures=FIGURES):
    return next(row for row in report.rows(figures) if row.measure.key == key)


def test_each_measure_has_a_row_even_when_it_was_not_measured():
    assert [row.measure for row in report.rows({})] == list(report.MEASURES)
    assert {row.verdict for row in report.rows({})} == {Verdict.NOT_MEASURED}


def test_a_row_takes_the_median_so_that_one_slow_run_does_not_count():
    assert (row("cold_start").ours, row("cold_start").stock) == (15.0, 60.0)
    assert row("cold_start").verdict is Verdict.PASS


def test_one_missed_bar_is_enough_to_fail():
    assert row("turn_p50").verdict is Verdict.FAIL
    assert not report.all_pass(report.rows(FIGURES))
    assert report.all_pass(report.rows({**FIGURES, "turn_p50": {"ours": [10.0], "stock": [60.0]}}))


def test_the_bars_are_those_that_were_agreed():
    bars = {
        measure.key: (measure.bar.words, round(measure.bar.at_most, 3)) for measure in report.MEASURES if measure.bar
    }
    assert bars == {
        "environment": ("≤ 1/2.5", 0.4),
        "cold_start": ("≤ 1/3", 0.333),
        "memory": ("≤ 1/3", 0.333),
        "turn_p50": ("≤ 1/3", 0.333),
        "training": ("≤ 60 s", 60),
        "set_up": ("≤ 4 min", 240),
    }


def test_the_tables_hold_figures_ratio_bar_and_verdict():
    table = report.rows(FIGURES)
    assert "| environment on disk | 900 MB | 2,700 MB | 1/3.00 | ≤ 1/2.5 | pass |" in report.markdown_table(table)
    assert "| a turn over HTTP, p50 | 30.0 ms | 60.0 ms | 1/2.00 | ≤ 1/3 | FAIL |" in report.markdown_table(table)
    assert "not measured" in report.plain_table(table)
    assert len(report.plain_table(table).splitlines()) == len(report.MEASURES) + 2


def test_the_json_holds_every_single_figure():
    written = json.loads(json.dumps(report.json_report(report.rows(FIGURES), ["a note"], {"turns": 300})))
    assert written["turns"] == 300
    assert written["notes"] == ["a note"]
    assert written["measures"]["cold_start"] == {
        "unit": "s",
        "ours": 15.0,
        "stock": 60.0,
        "ratio": 0.25,
        "bar": "≤ 1/3",
        "verdict": "pass",
        "values": {"ours": [14.0, 15.0, 40.0], "stock": [59.0, 60.0, 61.0]},
    }


def test_the_load_is_told_and_warned_of_when_others_were_at_work():
    assert "longer than on a quiet machine" in report.load_note(0.3, 2, 1.0, 2.0)
    assert "30%" in report.load_note(0.3, 2, 1.0, 2.0)
    assert "longer" not in report.load_note(0.02, 2, 0.1, 2.0)
    assert report.load_note(None, 1, 0.1, 0.2) == "Load average before 0.1, after 0.2, on 1 core."


# --- The talk


def test_ours_is_never_asked_the_same_twice_so_that_no_cache_can_help():
    texts = [text for turns in assistants.first_turns(assistants.questions(), 300) for text in turns]
    assert len(texts) == len(set(texts)) == 300


@pytest.mark.parametrize("turns", [1, 9, 10, 11, 300])
def test_both_talk_in_conversations_of_the_same_lengths(turns):
    lengths = [
        [len(texts) for texts in assistants.first_turns(talk, turns)]
        for talk in (assistants.questions(), assistants.stock_talk())
    ]
    assert lengths[0] == lengths[1]
    assert sum(lengths[0]) == turns


def line(**values):
    return json.dumps(values).encode() + b"\n"


ANSWERED = line(type="message", text="They are …", answer={"outcome": "answered"})
ACCEPTED, DONE = line(type="accepted", id="1"), line(type="done")


def test_a_turn_of_the_web_channel_is_whole_when_a_message_and_done_came():
    assert assistants.outcomes_of_stream(ACCEPTED + ANSWERED + ANSWERED + DONE) == ("answered", "answered")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no-json"),
        pytest.param(b"[]", id="another-json"),
        pytest.param(ACCEPTED + DONE, id="no-message"),
        pytest.param(ACCEPTED + ANSWERED, id="cut-short"),
        pytest.param(ACCEPTED + line(type="error", text="Sorry") + ANSWERED + DONE, id="error-line"),
        pytest.param(ACCEPTED + line(type="message", answer={"outcome": "error"}) + DONE, id="error-outcome"),
        pytest.param(ACCEPTED + line(type="message", text="no envelope") + DONE, id="no-envelope"),
    ],
)
def test_another_turn_of_the_web_channel_does_not_count_as_an_answer(content):
    with pytest.raises(assistants.TurnFailed):
        assistants.outcomes_of_stream(content)


def test_a_turn_of_the_rest_channel_needs_a_reply():
    assert assistants.outcomes_of_list(b'[{"text": "Hey"}, {"image": "x"}]') == ("reply", "reply")
    for content in (b"[]", b"{}", b"nothing"):
        with pytest.raises(assistants.TurnFailed):
            assistants.outcomes_of_list(content)


def test_a_comparison_of_turns_that_were_not_answered_is_refused():
    assert "answered 250" in compare.outcome_note(compare.Counter(answered=250, small_talk=50), 300)
    with pytest.raises(compare.ComparisonFailed, match="Only 10 of 300"):
        compare.outcome_note(compare.Counter(answered=10, out_of_scope=290), 300)


# --- Processes


def test_what_a_person_has_set_does_not_change_the_measured_processes(tmp_path):
    theirs = {
        "PATH": "/bin",
        "HOSTNAME": "here",
        "HOME": "/home/someone",
        "PORT": "80",
        "LEGCRAMPS_VAR": "x",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MAKEFLAGS": "-k",
        "RASA_TELEMETRY_ENABLED": "true",
    }
    assert assistants.clean_environment(tmp_path, theirs, LEGCRAMPS_VAR="ours") == {
        "PATH": "/bin",
        "HOSTNAME": "here",
        "HOME": str(tmp_path / "home"),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHONUTF8": "1",
        "RASA_TELEMETRY_ENABLED": "false",
        "LEGCRAMPS_VAR": "ours",
    }


def test_size_on_disk_counts_a_hard_linked_file_once_and_follows_no_link(tmp_path):
    folder = tmp_path / "environment"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib" / "large").write_bytes(b"x" * 1_000_000)
    once = processes.size_on_disk(folder)
    os.link(folder / "lib" / "large", folder / "again")
    (tmp_path / "outside").write_bytes(b"x" * 5_000_000)
    (folder / "link").symlink_to(tmp_path / "outside")
    assert 1_000_000 <= once <= 1_100_000
    assert processes.size_on_disk(folder) - once < 10_000


def test_the_end_of_a_log_is_told_without_overwritten_progress_bars(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"first\r\n 10%\r 50%\r100% done\n\nValueError: no\n")
    assert processes.last_lines(log, 2) == "100% done\nValueError: no"
    assert processes.last_lines(log, 1) == "ValueError: no"


def test_a_program_that_is_not_there_is_one_sentence(tmp_path):
    with (
        pytest.raises(processes.ProcessFailed, match="nothing-there cannot be started: No such file"),
        processes.running([str(tmp_path / "nothing-there")], tmp_path, {}, tmp_path / "log"),
    ):
        pass


STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
WITH_CHILD = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {STUBBORN!r}])
time.sleep(60)
"""


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_ctrl_c_ends_a_server_and_its_children_even_those_that_ignore_sigterm(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "TO_STOP", 0.5)
    log = tmp_path / "log"
    sessions = []

    def interrupted():
        with processes.running([sys.executable, "-c", WITH_CHILD], tmp_path, os.environ, log) as process:
            wait_for(lambda: "up" in log.read_text())
            assert len(processes.session_members(process.pid)) == 2
            sessions.append(process.pid)
            assert processes.resident_bytes(process.pid) > 5_000_000
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert processes.session_members(*sessions) == []


def test_a_signal_does_not_cut_the_tidying_up_short(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import os, signal, sys\n"
        f"sys.path.insert(0, {str(REPO / 'benchmarks')!r})\n"
        "import compare, compare_processes as processes\n"
        "compare._stop_on_signals()\n"
        "try:\n"
        "    with processes.undisturbed():\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('tidied', flush=True)\n"
        "except KeyboardInterrupt:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    print('stopped once', flush=True)\n"
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=30)
    assert done.stdout.split("\n")[:2] == ["tidied", "stopped once"], done.stderr


# --- A whole serving, with a server that is up within milliseconds

SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OUTCOME = sys.argv[2]

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/webhooks/web/session":
            reply = json.dumps({"token": "secret"})
        elif self.path == "/webhooks/web/messages" and self.headers["Authorization"] == "Bearer secret":
            lines = [{"type": "accepted", "id": body["id"]},
                     {"type": "message", "text": "x", "answer": {"outcome": OUTCOME}}, {"type": "done"}]
            reply = "".join(json.dumps(line) + "\\n" for line in lines)
        else:
            reply = json.dumps([{"recipient_id": body["sender"], "text": "x"}])
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply.encode())

    def log_message(self, *words):
        pass

print("serving", flush=True)
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def fake(name, conversation, talk, folder, serving=None):
    return assistants.Assistant(
        name=name,
        environment=folder,
        folder=folder,
        training=[sys.executable, "-c", "pass"],
        serving=serving or [sys.executable, "-c", SERVER, "{port}", "answered"],
        conversation=conversation,
        talk=assistants.first_turns(talk, 25),
    )


def test_a_serving_gives_all_figures_of_both_and_leaves_no_process(tmp_path):
    (tmp_path / "tmp").mkdir()
    pair = [
        fake("ours", assistants.WebConversation, assistants.questions(), tmp_path),
        fake("stock", assistants.RestConversation, assistants.stock_talk(), tmp_path),
    ]
    served = compare.serve(pair, tmp_path, compare.Progress())
    assert served["ours"].outcomes == {"answered": 25}
    assert served["stock"].outcomes == {"reply": 25}
    measured = {measure.key for measure in report.MEASURES}
    for one in served.values():
        assert set(one.figures) <= measured
        assert set(one.figures) > {"cold_start", "memory", "turn_p50"}
        assert all(value >= 0 for value in one.figures.values())
        assert 0 < one.figures["turn_p50"] <= one.figures["turn_p95"]
    assert str(tmp_path) not in " ".join(command_lines())


def test_the_servers_are_talked_to_in_turn_a_conversation_each(tmp_path):
    said = []

    class Scripted:
        def __init__(self, port):
            self.port = port

        def say(self, text):
            said.append((self.port, text))
            return assistants.Turn(1.0, ("answered",))

        def close(self):
            said.append((self.port, "closed"))

    servers = [
        compare.Server(
            replace(fake(name, Scripted, assistants.questions(), tmp_path), talk=talk), 0, port, tmp_path, 0.0, 0.0
        )
        for name, port, talk in (("ours", 1, [["a", "b"], ["c"]]), ("stock", 2, [["d", "e"], ["f"]]))
    ]
    turns = compare.talk(servers, compare.Progress())
    assert {name: len(of_one) for name, of_one in turns.items()} == {"ours": 3, "stock": 3}
    assert "".join(text for _, text in said if text != "closed") == "abdecf"
    assert said.count((1, "closed")) == said.count((2, "closed")) == 2


def command_lines():
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                yield (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue


def test_a_server_that_ends_at_once_is_told_with_its_last_words(tmp_path):
    dying = [sys.executable, "-c", "raise SystemExit('no model')", "{port}"]
    assistant = fake("ours", assistants.WebConversation, assistants.questions(), tmp_path, dying)
    with pytest.raises(compare.ComparisonFailed, match=r"ended before it answered(.|\n)*no model"):
        compare.serve([assistant], tmp_path, compare.Progress())


def test_a_server_that_never_answers_well_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "START_LIMIT", 0.5)
    silent = [sys.executable, "-c", SERVER, "{port}", "error"]
    assistant = fake("ours", assistants.WebConversation, assistants.questions(), tmp_path, silent)
    with pytest.raises(compare.ComparisonFailed, match="No answer within"):
        compare.serve([assistant], tmp_path, compare.Progress())


def test_a_failed_training_is_told_with_its_last_words(tmp_path):
    command = [sys.executable, "-c", "raise SystemExit('bad data')"]
    with pytest.raises(compare.ComparisonFailed, match=r"the training failed with exit code 1(.|\n)*bad data"):
        compare.finish(command, tmp_path, {}, tmp_path / "log", "the training", compare.Progress())


def test_the_processor_time_of_a_command_is_its_own_and_not_the_waiting(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(0.5); [i * i for i in range(2_000_000)]"]
    passed, processor = compare.finish(command, tmp_path, {}, tmp_path / "log", "working", compare.Progress())
    assert 0.02 < processor < passed - 0.4


# --- The whole comparison, of two servers that are up within milliseconds


@pytest.fixture
def comparison(tmp_path, monkeypatch):
    """Runs the command with fake assistants; returns its exit code."""
    for name, conversation, talk in (
        ("ours", assistants.WebConversation, assistants.questions()),
        ("stock", assistants.RestConversation, assistants.stock_talk()),
    ):
        assistant = fake(name, conversation, talk, tmp_path)
        monkeypatch.setattr(compare, name, lambda *ignored, assistant=assistant: assistant)
    monkeypatch.setattr(compare, "make_stock", lambda *ignored: None)
    monkeypatch.setattr(compare, "check", lambda options: None)
    monkeypatch.setattr(compare, "REPOSITORY", tmp_path)
    monkeypatch.setattr(compare, "RESULTS", tmp_path / "results")
    monkeypatch.setattr(compare, "size_on_disk", lambda folder: 1_000_000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "results").mkdir()
    (tmp_path / "temporary").mkdir()
    signals = {number: signal.getsignal(number) for number in processes.STOPPING}
    yield lambda *words: compare.main(["--turns", "25", "--ours", str(tmp_path), "--stock", str(tmp_path), *words])
    for number, handler in signals.items():
        signal.signal(number, handler)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_the_comparison_writes_what_it_measured(comparison, tmp_path, capsys):
    # Both environments are of the same size here, and so the bar is missed.
    assert comparison("--repetitions", "2") == compare.MISSED
    written = json.loads((tmp_path / "results" / "compare.json").read_text(encoding="utf8"))
    assert written["measures"]["environment"]["verdict"] == "FAIL"
    assert written["measures"]["training"]["verdict"] == "pass"
    assert written["measures"]["set_up"]["verdict"] == "not measured"
    assert [len(written["measures"]["turn_p50"]["values"][name]) for name in ("ours", "stock")] == [2, 2]
    assert any("answered 50" in note for note in written["notes"])
    assert str(tmp_path) not in json.dumps(written)
    table = (tmp_path / "results" / "compare.md").read_text(encoding="utf8")
    assert "| environment on disk | 1 MB | 1 MB |" in table
    said = capsys.readouterr().out
    assert "Serving 2 of 2, stock: first answer after" in said
    assert "Load average" in said


def test_a_failed_set_up_does_not_lose_what_was_measured_before(comparison, tmp_path, monkeypatch, capsys):
    def fail(*ignored):
        raise compare.ComparisonFailed("The server ended before it answered.")

    monkeypatch.setattr(compare, "set_up", fail)
    assert comparison("--quick", "--set-up") == compare.FAILED
    written = json.loads((tmp_path / "results" / "compare-quick.json").read_text(encoding="utf8"))
    assert written["measures"]["turn_p50"]["ours"] > 0
    assert "Set-up failed." in written["notes"]
    assert "ended before it answered" in capsys.readouterr().err


def test_a_failed_training_stops_the_comparison_with_its_last_words(comparison, tmp_path, monkeypatch, capsys):
    failing = replace(
        compare.ours(), training=[sys.executable, "-c", "raise SystemExit('data/nlu/causes.yml:3: not valid YAML')"]
    )
    monkeypatch.setattr(compare, "ours", lambda *ignored: failing)
    assert comparison("--quick") == compare.FAILED
    assert "causes.yml:3" in capsys.readouterr().err
    assert list((tmp_path / "results").iterdir()) == []


# --- The command line


def test_quick_means_once_and_otherwise_five_times():
    assert compare.parse([]).repetitions == 5
    assert compare.parse(["--quick"]).repetitions == 1
    assert compare.parse(["--quick", "--repetitions", "2"]).repetitions == 2


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_number_that_makes_no_sense_is_refused(number, capsys):
    with pytest.raises(SystemExit):
        compare.parse(["--repetitions", number])
    assert "whole number of at least 1" in capsys.readouterr().err


def test_a_missing_environment_is_told_with_the_remedy(tmp_path, capsys):
    signals = {number: signal.getsignal(number) for number in processes.STOPPING}
    try:
        assert compare.main(["--stock", str(tmp_path / "nowhere")]) == compare.FAILED
    finally:
        for number, handler in signals.items():
            signal.signal(number, handler)
    said = capsys.readouterr().err
    assert "make compare" in said
    assert "Traceback" not in said
