"""Replies as Slack messages, checked against Slack's own limits by the stand-in that enforces them."""

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, respond
from legcramps.channels import slack_render
from legcramps.channels.kept import Kept
from legcramps.channels.slack_render import as_posts, home, mark_chosen
from tests.helpers.fake_slack import buttons_of, check_blocks, words_of


@pytest.fixture
def kept():
    kept = Kept(":memory:", 30)
    yield kept
    kept.close()


def reply(text="Words.", buttons=(), citations=(), outcome="answered"):
    return {"text": text, "buttons": list(buttons), "answer": {"outcome": outcome, "citations": list(citations)}}


def button(number, size=0):
    return {"title": f"Title {number}", "payload": f"#ask_{number}" + "x" * size}


def test_every_answer_there_is_keeps_within_slacks_limits(knowledge, kept):
    composer = Composer(knowledge)
    titled = [key.removeprefix("titles.") for key in knowledge.phrases if key.startswith("titles.")]
    heard = [Heard(intent) for intent in titled]
    heard += [Heard("ask_condition", mentions=(Mention("condition", one),)) for one in knowledge.conditions]
    for one in heard:
        turn = respond(one, Context(), composer)
        replies = [
            {"text": a.text, "buttons": [b.as_dict() for b in a.buttons], "answer": a.envelope()} for a in turn.answers
        ]
        (post,) = as_posts(replies, kept.short, offer_private=True)
        check_blocks(post["blocks"])
        for answer in turn.answers:
            assert answer.text in words_of(post)
        titles = [shown["text"]["text"] for shown in buttons_of(post)]
        assert [b.title for a in turn.answers for b in a.buttons] == titles[: len(titles) - 1]


@pytest.mark.parametrize("count", [0, 1, 5, 6, 25, 26, 100, 1000, 2000])
def test_any_number_of_buttons_is_shown(kept, count):
    posts = as_posts([reply(buttons=[button(number) for number in range(count)])], kept.short)
    for post in posts:
        check_blocks(post["blocks"])
        assert post["text"]
    assert [b["value"] for post in posts for b in buttons_of(post)] == [f"#ask_{number}" for number in range(count)]


@pytest.mark.parametrize("size", [100, 2999, 3000, 3001, 20_000])
@pytest.mark.parametrize("unit", ["A sentence that ends. ", "x", "<&>", "🦵"])
def test_a_text_of_any_length_is_said_whole(kept, size, unit):
    text = (unit * size)[:size].strip()
    posts = as_posts([reply(text)], kept.short)
    said = ""
    for post in posts:
        check_blocks(post["blocks"])
        said += words_of(post)
    assert "".join(said.split()) == "".join(text.split())


def test_slacks_markup_is_escaped_everywhere(kept):
    (post,) = as_posts([reply("<!channel> & <@U1> <b>", [button(1)])], kept.short)
    assert post["blocks"][0]["text"]["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;b&gt;"
    assert post["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt; &lt;b&gt;"


def test_a_long_title_is_cut_and_a_long_payload_comes_back_whole(kept):
    long = {"title": "t" * 200, "payload": "#" + "p" * 5000}
    (post,) = as_posts([reply(buttons=[long])], kept.short)
    check_blocks(post["blocks"])
    (shown,) = buttons_of(post)
    assert kept.whole(shown["value"]) == long["payload"]


def test_sources_stand_under_their_own_reply_and_the_offer_last(kept):
    cite = {"section": "Causes", "paragraph": 6, "item": 4}
    (post,) = as_posts([reply("One.", citations=[cite]), reply("Two.")], kept.short, offer_private=True)
    kinds = [block["type"] for block in post["blocks"]]
    assert kinds == ["section", "context", "section", "context", "actions"]
    assert post["blocks"][1]["elements"][0]["text"] == "Source: Causes, paragraph 6, item 4"
    assert "Source: Causes, paragraph 6, item 4" in post["text"], "where blocks are not shown"


@pytest.mark.parametrize("outcome", ["urgent", "crisis"])
def test_beside_a_danger_there_is_nothing_else_before_it_and_no_offer(kept, outcome):
    (post,) = as_posts([reply("Call now.", outcome=outcome)], kept.short, first="A note.", offer_private=True)
    assert words_of(post) == "Call now.\nA note."
    assert not buttons_of(post)


def test_one_button_is_marked_and_the_others_stay(kept):
    (post,) = as_posts([reply(buttons=[button(number) for number in range(30)])], kept.short)
    chosen = buttons_of(post)[27]
    blocks = mark_chosen(post, chosen["block_id"], chosen["action_id"])
    check_blocks(blocks)
    after = buttons_of({"blocks": blocks})
    assert [b["text"]["text"] for b in after if b.get("style") == "primary"] == ["✓ Title 27"]
    assert len(after) == 30
    assert "✓" not in str(post), "what was passed in stays as it was"
    assert mark_chosen({"blocks": blocks}, chosen["block_id"], chosen["action_id"]) is None


@pytest.mark.parametrize(
    "message", [{}, {"blocks": None}, {"blocks": 5}, {"blocks": [None, 5, {"type": "actions"}]}, {"blocks": [{"type": "actions", "block_id": "b", "elements": [None, {"action_id": "a"}]}]}]
)  # fmt: skip
def test_a_message_without_the_button_is_left_alone(message):
    assert mark_chosen(message, "b", "a") is None


def test_the_home_tab_keeps_within_slacks_limits_and_says_what_this_is(kept, knowledge):
    view = home(kept.short)
    check_blocks(view["blocks"], 100)
    assert knowledge.phrases["notice.disclaimer"].text in words_of(view)
    assert len(buttons_of(view)) == len(slack_render.TOPICS), "every topic has a title"


def test_what_is_kept_is_known_after_a_restart(tmp_path):
    first = Kept(tmp_path / "channels.db", 30)
    token = first.short("#" + "p" * 100, 64)
    assert len(token.encode()) <= 64
    assert first.join("thread")
    assert not first.join("thread")
    first.close()
    again = Kept(tmp_path / "channels.db", 30)
    assert again.whole(token) == "#" + "p" * 100
    assert again.whole("#ask_causes") == "#ask_causes"
    assert again.whole("~unknown") is None
    assert again.takes_part("thread")
    assert not again.takes_part("another")
    assert (tmp_path / "channels.db").stat().st_mode & 0o777 == 0o600
    again.close()


def test_an_error_of_the_file_is_logged_and_no_answer_is_lost(tmp_path, caplog):
    kept = Kept(tmp_path / "channels.db", 30)
    kept._connection.executescript("drop table threads; drop table payloads")
    assert kept.join("thread") is False
    assert kept.takes_part("thread") is False
    assert kept.whole(kept.short("#" + "p" * 100, 64)) is None
    assert "in=kept" in caplog.text
    kept.close()


def test_a_thread_is_forgotten_with_time(tmp_path):
    kept = Kept(tmp_path / "channels.db", 30)
    kept.join("thread")
    kept._connection.execute("update threads set updated = updated - 31 * 86400")
    assert not kept.takes_part("thread")
    kept.join("another")
    assert kept._connection.execute("select count(*) from threads").fetchone() == (1,)
    kept.close()
