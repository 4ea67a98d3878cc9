"""The Telegram channel, from Telegram's side: updates in, messages out, and what happens when either goes wrong."""

import asyncio
import copy
import json
import logging
import threading
import time
import weakref
from pathlib import Path

import pytest

from tests.helpers.fake_platform import PlatformSender, turns_noted
from tests.helpers.fake_telegram import BOT_ID, BOT_NAME, TOKEN, FakeTelegram, text_of

SECRET = "a-secret-of-32-characters-or-more"
QUESTION = "what are the causes of night leg cramps?"
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "telegram"


TURNS = weakref.WeakSet()
"""What all servers of these tests have under way."""


@pytest.fixture(scope="module", autouse=True)
def known_turns():
    with turns_noted(TURNS):
        yield


@pytest.fixture(scope="module")
def fake(known_turns):
    fake = FakeTelegram()
    yield fake
    fake.stop()


@pytest.fixture
def telegram(fake):
    fake.reset()
    return fake


class Sender(PlatformSender):
    """Telegram's other half: sends updates to the channel, with numbers of its own."""

    def post(self, body, secret=SECRET, path="/webhooks/telegram/webhook"):
        """Status and seconds."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        status, _, seconds = self.send(path, body, headers)
        return status, seconds

    def update(self, **kind):
        update = {"update_id": 1000 + self.next(), **kind}
        status, _ = self.post(update)
        assert status == 200
        return update

    def say(self, text, person=42, chat=None, **more):
        """A private message, or one in the group ``chat``."""
        return self.update(message=message(text, person, chat, **more))

    def press(self, data, person=42, chat=None):
        """Presses a button under a message of the bot's."""
        under = {**message("…", BOT_ID, chat or person), "chat": place(person, chat)}
        return self.update(
            callback_query={"id": f"q{self.number}", "from": human(person), "message": under, "data": data}
        )

    def ask(self, text, **more):
        """Says something, and waits for the one answer."""
        before = len(self.fake.messages)
        self.say(text, **more)
        return self.answer_after(before)

    def answer_after(self, before):
        return self.fake.wait_for_messages(before + 1)[before]


def human(person):
    return {"id": person, "is_bot": False, "first_name": "Ada"}


def place(person, chat):
    if chat is None:
        return {"id": person, "type": "private", "first_name": "Ada"}
    return {"id": chat, "type": "supergroup", "title": "A group"}


def message(text, person=42, chat=None, **more):
    return {
        "message_id": 7,
        "date": 1700000000,
        "from": human(person),
        "chat": place(person, chat),
        "text": text,
        **more,
    }


@pytest.fixture
def serve_telegram(serve_with, telegram):
    def start(**environment):
        address = serve_with(
            LEGCRAMPS_TELEGRAM_TOKEN=TOKEN,
            LEGCRAMPS_TELEGRAM_SECRET=SECRET,
            LEGCRAMPS_TELEGRAM_API=telegram.address,
            **environment,
        )
        return Sender(address, telegram)

    return start


@pytest.fixture(scope="module")
def server(assistant, fake):
    """One server for all tests that leave it as it was."""
    from legcramps import settings
    from tests.channels.conftest import serving

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEGCRAMPS_TELEGRAM_TOKEN", TOKEN)
        patch.setenv("LEGCRAMPS_TELEGRAM_SECRET", SECRET)
        patch.setenv("LEGCRAMPS_TELEGRAM_API", fake.address)
        with serving(assistant, settings.read()) as address:
            fake.wait_for(lambda: fake.of("setMyCommands"))
            yield Sender(address, fake)


@pytest.fixture
def sender(server, telegram, assistant):
    """That server, and nothing said yet."""
    for table in ("events", "conversations"):
        with assistant.store._connection as connection:
            connection.execute(f"delete from {table}")
    return server


def settle(sender):
    """Waits until all that was sent before has been seen to."""
    sender.fake.wait_for(lambda: not any(turns._tasks for turns in TURNS), 60)


# --- a conversation


