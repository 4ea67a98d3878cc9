"""Whether an illness, medicine or factor is linked to night leg cramps, and the list of all that are."""

from __future__ import annotations

from dataclasses import replace
from typing import Dict, List, Optional, Sequence, Tuple

from legcramps.answers.compose import MAX_NAMED, Composer, join_names
from legcramps.answers.definition import answer_definition
from legcramps.answers.turn import aside, joined, reply, too_long
from legcramps.answers.types import ConditionLink, Context, Heard, Mention, Outcome, Piece, Topic, Turn

PAGE = 8
"""Links of the long list shown at once. The first eight are the ones stronger than "can sometimes be linked"."""

BARE_WORDS = 3
MAX_CLASSES = 2
MAX_OF_A_CLASS = 3
"""Medicines of one class that are said by their names."""
MAX_GLOSSES = 2
"""With more conditions than this in one reply their glosses are left out: the links are what was asked for."""


def answer_condition(heard: Heard, context: Context, composer: Composer) -> Turn:
    """One reply for what the source lists, one for what it does not, and a question where a word may mean several."""
    named = _own(heard.named()) or _from_context(heard, context)
    unlisted, ambiguous = heard.named("unlisted"), heard.named("ambiguous")
    unknown = "unknown_medicine" in heard.signals
    if not (named or unlisted or ambiguous or unknown):
        return _nothing_named(heard, context, composer)
    turn = Turn((), context)
    if named:
        turn = joined(turn, _listed(named, heard, turn.context, composer))
    if unlisted:
        turn = joined(turn, not_listed(unlisted, turn.context, composer))
    if unknown:
        turn = joined(turn, unknown_medicine(turn.context, composer))
    if ambiguous:
        turn = joined(turn, ask_which(ambiguous[0], turn.context, composer))
    return turn


def answer_condition_details(heard: Heard, context: Context, composer: Composer) -> Turn:
    """A question about a condition itself: "what is it?" gets the gloss, where the source gives one.

    Anything else about it is not covered. Its link is said either way, since that is what the source has on it.
    """
    named = heard.named() or _from_context(heard, context)
    if not named:
        return (
            answer_condition(heard, context, composer) if heard.mentions else _nothing_named(heard, context, composer)
        )
    ids = [m.id for m in named]
    links, entries = composer.links(ids)
    glosses = _glosses(ids, composer)
    names = join_names([composer.name(c) for c in ids[:MAX_NAMED]])
    buttons = composer.buttons("ask_evidence", "ask_condition_list")
    beyond = heard.told is not None and heard.told.details  # "what are the symptoms of …?" begins like "what is …?"
    if glosses and "what_is" in heard.signals and not beyond:
        pieces = [*glosses, *links, composer.phrase("connect.source_silent_on", names=names)]
        return reply(context, Topic.CONDITION, pieces, buttons, entries)
    rest = [
        *known_already(ids, composer),
        composer.phrase("not_covered.condition_details", names=names),
        composer.phrase("advice.ask_professional"),
    ]
    turn, _, pairs = in_parts([(e.id, e.link) for e in entries], (), rest, Topic.CONDITION, context, composer)
    links, entries = composer.links_at(pairs)
    last = reply(turn.context, Topic.CONDITION_DETAILS, [*links, *rest], buttons, entries, Outcome.NOT_COVERED)
    return joined(turn, replace(last, context=last.context.but(conditions=tuple(dict.fromkeys(ids)))))


def _own(named: Tuple[Mention, ...]) -> Tuple[Mention, ...]:
    """Without what is somebody else's, where something of the sufferer's own is named too."""
    return tuple(m for m in named if m.person == "self") or named


def _from_context(heard: Heard, context: Context) -> Tuple[Mention, ...]:
    """ "Is that sure?", "can it cause cramps?": what was spoken of before, when nothing new is named."""
    if heard.mentions or "pronoun" not in heard.signals:
        return ()
    return tuple(Mention("condition", identifier) for identifier in context.conditions)


def _listed(named: Sequence[Mention], heard: Heard, context: Context, composer: Composer) -> Turn:
    ids = [m.id for m in named]
    classes = medicine_classes(heard.mentions, ids, composer)
    _, entries = composer.links(ids)
    rest: List[Piece] = [*_glosses(ids, composer)]
    if len(ids) <= MAX_GLOSSES:
        rest += known_already(ids, composer)
    all_medicines = all(composer.knowledge.conditions[c].group == "medicines" for c in ids)
    personal = heard.told is not None and heard.told.personal
    rest += no_age(ids, [*classes, *composer.links(ids)[0], *rest], composer)
    if all_medicines or (personal and set(ids) & composer.medicines):
        rest.append(composer.phrase("advice.keep_taking", paragraph=True))
    if personal:
        rest.append(_no_diagnosis([*classes, *composer.links(ids)[0], *rest], composer))
    topic = Topic.MEDICINES if all_medicines else Topic.CONDITION
    turn, classes, pairs = in_parts([(e.id, e.link) for e in entries], classes, rest, topic, context, composer)
    links, entries = composer.links_at(pairs)
    buttons = composer.buttons("ask_evidence", "ask_medicines" if not all_medicines else "ask_condition_list")
    last = reply(turn.context, topic, [*classes, *links, *rest], buttons, entries)
    return joined(turn, replace(last, context=last.context.but(conditions=tuple(dict.fromkeys(ids)))))


