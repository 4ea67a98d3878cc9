"""Finds what a message names: entries of the knowledge file, ambiguous words, things the source does not name.

Longest match first, look-alikes masked ("pad thai"), abbreviations read in context, negation ("no kidney problems, gout or
anemia") and whose it is ("my mother has diabetes").
"""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, astuple, dataclass, replace
from typing import Any, Collection, Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from legcramps.nlu.phrase_table import PhraseTable

OLDER_FROM = 50
"""From this age on, an age given as a number counts as a mention of rising age. The source gives no number; a young
adult's age is no mention of growing old."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying something. ``kind``: condition, ambiguous, unlisted, look_alike or scope."""

    kind: str
    ids: List[str]
    text: str
    family: Optional[str] = None
    medicine: Optional[str] = None
    abbreviation: bool = False


@dataclass(frozen=True)
class Mention:
    """Something named in a message; ``start`` and ``end`` are character offsets. The rest as in ``answers.types.Mention``."""

    kind: str
    id: str
    start: int
    end: int
    negated: bool = False
    family: Optional[str] = None
    medicine: Optional[str] = None
    person: str = "self"

    def as_entity(self, text: str) -> Dict[str, Any]:
        """The form in which Rasa passes entities on."""
        entity = {k: v for k, v in asdict(self).items() if k not in ("kind", "id")}
        return {"entity": self.kind, "value": self.id, "confidence_entity": 1.0, **entity}


# Words that may stand between a negation and what it negates ("I don't have a history of …"). A short, closed list, so that
# a negation of something else ("I can't sleep because of my diabetes") is not taken for one of the mention.
_BETWEEN: FrozenSet[str] = frozenset(
    "a an the any have has had having got get been be am is are was were ever never my his her their of for with from signs sign history "
    "diagnosed suffer suffers suffering known really actually yet currently on take takes taking took use using using tested test told "
    "coexisting clinical either ' ’ problem problems issue issues symptoms symptom or nor and , / either even also longer official such thing as other family personal "
    "evidence diagnosis medical clinical dm htn like to do does did that i he she we they you it 's me us being mother father mum mom dad sister brother "
    "wife husband son daughter told".split()
)
# What is left out or evened out before a second look, so that "my blood pressure's always a bit high" reads "my blood pressure is high".
_FILLERS: FrozenSet[str] = frozenset(
    "so very really quite pretty rather just always completely totally absolutely constantly usually often generally mostly still already now "
    "currently lately recently extremely super bloody terribly awfully kinda slightly somewhat definitely probably basically "
    "actually literally seriously all permanently".split()
)
_FILLING_PAIRS: FrozenSet[Tuple[str, str]] = frozenset(
    {("a", "bit"), ("a", "little"), ("a", "tad"), ("sort", "of"), ("kind", "of"), ("way", "too")}
)
_PLAIN: Mapping[str, str] = {
    **dict.fromkeys("'s are 're was were feel feels felt runs stays seem seems".split(), "is"),
    **dict.fromkeys(("n't", "nt"), "not"),
    **dict.fromkeys(("does", "did"), "do"),
    **dict.fromkeys(("each", "every", "per"), "a"),
    **dict.fromkeys("tablets tabs med meds medicine medicines medication medications".split(), "tablet"),
}
_PREPOSITIONS: FrozenSet[str] = frozenset("in of to with for on from through".split())
_WHOSE: FrozenSet[str] = frozenset("my the his her their our your both".split())
_DECADES: FrozenSet[str] = frozenset("twenties thirties forties fifties sixties seventies eighties nineties".split())
_BREAKS: FrozenSet[str] = frozenset(". ; : ? ! but because although though however yet except since while".split())
_FALSE_NEGATION = re.compile(
    r"\b(no idea|no clue|not sure|not certain|no doubt|not only|not just|not to mention|why not|not know|n't know|dunno|no wonder|"
    r"(?:not|never|\w+n['’]?t) (?:stopped|quit|been off|come off|came off)|(?:if|since|after|when|until|before) (?:i|he|she|we|they) (?:have |had )?(?:stopped|quit|came off|gave up)|"
    r"can'?t (it|this|they) be|could ?n['o]t (it|this|they) be|is ?n['o]?t (it|this|that)|no thanks|not because|nothing to do)\b"
)
_NEGATION_REACH = 9
_COUPLED = (("and",), ("or",), ("&",), ("/",), ("and", "my"), ("and", "the"))
_SHARING = 3
"""Words that may stand before "and …" and share the last word of what follows."""
_SIDE_BY_SIDE = frozenset({"scope:leg", "scope:night", "scope:other_person"})

