"""Typing errors are mended towards the word that was meant, and words are left alone."""

import pytest

from legcramps.nlu.spelling import Speller, english_words, one_edit

ENGLISH = {
    "cramp": 90_000, "cramps": 70_000, "calf": 60_000, "night": 9_000_000, "bed": 900_000, "that": 90_000_000, "with": 80_000_000, "pain": 800_000,
    "could": 9_000_000, "because": 9_000_000, "pregnant": 400_000, "liver": 300_000, "river": 700_000, "clamp": 9_000, "tuesday": 500_000,
    "rust": 6_000, "rusk": 60, "ham": 90_000, "him": 9_000_000, "the": 99_000_000, "and": 99_000_000,
}  # fmt: skip
OWN = [
    "hypothyroidism",
    "hyperthyroidism",
    "dialysis",
    "cirrhosis",
    "anaemia",
    "liver",
    "lasix",
    "pregnant",
    "naproxen",
]
CORE = ["cramp", "cramps", "calf", "night"]


@pytest.fixture(scope="module")
def english() -> dict[str, int]:
    return english_words()


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(OWN, ENGLISH, usual=["omg"], core=CORE)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # one edit: a letter too many, too few, wrong, two swapped
        ("dialysiss", "dialysis"),
        ("dialsis", "dialysis"),
        ("dialycis", "dialysis"),
        ("dialsyis", "dialysis"),
        ("becuase", "because"),
        ("prgnant", "pregnant"),
        ("anaemiaa", "anaemia"),
        ("ciirrhosis", "cirrhosis"),
        # two edits, for long words of our own
        ("hypotyroidizm", "hypothyroidism"),
        ("hipothiroidism", "hypothyroidism"),
        ("hyperthiroidisim", "hyperthyroidism"),
        # held keys
        ("craaaamp", "cramp"),
        ("niiiight", "night"),
        # a word that our questions turn on before all others
        ("crmap", "cramp"),
        ("cramo", "cramp"),
        ("nigth", "night"),
        ("nihgt", "night"),
        ("clf", "calf"),
        # short words only towards very common ones
        ("taht", "that"),
        ("teh", "the"),
        ("adn", "and"),
        ("wtih", "with"),
    ],
)
def test_a_typing_error_is_mended(speller, typed, meant):
    assert speller.correct(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        *ENGLISH,
        *OWN,
        "omg",
        "livers",
        "dialysiss'",
        "a",
        "to",
        "x",
        "",
        "rls",
        "68",
        "3am",
        "don't",
        "naïve",
        "b12",
        "zzzzzzzzzz",
        "qwrtpsdf",
        "w" * 40,
    ],
)
def test_a_word_is_left_alone(speller, word):
    assert speller.correct(word) == word


def test_our_own_word_is_preferred_to_another(speller):
    assert speller.correct("lliver") == "liver"


def test_a_rare_word_is_not_what_a_typing_error_meant(speller):
    assert speller.correct("rusq") in {"rusq", "rust"}


def test_two_edits_are_tried_for_words_with_the_same_first_letter_only(speller):
    assert speller.correct("tialycis") == "tialycis"


def test_the_first_letters_of_two_long_words_decide_between_them(speller):
    assert speller.correct("hypothyroidizm") == "hypothyroidism"
    assert speller.correct("hyperthyroidizm") == "hyperthyroidism"


def test_one_edit_gives_what_damerau_counts_as_one():
    edits = set(one_edit("leg"))
    assert {"eg", "lg", "le", "elg", "lge", "lega", "bleg", "lag", "leg"} <= edits
    assert "gel" not in edits
    assert "l" not in edits


def test_mending_is_always_done_in_one_step(speller):
    for typed in ("hypotyroidizm", "crmap", "becuase", "dialsyis"):
        once = speller.correct(typed)
        assert speller.correct(once) == once


@pytest.mark.parametrize(
    "word", ["cramp", "cramps", "calf", "anaemia", "diarrhoea", "diarrhea", "anemia", "hamstring", "wake", "charley"]
)
def test_the_english_list_holds_the_words_that_matter_in_both_spellings(english, word):
    assert word in english


# --- in our pipeline, with our own files


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("why do i get leg crmaps at nihgt", "why do i get leg cramps at night"),
        ("my claf mucsle siezes up", "my calf muscle seizes up"),
        ("wat causes nocturnal leg cramps", "wat causes nocturnal leg cramps"),
        ("is it becuase im pregnnat", "is it because im pregnant"),
        ("could my atorvastatinn do this", "could my atorvastatin do this"),
        ("WHY DO I GET CRMAPS", "WHY DO I GET cramps"),
        ("Is it  my   dialycis ?", "Is it  my   dialysis ?"),
        ("", ""),
        ("👍", "👍"),
    ],
)
def test_a_message_is_mended_word_by_word(nlp, typed, meant):
    assert nlp(typed)._.corrected == meant


@pytest.mark.parametrize(
    "text",
    [
        "i take lasix and ramipril and my legs cramp",
        "my name is Siobhan and i live in Llanelli",
        "thx 4 the info lol",
        "argh my calf again, gonna scream cuz it hurts",
        "is it the menopause or hrt",
        "i was clamping a pipe",
        "can i go camping",
        "my cat is called Scamp",
        "my gp said so",
        "the calves of my legs",
        "i had lasik on my eyes",
    ],
)
def test_a_message_without_errors_stays_as_it_is(nlp, text):
    assert nlp(text)._.corrected == text