def no_age(ids: Sequence[str], said: Sequence[Piece], composer: Composer) -> Tuple[Piece, ...]:
    """With age named: that the source draws no line at any number, which "I'm 60" would otherwise hear. Left out where there is no room."""
    piece = composer.phrase("connect.no_age")
    return (piece,) if "age" in ids and not too_long((*said, piece)) else ()


def _no_diagnosis(said: Sequence[Piece], composer: Composer) -> Piece:
    """That a link is no diagnosis, for whoever asks of their own case; shorter where there is little room."""
    closing = composer.phrase("advice.not_a_diagnosis", paragraph=True)
    return composer.phrase("advice.not_a_diagnosis_short", paragraph=True) if too_long((*said, closing)) else closing


def in_parts(
    pairs: Sequence[Tuple[str, str]],
    opening: Sequence[Piece],
    rest: Sequence[Piece],
    topic: Topic,
    context: Context,
    composer: Composer,
) -> Tuple[Turn, Sequence[Piece], Sequence[Tuple[str, str]]]:
    """For more links (condition and grade) than one reply has room for: the replies before the last one.

    Returns them with what is left for the last one: ``opening``, when nothing was said yet, and links, which fit in beside ``rest``.
    """
    strength = list(composer.knowledge.grades)
    turn, left = Turn((), context), sorted(pairs, key=lambda pair: strength.index(pair[1]))
    while len(left) > 1 and too_long((*opening, *composer.links_at(left)[0], *rest)):
        some, pieces, entries = _as_many_as_fit(left, opening, composer)
        turn = joined(turn, reply(turn.context, topic, pieces, (), entries))
        left, opening = left[some:], ()
    return turn, opening, left


def _as_many_as_fit(
    pairs: Sequence[Tuple[str, str]], opening: Sequence[Piece], composer: Composer
) -> Tuple[int, List[Piece], Tuple[ConditionLink, ...]]:
    """How many of ``pairs`` go into one reply, at least one and never all; its pieces and entries. What has one grade stays together if it can."""
    fitting = []
    for some in range(1, len(pairs)):
        links, entries = composer.links_at(pairs[:some])
        pieces = [*opening, *links]
        if fitting and too_long(pieces):
            break
        fitting.append((some, pieces, entries))
    whole = [part for part in fitting if pairs[part[0] - 1][1] != pairs[part[0]][1]]
    return (whole or fitting)[-1]


def medicine_classes(mentions: Sequence[Mention], ids: Sequence[str], composer: Composer) -> List[Piece]:
    """For medicines of the classes ``ids`` named by their own names: which class they were taken for, and that this sorting is ours."""
    classes: Dict[str, Dict[str, None]] = {}
    for mention in mentions:
        if mention.kind == "condition" and mention.medicine and not mention.negated and mention.id in ids:
            classes.setdefault(mention.id, {})[mention.medicine] = None
    return [
        composer.phrase(
            "connect.medicine_class",
            medicine=join_names([f'"{name}"' for name in medicines][:MAX_OF_A_CLASS]),
            **{"class": composer.name(entry)},
        )
        for entry, medicines in classes.items()
    ][:MAX_CLASSES]


def known_already(ids: Sequence[str], composer: Composer) -> Tuple[Piece, ...]:
    """What the source adds to a link: that whoever has one of the known causes most likely knows it."""
    also = dict.fromkeys(key for c in ids for key in composer.knowledge.conditions[c].also)
    return composer.statements(*also)


def _glosses(ids: Sequence[str], composer: Composer) -> Tuple[Piece, ...]:
    glosses = [composer.knowledge.conditions[c].gloss for c in ids]
    return composer.statements(*(g for g in glosses if g)) if len(ids) <= MAX_GLOSSES else ()


