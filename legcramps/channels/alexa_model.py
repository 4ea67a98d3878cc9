"""The skill as Amazon wants it described: the interaction model and the manifest, made here and checked against the published rules. Pure.

``legcramps alexa model`` writes both. What people ask is taken from the training data, so that Alexa expects the words that the assistant
understands; nothing of it limits what may be asked. :func:`problems_of_model` and :func:`problems_of_manifest` say what Amazon would refuse.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Sequence, Tuple
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from legcramps.channels.alexa_request import (
    CARRIERS,
    FASTER_INTENT,
    QUERY_SLOT,
    QUESTION_INTENT,
    QUESTION_SLOT,
    SLOWER_INTENT,
    carrier_intent,
)
from legcramps.channels.replies import words
from legcramps.channels.speech import speakable
from legcramps.channels.voice import COMMANDS, command

INVOCATION = "night leg cramps"
LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
QUESTION_TYPE = "LEG_CRAMP_QUESTION"
SEARCH_QUERY = "AMAZON.SearchQuery"

PER_INTENT = 120
"""Examples that one intent of the training data gives; more would make the file large and Alexa no wiser."""
LONGEST_EXAMPLE = 12
"""Words of an example; what is longer is a story that nobody tells a speaker in these words."""

BUILT_IN = {
    "AMAZON.CancelIntent": (),
    "AMAZON.StopIntent": ("hang up", "that is all", "be quiet", "good night", "never mind", "enough"),
    "AMAZON.HelpIntent": COMMANDS["help"],
    "AMAZON.FallbackIntent": (),
    "AMAZON.NavigateHomeIntent": (),
    "AMAZON.RepeatIntent": ("say that again", "say it again", "what was that", "pardon", "come again", "one more time", "once more"),
    "AMAZON.YesIntent": ("yes please", "please do", "of course", "yes go on"),
    "AMAZON.NoIntent": ("no thank you", "no thanks", "not now", "not really"),
    "AMAZON.NextIntent": ("more", "go on", "continue", "keep going", "carry on", "tell me more", "say more"),
    "AMAZON.PreviousIntent": ("go back",),
    "AMAZON.StartOverIntent": (),
}  # fmt: skip
"""Alexa's own intents that the skill takes, and more ways to say them."""

REQUIRED = (
    "AMAZON.CancelIntent",
    "AMAZON.HelpIntent",
    "AMAZON.StopIntent",
    "AMAZON.NavigateHomeIntent",
    "AMAZON.FallbackIntent",
)

LEFT_OUT = ("insult", "chat", "ask_off_topic")
"""Intents whose examples Alexa need not expect of this skill, or would not like to see in it."""

# --- Amazon's published limits --------------------------------------------------------------------------------------

MAX_INTENTS = 250
MAX_VALUES = 50_000
MAX_VALUE = 140
"""Characters of a value of a slot type."""
MAX_SAMPLE = 200
MAX_MODEL = 1_500_000
"""Bytes of the model's file."""
MAX_NAME, MIN_NAME = 50, 2
MAX_SUMMARY = 160
MAX_DESCRIPTION = 4000
MAX_EXAMPLES = 3
MAX_KEYWORDS = 30
CATEGORY = "HEALTH_AND_FITNESS"

_INTENT = re.compile(r"(AMAZON\.)?[A-Za-z][A-Za-z_]*")
_SLOT = re.compile(r"[A-Za-z][A-Za-z_]*")
_SAMPLE = re.compile(r"[a-z' .{}_-]+")
_IN_BRACES = re.compile(r"\{(\w+)\}")
_WAKE_WORDS = {"alexa", "amazon", "echo", "computer", "ziggy", "skill", "app"}
_LAUNCH_WORDS = {
    "launch", "ask", "tell", "load", "begin", "enable", "open", "start", "play", "resume", "run", "use", "talk",
    "to", "from", "by", "in", "using", "with", "about", "for", "that", "if", "and", "whether", "is", "a", "an", "the",
}  # fmt: skip


# --- what people ask ------------------------------------------------------------------------------------------------

