"""A talk by voice, step by step: chunks, offers, commands, silence, what is unsure. The assistant's replies are made up here."""

import json

import pytest

from legcramps.channels import voice
from legcramps.channels.replies import question_for, words
from legcramps.channels.voice import COMMANDS, CONFIRM, MISHEARD, Utterance, VoiceMemory, VoiceState
from legcramps.knowledge import default

LONG = [
    f"This is sentence number {word} of an answer that goes on and on."
    for word in "one two three four five six seven".split()
]


def idea(*say, kind="words", **more):
    return {"say": list(say), "kind": kind, "items": 0, **more}


def reply(*ideas, buttons=(), outcome="answered", citations=()):
    return {
        "speech": [each if isinstance(each, dict) else idea(each) for each in ideas],
        "buttons": [{"title": payload, "payload": payload} for payload in buttons],
        "answer": {"outcome": outcome, "citations": list(citations)},
    }


class Talk:
    """A talk of which the state is kept as a channel keeps it: as JSON between two steps."""

    def __init__(self):
        self.state, self.asked, self.said = VoiceState(), None, None

    def _take(self, step):
        assert (step.say is None) != (step.ask is None)
        again = VoiceState.from_data(json.loads(json.dumps(step.state.as_data())))
        assert again == step.state or step.state.pending
        self.state, self.asked, self.said = step.state, step.ask, step.say
        return step.say.plain() if step.say else None

    def hear(self, text):
        return self._take(voice.hear(text, self.state))

    def answer(self, *replies):
        return self._take(voice.answered(replies, self.state))

    def open(self):
        return self._take(voice.opening(self.state))

    def silence(self):
        return self._take(voice.silence(self.state))

    def confirm(self, text):
        return self._take(voice.confirm(text, self.state))


@pytest.fixture
def talk():
    return Talk()


# --- chunks and offers


def test_a_long_answer_comes_in_parts_and_then_offers_one_thing(talk):
    first = talk.answer(reply(*LONG, buttons=["#ask_causes", "#ask_relief"]))
    assert first.startswith(LONG[0])
    assert first.endswith("Shall I go on?")
    parts = [first]
    while parts[-1].endswith("Shall I go on?"):
        parts.append(talk.hear("yes"))
    assert parts[-1].endswith("Would you like to hear what causes them?")
    assert [parts_of for parts_of in LONG if not any(parts_of in part for part in parts)] == []
    assert talk.hear("yes") is None
    assert talk.asked == "#ask_causes"


def test_what_was_offered_once_is_not_offered_again(talk):
    assert talk.answer(reply("A.", buttons=["#ask_causes", "#ask_relief"])).endswith(question_for("#ask_causes"))
    talk.hear("yes")
    assert talk.answer(reply("B.", buttons=["#ask_causes", "#ask_relief"])).endswith(question_for("#ask_relief"))
    talk.hear("no")
    talk.hear("something else entirely")
    assert talk.answer(reply("C.", buttons=["#ask_causes", "#ask_relief"])).endswith("Do you have another question?")


def test_a_no_to_an_offer_asks_for_another_question_and_a_second_no_says_goodbye(talk):
    talk.answer(reply("A.", buttons=["#ask_causes"]))
    assert talk.hear("no thanks") == "All right. Do you have another question?"
    assert talk.hear("no").startswith("Goodbye.")
    assert talk.said.ends
    assert not talk.said.listens


def test_a_yes_to_another_question_invites_it(talk):
    talk.answer(reply("A.", buttons=["#ask_causes"]))
    talk.hear("no")
    assert talk.hear("yes") == "What would you like to know?"
    talk.hear("what eases a cramp")
    assert talk.asked == "what eases a cramp"


def test_a_no_in_the_middle_leaves_the_rest_away(talk):
    talk.answer(reply(*LONG, buttons=["#ask_causes"]))
    talk.hear("no")
    assert talk.hear("more") is None
    assert talk.asked == "#ask_more", "the rest was refused; more is for the assistant"


