"""The skill package that `legcramps alexa model` writes keeps Amazon's published rules, and the check of the rules can fail."""

import copy
import json
import re
from pathlib import Path

import pytest

from legcramps import cli
from legcramps.channels import alexa_model
from legcramps.channels.alexa_request import COMMAND_OF, QUESTION_INTENT, QUESTION_SLOT, Kind, read
from legcramps.channels.voice import command

REPO = Path(__file__).resolve().parents[2]
ENDPOINT = "https://example.org/webhooks/alexa/skill"
PRIVACY = "https://example.org/privacy"


@pytest.fixture(scope="module")
def values():
    return alexa_model.questions(alexa_model.examples((REPO / "data" / "nlu").glob("*.yml")))


@pytest.fixture(scope="module")
def package(values):
    return dict(alexa_model.files(values, ENDPOINT, PRIVACY))


@pytest.fixture
def model(package):
    return copy.deepcopy(package["interactionModels/custom/en-US.json"])


@pytest.fixture
def manifest(package):
    return copy.deepcopy(package["skill.json"])


def language(model):
    return model["interactionModel"]["languageModel"]


# --- what is written


def test_the_package_keeps_the_published_rules(package):
    assert alexa_model.problems_of_manifest(package["skill.json"]) == []
    for locale in alexa_model.LOCALES:
        whole = package[f"interactionModels/custom/{locale}.json"]
        assert alexa_model.problems_of_model(whole, len(json.dumps(whole))) == []
        assert locale in package["skill.json"]["manifest"]["publishingInformation"]["locales"]


def test_the_questions_come_from_the_training_data_and_can_be_spoken(values):
    assert len(values) > 2000
    assert any(value.startswith("what causes") for value in values)
    assert not any(command(value) for value in values), "commands have intents of their own"
    for value in values:
        assert re.fullmatch(r"[a-z' ]+", value)
        assert 2 <= len(value.split()) <= alexa_model.LONGEST_EXAMPLE
    assert any("chest" in value for value in values), "signs of danger are expected, too"


def test_what_is_said_with_any_sample_reaches_the_assistant_as_it_was_said(model):
    """Each sample, filled in, read back as Alexa would send it."""
    for intent in language(model)["intents"]:
        for sample in intent["samples"] or ["x"]:
            slots = {slot: {"name": slot, "value": "anemia"} for slot in re.findall(r"\{(\w+)\}", sample)}
            incoming = read({"request": {"type": "IntentRequest", "intent": {"name": intent["name"], "slots": slots}}})
            assert incoming.ours
            if slots and intent["name"] != QUESTION_INTENT:
                assert incoming.text == re.sub(r"\{\w+\}", "anemia", sample)
            elif slots:
                assert incoming.text == "anemia"
            elif intent["name"] == "AMAZON.FallbackIntent":
                assert incoming.kind is Kind.LOST
            else:
                assert incoming.kind is Kind.SAID
                assert command(incoming.text) or incoming.text.startswith("#")


def test_more_ways_to_say_a_command_mean_the_same_to_the_assistant(model):
    for intent in language(model)["intents"]:
        meant = COMMAND_OF.get(intent["name"])
        for sample in intent["samples"]:
            if meant and not meant.startswith("#"):
                assert command(sample) in (command(meant), None), sample


@pytest.mark.parametrize("phrase", ["example_one", "example_two", "example_three"])
def test_the_examples_of_the_store_are_understood(package, phrase):
    carriers = {sample.split("{")[0].strip() for intent in language(package["interactionModels/custom/en-US.json"])["intents"]
                for sample in intent["samples"] if "{query}" in sample}  # fmt: skip
    text = alexa_model.words(f"alexa.{phrase}", invocation=alexa_model.INVOCATION)
    asked = text.partition(alexa_model.INVOCATION)[2].strip()
    assert not asked or any(asked.startswith(f"{carrier} ") for carrier in carriers)


def test_it_asks_for_nothing_personal(manifest):
    whole = manifest["manifest"]
    assert whole["permissions"] == []
    assert whole["privacyAndCompliance"]["usesPersonalInfo"] is False
    assert "accountLinking" not in json.dumps(whole)


@pytest.mark.parametrize(
    "example, heard",
    [
        ("What causes cramps?", "what causes cramps"),
        ("is it my B12", "is it my b twelve"),
        ("im 68 and it hurts", "im sixty eight and it hurts"),
        ("don't stop", "don't stop"),
        ("don’t stop", "don't stop"),
        ("'quoted' words", "quoted words"),
        ("cramps", ""),
        ("pourquoi ça fait mal", ""),
        ("word " * 13, ""),
        ("???", ""),
    ],
)
def test_an_example_is_taken_as_it_is_heard(example, heard):
    assert alexa_model.said(example) == heard


def test_annotations_are_left_out(tmp_path):
    file = tmp_path / "a.yml"
    file.write_text(
        'nlu:\n  - intent: ask\n    examples: |\n      - does [anemia](condition) do [this]{"entity": "x"}\n', "utf8"
    )
    assert alexa_model.examples([file]) == {"ask": ["does anemia do this"]}


# --- the command


def test_the_command_writes_the_package(tmp_path, capsys):
    arguments = ["alexa", "model", "--endpoint", ENDPOINT, "--privacy-url", PRIVACY, "--out", str(tmp_path / "p")]
    assert cli.main(arguments) == 0
    assert "Amazon's rules are kept" in capsys.readouterr().out
    assert (
        json.loads((tmp_path / "p" / "skill.json").read_text())["manifest"]["apis"]["custom"]["endpoint"]["uri"]
        == ENDPOINT
    )
    assert len(list((tmp_path / "p" / "interactionModels" / "custom").glob("*.json"))) == len(alexa_model.LOCALES)