_AGE = re.compile(
    r"\b(?:(?:i'?m|i am|im|age|aged|at|pushing|nudging|knocking on|turned|turning|she'?s|he'?s|she is|he is|is|she|he|have|has) (?:now |over |almost |nearly |about |only )?(\d{2})\b"
    r"(?! ?(?:mg|mcg|ml|weeks?|wks?|days?|hours?|hrs?|min|minutes?|months?|times|pounds|lbs|kg|kilos|percent|%|units|miles|mmol|cm|am|pm|o'?clock|steps|"
    r"pills|tablets|per|out|years (?:in|of(?! age)|at|ago|now|since)|[:.,]\d|st\b))"
    r"|(\d{2})[ -]?(?:a[ -]*)?(?:y/?o\b|yrs?\b(?! ago)|years?[ -]?(?:old|of age|young)\b|years\b(?! (?:of|ago|now|in|at|since)))"
    r"|\b(?:am|mam|mum|mom|dad|gran|nan|granny|grandad|father|mother|husband|wife)(?:['’]s| is)? (\d{2})\b(?! ?(?:weeks|days|hours|minutes|mg|times|kg|kilos?|stone|miles))|\b(?:i|me|mam|mum|mom|dad|hubby|husband|wife|mother|father|gran\w*|nan|son|daughter|brother|sister|uncle|aunt\w*|lady|man|woman|patient) \((\d{2})\)"
    r"|(\d{2}),? ?(?:f|m|male|female|man|woman|lady|gentleman)\b|(?<!['’])[fm] ?(\d{2})\b|(?<=, )(\d{2})(?=,))",
    re.IGNORECASE,
)
_AGE_WORDS = re.compile(
    r"\b(?:i['’]?m|i am|she['’]s|he['’]s|she is|he is|(?:mam|mum|mom|dad|gran|nan|granny|grandad|grandma|grandpa|grandmother|grandfather|father|mother|husband|wife|hubby|uncle|auntie?)"
    r"(?:['’]s| is)|aged|turned|lady of|man of|woman of|gentleman of|age of) (?:now |almost |nearly )?(?:fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?\b(?![ -](?:fifty|percent|per|miles|minutes|pounds|lbs|kilos?|kgs?|stone|weeks|days|hours|times|quid|dollars|steps|degrees|to|met))"
    r"|\bin (?:my|his|her|their) (?:late |early |mid )?(fifties|sixties|seventies|eighties|nineties|50s|60s|70s|80s|90s)\b",
    re.IGNORECASE,
)

