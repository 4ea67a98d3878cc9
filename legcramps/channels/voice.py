"""A talk by voice, the same on Alexa, the phone and a smart home: what is said in one go, what was offered, and where we are in it. Pure.

A channel keeps a :class:`VoiceState` for each conversation and calls one function for each thing that happens; each gives a
:class:`Step` with the next state::

    step = opening(state)                       # the line is open and nothing was asked yet
    step = hear(text, state)                    # the person said something
    if step.ask is not None:                    # it is for the assistant: send `step.ask` as the person's text …
        step = answered(replies, step.state)    # … and give its replies (replies.spoken_from_message) back
    step = silence(state)                       # nothing was said within the channel's time; the second time it says goodbye
    step = not_heard(state)                     # something was said, and nobody knows what
    step = confirm(text, state)                 # the recogniser is unsure: "Did you say …?"; a yes asks it
    step = farewell(state)                      # the person wants to end

"More", "next", "repeat", "slower", "stop", "help", "yes" and "no" are understood here, each only where it is the whole of what was said:
everything else goes to the assistant as it is, where signs of danger are looked for first. :class:`VoiceMemory` keeps states for channels
that have no place of their own for them. What is said is in :class:`Utterance`: ``plain()`` or ``ssml()``.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from legcramps.channels import speech
from legcramps.channels.replies import SpokenReply, lexicon, place_of, question_for, spoken_words, words
from legcramps.channels.speech import MAX_WORDS, MAX_WORDS_SLOW, Chunk, Ideas, count_words

GO_ON = "go on"
"""The offer of the next chunk."""
ANOTHER = "another"
"""The offer to ask something else."""
CONFIRM = "confirm"
"""The question whether this was said; the words are the state's ``pending``."""

_DANGER = ("urgent", "crisis")
_REMEMBERED_OFFERS = 12


@dataclass(frozen=True)
class Utterance:
    """What is said in one go.

    ``ideas``: sentences by idea. ``question``: the one question at the end, None where there is none. ``listens``: an answer is
    waited for (always so after a question, and only then). ``ends``: the talk is over; ring off. ``urgent``: words for an
    emergency. ``slow``: the person asked for slower. ``sources``: places in the source that it is from, for a screen.
    """

    ideas: Ideas
    question: Optional[str] = None
    listens: bool = False
    ends: bool = False
    urgent: bool = False
    slow: bool = False
    sources: Tuple[str, ...] = ()

    @property
    def all_ideas(self) -> Ideas:
        return (*self.ideas, (self.question,)) if self.question else self.ideas

    @property
    def words(self) -> int:
        return sum(count_words(speech.speakable(sentence)) for idea in self.all_ideas for sentence in idea)

    @property
    def seconds(self) -> float:
        """How long it takes to say; an estimate."""
        return speech.seconds(self.all_ideas, self.slow)

    def plain(self) -> str:
        """As text for a voice that knows no SSML."""
        return speech.plain(self.all_ideas)

    def ssml(self) -> str:
        """As a whole ``<speak>`` document."""
        return speech.ssml(self.all_ideas, lexicon(), self.slow)

    def ssml_body(self) -> str:
        """As SSML without ``<speak>``."""
        return speech.ssml_body(self.all_ideas, lexicon(), self.slow)

    def reprompt(self) -> Optional[Utterance]:
        """What is said once when nobody answers: the question again. None when nothing was asked."""
        if not self.listens:
            return None
        again = self.question or _last_question(self.ideas) or words("voice.still_there")
        return replace(self, ideas=(), question=again, sources=())


