"""Rasa's agent without what a single process does not need, and with the errors that it would swallow."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Text, Tuple, Union

from rasa.core.actions.action import Action, RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.loader import load_predict_graph_runner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from legcramps.server.rules import quicken
from legcramps.server.runner import SequentialRunner

# Rasa looks through all of its classes for each event that an action sends.
Event.resolve_by_type = staticmethod(lru_cache(maxsize=None)(Event.resolve_by_type))  # type: ignore[method-assign]


class LocalAction(RemoteAction):
    """A custom action in this process."""

    def _validate_action_result(self, result: Dict[str, Any]) -> bool:
        # Checking what came over a network takes three times as long as all the rest of a turn; this came from our executor.
        return True


class LocalProcessor(MessageProcessor):
    """Rasa's processor with custom actions in this process.

    It also tells the sender of a message how it was understood (``message.parse_data``).
    """

    @staticmethod
    def _load_model(model_path: Union[str, Path]) -> Tuple[str, ModelMetadata, GraphRunner]:
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, SequentialRunner
            )
        for node in runner._instantiated_nodes.values():
            if isinstance(node._component, RulePolicy):
                quicken(node._component)
        return Path(model_path).name, metadata, runner

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> Tuple[Action, PolicyPrediction]:
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return (
            LocalAction(action.name(), self.action_endpoint) if type(action) is RemoteAction else action
        ), prediction

    def _check_for_unseen_features(self, parse_data: Mapping[Text, Any]) -> None:
        # It makes an empty domain for every message, to warn of intents that ours lacks; `rasa data validate` finds these.
        pass

    async def log_message(self, message: UserMessage, should_save_tracker: bool = True) -> DialogueStateTracker:
        tracker = await super().log_message(message, should_save_tracker)
        if tracker.latest_message:
            message.parse_data = tracker.latest_message.parse_data
        return tracker


class LocalAgent(Agent):
    """Rasa's agent with :class:`LocalProcessor`, whose tracker store's errors are errors."""

    def load_model(self, model_path: Union[str, Path], fingerprint: Optional[str] = None) -> None:
        self.processor = LocalProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses

    @staticmethod
    def _create_tracker_store(store: TrackerStore, domain: Domain) -> TrackerStore:
        # Rasa wraps the store in one that, when it fails, goes on with a memory that is never read again.
        store.domain = domain
        return store
