"""The Rasa components: thin wrappers round the pure modules of this package, in the order of ``config.yml``.

Each reads and sets fields of Rasa's ``Message``. What an action may need goes out with ``add_to_output`` and reaches it in
``tracker.latest_message``: ``entities`` (with ``negated``, ``person`` …), ``signals``, ``parts``, ``option``, ``group``, ``sign``.
None of them keeps or logs a person's words.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Text, Tuple

import joblib
import numpy as np
import spacy
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.tokenizers.spacy_tokenizer import SpacyTokenizer
from rasa.nlu.utils.spacy_utils import SpacyModel, SpacyNLP
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    METADATA,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from legcramps import intents, knowledge, settings
from legcramps.nlu import scope_guard
from legcramps.nlu.encoder import SentenceEncoder
from legcramps.nlu.intent_model import IntentModel, Sample, plain
from legcramps.nlu.language import create_pipeline
from legcramps.nlu.mentions import Mention
from legcramps.nlu.misheard import AsMeant
from legcramps.nlu.parts import after_restart, asks, leans_on_the_rest, read_group, read_option, split_questions
from legcramps.nlu.payload import read_payload
from legcramps.nlu.safety_guard import DangerSign, SafetyGuard
from legcramps.nlu.vector_store import VectorStore

ComponentType = DefaultV1Recipe.ComponentType
DOC = SPACY_DOCS[TEXT]
DECIDED = "decided"
"""Set on a message whose intent is certain, so that the components after it leave it alone."""

DANGER = "danger"
"""Set on a message in which the safety guard saw a sign of danger: the sign. Never put out, as it holds words."""

SPOKEN = "spoken"
"""Set in a message's metadata by channels in which people speak and a recogniser writes."""

AS_IT_CAME = "as_it_came"
"""The ``Doc`` of a spoken message in the words in which it came, set where another reading is preferred."""

SHARE = 400
"""Training examples that are encoded together."""

TOLD_EVERY = 4000
progress = logging.getLogger("legcramps.nlu.progress")
"""What `legcramps train` shows of the longest step."""

VECTORS = "vectors.npz"
"""The training examples' sentence vectors, kept from one training to the next."""

SAFETY_INTENTS = {"emergency": "report_emergency", "self_harm": "express_self_harm"}


