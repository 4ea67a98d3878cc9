"""The reader of conversation files: what it understands, and that a mistake is told with file, line and remedy."""

import re
from pathlib import Path

import pytest

from tests.conversations.helpers.replay import always_amiss, amiss
from tests.conversations.helpers.script import Expect, ScriptError, read


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "a_file.yml"
        path.write_text(text, encoding="utf8")
        return path

    return write


def test_turns_are_read_in_order_with_what_is_expected(written):
    script = read(
        written(
            "turns:\n- me: what is it?\n- me: and anemia?\n  outcome: answered|not_listed\n  conditions: [anemia]\n"
            "- press: How sure that is\n  text_has: [linked, sometimes]\n  same_as: 1\n"
        )
    )
    first, second, third = script.conversations[0]
    assert (first.says, first.line, first.expect) == ("what is it?", 2, Expect())
    assert second.expect.outcomes == ({"answered", "not_listed"},)
    assert second.expect.conditions == {"anemia"}
    assert (third.presses, third.says) == ("How sure that is", None)
    assert third.expect.text_has == ("linked", "sometimes")
    assert third.expect.same_as == 1


def test_each_variant_is_a_conversation_of_its_own_after_what_is_given(written):
    script = read(
        written(
            "given:\n- me: what is it?\neach:\n- and gout?\n- me: and anemia?\n  outcome: answered\n"
            "- [{me: oh}, {me: and lupus?}]\nexpect: {outcome: not_listed}\n"
        )
    )
    assert [[turn.says for turn in turns] for turns in script.conversations] == [
        ["what is it?", "and gout?"],
        ["what is it?", "and anemia?"],
        ["what is it?", "oh", "and lupus?"],
    ]
    assert [turns[-1].expect.outcomes for turns in script.conversations] == [
        ({"not_listed"},),
        ({"answered"},),
        ({"not_listed"},),
    ]
    assert [turns[-1].line for turns in script.conversations] == [4, 5, 7]
    assert script.conversations[2][1].expect.is_empty


def test_what_a_variant_expects_itself_goes_over_what_all_expect(written):
    script = read(
        written(
            "each:\n- me: and anemia?\n  outcome: [answered]\n  text_has: anemia\nexpect: {outcome: clarify, topic: condition, text_has: linked}\n"
        )
    )
    expect = script.conversations[0][0].expect
    assert (expect.outcomes, expect.outcome_for_all) == (({"answered"},), False)
    assert (expect.topics, expect.topic_for_all) == (({"condition"},), True)
    assert expect.text_has == ("linked", "anemia")


def test_a_text_can_be_written_many_times(written):
    script = read(written("turns:\n- me: 'cramp '\n  times: 3\n  outcome: error\n"))
    assert script.conversations[0][0].says == "cramp cramp cramp "


def test_the_examples_in_the_readme_are_read(written):
    examples = re.findall(
        r"^```yaml\n(.*?)^```", (Path(__file__).parent / "README.md").read_text("utf8"), re.MULTILINE | re.DOTALL
    )
    assert [len(read(written(example)).conversations) for example in examples] == [4, 1]


MISTAKES = {
    "turns: [": (1, "not valid YAML"),
    "- me: hello": (1, "no mapping"),
    "turns:\n- me: hello\n  outcome: answered\nmore: 1": (4, "unknown key 'more'"),
    "expect: {outcome: answered}": (1, "either 'turns' or 'each'"),
    "turns:\n- me: hello\n  outcome: answered\nexpect: {outcome: answered}": (4, "'expect' belongs to 'each'"),
    "turns: []": (1, "'turns' is no list"),
    "turns:\n- hello": (2, "a turn must be a mapping"),
    "turns:\n- outcome: answered": (2, "one of 'me', 'press' and 'mumble'"),
    "turns:\n- me: 2\n  outcome: answered": (2, "'me' is no text"),
    "turns:\n- mumble: hm\n  outcome: clarify": (2, "'mumble' is no text"),
    "turns:\n- me: hello\n  outcom: answered": (3, "unknown key 'outcom'"),
    "turns:\n- me: hello\n  outcome: fine": (3, "there is no outcome 'fine'"),
    "turns:\n- me: hello\n  topic: [cause]": (3, "there is no topic 'cause'"),
    "turns:\n- me: hello\n  conditions: [gout]": (3, "there is no conditions 'gout'"),
    "turns:\n- me: hello\n  conditions: anemia": (3, "'conditions' is no list"),
    "turns:\n- me: hello\n  intent: say_hi": (3, "there is no intent 'say_hi'"),
    "turns:\n- me: hello\n  text_has: 5": (3, "'text_has' is no text"),
    "turns:\n- me: hello\n  same_as: 1": (3, "no earlier turn"),
    "turns:\n- me: hello\n  buttons_at_most: few": (3, "is no number"),
    "turns:\n- me: hello": (2, "nothing is expected of the last turn"),
    "each:\n- hello\n- hello\nexpect: {outcome: small_talk}": (3, "stands here twice"),
    "turns:\n- me: hello\n  times: often\n  outcome: answered": (3, "'times' is no number"),
    "each:\n- hello\nexpect: small_talk": (3, "must be a mapping"),
}