_ANNOTATED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def examples(files: Iterable[Path]) -> Dict[str, List[str]]:
    """The training examples by intent, without their annotations."""
    found: Dict[str, List[str]] = {}
    for file in sorted(files):
        for block in YAML(typ="safe").load(file.read_text(encoding="utf8")).get("nlu") or []:
            if "intent" in block:
                lines = (line.strip() for line in str(block.get("examples") or "").splitlines())
                said = [_ANNOTATED.sub(r"\1", line[1:].strip()) for line in lines if line.startswith("-")]
                found.setdefault(block["intent"], []).extend(said)
    return found


def said(example: str) -> str:
    """An example as a recogniser would hear it: small letters, no marks, numbers in words; empty when it cannot be said so."""
    text = speakable(example).lower().replace("’", "'").replace("-", " ")
    text = " ".join(re.sub(r"[^\w\s']|_", " ", text).split())
    text = re.sub(r"(?<![a-z])'|'(?![a-z])", "", text)
    return text if re.fullmatch(r"[a-z' ]+", text) and 2 <= len(text.split()) <= LONGEST_EXAMPLE else ""


def questions(by_intent: Mapping[str, Sequence[str]]) -> List[str]:
    """Values for the catch-all slot: so many of each intent, evenly taken, each once."""
    values: Dict[str, None] = {}
    for intent in sorted(set(by_intent) - set(LEFT_OUT)):
        usable = list(dict.fromkeys(filter(None, map(said, by_intent[intent]))))
        step = max(1.0, len(usable) / PER_INTENT)
        values.update(dict.fromkeys(usable[int(number * step)] for number in range(min(PER_INTENT, len(usable)))))
    commands = {sample for samples in BUILT_IN.values() for sample in samples}
    return [value for value in values if len(value) <= MAX_VALUE and value not in commands and not command(value)]


# --- model and manifest ---------------------------------------------------------------------------------------------


def model(values: Sequence[str], invocation: str = INVOCATION) -> Dict[str, Any]:
    """The interaction model of one locale."""
    intents: List[Dict[str, Any]] = [{"name": name, "samples": list(samples)} for name, samples in BUILT_IN.items()]
    taken = {sample for samples in BUILT_IN.values() for sample in samples}
    for name, spoken in ((SLOWER_INTENT, "slower"), (FASTER_INTENT, "faster")):
        intents.append({"name": name, "slots": [], "samples": [said for said in COMMANDS[spoken] if said not in taken]})
    intents.append(
        {
            "name": QUESTION_INTENT,
            "slots": [{"name": QUESTION_SLOT, "type": QUESTION_TYPE}],
            "samples": [f"{{{QUESTION_SLOT}}}", f"my question is {{{QUESTION_SLOT}}}"],
        }
    )
    for carrier in CARRIERS:
        slot = {"name": QUERY_SLOT, "type": SEARCH_QUERY}
        intents.append({"name": carrier_intent(carrier), "slots": [slot], "samples": [f"{carrier} {{{QUERY_SLOT}}}"]})
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": invocation,
                "intents": intents,
                "types": [{"name": QUESTION_TYPE, "values": [{"name": {"value": value}} for value in values]}],
                # Low: what is said is taken for a question whenever it can be; what is not ours the assistant sees itself.
                "modelConfiguration": {"fallbackIntentSensitivity": {"level": "LOW"}},
            }
        }
    }


