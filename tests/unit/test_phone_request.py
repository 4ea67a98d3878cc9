"""What the phone company sends: its signature, blank fields, and what is read of a step of a call."""

import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from legcramps import settings
from legcramps.channels import phone_request
from legcramps.channels.guard import Refused
from legcramps.channels.phone_request import FORM, is_signed, read_fields, read_step, signature_of

REPO = Path(__file__).resolve().parents[2]
VECTORS = REPO.parent / "shared" / "vectors" / "twilio"

TOKEN = "a token that only the two know"
URL = "https://example.org/assistant/webhooks/phone/call"
FIELDS = (("CallSid", "CA1"), ("CallerCity", ""), ("From", "+15550100"), ("SpeechResult", "what causes cramps?"))


def vectors(name):
    file = VECTORS / name
    if not file.exists():
        pytest.skip(f"the phone company's own payloads are not on this machine ({file})")
    return json.loads(file.read_text("utf8"))


def fields_of(case, cases=()):
    if "params_as" in case:
        case = cases[case["params_as"]]
    given = case.get("params_multi") or case.get("params") or []
    return tuple(map(tuple, given.items() if isinstance(given, dict) else given))


# --- the phone company's own examples


def test_its_own_signatures_are_believed():
    data = vectors("signature_vectors.json")
    for case in data["cases"]:
        fields = fields_of(case, data["cases"])
        body = case.get("body", "").encode()
        assert is_signed(data["auth_token"], case["uri"], fields, case["signature"], body), case
        spoiled = case["signature"][:-2] + "x="
        assert not is_signed(data["auth_token"], case["uri"], fields, spoiled, body), case
        assert not is_signed("another token", case["uri"], fields, case["signature"], body), case


def test_its_own_blank_field_counts():
    data = vectors("trap_blank_param.json")
    body = urlencode(fields_of(data)).encode()
    fields = read_fields(body, FORM)
    assert is_signed(data["auth_token"], data["uri"], fields, data["signature"])
    without = tuple(field for field in fields if field[1])
    assert without != fields
    assert not is_signed(data["auth_token"], data["uri"], without, data["signature"])


# --- signatures, worked out by hand


def by_hand(text, token=TOKEN):
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_a_signature_is_over_the_address_and_all_fields_in_order_of_names():
    expected = by_hand(URL + "CallSidCA1" + "CallerCity" + "From+15550100" + "SpeechResultwhat causes cramps?")
    assert signature_of(TOKEN, URL, FIELDS) == expected
    assert signature_of(TOKEN, URL, FIELDS[::-1]) == expected


def test_a_field_that_comes_several_times_counts_once_with_each_value():
    assert signature_of(TOKEN, URL, (("b", "2"), ("b", "1"), ("b", "2"), ("a", ""))) == by_hand(URL + "ab1b2")


@pytest.mark.parametrize(
    "signed, called",
    [
        (URL, URL.replace("example.org", "example.org:443")),
        (URL.replace("example.org", "example.org:443"), URL),
        ("http://example.org:80/call", "http://example.org/call"),
        ("https://me:secret@example.org/call", "https://me:secret@example.org:443/call"),
        ("https://[2001:db8::1]/call", "https://[2001:db8::1]:443/call"),
        (URL + "?a=1&b=", URL + "?a=1&b="),
    ],
)
def test_a_port_may_have_been_signed_or_not(signed, called):
    assert is_signed(TOKEN, called, FIELDS, signature_of(TOKEN, signed, FIELDS))


@pytest.mark.parametrize(
    "url, fields",
    [
        (URL.replace("https", "http"), FIELDS),
        (URL + "/", FIELDS),
        (URL.replace("/assistant", ""), FIELDS),
        (URL + "?a=1", FIELDS),
        (URL, FIELDS[1:]),
        (URL, (*FIELDS, ("Digits", "9"))),
        (URL, (*FIELDS[:3], ("SpeechResult", "what causes cramps"))),
        (URL, ()),
    ],
)
def test_anything_changed_on_the_way_is_not_believed(url, fields):
    assert not is_signed(TOKEN, url, fields, signature_of(TOKEN, URL, FIELDS))


@pytest.mark.parametrize("signature", [None, "", "x", "ünïcode", "\udc80", signature_of("", URL, FIELDS)])
def test_no_signature_or_nonsense_is_not_believed(signature):
    assert not is_signed(TOKEN, URL, FIELDS, signature)


def test_a_body_that_is_no_form_is_believed_by_its_hash():
    body = b'{"a": 1}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    assert is_signed(TOKEN, url, (), signature_of(TOKEN, url), body)
    assert not is_signed(TOKEN, url, (), signature_of(TOKEN, url), body + b" ")


# --- forms


