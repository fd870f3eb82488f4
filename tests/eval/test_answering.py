import json

import pytest

from eval.answering import ANSWERS, AnswerStore, ask_all, case_key, data_sha256
from eval.cases import Case
from eval.runs import REPORT, open_run, write_report
from migbot.answer.reply import Reply as GrowingReply
from migbot.types import Question


def case(name, text="How many?"):
    return Case(
        case_id=name,
        question=Question(question_id=name, text=text),
        language="en",
        kind="number",
        topic="gcm-vote",
        expected="decline",
    )


class Declining:
    """Declines all it is asked, remembers it, and breaks on one question if it is told to."""

    def __init__(self, breaks_on=None):
        self.asked = []
        self.assistant = self
        self._breaks_on = breaks_on

    def answer(self, question):
        self.asked.append(question.question_id)
        if question.question_id == self._breaks_on:
            raise RuntimeError("it broke")
        reply = GrowingReply(question, question.text, "en", lambda: 0.0)
        yield reply.decline("not_found")


CASES = [case("a"), case("b"), case("c")]


def ask(cases, measured, folder):
    done = []
    replies = ask_all(cases, measured, AnswerStore(folder), lambda: done.append(1))
    assert len(done) == len(cases)
    return replies


def test_each_case_is_asked_once_and_answered_as_ask_prints_it(tmp_path):
    measured = Declining()

    replies = ask(CASES, measured, tmp_path)

    assert measured.asked == ["a", "b", "c"]
    assert replies["b"].answer["id"] == "b"
    assert replies["b"].answer["outcome"] == "declined"
    assert replies["b"].trace["standalone"] == "How many?"


def test_a_question_that_breaks_has_its_error_for_a_reply_and_the_rest_goes_on(tmp_path):
    replies = ask(CASES, Declining(breaks_on="b"), tmp_path)

    assert replies["b"].answer is None
    assert replies["b"].error == "RuntimeError: it broke"
    assert replies["c"].answer is not None


def test_an_interrupted_run_asks_only_what_is_left(tmp_path):
    first = ask(CASES[:2], Declining(breaks_on="b"), tmp_path)
    measured = Declining()

    replies = ask(CASES, measured, tmp_path)

    assert measured.asked == ["c"]
    assert {name: replies[name] for name in "ab"} == first


def test_a_line_that_was_torn_is_cut_off_and_its_question_asked_again(tmp_path):
    ask(CASES, Declining(), tmp_path)
    file = tmp_path / ANSWERS
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    measured = Declining()

    ask(CASES, measured, tmp_path)

    assert measured.asked == ["c"]
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ["a", "b", "c"]


def test_a_question_whose_words_changed_is_asked_again(tmp_path):
    ask(CASES, Declining(), tmp_path)
    measured = Declining()

    ask([case("a"), case("b", text="How many more?")], measured, tmp_path)

    assert measured.asked == ["b"]


def test_what_is_right_does_not_change_what_is_asked_but_changes_the_data():
    other = Case(
        case_id="a",
        question=CASES[0].question,
        language="en",
        kind="number",
        topic="gcm-vote",
        expected="answer",
    )

    assert case_key(other) == case_key(CASES[0])
    assert data_sha256([other]) != data_sha256([CASES[0]])


def test_a_run_goes_on_where_it_stopped_until_its_report_is_written(tmp_path):
    folder, goes_on = open_run(tmp_path, {"suites": ["dev"]})
    again, goes_on_again = open_run(tmp_path, {"suites": ["dev"]})
    write_report(folder, {"schema": 1}, "<p>page</p>")
    new, goes_on_after = open_run(tmp_path, {"suites": ["dev"]})

    assert (goes_on, goes_on_again, goes_on_after) == (False, True, False)
    assert again == folder != new
    assert json.loads((folder / REPORT).read_text(encoding="utf-8")) == {"schema": 1}


@pytest.mark.parametrize("asked", [{"suites": ["test"]}, {"suites": ["dev"], "limit": 3}])
def test_a_run_of_something_else_does_not_go_on(tmp_path, asked):
    folder, _ = open_run(tmp_path, {"suites": ["dev"]})

    other, goes_on = open_run(tmp_path, asked)

    assert other != folder
    assert not goes_on
