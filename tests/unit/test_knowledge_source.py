"""The facts are complete against the source, and none is stronger than the source or a copy of its sentences.

The source is not part of this repository. What the tests need of it stands here: how it is built, what each place of it says
at which strength, and hashes of its runs of seven words. Where the source lies beside the repository, these are checked, too.
"""

import hashlib
import re
from pathlib import Path

import pytest

from legcramps.knowledge import GRADES

REPO = Path(__file__).resolve().parents[2]
RUNS = Path(__file__).with_name("knowledge") / "source_runs.txt"
RUN = 7  # words; a shorter run cannot help being the same

# Paragraph 6 of the causes: its list, in the source's order, by the entry or entries that each item is.
LIST = [
    ["acute_kidney_injury"],
    ["addisons_disease"],
    ["alcohol_use_disorder"],
    ["anemia"],
    ["chronic_kidney_disease"],
    ["cirrhosis"],
    ["dehydration"],
    ["dialysis"],
    ["high_blood_pressure"],
    ["hyperthyroidism"],
    ["hypoglycemia"],
    ["hypothyroidism"],
    ["lack_of_physical_activity"],
    ["medicines_for_high_blood_pressure", "medicines_for_high_cholesterol", "birth_control_pills"],
    ["muscle_fatigue"],
    ["parkinsons_disease"],
    ["peripheral_artery_disease"],
    ["peripheral_neuropathy"],
    ["pregnancy"],
    ["spinal_stenosis"],
    ["type_1_diabetes"],
    ["type_2_diabetes"],
]

# Every entry with its grades and where the source gives them (section Causes: paragraph, item).
LINKS = {
    ("kidney_failure", "known_cause", 3, None),
    ("diabetic_nerve_damage", "known_cause", 3, None),
    ("problems_with_blood_flow", "known_cause", 3, None),
    ("muscle_fatigue", "likely_mechanism", 1, None),
    ("nerve_problems", "likely_mechanism", 1, None),
    ("age", "raises_risk", 2, None),
    ("pregnancy", "raises_risk", 2, None),
    ("medicines_that_increase_urine_output", "unproven", 4, None),
    *((entry, "sometimes_linked", 6, number) for number, item in enumerate(LIST, 1) for entry in item),
}

# What the source says with reserve is said with the same reserve.
RESERVE = {
    "definition.calf": ["usually"],
    "definition.foot_thigh": ["may|might"],
    "relief.stretch": ["can"],
    "causes.usually_unknown": ["most"],
    "causes.likely_mechanism": ["in general", "likely"],
    "known.already_know": ["likely|probably"],
    "known.other_symptoms": ["likely"],
    "medicines.urine_output": ["might"],
    "medicines.no_direct_link_known": ["not known"],
    "medicines.examples": ["can sometimes", "linked", "such as"],
    "restless_legs.confused": ["sometimes"],
    "restless_legs.urge": ["most common"],
    "restless_legs.pain": ["usually"],
    "list.other_issues": ["can sometimes", "linked"],
}
RESERVE_OF_GRADE = {
    "known_cause": ["known cause of"],
    "likely_mechanism": ["in general", "likely"],
    "raises_risk": ["more likely"],
    "unproven": ["might be", "not known"],
    "sometimes_linked": ["can sometimes be linked"],
}

# Words that would make more of a link than the source does.
CAUSAL = re.compile(
    r"\b(caus\w+|because|due to|owing to|leads? to|results? in|responsible|triggers?|provokes?|brings? (them )?(on|about)"
    r"|the reason|behind|prov(e|es|en)|certain\w*|always|definitely|will)\b",
    re.IGNORECASE,
)
# The statements that may speak of a cause: the source says "known cause" and "known to cause".
MAY_SAY_CAUSE = {"causes.usually_unknown", "known.list"}


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def runs(text: str) -> set[str]:
    """Hashes of all runs of seven words."""
    found = words(text)
    joined = (" ".join(found[i : i + RUN]) for i in range(len(found) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:12] for run in joined}


@pytest.fixture(scope="module")
def source(knowledge) -> dict[str, list[str]]:
    """Section → its lines, the heading left out."""
    file = REPO.parent / "shared" / "source" / knowledge.source.file
    if not file.is_file():
        pytest.skip(f"the source is not at {file}")
    sections: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, file.read_text("utf-8").splitlines())):
        if line in {section.name for section in knowledge.source.sections}:
            sections[line] = []
        else:
            list(sections.values())[-1].append(line)
    return sections


def cited(knowledge) -> set[tuple]:
    return {(c.section, c.paragraph, c.item) for s in knowledge.statements.values() for c in s.cites}


def test_there_are_thirty_entries(knowledge):
    assert len(knowledge.conditions) == 30


def test_every_entry_has_the_grades_of_the_source_cited_where_it_gives_them(knowledge):
    links = {
        (condition.id, link.grade, cite.paragraph, cite.item)
        for condition in knowledge.conditions.values()
        for link in condition.links
        for cite in link.cites
    }
    assert links == LINKS
    assert {cite.section for c in knowledge.conditions.values() for link in c.links for cite in link.cites} == {
        "Causes"
    }


