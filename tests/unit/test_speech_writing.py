"""How text is written for a voice: what is said of symbols and numbers, markup that is always well-formed, and the measures."""

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legcramps.channels import speech
from legcramps.channels.replies import lexicon
from legcramps.channels.speech import MAX_ITEMS, MAX_SECONDS, MAX_WORDS, WORDS_PER_MINUTE, chunks, count_words, seconds

ALLOWED = {"speak", "p", "s", "break", "sub", "say-as"}


@pytest.mark.parametrize(
    "text, said",
    [
        ('Say "more" to go on (or not).', "Say more to go on or not."),
        ("type 1 diabetes", "type one diabetes"),
        ("Causes, paragraph 6, item 14", "Causes, paragraph six, item fourteen"),
        ("There are 21 of 99.", "There are twenty-one of ninety-nine."),
        ("Call 112 now.", "Call one one two now."),
        ("Call 116 123.", "Call one one six one two three."),
        ("Call 0800 11 11.", "Call zero eight zero zero one one one one."),
        ("Call +1 (800) 555-0199.", "Call plus one eight zero zero five five five zero one nine nine."),
        ("PAD and HCTZ", "P A D and H C T Z"),
        ("vitamin B12", "vitamin B twelve"),
        ("salt & pepper, 5%", "salt and pepper, five percent"),
        ("either/or", "either or or"),
        ("Read it here: https://example.org/a?b=c", "Read it here:"),
        ("Write to help@example.org.", "Write to help at example dot org."),
        ("a — b – c", "a, b, c"),
        ("I am a voice.", "I am a voice."),
        ("", ""),
    ],
)
def test_what_cannot_be_said_is_left_out_or_put_in_words(text, said):
    assert speech.speakable(text) == said


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_markup_is_well_formed_and_safe_whatever_the_text(text):
    root = ElementTree.fromstring(speech.ssml(((text,),), lexicon()))
    assert {element.tag for element in root.iter()} <= ALLOWED


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<break/>", "</s>", "&amp;", "]]>", "'", '"', "<!--", "hypothyroidism", "112", "PAD", "<audio src='x'/>"]
        ),
        max_size=8,
    )
)
def test_no_markup_comes_from_the_text(parts):
    root = ElementTree.fromstring(speech.ssml(((" ".join(parts),),), lexicon()))
    assert {element.tag for element in root.iter()} <= ALLOWED
    assert all(element.text is None for element in root.iter("break"))


def test_terms_are_said_as_the_lexicon_has_them_and_numbers_and_letters_one_by_one():
    marked = speech.ssml((("Hypothyroidism, PAD, 112 and type 2.",),), lexicon())
    assert f'<sub alias="{lexicon()["hypothyroidism"]}">Hypothyroidism</sub>' in marked
    assert '<say-as interpret-as="characters">PAD</say-as>' in marked
    assert '<say-as interpret-as="digits">112</say-as>' in marked
    assert "type two" in marked


def test_a_term_inside_another_word_is_left_alone():
    assert "<sub" not in speech.ssml((("anemias",),), {"anemia": "x"})


def test_slow_speech_pauses_after_each_sentence():
    quick, slow = (speech.ssml((("A.", "B."), ("C.",)), {}, slow) for slow in (False, True))
    assert quick.count("<break") == 1
    assert slow.count('<break time="1000ms"/>') == 3
    assert seconds((("A.", "B."), ("C.",)), slow=True) > seconds((("A.", "B."), ("C.",)))


def test_time_is_words_and_pauses():
    hundred = " ".join(["word"] * 100)
    assert seconds(((hundred,),)) == pytest.approx(100 * 60 / WORDS_PER_MINUTE + speech.SENTENCE_PAUSE)


@pytest.mark.parametrize("text, count", [("It's twenty-one, isn't it?", 5), ("", 0), ("a — b", 2), ("2,000", 2)])
def test_words_are_counted_as_they_are_said(text, count):
    assert count_words(text) == count


IDEAS = st.lists(
    st.builds(
        lambda lengths, kind, items: {
            "say": [" ".join(["word"] * n) + "." for n in lengths],
            "kind": kind,
            "items": items,
        },
        st.lists(st.integers(1, 18), min_size=1, max_size=2),
        st.sampled_from(["fact", "words", "advice", "notice", "privacy"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(IDEAS)
def test_chunks_keep_their_limits_and_lose_nothing(ideas):
    packed = chunks(ideas)
    drawn = {tuple(idea["say"]) for idea in ideas if idea["kind"] in ("advice", "notice")}
    body = [tuple(idea["say"]) for idea in ideas if idea["kind"] not in ("advice", "notice")]
    said = [idea for chunk in packed for idea in chunk.ideas]
    assert sorted(said) == sorted([*body, *drawn]), "what must be heard is heard once, however often it was written"
    for chunk in packed:
        words = sum(count_words(sentence) for idea in chunk.ideas for sentence in idea)
        assert words <= MAX_WORDS
        assert seconds(chunk.ideas) <= MAX_SECONDS
    assert packed[-1].left == 0


@settings(max_examples=60, deadline=None)
@given(IDEAS)
def test_never_more_than_three_things_of_a_list(ideas):
    items = {}
    for number, idea in enumerate(ideas):
        idea["say"][0] = f"{'x' * (number + 1)} {idea['say'][0]}"
        items[tuple(idea["say"])] = idea["items"]
    for chunk in chunks(ideas):
        assert sum(items[idea] for idea in chunk.ideas) <= MAX_ITEMS