def test_a_choice_is_offered_one_by_one(talk):
    first = talk.answer(
        reply(
            "I am not sure I understood.", buttons=["#ask_causes", "#ask_relief", "#something_else"], outcome="clarify"
        )
    )
    assert first.endswith(question_for("#ask_causes"))
    assert talk.hear("no") == question_for("#ask_relief")
    assert talk.hear("no") == words("voice.say_it_again")
    assert talk.said.listens


def test_the_condition_that_is_meant_is_asked_by_its_name(talk):
    buttons = ["#ask_condition=hypoglycemia", "#ask_condition=hypothyroidism"]
    first = talk.answer(reply("That can mean two things.", buttons=buttons, outcome="clarify"))
    assert first.endswith("Do you mean hypoglycemia?")
    assert talk.hear("nope") == "Do you mean hypothyroidism?"
    talk.hear("yes please")
    assert talk.asked == "#ask_condition=hypothyroidism"


def test_a_question_of_the_answer_itself_is_answered_to_the_assistant(talk):
    buttons = ["#affirm", "#deny", "#be_unsure", "#cancel"]
    assert (
        talk.answer(reply("All right.", "Does it hurt?", buttons=buttons, outcome="clarify"))
        == "All right. Does it hurt?"
    )
    assert talk.said.listens
    for said, asked in (("yes", "#affirm"), ("no", "#deny"), ("not sure", "not sure"), ("it burns", "it burns")):
        talk.hear(said)
        assert talk.asked == asked
    assert talk.silence() == "Does it hurt?"


def test_an_offer_in_the_answer_comes_before_the_suggestions(talk):
    said = talk.answer(
        reply(
            "A.", idea("Shall we go on?", kind="offer", payload="#tell_apart"), buttons=["#ask_causes", "#tell_apart"]
        )
    )
    assert said == f"A. {question_for('#tell_apart')}"
    talk.hear("yes")
    assert talk.asked == "#tell_apart"


def test_nobody_is_left_in_the_dark_about_whether_the_talk_goes_on(talk):
    said = talk.answer(reply("You are welcome.", outcome="small_talk"))
    assert said == "You are welcome. Do you have another question?"
    assert talk.hear("no").startswith("Goodbye.")
    assert talk.answer(reply("Something went wrong.", outcome="error")).endswith("What would you like to know?")
    assert talk.said.listens


def test_every_offer_that_there_is_has_a_short_question():
    known = default()
    for key in known.phrases:
        if key.startswith("offers.") and key != "offers.condition":
            question = question_for("#" + key.removeprefix("offers."))
            assert question.endswith("?")
            assert len(question.split()) <= 12
    for condition in known.conditions:
        assert question_for(f"#ask_condition={condition}").endswith("?")
    assert question_for("#ask_condition=no_such") is None
    assert question_for("#no_such_intent") is None


# --- commands


@pytest.mark.parametrize("said", ["repeat", "Say that again.", "again please", "WHAT?", "um, pardon", "come again"])
def test_repeat_says_the_same_part_with_the_same_question(talk, said):
    talk.answer(reply(*LONG))
    second = talk.hear("next")
    assert talk.hear(said) == second


def test_slower_is_heard_at_once_and_stays(talk):
    first = talk.answer(reply(*LONG[:2]))
    assert talk.hear("slower") == first
    assert "1000ms" in talk.said.ssml()
    talk.answer(reply(*LONG))
    assert talk.said.slow
    assert talk.said.words <= 30 + 15
    assert talk.hear("faster")
    assert not talk.said.slow


@pytest.mark.parametrize("said", COMMANDS["stop"])
def test_stop_ends_the_talk_from_everywhere(said):
    for opening in ("open", "answered", "new"):
        talk = Talk()
        if opening == "open":
            talk.open()
        if opening == "answered":
            talk.answer(reply(*LONG))
        assert talk.hear(said).startswith("Goodbye.")
        assert talk.said.ends