def manifest(endpoint: str, privacy_url: str, invocation: str = INVOCATION) -> Dict[str, Any]:
    """The skill's manifest. ``endpoint``: the public address of ``/webhooks/alexa/skill``."""
    texts = {
        "name": words("alexa.name"),
        "summary": words("alexa.summary"),
        "description": words("alexa.description"),
        "examplePhrases": [words(f"alexa.example_{n}", invocation=invocation) for n in ("one", "two", "three")],
        "keywords": words("alexa.keywords").split(", "),
    }
    return {
        "manifest": {
            "manifestVersion": "1.0",
            "publishingInformation": {
                "isAvailableWorldwide": True,
                "distributionCountries": [],
                "category": CATEGORY,
                "testingInstructions": words("alexa.testing", invocation=invocation),
                "locales": {locale: dict(texts) for locale in LOCALES},
            },
            "apis": {
                "custom": {
                    "endpoint": {"uri": endpoint, "sslCertificateType": "Trusted"},
                    "interfaces": [{"type": "CAN_FULFILL_INTENT_REQUEST"}],
                }
            },
            "permissions": [],
            "privacyAndCompliance": {
                "allowsPurchases": False,
                "usesPersonalInfo": False,
                "isChildDirected": False,
                "isExportCompliant": True,
                "containsAds": False,
                "locales": {locale: {"privacyPolicyUrl": privacy_url} for locale in LOCALES},
            },
        }
    }


# --- checks ---------------------------------------------------------------------------------------------------------


def problems_of_model(whole: Mapping[str, Any], size: int = 0) -> List[str]:
    """What Amazon would refuse in an interaction model, as sentences; empty when there is nothing. ``size``: bytes of its file."""
    language = whole["interactionModel"]["languageModel"]
    intents, types = language["intents"], language.get("types", [])
    found = list(_problems_of_invocation(language["invocationName"]))
    names = Counter(intent["name"].lower() for intent in intents)
    found += [f"The intent '{name}' stands twice." for name, times in names.items() if times > 1]
    found += [f"The intent '{name}' is missing." for name in REQUIRED if name.lower() not in names]
    if len(intents) > MAX_INTENTS:
        found.append(f"There are {len(intents)} intents; at most {MAX_INTENTS} are allowed.")
    known = {kind["name"] for kind in types}
    for intent in intents:
        found += _problems_of_intent(intent, known)
    samples = Counter(sample for intent in intents for sample in intent.get("samples", ()))
    found += [f"The sample '{sample}' belongs to {times} intents." for sample, times in samples.items() if times > 1]
    for kind in types:
        found += _problems_of_type(kind)
    if sum(len(kind["values"]) for kind in types) > MAX_VALUES:
        found.append(f"The slot types have more than {MAX_VALUES} values.")
    if size > MAX_MODEL:
        found.append(f"The model has {size} bytes; at most {MAX_MODEL} are allowed.")
    return found


def _problems_of_invocation(name: str) -> Iterator[str]:
    parts = name.split()
    if not re.fullmatch(r"[a-z][a-z' .]*", name):
        yield f"The invocation name '{name}' has other signs than small letters, spaces, apostrophes and periods."
    if not 2 <= len(name) <= 50 or len(parts) < 2:
        yield f"The invocation name '{name}' must have two words or more, in 2 to 50 letters."
    for word in sorted(set(parts) & (_WAKE_WORDS | _LAUNCH_WORDS)):
        yield f"The invocation name '{name}' has the word '{word}', which Alexa keeps for itself."


def _problems_of_intent(intent: Mapping[str, Any], types: Iterable[str]) -> Iterator[str]:
    name, slots = intent["name"], {slot["name"]: slot["type"] for slot in intent.get("slots", ())}
    if not _INTENT.fullmatch(name):
        yield f"The intent '{name}' may have letters and underscores only."
    for slot, kind in slots.items():
        if not _SLOT.fullmatch(slot):
            yield f"The slot '{slot}' of {name} may have letters and underscores only."
        if not kind.startswith("AMAZON.") and kind not in types:
            yield f"The slot '{slot}' of {name} has the type '{kind}', which does not exist."
    if not name.startswith("AMAZON.") and not intent.get("samples"):
        yield f"The intent '{name}' has no sample."
    for sample in intent.get("samples", ()):
        if not _SAMPLE.fullmatch(sample) or len(sample) > MAX_SAMPLE:
            yield f"The sample '{sample}' of {name} is too long or has signs that are not allowed."
        used = _IN_BRACES.findall(sample)
        if set(used) - set(slots):
            yield f"The sample '{sample}' of {name} has a slot that the intent has not."
        if any(slots.get(slot) == SEARCH_QUERY for slot in used):
            if len(used) > 1:
                yield f"The sample '{sample}' of {name} has another slot beside a search query."
            if not _IN_BRACES.sub("", sample).strip():
                yield f"The sample '{sample}' of {name} needs a carrier phrase beside its search query."