def test_a_question_is_answered_with_its_source_and_buttons(sender, telegram):
    answer = sender.ask(QUESTION)
    assert answer["chat_id"] == 42
    assert "no cause is known" in text_of(answer)
    assert "Source: Causes, paragraph" in text_of(answer)
    assert answer["reply_markup"]["inline_keyboard"]
    assert telegram.of("sendChatAction") == [{"chat_id": 42, "action": "typing"}]
    methods = [method for method, _ in telegram.calls]
    assert methods.index("sendChatAction") < methods.index("sendMessage")
    assert telegram.refused == []


def test_a_pressed_button_is_acknowledged_and_answered(sender, telegram):
    answer = sender.ask(QUESTION)
    button = answer["reply_markup"]["inline_keyboard"][0][0]
    sender.press(button["callback_data"])
    assert "Kidney failure" in text_of(sender.answer_after(1))
    telegram.wait_for(lambda: telegram.of("answerCallbackQuery"))
    assert telegram.of("answerCallbackQuery")[0].keys() == {"callback_query_id"}


def test_danger_comes_first_and_without_buttons(sender):
    answer = sender.ask("my calf is hot, red and swollen")
    assert text_of(answer).startswith("A hot, red or swollen calf")
    assert "reply_markup" not in answer


@pytest.mark.parametrize(
    "text, said",
    [
        ("/start", "Hello."),
        (f"/start@{BOT_NAME}", "Hello."),
        ("/START", "Hello."),
        ("/start ask_relief", "stretch"),
        ("/start ask_condition-anemia", "anemia"),
        ("/start what-causes-night-leg-cramps", "no cause is known"),
        ("/help", "You can ask me"),
        ("/ask", "You can ask me"),
        ("/ask can anemia do this?", "anemia"),
        ("/restart", ""),
        ("/ask_condition{}", ""),
    ],
)
def test_commands(sender, text, said):
    assert said in text_of(sender.ask(text))


def test_the_menu_has_the_commands(serve_telegram, telegram):
    serve_telegram()
    (menu,) = telegram.wait_for(lambda: telegram.of("setMyCommands"))
    assert [command["command"] for command in menu["commands"]] == ["start", "ask", "help", "forget"]


def stored(assistant):
    """How many conversations of this channel are kept."""
    query = 'select count(*) from events where data like \'%"input_channel":"telegram"%\''
    return assistant.store._connection.execute(query).fetchone()[0]


@pytest.mark.parametrize("words", ["/forget", "forget what I told you"])
def test_forgetting_leaves_nothing_of_the_conversation(sender, assistant, words):
    before = stored(assistant)
    sender.ask("can anemia do this?", person=77)
    assert stored(assistant) > before
    assert text_of(sender.ask(words, person=77)) == "Done. What you told me is deleted."
    sender.fake.wait_for(lambda: stored(assistant) == before)


def test_what_was_said_before_is_known_and_each_person_is_a_conversation_of_its_own(sender):
    sender.ask("can anemia do this?", person=1)
    assert "linked to anemia" in text_of(sender.ask("how sure is that?", person=1))
    assert "anemia" not in text_of(sender.ask("how sure is that?", person=2))


def test_nothing_that_is_stored_or_logged_names_the_person(sender, assistant, caplog):
    with caplog.at_level(logging.INFO):
        sender.ask("my name is Ada Lovelace, can anemia do this?", person=987654321)
    senders = [row[0] for row in assistant.store._connection.execute("select distinct sender_id from events")]
    data = "".join(row[0] for row in assistant.store._connection.execute("select data from events"))
    assert not [one for one in senders if "987654321" in one]
    assert "987654321" not in data
    assert "987654321" not in caplog.text
    assert "Lovelace" not in caplog.text
    assert TOKEN not in caplog.text


# --- what is no text


@pytest.mark.parametrize(
    "thing",
    [
        {"photo": [{"file_id": "x"}]},
        {"voice": {"file_id": "x"}},
        {"sticker": {"file_id": "x"}},
        {"video_note": {"file_id": "x"}},
        {"contact": {"phone_number": "1"}},
        {"location": {"latitude": 1, "longitude": 2}},
        {"dice": {"value": 6}},
    ],
    ids=lambda thing: next(iter(thing)),
)
def test_what_it_cannot_read_gets_a_kind_sentence(sender, thing):
    sender.update(message={**message("", 42), **thing})
    assert "I can only read text" in text_of(sender.answer_after(0))


