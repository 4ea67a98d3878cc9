"""The guided comparison "cramps or restless legs?": a few short questions, then point by point which of the two is alike.

It asks only where the source itself has a difference between the two (``POINTS``): whether it hurts; whether what happens is a need
to move or a muscle that goes tight, which is how the source tells of the one and of the other, asked as two questions since a
person may have both; and which goes on for longer. The source gives no minutes, and the question says so; where a time is told all the same, the reply says that calling it
short or long is our own sorting.

Where the comparison stands is the context's ``comparison``, plain data that a slot can hold::

    {"asked": "lasts", "missed": 0, "told": {"pain": "yes", "urge": "unsure"}}

``asked`` is the point that the person was last asked about, ``missed`` how many replies to it in a row could not be read, ``told``
what is known of each point, in the order in which it was said. While the person is at something else, ``away`` counts the turns.

:func:`is_reply` decides whether a message answers the question, :func:`answer_reply` takes it, and :func:`set_aside` keeps the
comparison waiting when the message was about something else.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Dict, List, Mapping, Optional, Sequence

from legcramps import intents
from legcramps.answers.compose import Composer
from legcramps.answers.conditions import find_option
from legcramps.answers.restless_legs import answer_difference
from legcramps.answers.told import POINTS
from legcramps.answers.turn import aside, joined, reply, too_long
from legcramps.answers.types import Context, Heard, Outcome, Piece, Told, Topic, Turn

STATEMENTS = {
    "pain": "restless_legs.pain",
    "urge": "restless_legs.urge",
    "lasts": "restless_legs.longer",
    "muscle": "definition.tight",
}
"""What the source says of each point."""

LIKE = {
    ("pain", "yes"): "cramp",
    ("pain", "no"): "restless",
    ("urge", "yes"): "restless",
    ("lasts", "short"): "cramp",
    ("lasts", "long"): "restless",
    ("muscle", "yes"): "cramp",
}
"""Which of the two descriptions a value resembles."""
UNLIKE_THE_OTHER = {("urge", "no"): "cramp"}
"""A missing sign of the one speaks against the one description, which is less than speaking for the other. What is in neither table fits both:
of a muscle that goes tight the source tells of cramps, and nothing of it in restless legs."""

VALUE_OF = {
    "pain": {"yes": "yes", "no": "no"},
    "urge": {"yes": "yes", "no": "no"},
    "lasts": {"yes": "long", "no": "short"},
    "muscle": {"yes": "yes", "no": "no"},
}
"""What a bare yes or no means at each point; ``some`` and ``unsure`` stay what they are."""

TIMED = "_timed"
"""Added to a value of ``lasts`` that was told as a time. The source gives none, so the sorting is ours, and the reply says so."""

MISSES = 2
"""Replies to one question that may go unread; then it is left out."""
MAX_AWAY = 3
"""Turns about something else after which the comparison is dropped."""
MAX_BUTTONS = 4

_WHY = {"muscle": "comparison.why_muscle"}
"""Why a point is asked about, where it is not that the source sets the two apart on it."""
_OFFER = "#tell_apart"
_REPLY_OF = {"affirm": "yes", "deny": "no", "be_unsure": "unsure"}
_ALARMS = frozenset({"report_emergency", "express_self_harm"})
_SAID_ALREADY = frozenset({Topic.DIFFERENCE.value, Topic.RESTLESS_LEGS.value})
_NEVER_A_REPLY = frozenset({"start_over", "forget_me", "unusable"})
_ENDS = frozenset({"cancel", "say_goodbye", "start_over", "forget_me"})
_MANNERS = intents.MANNERS - {"say_goodbye"}
_SAY_IT_AGAIN = frozenset({"repeat", "ask_shorter", "ask_plain_words", "ask_more"})
_NEVER_ELSEWHERE = frozenset(
    {*_REPLY_OF, *_SAY_IT_AGAIN, "tell_apart", "ask_why", "go_back", "choose_option", "nlu_fallback"}
)
"""Intents that belong to the comparison also when they are worded as a question."""
# What a reply in free words may be taken for: with no question in it, such a message is an answer that was not understood. Any other
# is about something else.
_LIKE_A_REPLY = _NEVER_ELSEWHERE | {
    "tell_situation",
    "ask_symptoms",
    "ask_muscles",
    "ask_frequency",
    "unclear_trouble",
    "ask_other_health",
    "ask_off_topic",
    "give_feedback",
}


# --- what the person does -------------------------------------------------------------------------------------------------


def is_reply(heard: Heard, context: Context) -> bool:
    """Whether a message belongs to the open comparison; False when there is none, in danger, and for a question of another kind."""
    state = context.comparison
    if state is None or heard.intent in _ALARMS | _NEVER_A_REPLY:
        return False
    told = heard.told or Told()
    if heard.intent == "say_goodbye" and (told.farewell or (not told.points and state["asked"] not in told.hints)):
        return False  # "for hours" may be taken for a goodbye; "bye" is one
    elsewhere = heard.intent not in _LIKE_A_REPLY and heard.intent not in _MANNERS and heard.intent != "cancel"
    asks = told.asks or heard.told is None
    if state.get("away"):
        # The last reply was about something else: "go on", a yes to the offer, or what speaks plainly of the point leads back.
        if asks or heard.intent == "tell_apart":
            return False
        paging = context.position < len(context.shown)
        offered = context.offer == _OFFER and told.reply == "yes"
        return (told.nods and not paging) or offered or state["asked"] in told.points
    if told.stops or told.puzzled:
        return True
    if elsewhere and "question" in heard.signals and state["asked"] not in told.points:
        return False  # "does sitting all day matter", of which "all day" would be read
    if asks and (elsewhere or (heard.intent not in _NEVER_ELSEWHERE and state["asked"] not in told.points)):
        return False
    if _reading(state["asked"], heard, context) or (told.points and not asks):
        return True
    if "other_language" in heard.signals or heard.intent in _MANNERS or heard.intent == "cancel":
        return False
    if heard.intent in _NEVER_ELSEWHERE:
        return True
    return not elsewhere and not asks and not any(heard.named(kind) for kind in ("condition", "ambiguous", "unlisted"))


def _points(told: Optional[Told]) -> Dict[str, str]:
    """What a message says plainly of each point; of a time, that it was one."""
    points = dict(told.points) if told else {}
    if told and told.timed and points.get("lasts", "unsure") != "unsure":
        points["lasts"] += TIMED
    return points


def _reading(point: str, heard: Heard, context: Context) -> Optional[str]:
    """What a message says of the point that was asked; None when that cannot be read."""
    told = heard.told or Told()
    if point in told.points:
        return _points(told)[point]
    if told.nods:
        return None
    said = told.reply
    if not said and point in told.hints:
        return told.hints[point]
    if not said and not told.points and not told.asks and not (heard.intent == "choose_option" and point == "lasts"):
        # The intent is read where the words tell nothing: a button, or a turn of phrase that is not known here. ("2" may be minutes.)
        said = _REPLY_OF.get(_chosen(heard, context))
    return VALUE_OF[point].get(said, said) if said else None


def _chosen(heard: Heard, context: Context) -> str:
    """The intent, or the one of the button that "the second one" counts to."""
    option = find_option(heard.option, context) if heard.intent == "choose_option" else None
    return option.lstrip("#") if option else heard.intent


# --- the course -----------------------------------------------------------------------------------------------------------


def answer_tell_apart(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Starts the comparison with what is told already, or takes it up again. To "how do I tell?" what the source says comes first."""
    state = context.comparison
    fresh = _points(heard.told)
    if state:
        known = {**state["told"], **fresh}
        return _go_on(known, [composer.phrase("comparison.back")], context, composer)
    opening = [composer.phrase("comparison.intro")]
    if fresh:
        opening.append(composer.phrase("comparison.intro_noted"))
    if heard.told and heard.told.how_to_tell and context.topic not in _SAID_ALREADY:
        difference = answer_difference(heard, context, composer)
        # Its buttons lead to what begins right after it.
        difference = replace(difference, answers=tuple(replace(a, buttons=()) for a in difference.answers))
        return joined(difference, _go_on(fresh, opening, difference.context, composer))
    return _go_on(fresh, opening, context, composer)