@pytest.mark.parametrize(
    "command, asked",
    [("more", "#ask_more"), ("repeat", "#repeat"), ("help", "#ask_help"), ("yes", "#affirm"), ("no", "#deny")],
)
def test_a_command_with_nothing_before_it_goes_to_the_assistant(talk, command, asked):
    assert talk.hear(command) is None
    assert talk.asked == asked


def test_slower_with_nothing_before_it_is_taken(talk):
    assert talk.hear("slower") == "I will speak more slowly. What would you like to know?"


@pytest.mark.parametrize(
    "text",
    [
        "help i can not breathe",
        "help me",
        "stop the pain",
        "no kidney problems",
        "yes and my leg is red",
        "what is that",
        "more about anemia",
        "can you stop it",
        "right leg",
        "what",
    ],
)
def test_only_the_whole_of_what_was_said_is_a_command(talk, text):
    talk.hear(text)
    assert talk.asked == (text if text != "what" else "#repeat")


def test_no_command_is_two_commands():
    said = [phrase for phrases in COMMANDS.values() for phrase in phrases]
    assert len(said) == len(set(said))
    assert not set(MISHEARD) & set(said)
    for phrase in said:
        assert voice.command(phrase)
        assert voice.command(f"{phrase.upper()}!")


# --- what is unsure


@pytest.mark.parametrize("word, command", MISHEARD.items())
def test_what_sounds_like_a_command_is_asked_about_first(talk, word, command):
    talk.answer(reply(*LONG))
    assert talk.hear(word) == f"Did you say: {command}?"
    assert talk.state.as_data()["pending"] == command
    assert talk.hear("no") == words("voice.say_it_again")


def test_a_yes_to_what_was_misheard_does_it(talk):
    talk.answer(reply(*LONG))
    talk.hear("start")
    assert talk.hear("yes").startswith("Goodbye.")
    talk.hear("kelp")
    talk.hear("yes")
    assert talk.asked == "#ask_help"


@pytest.mark.parametrize("said, does", [("Right.", "#ask_help"), ("that's right", "#ask_help"), ("wrong!", None)])
def test_right_and_wrong_answer_did_you_say_and_nothing_else(talk, said, does):
    talk.answer(reply("A.", buttons=["#ask_causes"]))
    talk.hear(said)
    assert talk.asked == said, "praise or blame, for the assistant to hear"
    talk.hear("kelp")
    talk.hear(said)
    assert talk.asked == does


def test_a_question_that_was_unsure_is_asked_after_a_yes(talk):
    assert talk.confirm("is it my statin?") == "Did you say: is it my statin?"
    assert CONFIRM in talk.state.offers
    assert "statin" not in json.dumps(talk.state.as_data()), "a person's words stay in memory"
    talk.hear("yes")
    assert talk.asked == "is it my statin?"


def test_something_new_after_an_unsure_question_is_taken_instead(talk):
    talk.confirm("is it my stand in")
    talk.hear("can statins do this")
    assert talk.asked == "can statins do this"
    assert talk.state.pending is None


def test_after_silence_a_yes_confirms_what_was_asked_again_and_nothing_else(talk):
    talk.answer(reply(*LONG, buttons=["#ask_causes"]))
    asked = talk.confirm("is it my statin?")
    assert talk.silence() == asked, "not: Shall I go on?"
    talk.hear("yes")
    assert talk.asked == "is it my statin?"


def test_silence_after_words_that_are_no_longer_known_asks_what_a_yes_takes(talk):
    talk.answer(reply(*LONG, buttons=["#ask_causes"]))
    talk.confirm("is it my statin?")
    talk.state = VoiceState.from_data(talk.state.as_data())
    assert talk.silence() == "Shall I go on?"
    more = talk.hear("yes")
    assert any(sentence in more for sentence in LONG)


# --- silence, danger, the beginning


