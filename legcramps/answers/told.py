"""Reads out of free words what a person tells of their legs, for the guided comparison. Pure, the same every time.

What is kept is a :class:`~legcramps.answers.types.Told`: values of four points, never the words.

========== =============================================== ==========================
point      asked                                           values
========== =============================================== ==========================
``pain``   does it hurt                                    yes, no, some, unsure
``urge``   is there an urge to move                        yes, no, some, unsure
``lasts``  does it go on for long                          short, long, some, unsure
``muscle`` does a muscle go tight or hard                  yes, no, some, unsure
========== =============================================== ==========================

``some`` is "at times", "a little", "both", and a time that is neither short nor long. The text is put in plain form ("doesnt" →
"does not") and cut into clauses; in each the words of each point are looked for, and what turns them round or weakens them. The words
stand in ``told_words.py``.
"""

from __future__ import annotations

import re
from typing import Dict, List, NamedTuple, Optional, Pattern

from legcramps.answers import told_words as words
from legcramps.answers.types import MAX_CHARACTERS, Reason, Told

SHORT_MINUTES, LONG_MINUTES = 10, 60
"""Up to the first a time counts as short, from the second on as long. The source gives no minutes: this sorting is ours."""
MOST_BETWEEN = 6
"""Words between a "not" and what it turns round."""
MOST_OF_A_REPLY = 12
"""Words that a clause may have to be nothing but a reply."""
MOST_PUZZLED = 8
"""Words of a message that asks nothing but what the question means."""
NEAR = 60
"""Characters before a time in which it is told that it is no duration."""

YES, NO, SOME, UNSURE, SHORT, LONG = "yes", "no", "some", "unsure", "short", "long"
POINTS = ("pain", "urge", "lasts", "muscle")
"""In the order in which they are asked."""


# --- the words, made into patterns ------------------------------------------------------------------------------------------


def _any(block: str) -> str:
    """A block of ``told_words`` as one alternation."""
    choices = [choice.strip() for line in block.splitlines() for choice in line.split(" | ") if choice.strip()]
    joined = f"(?:{'|'.join(choices)})"
    for _ in range(2):  # a part may hold a part
        for name, part in words.PARTS.items():
            joined = joined.replace(f"<{name}>", part)
    return joined.replace("<counted>", "|".join(sorted(map(re.escape, words.COUNTED), key=len, reverse=True)))


def _words(block: str, after: str = "") -> Pattern[str]:
    return re.compile(rf"\b{_any(block)}\b{after}")