def answer_reply(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The next question, the same one again, or the result."""
    state = context.comparison
    asked, known = state["asked"], dict(state["told"])
    told = heard.told or Told()
    leaves = _chosen(heard, context) == "cancel" and told.reply in (None, "no") and not told.hints
    if (told.stops or leaves) and not told.points:
        return aside(context, Outcome.SMALL_TALK, [composer.phrase("small_talk.cancel")], options=(), comparison=None)
    corrected = list(known)[-1] if told.corrects and told.reply and not told.points and known else asked
    reading = None if state.get("away") else _reading(corrected, heard, context)
    fresh = {**_points(told), **({corrected: reading} if reading else {})}
    if any(known.get(point) != value for point, value in fresh.items()):
        known.update(fresh)
        return _go_on(known, [_acknowledge(reading, fresh, state["told"], composer)], context, composer)
    if state.get("away"):
        return _go_on(known, [composer.phrase("comparison.back")], context, composer)
    if heard.intent in _SAY_IT_AGAIN:
        return _ask(asked, known, [], context, composer, missed=state["missed"])
    if heard.intent == "ask_why" or told.puzzled:
        return _ask(
            asked,
            known,
            [composer.phrase(_WHY.get(asked, "comparison.why"))],
            context,
            composer,
            missed=state["missed"],
        )
    if heard.intent == "go_back" and known:
        before, _ = known.popitem()
        return _ask(before, known, [composer.phrase("comparison.noted")], context, composer)
    if heard.intent == "tell_apart" and _usable(known):
        return _result(known, context, composer)  # "so which is it?"
    missed = state["missed"] + 1
    if missed >= MISSES:
        return _go_on({**known, asked: "unsure"}, [composer.phrase("comparison.left_out")], context, composer)
    opening = [] if told.nods else [composer.phrase("comparison.again")]
    return _ask(asked, known, opening, context, composer, missed=missed)


def set_aside(turn: Turn, heard: Heard, before: Context, composer: Composer) -> Turn:
    """``turn`` answered something else in the middle of a comparison: drops it, asks again, or offers once to go on later.

    Danger, a goodbye and a fresh start drop it. After mere manners the question is asked again. A question of another kind gets its answer and
    one sentence with the offer to go on; what the message tells by the way is kept.
    """
    state = before.comparison
    if state is None or turn.context.comparison != state or turn.answers[-1].outcome is Outcome.ERROR:
        return turn
    if heard.intent in _ALARMS | _ENDS or any(a.outcome in (Outcome.URGENT, Outcome.CRISIS) for a in turn.answers):
        return replace(turn, context=turn.context.but(comparison=None))
    told, known = heard.told or Told(), dict(state["told"])
    if not (heard.mentions and "question" in heard.signals):
        known.update(_points(told))  # what is asked of something named ("does sitting all day matter") is not told
    if told.reply == "yes" and not state.get("away"):
        known.setdefault(state["asked"], VALUE_OF[state["asked"]]["yes"])  # "yes, is that bad?"
    away = state.get("away", 0) + 1
    if heard.intent in _MANNERS and away == 1:
        again = _go_on if state["asked"] in known else partial(_ask, state["asked"], missed=state["missed"])
        return joined(turn, again(known, [], turn.context, composer))
    if away > MAX_AWAY or (heard.intent == "deny" and away > 1):
        return replace(turn, context=turn.context.but(comparison=None))
    waiting = turn.context.but(comparison=_state(state["asked"], known, 0, away))
    if away > 1 or turn.answers[-1].outcome is Outcome.CLARIFY:
        return replace(turn, context=waiting)
    return _offering_to_go_on(replace(turn, context=waiting), composer)


def _offering_to_go_on(turn: Turn, composer: Composer) -> Turn:
    """The turn with one sentence more, which a "yes" takes up; without it where the reply would be too long."""
    last, offer, button = (
        turn.answers[-1],
        composer.phrase("comparison.resume", paragraph=True),
        composer.button("tell_apart"),
    )
    if too_long((*last.pieces, offer)):
        return turn
    room = len(last.buttons) < MAX_BUTTONS and button not in last.buttons
    last = replace(last, pieces=(*last.pieces, offer), buttons=(*last.buttons, button) if room else last.buttons)
    options = tuple(b.payload for b in last.buttons)
    return replace(turn, answers=(*turn.answers[:-1], last), context=turn.context.but(options=options, offer=_OFFER))


# --- what is said ---------------------------------------------------------------------------------------------------------


def _state(asked: str, known: Mapping[str, str], missed: int = 0, away: int = 0) -> Dict[str, Any]:
    return {"asked": asked, "missed": missed, "told": dict(known), **({"away": away} if away else {})}


def _acknowledge(
    reading: Optional[str], fresh: Mapping[str, str], before: Mapping[str, str], composer: Composer
) -> Piece:
    if fresh.get("pain") == "yes" and before.get("pain") != "yes":
        return composer.phrase("comparison.sorry")
    if any(value.endswith(TIMED) for value in fresh.values()):
        return composer.phrase("comparison.noted_time")
    return composer.phrase("comparison.left_out" if reading == "unsure" and len(fresh) == 1 else "comparison.noted")


def _go_on(known: Mapping[str, str], opening: Sequence[Piece], context: Context, composer: Composer) -> Turn:
    """Asks for the first point that is not known; with none left, the result."""
    open_points = [point for point in POINTS if point not in known]
    return _ask(open_points[0], known, opening, context, composer) if open_points else _result(known, context, composer)


def _ask(
    point: str,
    known: Mapping[str, str],
    opening: Sequence[Piece],
    context: Context,
    composer: Composer,
    missed: int = 0,
) -> Turn:
    pieces = (*opening, composer.phrase(f"comparison.ask_{point}"))
    return aside(
        context,
        Outcome.CLARIFY,
        pieces,
        composer.buttons("affirm", "deny", "be_unsure", "cancel"),
        Topic.DIFFERENCE,
        comparison=_state(point, known, missed),
        shown=(),
        position=0,
    )


def _usable(known: Mapping[str, str]) -> Dict[str, str]:
    return {point: known[point] for point in POINTS if known.get(point, "unsure") != "unsure"}


def overall(known: Mapping[str, str]) -> str:
    """Which result phrase sums up what is known: ``cramp``, ``restless``, ``mixed``, ``mixed_cramp``, ``mixed_restless``, ``open``, ``one`` or ``nothing``."""
    usable = _usable(known)
    if not usable:
        return "nothing"
    if len(usable) == 1:
        return "one"
    pairs = [(point, value.replace(TIMED, "")) for point, value in usable.items()]
    like = [LIKE[pair] for pair in pairs if pair in LIKE]
    if not like:
        return "open"
    sides = like + [UNLIKE_THE_OTHER[pair] for pair in pairs if pair in UNLIKE_THE_OTHER]
    lead = sides.count("cramp") - sides.count("restless")
    if abs(lead) == len(sides):
        return "cramp" if lead > 0 else "restless"
    if abs(lead) < 2:
        return "mixed"
    return "mixed_cramp" if lead > 0 else "mixed_restless"


def _result(known: Mapping[str, str], context: Context, composer: Composer) -> Turn:
    """What the answers resemble in all, then point by point with what the source says; no diagnosis, and whom to ask."""
    usable = _usable(known)
    pieces: List[Piece] = [composer.phrase(f"comparison.result_{overall(known)}")]
    for point in POINTS:
        if point in usable:
            pieces.append(composer.phrase(f"comparison.{point}_{usable[point]}", paragraph=True))
        if point in usable or not usable:
            pieces.append(composer.statement(STATEMENTS[point]))
    pieces.append(composer.phrase("comparison.closing", paragraph=True))
    return reply(
        context,
        Topic.DIFFERENCE,
        pieces,
        composer.buttons("ask_relief", "ask_causes", "ask_restless_legs"),
        comparison=None,
    )