def _problems_of_type(kind: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z_]*", kind["name"]):
        yield f"The slot type '{kind['name']}' may have letters and underscores only."
    values = [value["name"]["value"] for value in kind["values"]]
    if not values:
        yield f"The slot type '{kind['name']}' has no value."
    for value, times in Counter(value.lower() for value in values).items():
        if times > 1:
            yield f"The value '{value}' of {kind['name']} stands twice."
        if not value.strip() or len(value) > MAX_VALUE or not re.fullmatch(r"[\w' .&@-]+", value):
            yield f"The value '{value}' of {kind['name']} is too long or has signs that are not allowed."


def problems_of_manifest(whole: Mapping[str, Any], invocation: str = INVOCATION) -> List[str]:
    """What Amazon would refuse in a manifest, as sentences; empty when there is nothing."""
    body = whole["manifest"]
    found: List[str] = []
    for locale, texts in body["publishingInformation"]["locales"].items():
        for field, least, most in (
            ("name", MIN_NAME, MAX_NAME),
            ("summary", 1, MAX_SUMMARY),
            ("description", 1, MAX_DESCRIPTION),
        ):
            if not least <= len(texts[field]) <= most:
                found.append(
                    f"The {field} ({locale}) has {len(texts[field])} characters; {least} to {most} are allowed."
                )
        if not 1 <= len(texts["examplePhrases"]) <= MAX_EXAMPLES:
            found.append(f"There must be one to {MAX_EXAMPLES} example phrases ({locale}).")
        found += [
            f"The example phrase '{phrase}' ({locale}) must begin with 'Alexa' and name the skill as '{invocation}'."
            for phrase in texts["examplePhrases"]
            if not re.match(r"Alexa, (open|ask|tell|start|launch) ", phrase) or invocation not in phrase.lower()
        ]
        if len(texts["keywords"]) > MAX_KEYWORDS:
            found.append(f"There are more than {MAX_KEYWORDS} keywords ({locale}).")
        if not re.search(r"not (a substitute for )?(professional )?medical advice", texts["description"]):
            found.append(f"The description ({locale}) must say that this is not medical advice.")
        if (
            not body["privacyAndCompliance"]["locales"]
            .get(locale, {})
            .get("privacyPolicyUrl", "")
            .startswith("https://")
        ):
            found.append(f"The privacy policy ({locale}) must be an address that begins with https://.")
    found += _problems_of_endpoint(body["apis"]["custom"]["endpoint"])
    if not body["publishingInformation"]["testingInstructions"].strip():
        found.append("The testing instructions are missing.")
    compliance = body["privacyAndCompliance"]
    for claim in ("allowsPurchases", "usesPersonalInfo", "isChildDirected", "isExportCompliant", "containsAds"):
        if not isinstance(compliance.get(claim), bool):
            found.append(f"The manifest must say whether '{claim}'.")
    return found


def _problems_of_endpoint(endpoint: Mapping[str, str]) -> Iterator[str]:
    try:
        parts = urlsplit(endpoint["uri"])
        good = parts.scheme == "https" and "." in (parts.hostname or "") and parts.port in (None, 443)
    except ValueError:
        good = False
    if not good:
        yield f"The endpoint '{endpoint['uri']}' must be a public https address on port 443."
    if endpoint.get("sslCertificateType") not in ("Trusted", "Wildcard", "SelfSigned"):
        yield "The endpoint must say what kind of certificate it has."


def files(
    values: Sequence[str], endpoint: str, privacy_url: str, invocation: str = INVOCATION
) -> Tuple[Tuple[str, Dict[str, Any]], ...]:
    """The files of a skill package as Amazon's command line tool reads it: name inside the package, and content."""
    models = [(f"interactionModels/custom/{locale}.json", model(values, invocation)) for locale in LOCALES]
    return (("skill.json", manifest(endpoint, privacy_url, invocation)), *models)
