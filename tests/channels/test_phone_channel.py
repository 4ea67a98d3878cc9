"""The phone channel, from the phone company's side: whole calls, keys, silence, an unsure recogniser, and what is refused."""

import base64
import hashlib
import hmac
import json
import logging
import re
import uuid
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest

from legcramps import settings
from legcramps.channels.phone import PhoneChannel
from tests.helpers.http import Client

TOKEN = "a token that only the two know"
URL = "https://example.org/behind/a/prefix/webhooks/phone/call"
PATH = "/webhooks/phone/call"
CALLER = "+14155550176"
QUESTION = "what are the causes of night leg cramps?"
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "twilio"


def sign(url, fields, token=TOKEN):
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class Said:
    """What the caller hears, and what happens then."""

    def __init__(self, answer):
        self.status, self.headers, self.body = answer
        assert self.status == 200, self.body
        assert self.headers["content-type"].startswith("text/xml")
        assert self.headers["cache-control"] == "no-store"
        response = ElementTree.fromstring(self.body)
        self.text = " ".join(" ".join(said for say in response.iter("Say") for said in say.itertext()).split())
        self.hangs_up = response.find("Hangup") is not None
        self.listens = response.find("Gather") is not None
        assert self.hangs_up != self.listens or not list(response)
        assert all(gather.find("Say") is not None for gather in response.iter("Gather"))


class Call:
    """One call, as the phone company makes it: every field it sends, blank ones too."""

    def __init__(self, address, caller=CALLER, url=URL, token=TOKEN):
        self.http = Client(address, open_session=False)
        self.sid, self.caller, self.url, self.token = f"CA{uuid.uuid4().hex}", caller, url, token

    def fields(self, **more):
        fields = {
            "AccountSid": "AC1",
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": "in-progress",
            "CallerCity": "",
            "CallerCountry": "US",
            "CallerState": "CA",
            "CallerZip": "",
            "Caller": self.caller,
            "Called": "+18005551212",
            "Direction": "inbound",
            "From": self.caller,
            "To": "+18005551212",
        }
        return tuple({**fields, **more}.items())

    def post(self, fields, query="", signature=None, headers=None):
        if signature is None:
            signature = sign(self.url + query, fields, self.token)
        sent = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature}
        return self.http.request("POST", PATH + query, urlencode(fields), {**sent, **(headers or {})})

    def step(self, **more):
        return Said(self.post(self.fields(**more)))

    def start(self):
        return self.step(CallStatus="ringing")

    def say(self, text, confidence="0.93"):
        return self.step(SpeechResult=text, Confidence=confidence)

    def press(self, key):
        return self.step(Digits=key)

    def be_silent(self):
        return self.step(SpeechResult="", Digits="")


@pytest.fixture
def phone(serve_with):
    return serve_with(LEGCRAMPS_PHONE_TOKEN=TOKEN, LEGCRAMPS_PHONE_URL=URL, LEGCRAMPS_EMERGENCY_NUMBER="112")


@pytest.fixture
def call(phone):
    return Call(phone)


def stored(assistant):
    return list(assistant.store._connection.execute("select sender_id, data from events"))


# --- whole calls


def test_a_whole_call(call, assistant):
    before = len(stored(assistant))
    assert "What would you like to know?" in call.start().text
    first = call.say(QUESTION)
    assert "cramps" in first.text
    assert first.listens
    assert first.text.endswith("?")
    more = call.press("1")
    assert more.text != first.text
    assert call.press("2").text == more.text
    assert "anemia" in call.say("can anemia do this?").text.lower()
    goodbye = call.press("0")
    assert "Goodbye" in goodbye.text
    assert goodbye.hangs_up
    assert len(stored(assistant)) == before, "nothing of a call that is over is kept"


def test_the_greeting_says_how_to_get_urgent_help(call):
    assert "nine" in call.start().text


def test_yes_and_no_take_the_offer_or_leave_it(phone):
    call, other = Call(phone), Call(phone)
    call.start()
    offered = call.say("what are night leg cramps?").text
    assert offered.endswith("?")
    assert call.say("yes").text not in ("", offered)
    other.start()
    other.say("what are night leg cramps?")
    assert "another question" in other.say("no").text
    assert other.say("no").hangs_up


def test_no_chunk_is_longer_than_one_can_follow(call):
    call.start()
    said = call.say("which conditions are linked to night leg cramps?")
    for _ in range(12):
        assert len(said.text.split()) <= 60, said.text
        said = call.press("1")


def test_two_calls_do_not_hear_each_other(phone):
    one, other = Call(phone), Call(phone)
    one.start()
    other.start()
    one.say("can anemia do this?")
    other.say("what eases a cramp?")
    assert "anemia" in one.say("say that again").text.lower()
    assert "anemia" not in other.say("say that again").text.lower()


def test_a_goodbye_in_other_words_ends_the_call(call):
    call.start()
    assert call.say("thank you, goodbye and good night").hangs_up


