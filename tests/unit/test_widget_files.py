"""The website widget's files: their weight, their words, and what must never stand in them."""

import gzip
import json
import re
from pathlib import Path

import pytest

from legcramps.channels import web_words

REPO = Path(__file__).resolve().parents[2]
WIDGET = REPO / "widget"
CODE = sorted(WIDGET.glob("*.js"))
PAGES = sorted((WIDGET / "pages").iterdir())

HEAVIEST = 15_000
HEAVIEST_PAGE = 40_000


def weight(*files):
    """Bytes on the wire, each file compressed by itself as the server sends it."""
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def source(file):
    """The code without its comments."""
    return re.sub(r"^\s*(//|/\*\*).*$", "", file.read_text("utf8"), flags=re.MULTILINE)


def test_the_widget_weighs_little():
    assert (WIDGET / "legcramps-chat.js") in CODE
    assert weight(*CODE) <= HEAVIEST, {file.name: weight(file) for file in CODE}


def test_the_demo_page_weighs_little_with_all_that_it_loads():
    assert weight(WIDGET / "pages" / "demo.html", WIDGET / "pages" / "page.css", *CODE) <= HEAVIEST_PAGE


def test_every_module_is_reached_from_the_one_that_pages_load():
    reached, ahead = set(), ["legcramps-chat.js"]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += re.findall(r"""(?:from|import)\s*\(?\s*"\./([\w-]+\.js)""", source(WIDGET / name))
    assert reached == {file.name for file in CODE}


@pytest.mark.parametrize("file", CODE, ids=lambda file: file.name)
def test_no_text_can_become_html_or_code(file):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|srcdoc|\beval\(|new Function|javascript:|setHTML|cssText"
    assert not re.search(forbidden, source(file))


@pytest.mark.parametrize("file", [*CODE, *PAGES], ids=lambda file: file.name)
def test_no_cookie_and_nobody_elses_server(file):
    text = source(file)
    assert "cookie" not in text.lower() or file.suffix == ".html"
    addresses = set(re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}[^\s\"'`<)]*", text))
    # The name of SVG's and HTML's own language, and addresses that stand for a reader's.
    assert all(re.match(r"https?://(www\.w3\.org|[\w.-]*\bexample\.org)", address) for address in addresses), addresses


def test_the_words_are_one_table_that_the_server_can_read():
    words = web_words.widget_words(WIDGET)
    assert all(isinstance(text, str) and text for text in words.values())
    form = web_words.form_words(WIDGET)
    assert all(isinstance(text, str) and text for text in form.values())


def test_each_word_is_used_and_each_used_word_is_there():
    words = set(web_words.widget_words(WIDGET))
    code = "".join(source(file) for file in CODE if file.name not in ("words.js", "style.js"))
    form = (REPO / "legcramps/channels/form_render.py").read_text("utf8") + (
        REPO / "legcramps/channels/web.py"
    ).read_text("utf8")
    used = set(re.findall(r"(?<!/)\bwords\.(\w+)", code)) | set(re.findall(r"""\bwords\[["'](\w+)["']\]""", form))
    for names in re.findall(r"\{ ([^}]*) \} = this\.#words", code):
        used |= set(re.findall(r"(\w+)(?=\s*(?:[,:]|$))", names))
    # What went wrong is said by the word of that name.
    used |= {"offline", "timeout", "busy", "server"}
    assert words - used == set(), "words that nothing says"
    methods = {"split", "replace"}
    assert used - words - methods - {"few"} - {"form", "send", "again", "expired"} == set(), (
        "words that are not in the table"
    )


def test_no_fact_stands_in_the_widget(knowledge):
    """Names of conditions, grades and statements come from the server."""
    code = "".join(source(file) for file in CODE if file.name != "style.js").lower()
    words = " ".join(text for text in web_words.widget_words(WIDGET).values()).lower()
    for condition in knowledge.conditions.values():
        assert not re.search(rf"\b{condition.id}\b", code)
        assert condition.name.lower() not in words
    for identifier, grade in knowledge.grades.items():
        assert identifier not in code
        assert grade.label.lower() not in words
    for statement in knowledge.statements.values():
        assert statement.text.lower() not in words


def test_the_reasons_are_the_servers():
    reasons = [one.split("=")[0] for one in web_words.widget_words(WIDGET)["reasons"].split("|")]
    assert reasons == ["not_my_question", "unclear", "too_long", "wrong", "other"]


def test_the_first_question_is_the_one_at_3_am():
    assert web_words.widget_words(WIDGET)["questions"].split("|")[0] == "I have a cramp now"


def test_the_docs_name_every_property_attribute_event_and_stored_field():
    docs = (REPO / "docs" / "widget.md").read_text("utf8")
    style = (WIDGET / "style.js").read_text("utf8")
    main = source(WIDGET / "legcramps-chat.js")
    server = source(WIDGET / "server.js")
    properties = set(re.findall(r"--legcramps-[a-z-]+", style))
    attributes = set(re.findall(r"""[gh](?:et|as)Attribute\("([a-z-]+)"\)""", main)) | {"theme", "lang"}
    events = set(re.findall(r"""#emit\("(\w+)""", main))
    stored = set(re.findall(r"(\w+):", re.search(r"EMPTY = \{(.*?)\}", server).group(1)))
    assert len(properties) > 8
    assert {"server", "links", "timeout", "open", "read-aloud", "microphone"} <= attributes
    assert events == {"open", "close", "message", "feedback", "error"}
    missing = [name for name in properties | attributes | events | stored if f"`{name}`" not in docs]
    assert not missing


def test_the_comparison_in_the_docs_names_tests_that_exist():
    rows = [line for line in (REPO / "docs" / "widget.md").read_text("utf8").splitlines() if "`test_" in line]
    assert len(rows) >= 20
    tests = "".join(
        file.read_text("utf8")
        for folder in ("browser", "unit", "channels")
        for file in (REPO / "tests" / folder).glob("test_*.py")
    )
    named = {name for row in rows for name in re.findall(r"`(test_\w+)`", row)}
    assert not {name for name in named if f"def {name}(" not in tests}


def test_names_for_the_widget_are_those_of_the_knowledge(knowledge):
    from legcramps.channels import replies

    names = json.loads(json.dumps(replies.names()))
    assert names["conditions"]["anemia"] == "Anemia"
    assert set(names["conditions"]) == set(knowledge.conditions)
    assert {grade: words["label"] for grade, words in names["grades"].items()} == {
        identifier: grade.label for identifier, grade in knowledge.grades.items()
    }


@pytest.mark.parametrize(
    "address, linked",
    [
        ("https://example.org/a", True),
        ("http://example.org", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
    ],
)
def test_only_secure_addresses_of_the_source_are_passed_on(address, linked):
    assert web_words.safe_link(address) == (address if linked else None)