_PLAIN = tuple((re.compile(pattern), into) for pattern, into in words.PLAIN)
_EVIDENCE = {"pain": _words(words.PAIN), "urge": _words(words.URGE), "muscle": _words(words.MUSCLE)}
_HINTS = {point: tuple((_words(block), value) for block, value in rules) for point, rules in words.HINTS.items()}
_NO_HINT, _NEGATION, _NO_NEGATION, _NOT_MUCH = (
    _words(words.NO_HINT),
    _words(words.NEGATION),
    _words(words.NO_NEGATION),
    _words(words.NOT_MUCH),
)
_SOME, _UNSURE, _LONG, _SHORT = (
    _words(words.SOME, "(?! while)"),
    _words(words.UNSURE),
    _words(words.LONG),
    _words(words.SHORT),
)
_CHANGED_MIND, _CORRECTS = _words(words.CHANGED_MIND), _words(words.CORRECTS)
_OF_THE_ILLNESS = re.compile(rf"{_any(words.OF_THE_ILLNESS)}$")
_WHEN_BEFORE, _WHEN_AFTER = re.compile(rf"\b{_any(words.WHEN_BEFORE)} ?$"), re.compile(rf" ?{_any(words.WHEN_AFTER)}\b")
_REPLIES = tuple(
    (value, re.compile(_any(rf"(?:<filler> )*{_any(block)}(?: <filler>)*"))) for value, block in words.REPLIES.items()
)
_LEADS = tuple((value, re.compile(_any(rf"(?:<filler> )*{lead}"))) for value, lead in words.LEADS.items())
_POINTED = re.compile(words.POINTED)
_ASKS = re.compile(rf"(?:{_any(words.ASKS_AFTER)} )*{_any(words.ASKS)}")
_STOPS = re.compile(_any(rf"(?:(?:<filler>|{_any(words.STOPS_AFTER)}) )*{_any(words.STOPS)}(?: <filler>)*"))
_NODS = re.compile(_any(rf"(?:<filler> )*{_any(words.NODS)}(?: <filler>)*"))
_FAREWELL = _words(words.FAREWELL)
_OTHERS, _PICKS, _DETAILS = _words(words.OTHERS), _words(words.PICKS), _words(words.DETAILS)
_GROUPED = _words(words.GROUPED)
_KINDS = {kind: _words(block) for kind, block in words.KINDS.items()}
_QUITS, _RESTATES, _PUZZLED = _words(words.QUITS), _words(words.RESTATES), _words(words.PUZZLED)
_PERSONAL, _TAKES_NOTHING, _OTHER_ONE = _words(words.PERSONAL), _words(words.TAKES_NOTHING), _words(words.OTHER_ONE)
_OF_THE_ASSISTANT, _HAS_ONE = _words(words.OF_THE_ASSISTANT), _words(words.HAS_ONE)
_LINKS, _HOW_TO_TELL = _words(words.LINKS), _words(words.HOW_TO_TELL)
_CONCLUDES, _SUSPECTS, _HAS_IT = _words(words.CONCLUDES), _words(words.SUSPECTS), _words(words.HAS_IT)
_OF_THE_STRENGTH = re.compile(
    _any(rf"(?:(?:<filler>|and|but|{_any(words.ASKS_AFTER)}) )*{_any(words.OF_THE_STRENGTH)}")
)
_IS_IT, _DENIES = re.compile(_any(words.IS_IT)), re.compile(_any(words.DENIES))
_WONDERS = re.compile(rf"(?:(?:{_any(words.ASKS_AFTER)}|then) )*{_any(words.WONDERS)}")
_HELPS = re.compile(_any(words.HELPS))
_ASPECTS = {aspect: re.compile(rf"\b{_any(block)}") for aspect, block in words.ASPECTS.items()}
_REASONS = {Reason(value): _words(block) for value, block in words.REASONS.items()}
_DURATION = re.compile(
    _any(
        r"(?:(?P<low><number>) ?(?:-|–|to|or|/|and) ?)?(?:\b(?P<high><number>)(?:ish| or so| odd)? ?)?(?:of |good |full |whole |long )?\b(?P<unit>seconds|minutes|hours)\b(?P<half> and a half)?"
    )
)
# An adjective after "and" belongs to what was said before it ("not hard and tight"); anything else starts anew.
_CLAUSE = re.compile(
    r"[.!?;:,()\n]+|\s[-–—]+\s|(?<!\d)/(?!\d)|[+&]|\b(?:but|though|although|however|except|whereas|then|because|cos|cuz|since|yet|plus)\b|"
    r"\band\b(?! (?:hard|tight|painful|sore|stiff|knotted|tense|half|a half)\b)"
)
# "I am not asleep when it hurts": a new subject ends the reach of "not", unless somebody says or thinks it.
_NEW_SUBJECT = re.compile(r"\b(?:it|that|they|i|when|if|until|while|which|so|just|only|what)\b")
_SAYS = re.compile(r"\b(?:think|thinks|say|says|said|believe|feel|calls?|called|describe|reckon|mean|guess|suppose)\b")
_NOT_BEHIND = re.compile(
    r" ?(?:is |are |was )?(?:not\b(?! (?:only|just))|none\b|free\b|less\b|never\b)(?! (?:stop|go|let|eas))"
)


class _Clause(NamedTuple):
    text: str
    asks: bool  # it ends with a question mark


def _plain(text: str) -> str:
    plain = text[:MAX_CHARACTERS].lower()
    for pattern, into in _PLAIN:
        plain = pattern.sub(into, plain)
    return re.sub(r"[ \t]+", " ", plain).strip()


def _clauses(plain: str) -> List[_Clause]:
    found, start = [], 0
    for cut in [*_CLAUSE.finditer(plain), None]:
        text = plain[start : cut.start() if cut else len(plain)].strip()
        if text:
            found.append(_Clause(text, bool(cut) and "?" in cut.group()))
        start = cut.end() if cut else len(plain)
    return found


# --- one clause -------------------------------------------------------------------------------------------------------------


