"""Nothing stands in the knowledge that no question brings out."""

from functools import lru_cache

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, read_told, respond
from legcramps.knowledge import default
from legcramps.nlu.scope_guard import CLAIMS

KNOWN = default()


@lru_cache(maxsize=1)
def replies() -> dict[str, list]:
    """Every question that there is, about every condition and thing → the replies to it."""
    composer = Composer(KNOWN)
    asked = [
        Heard(intent, signals=frozenset(signals))
        for intent in sorted(CLAIMS)
        for signals in ((), ("bare",), ("restless_legs",))
    ]
    asked += [Heard("ask_condition_list", group=group) for group in KNOWN.groups]
    for condition in KNOWN.conditions:
        named = (Mention("condition", condition),)
        asked += [Heard(intent, mentions=named) for intent in ("ask_condition", "ask_evidence", "tell_situation")]
        asked.append(Heard("ask_condition_details", mentions=named, signals=frozenset({"what_is"})))
    asked += [Heard("ask_condition", mentions=(Mention("unlisted", thing),)) for thing in KNOWN.unlisted]
    asked += [Heard("ask_condition", mentions=(Mention("ambiguous", item.id),)) for item in KNOWN.vocabulary.ambiguous]
    all_told = "it hurts, no urge to move, it is over in a minute, the calf goes hard: cramp or restless legs?"
    asked.append(Heard("tell_apart", told=read_told(all_told)))
    return {str(heard): list(respond(heard, Context(), composer).answers) for heard in asked}


@pytest.mark.parametrize("statement", KNOWN.statements)
def test_every_statement_is_said_in_some_reply(statement):
    assert [asked for asked, answers in replies().items() if any(statement in answer.statements for answer in answers)]


@pytest.mark.parametrize("condition", KNOWN.conditions)
def test_every_condition_is_spoken_of_in_some_reply(condition):
    assert [
        asked for asked, answers in replies().items() if any(condition == c.id for a in answers for c in a.conditions)
    ]


@pytest.mark.parametrize("thing", KNOWN.unlisted)
def test_every_unlisted_thing_is_named_in_some_reply(thing):
    name = KNOWN.unlisted[thing].name
    assert [asked for asked, answers in replies().items() if any(name in answer.text for answer in answers)]
