"""A message is cut into the questions it asks; which option and which group it asks for is read out of it."""

import pytest

from legcramps.nlu.parts import MAX_PARTS, asks, leans_on_the_rest, read_group, read_option, split_questions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("What are leg cramps?", ["What are leg cramps?"]),
        ("What are they? What causes them?", ["What are they?", "What causes them?"]),
        ("what are they and what causes them", ["what are they", "what causes them"]),
        ("What are they, and how do I stop one?", ["What are they", "how do I stop one?"]),
        ("what causes them and also can anemia do it", ["what causes them", "can anemia do it"]),
        ("are they dangerous or should I see a doctor", ["are they dangerous", "should I see a doctor"]),
        ("Is it anemia or dialysis?", ["Is it anemia or dialysis?"]),
        ("cramps and restless legs", ["cramps and restless legs"]),
        ("I'm 68. I get cramps. Why?", ["I'm 68.", "I get cramps."]),
        ("what is it\nwhat helps it", ["what is it", "what helps it"]),
        ("why? how come?", ["how come?"]),
        ("", []),
        ("   ", []),
        ("cramps", []),
        ("???", []),
    ],
)
def test_a_message_is_cut_into_its_questions(text, parts):
    assert split_questions(text) == parts


def test_of_many_parts_the_last_few_are_kept():
    parts = split_questions(" ".join(f"What is number {n}?" for n in range(30)))
    assert len(parts) == MAX_PARTS
    assert parts[-1] == "What is number 29?"


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("what are they", True),
        ("so what causes it", True),
        ("ok and how do i stop it", True),
        ("can anemia do this", True),
        ("it hurts, right?", True),
        ("any cure", True),
        ("please could you say", True),
        ("I get cramps", False),
        ("my calf hurts", False),
        ("thanks", False),
        ("", False),
    ],
)
def test_a_question_is_told_from_a_statement(text, is_question):
    assert asks(text) is is_question


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("the first one", 1),
        ("the second one please", 2),
        ("2nd", 2),
        ("third", 3),
        ("the 10th", 10),
        ("the last one", -1),
        ("the bottom one", -1),
        ("the top one", 1),
        ("second to last", -2),
        ("the last but one", -2),
        ("number 2", 2),
        ("number two", 2),
        ("no. 3", 3),
        ("option b", 2),
        ("option 4", 4),
        ("item 12", 12),
        ("2", 2),
        ("2.", 2),
        ("(3)", 3),
        ("#4", 4),
        ("two", 2),
        ("two please", 2),
        ("2 then", 2),
        ("i'd take two", 2),
        ("choose c", 3),
        ("b", 2),
        ("a", 1),
        ("B)", 2),
        ("i'll take the fourth", 4),
        ("pick 5", 5),
        ("THE SECOND ONE", 2),
        # none
        ("", None),
        ("yes", None),
        ("that one", None),
        ("why do i get cramps", None),
        ("what causes it", None),
        ("hello", None),
        ("...", None),
        ("2000 characters", None),
        ("no thanks", None),
        ("please", None),
        ("no one knows", None),
        ("take a walk", None),
        ("last night my calf cramped", None),
        ("i have 3 questions", None),
    ],
)
def test_a_position_is_read(text, position):
    assert read_option(text) == position


@pytest.mark.parametrize(
    "text",
    [
        "a night leg cramp, what is it",
        "a doctor told me to come here",
        "one of my legs cramps",
        "two days ago it began",
    ],
)
def test_an_article_or_a_count_at_the_start_of_a_sentence_is_no_position(text):
    assert read_option(text) is None


GROUPS = {"kidneys": ["kidney", "kidneys"], "hormones": ["thyroid", "blood sugar"]}


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("which of these are about the kidneys?", "kidneys"),
        ("Which KIDNEY ones are there", "kidneys"),
        ("the thyroid ones", "hormones"),
        ("which have to do with blood sugar", "hormones"),
        ("which have to do with blood", None),
        ("kidneystone", None),
        ("list them all", None),
        ("", None),
    ],
)
def test_a_group_is_read(text, group):
    assert read_group(text, GROUPS) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("which conditions have to do with hormones", "hormones"),
        ("which nerve conditions are linked", "nerves"),
        ("which medicines are on the list", "medicines"),
        ("anything to do with circulation?", "circulation"),
        ("list the muscle ones", "muscles"),
        ("which of them are about the liver", "other"),
        ("list all conditions", None),
        ("what conditions are linked to night leg cramps", None),
        ("give me the whole list", None),
        ("ok go back to the list", None),
        ("show me all of them, it came back again last night", None),
    ],
)
def test_a_group_of_ours_is_read(knowledge, text, group):
    assert read_group(text, knowledge.vocabulary.groups) == group


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("Is there a link?", "link"),
        ("is there any connection", "link"),
        ("could that be why?", "link"),
        ("Could that be why I get them?", "link"),
        ("Is that why?", "link"),
        ("are they related?", "link"),
        ("Could it be that?", "link"),
        ("might that be the reason", "link"),
        ("is it connected?", "link"),
        ("are any of these linked?", "link"),
        ("Any link?", "link"),
        ("coincidence?", "link"),
        ("What could it be?", "what"),
        ("so what might this be?", "what"),
        ("any ideas?", "what"),
        ("What's going on?", "what"),
        ("what can I do?", "help"),
        ("And what helps?", "help"),
        ("how do I stop it?", "help"),
        ("is there anything I can do about it", "help"),
        # a question of its own
        ("is it serious?", None),
        ("is that dangerous", None),
        ("what are they?", None),
        ("what causes them?", None),
        ("should I see a doctor?", None),
        ("does magnesium help?", None),
        ("what does the source say", None),
        ("is it a cramp or restless legs", None),
        ("what muscles are they in", None),
        ("how do I stretch it", None),
        ("", None),
    ],
)
def test_a_part_that_means_nothing_without_the_rest_is_told_apart(part, kind):
    assert leans_on_the_rest(part) == kind
