"""What the scope guard and the answers look at in a message, apart from its intent: a set of named signals.

From the vocabulary: ``cramp leg night restless_legs other_body other_cramp other_creature other_person sport_by_day``.
From what is named: ``listed listed_weak unlisted ambiguous medicine pregnancy negated``, and ``unknown_medicine`` (a name that we do not
know, where the words beside it tell of a medicine: "I take Zyblofen"); ``unknown_word`` for any such word.
From the wording: ``as_remedy`` and ``as_suspect`` (what is named is asked about as a help, or as the culprit), ``given_for`` (it is said to be given or taken for cramps), ``pain``, ``muscle``, ``first_person``, ``first_person_leg`` ("my calf"), ``pronoun`` (refers to something said before), ``bare`` (no word that
could name a thing), ``what_is`` (asks for a definition), ``details`` (asks about an illness itself), ``negative`` (unhappy feedback), ``thumb`` (a thumb up or down), ``how_sure`` (asks how sure something is), ``own`` (may speak of what the person said here), ``question``, ``other_language``, ``no_words``.
"""

from __future__ import annotations

import re
import runpy
from bisect import bisect
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, List, Sequence, Set

import spacy.lang
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.tokens import Doc, Span

from legcramps.nlu.mentions import SENTENCE_END, Mention

