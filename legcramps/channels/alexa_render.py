"""What is said, as an Alexa response: speech, the question again for who stays silent, a card with the source. Pure."""

from __future__ import annotations

from typing import Any, Dict, Optional, Sequence

from legcramps.channels.alexa_request import ATTRIBUTE
from legcramps.channels.replies import words
from legcramps.channels.voice import Step, Utterance

VERSION = "1.0"
MAX_SPEECH = 8000
"""Characters of SSML that Alexa takes."""


def response(step: Step) -> Dict[str, Any]:
    """The response to a launch or an intent. The session stays open after a question, and only then."""
    said = step.say or Utterance(())
    body: Dict[str, Any] = {"outputSpeech": _speech(said), "shouldEndSession": not said.listens}
    again = said.reprompt()
    if again:
        body["reprompt"] = {"outputSpeech": _speech(again)}
    card = _card(said)
    if card:
        body["card"] = card
    whole: Dict[str, Any] = {"version": VERSION, "response": body}
    if said.listens:
        whole["sessionAttributes"] = {ATTRIBUTE: step.state.as_data()}
    return whole


def nothing() -> Dict[str, Any]:
    """To what may not be answered with speech: the end of a session, and news."""
    return {"version": VERSION, "response": {}}


def can_fulfil(verdict: str, slots: Sequence[str]) -> Dict[str, Any]:
    """Whether the skill could answer: ``YES``, ``MAYBE`` or ``NO``, for the intent and each of its slots."""
    of_slot = "NO" if verdict == "NO" else "YES"
    return {
        "version": VERSION,
        "response": {
            "canFulfillIntent": {
                "canFulfill": verdict,
                "slots": {slot: {"canUnderstand": of_slot, "canFulfill": of_slot} for slot in slots},
            }
        },
    }


def _speech(said: Utterance) -> Dict[str, str]:
    return {"type": "SSML", "ssml": said.ssml()}


def _card(said: Utterance) -> Optional[Dict[str, str]]:
    """For the app and screens: what was said, to be read, and where it stands in the source. Words for an emergency always have one."""
    if not (said.sources or said.urgent):
        return None
    text = " ".join(sentence for idea in said.ideas for sentence in idea)
    lines = [text]
    if said.sources:
        lines += [words("voice.card_source", places="; ".join(said.sources)), words("voice.notice")]
    return {"type": "Simple", "title": words("voice.card_title"), "content": "\n\n".join(lines)}