def test_a_call_that_this_server_does_not_know_goes_on(call):
    assert "cramps" in call.say(QUESTION).text


# --- danger


def test_danger_comes_first_and_the_line_stays_open(call):
    call.start()
    said = call.say("I have chest pain and cannot breathe")
    assert said.text.startswith("This could be an emergency.")
    assert said.listens
    assert "?" not in said.text


@pytest.mark.parametrize("before, after", [(0, 300), (300, 0), (300, 300)], ids=["first", "last", "in the middle"])
def test_danger_is_heard_in_words_without_end(call, before, after):
    call.start()
    said = call.say(
        "and then my leg hurts " * before + "my calf is red, hot and swollen. " + "and then my leg hurts " * after
    )
    assert "emergency" in said.text
    assert said.listens
    assert "more than I can take in" in call.say("and then my leg hurts " * 300).text


def test_key_nine_is_urgent_help_at_any_time(call):
    call.start()
    call.say(QUESTION)
    said = call.press("9")
    assert said.text.startswith("This could be an emergency.")
    assert "112" in said.text
    assert call.press("2").text == said.text


def test_who_falls_silent_in_an_emergency_hears_it_once_more_and_then_the_line_is_free(call):
    call.start()
    said = call.say("I have chest pain and cannot breathe")
    assert (call.be_silent().text, call.be_silent().hangs_up) == (said.text, True)


def test_danger_does_not_wait_for_a_sure_recogniser(call):
    call.start()
    assert call.say("I have chest pain and cannot breathe", "0.11").text.startswith("This could be an emergency.")


def test_a_misheard_word_decides_nothing_on_danger(call):
    call.start()
    assert "needs a doctor today" not in call.say("my cap muscle is hot and swollen").text
    assert "needs a doctor today" in call.say("my calf is hot and swollen not like cramps").text


def test_what_a_recogniser_writes_for_our_words_is_read_as_meant(phone):
    heard, meant = Call(phone), Call(phone)
    for call in (heard, meant):
        call.start()
    assert heard.say("can coffee give me light crap").text == meant.say("can coffee give me a leg cramp").text


# --- silence, keys, an unsure recogniser


def test_silence_twice_is_goodbye(call):
    call.start()
    asked = call.be_silent()
    assert asked.listens
    assert asked.text.endswith("?")
    goodbye = call.be_silent()
    assert "Goodbye" in goodbye.text
    assert goodbye.hangs_up


def test_silence_counts_anew_after_a_word(call):
    call.start()
    call.be_silent()
    call.say(QUESTION)
    assert call.be_silent().listens


@pytest.mark.parametrize("key", ["3", "*", "#"])
def test_another_key_says_which_there_are(call, key):
    call.start()
    said = call.press(key)
    assert said.listens
    for word in ("one", "two", "nine", "zero"):
        assert word in said.text


def test_what_the_recogniser_is_unsure_of_is_asked_back(call):
    call.start()
    asked = call.say("can anemia do this", "0.21")
    assert "Did you say" in asked.text
    assert "can anemia do this" in asked.text
    assert "anemia" in call.say("yes", "0.2").text


def test_what_was_not_said_leaves_nothing_behind(call, assistant):
    call.start()
    call.say("what eases a cramp?")
    call.say("I have a heart of stone", "0.2")
    assert "What would you like to know" in call.say("no").text
    assert not any("heart of stone" in data for _, data in stored(assistant))
    assert "Did you say" not in call.say("can anemia do this").text


def test_a_second_unsure_word_is_taken_as_it_is(call):
    call.start()
    call.say("can anemia do this", "0.2")
    assert "cirrhosis" in call.say("what about cirrhosis and cramps", "0.2").text


def test_a_command_needs_no_sureness_but_for_the_one_that_ends(call):
    call.start()
    said = call.say(QUESTION)
    assert call.say("repeat", "0.1").text == said.text
    assert "Did you say: stop?" in call.say("stop", "0.1").text
    assert call.say("yes", "0.9").hangs_up


def test_a_recogniser_that_rates_nothing_is_believed(call):
    call.start()
    assert "Did you say" not in call.say("can anemia do this", "0.0").text


@pytest.mark.parametrize("text", ["kelp", "start"])
def test_what_may_be_a_misheard_command_is_asked_about(call, text):
    call.start()
    assert "Did you say" in call.say(text).text


@pytest.mark.parametrize(
    "text",
    ["<Dial>+15550100</Dial>", "]]> & ' \"", "x" * 3000, "#ask_causes", "/restart", "{0} {text} %s", "\u202e", "..."],
)
def test_whatever_is_heard_the_call_goes_on(call, text):
    call.start()
    for confidence in ("0.9", "0.1"):
        said = call.say(text, confidence)
        assert said.text
        assert "<Dial>" not in said.body
    assert "cramps" in call.say(QUESTION).text


# --- who may call


def refused(answer):
    status, headers, body = answer
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["error"].endswith(".")
    return status


