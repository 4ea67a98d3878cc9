"""TwiML: well-formed, everything inside the listening, nothing that breaks out of its place, nothing of a call in an address."""

from xml.etree import ElementTree

import pytest

from legcramps.channels import phone_render
from legcramps.channels.phone_render import Line, fit_hints, hang_up, listen, nothing
from legcramps.channels.replies import recogniser_hints

LINE = Line("https://example.org/a/webhooks/phone/call", "en-GB", "Polly.Amy", ("calf", "leg cramps"))
SPEECH = '<p><s>Call <say-as interpret-as="digits">112</say-as> now.</s></p><break time="500ms"/>'


def test_all_that_is_said_can_be_interrupted():
    response = ElementTree.fromstring(listen(LINE, SPEECH))
    assert response.tag == "Response"
    assert [child.tag for child in response] == ["Gather", "Redirect"]
    gather = response[0]
    assert [child.tag for child in gather] == ["Say"]
    assert gather[0].attrib == {"language": "en-GB", "voice": "Polly.Amy"}
    assert "".join(gather[0].itertext()) == "Call 112 now."
    assert gather.attrib["bargeIn"] == "true"


def test_words_and_every_key_are_heard_and_silence_is_a_step_too():
    gather = ElementTree.fromstring(listen(LINE, SPEECH))[0]
    assert set(gather.attrib["input"].split()) == {"dtmf", "speech"}
    assert gather.attrib["language"] == "en-GB"
    assert gather.attrib["hints"] == "calf, leg cramps"
    assert (gather.attrib["numDigits"], gather.attrib["finishOnKey"]) == ("1", "")
    assert gather.attrib["actionOnEmptyResult"] == "true"
    assert gather.attrib["profanityFilter"] == "false"


def test_the_next_step_goes_to_the_same_address_with_nothing_added():
    response = ElementTree.fromstring(listen(LINE, SPEECH))
    assert response[0].attrib["action"] == LINE.url
    assert response[1].text == LINE.url


def test_a_call_ends_with_words_or_without():
    response = ElementTree.fromstring(hang_up(LINE, SPEECH))
    assert [child.tag for child in response] == ["Say", "Hangup"]
    assert [child.tag for child in ElementTree.fromstring(hang_up(LINE))] == ["Hangup"]
    assert list(ElementTree.fromstring(nothing())) == []


@pytest.mark.parametrize("speech", ["<s>not closed", "a & b", "</Say><Dial>+15550100</Dial><Say>"])
def test_speech_that_is_no_ssml_is_an_error_and_never_sent(speech):
    with pytest.raises(ElementTree.ParseError):
        listen(LINE, speech)


def test_letters_of_all_kinds_survive():
    document = listen(LINE, "<s>café &amp; “quotes” &lt;Dial&gt;</s>")
    assert document.startswith(b"<?xml")
    assert "".join(ElementTree.fromstring(document).find("Gather/Say").itertext()) == "café & “quotes” <Dial>"


def test_hints_fit_the_phone_company():
    hints = fit_hints(["calf", "calf", " a,  b ", "", "x" * 101, *(f"word {n}" for n in range(600))])
    assert hints[:2] == ("calf", "a b")
    assert len(hints) == phone_render.MAX_HINTS


def test_hints_come_from_the_vocabulary():
    hints = recogniser_hints()
    assert fit_hints(hints) == hints
    assert {"calf", "cramps", "stop", "help", "anemia", "statin", "magnesium", "restless legs"} <= set(hints)
    # The whole document must stay small: it is sent in every step.
    assert len(listen(Line(LINE.url, "en-US", "Polly.Joanna", hints), SPEECH)) < 8000