def test_the_command_writes_nothing_that_amazon_would_refuse(tmp_path, capsys):
    arguments = [
        "alexa",
        "model",
        "--endpoint",
        "http://localhost:5005",
        "--privacy-url",
        PRIVACY,
        "--out",
        str(tmp_path / "p"),
    ]
    assert cli.main(arguments) == 1
    assert "must be a public https address" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()


# --- the check can fail


def add(intent):
    return lambda whole: language(whole)["intents"].append(intent)


def rename(name):
    return lambda whole: language(whole).update(invocationName=name)


def value(text):
    return lambda whole: language(whole)["types"][0]["values"].append({"name": {"value": text}})


SLOT = [{"name": "query", "type": "AMAZON.SearchQuery"}]


@pytest.mark.parametrize(
    "change, says",
    [
        (rename("cramps"), "two words or more"),
        (rename("Night Cramps"), "other signs"),
        (rename("ask my cramps"), "'ask'"),
        (rename("cramps 24"), "other signs"),
        (rename("the cramps skill"), "'skill'"),
        (add({"name": "Ask_1", "samples": ["one"]}), "letters and underscores"),
        (add({"name": "AskMore", "samples": []}), "no sample"),
        (add({"name": "Ask_what", "samples": ["wha"]}), "stands twice"),
        (add({"name": "AskX", "samples": ["what {query}"], "slots": SLOT}), "belongs to 2 intents"),
        (add({"name": "AskX", "samples": ["{query}"], "slots": SLOT}), "carrier phrase"),
        (add({"name": "AskX", "samples": ["x {query} {other}"], "slots": [*SLOT, {"name": "other", "type": "AMAZON.Number"}]}), "beside a search query"),
        (add({"name": "AskX", "samples": ["x {gone}"], "slots": SLOT}), "a slot that the intent has not"),
        (add({"name": "AskX", "samples": ["x {a}"], "slots": [{"name": "a", "type": "NO_SUCH"}]}), "does not exist"),
        (add({"name": "AskX", "samples": ["What's 5+5?"]}), "signs that are not allowed"),
        (value("x" * 141), "too long"),
        (value("why do i get cramps"), "stands twice"),
        (value("why?"), "signs that are not allowed"),
        (lambda whole: language(whole)["intents"].pop(0), "AMAZON.CancelIntent' is missing"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_of_the_model_is_named(model, change, says):
    change(model)
    assert any(says in problem for problem in alexa_model.problems_of_model(model))


def test_a_model_that_is_too_large_is_named(model):
    assert alexa_model.problems_of_model(model, 2_000_000)


def texts(**changed):
    return lambda whole: whole["manifest"]["publishingInformation"]["locales"]["en-GB"].update(changed)


@pytest.mark.parametrize(
    "change, says",
    [
        (texts(summary="x" * 161), "summary"),
        (texts(name="x"), "name"),
        (texts(description="Good for your health."), "not medical advice"),
        (texts(examplePhrases=["Open it"]), "must begin with 'Alexa'"),
        (texts(examplePhrases=[]), "one to 3"),
        (texts(keywords=["x"] * 31), "keywords"),
        (lambda whole: whole["manifest"]["apis"]["custom"]["endpoint"].update(uri="https://example.org:8443/x"), "port 443"),
        (lambda whole: whole["manifest"]["apis"]["custom"]["endpoint"].pop("sslCertificateType"), "kind of certificate"),
        (lambda whole: whole["manifest"]["privacyAndCompliance"].pop("containsAds"), "containsAds"),
        (lambda whole: whole["manifest"]["privacyAndCompliance"]["locales"].pop("en-IN"), "privacy policy"),
        (lambda whole: whole["manifest"]["publishingInformation"].update(testingInstructions=" "), "testing instructions"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_of_the_manifest_is_named(manifest, change, says):
    change(manifest)
    assert any(says in problem for problem in alexa_model.problems_of_manifest(manifest))


def test_a_slot_in_either_form_is_read():
    for slot in ({"value": "anemia"}, {"slotValue": {"type": "Simple", "value": "anemia"}}):
        intent = {"name": QUESTION_INTENT, "slots": {QUESTION_SLOT: slot}}
        assert read({"request": {"type": "IntentRequest", "intent": intent}}).text == "anemia"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"request": None},
        {"request": {"type": "IntentRequest"}},
        {"request": {"type": "IntentRequest", "intent": {"name": 5, "slots": []}}},
        {"request": {"type": "IntentRequest", "intent": {"name": QUESTION_INTENT, "slots": {QUESTION_SLOT: None}}}},
        {"session": {"attributes": [1]}, "request": {"type": ["x"]}},
        {"session": {"attributes": {"voice": "x"}}, "request": {"type": "LaunchRequest", "locale": 5}},
        {"request": {"type": "SessionEndedRequest", "reason": {"a": 1}}},
    ],
)
def test_a_request_in_an_odd_form_is_read_all_the_same(body):
    assert read(body).kind in (Kind.NOTHING, Kind.LOST, Kind.OPEN, Kind.OVER)


def test_a_new_session_begins_without_what_was_before():
    attributes = {"voice": {"slow": True, "greeted": True}}
    for new, slow in ((True, False), (False, True)):
        body = {"session": {"new": new, "attributes": attributes}, "request": {"type": "LaunchRequest"}}
        assert read(body).state.slow is slow
