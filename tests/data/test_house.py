"""The files of a skill belong together: every intent has a rule, an action and an answer, under the same base name."""

import inspect
import pkgutil
from collections import Counter
from importlib import import_module

import pytest

import actions
from actions.common import SkillAction
from legcramps.answers import INTENTS
from legcramps.answers.conversation import SUGGESTIBLE
from legcramps.knowledge import default

from .conftest import REPO

KNOWN = default()
SKILLS = sorted(file.stem for file in (REPO / "data" / "rules").glob("*.yml"))


def skill_actions() -> dict[str, type]:
    """Name → class of every action in the package."""
    found = {}
    for module in pkgutil.iter_modules(actions.__path__):
        for _, one in inspect.getmembers(import_module(f"actions.{module.name}"), inspect.isclass):
            if issubclass(one, SkillAction) and one is not SkillAction:
                found[one().name()] = one
    return found


ACTIONS = skill_actions()


def pairs(rules) -> list[tuple[str, str]]:
    return [(rule["steps"][0]["intent"], rule["steps"][1]["action"]) for skill in rules.values() for rule in skill]


def test_every_skill_has_a_file_in_each_folder():
    folders = {
        "data/nlu": {file.stem for file in (REPO / "data" / "nlu").glob("*.yml")},
        "data/stories": {file.stem for file in (REPO / "data" / "stories").glob("*.yml")},
        "actions": {file.stem for file in (REPO / "actions").glob("*.py")} - {"__init__", "common"},
    }
    assert {folder: names ^ set(SKILLS) for folder, names in folders.items()} == {folder: set() for folder in folders}


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_an_intent_has_one_rule_with_one_action(rules, intent):
    found = [rule for skill in rules.values() for rule in skill if rule["steps"][0].get("intent") == intent]
    assert len(found) == 1
    assert [set(step) for step in found[0]["steps"]] == [{"intent"}, {"action"}]


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_an_intents_action_answers_with_its_function(rules, intent):
    action = ACTIONS[dict(pairs(rules))[intent]]
    assert action.answer is INTENTS[intent]


def test_the_domain_lists_the_intents_that_are_answered(domain):
    # nlu_fallback is Rasa's own.
    assert set(domain["intents"]) | {"nlu_fallback"} == set(INTENTS)
    assert len(domain["intents"]) == len(set(domain["intents"]))


def test_the_domain_lists_the_actions_that_there_are(domain):
    assert sorted(domain["actions"]) == sorted(ACTIONS)


def test_every_action_is_used_by_a_rule(rules):
    assert {action for _, action in pairs(rules)} == set(ACTIONS)


@pytest.mark.parametrize("skill", SKILLS)
def test_the_rules_of_a_skill_use_its_own_examples_and_actions(rules, examples, skill):
    module = import_module(f"actions.{skill}")
    for rule in rules[skill]:
        intent, action = rule["steps"][0]["intent"], rule["steps"][1]["action"]
        assert ACTIONS[action].__module__ == module.__name__
        assert {e.skill for e in examples if e.intent == intent} <= {skill}


def test_the_slots_are_the_fields_of_the_context(domain):
    from legcramps.answers import Context

    assert set(domain["slots"]) == set(Context().as_slots())
    assert not [name for name, slot in domain["slots"].items() if slot["influence_conversation"]]


def test_the_entities_are_the_kinds_of_mention(domain):
    from actions.common import MENTION_KINDS

    assert [name for entity in domain["entities"] for name in entity] == list(MENTION_KINDS)


def test_the_domain_holds_no_words_for_people(domain):
    assert "responses" not in domain


@pytest.mark.parametrize("intent", sorted(SUGGESTIBLE))
def test_an_intent_that_may_be_suggested_has_a_title_for_people(intent):
    title = KNOWN.phrases[f"titles.{intent}"].text
    assert 1 <= len(title.split()) <= 7


def test_every_title_is_of_an_intent():
    titled = {key.removeprefix("titles.") for key in KNOWN.phrases if key.startswith("titles.")}
    assert titled <= set(INTENTS)


def test_titles_differ():
    titles = [phrase.text for key, phrase in KNOWN.phrases.items() if key.startswith("titles.")]
    assert len(set(titles)) == len(titles)


# --- stories


def test_there_are_at_least_a_dozen_stories(stories):
    assert sum(map(len, stories.values())) >= 12


def test_rules_and_stories_are_titled_with_a_unique_sentence(rules, stories):
    titles = [rule["rule"] for skill in rules.values() for rule in skill]
    titles += [story["story"] for skill in stories.values() for story in skill]
    assert [title for title, count in Counter(titles).items() if count > 1] == []
    assert [title for title in titles if len(title.split()) < 3 or not title[0].isupper()] == []


def test_the_steps_of_a_story_follow_the_rules(rules, stories):
    answer = dict(pairs(rules))
    for skill in stories.values():
        for story in skill:
            steps = story["steps"]
            asked = [step["intent"] for step in steps[::2]]
            assert [step["action"] for step in steps[1::2]] == [answer[intent] for intent in asked], story["story"]
            assert len(asked) >= 2, story["story"]


@pytest.mark.parametrize(
    "asked",
    [
        ["ask_definition", "ask_causes", "ask_condition"],
        ["ask_condition", "ask_condition"],
        ["ask_restless_legs", "ask_difference"],
        ["ask_condition_list", "ask_more", "choose_option"],
        ["tell_situation", "ask_condition"],
    ],
    ids="-".join,
)
def test_turns_that_belong_together_have_a_story(stories, asked):
    told = [[step["intent"] for step in story["steps"][::2]] for skill in stories.values() for story in skill]
    assert any(asked == intents[i : i + len(asked)] for intents in told for i in range(len(intents)))
