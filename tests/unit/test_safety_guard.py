"""Signs of danger. What people write, sign by sign, stands in ``safety/<sign>.tsv``: add a line there first."""

import copy
import csv
import random
import re
import time
from pathlib import Path

import pytest

from legcramps.knowledge import KnowledgeError, default
from legcramps.nlu.safety_guard import DangerSign, SafetyGuard

TABLES = Path(__file__).with_name("safety")
LONGEST_READ = 2000  # characters, DESIGN section 2


def rows(expected):
    for table in sorted(TABLES.glob("*.tsv")):
        with table.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 2):
                if row["expected"] == expected:
                    yield pytest.param(table.stem, row["text"], id=f"{table.stem}:{number}")


def texts(expected):
    return [(param.values[0], param.values[1]) for param in rows(expected)]


def share_found(guard, written):
    """How much of the danger is still seen, and how much of the rest raises an alarm, when it is written like this."""
    seen = [
        (found := guard.check(written(text))) and (found.kind == "self_harm") == (sign == "self_harm")
        for sign, text in texts("danger")
    ]
    alarms = [guard.check(written(text)) is not None for _, text in texts("none")]
    return sum(map(bool, seen)) / len(seen), sum(alarms) / len(alarms)


@pytest.fixture(scope="module")
def english():
    from legcramps.nlu.spelling import english_words

    return english_words()


@pytest.fixture(scope="module")
def guard(english):
    return SafetyGuard.from_mapping(default().safety, english)


@pytest.mark.parametrize("sign, text", rows("danger"))
def test_a_sign_of_danger_is_seen(guard, sign, text):
    found = guard.check(text)
    assert found is not None
    assert (found.kind == "self_harm") == (sign == "self_harm")


@pytest.mark.parametrize("sign, text", rows("none"))
def test_what_only_sounds_like_danger_is_none(guard, sign, text):
    assert guard.check(text) is None


def test_every_sign_has_its_table():
    assert {table.stem for table in TABLES.glob("*.tsv")} == set(default().safety["signs"])
    for expected in ("danger", "none"):
        counts = [param.values[0] for param in rows(expected)]
        assert all(counts.count(sign) >= 20 for sign in set(counts)), expected


@pytest.mark.parametrize("text", [text for sign, text in texts("danger") if sign == "leg_clot"])
def test_a_leg_that_may_hold_a_clot_has_its_own_sign(guard, text):
    assert guard.check(text) == DangerSign("emergency", "leg_clot")


@pytest.mark.parametrize(
    "text, sign",
    [
        ("my calf is red and swollen and i have chest pain", "chest_pain"),
        ("my left leg is swollen and i can't breathe", "breathing"),
        ("i have chest pain and i want to die", "self_harm"),
        ("i want to kill myself, my leg is swollen, call an ambulance", "self_harm"),
    ],
)
def test_the_graver_sign_decides(guard, text, sign):
    assert guard.check(text).sign == sign


@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        str.lower,
        lambda text: re.sub(r"[^\w\s]", "", text),
        lambda text: re.sub(r"[^\w\s']", " ", text.lower()),
    ],
    ids=["upper", "lower", "no punctuation", "as heard"],
)
def test_the_tables_written_otherwise(guard, written):
    seen, alarms = share_found(guard, written)
    assert seen >= 0.98
    assert alarms <= 0.01