_LEG = r"(?:own |left |right |lower |upper |both |whole |poor |old |bad )*(?:leg|calf|calv|foot|feet|thigh|toe|hamstring|cramp|spasm|muscle)\w*"
_SELF_SUFFERS = re.compile(
    r"\b(i (keep |always |often |also |usually |sometimes |still |just |really |constantly )*(get|got|have|had|wake|woke|suffer|experience|am|was)|"
    rf"i've|i'm|im|my {_LEG}|(wakes?|woke|hits?|gives?|gets) me)\b",
    re.IGNORECASE,
)
_CRAMPS = r"(?:cramp|spasm|charl(?:ey|ie|y)|contract)\w*"
_SELF_CRAMPS = re.compile(
    rf"\b(?:my {_LEG}|i(?:['’](?:ve|m|ll)| have| am)?(?: (?!not\b|n['’]t\b)[\w]+){{0,2}}? (?:wake|woke|waking|(?:get|gets|getting|got|have|had|having|suffer\w*|experienc\w*)(?: [\w'’-]+){{0,4}}? {_CRAMPS})"
    rf"|i(?:['’]ve| have)?(?: \w+){{0,2}}? {_CRAMPS}|{_CRAMPS}(?: [\w'’-]+){{0,4}}? (?:wakes?|woke|waking|hits?|gets?|gives?) me)\b",
    re.IGNORECASE,
)
_OTHER_CRAMPS = re.compile(
    rf"\b(?:(?:his|her|their) {_LEG}|(?:he|she|they)(?:['’]s|['’]ll| will| would| is| are)?(?: \w+){{0,2}}? (?:cry|cries|crying|cried|scream|yell|shout|holler|groan|yelp|wake|woke|jump|get|gets|got|has|having|suffer)\w*)",
    re.IGNORECASE,
)
"""Whose the cramp is, where a message tells of several people: "I am his carer" is no cramp of the writer's."""
_ANOTHERS_CRAMPS = re.compile(
    rf"\b(?:his|her|their) (?:\w+ ){{0,2}}?{_CRAMPS}|\bi (?:\w+ )?(?:wake|woke)(?: up)? (?:when|because|as) (?:he|she|they)\b",
    re.IGNORECASE,
)
_OF_A_CRAMP = re.compile(rf"{_CRAMPS}|\b(?:seiz|knot|lock|grip)\w*|\b(?:hard|solid|stone|rock)\b", re.IGNORECASE)
_ACCUSES = r"suspects?|suspected|blames?|blamed|fears?"
_GUESSES = r"says?|saying|thinks?|thought|reckons?|reckoned|swears?|swore|insists?|believes?|claims?"
_SAYS = re.compile(
    rf"(?:[\w'’-]+ ){{1,4}}(?:(?:keeps?|always|also|still|just) )*(?:(?:{_GUESSES}|said|tells? me|told me|(?:is|was) (?:sure|convinced|certain|adamant))"
    r"(?: (?:that|maybe|probably|perhaps))* (?:it|its|it['’]s|they|they're|that is|that's|this is|my|me|i|i['’]m|because|bc|cause)\b"
    rf"|(?:{_ACCUSES})\b)"
)
_HEARSAY = re.compile(rf"\b(?:{_GUESSES}|{_ACCUSES}|convinced|googled|wondered|calls? me)\b", re.IGNORECASE)
"""That a thing is somebody's guess: what is said of it later, that there is none, counts. A doctor's word is none."""
_OF_A_DOCTOR = re.compile(
    r"\b(?:doctors?|doc|dr|gp|nurse|consultant|specialist|hospital|clinic|endo\w*|midwife)\b", re.IGNORECASE
)
_CLAUSE = re.compile(r"[.!?;,]\s|\n|\b(?:but|and|so|though)\b", re.IGNORECASE)
_OF_THEN = re.compile(r"\b(?:had|before|until|used to|last|ago)\b", re.IGNORECASE)
_UNTIL = re.compile(r"^\W*(?:\w+ ){0,2}?(?:before|until|till|back then|last|at first)\b", re.IGNORECASE)
_ANOTHERS = frozenset({"she", "he", "her", "his", "they", "their"})
_FIRST = frozenset({"i", "i'm", "im", "me", "my", "myself", "i've", "ive"})
_ENDS = r"(?=\s*(?:[.,!?;:)]|$|so\b|and\b|but\b))"
_DENIED_AFTER = re.compile(
    rf"^(?:,? which (?:i|he|she|it|they)(?:['’](?:m|s|re)| am| is| are) (?:definitely |certainly |really )?not{_ENDS}"
    rf"|,? (?:and|but) (?:(?:i|he|she|we|they) )?(?:do|does|did) ?n[o'’]t have (?:it|that|one){_ENDS}"
    rf"|,? (?:only|but|though|except) (?:i|he|she|we|they)(?: am|['’]m| is| are)? ?(?:not|n['’]t|isn['’]t|aren['’]t) on (?:it|any|one){_ENDS})"
    r"|^[\s,.?!;-]*(?:no\b(?=\s*(?:[.,?!;]|$|i\b|it\b|not\b))|nope\b|not yet\b(?! (?:on|at|in)\b)"
    rf"|(?:but )?(?:i'?m|i am) not(?: (?:one|that|on (?:it|any|them|one)))?{_ENDS}|not me\b|not any ?more\b)",
    re.IGNORECASE,
)
_FOUND_WELL = re.compile(
    r"^(?:['’]s|s)?(?:(?:,| and| or| &) (?:my |the )?[\w-]+(?: [\w-]+)?){0,2},? (?:(?:is|are|was|were|came back|come back|came out|tests?|levels?|checks?) ){0,2}"
    r"(?:(?:also|all|both|quite|perfectly|absolutely|completely|back) )*(?:normal|fine|ok|okay|good|clear|grand|perfect|healthy|bang on|(?:one )?hundred percent|100 ?%|all right|alright)\b",
    re.IGNORECASE,
)
_ORGANS = frozenset({"kidney", "kidneys", "renal", "thyroid", "circulation", "nerves", "nerve"})
"""Words that stand for an illness only because something may be wrong with them: "kidneys and thyroid were both normal"."""
_IN_THE_FAMILY = re.compile(
    r"^\W*(?:runs? |that runs |on both sides )?(?:in|of) (?:my|our|the|her|his) (?:family|relatives)", re.IGNORECASE
)
_ONE_PILL: FrozenSet[str] = frozenset({"pill", "tablet"})
_HAVE, _NOT = (
    frozenset({"have", "has", "had", "got", "having"}),
    frozenset({"n't", "nt", "not", "never", "dont", "don't"}),
)
_OF_TWO_DRUGS: FrozenSet[str] = frozenset({"combo pill", "combo pills", "combination pill", "combination pills"})
_BLAMED: FrozenSet[str] = frozenset("is was be it from to does do did can could would might or blame blaming".split())
_MEDICAL_CUES = frozenset(
    "have has had got with diagnosed diagnosis stage disease patient pt history h/o hx dx my and or suffer suffering cause causes "
    "caused linked link related due from because on symptoms doctor dr gp condition sufferer".split()
)


