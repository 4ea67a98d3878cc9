"""What the Telegram bot does around an assistant that is only pretended."""

import asyncio

import pytest

from legcramps import settings
from legcramps.channels.api import ApiError
from tests.helpers.pretended import CHEST, Pretended

GROUP = {"id": -100, "type": "supergroup"}


class Api:
    """Telegram's side: keeps what is sent; ``refuses`` so many calls of a method."""

    def __init__(self, **refuses):
        self.refuses, self.sent, self.called = refuses, [], []

    def _call(self, method):
        self.called.append(method)
        if self.refuses.get(method, 0) > 0:
            self.refuses[method] -= 1
            raise ApiError(method, "refused", {})

    async def send(self, place, message):
        self.sent.append(message["text"])

    async def typing(self, place):
        pass

    async def close(self):
        pass

    async def who_am_i(self):
        self._call("who_am_i")
        return "cramps_bot"

    async def set_webhook(self, url, secret):
        self._call("set_webhook")

    async def set_menu(self):
        self._call("set_menu")


def make(assistant, api):
    from legcramps.channels.telegram import TelegramBot

    environment = {"LEGCRAMPS_TELEGRAM_TOKEN": "123456:" + "a" * 35}
    bot = TelegramBot(
        settings.read(), settings.read_telegram(environment, fetching=True), assistant.say, assistant.agent
    )
    bot.api = api
    return bot


def sent(*messages, assistant=None, name="cramps_bot"):
    """What is sent for messages that come one after the other."""
    api = Api()

    async def run():
        bot = make(assistant or Pretended(), api)
        bot.name = name
        for number, message in enumerate(messages):
            sender, chat = {"id": 42}, {"id": 42, "type": "private"}
            bot.take({"update_id": number, "message": {"message_id": number, "from": sender, "chat": chat, **message}})
            await asyncio.sleep(0)
        await bot.close()

    asyncio.run(run())
    return api.sent


def test_help_with_words_is_answered_by_the_words():
    (answer,) = sent({"text": f"/help {CHEST}"})
    assert answer == f"said to: {CHEST}"
    assert sent({"text": "/help"}) == ["said to: #ask_help"]


def test_forget_with_words_forgets_and_answers_the_words():
    assistant = Pretended()
    (answer,) = sent({"text": "/forget can anemia do this?"}, assistant=assistant)
    assert answer == "Done. What you told me is deleted.\n\nsaid to: can anemia do this?"
    (answer,) = sent({"text": f"/forget {CHEST}"})
    assert answer == f"said to: {CHEST}\n\nDone. What you told me is deleted.", "nothing stands before a danger"


@pytest.mark.parametrize("words", ["", " can anemia do this?"])
def test_that_nothing_could_be_forgotten_is_said(words):
    (answer,) = sent({"text": f"/forget{words}"}, assistant=Pretended(fails=("forget",)))
    assert answer.startswith("Something went wrong")
    assert "deleted" not in answer
    assert answer.endswith(words)


def picture(**more):
    return {"photo": [{"file_id": "x"}], "media_group_id": "album", **more}


def test_an_album_with_words_is_answered_once():
    (answer,) = sent(picture(caption="can anemia do this?"), picture(), picture())
    assert "said to: can anemia do this?" in answer


def test_words_in_an_album_are_never_dropped():
    answers = sent(picture(), picture(caption=CHEST), picture(caption="can anemia do this?"), picture())
    assert ["Thank you, but I can only read text" in answer for answer in answers] == [True, False, False]
    assert answers[1].startswith(f"said to: {CHEST}")
    assert "said to: can anemia do this?" in answers[2]


@pytest.mark.parametrize(
    "text, said",
    [
        ("/ask@cramps_bot can anemia do this?", ["said to: can anemia do this?"]),
        ("/ban@another_bot", []),
        ("/restart@cramps_bot", []),
    ],
)
def test_in_a_group_a_command_of_ours_is_answered_before_the_name_is_known(text, said):
    assert sent({"text": text, "chat": GROUP}, name=None) == said


def test_the_name_is_known_also_when_the_webhook_is_refused(monkeypatch):
    from legcramps.channels import telegram

    monkeypatch.setattr(telegram, "FIRST_PAUSE", 0.01)
    api = Api(set_webhook=3, set_menu=1)

    async def run():
        bot = make(Pretended(), api)
        task = asyncio.ensure_future(bot.prepare("https://example.org", "secret"))
        await asyncio.sleep(0.001)
        name = bot.name
        await asyncio.wait_for(task, 10)
        await bot.close()
        return name

    assert asyncio.run(run()) == "cramps_bot"
    assert api.called[:3] == ["who_am_i", "set_webhook", "set_menu"]
    assert [api.called.count(method) for method in ("who_am_i", "set_webhook", "set_menu")] == [1, 4, 2]


def test_an_anonymous_administrator_is_answered():
    nobody = {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}
    message = {"text": "/ask can anemia do this?", "from": nobody, "chat": GROUP, "sender_chat": GROUP}
    assert sent(message) == ["said to: can anemia do this?"]
    assert sent({**message, "sender_chat": {"id": -5, "type": "channel"}}) == []