def _negated(before: str, after: str = "") -> bool:
    """Whether what stands between ``before`` and ``after`` in a clause is denied."""
    cleaned = _NO_NEGATION.sub(" ", before)
    found = list(_NEGATION.finditer(cleaned))
    if found:
        between = cleaned[found[-1].end() :]
        if len(between.split()) <= MOST_BETWEEN and (not _NEW_SUBJECT.search(between) or _SAYS.search(between)):
            return True
    return bool(_NOT_BEHIND.match(after))


def _read_sign(clause: str, point: str) -> Optional[str]:
    """What a clause says of pain, urge or muscle."""
    for found in _EVIDENCE[point].finditer(clause):
        before, after = clause[: found.start()], clause[found.end() :]
        if _OF_THE_ILLNESS.search(before):
            continue
        if _UNSURE.search(before):
            return UNSURE
        if _NOT_MUCH.search(before) or _SOME.search(clause):
            return SOME
        return NO if _negated(before, after) else YES
    return None


def _minutes(number: str) -> float:
    return words.COUNTED[number] if number in words.COUNTED else float(number.replace(",", "."))


def _sort_minutes(minutes: float) -> str:
    return SHORT if minutes <= SHORT_MINUTES else LONG if minutes >= LONG_MINUTES else SOME


def _read_times(clause: str) -> List[str]:
    """The values of all times in a clause that say how long it goes on: "two minutes", "1 to 2 hours", "seconds"."""
    values: List[str] = []
    for match in _DURATION.finditer(clause):
        if _WHEN_BEFORE.search(clause[max(0, match.start() - NEAR) : match.start()]) or _WHEN_AFTER.match(
            clause[match.end() :]
        ):
            continue
        unit = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0}[match["unit"]]
        numbers = [_minutes(number) for number in (match["low"], match["high"]) if number]
        if match["half"]:
            numbers = [number + 0.5 for number in numbers[-1:]]
        # Without a number, "minutes" are few and "hours" are long.
        values += [_sort_minutes(number * unit) for number in numbers or [1.0]]
    return values


def _read_lasts(clause: str) -> Optional[str]:
    """How long it goes on, in words without a number."""
    if _UNSURE.search(clause) and re.search(r"\bhow long\b|\blast", clause):
        return UNSURE
    if _SHORT.search(clause):
        return SHORT
    found = _LONG.search(clause)
    if not found or (re.search(r"\b(?:how|as) long\b", clause) and not re.search(r"\b(?:all|whole) night\b", clause)):
        return None
    return SHORT if re.search(r"\bnot (?:go on |last |feel |be )*$", clause[: found.start()]) else LONG


def _read_hint(clause: str, point: str) -> Optional[str]:
    for pattern, value in _HINTS[point]:
        match = pattern.search(clause)
        if match and (value in (NO, SOME) or not _negated(clause[: match.start()])):
            return SOME if value == YES and _SOME.search(clause) else value
    return None


# --- the whole message ------------------------------------------------------------------------------------------------------


def _read_reply(clauses: List[_Clause]) -> Optional[str]:
    """Yes, no, some or unsure, said to whatever was asked. Of several the first counts, or the last when a mind was changed."""
    values: List[str] = []
    for clause in clauses:
        value = None
        if len(clause.text.split()) <= MOST_OF_A_REPLY:
            value = next((v for v, pattern in _REPLIES if pattern.fullmatch(clause.text)), None)
        value = value or next((v for v, pattern in _LEADS if pattern.match(clause.text)), None)
        if value and (not clause.asks or clause is clauses[0]):
            values.append(value)
    if not values or SOME in values:
        return SOME if values else None
    return values[-1] if any(_CHANGED_MIND.search(c.text) for c in clauses) else values[0]


def _joined(values: List[str], changed_mind: bool) -> str:
    """One value of what several clauses say of one point: both yes and no is ``some``."""
    sure = [value for value in values if value != UNSURE] or [UNSURE]
    return sure[-1] if changed_mind or len(set(sure)) == 1 else SOME


def _read_aspect(clauses: List[_Clause]) -> Optional[str]:
    """Which question next to one that the source answers is asked; None for any other."""
    for aspect, pattern in _ASPECTS.items():
        if any(pattern.search(clause.text) for clause in clauses):
            return aspect
    return None