_PRONOUN = re.compile(r"\b(it|that|this|they|them|those|these|either|the same|both)\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\b(i|i'm|im|i've|ive|my|me|mine)\b", re.IGNORECASE)
_FIRST_PERSON_LEG = re.compile(
    r"\b(my|mine|i|i've|i keep|i'm) (own |left |right |lower |upper |both |whole |get(ting)? |have |had |got |keep getting |also |always |night |bad |these )*"
    r"(leg|calf|calv|foot|feet|thigh|toe|hamstring|cramp|charl)",
    re.IGNORECASE,
)
_PAIN = re.compile(
    r"\b(pain|pains|painful|ache|aches|aching|achy|sore|soreness|hurt|hurts|hurting|throb\w*|stabbing|shooting)\b",
    re.IGNORECASE,
)
_WHAT_IS = re.compile(r"\b(what('?s| is| are| exactly| does)|whats|define|definition|meaning|explain)\b", re.IGNORECASE)
_DETAILS = re.compile(
    r"\b(what('?s| is| are| does| do)|whats|symptoms?|signs?|treat\w*|cured?|cures|diagnos\w*|tests?|tested|stages?|levels?|range|normal|diets?|eat\w*|foods?|"
    r"live with|living with|expectancy|prognosis|serious|dangerous|contagious|manag\w*|medication for|surgery|operation|define|definition|meaning|explain|"
    r"tell me about|about|how (do|does|is|are|to|can|long|common)|get rid|prevent\w*|who gets|run in|hereditary|genetic|types?|kinds?|happens)\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"👎|\b(not|n't|didn'?t|doesn'?t|wasn'?t|isn'?t|no (use|help|good)|useless|bad|worse|wrong|unhelpful|terrible|poor|rubbish|confus\w+|"
    r"never|nothing|waste|disappoint\w*|thumbs down|zero|1 star|one star)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|^\W*(what|why|how|when|where|who|which|can|could|is|are|does|do|did|should|would|will|any)\b", re.IGNORECASE
)
_NO_CRAMP = re.compile(
    r"\b(?:no|without|without any|not an?|not any|not actual|isn['’]?t an?|no (?:real|actual)) $", re.IGNORECASE
)
_CRAMP = re.compile(r"cr+a+[mn]|crm|carm|kramp|cra[bp]|spas|spaz|spus|charl|chal|charel|tetan|contract", re.IGNORECASE)
_AS_REMEDY = re.compile(
    r"(?<!can't )(?<!cant )(?<!cannot )\b(help|helps|helped|good for|cure|cures|treat|treats|relieve|relieves|ease|eases|stop|stops|prevent|prevents|work for|works for|fix|fixes|get rid of|"
    r"recommended|indicated|used) (?!(to|me to|you|explain) )",
    re.IGNORECASE,
)
_AS_SUSPECT = re.compile(
    r"\b(gives?|giving|gave|causes?|causing|caused|brings?|brought) (me |my |her |him |us |on )?(\w+ ){0,3}(cramp|spasm|charl)|\bside effects?\b|"
    r"\b(cramp|spasm|charley horse)s? (from|due to|because of|caused by|after taking|brought on by)\b|"
    r"\b(since|after|when|ever since|from|because of) (i |she |he |my |we )?(\w+ ){0,2}(start|began|begin|tak|took|using|being on|going on|went on|doubled|chang|switch)|"
    r"\bif (i|you|he|she|we|they) (?!.{0,80}\b(still|fewer|less|not|stop|better|go away)\b)([\w'’-]+ ){1,12}(will|would|could|might|do|does|am|is) (i|you|he|she|we|they) "
    r"(\w+ ){0,3}(get|have|cramp|pay|wake)",
    re.IGNORECASE,
)
_GIVEN_FOR = re.compile(
    r"\b(?:put|puts|started|starting|start|given|gave|gives|give|handed|prescribed|prescribes|prescribe|recommended|suggested|offered|got|taking|take|takes|took|on) "
    r"(?:[\w'’-]+ ){1,7}for (?:(?P<cramps>(?:(?:my|the|these|those|his|her|their|your|our|night|nightly|nocturnal|leg|legs|calf|foot|bad|awful|horrible|constant) )*"
    r"(?:cramp|spasm|charl[ieys]+ horse)\w*)|(?:it|them|this|that|these|those)\b)",
    re.IGNORECASE,
)
"""What is named is said to be given or taken for something: for the cramps, or for what a small word stands for."""
_HOW_SURE = re.compile(
    r"\bhow (sure|certain|strong|solid|confident|good|reliable|firm|proven|likely|well)\b", re.IGNORECASE
)
_OWN = re.compile(
    r"\b(i|i've|me|my|mine|us|our|it|this|that|these|those|everything|all|conversation|chat|talk|history|data|messages?|words?|gdpr|said|wrote|told|forget)\b",
    re.IGNORECASE,
)
_MUSCLE = re.compile(r"\bmusc\w+", re.IGNORECASE)
# A calf that is surely an animal's, whoever speaks of it.
_LIVESTOCK = re.compile(r"\b(scours|scouring|(bottle|bull)[- ](fed |baby )?cal(f|ves)|milk replacer)\b", re.IGNORECASE)
_FOR_A_PART = re.compile(
    r"\b(?:take|takes|taking|took|on|given|gave|prescribed|use|using|uses|tablets?|pills?|medicines?|medication) (?:[\w'’-]+ ){1,4}for (?:(?:my|his|her|the|a|bad|old|dodgy|sore) )*$",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
# Words that hardly any English message lacks; a message of some length without one is another language.
_ENGLISH = frozenset(
    "a an the i you he she it we they me my your is are am was were be do does did have has had can could will would should to of in on at for "
    "and or but not no yes so what why how when where who which that this there with from if any about get cramp cramps leg legs".split()
)
_LANGUAGE_FROM = 4


def _stop_words(language: str) -> FrozenSet[str]:
    """spaCy's list of a language's small words. Its file is run by itself: to import it is to import the whole language, and French
    alone compiles a pattern for five seconds."""
    return frozenset(runpy.run_path(str(Path(spacy.lang.__path__[0], language, "stop_words.py")))["STOP_WORDS"])


_SMALL_WORDS: Dict[str, FrozenSet[str]] = {
    language: _stop_words(language) - STOP_WORDS - _ENGLISH
    for language in ("de", "es", "fr", "it", "nl", "pl", "pt", "sv", "tr")
}
"""Small words of the languages that people most often try, without those that English has as well."""
_ALL_SMALL_WORDS = frozenset().union(*_SMALL_WORDS.values())
# Entries whose words are everyday ones: alone they do not make a question ours.
_WEAK = frozenset({"age", "lack_of_physical_activity", "muscle_fatigue"})
# Words that name nothing a source could list.
_GENERIC = frozenset(
    "cause causes caused causing link linked links related relation relate connected connection condition conditions illness illnesses disease "
    "diseases problem problems thing things medicine medicines drug drugs tablet tablets pill pills medication medications health issue issues "
    "factor factors make makes bring brings give gives happen happens mean means true really sure know tell say says think like lead leads "
    "please ok okay hi hello hey yes um uh well pain hurt hurts get gets common likely chance possible reason blame behind trigger triggers "
    "answer question ask asking want wondering wonder due what's that's it's".split()
)


# What stands before or after the name of a medicine. Before it there may be small words ("on the new …").
_TAKES = frozenset(
    "take takes taking took taken prescribed prescribe swallow swallowing dose doses tablets called named brand drug medicine".split()
)
_STARTS = frozenset("start started starting began begun stopped stop stopping using use uses on".split())
_OF_A_TABLET = frozenset(
    "tablet tablets pill pills tab tabs capsule capsules medicine medicines medication meds drug drugs mg mcg milligrams injection injections dose".split()
)
_BEFORE_A_NAME = frozenset(
    "a an the my some new this something stuff medicine drug tablet tablets pill pills medication called named of her his on me him and".split()
)
LONG_STORY = 40
"""Words from which on a message tells more than one thing."""
_OF_THE_WRITER = re.compile(
    r"\bi(?:['’](?:m|ve)| am| have)? (?:\w+ ){0,2}?(?:up|out|awake|get|getting|got|have|had|having|wake|woke|jump|suffer)\b|\b(?:wakes?|woke|gets?|hits?) me\b",
    re.IGNORECASE,
)
"""Beside "my calf": that a cramp is the writer's."""
_SHE = re.compile(r"\b(?:she|he|it)\b", re.IGNORECASE)
SHORTEST_NAME = 5
"""Letters of a medicine's name; shorter words that nobody knows are slips of the finger."""


def _names_unknown_medicine(doc: Doc, mentions: Sequence[Mention]) -> bool:
    """Whether a word that we do not know is spoken of as a medicine. "On" and "start" say so only of a name with a capital letter."""
    unknown = doc._.unknown
    if not unknown:
        return False
    words = [token.norm_ for token in doc]
    shouted = doc.text.isupper()
    for place in unknown:
        token = doc[place]
        if len(token) < SHORTEST_NAME or any(m.start < token.idx + len(token) and token.idx < m.end for m in mentions):
            continue
        if any(word in _OF_A_TABLET for word in words[place + 1 : place + 2]):
            return True
        at = place - 1
        while at >= 0 and words[at] in _BEFORE_A_NAME and words[at] not in _TAKES | _STARTS:
            at -= 1
        if at < 0:
            continue
        capital = token.text[0].isupper() and not shouted
        if words[at] in _TAKES or (words[at] in _STARTS and capital):
            return True
    return False


def _is_a_name(creature: Span) -> bool:
    """Whether the speller took a name for a creature's ("Marek")."""
    return creature.text.istitle() and creature.start > 0 and creature.text.lower() != creature[0].norm_


def _stand_by(creatures: Sequence[Span], cramps: Sequence[Span], doc: Doc) -> bool:
    """Whether creatures have no part in a cramp: a long story tells of the writer's own, and of them in other sentences or after it ("I'm
    up with a cramp in the hamstring, so that the dogs bark")."""
    if len(doc) < LONG_STORY or not cramps:
        return False
    ends = [0, *(match.end() for match in SENTENCE_END.finditer(doc.text))]
    starts = {cramp: ends[bisect(ends, cramp.start_char) - 1] for cramp in cramps}

    def is_alone(cramp: Span) -> bool:
        return not any(starts[cramp] <= creature.start_char < cramp.start_char for creature in creatures)

    def is_own(text: str) -> bool:
        return bool(_FIRST_PERSON_LEG.search(text) or _OF_THE_WRITER.search(text))

    told = {cramp: doc.text[starts[cramp] : cramp.end_char] for cramp in cramps}
    if any(is_own(told[cramp]) and is_alone(cramp) for cramp in cramps):
        return True
    apart = {ends[bisect(ends, c.start_char) - 1] for c in creatures}.isdisjoint(starts.values())
    # "My dog is eleven. At night she gets a cramp": told of in another sentence, and meant.
    return apart and is_own(doc.text) and not any(_SHE.search(text) for text in told.values())


def find_signals(doc: Doc, scope: Sequence[Span], mentions: Iterable[Mention]) -> FrozenSet[str]:
    """The signals of ``doc``; ``scope`` are the spans of the vocabulary's concepts."""
    text = doc._.corrected or doc.text
    signals: Set[str] = {span.label_[6:] for span in scope}
    if (
        "cramp" in signals
        and "leg" not in signals
        and not any(s.label_ == "scope:cramp" and _CRAMP.search(_said(s)) for s in scope)
    ):
        # "Locks up", "clench", "goes hard" speak of a cramp only where a leg is near.
        signals.discard("cramp")
    mentions = list(mentions)
    creatures = [span for span in scope if span.label_ == "scope:other_creature" and not _is_a_name(span)]
    if not creatures or _stand_by(creatures, [span for span in scope if span.label_ == "scope:cramp"], doc):
        signals.discard("other_creature")
    if all(_is_beside_the_point(span, doc, mentions) for span in scope if span.label_ == "scope:other_body"):
        signals.discard("other_body")
    if not _LETTER.search(text) and not any(ch.isdigit() for ch in text):
        signals.add("no_words")
    for name, pattern in (
        ("pronoun", _PRONOUN),
        ("first_person", _FIRST_PERSON),
        ("first_person_leg", _FIRST_PERSON_LEG),
        ("pain", _PAIN),
        ("muscle", _MUSCLE),
        ("own", _OWN),
        ("as_remedy", _AS_REMEDY),
        ("as_suspect", _AS_SUSPECT),
        ("what_is", _WHAT_IS),
        ("details", _DETAILS),
        ("negative", _NEGATIVE),
        ("how_sure", _HOW_SURE),
        ("question", _QUESTION),
    ):
        if pattern.search(text):
            signals.add(name)
    for mention in mentions:
        signals |= _signals_of(mention)
    given = _GIVEN_FOR.search(text)
    if given and (given["cramps"] or not signals & {"listed", "as_suspect"}):
        # "Was put on Baclofen for them": of "it" and "them" beside an illness nobody knows which of the two is meant.
        signals.add("given_for")
        if given["cramps"]:
            signals.discard("as_suspect")  # "gave me naproxen for the cramps" is no "gave me cramps"
    if _LIVESTOCK.search(text):
        signals.discard("first_person_leg")
    if "👍" in text or "👎" in text:
        signals.add("thumb")
    if signals & {"other_symptom", "pain"} and all(
        _NO_CRAMP.search(doc.text[: span.start_char]) for span in scope if span.label_ == "scope:cramp"
    ):
        signals.discard("cramp")  # "my feet burn, no cramp or anything"
    if any(len(doc[place]) >= SHORTEST_NAME for place in doc._.unknown or ()):
        signals.add("unknown_word")
    if _names_unknown_medicine(doc, mentions):
        signals.add("unknown_medicine")
    named = {i for span in scope for i in range(span.start, span.end)}
    if not mentions and all(t.i in named or t.is_stop or not t.is_alpha or t.norm_ in _GENERIC for t in doc):
        signals.add("bare")
    if _other_language(doc):
        signals.add("other_language")
    return frozenset(signals)


def _is_beside_the_point(span: Span, doc: Doc, mentions: Sequence[Mention]) -> bool:
    """Whether another part of the body stands within an illness ("a narrowing in my lower back"), or is what a medicine is for."""
    if any(m.kind == "condition" and m.start <= span.start_char and span.end_char <= m.end for m in mentions):
        return True
    return bool(mentions) and bool(_FOR_A_PART.search(doc.text[: span.start_char]))


def _said(span: Span) -> str:
    return " ".join(token.norm_ for token in span)


def _signals_of(mention: Mention) -> Set[str]:
    if mention.negated:
        return {"negated"}
    if mention.id == "pregnancy":
        return {"listed", "pregnancy"}
    if mention.id in _WEAK:
        return {"listed_weak"}
    if mention.kind == "condition":
        return {"listed", "medicine"} if mention.medicine else {"listed"}
    return {mention.kind}


def _other_language(doc: Doc) -> bool:
    """Mostly in letters of another alphabet, or with more small words of one other language than English ones."""
    text = doc.text
    if not text.isascii():
        letters = [ch for ch in text if ch.isalpha()]
        if sum(not ch.isascii() for ch in letters) > len(letters) / 2:
            return True
    words: List[str] = [t.lower_ for t in doc if t.is_alpha]
    if len(words) < _LANGUAGE_FROM or (text.isascii() and _ALL_SMALL_WORDS.isdisjoint(words)):
        return False
    english = sum(w in _ENGLISH or w in STOP_WORDS for w in words)
    accented = sum(not w.isascii() for w in words)
    theirs = max(sum(w in small for w in words) for small in _SMALL_WORDS.values())
    return theirs + accented >= 2 and theirs + accented > english