@pytest.mark.parametrize("text", MISTAKES, ids=[problem for _, problem in MISTAKES.values()])
def test_a_mistake_is_told_with_file_line_and_remedy(written, text):
    line, problem = MISTAKES[text]
    with pytest.raises(ScriptError) as raised:
        read(written(text))
    message = str(raised.value)
    assert message.startswith(f"a_file.yml:{line}: ")
    assert problem in message
    assert message.count(". ") >= 1, "no remedy"


# --- what is checked of a reply


def reply(text="Anemia can sometimes be linked to night leg cramps.", **answer):
    whole = {
        "outcome": "answered",
        "topic": "condition",
        "conditions": [{"id": "anemia", "link": "sometimes_linked"}],
        "statements": ["link.anemia"],
        "citations": [{"section": "Causes", "paragraph": 6, "item": 4}],
        **answer,
    }
    return {"text": text, "buttons": [{"title": "How sure that is", "payload": "#ask_evidence"}], "answer": whole}


EXPECTATIONS = [
    (Expect(outcomes=(frozenset({"answered"}),), outcome_for_all=True), True),
    (Expect(outcomes=(frozenset({"answered"}), frozenset({"not_listed"}))), False),
    (Expect(topics=(frozenset({"causes"}),), topic_for_all=True), False),
    (Expect(conditions=frozenset({"anemia"})), True),
    (Expect(conditions=frozenset()), False),
    (Expect(conditions_have=frozenset({"dialysis"})), False),
    (Expect(grades=frozenset({"known_cause"})), False),
    (Expect(intents=frozenset({"ask_condition"})), True),
    (Expect(intents=frozenset({"ask_causes"})), False),
    (Expect(text_has=("SOMETIMES be",)), True),
    (Expect(text_has=("never",)), False),
    (Expect(text_has_not=("sometimes",)), False),
    (Expect(buttons_has=("How sure that is", "#ask_evidence")), True),
    (Expect(buttons_has=("More",)), False),
    (Expect(buttons_at_most=1), True),
    (Expect(buttons_at_most=0), False),
    (Expect(same_as=1), False),
    (Expect(not_same_as=1), True),
    (Expect(shorter_than=1), False),
]


def test_two_replies_may_come_in_any_order():
    both = Expect(outcomes=(frozenset({"not_listed"}), frozenset({"answered", "clarify"})))
    replies = [reply(), reply(outcome="not_listed", conditions=[])]
    assert not list(amiss(both, "ask_condition", replies, []))
    assert not list(amiss(both, "ask_condition", replies[::-1], []))
    assert list(amiss(both, "ask_condition", replies[:1], []))


@pytest.mark.parametrize("expect, met", EXPECTATIONS)
def test_an_expectation_is_met_or_not(expect, met):
    assert (not list(amiss(expect, "ask_condition", [reply()], ["Something short."]))) is met


BROKEN = {
    "empty": reply(" "),
    "too long": reply("word " * 91),
    "a stack trace": reply("Traceback (most recent call last)"),
    "an unfilled phrase": reply("The source does not mention {names}."),
    "worded as a cause": reply("Anemia causes night leg cramps."),
    "worded as a cause by another name": reply("Your cramps are due to an underactive thyroid."),
    "an outcome of no list": reply(outcome="fine"),
    "a grade that is not the source's": reply(conditions=[{"id": "anemia", "link": "known_cause"}]),
    "an answer from nowhere": reply(statements=[], citations=[]),
    "facts in an emergency": reply("Call your local emergency number now.", outcome="urgent"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=list(BROKEN))
def test_no_reply_may_be(broken):
    assert list(always_amiss([broken]))


def test_a_reply_as_it_should_be():
    assert not list(always_amiss([reply()]))