def mistyped(text, dice):
    """One typing error in every five words."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 3]
    for i in dice.sample(long, min(len(long), max(1, len(words) // 5))):
        at = dice.randrange(len(words[i]) - 1)
        head, tail = words[i][:at], words[i][at:]
        words[i] = head + dice.choice(
            [tail[1] + tail[0] + tail[2:], tail[1:], tail[0] + tail, dice.choice("etaoin") + tail[1:]]
        )
    return " ".join(words)


def test_the_tables_with_typing_errors(guard):
    dice = random.Random(3)
    seen, alarms = share_found(guard, lambda text: mistyped(text, dice))
    assert seen >= 0.85
    assert alarms <= 0.02


PLAIN = {
    "self_harm": ["i want to kill myself", "i don't want to live anymore"],
    "emergency": [
        "i have chest pain",
        "i can't breathe",
        "my left calf is red and swollen",
        "my wife collapsed and isn't breathing",
    ],
}


@pytest.mark.parametrize("kind, text", [(kind, text) for kind, texts in PLAIN.items() for text in texts])
@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        str.title,
        lambda text: text.replace("'", ""),
        lambda text: text.replace("'", "’"),
        lambda text: f"  {text}!!!!",
        lambda text: f"😭 {text} 😭😭",
        lambda text: text.replace(" ", "   "),
        lambda text: f"hi, my leg cramped again last night and i could not sleep. {text}. what should i do",
        lambda text: f"um so yeah {text} i don't know what to do",
    ],
)
def test_however_it_is_written(guard, kind, text, written):
    found = guard.check(written(text))
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "i want to k1ll myself",
        "k!ll myself",
        "thinking of su1cide",
        "i am $uicidal",
        "s u i c i d e",
        "s.u.i.c.i.d.e",
        "i wanna unalive myself",
        "kms tonight",
        "i want to killl myself",
        "im suicidial",
        "i want to kill my self",
    ],
)
def test_disguised_and_misspelt(guard, text):
    assert guard.check(text) == DangerSign("self_harm", "self_harm")


@pytest.mark.parametrize(
    "text",
    [
        "i cant braethe",
        "chest pian",
        "my calf is swolen and red",
        "she is unconcious",
        "he had a siezure just now",
        "my husband colapsed",
    ],
)
def test_misspelt_emergencies(guard, text):
    assert guard.check(text).kind == "emergency"


def test_an_overdose_taken_on_purpose_is_self_harm(guard):
    assert guard.check("i took all my tablets on purpose, i want to die").kind == "self_harm"
    assert guard.check("i took too many tablets by mistake").kind == "emergency"


@pytest.mark.parametrize("text", ["", " ", "?", "...", "\n\n", "😀", "'", "-", "1234567890", "ж", "a" * LONGEST_READ])
def test_nothing_to_read(guard, text):
    assert guard.check(text) is None


@pytest.mark.parametrize(
    "bit",
    [
        "i ",
        "not ",
        "no, ",
        "my leg ",
        "cramp. ",
        "can not ",
        "chest ",
        "want to ",
        "a a a ",
        "s u i c ",
        "!.?",
        "'",
        "is it or ",
        "blood pressure ",
        "kil ",
        "{leg} ",
        "$|^ ",
    ],
)
def test_repeats_are_read_to_the_end(guard, bit):
    text = (bit * LONGEST_READ)[:LONGEST_READ]
    guard.check(text)
    found = guard.check(f"{text}. i want to kill myself")
    assert found is not None
    assert found.kind == "self_harm"


@pytest.mark.parametrize(
    "bit", ["i want my leg is not swollen if ", "a!", "die ", "can you have a stroke in the past. ", "('' -- "]
)
def test_time_grows_with_the_length_and_no_faster(guard, bit):
    def seconds(times):
        text = bit * times
        best = []
        for _ in range(3):
            start = time.process_time()
            guard.check(text)
            best.append(time.process_time() - start)
        return min(best)

    few = seconds(150)
    assert seconds(1200) <= 8 * 4 * few + 0.01


def test_the_same_text_gives_the_same_answer(guard):
    text = "my calf is red and swollen and i have chest pain"
    assert len({guard.check(text) for _ in range(5)}) == 1


def test_an_unknown_concept_is_named_with_its_line():
    broken = copy.deepcopy(default().safety)
    broken["signs"]["chest_pain"]["say"] += "\n{nowhere} .. {pain}\n"
    with pytest.raises(KnowledgeError, match="nowhere") as error:
        SafetyGuard.from_mapping(broken, {})
    assert error.value.file == "safety.yml"
    assert error.value.line


def test_an_unknown_excuse_is_named():
    broken = copy.deepcopy(default().safety)
    broken["signs"]["chest_pain"]["ignores"] = ["nowhere"]
    with pytest.raises(KnowledgeError, match="nowhere"):
        SafetyGuard.from_mapping(broken, {})


def test_a_missing_part_is_named():
    broken = copy.deepcopy(default().safety)
    del broken["figures"]
    with pytest.raises(KnowledgeError, match="figures"):
        SafetyGuard.from_mapping(broken, {})
