import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cases import Case
from eval.third_party import nomiracl_cases, piaf_cases, sample, squad2_cases
from migbot.errors import UsageError
from migbot.types import Question

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "eval"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the third-party sets are not here")


def _write(folder, name, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / name).write_text(text, encoding="utf-8")


def _squad2(folder, *questions):
    passage = {"pid": "p1", "title": "Rivers", "text": "The Rhône is 812 km long."}
    _write(folder, "squad2_en_passages.jsonl", passage)
    _write(folder, "squad2_en_questions.jsonl", *questions)


LENGTH = {
    "qid": "q1",
    "pid": "p1",
    "question": "How long is the Rhône?",
    "answerable": True,
    "answers": ["812 km", "812 KM.", "812"],
}


def test_an_answerable_question_brings_its_passage_and_each_way_to_say_the_answer(tmp_path):
    _squad2(tmp_path, LENGTH)
    (case,) = squad2_cases(tmp_path)
    assert case.case_id == "squad2-q1"
    assert (case.language, case.kind, case.topic, case.expected) == (
        "en",
        "squad2",
        "squad2",
        "answer",
    )
    assert case.key_facts == (("812 km", "812"),)
    assert case.documents == ("p1",)
    (passage,) = case.question.passages
    assert (passage.passage_id, passage.title) == ("p1", "Rivers")
    assert passage.text == "The Rhône is 812 km long."


def test_a_question_without_an_answer_is_to_be_declined(tmp_path):
    _squad2(tmp_path, {**LENGTH, "answerable": False, "answers": []})
    (case,) = squad2_cases(tmp_path)
    assert (case.expected, case.key_facts, case.documents) == ("decline", (), ())


def test_an_answer_of_signs_alone_is_no_key_fact(tmp_path):
    _squad2(tmp_path, {**LENGTH, "answers": ["–", "812"]})
    assert squad2_cases(tmp_path)[0].key_facts == (("812",),)


def test_all_faulty_lines_are_listed_with_their_numbers(tmp_path):
    _squad2(tmp_path, "{", LENGTH, {"qid": "q2", "question": " ", "answerable": True})
    with pytest.raises(UsageError) as caught:
        squad2_cases(tmp_path)
    text = str(caught.value)
    assert "squad2_en_questions.jsonl has 3 faults" in text
    assert "line 1: " in text
    assert "line 2: " not in text
    assert "line 3: pid: " in text
    assert "line 3: question: " in text


def test_a_question_about_an_absent_passage_is_a_fault(tmp_path):
    _squad2(tmp_path, LENGTH, {**LENGTH, "qid": "q2", "pid": "p9"})
    with pytest.raises(UsageError, match="no passage for q2"):
        squad2_cases(tmp_path)


@pytest.mark.parametrize("read", [nomiracl_cases, squad2_cases, piaf_cases])
def test_absent_sets_are_said_to_be_found_by_a_setting(read, tmp_path):
    for folder in (None, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="set MIGBOT_EVAL_DATA"):
            read(folder)


@needs_data
@pytest.mark.parametrize(
    ("read", "languages", "passages"),
    [(nomiracl_cases, {"fr", "en"}, 10), (squad2_cases, {"en"}, 1), (piaf_cases, {"fr"}, 1)],
)
def test_the_sets_hold_questions_to_answer_and_to_decline(read, languages, passages):
    cases = read(DATA)
    assert len({case.case_id for case in cases}) == len(cases) > 400
    assert {(case.language, case.expected) for case in cases} == {
        (language, expected) for language in languages for expected in ("answer", "decline")
    }
    assert {len(case.question.passages) for case in cases} == {passages}


def _case(case_id, language="fr", kind="date"):
    return Case(
        case_id=case_id,
        question=Question(question_id=case_id, text="?"),
        language=language,
        kind=kind,
        topic="t",
        expected="answer",
    )


def test_a_sample_asks_of_every_language_kind_and_outcome_before_it_asks_more():
    cases = [_case(f"date-{at}") for at in range(50)]
    rare = [_case("list", kind="list"), _case("en", language="en")]
    declined = replace(_case("declined"), expected="decline")
    chosen = sample([*cases, *rare, declined], 6)
    assert {"list", "en", "declined"} < {case.case_id for case in chosen}
    assert len(chosen) == 6


def test_a_sample_is_the_same_in_any_order_and_grows_with_its_limit():
    cases = [_case(f"q{at}") for at in range(20)]
    few, more = sample(cases, 5), sample(cases[::-1], 8)
    assert {case.case_id for case in few} < {case.case_id for case in more}
    assert [case.case_id for case in few] == sorted(
        (case.case_id for case in few), key=[case.case_id for case in cases].index
    )
    assert sample(cases, 100) == tuple(cases)
    assert sample([], 3) == ()