def test_only_the_phone_company_is_answered(call, assistant):
    fields = call.fields(SpeechResult=QUESTION)
    before = len(stored(assistant))
    good = sign(URL, fields)
    assert refused(call.post(fields, signature="")) == 403
    assert refused(call.post(fields, signature=sign(URL, fields, "another token"))) == 403
    assert refused(call.post((*fields, ("Digits", "9")), signature=good)) == 403
    assert refused(call.post(fields[:-1], signature=good)) == 403
    assert refused(call.post(fields, query="?a=1", signature=good)) == 403
    assert refused(call.post(fields, signature=sign(f"http://{call.http.address.netloc}{PATH}", fields))) == 403
    assert refused(call.post(fields, signature=good, headers={"Content-Type": "application/json"})) == 403
    assert len(stored(assistant)) == before


def test_a_query_is_part_of_what_is_signed(call):
    assert Said(call.post(call.fields(), query="?a=1&b=&c=%20")).listens


def test_the_header_of_those_who_work_like_it_is_read(call):
    fields = call.fields()
    headers = {"X-SignalWire-Signature": sign(URL, fields)}
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    assert Said(call.http.request("POST", PATH, urlencode(fields), sent)).listens


def test_its_own_payload_with_a_blank_field_is_answered(serve_with):
    file = VECTORS / "trap_blank_param.json"
    if not file.exists():
        pytest.skip(f"the phone company's own payloads are not on this machine ({file})")
    data = json.loads(file.read_text("utf8"))
    call = Call(serve_with(LEGCRAMPS_PHONE_TOKEN=data["auth_token"], LEGCRAMPS_PHONE_URL=data["uri"]))
    assert Said(call.post(tuple(map(tuple, data["params"])), signature=data["signature"])).listens


def test_a_form_of_no_call_or_too_large_is_refused(call):
    fields = (("From", CALLER),)
    assert refused(call.post(fields)) == 400
    assert refused(call.post(call.fields(SpeechResult="x" * 70_000))) == 413
    assert call.http.request("GET", PATH)[0] == 405


def test_without_its_settings_there_is_nothing_there(address):
    call = Call(address)
    assert refused(call.post(call.fields())) == 404


def test_settings_that_are_half_there_stop_the_start(monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_PHONE_TOKEN", TOKEN)
    with pytest.raises(settings.SettingsError, match="LEGCRAMPS_PHONE_URL"):
        PhoneChannel.from_credentials(None)


def test_a_step_that_comes_again_counts_once(call):
    call.start()
    first = call.say("which conditions are linked to night leg cramps?")
    fields = call.fields(Digits="1")
    answers = [call.post(fields, headers={"I-Twilio-Idempotency-Token": "once"}) for _ in range(2)]
    assert answers[0][2] == answers[1][2]
    assert Said(answers[0]).text != first.text
    assert call.press("2").text == Said(answers[0]).text


# --- privacy


def test_nothing_of_the_callers_number_or_the_calls_id_is_kept_or_logged(call, assistant, caplog):
    caplog.set_level(logging.DEBUG)
    call.start()
    call.say("can anemia do this?")
    call.say("mumble mumble", "0.1")
    call.say("yes")
    # Times hold any four digits sooner or later.
    dump = re.sub(r"\d+\.\d+(e\+\d+)?", "", "\n".join(assistant.store._connection.iterdump()))
    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("legcramps"))
    assert "conversation=" in log
    assert "anemia do this" in dump, "the call is under way, so its words are there"
    for text in (dump, log):
        for secret in (CALLER, CALLER[1:], CALLER[-7:], call.sid, call.sid[2:]):
            assert secret not in text
        # … and so do the random ids of conversations.
        assert CALLER[-4:] not in re.sub(r"\b(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", "", text)
    assert "mumble" not in log
    assert "anemia do this" not in log


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_the_news_that_a_call_is_over_deletes_it(call, assistant, status):
    before = len(stored(assistant))
    call.start()
    call.say("can anemia do this?")
    assert len(stored(assistant)) > before
    over = call.post(call.fields(CallStatus=status, CallDuration="12"))
    assert list(ElementTree.fromstring(over[2])) == []
    assert len(stored(assistant)) == before


# --- when something breaks


def test_when_the_assistant_breaks_the_caller_hears_it(call, assistant, monkeypatch):
    call.start()

    async def broken(message):
        raise RuntimeError(f"secret words: {message.text}")

    monkeypatch.setattr(assistant.agent, "handle_message", broken)
    said = call.say(QUESTION)
    assert "went wrong" in said.text
    assert said.listens


def test_too_many_steps_of_one_caller_end_the_call(serve_with):
    address = serve_with(LEGCRAMPS_PHONE_TOKEN=TOKEN, LEGCRAMPS_PHONE_URL=URL, LEGCRAMPS_RATE_PER_MINUTE="1")
    for _ in range(5):
        assert Call(address).start().listens
    said = Call(address).start()
    assert "too many" in said.text
    assert said.hangs_up
    assert Call(address, caller="+14155550177").start().listens