@dataclass(frozen=True)
class VoiceState:
    """Where a talk is. Holds only what the assistant said, but for ``pending``.

    ``chunks`` and ``at``: the last answer and which part of it was said last. ``offers``: payloads that a yes takes, the first one
    asked about now; or :data:`GO_ON`, :data:`ANOTHER`, :data:`CONFIRM`. ``question``: its words. ``own_question``: the answer
    itself ends with a question, so that yes and no are for the assistant. ``offered``: payloads offered before, which are not offered again.
    ``pending``: words of the person that are to be confirmed; channels keep them in memory only.
    """

    chunks: Tuple[Chunk, ...] = ()
    at: int = 0
    offers: Tuple[str, ...] = ()
    own_question: bool = False
    choice: bool = False
    offered: Tuple[str, ...] = ()
    urgent: bool = False
    slow: bool = False
    greeted: bool = False
    silences: int = 0
    sources: Tuple[str, ...] = ()
    pending: Optional[str] = None

    def as_data(self) -> Dict[str, Any]:
        """Plain data; only what differs from a new state. ``pending`` is left out where it is a person's own words."""
        data: Dict[str, Any] = {"chunks": [chunk.as_data() for chunk in self.chunks]} if self.chunks else {}
        for name in ("at", "own_question", "choice", "urgent", "slow", "greeted", "silences"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        for name in ("offers", "offered", "sources"):
            if getattr(self, name):
                data[name] = list(getattr(self, name))
        if self.pending in COMMANDS:
            data["pending"] = self.pending
        return data

    @classmethod
    def from_data(cls, data: Any) -> VoiceState:
        """Reads :meth:`as_data`; a new state when it is none."""
        try:
            chunks = tuple(Chunk.from_data(chunk) for chunk in data.get("chunks", ()))
            return cls(
                chunks=chunks,
                at=min(max(0, int(data.get("at", 0))), max(0, len(chunks) - 1)),
                silences=int(data.get("silences", 0)),
                **{name: bool(data.get(name)) for name in ("own_question", "choice", "urgent", "slow", "greeted")},
                **{name: tuple(str(item) for item in data.get(name, ())) for name in ("offers", "offered", "sources")},
                pending=data["pending"] if data.get("pending") in COMMANDS else None,
            )
        except (AttributeError, OverflowError, TypeError, ValueError):
            return cls()


@dataclass(frozen=True)
class Step:
    """What to do: say ``say``, or send ``ask`` to the assistant as the person's text and call :func:`answered`. Exactly one is set."""

    state: VoiceState
    say: Optional[Utterance] = None
    ask: Optional[str] = None


# --- what people say ------------------------------------------------------------------------------------------------

COMMANDS: Mapping[str, Tuple[str, ...]] = {
    "more": ("more", "next", "go on", "continue", "keep going", "carry on", "tell me more", "say more", "and then", "next one"),
    "repeat": (
        "repeat", "repeat that", "again", "say that again", "say it again", "one more time", "what", "what was that", "pardon",
        "come again", "what did you say", "once more", "i did not hear that", "i didn't hear that", "i didn't catch that",
    ),
    "slower": ("slower", "slow down", "more slowly", "slowly", "too fast", "speak slower", "speak slowly", "slower please"),
    "faster": ("faster", "normal speed", "speed up", "too slow"),
    "stop": (
        "stop", "stop it", "quit", "exit", "end", "cancel", "goodbye", "good bye", "bye", "bye bye", "good night", "hang up", "enough",
        "that's all", "that is all", "that's it", "be quiet", "never mind", "nevermind", "end call", "stop talking",
    ),
    "help": ("help", "what can i say", "what can i ask", "what can you do", "options"),
    "yes": (
        "yes", "yeah", "yep", "yup", "yes please", "sure", "ok", "okay", "all right", "alright", "please", "please do", "go ahead",
        "of course", "mhm", "uh huh", "yes go on", "yes i would", "i would", "do it",
    ),
    "no": ("no", "nope", "no thanks", "no thank you", "nah", "not now", "no i don't", "uh uh", "not really"),
}  # fmt: skip
"""Each only as the whole of what was said."""

TO_DID_YOU_SAY: Mapping[str, str] = {
    "right": "yes",
    "correct": "yes",
    "that's right": "yes",
    "exactly": "yes",
    "wrong": "no",
}
"""What is a yes or a no only to "Did you say …?"; elsewhere it may be praise or blame."""

MISHEARD: Mapping[str, str] = {
    "start": "stop",
    "stopped": "stop",
    "shop": "stop",
    "kelp": "help",
    "helped": "help",
    "mower": "more",
}
"""Single words that recognisers write for a command; they are asked about before anything is done."""

_COMMAND_OF = {said: command for command, saids in COMMANDS.items() for said in saids}
_POLITE = re.compile(r"^(?:(?:um+|uh+|er+|well|oh|alexa|please) )+|(?: (?:please|thanks|thank you))+$")


def command(text: str) -> Optional[str]:
    """The command that ``text`` is as a whole: ``more repeat slower faster stop help yes no``; None when it is something else."""
    said = " ".join(re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'")).split())
    return _COMMAND_OF.get(said) or _COMMAND_OF.get(_POLITE.sub("", said).strip())


def misheard(text: str) -> Optional[str]:
    """The command that ``text`` may be a mishearing of; to be confirmed, never acted on."""
    return MISHEARD.get(re.sub(r"[^\w]", "", text.lower()))


# --- what happens ---------------------------------------------------------------------------------------------------


def opening(state: VoiceState = VoiceState()) -> Step:
    """The line is open and nothing was asked: who speaks, that it is no medical advice, and one question."""
    ideas, question = (spoken_words("voice.welcome"), spoken_words("voice.notice")), words("voice.ask")
    state = replace(
        state, chunks=(Chunk((*ideas, (question,))),), at=0, offers=(), own_question=True, greeted=True, silences=0
    )
    return Step(state, Utterance(ideas, question, listens=True, slow=state.slow))


def hear(text: str, state: VoiceState) -> Step:
    """The person said ``text`` (already cleaned by :func:`legcramps.channels.guard.read`)."""
    state = replace(state, silences=0)
    said = command(text)
    if CONFIRM in state.offers:
        pending, state = state.pending, replace(state, offers=(), pending=None)
        said = said or TO_DID_YOU_SAY.get(" ".join(re.sub(r"[^\w\s']", " ", text.lower()).split()))
        if said == "yes" and pending:
            known = command(pending)
            return _COMMANDS[known](state) if known else Step(state, ask=pending)
        if said == "no":
            return _ask_again(state)
    if said:
        return _COMMANDS[said](state)
    meant = misheard(text)
    return confirm(meant, state) if meant else Step(state, ask=text)


def answered(replies: Sequence[SpokenReply], state: VoiceState) -> Step:
    """The assistant's replies to what it was asked: the first part of them, and one question."""
    ideas = [idea for reply in replies for idea in reply["speech"]]
    if replies and replies[-1]["answer"].get("outcome") == "error":
        ideas.append({"say": [words("voice.ask")], "kind": "words"})
    sources = tuple(dict.fromkeys(place_of(cite) for r in replies for cite in r["answer"].get("citations") or ()))
    urgent = [reply for reply in replies if reply["answer"].get("outcome") in _DANGER]
    state = replace(state, at=0, offers=(), own_question=False, choice=False, urgent=bool(urgent), sources=sources)
    if urgent:
        said = tuple(tuple(idea["say"]) for reply in urgent for idea in reply["speech"])
        return _said(replace(state, chunks=(Chunk(said),)), None)
    if state.greeted:
        ideas = [idea for idea in ideas if idea["kind"] not in ("notice", "privacy")] or ideas
    state = replace(state, greeted=True)
    parts = speech.chunks(ideas, most=MAX_WORDS_SLOW if state.slow else MAX_WORDS)
    offers = _offers(replies)
    state = replace(state, chunks=parts, choice=bool(replies) and replies[-1]["answer"].get("outcome") == "clarify")
    last = parts[-1].ideas[-1][-1] if parts else ""
    if last.endswith("?"):
        return _said_part(replace(state, own_question=True))
    if not state.choice:
        offers = tuple(offer for offer in offers if offer not in state.offered or offer == "#ask_more")
    # Nobody is left in the dark about whether the talk goes on.
    return _said_part(replace(state, offers=offers or (ANOTHER,)))


def not_heard(state: VoiceState) -> Step:
    """Something was said that the platform could make nothing of."""
    state = replace(state, offers=(), own_question=True, choice=False)
    return Step(state, Utterance((spoken_words("voice.not_heard"),), words("voice.ask"), listens=True, slow=state.slow))


def silence(state: VoiceState) -> Step:
    """Nothing was said: the question again; the second time in a row, goodbye."""
    state = replace(state, silences=state.silences + 1)
    if state.silences > 1:
        return farewell(state)
    own = _last_question(state.chunks[-1].ideas) if state.own_question and state.chunks else None
    question = did_you_say(state) or _question(state) or own or words("voice.still_there")
    return Step(state, Utterance((), question, listens=True, slow=state.slow))


def confirm(text: str, state: VoiceState) -> Step:
    """Asks whether ``text`` is what was said; a yes goes on with it."""
    state = replace(state, offers=(CONFIRM,), pending=text)
    return Step(state, Utterance((), did_you_say(state), listens=True, slow=state.slow))


def did_you_say(state: VoiceState) -> Optional[str]:
    """The question that a yes answers as long as words wait to be confirmed; None when none do. No other is asked meanwhile."""
    if CONFIRM not in state.offers or not state.pending:
        return None
    return words("voice.did_you_say", text=state.pending.rstrip(".?! "))


def farewell(state: VoiceState) -> Step:
    """Goodbye; nothing is offered any more."""
    return Step(
        replace(state, offers=(), own_question=False),
        Utterance((spoken_words("voice.goodbye"),), ends=True, slow=state.slow),
    )


# --- the commands ---------------------------------------------------------------------------------------------------


def _more(state: VoiceState) -> Step:
    if state.at + 1 < len(state.chunks):
        return _said_part(replace(state, at=state.at + 1))
    return Step(replace(state, offers=()), ask="#ask_more")


def _repeat(state: VoiceState) -> Step:
    return _said_part(state) if state.chunks else Step(state, ask="#repeat")


def _slower(state: VoiceState) -> Step:
    return _at_speed(replace(state, slow=True), "voice.slower")


def _faster(state: VoiceState) -> Step:
    return _at_speed(replace(state, slow=False), "voice.faster")


def _at_speed(state: VoiceState, key: str) -> Step:
    if not state.chunks:
        return Step(state, Utterance((spoken_words(key),), words("voice.ask"), listens=True, slow=state.slow))
    return _said_part(state)


def _help(state: VoiceState) -> Step:
    return Step(replace(state, offers=()), ask="#ask_help")


def _yes(state: VoiceState) -> Step:
    offer = _open_offer(state)
    if offer == GO_ON:
        return _more(state)
    if offer == ANOTHER:
        return Step(
            replace(state, offers=(), own_question=True),
            Utterance((), words("voice.go_ahead"), listens=True, slow=state.slow),
        )
    if offer:
        return Step(replace(state, offers=(), offered=(*state.offered, offer)[-_REMEMBERED_OFFERS:]), ask=offer)
    return Step(state, ask="#affirm")


def _no(state: VoiceState) -> Step:
    offer = _open_offer(state)
    if offer == ANOTHER:
        return farewell(state)
    if offer is None:
        return Step(state, ask="#deny")
    refused = replace(state, at=len(state.chunks) - 1, offered=(*state.offered, offer)[-_REMEMBERED_OFFERS:])
    if state.choice and offer != GO_ON:
        rest = state.offers[1:]
        question = question_for(rest[0]) if rest else None
        if question:
            return Step(replace(refused, offers=rest), Utterance((), question, listens=True, slow=state.slow))
        return _ask_again(refused)
    return Step(
        replace(refused, offers=(ANOTHER,), choice=False),
        Utterance((spoken_words("voice.all_right"),), words("voice.another"), listens=True, slow=state.slow),
    )


_COMMANDS: Mapping[str, Callable[[VoiceState], Step]] = {
    "more": _more,
    "repeat": _repeat,
    "slower": _slower,
    "faster": _faster,
    "stop": farewell,
    "help": _help,
    "yes": _yes,
    "no": _no,
}


# --- what is said ---------------------------------------------------------------------------------------------------


def _said_part(state: VoiceState) -> Step:
    """The part that ``state`` is at, with the question that belongs at its end."""
    return _said(state, None if state.urgent else _question(state))


def _said(state: VoiceState, question: Optional[str]) -> Step:
    chunk = state.chunks[state.at] if state.chunks else Chunk(())
    ideas = chunk.ideas
    own = state.own_question and state.at + 1 >= len(state.chunks)
    if chunk.left and not own:
        left = words("voice.left", count=speech.number(chunk.left)) if chunk.left > 1 else words("voice.left_one")
        ideas = (*ideas, (left,))
    return Step(
        state, Utterance(ideas, question, bool(question) or own, False, state.urgent, state.slow, state.sources)
    )


def _open_offer(state: VoiceState) -> Optional[str]:
    if state.at + 1 < len(state.chunks):
        return GO_ON
    return None if state.own_question else (state.offers[0] if state.offers else None)


def _question(state: VoiceState) -> Optional[str]:
    offer = _open_offer(state)
    if offer == GO_ON:
        return words("voice.go_on")
    if offer == ANOTHER:
        return words("voice.another")
    return question_for(offer) if offer else None


def _last_question(ideas: Ideas) -> Optional[str]:
    """The question that an answer itself ends with."""
    last = ideas[-1][-1] if ideas else ""
    return last if last.endswith("?") else None


def _ask_again(state: VoiceState) -> Step:
    state = replace(state, offers=(), own_question=True, choice=False)
    return Step(state, Utterance((), words("voice.say_it_again"), listens=True, slow=state.slow))


def _offers(replies: Sequence[SpokenReply]) -> Tuple[str, ...]:
    """What a yes may take, in order: an offer that is part of the answer, then the suggestions that have a question of their own."""
    spoken = [idea["payload"] for reply in replies for idea in reply["speech"] if idea["kind"] == "offer"]
    suggested = [button["payload"] for reply in replies[-1:] for button in reply["buttons"]]
    return tuple(dict.fromkeys(offer for offer in (*spoken, *suggested) if question_for(offer)))


# --- where states are kept ------------------------------------------------------------------------------------------


@dataclass
class VoiceMemory:
    """States by conversation, in memory only and for a while. A talk that is no longer known begins anew.

    Args:
        seconds: how long a talk at rest is known.
        limit: how many talks are known at most.
    """

    seconds: float = 900
    limit: int = 2000
    clock: Callable[[], float] = time.monotonic
    _kept: OrderedDict[str, Tuple[float, VoiceState]] = field(default_factory=OrderedDict)

    def get(self, conversation: str) -> VoiceState:
        kept = self._kept.get(conversation)
        return kept[1] if kept and kept[0] > self.clock() - self.seconds else VoiceState()

    def put(self, conversation: str, state: VoiceState) -> None:
        self._kept.pop(conversation, None)
        self._kept[conversation] = (self.clock(), state)
        while self._kept and (
            len(self._kept) > self.limit or next(iter(self._kept.values()))[0] <= self.clock() - self.seconds
        ):
            self._kept.popitem(last=False)

    def forget(self, conversation: str) -> None:
        self._kept.pop(conversation, None)