def not_listed(unlisted: Sequence[Mention], context: Context, composer: Composer) -> Turn:
    """The source does not mention it: said plainly, and that this is no "no"."""
    names = join_names([composer.unlisted_name(m.id) for m in unlisted[:MAX_NAMED]], last="or")
    pieces = [composer.phrase("not_listed.named", names=names)]
    medicine = any(composer.knowledge.unlisted[m.id].kind == "medicine" for m in unlisted)
    if medicine:
        pieces += [composer.phrase("not_listed.medicine"), composer.phrase("advice.keep_taking", paragraph=True)]
    else:
        pieces.append(composer.phrase("not_listed.ask_professional"))
    topic = Topic.MEDICINES if medicine else Topic.CONDITION
    return aside(context, Outcome.NOT_LISTED, pieces, composer.buttons("ask_condition_list"), topic)


def unknown_medicine(context: Context, composer: Composer) -> Turn:
    """A name that we do not know, told as that of a medicine: which kinds the source speaks of, and who knows the kind."""
    pieces = [
        composer.phrase("not_listed.unknown_medicine"),
        composer.phrase("not_listed.medicine"),
        composer.phrase("not_listed.which_kind"),
        composer.phrase("advice.keep_taking", paragraph=True),
    ]
    return aside(
        context, Outcome.NOT_LISTED, pieces, composer.buttons("ask_medicines", "ask_condition_list"), Topic.MEDICINES
    )


def ask_which(mention: Mention, context: Context, composer: Composer) -> Turn:
    """ "Hypo" may be one of two: asks which."""
    family = composer.knowledge.families[mention.id]
    names = join_names([composer.name(c) for c in family.entries], last="or")
    buttons = tuple(composer.button("ask_condition", c) for c in family.entries)
    return aside(
        context, Outcome.CLARIFY, [composer.phrase("clarify.ambiguous", names=names)], buttons, Topic.CONDITION
    )


def _nothing_named(heard: Heard, context: Context, composer: Composer) -> Turn:
    if _is_bare_cramp(heard):
        return answer_definition(heard, context, composer)
    if "bare" in heard.signals or any(m.negated for m in heard.mentions):
        return aside(
            context,
            Outcome.CLARIFY,
            [composer.phrase("clarify.which_condition")],
            composer.buttons("ask_condition_list", "ask_medicines"),
            Topic.CONDITION,
        )
    pieces = [composer.phrase("not_listed.unnamed"), composer.phrase("not_listed.ask_professional")]
    return aside(context, Outcome.NOT_LISTED, pieces, composer.buttons("ask_condition_list"), Topic.CONDITION)


def _is_bare_cramp(heard: Heard) -> bool:
    """ "Leg cramps": our subject and nothing else. Asking which condition is meant would be no help."""
    said = heard.told.words if heard.told else 0
    return (
        {"bare", "cramp"} <= heard.signals
        and not {"pronoun", "question"} & heard.signals
        and 0 < said <= BARE_WORDS
        and not heard.mentions
    )


# --- the list -------------------------------------------------------------------------------------------------------


def answer_condition_list(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The first page of everything the source names, strongest first; or all of one group."""
    if heard.group:
        return _group(heard.group, context, composer)
    order = [f"{c.id}:{grade}" for grade in composer.knowledge.grades for c in composer.knowledge.with_grade(grade)]
    return show_page(tuple(order), 0, context, composer)


def show_page(shown: Tuple[str, ...], start: int, context: Context, composer: Composer) -> Turn:
    """Links ``start`` … of a list of ``condition:grade``, under their grades, and how many are left."""
    page = [tuple(entry.split(":")) for entry in shown[start : start + PAGE]]
    links, entries = composer.links_at(page)
    pieces = [replace(piece, paragraph=number > 0) for number, piece in enumerate(links)]
    left = len(shown) - start - len(page)
    pieces.append(
        composer.phrase("connect.more_to_come", count=str(left)) if left else composer.phrase("connect.end_of_list")
    )
    buttons = composer.buttons("ask_more") if left else composer.buttons("ask_medicines", "ask_risk_factors")
    return reply(
        context,
        Topic.CONDITION_LIST,
        pieces,
        buttons,
        entries,
        shown=shown,
        position=start + len(page),
        options=tuple(f"#ask_condition={c}" for c, _ in page),
    )


def _group(group: str, context: Context, composer: Composer) -> Turn:
    members = [c.id for c in composer.knowledge.in_group(group)]
    intro = composer.phrase("connect.group_of", group=composer.knowledge.groups[group])
    links, entries = composer.links(members)
    return reply(
        context,
        Topic.CONDITION_LIST,
        [intro, *links],
        composer.buttons("ask_condition_list"),
        entries,
        options=tuple(f"#ask_condition={c}" for c in members),
    )


def find_option(position: Optional[int], context: Context) -> Optional[str]:
    """The payload at ``position`` (1 first, -1 last) of what was last offered; None when there is no such."""
    if not position or not context.options or abs(position) > len(context.options):
        return None
    return context.options[position - 1 if position > 0 else position]
