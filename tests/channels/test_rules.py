"""Looking rules up gives what trying them all gives."""

import itertools
import json

import pytest
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME


@pytest.fixture(scope="module")
def policy(assistant):
    nodes = assistant.agent.processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, RulePolicy))


def state(action, intent):
    return {
        **({"prev_action": {"action_name": action}} if action else {}),
        **({"user": {"intent": intent}} if intent else {}),
    }


def test_every_last_state_finds_the_rules_that_trying_all_finds(policy):
    rules = policy.lookup[RULES]
    ends = [json.loads(key)[-1] for key in rules]
    actions = {end.get("prev_action", {}).get("action_name") for end in ends} | {
        None,
        ACTION_LISTEN_NAME,
        "action_unknown",
    }
    intents = {end.get("user", {}).get("intent") for end in ends} | {None, "an intent without rules"}
    found = 0
    for before, action, intent in itertools.product((None, ACTION_LISTEN_NAME), actions, intents):
        states = [{}, state(before, "ask_causes"), state(action, intent)]
        expected = RulePolicy._get_possible_keys(policy, rules, states)
        assert policy._get_possible_keys(rules, states) == expected
        found += bool(expected)
    assert found > len(rules) / 2


def test_rules_of_words_are_still_tried(policy, monkeypatch):
    """With a rule that asks for the words of a message, the words count again."""
    from legcramps.server.rules import quicken

    fresh = RulePolicy.__new__(RulePolicy)
    of_words = json.dumps(
        [state(None, None), {"prev_action": {"action_name": ACTION_LISTEN_NAME}, "user": {"text": "why"}}]
    )
    asked = []
    fresh.lookup = {RULES: {of_words: "action_answer_causes"}}
    monkeypatch.setattr(
        RulePolicy, "_find_action_from_rules", lambda self, *arguments: asked.append(arguments) or (None, None, False)
    )
    quicken(fresh)
    fresh._find_action_from_rules("tracker", "domain", use_text_for_last_user_input=True)
    assert asked == [("tracker", "domain", True)]
