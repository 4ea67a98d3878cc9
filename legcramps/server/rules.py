"""Finds the rules that fit a conversation by what was said last, instead of trying each of them twice a turn."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Dict, List, Mapping, Optional, Set, Tuple

from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import State
from rasa.shared.nlu.constants import ACTION_NAME, INTENT, TEXT

Fits = Tuple[Optional[str], Optional[str]]
"""The last action and the intent that a rule asks for in its last state; None where it asks for none."""


def quicken(policy: RulePolicy) -> None:
    """Lets a trained policy look up its rules; what it predicts stays the same.

    A rule asks for the action and the intent of the state that it ends with, so only those of the conversation's last state can
    fit. These few are tried as before. Where no rule has the words of a message in it, the words need not be tried at all.
    """
    rules: Mapping[str, str] = policy.lookup[RULES]
    index: Dict[Fits, Dict[str, str]] = defaultdict(dict)
    of_words = False
    for key, action in rules.items():
        states = json.loads(key)
        asked = _asked_for(states[-1])
        index[asked][key] = action
        of_words |= asked == (ACTION_LISTEN_NAME, None) or any(TEXT in state.get(USER, {}) for state in states)
    find_by_states, try_all = policy._find_action_from_rules, policy._get_possible_keys

    def possible_keys(lookup: Mapping[str, str], states: List[State]) -> Set[str]:
        if lookup is not rules or not states:
            return try_all(lookup, states)
        action, intent = _asked_for(states[-1])
        asked = {(a, i) for a in (action, None) for i in (intent, None)}
        return try_all({key: name for fits in asked for key, name in index.get(fits, {}).items()}, states)

    def find(
        tracker: Any, domain: Any, use_text_for_last_user_input: bool
    ) -> Tuple[Optional[str], Optional[str], bool]:
        if use_text_for_last_user_input and not of_words:
            return None, None, False
        return find_by_states(tracker, domain, use_text_for_last_user_input)

    policy._get_possible_keys, policy._find_action_from_rules = possible_keys, find


def _asked_for(state: State) -> Fits:
    # A rule that something should not be set in asks for no name: it is always tried.
    names = (state.get(PREVIOUS_ACTION, {}).get(ACTION_NAME), state.get(USER, {}).get(INTENT))
    return tuple(None if name == SHOULD_NOT_BE_SET else name for name in names)
