"""Calls and sessions where something inside fails, and what is left of them: the channels alone, with an assistant made up here."""

import asyncio
import base64
import hashlib
import hmac
import json
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from legcramps import settings
from legcramps.channels import alexa
from legcramps.channels.alexa import AlexaChannel
from legcramps.channels.phone import PhoneChannel
from legcramps.channels.replies import spoken_urgent, words
from tests.helpers.alexa import SKILL, Session

URL = "https://example.org/webhooks/phone/call"
TOKEN = "a token that only the two know"
WORDS = "secret words"


class Store:
    """Keeps nothing; cannot delete while ``broken``."""

    def __init__(self):
        self.broken, self.deleted = False, []

    async def delete(self, conversation):
        if self.broken:
            raise OSError(WORDS)
        self.deleted.append(conversation)


class Locks:
    def lock(self, conversation):
        return self

    async def __aenter__(self):
        return self

    async def __aexit__(self, *raised):
        return None


async def say(message):
    """An assistant that knows danger from other things, and says what it heard."""
    if "chest" in message.text:
        urgent = spoken_urgent()
        custom = {"answer": urgent["answer"], "speech": urgent["speech"]}
        await message.output_channel.send_response(message.sender_id, {"text": "", "custom": custom})
    else:
        custom = {"answer": {"outcome": "answered"}}
        await message.output_channel.send_response(
            message.sender_id, {"text": f"You said {message.text}.", "custom": custom}
        )


class Line:
    """A channel without a server: its one handler, called as the web framework would."""

    def __init__(self, channel):
        self.channel, self.store = channel, Store()
        (route,) = channel.blueprint(say)._future_routes
        self._handler = route.handler
        agent = SimpleNamespace(tracker_store=self.store, lock_store=Locks())
        self._app = SimpleNamespace(ctx=SimpleNamespace(agent=agent))

    def send(self, body, headers):
        request = SimpleNamespace(body=body, headers=headers, query_string="", app=self._app)
        answer = asyncio.run(self._handler(request))
        assert answer.status == 200, answer.body
        return answer.body.decode()

    @property
    def remembered(self):
        return [item for _, exchange in self.channel._once._exchanges.values() for item in exchange.items]


class Call(Line):
    def __init__(self):
        phone = settings.read_phone({"LEGCRAMPS_PHONE_TOKEN": TOKEN, "LEGCRAMPS_PHONE_URL": URL})
        super().__init__(PhoneChannel(settings.read(), phone))
        self.steps = 0

    def step(self, **fields):
        self.steps += 1
        fields = {"CallSid": "CA1", "CallStatus": "in-progress", "From": "+14155550176", **fields}
        text = URL + "".join(name + value for name, value in sorted(fields.items()))
        signature = base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
        return self.send(
            urlencode(fields).encode(),
            {
                "content-type": "application/x-www-form-urlencoded",
                "x-twilio-signature": signature,
                "i-twilio-idempotency-token": str(self.steps),
            },
        )

    def say(self, text, confidence="0.9"):
        return self.step(SpeechResult=text, Confidence=confidence)


class Skill(Line):
    def __init__(self):
        self.session = Session()
        super().__init__(AlexaChannel(settings.read(), self))

    async def read(self, headers, body):
        """Stands for the check of the signature."""
        return json.loads(body)

    def ask(self, request):
        document = json.loads(self.send(json.dumps(request).encode(), {}))
        self.session.take(document)
        return document

    def say(self, text):
        return self.ask(self.session.intent("QuestionIntent", question=text))

    def can_fulfil(self, text):
        slots = {"question": {"name": "question", "value": text}}
        request = self.session.request("CanFulfillIntentRequest", intent={"name": "QuestionIntent", "slots": slots})
        return self.ask(request)["response"]["canFulfillIntent"]


@pytest.fixture
def call():
    return Call()


@pytest.fixture
def skill(monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_ALEXA_SKILL", SKILL)
    return Skill()


# --- a store that cannot delete


def test_danger_that_the_recogniser_is_unsure_of_is_answered_though_nothing_can_be_deleted(call, caplog):
    call.step()
    call.store.broken = True
    said = call.say("i have chest pain", "0.1")
    assert "This could be an emergency." in said
    assert words("voice.did_you_say", text="").split(":")[0] not in said
    assert "in=phone aside" in caplog.text
    assert WORDS not in caplog.text


def test_what_is_unsure_is_asked_back_though_nothing_can_be_deleted(call):
    call.step()
    call.store.broken = True
    assert "Did you say: my statin?" in call.say("my statin", "0.1")


def test_alexa_hears_whether_it_could_be_answered_though_nothing_can_be_deleted(skill, caplog):
    skill.store.broken = True
    assert skill.can_fulfil("can anemia do this")["canFulfill"] == "YES"
    assert WORDS not in caplog.text


def test_when_asking_fails_alexa_gets_the_verdict_that_it_can_read(skill, monkeypatch):
    async def fail(*asked):
        raise RuntimeError("broken")

    monkeypatch.setattr(alexa.voice_turn, "ask", fail)
    verdict = {"canUnderstand": "NO", "canFulfill": "NO"}
    assert skill.can_fulfil("can anemia do this") == {"canFulfill": "NO", "slots": {"question": verdict}}


def test_who_asks_too_often_whether_we_could_gets_a_verdict(skill, monkeypatch):
    def check(person):
        raise alexa.Refused(429, "Too many.")

    monkeypatch.setattr(skill.channel._per_person, "check", check)
    assert skill.can_fulfil("can anemia do this")["canFulfill"] == "NO"


# --- what is unsure


def test_another_key_leaves_the_question_that_a_yes_answers(call):
    call.step()
    call.say("my statin", "0.1")
    assert "Did you say: my statin?" in call.step(Digits="5")
    assert "You said my statin" in call.say("yes")


# --- afterwards


@pytest.mark.parametrize("end", [{"Digits": "0"}, {"CallStatus": "completed"}])
def test_no_answer_is_remembered_after_the_call(call, end):
    call.step()
    call.say("is it my statin")
    assert any(b"is it my statin" in document for document in call.remembered)
    call.step(**end)
    assert call.remembered == []


def test_no_answer_is_remembered_after_the_session(skill):
    skill.say("is it my statin")
    assert "is it my statin" in str(skill.remembered)
    skill.ask(skill.session.ended())
    assert skill.remembered == []


# --- odd requests


def test_attributes_that_are_no_numbers_begin_the_talk_anew(skill):
    skill.session.new = False
    skill.session.attributes = {"voice": {"at": float("inf"), "silences": float("inf")}}
    assert "You said is it my statin" in skill.say("is it my statin")["response"]["outputSpeech"]["ssml"]


def test_a_session_of_half_a_character_is_answered(skill):
    skill.session.identifier = skill.session.user = "\ud800"
    assert "You said is it my statin" in skill.say("is it my statin")["response"]["outputSpeech"]["ssml"]