def test_a_picture_with_words_is_answered_by_its_words_and_says_so(sender):
    picture = {"photo": [{"file_id": "x"}], "caption": "can anemia do this?"}
    sender.update(message={**message("", 42), **picture})
    answer = text_of(sender.answer_after(0))
    assert "not by what came with them" in answer
    assert "linked to anemia" in answer


def test_a_picture_of_a_danger_still_has_the_danger_first(sender):
    sender.update(message={**message("", 42), "photo": [{}], "caption": "my calf is hot, red and swollen"})
    assert text_of(sender.answer_after(0)).startswith("A hot, red or swollen calf")


def test_an_album_is_one_message(sender):
    for number in range(4):
        sender.update(message={**message("", 42, message_id=number), "photo": [{}], "media_group_id": "album"})
    settle(sender)
    assert len(sender.fake.messages) == 1


# --- groups


@pytest.mark.parametrize(
    "text, more, answered",
    [
        ("my legs hurt at night", {}, False),
        ("/ask can anemia do this?", {}, True),
        (f"/help@{BOT_NAME}", {}, True),
        ("/help@another_bot", {}, False),
        ("/ban @someone", {}, False),
        (f"@{BOT_NAME} can anemia do this?", {}, True),
        (f"can anemia do this, @{BOT_NAME.upper()}?", {}, True),
        (f"write to me@{BOT_NAME}.example", {}, False),
        (f"@{BOT_NAME}2 can anemia do this?", {}, False),
        ("and diabetes?", {"reply_to_message": {"from": {"id": BOT_ID, "is_bot": True}}}, True),
        ("and diabetes?", {"reply_to_message": {"from": {"id": 5}}}, False),
    ],
)
def test_in_a_group_it_speaks_when_spoken_to(sender, text, more, answered):
    sender.say(text, chat=-100, **more)
    settle(sender)
    assert len(sender.fake.messages) == int(answered)
    if answered:
        assert sender.fake.messages[0]["reply_parameters"]["message_id"] == 7


def test_only_its_name_is_a_greeting(sender):
    assert "Hello." in text_of(sender.ask(f"@{BOT_NAME}", chat=-100))


def test_in_a_forum_it_stays_in_the_topic_also_when_that_is_closed(sender, telegram):
    answer = sender.ask("/help", chat=-100, message_thread_id=5, is_topic_message=True)
    assert answer["message_thread_id"] == 5
    telegram.gone_topics.add(5)
    answer = sender.ask("/help", chat=-100, message_thread_id=5, is_topic_message=True)
    assert "message_thread_id" not in answer


def test_people_of_a_group_have_a_conversation_each(sender):
    sender.ask("/ask can anemia do this?", person=1, chat=-100)
    assert "anemia" not in text_of(sender.ask("/ask how sure is that?", person=2, chat=-100))


def test_a_group_that_became_a_supergroup_is_answered_there(sender, telegram):
    telegram.moved[-100] = -100200
    assert sender.ask("/help", chat=-100)["chat_id"] == -100200


# --- once, and only what asks for an answer


def test_an_update_that_comes_again_is_answered_once(sender):
    update = sender.say(QUESTION)
    for _ in range(3):
        sender.post(update)
    settle(sender)
    assert len(sender.fake.messages) == 1


def test_an_edited_message_is_not_answered_again(sender):
    sender.ask(QUESTION)
    sender.update(edited_message=message("can anemia do this?", edit_date=1700000001))
    settle(sender)
    assert len(sender.fake.messages) == 1


