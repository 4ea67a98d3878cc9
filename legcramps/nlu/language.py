"""The spaCy pipeline, built from the knowledge files: blank English, a speller and a finder of what is named.

It holds no statistical model: every result is the same each time. After it has run, a ``Doc`` has

* ``token.norm_``: the word in small letters, its typing errors mended;
* ``doc._.mentions``: what is named (:class:`Mention`), look-alikes left out, with negation and whose it is;
* ``doc._.signals``: what the scope guard looks at (:mod:`legcramps.nlu.signals`);
* ``doc._.corrected``: the whole text with its typing errors mended, for the classifier;
* ``doc._.unknown``: the places of words that are no words we know, and near none.
"""

# No `from __future__ import annotations` here: spaCy reads the annotations of a factory, and cannot when they are strings.
import json
import re
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from legcramps.knowledge import Knowledge, normalise_alias
from legcramps.nlu.mentions import MentionFinder, Pattern
from legcramps.nlu.signals import find_signals
from legcramps.nlu.spelling import Speller, english_words, one_edit

_WORDS = re.compile(r"[a-z]+")
_EXAMPLE = re.compile(r"^\s*- (?!intent:|rule:|story:|action:)(.+)$", re.MULTILINE)

for _name in ("mentions", "signals", "corrected", "unknown"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


CORE_CONCEPTS = ("cramp", "leg", "night", "restless_legs")


class SpellingComponent:
    """Sets ``token.norm_`` and ``doc._.corrected``."""

    def __init__(self) -> None:
        self._configure((), {}, (), (), {})

    def _configure(
        self,
        own: Iterable[str],
        english: Mapping[str, int],
        usual: Iterable[str],
        core: Iterable[str],
        misheard: Mapping[str, str],
    ) -> None:
        # The data is kept as it is written to disk, and shared with the speller: it is large.
        self._data = {
            "own": sorted(set(own)),
            "english": english,
            "usual": sorted(set(usual)),
            "core": sorted(set(core)),
            "misheard": dict(misheard),
        }
        self._speller = Speller(self._data["own"], english, self._data["usual"], self._data["core"])
        self._near_misheard = {word for word in core if not word.startswith(("cramp", "spasm"))}

    @property
    def english(self) -> Mapping[str, int]:
        """The words that are left alone, and how often they are met."""
        return self._data["english"]

    def __call__(self, doc: Doc) -> Doc:
        lowers = [token.lower_.replace("’", "'") for token in doc]
        fixed = [self._speller.correct(lower) for lower in lowers]
        if any(word in self._near_misheard for word in fixed):
            fixed = [self._data["misheard"].get(word, word) for word in fixed]
        for token, word in zip(doc, fixed):
            token.norm_ = word
        doc._.unknown = frozenset(
            place
            for place, (word, lower) in enumerate(zip(fixed, lowers))
            if word == lower and lower.isalpha() and not self._speller.knows(lower)
        )
        doc._.corrected = "".join(
            (token.text if word == lower else word) + token.whitespace_
            for token, word, lower in zip(doc, fixed, lowers)
        )
        return doc

    def to_disk(self, path: Path, exclude: Sequence[str] = ()) -> None:
        Path(path).write_text(json.dumps(self._data), encoding="utf8")

    def from_disk(self, path: Path, exclude: Sequence[str] = ()) -> "SpellingComponent":
        data = json.loads(Path(path).read_text(encoding="utf8"))
        # Most of the 160,000 counts are one of a few thousand: each is kept once.
        once: Dict[int, int] = {}
        data["english"] = {word: once.setdefault(count, count) for word, count in data["english"].items()}
        self._configure(**data)
        return self


class MentionComponent:
    """Sets ``doc._.mentions`` and ``doc._.signals``; ``doc.ents`` are the mentions that are entries."""

    def __init__(self, finder: Optional[MentionFinder] = None):
        self._finder = finder or MentionFinder()

    def use(self, finder: MentionFinder) -> None:
        self._finder = finder

    def __call__(self, doc: Doc) -> Doc:
        spans = self._finder.spans(doc)
        doc._.mentions = self._finder.mentions(doc, spans)
        doc._.signals = find_signals(doc, spans, doc._.mentions)
        return doc

    def to_disk(self, path: Path, exclude: Sequence[str] = ()) -> None:
        Path(path).write_text(json.dumps(self._finder.as_data(), ensure_ascii=False), encoding="utf8")

    def from_disk(self, path: Path, exclude: Sequence[str] = ()) -> "MentionComponent":
        self.use(MentionFinder.from_data(json.loads(Path(path).read_text(encoding="utf8"))))
        return self


@Language.factory("legcramps_spelling")
def create_spelling(nlp: Language, name: str) -> SpellingComponent:
    return SpellingComponent()


@Language.factory("legcramps_mentions", requires=["token.norm"])
def create_mentions(nlp: Language, name: str) -> MentionComponent:
    return MentionComponent()


# --- building from the knowledge files -------------------------------------------------------------------------------


def _with_plural(say: str) -> List[str]:
    say = normalise_alias(say)
    ends = say[-1:]
    return [say] if not ends.isalpha() or ends == "s" or len(say) < 4 else [say, say + "s"]


def make_patterns(knowledge: Knowledge) -> List[Pattern]:
    """Every way of saying something, and what it stands for."""
    words = knowledge.vocabulary
    patterns: List[Pattern] = []

    def add(kind: str, ids: Sequence[str], says: Iterable[str], **more: Any) -> None:
        for say in says:
            form = dict(more, medicine=say) if more.get("medicine") else more
            patterns.extend(Pattern(kind, list(ids), text, **form) for text in _with_plural(say))

    for entry, says in words.entries.items():
        add("condition", [entry], says)
    for condition in knowledge.conditions.values():
        add("condition", [condition.id], [condition.name, *condition.aka])
    for entry, says in words.abbreviations.items():
        add("condition", [entry], says, abbreviation=True)
    for entry, says in words.medicines.items():
        add("condition", [entry], says, medicine="named")
    for product in words.combined_medicines:
        add("condition", product.entries, product.say, medicine="named")
    for family in words.families:
        add("condition", family.entries, family.say, family=family.id)
    for item in words.ambiguous:
        add("ambiguous", [item.id], item.say, family=item.id)
    for thing in words.unlisted:
        add("unlisted", [thing.id], [thing.name, *thing.say])
    add("look_alike", [], words.look_alikes)
    for concept, says in words.scope.items():
        add("scope", [concept], says)
    return patterns


def _words_of(patterns: Iterable[Pattern], *kinds: str) -> Set[str]:
    return {word for p in patterns if p.kind in kinds for word in _WORDS.findall(p.text) if len(word) > 2}


def _training_words(folder: Path) -> Set[str]:
    """Words that stand in many training examples: what people really write to us, typing errors left out."""
    seen: Dict[str, int] = {}
    for file in sorted(folder.glob("*.yml")):
        for example in _EXAMPLE.findall(file.read_text(encoding="utf8")):
            for word in set(_WORDS.findall(example.lower())):
                seen[word] = seen.get(word, 0) + 1
    return {word for word, count in seen.items() if count >= 8 and len(word) > 2}


def create_pipeline(knowledge: Knowledge, training_folder: Optional[Path] = None) -> Language:
    """A pipeline ready for use. It can be written to disk and loaded again (``spacy.load``) in a tenth of the time that making takes."""
    patterns = make_patterns(knowledge)
    # The words of look-alikes are words, but none that a misspelling could mean.
    english = {**dict.fromkeys(_words_of(patterns, "look_alike"), 1), **english_words()}
    core = {say for concept in CORE_CONCEPTS for say in knowledge.vocabulary.scope[concept] if say in english}
    # A misspelling that stands in our files must not attract others; the speller mends it itself.
    scope = {word for word in _words_of(patterns, "scope") if word in english or not core & set(one_edit(word))}
    own = _words_of(patterns, "condition", "ambiguous", "unlisted") | scope
    usual = _training_words(training_folder) if training_folder and training_folder.is_dir() else set()
    nlp = spacy.blank("en")
    nlp.add_pipe("legcramps_spelling")
    nlp.get_pipe("legcramps_spelling")._configure(own, english, usual, core, knowledge.vocabulary.misheard)
    nlp.add_pipe("legcramps_mentions")
    negation = knowledge.vocabulary.negation
    says = {"before": list(negation.before), "after": list(negation.after)}
    kinds = {family.id: family.kinds for family in knowledge.vocabulary.families if family.kinds}
    nlp.get_pipe("legcramps_mentions").use(MentionFinder.of(nlp, patterns, says, kinds))
    return nlp