def test_silence_repeats_the_question_and_then_says_goodbye(talk):
    talk.answer(reply("A.", buttons=["#ask_causes"]))
    assert talk.silence() == question_for("#ask_causes")
    assert talk.said.listens
    assert talk.silence().startswith("Goodbye.")
    assert talk.said.ends


def test_a_word_in_between_starts_the_count_anew(talk):
    talk.open()
    talk.silence()
    talk.hear("what eases a cramp")
    talk.answer(reply("A.", buttons=["#ask_causes"]))
    assert talk.silence() == question_for("#ask_causes")


def test_silence_with_nothing_asked_says_that_nothing_was_heard(talk):
    assert talk.silence() == words("voice.still_there")


def test_danger_is_said_alone_and_again_when_asked(talk):
    first = talk.answer(reply("A.", buttons=["#ask_causes"]), reply("Call now.", outcome="urgent"))
    assert first == "Call now."
    assert talk.said.urgent
    assert not talk.said.listens
    assert talk.hear("repeat") == "Call now."
    assert talk.said.urgent
    assert talk.hear("yes") is None
    assert talk.asked == "#affirm"


def test_the_notices_are_left_out_for_who_was_greeted_and_said_once_to_others(talk):
    notice = idea("No medical advice.", kind="notice")
    assert "advice" in talk.answer(reply("A.", notice))
    assert "advice" not in talk.answer(reply("B.", notice))
    greeted = Talk()
    assert "not medical advice" in greeted.open()
    assert "No medical" not in greeted.answer(reply("A.", notice))


def test_the_opening_can_be_repeated_with_its_question(talk):
    first = talk.open()
    assert first.endswith("What would you like to know?")
    assert talk.hear("repeat") == first
    assert talk.said.listens


def test_where_an_answer_stands_is_kept_for_a_screen(talk):
    cites = [{"section": "Causes", "paragraph": 6, "item": 4}, {"section": "Definition", "paragraph": 1}]
    talk.answer(reply("A.", citations=cites))
    assert talk.said.sources == ("Causes, paragraph 6, item 4", "Definition, paragraph 1")


def test_a_reprompt_asks_again_and_nothing_else():
    said = Utterance((("A.",),), "B?", listens=True, sources=("x",))
    assert said.reprompt().plain() == "B?"
    assert Utterance((("Does it hurt?",),), listens=True).reprompt().plain() == "Does it hurt?"
    assert Utterance((("A.",),)).reprompt() is None


# --- what is kept


@pytest.mark.parametrize(
    "data",
    [
        None,
        1,
        "x",
        [],
        {"chunks": 1},
        {"chunks": [[1]]},
        {"at": "x"},
        {"at": float("inf")},
        {"offers": 3},
        {"chunks": [[["a"], "b"]]},
    ],
)
def test_a_state_that_cannot_be_read_is_a_new_one(data):
    assert VoiceState.from_data(data) == VoiceState() or VoiceState.from_data(data).chunks


def test_a_state_from_elsewhere_never_breaks_a_talk():
    state = VoiceState.from_data({"at": 7, "offers": ["#no_such"], "chunks": [[[["A."]], 3]]})
    for said in ("yes", "no", "more", "repeat", "slower", "help", "stop", "kelp", "anything"):
        step = voice.hear(said, state)
        assert (step.say is None) != (step.ask is None)


def test_memory_forgets_after_a_while_and_when_it_is_full():
    clock = [0.0]
    memory = VoiceMemory(seconds=10, limit=2, clock=lambda: clock[0])
    slow = VoiceState(slow=True)
    memory.put("a", slow)
    assert memory.get("a") == slow
    clock[0] = 11
    assert memory.get("a") == VoiceState()
    for name in "bcd":
        memory.put(name, slow)
    assert memory.get("b") == VoiceState()
    assert memory.get("d") == slow
    memory.forget("d")
    assert memory.get("d") == VoiceState()