def set_intent(message: Message, intent: str, confidence: float, others: Sequence[Tuple[str, float]] = ()) -> None:
    """Writes the intent and the ranking as Rasa wants them: likeliest first. The others share what the intent's confidence leaves."""
    others = [(i, p) for i, p in others if i != intent]
    left = min(1.0, (1.0 - confidence) / max(sum(p for _, p in others), 1e-9))
    ranking = [(intent, confidence), *((i, min(p * left, confidence)) for i, p in others)][:10]
    entries = [{INTENT_NAME_KEY: i, PREDICTED_CONFIDENCE_KEY: float(p)} for i, p in ranking]
    message.set(INTENT, entries[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, entries, add_to_output=True)


def ranking_of(message: Message) -> List[Tuple[str, float]]:
    return [(e[INTENT_NAME_KEY], e[PREDICTED_CONFIDENCE_KEY]) for e in message.get(INTENT_RANKING_KEY) or []]


def make_sample(doc: Doc, vector: np.ndarray) -> Sample:
    """What the intent model looks at, from a ``doc`` of our spaCy pipeline and its sentence vector."""
    text = doc._.corrected
    named = frozenset(word for m in doc._.mentions for word in plain(text[m.start : m.end]).split())
    return Sample(text, vector, doc._.signals, named)


def make_samples(
    nlp: Language, encoder: SentenceEncoder, texts: Sequence[str], known: Optional[VectorStore] = None
) -> List[Sample]:
    """``make_sample`` for many texts, on all cores: the encoder's runtime computes outside Python's lock, so the next texts are read
    while the ones before them are encoded. Vectors in ``known`` are taken from there, new ones put there."""
    known = VectorStore() if known is None else known
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        docs, shares = [], []
        # Texts of like length side by side make full batches.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), SHARE):
            share = [nlp(texts[i]) for i in order[start : start + SHARE]]
            docs += share
            if start // TOLD_EVERY != (start + SHARE) // TOLD_EVERY:
                progress.info("read %d of %d examples", len(docs), len(texts))
            shares.append(pool.submit(known.encode, encoder, [plain(doc._.corrected) for doc in share]))
        vectors = np.vstack([share.result() for share in shares])
    samples = {i: make_sample(doc, vector) for i, doc, vector in zip(order, docs, vectors)}
    return [samples[i] for i in range(len(texts))]


class _Stateless(GraphComponent):
    """A component with nothing to train or store."""

    def __init__(self, config: Dict[Text, Any]):
        self._config = config

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Stateless:
        return cls(config)


@DefaultV1Recipe.register(ComponentType.INTENT_CLASSIFIER, is_trainable=False, model_from="KnowledgeSpacyNLP")
class SafetyReader(_Stateless):
    """Signs of danger, before everything else; then button payloads. Both are certain when they speak."""

    def __init__(self, config: Dict[Text, Any]):
        super().__init__(config)
        known = knowledge.default()
        self._safety = known.safety
        self._guard: Optional[SafetyGuard] = None
        self._intents = frozenset(key[len("titles.") :] for key in known.phrases if key.startswith("titles."))
        self._conditions = frozenset(known.conditions)

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        # The speller's list of English words is large: the guard shares it, and so can be made only now.
        self._guard = self._guard or SafetyGuard.from_mapping(
            self._safety, model.model.get_pipe("legcramps_spelling").english
        )
        for message in messages:
            text = message.get(TEXT) or ""
            payload = read_payload(text, self._intents, self._conditions)
            sign = None if payload else self._guard.check(text)
            if sign:
                # It stands unless the classifier, which reads on, is nearly certain that the words are harmless.
                set_intent(message, SAFETY_INTENTS[sign.kind], 1.0)
                message.set(DANGER, sign)
                message.set("sign", sign.sign, add_to_output=True)
            elif payload and not payload.known:
                self._decide(message, "unusable")
                message.set("signals", ["unknown_button"], add_to_output=True)
            elif payload:
                self._decide(message, payload.intent)
                if payload.condition:
                    message.set(
                        ENTITIES,
                        [Mention("condition", payload.condition, 0, len(text)).as_entity(text)],
                        add_to_output=True,
                    )
        return messages

    @staticmethod
    def _decide(message: Message, intent: str) -> None:
        message.set(DECIDED, True)
        # No words of a person's: the actions read nothing else out of it.
        message.set("button", True, add_to_output=True)
        set_intent(message, intent, 1.0)


@lru_cache(maxsize=1)
def _as_meant() -> AsMeant:
    return AsMeant(knowledge.default().vocabulary.misheard_aloud)


@DefaultV1Recipe.register(
    [ComponentType.MODEL_LOADER, ComponentType.MESSAGE_FEATURIZER], is_trainable=False, model_from="KnowledgeSpacyNLP"
)
class KnowledgeSpacyNLP(SpacyNLP):
    """Rasa's ``SpacyNLP`` for a pipeline that training makes from the knowledge files and puts into the model.

    Rasa makes two of these, one to provide the pipeline and one to read messages with it; only the first has it.
    """

    def __init__(
        self,
        config: Dict[Text, Any],
        model: Optional[SpacyModel] = None,
        keep: Callable[[Language], None] = lambda nlp: None,
    ):
        super().__init__(model, {**self.get_default_config(), **config})
        self._keep = keep

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnowledgeSpacyNLP:
        def keep(nlp: Language) -> None:
            with model_storage.write_to(resource) as folder:
                nlp.to_disk(folder)

        return cls(config, keep=keep)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KnowledgeSpacyNLP:
        try:
            with model_storage.read_from(resource) as folder:
                return cls(config, SpacyModel(spacy.load(folder), resource.name))
        except ValueError:  # nothing was kept under this name
            return cls(config)

    def provide(self) -> SpacyModel:
        """The pipeline of the model. It is made where there is none: in training, and in a model that Rasa put together from its cache."""
        if self._model is None:
            nlp = create_pipeline(knowledge.default(), settings.project_root() / "data" / "nlu")
            self._keep(nlp)
            self._model = SpacyModel(nlp, "knowledge")
        return self._model

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        """The ``Doc`` of what the person ended up saying; of what was spoken, as it was meant where a recogniser wrote something else."""
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            # A sign of danger is judged by the words as they came.
            if (message.get(METADATA) or {}).get(SPOKEN) and not message.get(DANGER):
                meant = _as_meant()(text)
                if meant != text:
                    message.set(AS_IT_CAME, model.model(after_restart(text)))
                    text = meant
            message.set(DOC, model.model(after_restart(text)))
        return messages

    def process_training_data(self, training_data: TrainingData, model: SpacyModel) -> TrainingData:
        """Leaves the examples as they are: the classifier makes their ``Doc``s itself, beside the encoder's work."""
        return training_data


@DefaultV1Recipe.register(ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class KnowledgeTokenizer(SpacyTokenizer):
    """Rasa's ``SpacyTokenizer``, for messages; nothing that we train looks at tokens of the examples."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data


@DefaultV1Recipe.register(ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ConditionExtractor(_Stateless):
    """Entities: what is named, from ``doc._.mentions``. Also hands on the signals."""

    def __init__(self, config: Dict[Text, Any]):
        super().__init__(config)
        self._groups = knowledge.default().vocabulary.groups

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            doc = message.get(DOC)
            if message.get(DECIDED) or doc is None:
                continue
            message.set(ENTITIES, [m.as_entity(doc.text) for m in doc._.mentions], add_to_output=True)
            message.set("signals", sorted(doc._.signals), add_to_output=True)
            message.set("option", read_option(doc.text), add_to_output=True)
            message.set("group", read_group(doc._.corrected, self._groups), add_to_output=True)
        return messages


@DefaultV1Recipe.register(ComponentType.INTENT_CLASSIFIER, is_trainable=True, model_from="KnowledgeSpacyNLP")
class HybridIntentClassifier(GraphComponent):
    """Sentence encoder and n-grams (:class:`~legcramps.nlu.intent_model.IntentModel`) under the scope guard, for the message and its parts."""

    FILE = "intent_model.joblib"

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"part_threshold": 0.6, "encoder_threads": 1}

    def __init__(
        self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, model: Optional[IntentModel] = None
    ):
        self._config, self._storage, self._resource, self._model = config, storage, resource, model
        self._encoder = SentenceEncoder(threads=config["encoder_threads"])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HybridIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HybridIntentClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(Path(folder) / cls.FILE))

    def train(self, training_data: TrainingData, model: SpacyModel) -> Resource:
        examples = [e for e in training_data.training_examples if e.get(INTENT) and e.get(TEXT)]
        file = settings.build_folder() / VECTORS
        known = VectorStore.load(file, self._encoder.identity)
        samples = make_samples(model.model, self._encoder, [e.get(TEXT) for e in examples], known)
        known.save(file, self._encoder.identity)
        self._model = IntentModel().fit(samples, [e.get(INTENT) for e in examples])
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, Path(folder) / self.FILE, compress=3)
        return self._resource

    def process(self, messages: List[Message], model: SpacyModel) -> List[Message]:
        for message in messages:
            doc = message.get(DOC)
            if message.get(DECIDED) or doc is None:
                continue
            if message.get(DANGER):
                if self._may_be_danger(message.get(DANGER), doc, model):
                    message.set(ENTITIES, [], add_to_output=True)
                    continue
                message.set("sign", None, add_to_output=True)
            verdict, ranking = self._understand(doc)
            if message.get(AS_IT_CAME):
                as_it_came = self._understand(message.get(AS_IT_CAME))
                # What a recogniser may have misheard decides nothing on danger, neither way.
                if scope_guard.ALARMS & {verdict.intent, as_it_came[0].intent}:
                    doc, (verdict, ranking) = message.get(AS_IT_CAME), as_it_came
            verdict, parts = self._parts(doc, verdict, model)
            set_intent(message, verdict.intent, verdict.confidence, ranking)
            message.set("scope", verdict.reason, add_to_output=True)
            message.set("parts", parts, add_to_output=True)
        return messages

    def _understand(self, doc: Doc) -> Tuple[scope_guard.Verdict, List[Tuple[str, float]]]:
        return self._model.understand(make_sample(doc, self._encoder.encode([plain(doc._.corrected)])[0]))

    def _may_be_danger(self, sign: DangerSign, doc: Doc, model: SpacyModel) -> bool:
        """Whether the message, or the words in which the safety guard saw the sign, may be what the guard took them for."""
        if sign.certain:
            return True
        least = scope_guard.LEAST_WEAK_ALARM if sign.weak else scope_guard.LEAST_ALARM
        return self._model.alarm(make_samples(model.model, self._encoder, [doc.text, sign.words])) >= least

    def _parts(
        self, doc: Doc, whole: scope_guard.Verdict, model: SpacyModel
    ) -> Tuple[scope_guard.Verdict, List[Dict[str, Any]]]:
        """The verdict, and further questions in the same message, each a claim intent of its own, surely understood and inside our scope.

        Two questions together can look like a third, and a greeting or a sigh can drown the question after it: where the parts are surer than
        the whole, the first of them stands for it.
        """
        questions = split_questions(doc.text, at_commas=whole.intent in intents.MANNERS)
        if len(questions) < 2 or whole.intent not in scope_guard.CLAIMS | intents.MANNERS:
            return whole, []
        sure: Dict[str, Tuple[scope_guard.Verdict, Doc]] = {}
        leaning: Dict[str, Doc] = {}
        for question in filter(asks, questions):
            part = model.model(question)
            back = None if part._.mentions else leans_on_the_rest(question)
            if back and (
                whole.intent in scope_guard.CLAIMS or (back == "help" and scope_guard.is_about_us(doc._.signals))
            ):
                leaning.setdefault(back, part)
                continue
            verdict, _ = self._understand(part)
            if verdict.intent in scope_guard.CLAIMS and verdict.confidence >= self._config["part_threshold"]:
                sure.setdefault(verdict.intent, (verdict, part))
        if leaning:
            whole = self._with_the_rest(doc, whole, leaning, sure)
        weakest = min((verdict.confidence for verdict, _ in sure.values()), default=0.0)
        named = {mention.id for mention in doc._.mentions}
        drowned = whole.intent in intents.MANNERS or (
            (len(sure) > 1 or whole.intent in scope_guard.GUESSES) and whole.confidence < weakest
        )
        if sure and whole.intent not in sure and whole.intent != "tell_situation" and drowned:
            whole = next(iter(sure.values()))[0]
        return whole, [
            {
                "intent": verdict.intent,
                "confidence": verdict.confidence,
                "signals": sorted(part._.signals),
                # Alone, a part is read without what went before it: "could it be the pill?" after a tablet for cholesterol.
                "entities": [m.as_entity(part.text) for m in part._.mentions if m.id in named],
            }
            for verdict, part in sure.values()
            if verdict.intent != whole.intent
        ][:2]

    @staticmethod
    def _with_the_rest(
        doc: Doc,
        whole: scope_guard.Verdict,
        leaning: Mapping[str, Doc],
        sure: Dict[str, Tuple[scope_guard.Verdict, Doc]],
    ) -> scope_guard.Verdict:
        """The verdict on a message with "is there a link?" or "what could it be?" in it, read with what the rest of it tells.

        Where something is named, that is what the question is about, even beside another question; else it asks for the causes.
        """
        named = [mention for mention in doc._.mentions if not mention.negated]
        intent = "ask_condition" if named else "ask_causes"
        if "help" in leaning and not {"ask_relief", "ask_treatment", "ask_prevention"} & {whole.intent, *sure}:
            sure["ask_relief"] = (
                scope_guard.Verdict("ask_relief", whole.confidence, "leans on the rest"),
                leaning["help"],
            )
        answered = whole.intent in scope_guard.ABOUT_A_CONDITION | intents.CAUSES
        asked = "what" in leaning or ("link" in leaning and named)
        if answered or not asked:
            return whole
        if whole.intent in sure:
            # Both are asked: what stands in the message first is the rest.
            sure.setdefault(intent, (scope_guard.Verdict(intent, whole.confidence, "leans on the rest"), doc))
            return whole
        return scope_guard.Verdict(intent, whole.confidence, "leans on the rest")
