"""What the Slack app does around an assistant that is only pretended."""

import asyncio
import dataclasses
import json
import sqlite3

import pytest

from legcramps import settings
from legcramps.channels.api import ApiError
from tests.helpers.pretended import CHEST, Pretended

OFFER = "Others here can read this"


class Api:
    """Slack's side: keeps what is posted; refuses the first ``refuses`` posts."""

    def __init__(self, refuses=0, seconds=0.0):
        self.refuses, self.seconds, self.posted = refuses, seconds, []

    async def post(self, channel, post, thread=None):
        await asyncio.sleep(self.seconds)
        if self.refuses > 0:
            self.refuses -= 1
            raise ApiError("chat.postMessage", "refused", {})
        self.posted.append(post["text"])

    async def close(self):
        pass


class Broken:
    """A database whose disk is full."""

    def __init__(self, connection):
        self.close = connection.close

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def execute(self, *statement):
        raise sqlite3.OperationalError("disk I/O error")


def posted(tmp_path, *events, api=None, broken=False, pause=None):
    """What is posted for events that come one after the other."""
    api = api or Api()

    async def run():
        from legcramps.channels.slack import SlackApp

        environment = {"LEGCRAMPS_SLACK_BOT_TOKEN": "xoxb-1-2-abc", "LEGCRAMPS_SLACK_SIGNING_SECRET": "a" * 32}
        current = dataclasses.replace(settings.read(), var=tmp_path)
        assistant = Pretended()
        app = SlackApp(current, settings.read_slack(environment), assistant.say, assistant.agent)
        app.api = api
        if broken:
            app._kept._connection = Broken(app._kept._connection)
        for number, event in enumerate(events):
            ts = f"170000000{number}.000001"
            event = {"type": "message", "user": "U1", "channel": "C1", "ts": ts, **event}
            await app.take(json.dumps({"type": "event_callback", "team_id": "T1", "event": event}).encode())
            await (app._turns.finish(10) if pause is None else asyncio.sleep(pause))
        await app.close()

    asyncio.run(run())
    return api.posted


def mention(text, **more):
    return {"type": "app_mention", "text": f"<@UBOT> {text}", **more}


def later(text, **more):
    return {"text": text, "thread_ts": "1700000000.000001", **more}


def test_an_answer_is_not_lost_with_the_file_of_threads(tmp_path):
    (answer,) = posted(tmp_path, mention("can anemia do this?"), later("and diabetes?"), broken=True)
    assert "said to: can anemia do this?" in answer


def test_the_offer_to_go_on_in_private_is_made_when_the_danger_is_over_and_once(tmp_path):
    answers = posted(tmp_path, mention(CHEST), later("can anemia do this?"), later("and diabetes?"))
    assert [OFFER in answer for answer in answers] == [False, True, False]
    assert answers[0] == f"said to: {CHEST}"


def test_an_offer_that_did_not_arrive_is_made_again(tmp_path):
    answers = posted(tmp_path, mention("can anemia do this?"), later("and diabetes?"), api=Api(refuses=1))
    assert [OFFER in answer for answer in answers] == [True]


def test_who_goes_on_while_the_answer_is_on_its_way_is_heard(tmp_path):
    events = mention("can anemia do this?"), later("and diabetes?")
    assert len(posted(tmp_path, *events, api=Api(seconds=0.5), pause=0.2)) == 2


@pytest.mark.parametrize(
    "attachments, said",
    [
        ([{"is_share": True, "text": CHEST}], [f"said to: {CHEST}"]),
        ([{"is_share": True, "text": "one"}, {"is_share": True, "text": "two"}], ["said to: one\ntwo"]),
        ([{"is_share": True}], ["Thank you, but I can only read text"]),
        ([{"text": "a preview of a link"}], []),
        ([None, "x", {"is_share": True, "text": 5}], ["Thank you, but I can only read text"]),
        ("x", []),
    ],
)
def test_a_message_that_is_handed_on_in_private_is_read(tmp_path, attachments, said):
    answers = posted(tmp_path, {"text": "", "channel": "D1", "channel_type": "im", "attachments": attachments})
    assert len(answers) == len(said)
    assert all(answer.startswith(start) for answer, start in zip(answers, said))


def test_in_a_channel_it_is_not(tmp_path):
    shared = [{"is_share": True, "text": CHEST}]
    assert posted(tmp_path, mention("can anemia do this?"), later("", attachments=shared))[1:] == []