BOTS_OWN = {**message("hi"), "from": {"id": 8, "is_bot": True, "first_name": "Other"}}
CHANNEL = {"id": -1001, "type": "channel", "title": "c"}
SILENT = {
    "another bot": {"message": BOTS_OWN},
    "a channel's post": {"channel_post": {**message("hi"), "chat": CHANNEL}},
    "a message from a channel": {"message": {**message("hi"), "from": None, "chat": CHANNEL}},
    "a channel's post in its group": {"message": {**message("/help", 777000, -5), "is_automatic_forward": True}},
    "somebody joined": {"message": {**message(None), "new_chat_members": [human(5)]}},
    "somebody left": {"message": {**message(None), "left_chat_member": human(5)}},
    "pinned": {"message": {**message(None), "pinned_message": message("hi")}},
    "paid": {"message": {**message(None), "successful_payment": {"currency": "EUR"}}},
    "a new title": {"message": {**message(None), "new_chat_title": "x"}},
    "moved": {"message": {**message(None), "migrate_to_chat_id": -1}},
    "blocked": {"my_chat_member": {"chat": place(42, None), "from": human(42)}},
    "inline": {"inline_query": {"id": "1", "from": human(42), "query": "x", "offset": ""}},
    "a poll": {"poll": {"id": "1"}},
    "a reaction": {"message_reaction": {"chat": place(42, None), "user": human(42)}},
    "unknown": {"something_new": {"from": human(42)}},
    "nothing": {},
    "no sender": {"message": {"message_id": 1, "chat": place(42, None), "text": "hi"}},
    "no chat": {"message": {"message_id": 1, "from": human(42), "text": "hi"}},
    "an id that is a text": {"message": {**message("hi"), "from": {"id": "42"}}},
    "an id that is true": {"message": {**message("hi"), "from": {"id": True}}},
    "an id as large as the world": {"message": {**message("hi"), "from": {"id": 10**400}}},
    "a text that is a list": {"message": {**message(["hi"])}},
    "a message that is a list": {"message": [message("hi")]},
    "a chat that is a text": {"message": {**message("hi"), "chat": "private"}},
    "a press without an id": {"callback_query": {"from": human(42), "data": "#ask_causes"}},
    "a press of nobody": {"callback_query": {"id": "1", "data": "#ask_causes"}},
    "a press that is null": {"callback_query": None},
}


def test_what_asks_for_no_answer_gets_none_and_nothing_is_raised(sender, caplog):
    with caplog.at_level(logging.INFO):
        for kind in SILENT.values():
            sender.update(**copy.deepcopy(kind))
        settle(sender)
    assert sender.fake.messages == []
    assert "failure" not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b'{"update_id": 1, "message": ' + b"[" * 900 + b"]" * 900 + b"}",
        b"[" * 100_000,
        b'{"update_id": 1, "message": {"text": "' + b"x" * 2_000_000 + b'"}}',
    ],
    ids=lambda body: f"{body[:20]!r} {len(body)}",
)
def test_a_body_that_is_none_of_telegrams_is_acknowledged_in_silence(sender, body, caplog):
    with caplog.at_level(logging.INFO):
        assert sender.post(body)[0] == 200
        settle(sender)
    assert sender.fake.messages == []
    assert "failure" not in caplog.text


def test_texts_of_every_kind_get_one_answer(sender):
    texts = [
        "hi\x00there",
        "?" * 4096,
        "x" * 60_000,
        "\ud800",
        "🦵" * 2000,
        "<b>&amp;</b>",
        " ",
        "/",
        "//",
        "#no_such_thing",
    ]
    for person, text in enumerate(texts, start=1):
        sender.say(text, person=person)
    settle(sender)
    assert sorted(m["chat_id"] for m in sender.fake.messages) == list(range(1, len(texts) + 1))
    assert sender.fake.refused == []


# --- who may call


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "ümlaut" * 5])
def test_without_the_secret_nothing_is_read(sender, secret):
    status, _ = sender.post(
        {"update_id": 5, "message": message(QUESTION)}, secret and secret.encode().decode("latin-1")
    )
    assert status == 401
    settle(sender)
    assert sender.fake.messages == []


def test_without_settings_there_is_nothing_at_the_address(serve_with, telegram):
    closed = dict.fromkeys(("LEGCRAMPS_TELEGRAM_TOKEN", "LEGCRAMPS_TELEGRAM_SECRET", "LEGCRAMPS_TELEGRAM_API"), "")
    sender = Sender(serve_with(**closed), telegram)
    assert sender.post({"update_id": 5, "message": message(QUESTION)})[0] == 404


