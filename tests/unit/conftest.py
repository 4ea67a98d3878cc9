"""Shared by the fast tests: the repo's own knowledge, and a talk with the answers."""

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, Turn, respond
from legcramps.knowledge import Knowledge, default


class Talk:
    """A conversation with the answers: each call is one message, and the context is carried on as the slots would."""

    def __init__(self, composer: Composer):
        self.composer = composer
        self.context = Context()

    def __call__(self, intent: str, *named, **heard) -> Turn:
        """`named`: mentions, or just the ids of entries."""
        mentions = tuple(Mention("condition", one) if isinstance(one, str) else one for one in named)
        signals = frozenset(heard.pop("signals", ()))
        turn = respond(Heard(intent, mentions=mentions, signals=signals, **heard), self.context, self.composer)
        self.context = turn.context
        return turn

    def press(self, turn: Turn, title: str) -> Turn:
        """Presses the button of this title under the turn's last reply."""
        intent, _, condition = next(b.payload for b in turn.answers[-1].buttons if b.title == title)[1:].partition("=")
        return self(intent, *([condition] if condition else []))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return default()


@pytest.fixture(scope="session")
def composer(knowledge) -> Composer:
    return Composer(knowledge)


@pytest.fixture
def talk(composer) -> Talk:
    return Talk(composer)
