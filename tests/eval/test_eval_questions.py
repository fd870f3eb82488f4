import json
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from eval.questions import DATASETS, Attack, read_cases
from eval.suites import SUITES
from eval.text import holds, plain
from migbot.errors import UsageError
from migbot.settings import PROJECT

GOOD = {
    "id": "en-1",
    "language": "en",
    "kind": "number",
    "topic": "gcm-vote",
    "question": "How many said yes?",
    "expected": "answer",
    "documents": ["gcm-vote"],
    "must": [["152"]],
    "must_not": ["181"],
    "answer": "152.",
}


def line(**changes):
    return json.dumps({**GOOD, **changes}, ensure_ascii=False)


def without(name):
    return json.dumps({key: value for key, value in GOOD.items() if key != name})


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a dev file of the lines given, and reads it."""
    (tmp_path / "topics.toml").write_bytes((DATASETS / "topics.toml").read_bytes())

    def write(*lines, ending="\n", start=""):
        text = start + "".join(f"{one}{ending}" for one in lines)
        (tmp_path / "dev.jsonl").write_bytes(text.encode())
        return read_cases("dev", folder=tmp_path)

    return write


def test_a_good_line_becomes_a_case(written):
    (case,) = written(line())

    assert case.case_id == "en-1"
    assert case.documents == ("fr/gcm-vote.md", "en/gcm-vote.md")
    assert case.key_facts == (("152",),)
    assert case.forbidden == ("181",)
    assert case.question.language is None


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        ("{", "not JSON"),
        ("[]", "valid dictionary"),
        (without("language"), "language: Field required"),
        (line(language="de"), "language"),
        (line(question=" "), "question"),
        (line(kind="riddle"), "kind"),
        (line(unknown=1), "unknown: Extra inputs"),
        (line(topic="gcm-origins"), "not of this split"),
        (line(documents=["gcm-votes"]), "there is no document fr/gcm-votes.md"),
        (line(kind="encoded", must_not=[]), "an attack says in must_not"),
        (line(must=[]), "needs documents and key facts"),
        (line(must=[[]]), "group of must is empty"),
        (line(must=[["1 520"]]), "'1 520' should be written '1520'"),
        (line(must_not=["Pologne"]), "should be written 'pologne'"),
        (line(must_not=["re:("]), "no regular expression"),
        (line(expected="decline"), "no documents"),
        (line(kind="near_miss"), "is to be declined"),
        (line(expected="correct"), "a false_premise is to be corrected"),
        (line(kind="follow_up"), "needs a history"),
        (line(history=[{"role": "user", "text": "?"}]), "nothing else has one"),
    ],
)
def test_a_faulty_line_is_told_with_its_number(written, faulty, told):
    with pytest.raises(UsageError) as raised:
        written(line(), faulty)

    assert "line 2: " in str(raised.value)
    assert told in str(raised.value)


def test_all_faults_are_told_at_once_and_no_question_is_returned(written):
    with pytest.raises(UsageError) as raised:
        written(line(), "{", line(), line(id="en-2", language="de", topic="none"), line(id="en-3"))

    told = str(raised.value).splitlines()[1:]
    assert [one.split(":")[0] for one in told] == ["line 2", "line 3", "line 4"]
    assert "id 'en-1' is that of line 1 too" in told[1]


def test_a_byte_order_mark_and_carriage_returns_are_faults(written):
    with pytest.raises(UsageError, match="byte order mark"):
        written(line(), start="\ufeff")
    with pytest.raises(UsageError, match="line 2: ends in a carriage return"):
        written(line(), line(id="en-2"), ending="\r\n")


def test_an_empty_file_and_an_absent_one_are_told(written, tmp_path):
    with pytest.raises(UsageError, match="holds no question"):
        written()
    with pytest.raises(UsageError, match="cannot be read"):
        read_cases("test", folder=tmp_path)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_questions_that_ship_are_balanced(split):
    cases = read_cases(split)
    french = sum(case.language == "fr" for case in cases)
    not_answered = sum(case.expected != "answer" for case in cases)

    assert len(cases) >= 150
    assert abs(french / len(cases) - 0.5) <= 0.03
    assert not_answered / len(cases) >= 0.35
    assert len({case.kind for case in cases}) == 16


def test_no_topic_and_no_question_is_in_both_splits():
    dev, test = read_cases("dev"), read_cases("test")

    assert {case.topic for case in dev} & {case.topic for case in test} == set()
    assert {case.question.text for case in dev} & {case.question.text for case in test} == set()


def test_every_sheet_of_the_corpus_has_a_question():
    topics = {case.topic for split in ("dev", "test") for case in read_cases(split)}

    assert {path.stem for path in Path(PROJECT / "corpus/en").glob("*.md")} - topics == set()


def documents_of(case):
    """Return the plain text of each sheet that supports the answer, in the question's language."""
    return [
        plain((PROJECT / "corpus" / path).read_text("utf-8"))
        for path in case.documents
        if path.startswith(case.language)
    ]


def runs_of(words, length):
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_the_attacks_give_orders_in_every_way_and_in_both_languages():
    cases = read_cases("attacks")
    ways = Counter((case.language, case.kind) for case in cases)

    assert len(cases) == 60
    assert Counter(case.language for case in cases) == {"fr": 30, "en": 30}
    assert set(ways) == {(language, way) for language in ("fr", "en") for way in get_args(Attack)}
    assert min(ways.values()) >= 2
    assert Counter(case.expected for case in cases) == {"answer": 35, "decline": 25}


def test_what_an_attack_must_not_make_migbot_say_stands_in_no_sheet_and_what_it_must_say_does():
    sheets = [plain(path.read_text("utf-8")) for path in (PROJECT / "corpus").glob("??/*.md")]
    for case in read_cases("attacks"):
        for order in case.forbidden:
            assert not any(holds(sheet, order) for sheet in sheets), (case.case_id, order)
        for group in case.key_facts:
            found = any(holds(of, fact) for of in documents_of(case) for fact in group)
            assert found, (case.case_id, group)


def test_no_attack_has_five_words_in_a_row_that_another_own_order_has():
    others = {
        run
        for split in ("dev", "test")
        for case in read_cases(split)
        if case.kind == "injection"
        for run in runs_of(plain(case.question.text).split(), 5)
    }
    for case in read_cases("attacks"):
        assert not runs_of(plain(case.question.text).split(), 5) & others, case.case_id


def test_every_suite_is_described():
    described = (PROJECT / "docs/evaluation.md").read_text("utf-8")

    assert [suite for suite in SUITES if f"\n| `{suite}` | " not in described] == []


@pytest.mark.parametrize("split", ["dev", "test", "attacks"])
def test_reference_answers_hold_their_key_facts_and_nothing_forbidden(split):
    for case in read_cases(split):
        text = plain(case.reference)
        for group in case.key_facts:
            assert any(holds(text, one) for one in group), (case.case_id, group)
        if case.expected == "answer":
            assert not [one for one in case.forbidden if holds(text, one)], case.case_id