def _plain(words: Sequence[str]) -> Tuple[List[str], List[int]]:
    """The words without what only fills, short forms written out; and the place of each in ``words``."""
    plain: List[str] = []
    places: List[int] = []
    for i, word in enumerate(words):
        before, after = words[i - 1] if i else "", words[i + 1] if i + 1 < len(words) else ""
        if (word, after) in _FILLING_PAIRS or (word != "too" and (before, word) in _FILLING_PAIRS):
            continue
        if word in _FILLERS and not (word in ("just", "all") and before in ("not", "n't", "nt", "at")):
            continue
        if (
            word in _WHOSE
            and (
                before in _PREPOSITIONS or (words[i - 2 : i - 1] and words[i - 2] in _PREPOSITIONS and before in _WHOSE)
            )
            and after not in _DECADES
        ):
            continue
        if after == "been" and word in ("has", "have", "had", "'ve", "'s"):
            continue
        evened = word == "been" and before in ("has", "have", "had", "'ve", "'s")
        plain.append("is" if evened else word if after == "expecting" else _PLAIN.get(word, word))
        places.append(i)
    return plain, places


SENTENCE_END = re.compile(r"[.!?;]\s|\n")
_PLAIN_WORD = re.compile(r"[a-z]+")


def _cut(nlp: Language, text: str, special: Collection[str]) -> List[Tuple[str, ...]]:
    """The words of a text as spaCy cuts it in small letters and in capitals, which differ: "t2dm" is two tokens, "T2DM" one.
    ``special``: the words that spaCy cuts by a rule of their own ("cannot")."""
    words = text.split(" ")
    if all(_PLAIN_WORD.fullmatch(word) and word not in special for word in words):
        return [tuple(words)]  # spaCy cuts at no letter, and takes its time over it
    first = nlp.make_doc(text)
    # Where the tokenizer leaves the words alone, capitals change nothing; tokenizing is most of the time that compiling takes.
    plain = len(first) == len(text.split()) and not any(ch.isdigit() or ch == "." for ch in text)
    docs = [first] if plain else [first, nlp.make_doc(text.upper())]
    return list(dict.fromkeys(tuple(token.lower_.replace("’", "'") for token in doc) for doc in docs))


Kinds = Mapping[str, Mapping[str, Sequence[str]]]
"""For a family, the words that single out one of its entries."""
_KIND_BEFORE, _KIND_AFTER = 3, 8
_OF_SOMETHING_ELSE = frozenset("and my leg legs calf cramp cramps pain".split())
_OF_AN_ORGAN = frozenset(
    "injury disease kidney kidneys renal hit knock damage stage one kind type form and or but i they".split()
)
_TABLES = ("named", "plainly", "scope", "negation")


