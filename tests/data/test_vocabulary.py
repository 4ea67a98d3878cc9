"""Every way of saying something in the vocabulary is found by the pipeline, and means just that."""

import pytest

from legcramps.knowledge import default

KNOWN = default()
WORDS = KNOWN.vocabulary


@pytest.fixture(scope="module")
def named(nlp):
    """The ids that a text names, negated ones left out."""
    return lambda text: {mention.id for mention in nlp(text)._.mentions if not mention.negated}


def every_alias() -> dict[str, list[tuple]]:
    """What stands for what: a name for the test → ways of saying it and the ids they mean."""
    says = {c.id: [(name, {c.id}) for name in (c.name, *c.aka)] for c in KNOWN.conditions.values()}
    for block in ("entries", "medicines"):
        for entry, ways in getattr(WORDS, block).items():
            says[entry] += [(way, {entry}) for way in ways]
    for block in ("families", "ambiguous", "unlisted"):
        for item in getattr(WORDS, block):
            meant = set(item.entries) if block == "families" else {item.id}
            says[f"{block}.{item.id}"] = [(way, meant) for way in item.say]
    for thing in WORDS.unlisted:
        says[f"unlisted.{thing.id}"].append((thing.name, {thing.id}))
    for entry, ways in WORDS.abbreviations.items():
        says[f"abbreviations.{entry}"] = [(way, {entry}) for way in ways]
    for product in WORDS.combined_medicines:
        says[f"combined.{product.say[0]}"] = [(way, set(product.entries)) for way in product.say]
    return says


ALIASES = every_alias()


@pytest.mark.parametrize("thing", ALIASES)
@pytest.mark.parametrize("shape", ["could {} cause my leg cramps", "leg cramps at night - {}"])
def test_every_way_of_saying_it_is_found_and_is_nothing_else(named, thing, shape):
    found = {way: (named(shape.format(way)), meant) for way, meant in ALIASES[thing]}
    assert {way: names for way, (names, meant) in found.items() if names != meant} == {}


@pytest.mark.parametrize("thing", sorted(KNOWN.conditions))
def test_capitals_and_curly_apostrophes_make_no_difference(named, thing):
    forms = [
        (form, meant)
        for way, meant in ALIASES[thing]
        for form in (way.upper(), way.title(), way.replace("'", "’"))
        if form != way  # as it stands there it is tested above
    ]
    wrong = {form: named(f"Could {form} cause my leg cramps?") for form, meant in forms}
    assert {form: found for form, found in wrong.items() if found != dict(forms)[form]} == {}


@pytest.mark.parametrize("entry", sorted(KNOWN.conditions))
def test_every_entry_can_be_named_in_several_ways(entry):
    assert len(ALIASES[entry]) >= 8


@pytest.mark.parametrize("look_alike", WORDS.look_alikes)
def test_a_look_alike_names_no_entry_by_itself(nlp, look_alike):
    assert not [m.id for m in nlp(look_alike)._.mentions if m.kind == "condition"]