_POINT_OF = (
    ("pain", "pain"),
    ("hurt", "pain"),
    ("urge", "urge"),
    ("mov", "urge"),
    ("tight", "muscle"),
    ("hard", "muscle"),
    ("muscle", "muscle"),
)
_POINTED_VALUE = {"yes": YES, "no": NO, "none": NO, "zero": NO, "sometimes": SOME, "not sure": UNSURE}


def read_told(text: str) -> Told:
    """What ``text`` tells: a person's own words, not a button's payload.

    >>> told = read_told("It hurts like hell, and the calf is like a rock")
    >>> dict(told.points)
    {'pain': 'yes', 'muscle': 'yes'}
    """
    plain = _plain(text)
    said = re.findall(r"[a-z'0-9%/-]+", plain)
    found: Dict[str, List[str]] = {}
    for match in _POINTED.finditer(plain):
        point = next(point for start, point in _POINT_OF if start in match["what"])
        found.setdefault(point, []).append(_POINTED_VALUE[match["value"]])
    hints: Dict[str, str] = {}
    clauses = _clauses(_POINTED.sub(" , ", plain))
    for clause in clauses:
        for point in POINTS:
            value = _read_lasts(clause.text) if point == "lasts" else _read_sign(clause.text, point)
            hint = None if value else _read_hint(_NO_HINT.sub(" ", clause.text), point)
            if value:
                found.setdefault(point, []).append(value)
            elif hint:
                hints.setdefault(point, hint)
    asks = ("?" in plain and len(said) > 1) or bool(_ASKS.match(" ".join(said)))
    times = [value for clause in clauses for value in _read_times(clause.text)]
    if times:
        # "It feels like forever, but it is a minute": a time in numbers goes before words for it.
        found["lasts"] = times
    changed_mind = bool(_CHANGED_MIND.search(plain))
    puzzled = len(said) <= MOST_PUZZLED and bool(_PUZZLED.search(plain))
    whole = " ".join(said) if len(said) <= MOST_OF_A_REPLY else ""
    return Told(
        # "What do you mean by hurt?" tells nothing of it.
        points={} if puzzled else {point: _joined(found[point], changed_mind) for point in POINTS if point in found},
        hints={} if puzzled else {point: hint for point, hint in hints.items() if point not in found},
        reply=_read_reply(clauses),
        asks=asks,
        corrects=bool(_CORRECTS.search(plain)),
        stops=bool(_STOPS.fullmatch(whole)),
        nods=bool(_NODS.fullmatch(whole)),
        farewell=bool(_FAREWELL.search(plain)),
        words=len(said),
        others=bool(_OTHERS.search(plain)),
        picks=bool(_PICKS.search(plain)),
        grouped=bool(_GROUPED.search(plain)),
        details=bool(_DETAILS.search(plain)),
        kinds=tuple(kind for kind, pattern in _KINDS.items() if pattern.search(plain)),
        quits=bool(_QUITS.search(plain)),
        restates=bool(_RESTATES.search(plain)),
        puzzled=puzzled,
        timed=bool(times),
        aspect=_read_aspect(clauses),
        personal=bool(_PERSONAL.search(plain) or _CONCLUDES.search(plain)),
        concludes=bool(_CONCLUDES.search(plain)),
        suspects=bool(_SUSPECTS.search(plain)),
        links=bool(_LINKS.search(plain)),
        has_it=bool(_HAS_IT.search(plain)),
        of_the_strength=bool(_OF_THE_STRENGTH.fullmatch(whole)),
        is_it=bool(_IS_IT.fullmatch(whole)),
        denies=bool(_DENIES.match(plain)),
        takes_nothing=bool(_TAKES_NOTHING.search(plain)),
        wonders=any(_WONDERS.match(clause.text) for clause in clauses),
        of_the_assistant=bool(_OF_THE_ASSISTANT.search(plain)),
        helps=bool(_HELPS.fullmatch(whole)),
        has_one=bool(_HAS_ONE.search(plain)),
        other_one=bool(_OTHER_ONE.search(plain)),
        how_to_tell=bool(_HOW_TO_TELL.search(plain)),
        reason=next((reason for reason, pattern in _REASONS.items() if pattern.search(plain)), None),
    )