class MentionFinder:
    """Compiled once from the patterns; then maps a ``Doc`` (with ``norm_`` set) to spans and mentions."""

    def __init__(self) -> None:
        self._named, self._plainly, self._scope, self._negation = (PhraseTable() for _ in range(4))
        self._meaning: Dict[str, Pattern] = {}
        self._kinds: Kinds = {}

    @classmethod
    def of(
        cls,
        nlp: Language,
        patterns: Sequence[Pattern],
        negation: Mapping[str, Sequence[str]],
        kinds: Optional[Kinds] = None,
    ) -> MentionFinder:
        """Compiles patterns; takes seconds, so the result is kept with :meth:`as_data`."""
        finder = cls()
        finder._kinds = kinds or {}
        special = frozenset(nlp.tokenizer.rules)
        for pattern in patterns:
            if pattern.kind == "scope":
                for words in _cut(nlp, pattern.text, special):
                    finder._scope.add(f"scope:{pattern.ids[0]}", words)
                continue
            # One key for each text: two patterns with the same text are the same thing said in two files. The stricter reading
            # wins: a look-alike over an alias's plural ("the pills"), an abbreviation over the same word as a name ("PAD").
            if pattern.text not in finder._meaning:
                for words in _cut(nlp, pattern.text, special):
                    finder._named.add(pattern.text, words)
                    plain, places = _plain(words)
                    # What it begins and ends with must be left: "always on my feet" is no "on my feet".
                    whole = len(plain) > 1 and places[0] == 0 and places[-1] >= len(pattern.text.split()) - 1
                    if whole and pattern.kind != "look_alike":
                        finder._plainly.add(pattern.text, plain)
            if pattern.text not in finder._meaning or pattern.kind == "look_alike" or pattern.abbreviation:
                finder._meaning[pattern.text] = pattern
        for where in ("before", "after"):
            for text in negation.get(where, ()):
                for words in _cut(nlp, text, special):
                    finder._negation.add(where, words)
        return finder

    def as_data(self) -> Dict[str, Any]:
        """What :meth:`from_data` makes the same finder from, as plain JSON."""
        tables = {name: getattr(self, f"_{name}").as_data() for name in _TABLES}
        meaning = [list(astuple(pattern)) for pattern in self._meaning.values()]
        return {"meaning": meaning, "kinds": self._kinds, **tables}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> MentionFinder:
        finder = cls()
        finder._kinds = data["kinds"]
        for name in _TABLES:
            setattr(finder, f"_{name}", PhraseTable(data[name]))
        shared: Dict[Tuple[str, ...], List[str]] = {}
        for kind, ids, text, family, medicine, abbreviation in data["meaning"]:
            ids = shared.setdefault(tuple(ids), ids)
            # Most of these words stand thousands of times: kept once.
            kind, family, medicine = (value and sys.intern(value) for value in (kind, family, medicine))
            finder._meaning[sys.intern(text)] = Pattern(kind, ids, sys.intern(text), family, medicine, abbreviation)
        return finder

    def _all_named(self, doc: Doc) -> List[Span]:
        """As the words stand, and as they stand without what only fills."""
        words = [token.norm_ for token in doc]
        spans = [Span(doc, start, end, label=label) for label, start, end in self._named.find(words)]
        found = {(span.start, span.end) for span in spans}
        plain, places = _plain(words)
        for label, start, end in self._plainly.find(plain):
            place = (places[start], places[end - 1] + 1)
            if place not in found:
                spans.append(Span(doc, *place, label=label))
        return spans

    def spans(self, doc: Doc) -> List[Span]:
        """Spans of the scope's concepts (label ``scope:<concept>``), look-alikes masked.

        Of concepts that rule each other out the longest match wins ("charley horse" is no creature); a leg, a night or a person may
        stand inside another span ("calf cramp").
        """
        words = [token.norm_ for token in doc]
        masks = [
            Span(doc, start, end, label=label)
            for label, start, end in self._named.find(words)
            if self._meaning[label].kind == "look_alike"
        ]
        scope = [Span(doc, start, end, label=label) for label, start, end in self._scope.find(words)]
        rivals = filter_spans([*masks, *(span for span in scope if span.label_ not in _SIDE_BY_SIDE)])
        hidden = {token.i for span in rivals if not span.label_.startswith("scope:") for token in span}
        beside = [
            span for span in scope if span.label_ in _SIDE_BY_SIDE and not any(token.i in hidden for token in span)
        ]
        return [span for span in rivals if span.label_.startswith("scope:")] + beside

    def mentions(self, doc: Doc, scope: Sequence[Span]) -> List[Mention]:
        """What is named, in the order of the text."""
        concepts = {span.label_[6:] for span in scope}
        spans = [
            s
            for s in self._longest(self._all_named(doc))
            if not self._is_look_alike(s) and self._readable(s, doc, concepts)
        ]
        other_sufferer = "other_person" in concepts and _is_anothers_cramp(doc.text)
        others = [span.start for span in scope if span.label_ == "scope:other_person"]
        negators = list(self._negation.find([token.norm_ for token in doc]))
        found: List[Mention] = []
        for span in self._with_shared_words(spans, doc):
            pattern = self._meaning[span.label_]
            negated = self._is_negated(span, doc, negators, spans)
            person = self._person(span, doc, others, other_sufferer)
            if pattern.ids == ["age"] and _is_young(doc[span.end : span.end + 2].text):
                continue
            if pattern.ids == ["birth_control_pills"] and self._is_another_pill(span, doc, spans):
                continue
            kind = self._kind(span, doc, spans)
            for identifier in [kind] if kind else pattern.ids:
                found.append(
                    Mention(
                        pattern.kind,
                        identifier,
                        span.start_char,
                        span.end_char,
                        negated,
                        None if kind else pattern.family,
                        pattern.medicine,
                        person,
                    )
                )
        found = _drop_families_of_members(_denied_later(found, doc, others))
        found += self._ages(doc, found, others, other_sufferer)
        return sorted(found, key=lambda m: (m.start, m.id))

    def _with_shared_words(self, spans: Sequence[Span], doc: Doc) -> List[Span]:
        """ "Blood pressure and cholesterol tablets": the last word belongs to both, so the first names a medicine as well."""
        words = [token.norm_ for token in doc]
        kept = list(spans)
        for span in spans:
            end = next((span.start - len(c) for c in _COUPLED if tuple(words[: span.start][-len(c) :]) == c), 0)
            for start in range(max(0, end - _SHARING), end):
                whole = [*words[start:end], words[span.end - 1]]
                labels = [label for label, first, after in self._named.find(whole) if after - first == len(whole)]
                if labels and self._meaning[labels[0]].kind == "condition":
                    kept = [other for other in kept if not (other.start < end and start < other.end)]
                    kept.append(Span(doc, start, end, label=labels[0]))
                    break
        return sorted(kept, key=lambda s: s.start)

    def _kind(self, span: Span, doc: Doc, spans: Sequence[Span]) -> Optional[str]:
        """The one entry of a family that other words of the sentence single out ("her kidney is not good, chronic, stage 3")."""
        kinds = self._kinds.get(self._meaning[span.label_].family or "")
        if not kinds:
            return None
        told = {
            entry for entry, says in kinds.items() for word in says if self._is_told(word.split(), span, doc, spans)
        }
        return told.pop() if len(told) == 1 else None

    @staticmethod
    def _is_told(words: Sequence[str], span: Span, doc: Doc, spans: Sequence[Span]) -> bool:
        """Whether ``words`` stand near ``span`` and belong to it: no noun of their own follows ("chronic back pain"), no "not" precedes."""
        for start in range(max(1, span.start - _KIND_BEFORE), min(len(doc), span.end + _KIND_AFTER)):
            end = start + len(words)
            if [token.norm_ for token in doc[start:end]] != list(words):
                continue
            if SENTENCE_END.search(doc.text[min(span.end_char, doc[start].idx) : max(span.start_char, doc[start].idx)]):
                continue
            between = doc[min(span.end, end) : max(span.start, start)]
            if any(token.norm_ in _OF_SOMETHING_ELSE for token in between) or any(
                between.start <= s.start < between.end for s in spans if s != span
            ):
                continue
            follows = doc[end] if end < len(doc) else None
            owned = (
                follows is None
                or not follows.is_alpha
                or follows.norm_ in _OF_AN_ORGAN
                or span.start <= follows.i < span.end
            )
            if owned and doc[start - 1].norm_ not in _NOT:
                return True
        return False

    def _is_another_pill(self, span: Span, doc: Doc, spans: Sequence[Span]) -> bool:
        """Whether words that mostly mean the contraceptive mean a pill told of elsewhere: "I am on furosemide. Is it the pill?", "the
        losartan combination pill"."""
        text = self._meaning[span.label_].text
        others = [s for s in spans if self._meaning[s.label_].medicine and s.end <= span.start]
        others = [s for s in others if self._meaning[s.label_].ids != ["birth_control_pills"]]
        if text == "the pill":
            beside = any(token.norm_ == "or" for token in doc[max(0, span.start - 3) : span.start])
            return not beside and _is_told_before(span, doc, others)
        return text == "the pills" or (text in _OF_TWO_DRUGS and any(s.end == span.start for s in others))

    def _is_look_alike(self, span: Span) -> bool:
        return self._meaning[span.label_].kind == "look_alike"

    def _longest(self, spans: Sequence[Span]) -> List[Span]:
        """The longest of those that overlap; of equally long ones the look-alike, then the first."""
        taken: Set[int] = set()
        kept: List[Span] = []
        for span in sorted(spans, key=lambda s: (-len(s), not self._is_look_alike(s), s.start)):
            if taken.isdisjoint(range(span.start, span.end)):
                taken.update(range(span.start, span.end))
                kept.append(span)
        return sorted(kept, key=lambda s: s.start)

    def _readable(self, span: Span, doc: Doc, concepts: Set[str]) -> bool:
        """An abbreviation counts when it is written as one, or stands among words of health."""
        if not self._meaning[span.label_].abbreviation:
            return True
        alone = sum(token.is_alpha for token in doc) == 1
        if span.text.isupper() and len(span.text) > 1 and (alone or not doc.text.isupper()):
            return True
        return bool(concepts & {"cramp", "leg", "restless_legs"}) or any(
            t.norm_ in _MEDICAL_CUES for t in doc if t.i != span.start
        )

    @staticmethod
    def _is_negated(span: Span, doc: Doc, negators: Sequence[Tuple[str, int, int]], spans: Sequence[Span]) -> bool:
        named = {i for other in spans for i in range(other.start, other.end)}
        after = doc.text[span.end_char :]
        if _DENIED_AFTER.match(after) or (span.text.lower() in _ORGANS and _FOUND_WELL.match(after)):
            return True
        if span.start and doc[span.start].norm_ in _HAVE and doc[span.start - 1].norm_ in _NOT:
            return True  # the verb belongs to the name ("have high pressure"), and the negation to the verb
        for where, start, end in negators:
            if (
                where == "after"
                and 0 <= start - span.end <= 2
                and not any(t.norm_ in _BREAKS for t in doc[span.end : start])
            ):
                return True
            if where != "before" or not 0 <= span.start - end <= _NEGATION_REACH:
                continue
            if (
                _FALSE_NEGATION.search(doc[max(0, start - 2) : min(len(doc), end + 3)].text.lower())
                and doc[start].norm_ != "without"
            ):
                continue
            between = doc[end : span.start]
            reaches = all((t.norm_ in _BETWEEN or t.i in named) and t.norm_ not in _BREAKS for t in between)
            # "not X, Y or Z" reaches on; "I don't have X, I have Y" starts anew.
            if reaches and not any(t.norm_ in _FIRST for t in doc[end + 1 : span.start] if t.i > end + 1):
                return True
        return False

    @staticmethod
    def _person(span: Span, doc: Doc, others: Sequence[int], other_sufferer: bool) -> str:
        """``self`` is the one who has the cramps, be it the writer or the relative that is written about."""
        if _IN_THE_FAMILY.match(doc.text[span.end_char :]):
            return "other"
        before = [start for start in others if start < span.start and not _is_hearsay(doc, start, span)]
        nearest_other = max(before, default=-1)
        nearest_first = max((t.i for t in doc[: span.start] if t.norm_ in _FIRST and t.i not in others), default=-1)
        clause_cut = max((t.i for t in doc[: span.start] if t.norm_ in _BREAKS), default=-1)
        about_other = nearest_other > nearest_first and nearest_other > clause_cut
        if other_sufferer:
            return "self"
        return "other" if about_other else "self"

    @staticmethod
    def _ages(doc: Doc, found: Iterable[Mention], others: Sequence[int], other_sufferer: bool) -> List[Mention]:
        if any(m.id == "age" for m in found):
            return []
        for match in _AGE.finditer(doc.text):
            number = next((int(g) for g in match.groups() if g), 0)
            if number >= OLDER_FROM:
                span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
                person = MentionFinder._person(span, doc, others, other_sufferer) if span is not None else "self"
                return [Mention("condition", "age", match.start(), match.end(), person=person)]
        match = _AGE_WORDS.search(doc.text)
        return [Mention("condition", "age", match.start(), match.end())] if match else []


