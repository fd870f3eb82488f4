import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.asked import question_of
from migbot.cli.questions import Fault, _read_or_fault, exit_status, read_questions
from migbot.errors import QuestionError, UsageError
from migbot.types import Question, Turn

PASSAGE = '{"id": "p", "text": "x"}'


def read(tmp_path, *lines, encoding="utf-8"):
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(lines), encoding=encoding, newline="")
    return read_questions(None, file, question_chars=100)


def test_a_single_question_is_q1():
    assert read_questions("Who?", None, question_chars=100) == (
        Question(question_id="q1", text="Who?"),
    )


def test_reads_every_field(tmp_path):
    (question,) = read(
        tmp_path,
        '{"id": "a", "question": "Et le siège ?", "language": "fr", "more": 1,'
        ' "history": [{"role": "user", "text": "Bonjour"}, {"role": "assistant", "text": "Oui"}],'
        ' "passages": [{"id": "p1", "text": "Le  siège est à Genève.", "title": "Siège"}]}',
    )

    assert (question.question_id, question.language) == ("a", "fr")
    assert question.history == (
        Turn(role="user", text="Bonjour"),
        Turn(role="assistant", text="Oui"),
    )
    (passage,) = question.passages
    assert (passage.passage_id, passage.document_id, passage.path) == ("p1", "p1", "")
    assert (passage.text, passage.start, passage.end) == ("Le  siège est à Genève.", 0, 23)
    assert (passage.title, passage.language) == ("Siège", "fr")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_blank_lines_line_ends_and_byte_order_marks_do_not_matter(tmp_path, encoding):
    questions = read(
        tmp_path,
        '{"id": "a", "question": "é?"}\r\n',
        '{"id": "b", "question": "b?"}\r\n',
        "",
        encoding=encoding,
    )

    assert [question.text for question in questions] == ["é?", "b?"]


@pytest.mark.parametrize(
    ("line", "question_id", "message"),
    [
        ("{", None, "not JSON"),
        ("[1]", None, "should be a JSON object"),
        ('{"question": "Who?"}', None, '"id"'),
        ('{"id": 1, "question": "Who?"}', None, '"id"'),
        ('{"id": "\\ud800", "question": "Who?"}', None, "surrogate"),
        ('{"id": "a"}', "a", '"question"'),
        ('{"id": "a", "question": " "}', "a", '"question"'),
        ('{"id": "a", "question": "\\u200b\\u0007"}', "a", "is empty"),
        ('{"id": "a", "question": "' + "x" * 101 + '"}', "a", "101 characters"),
        ('{"id": "a", "question": "Who?", "language": "de"}', "a", '"language"'),
        ('{"id": "a", "question": "Who?", "history": {}}', "a", '"history"'),
        (
            '{"id": "a", "question": "Who?", "history": [{"role": "system", "text": "x"}]}',
            "a",
            '"role"',
        ),
        ('{"id": "a", "question": "Who?", "passages": []}', "a", '"passages" is empty'),
        ('{"id": "a", "question": "Who?", "passages": [{"id": "p"}]}', "a", '"text"'),
        (
            '{"id": "a", "question": "?", "passages": [' + f"{PASSAGE}, {PASSAGE}]}}",
            "a",
            "the same",
        ),
    ],
)
def test_a_faulty_line_is_told_in_its_place_and_the_rest_goes_on(
    tmp_path, line, question_id, message
):
    fault, question = read(tmp_path, line, '{"id": "z", "question": "Who?"}')

    assert isinstance(fault, Fault)
    assert fault.question_id == question_id
    assert message in fault.message
    assert "line 1" in fault.message
    assert question.question_id == "z"


def test_lone_surrogates_and_control_characters_are_cleaned_away(tmp_path):
    (question,) = read(tmp_path, '{"id": "a", "question": "W\\ud800h\\u0000o?"}')

    assert question.text == "Who?"


def test_refuses_a_file_that_is_absent_empty_or_not_text(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(None, tmp_path / "absent", question_chars=100)
    with pytest.raises(UsageError, match="holds no line"):
        read(tmp_path, "", " ")
    with pytest.raises(UsageError, match="not UTF-8"):
        read(tmp_path, "é", encoding="latin-1")


def test_wants_a_question_or_a_file_and_not_both(tmp_path):
    for text, file in ((None, None), ("Who?", tmp_path)):
        with pytest.raises(UsageError, match="--questions"):
            read_questions(text, file, question_chars=100)


def test_refuses_a_single_question_without_words():
    with pytest.raises(QuestionError, match="empty"):
        read_questions(" \u200b", None, question_chars=100)


def test_the_exit_status_is_wrong_input_only_when_no_line_is_good():
    good, bad = Question(question_id="a", text="Who?"), Fault(question_id=None, message="no")

    assert [exit_status(items) for items in ((good,), (good, bad), (bad, bad))] == [0, 0, 2]


@given(st.text())
def test_any_text_is_a_question_or_a_fault(line):
    result = _read_or_fault(line, 1, lambda name, fields: question_of(name, fields, 100))

    assert isinstance(result, Question | Fault)