def test_blank_fields_and_every_letter_are_kept():
    body = b"CallSid=CA1&CallerCity=&SpeechResult=caf%C3%A9+cramps&Empty"
    assert read_fields(body, "application/x-www-form-urlencoded; charset=UTF-8") == (
        ("CallSid", "CA1"),
        ("CallerCity", ""),
        ("SpeechResult", "café cramps"),
        ("Empty", ""),
    )


def test_what_is_no_form_has_no_fields():
    assert read_fields(b"CallSid=CA1", "application/json") == ()
    assert read_fields(b"CallSid=CA1", None) == ()


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % n for n in range(phone_request.MAX_FIELDS + 1))])
def test_a_form_that_cannot_be_read_is_refused(body):
    with pytest.raises(Refused) as refused:
        read_fields(body, FORM)
    assert refused.value.status == 400


# --- a step of a call


def test_a_step_says_what_was_heard_and_how_sure_that_is():
    step = read_step((*FIELDS, ("Confidence", "0.91"), ("CallStatus", "in-progress")))
    assert (step.call, step.heard, step.confidence, step.key) == ("CA1", "what causes cramps?", 0.91, None)
    assert not step.ended


def test_silence_is_neither_word_nor_key():
    step = read_step((("CallSid", "CA1"), ("SpeechResult", " "), ("Digits", "")))
    assert (step.heard, step.key, step.confidence) == (None, None, None)


@pytest.mark.parametrize("text", ["0.0", "0", "", "high", "nan", "inf", "-1", "1.5"])
def test_a_recogniser_that_does_not_know_how_sure_it_is_says_nothing(text):
    assert read_step((("CallSid", "CA1"), ("SpeechResult", "cramps"), ("Confidence", text))).confidence is None


def test_only_the_first_key_counts():
    assert read_step((("CallSid", "CA1"), ("Digits", "91"))).key == "9"


@pytest.mark.parametrize("status", ["completed", "Completed", "busy", "failed", "no-answer", "canceled"])
def test_the_end_of_a_call_is_known(status):
    assert read_step((("CallSid", "CA1"), ("CallStatus", status))).ended


@pytest.mark.parametrize("fields", [(), (("CallSid", ""),), (("CallSid", "x" * 101),), (("From", "+15550100"),)])
def test_a_form_that_belongs_to_no_call_is_refused(fields):
    with pytest.raises(Refused) as refused:
        read_step(fields)
    assert refused.value.status == 400


# --- settings


def test_without_its_settings_there_is_no_phone():
    assert settings.read_phone({}) is None


def test_the_phone_has_a_voice_unless_another_is_set():
    phone = settings.read_phone({"LEGCRAMPS_PHONE_TOKEN": "t", "LEGCRAMPS_PHONE_URL": URL})
    assert (phone.url, phone.language, phone.sure) == (URL, "en-US", 0.45)
    other = settings.read_phone(
        {
            "LEGCRAMPS_PHONE_TOKEN": "t",
            "LEGCRAMPS_PHONE_URL": URL,
            "LEGCRAMPS_PHONE_LANGUAGE": "en-GB",
            "LEGCRAMPS_PHONE_VOICE": "Polly.Amy",
            "LEGCRAMPS_PHONE_SURE": "0",
        }
    )
    assert (other.language, other.voice, other.sure) == ("en-GB", "Polly.Amy", 0.0)


@pytest.mark.parametrize(
    "name, value",
    [
        ("LEGCRAMPS_PHONE_TOKEN", ""),
        ("LEGCRAMPS_PHONE_URL", ""),
        ("LEGCRAMPS_PHONE_URL", "example.org/webhooks/phone/call"),
        ("LEGCRAMPS_PHONE_URL", "https:///call"),
        ("LEGCRAMPS_PHONE_URL", "https://example.org:port/call"),
        ("LEGCRAMPS_PHONE_URL", URL + "?key=1"),
        ("LEGCRAMPS_PHONE_URL", URL + "#rc=2"),
        ("LEGCRAMPS_PHONE_URL", "https://exa mple.org/call"),
        ("LEGCRAMPS_PHONE_LANGUAGE", "de-DE"),
        ("LEGCRAMPS_PHONE_VOICE", 'Polly"Joanna'),
        ("LEGCRAMPS_PHONE_SURE", "45%"),
        ("LEGCRAMPS_PHONE_SURE", "2"),
        ("LEGCRAMPS_PHONE_SURE", "nan"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_the_remedy(name, value):
    environ = {"LEGCRAMPS_PHONE_TOKEN": "t", "LEGCRAMPS_PHONE_URL": URL, name: value}
    with pytest.raises(settings.SettingsError, match=name) as error:
        settings.read_phone(environ)
    assert str(error.value).endswith(".")
    assert "'t'" not in str(error.value)