def _is_young(following: str) -> bool:
    """Whether the words after "age" give a number that is no mention of growing old ("since age 6", "the age of 30")."""
    number = re.match(r"(?:of )?(\d{1,2})\b", following)
    return bool(number) and int(number.group(1)) < OLDER_FROM


def _is_told_before(span: Span, doc: Doc, medicines: Sequence[Span]) -> bool:
    """Whether "the pill" is one that was told of before ("I am on a water pill. Is it the pill?") and not the contraceptive."""
    asked = span.start > 0 and doc[span.start - 1].norm_ in _BLAMED
    told = any(t.norm_ in _ONE_PILL and doc[t.i - 1].norm_ != "the" for t in doc[1 : span.start])
    return asked and (told or bool(medicines))


def _is_hearsay(doc: Doc, start: int, span: Span) -> bool:
    """Whether what the person at ``start`` is said to say or think is meant of the one with the cramps ("my wife says it's the dehydration"),
    and not of that person or a third ("my sister says her diabetes is bad")."""
    said = _SAYS.match(doc[start : span.start].text.lower())
    if not said:
        return False
    verb = doc.char_span(doc[start].idx, doc[start].idx + said.end(), alignment_mode="expand")
    rest = doc[verb.end if verb is not None else start : min(len(doc), span.end + 2)]
    return not any(token.norm_ in _ANOTHERS for token in rest)


