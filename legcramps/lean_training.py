"""Rasa's training without the work that only its cache needs.

Rasa reads the training data three times and takes a fingerprint of every message after every component, for a cache of
components' results. We train in full, and only when something has changed (:mod:`legcramps.training`), so none of it is of use;
with some 13,000 examples it is most of a minute. The model that comes out is the same as that of ``rasa train``.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import Any, Dict, Iterator, List, Optional, Text, Union

import rasa.engine.training.graph_trainer
import rasa.model_training
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class ReadOnceImporter(RasaFileImporter):
    """The files of the training data, each read once. Without what Rasa adds for retrieval intents and end-to-end stories: we have none."""

    @classmethod
    def load_from_config(
        cls,
        config_path: Text,
        domain_path: Optional[Text] = None,
        training_data_paths: Optional[Union[Text, List[Text]]] = None,
        args: Optional[Dict[Text, Any]] = None,
    ) -> ReadOnceImporter:
        return cls(config_path, domain_path, training_data_paths)

    @cache
    def get_domain(self) -> Domain:
        return super().get_domain()

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        # Rasa asks once with the argument and once without; the cache would take these for two questions.
        return self._stories(exclusion_percentage)

    @cache
    def _stories(self, exclusion_percentage: Optional[int]) -> StoryGraph:
        return super().get_stories(exclusion_percentage)

    def get_nlu_data(self, language: Optional[Text] = "en") -> TrainingData:
        return self._nlu_data()

    @cache
    def _nlu_data(self) -> TrainingData:
        return super().get_nlu_data()


class _NoCache(TrainingHook):
    """Stands where Rasa would put each component's result into its cache."""

    def on_before_node(self, *args: Any, **kwargs: Any) -> Dict:
        return {}

    def on_after_node(self, *args: Any, **kwargs: Any) -> None:
        pass


@contextmanager
def lean() -> Iterator[None]:
    """Within it, ``rasa.model_training.train`` reads once and keeps no cache."""
    changed = (
        (rasa.model_training, "TrainingDataImporter", ReadOnceImporter),
        (rasa.engine.training.graph_trainer, "TrainingHook", _NoCache),
    )
    before = [(module, name, getattr(module, name)) for module, name, _ in changed]
    try:
        for module, name, ours in changed:
            setattr(module, name, ours)
        yield
    finally:
        for module, name, theirs in before:
            setattr(module, name, theirs)