# --- buttons that are none


@pytest.mark.parametrize("data", ["#no_such_button", "~a-token-nobody-knows", "/ask", "x" * 64, ""])
def test_a_button_that_is_no_longer_known_gets_one_answer(sender, telegram, data):
    sender.press(data)
    settle(sender)
    assert len(sender.fake.messages) == 1
    telegram.wait_for(lambda: telegram.of("answerCallbackQuery"))


def test_a_press_without_a_message_is_acknowledged_with_a_notice(sender, telegram):
    sender.update(callback_query={"id": "1", "from": human(42), "data": "#ask_causes", "inline_message_id": "x"})
    telegram.wait_for(lambda: telegram.of("answerCallbackQuery"))
    assert "no longer works" in telegram.of("answerCallbackQuery")[0]["text"]
    settle(sender)
    assert sender.fake.messages == []


# --- many at once, and Telegram away


def together(*calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_fifty_messages_of_one_chat_are_answered_in_order(sender):
    words = ["thanks", "what are night leg cramps?"]
    for number in range(50):
        sender.say(words[number % 2])
    answers = sender.fake.wait_for_messages(50, 60)
    assert ["welcome" in text_of(answer) for answer in answers] == [True, False] * 25
    settle(sender)
    assert len(sender.fake.messages) == 50


@pytest.mark.alone
def test_fifty_chats_at_once_are_answered_once_each_and_acknowledged_at_once(sender):
    seconds = []

    def call(person):
        body = {"update_id": person, "message": message("can anemia do this?", person)}
        status, took = sender.post(body)
        assert status == 200
        seconds.append(took)

    together(*(lambda person=person: call(person) for person in range(1, 51)))
    sender.fake.wait_for_messages(50, 60)
    settle(sender)
    assert sorted(m["chat_id"] for m in sender.fake.messages) == list(range(1, 51))
    assert len(seconds) == 50
    assert max(seconds) < 1, "the first acknowledgement must not wait for the last answer"


@pytest.mark.alone
def test_a_wish_to_wait_is_respected_and_holds_nobody_else(sender, telegram):
    telegram.asks_to_wait(1, chat=42)
    sender.say("thanks", person=42)
    started = time.monotonic()
    telegram.wait_for(lambda: telegram.refused)
    sender.ask("thanks", person=43)
    assert time.monotonic() - started < 1
    telegram.wait_for_messages(2)
    assert time.monotonic() - started >= 1
    assert telegram.too_early == []


def test_telegram_away_for_a_while_loses_no_answer(sender, telegram, monkeypatch):
    telegram.dead_until = time.monotonic() + 1.5
    sender.say(QUESTION)
    sender.say("thanks")
    answers = telegram.wait_for_messages(2, 20)
    assert "no cause is known" in text_of(answers[0])
    settle(sender)
    assert len(sender.fake.messages) == 2


def test_errors_of_telegram_are_tried_again(sender, telegram):
    telegram.failing = 2
    assert sender.ask(QUESTION)


def test_who_has_blocked_the_bot_stops_nobody(sender, telegram):
    telegram.blocked.add(42)
    sender.say(QUESTION, person=42)
    telegram.wait_for(lambda: telegram.refused)
    assert sender.ask(QUESTION, person=43)


def test_a_server_that_takes_less_gets_less(sender, telegram):
    telegram.takes_html = False
    assert "<i>" not in sender.ask(QUESTION)["text"]
    telegram.takes_html, telegram.most_units = True, 150
    before = len(telegram.messages)
    sender.say(QUESTION)
    settle(sender)
    parts = telegram.messages[before:]
    assert len(parts) > 1
    assert all(len(part["text"]) <= 150 for part in parts)
    assert "Source:" in text_of(parts[-1])
    assert [part for part in parts if "reply_markup" in part] == parts[-1:]


def test_a_dead_telegram_does_not_keep_the_server_down(serve_telegram, telegram, monkeypatch):
    from legcramps.channels import telegram as channel

    monkeypatch.setattr(channel, "FIRST_PAUSE", 0.1)
    telegram.dead_until = time.monotonic() + 3600
    sender = serve_telegram(LEGCRAMPS_TELEGRAM_URL="https://example.org/")
    assert sender.post({"update_id": 1, "message": message("thanks")})[0] == 200
    telegram.dead_until = 0.0
    telegram.wait_for(lambda: telegram.of("setMyCommands") and telegram.of("setWebhook"))
    (hook,) = telegram.of("setWebhook")
    assert hook == {
        "url": "https://example.org/webhooks/telegram/webhook",
        "secret_token": SECRET,
        "allowed_updates": ["message", "callback_query"],
    }
    telegram.wait_for_messages(1)
    settle(sender)


def test_an_action_that_fails_is_one_answer_that_says_so(sender, assistant, monkeypatch):
    actions = assistant.agent.action_endpoint._executor.actions
    for name in list(actions):
        monkeypatch.setitem(actions, name, lambda dispatcher, tracker, domain: 1 / 0)
    assert "Something went wrong" in text_of(sender.ask(QUESTION))


def test_a_turn_that_hangs_holds_up_nobody_else(serve_telegram, assistant, monkeypatch):
    from legcramps.channels import telegram as channel
    from legcramps.channels import turns

    monkeypatch.setattr(turns, "ALONE", 0.05)
    monkeypatch.setattr(channel, "AT_THE_END", 0.1)
    handle = assistant.agent.processor.handle_message

    async def hang_on_request(said):
        if said.text == "hang":
            await asyncio.sleep(3600)
        return await handle(said)

    monkeypatch.setattr(assistant.agent.processor, "handle_message", hang_on_request)
    sender = serve_telegram()
    sender.say("hang", person=1)
    started = time.monotonic()
    assert sender.ask("thanks", person=2)["chat_id"] == 2
    assert time.monotonic() - started < 5


# --- fetching instead of being called


def test_updates_are_fetched_and_answered_once(assistant, telegram):
    from legcramps import settings
    from legcramps.channels.telegram import TelegramBot, poll

    telegram.updates = [{"update_id": number, "message": message("thanks", number)} for number in (5, 6)]
    environment = {"LEGCRAMPS_TELEGRAM_TOKEN": TOKEN, "LEGCRAMPS_TELEGRAM_API": telegram.address}
    said = []

    async def run():
        bot = TelegramBot(
            settings.read(),
            settings.read_telegram(environment, fetching=True),
            assistant.agent.handle_message,
            lambda: assistant.agent,
        )
        task = asyncio.ensure_future(poll(bot, said.append))
        while len(telegram.messages) < 2 or len(telegram.of("getUpdates")) < 3:
            await asyncio.sleep(0.01)
        task.cancel()
        await bot.close()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert sorted(m["chat_id"] for m in telegram.messages) == [5, 6]
    assert telegram.of("getUpdates")[-1]["offset"] == 7
    assert telegram.of("deleteWebhook") == [{"drop_pending_updates": False}]
    assert f"@{BOT_NAME}" in said[0]


# --- the vendors' own sample data


# What is no message of a person's to the assistant; everything else gets one answer.
NO_ANSWER = {"CHAT_MEMBER", "CONTACT", "MESSAGE_FROM_CHANNEL", "MESSAGE_WITH_MIGRATE_FROM_CHAT_ID", "VOICE"} | {
    "own_bot_author_in_group",
    "own_my_chat_member_blocked",
    "callback_query",
    "edited_message",
    "inline_query",
}


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the vendors' sample data is not on this machine")
def test_every_sample_of_the_vendors_gets_exactly_what_it_asks_for(sender, caplog):
    files = sorted(VECTORS.glob("*.json"))
    assert files
    with caplog.at_level(logging.INFO):
        for number, file in enumerate(files):
            item = json.loads(file.read_text("utf8"))
            if "update_id" not in item:
                item = {"update_id": 5000 + number, "message": item}
            before = len(sender.fake.messages)
            assert sender.post(item)[0] == 200, file.name
            settle(sender)
            silent = file.stem.rpartition("__")[2] in NO_ANSWER
            assert len(sender.fake.messages) - before == int(not silent), file.name
    assert "failure" not in caplog.text
    assert sender.fake.refused == []