def _is_anothers_cramp(text: str) -> bool:
    """Of a message that tells of another person: whether it is that one who has the cramps, and not the writer."""
    if _SELF_CRAMPS.search(_ANOTHERS_CRAMPS.sub("", text)):
        return False
    if not _SELF_SUFFERS.search(text):
        return True
    return any(_OTHER_CRAMPS.search(part) and _OF_A_CRAMP.search(part) for part in SENTENCE_END.split(text))


def _denied_later(found: Sequence[Mention], doc: Doc, others: Sequence[int]) -> List[Mention]:
    """What somebody guesses is no mention where it is denied later ("he reckons it's anaemia, but he's not anaemic")."""
    subjects = [doc[start].idx for start in others if doc[start].norm_ not in _ANOTHERS]
    denied = {m.id: m for m in found if m.negated and _is_denial(m, doc.text, subjects)}
    return [
        replace(m, negated=True)
        if m.id in denied
        and not m.negated
        and m.start < denied[m.id].start
        and m.person == denied[m.id].person
        and _is_a_guess(SENTENCE_END.split(doc.text[: m.start])[-1])
        else m
        for m in found
    ]


def _is_a_guess(before: str) -> bool:
    return bool(_HEARSAY.search(before)) and not _OF_A_DOCTOR.search(before)


def _is_denial(mention: Mention, text: str, subjects: Sequence[int]) -> bool:
    """Whether it is denied of the one with the cramps, and of now ("my wife is not", "I had none before the steroids"); ``subjects``: where
    other people are named."""
    clause = _CLAUSE.split(text[: mention.start])[-1]
    anothers = any(mention.start - len(clause) <= place < mention.start for place in subjects)
    return not anothers and not _OF_THEN.search(clause) and not _UNTIL.match(text[mention.end :])


def _drop_families_of_members(found: Sequence[Mention]) -> List[Mention]:
    """ "Type 1 …, is it the diabetes?" speaks of type 1 only: a lay term means those of its members that are named by themselves."""
    singled_out = {m.id for m in found if m.kind == "condition" and not m.family}
    spoken_for = {(m.family, m.start) for m in found if m.family and m.id in singled_out}
    return [m for m in found if not m.family or (m.family, m.start) not in spoken_for]
