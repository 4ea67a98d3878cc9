"""Every statement that the knowledge holds can be had by asking for it in one's own words."""

from pathlib import Path

import pytest
import yaml

from legcramps import knowledge

QUESTIONS = yaml.safe_load(Path(__file__).with_name("questions_of_facts.yml").read_text(encoding="utf8"))


def test_there_is_a_question_for_every_statement_and_condition_link():
    assert sorted(QUESTIONS) == sorted(knowledge.default().statements)


def test_no_question_stands_twice():
    assert len({question.lower() for question in QUESTIONS.values()}) == len(QUESTIONS)


@pytest.mark.parametrize("statement", QUESTIONS)
def test_the_question_leads_to_the_statement(statement, ask):
    (reply,) = ask([QUESTIONS[statement]])
    said = {s for envelope in reply.envelopes if envelope["outcome"] == "answered" for s in envelope["statements"]}
    assert statement in said, f"{QUESTIONS[statement]!r} was understood as {reply.intent} ({reply.confidence:.2f})"