def test_only_pregnancy_and_muscle_fatigue_have_two_grades(knowledge):
    assert {c.id for c in knowledge.conditions.values() if len(c.links) > 1} == {"pregnancy", "muscle_fatigue"}


def test_grades_come_strongest_first(knowledge):
    assert tuple(knowledge.grades) == GRADES


@pytest.mark.parametrize(
    "place",
    [
        ("Definition", 1, None),
        *(("Causes", paragraph, None) for paragraph in range(1, 7)),
        *(("Causes", 6, item) for item in range(1, len(LIST) + 1)),
    ],
    ids=lambda place: "-".join(str(part) for part in place if part),
)
def test_every_place_of_the_source_is_cited(knowledge, place):
    assert place in cited(knowledge)


@pytest.mark.parametrize("identifier", RESERVE)
def test_a_statement_keeps_the_reserve_of_the_source(knowledge, identifier):
    text = knowledge.statements[identifier].text.lower()
    missing = [reserve for reserve in RESERVE[identifier] if not re.search(rf"\b({reserve})\b", text)]
    assert not missing


@pytest.mark.parametrize("entry, grade", sorted({link[:2] for link in LINKS}))
def test_a_link_is_worded_as_its_grade_and_no_stronger(knowledge, entry, grade):
    text = knowledge.link_statement(entry, grade).text.lower()
    assert all(re.search(reserve, text) for reserve in RESERVE_OF_GRADE[grade])
    if grade != "known_cause":
        assert not CAUSAL.search(text)


def test_no_other_statement_speaks_of_a_cause(knowledge):
    known = {knowledge.link_statement(c.id, "known_cause").id for c in knowledge.with_grade("known_cause")}
    strong = {key for key, s in knowledge.statements.items() if CAUSAL.search(f"{s.text} {s.speech or ''}")}
    assert strong <= MAY_SAY_CAUSE | known


def test_statements_give_no_numbers_and_no_advice(knowledge):
    number = re.compile(r"\d|\bper ?cent\b")
    advice = re.compile(r"\b(you should|must|try|treat\w*|prevent\w*|cure\w*|avoid|dose)\b", re.IGNORECASE)
    for key, statement in knowledge.statements.items():
        text = re.sub("type [12]", "", f"{statement.text} {statement.speech or ''}", flags=re.IGNORECASE)
        assert not number.search(text), key
        assert not advice.search(text), key


def test_a_gloss_is_given_only_where_the_source_gives_one(knowledge):
    glossed = {c.id for c in knowledge.conditions.values() if c.gloss}
    assert glossed == {
        "addisons_disease", "anemia", "cirrhosis", "dehydration", "high_blood_pressure", "hyperthyroidism", "hypothyroidism",
        "peripheral_artery_disease",
    }  # fmt: skip
    assert all(knowledge.conditions[c].gloss == f"gloss.{c}" for c in glossed)


def test_restless_legs_are_tied_to_no_condition(knowledge):
    names = [name for c in knowledge.conditions.values() for name in (c.name, *c.aka)]
    texts = [s.text for key, s in knowledge.statements.items() if key.startswith("restless_legs")]
    assert texts
    assert not [(name, text) for name in names for text in texts if name.lower() in text.lower()]


def test_no_sentence_of_the_source_is_copied(knowledge):
    copied = set(RUNS.read_text("utf-8").split())
    ours = {
        **{key: f"{s.text}\n{s.speech or ''}" for key, s in knowledge.statements.items()},
        **{f"phrase {key}": f"{p.text}\n{p.speech or ''}" for key, p in knowledge.phrases.items()},
        **{f"grade {key}": f"{g.text}\n{g.meaning}" for key, g in knowledge.grades.items()},
        "source": knowledge.source.where,
    }
    alike = {key for key, text in ours.items() for line in text.splitlines() if runs(line) & copied}
    assert not alike, "each of these shares a run of seven words with the source"


# --- with the source at hand


def test_the_runs_of_seven_words_are_those_of_the_source(source):
    expected = {run for lines in source.values() for line in lines for run in runs(line)}
    assert set(RUNS.read_text("utf-8").split()) == expected


def test_sections_paragraphs_and_items_are_counted_as_in_the_source(knowledge, source):
    for section in knowledge.source.sections:
        listed = sum(section.items.values())
        assert len(source[section.name]) == section.paragraphs + listed
    assert len(LIST) == sum(section.items.values())


def test_every_item_of_the_list_is_named_as_the_source_names_it(knowledge, source):
    items = source["Causes"][-len(LIST) :]
    for item, entries in zip(items, LIST, strict=True):
        plain = " ".join(words(item))
        for entry in entries:
            condition = knowledge.conditions[entry]
            names = [" ".join(words(name.removeprefix("medicines for "))) for name in (condition.name, *condition.aka)]
            assert any(name in plain for name in names), f"{entry} is not what the source calls {item!r}"
