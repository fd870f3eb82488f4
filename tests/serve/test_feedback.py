import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripted_assistant import ScriptedAssistant

from eval.questions import _Line
from migbot.serve import feedback, render
from migbot.serve.conversation import Visit
from migbot.serve.strings import ENGLISH
from migbot.types import Question

SCRIPT = Path(__file__).parents[2] / "scripts" / "feedback_questions.py"


def answered(question: str = "When was IOM founded?", visit: Visit | None = None) -> Visit:
    visit = visit or Visit(language="en")
    exchange = visit.begin(question, visit.history(6))
    for event in ScriptedAssistant(pause_s=0).answer(Question(question_id="1", text=question)):
        exchange = exchange.after(event)
    visit.update(exchange)
    return visit


def kept(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_a_judgement_is_kept_with_the_answer_and_nothing_about_the_visitor(tmp_path):
    file, visit = tmp_path / "feedback.jsonl", answered()

    feedback.judge(visit, file, "source_wrong", "The second one.")

    (record,) = kept(file)
    assert set(record) == {
        *("day", "judgement", "word", "language"),
        *("question", "earlier", "outcome", "answer", "documents"),
    }
    assert record["judgement"] == "source_wrong"
    assert record["documents"] == ["en/the-history-of-iom.md"]
    assert visit.notice == ENGLISH.feedback_thanks
    assert file.stat().st_mode & 0o077 == 0


def test_an_answer_is_judged_once(tmp_path):
    file, visit = tmp_path / "feedback.jsonl", answered()

    feedback.judge(visit, file, "right", "")
    feedback.judge(visit, file, "wrong", "")

    assert len(kept(file)) == 1
    assert "mb-feedback" not in render.conversation_html(visit, {}, feedback=True)


def test_without_the_setting_nobody_is_asked_and_nothing_is_kept(tmp_path):
    visit = answered()

    feedback.judge(visit, None, "right", "")

    assert "mb-feedback" not in render.conversation_html(visit, {})
    assert "mb-feedback" in render.conversation_html(visit, {}, feedback=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "personal",
    ["marie@example.org", "+33 6 12 34 56 78", "06.12.34.56.78", "https://example.org/me?id=7"],
)
def test_addresses_and_numbers_of_people_are_taken_out(tmp_path, personal):
    file, visit = tmp_path / "feedback.jsonl", answered(f"echo I am {personal}, when was IOM born?")

    feedback.judge(visit, file, "wrong", f"write to {personal} please")

    assert personal not in file.read_text("utf-8")
    assert "[…]" in str(kept(file)[0]["word"])


def test_facts_stay_as_they_are():
    record = feedback.record_of(
        answered().exchanges[1], "right", "A/RES/73/195 of 2018-12-19, 281 000 000 people"
    )

    assert record["word"].startswith("A/RES/73/195 of ")


def test_a_follow_up_is_kept_with_the_questions_before_it_and_nothing_else_of_them(tmp_path):
    file = tmp_path / "feedback.jsonl"
    visit = answered("echo I am marie@example.org, who leads IOM?")
    answered("How many members does it have?", visit)
    answered("And since when?", visit)

    feedback.judge(visit, file, "wrong", "")

    (record,) = kept(file)
    assert record["question"] == "And since when?"
    assert record["earlier"] == [
        "echo I am […] who leads IOM?",
        "How many members does it have?",
    ]
    assert file.read_text("utf-8").count("5 December 1951") == str(record["answer"]).count(
        "5 December 1951"
    )


def test_no_more_is_kept_than_the_answer_could_lean_on(tmp_path):
    file, visit = tmp_path / "feedback.jsonl", Visit(language="en")
    for number in range(6):
        answered(f"Question {number}?", visit)

    feedback.judge(visit, file, "right", "")

    assert kept(file)[0]["earlier"] == ["Question 2?", "Question 3?", "Question 4?"]


def test_a_full_file_takes_no_more(tmp_path, monkeypatch):
    file, visit = tmp_path / "feedback.jsonl", answered()
    monkeypatch.setattr(feedback, "FILE_BYTES", 100)

    feedback.judge(visit, file, "right", "")

    assert file.read_bytes() == b""
    assert visit.notice == ENGLISH.feedback_full


def test_a_file_that_cannot_be_written_is_told_and_harms_nothing(tmp_path):
    visit = answered()

    feedback.judge(visit, tmp_path / "missing" / "feedback.jsonl", "right", "")

    assert visit.notice == ENGLISH.feedback_full


@pytest.mark.parametrize("word", [None, 7, ["a"], "x" * 5000, "a\ud800b", "one\ntwo\u2028three"])
def test_any_word_whatever_becomes_one_bounded_line(tmp_path, word):
    file = tmp_path / "feedback.jsonl"

    feedback.judge(answered(), file, "wrong", word)

    assert file.read_bytes().count(b"\n") == 1
    assert len(str(json.loads(file.read_bytes())["word"])) <= feedback.WORD_CHARS


def printed_from(file: Path) -> list[dict[str, object]]:
    printed = subprocess.run(
        [sys.executable, SCRIPT, file], capture_output=True, text=True, check=True
    ).stdout
    return [json.loads(line) for line in printed.splitlines()]


def test_a_follow_up_becomes_a_question_with_its_history(tmp_path):
    file = tmp_path / "feedback.jsonl"
    visit = answered("When was IOM founded?")
    feedback.judge(answered("And its members?", visit), file, "wrong", "")
    feedback.judge(answered("And its members?"), file, "wrong", "")

    follow_up, alone = printed_from(file)

    assert follow_up["kind"] == "follow_up"
    assert follow_up["history"] == [{"role": "user", "text": "When was IOM founded?"}]
    assert (alone["kind"], alone["history"]) == ("fact", [])
    whole = {**follow_up, "must": [["175"]]}
    _Line.model_validate(whole)


def test_lines_that_an_earlier_version_kept_are_read(tmp_path):
    file = tmp_path / "feedback.jsonl"
    feedback.judge(answered(), file, "right", "")
    record = kept(file)[0]
    del record["earlier"]
    file.write_text(json.dumps(record), encoding="utf-8")

    assert printed_from(file)[0]["history"] == []


def test_feedback_becomes_questions_of_the_eval(tmp_path):
    file = tmp_path / "feedback.jsonl"
    feedback.judge(answered(), file, "wrong", "first")
    feedback.judge(answered(), file, "right", "second")
    feedback.judge(answered("Who won the lottery?"), file, "right", "")

    founded, lottery = printed_from(file)
    assert founded["question"] == "When was IOM founded?"
    assert founded["expected"] == "answer"
    assert founded["documents"] == ["the-history-of-iom"]
    assert founded["answer"].startswith("right: second IOM goes back to")
    assert lottery["expected"] == "decline"
    assert lottery["documents"] == []
