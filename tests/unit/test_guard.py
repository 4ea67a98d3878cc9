"""The guard that every channel stands behind."""

import asyncio
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legcramps.channels import guard
from legcramps.channels.guard import AnswerOnce, Exchange, RateLimit, Refused

SECRET = b"a secret of these tests"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


# --- text


@pytest.mark.parametrize(
    "typed, read",
    [
        ("can anemia do this?", "can anemia do this?"),
        ("  two   spaces\tand\ttabs ", "two spaces and tabs"),
        ("one\r\n\r\n\r\ntwo", "one\ntwo"),
        ("cafe\u0301", "café"),
        ("nul\x00and\x07bell\x1b[31m", "nul and bell [31m"),
        ("why\u202e reversed\u2066?", "why reversed?"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("help!!!!!!!!!!", "help!!!"),
        ("hm........ why????", "hm... why???"),
        ("what" + "?!" * 900, "what" + "?!" * 15),
        ("/restart", "restart"),
        ('/ask_causes{"x": 1}', 'ask_causes{"x": 1}'),
        (" / / //restart", "restart"),
        ("\u200b/restart", "restart"),
        ("and/or", "and/or"),
        ("👍", "👍"),
        ("👩‍⚕️ 🇬🇧", "👩‍⚕️ 🇬🇧"),
        ("مرحبا", "مرحبا"),
        ("#ask_condition=anemia", "#ask_condition=anemia"),
    ],
)
def test_text_is_made_fit_to_be_read(typed, read):
    assert guard.read(typed) == guard.Read(read)


@pytest.mark.parametrize(
    "typed", ["", " ", "\n\t", "?", "...", "?!", "—", "\x00\x01", "\u200b\u202e", "/", "/ /", "\"'", "''", "_"]
)
def test_a_message_without_anything_said_is_empty(typed):
    assert guard.read(typed).problem == "empty"


def test_two_thousand_characters_are_read_and_not_one_more():
    assert guard.read("a " * 1000) == guard.Read(("a " * 1000).strip())
    assert guard.read("a" * 2000).problem is None
    assert guard.read("a" * 2001).problem == "too_long"
    assert guard.read("a" * 100_000).problem == "too_long"


def test_blanks_around_a_message_do_not_make_it_too_long():
    assert guard.read(" " * 5000 + "why?").text == "why?"


@given(st.text(max_size=300))
def test_cleaning_any_text_leaves_nothing_to_clean(text):
    cleaned = guard.clean(text)
    assert guard.clean(cleaned) == cleaned
    assert not cleaned.startswith("/")
    assert not any(unicodedata.category(character) == "Cc" and character != "\n" for character in cleaned)


# --- requests


def refusal(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", None])
def test_a_body_as_described_is_read(kind):
    body = json.dumps({"text": "why?", "id": "1"}).encode()
    assert guard.read_body(body, kind) == guard.Incoming("why?", "1")


def test_a_number_will_do_as_an_id():
    assert guard.read_body(b'{"text": "why?", "id": 7}', None).id == "7"


@pytest.mark.parametrize(
    "body, named",
    [
        (b"", "not valid JSON"),
        (b"why?", "not valid JSON"),
        (b"[" * 60_000, "not valid JSON"),
        (b'{"text": "\xff", "id": "1"}', "not valid JSON"),
        (b"[]", "no object"),
        (b'"why?"', "no object"),
        (b"{}", "'text'"),
        (b'{"id": "1"}', "'text'"),
        (b'{"text": null, "id": "1"}', "'text'"),
        (b'{"text": {"a": 1}, "id": "1"}', "'text'"),
        (b'{"text": "why?"}', "'id'"),
        (b'{"text": "why?", "id": ""}', "'id'"),
        (b'{"text": "why?", "id": true}', "'id'"),
        (b'{"text": "why?", "id": "half a character: \\ud800"}', "'id'"),
        (b'{"text": "why?", "id": "%s"}' % (b"x" * 101), "'id'"),
    ],
)
def test_a_body_that_is_not_as_described_is_refused_with_what_is_expected(body, named):
    refused = refusal(guard.read_body, body, "application/json")
    assert refused.status == 400
    assert named in refused.sentence
    assert '{"text"' in refused.sentence


def test_another_content_type_is_refused():
    assert refusal(guard.read_body, b'{"text": "why?", "id": "1"}', "text/plain").status == 400


def test_a_body_over_64_kib_is_refused_unread():
    assert refusal(guard.read_body, b"x" * (64 * 1024 + 1), "application/json").status == 413
    assert refusal(guard.read_body, b"x" * (64 * 1024), "application/json").status == 400


@pytest.mark.parametrize(
    "forwarded, proxies, address",
    [
        (None, 0, "10.0.0.1"),
        ("1.2.3.4", 0, "10.0.0.1"),
        ("1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.9", 2, "1.2.3.4"),
        ("1.2.3.4", 2, "10.0.0.1"),
        ("", 1, "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed_about_an_address(forwarded, proxies, address):
    assert guard.client_address("10.0.0.1", forwarded, proxies) == address


@pytest.mark.parametrize(
    "origin, allowed",
    [
        (None, True),
        ("http://chat.example", True),
        ("https://chat.example", True),
        ("https://www.example.org", True),
        ("https://evil.example", False),
        ("https://www.example.org.evil.example", False),
        ("null", False),
    ],
)
def test_pages_of_other_origins_may_call_only_when_listed(origin, allowed):
    assert guard.origin_allowed(origin, "chat.example", ("https://www.example.org",)) is allowed


# --- who is speaking


def test_a_token_stands_for_its_conversation_until_it_expires():
    token = guard.issue_token(SECRET, "abc", expires=2000)
    assert guard.check_token(SECRET, f"Bearer {token}", now=1999) == "abc"
    assert guard.check_token(SECRET, f"bearer  {token} ", now=1999) == "abc"
    assert "expired" in refusal(guard.check_token, SECRET, f"Bearer {token}", 2000).sentence


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace("abc", "abd"),
        lambda t: t.replace(".2000.", ".9999."),
        lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"),
        lambda t: t.rsplit(".", 1)[0],
        lambda t: "",
        lambda t: "..",
        lambda t: "é\udc80.1.x",
        lambda t: f"{t}\udce9",
        lambda t: f"{t}é",
    ],
)
def test_a_token_that_was_tampered_with_is_worth_nothing(change):
    refused = refusal(guard.check_token, SECRET, "Bearer " + change(guard.issue_token(SECRET, "abc", 2000)), 1000)
    assert refused.status == 401
    assert "/session" in refused.sentence


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "abc"])
def test_no_token_is_a_401_that_says_where_to_get_one(header):
    refused = refusal(guard.check_token, SECRET, header, 1000)
    assert refused.status == 401
    assert "/session" in refused.sentence


def test_a_token_of_another_server_is_worth_nothing():
    token = guard.issue_token(b"another secret", "abc", 2000)
    assert refusal(guard.check_token, SECRET, f"Bearer {token}", 1000).status == 401


def test_a_pseudonym_is_steady_and_tells_nothing():
    number = "+44 7700 900123"
    one = guard.pseudonym(SECRET, "phone", number)
    assert one == guard.pseudonym(SECRET, "phone", number)
    assert one != guard.pseudonym(SECRET, "sms", number)
    assert one != guard.pseudonym(b"another secret", "phone", number)
    assert "7700" not in one
    assert len(one) == 32


def test_an_id_with_half_a_character_has_a_pseudonym_too():
    one = guard.pseudonym(SECRET, "wyoming", "kitchen\udc00")
    assert one == guard.pseudonym(SECRET, "wyoming", "kitchen\udc00")
    assert one != guard.pseudonym(SECRET, "wyoming", "kitchen")


# --- how often


def test_a_rush_is_let_through_then_so_many_a_minute():
    clock = Clock()
    limit = RateLimit(per_minute=6, burst=3, clock=clock)
    for _ in range(3):
        limit.check("a")
    refused = refusal(limit.check, "a")
    assert refused.status == 429
    assert refused.retry_after == 10
    assert "10 seconds" in refused.sentence
    limit.check("b")
    clock.now += 10
    limit.check("a")
    assert refusal(limit.check, "a").status == 429


def test_calls_that_were_refused_do_not_put_off_the_next():
    clock = Clock()
    limit = RateLimit(per_minute=60, burst=1, clock=clock)
    limit.check("a")
    for _ in range(100):
        refusal(limit.check, "a")
    clock.now += 1
    limit.check("a")
    assert refusal(limit.check, "a").retry_after == 1


def test_keys_at_rest_are_forgotten():
    limit = RateLimit(per_minute=1, burst=1, clock=Clock(), max_keys=2)
    for key in "abc":
        limit.check(key)
    limit.check("a")
    assert refusal(limit.check, "c").status == 429


# --- once only


async def read_all(exchange):
    return [item async for item in exchange.read()]


def test_a_message_that_comes_again_is_known_and_another_is_not():
    once = AnswerOnce(clock=Clock())
    first, new = once.begin("a", "1")
    assert new
    assert once.begin("a", "1") == (first, False)
    assert once.begin("a", "2")[1]
    assert once.begin("b", "1")[1]


def test_messages_are_forgotten_after_a_while_and_on_demand():
    clock = Clock()
    once = AnswerOnce(seconds=60, clock=clock)
    once.begin("a", "1")
    once.begin("b", "1")
    once.forget("a")
    assert once.begin("a", "1")[1]
    assert not once.begin("b", "1")[1]
    clock.now += 61
    assert once.begin("b", "1")[1]


def test_no_more_messages_are_remembered_than_said():
    once = AnswerOnce(limit=2, clock=Clock())
    for number in range(3):
        once.begin("a", str(number))
    assert once.begin("a", "0")[1]
    assert not once.begin("a", "2")[1]


def test_an_exchange_is_read_while_it_grows_by_everyone_who_asked():
    async def scene():
        exchange = Exchange()
        readers = [asyncio.ensure_future(read_all(exchange)) for _ in range(3)]
        for item in "abc":
            exchange.add(item)
            await asyncio.sleep(0)
        exchange.finish()
        return await asyncio.gather(*readers, read_all(exchange))

    assert asyncio.run(asyncio.wait_for(scene(), 5)) == [["a", "b", "c"]] * 4
