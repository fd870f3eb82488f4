"""Questions from the command line, or from a file with one JSON object a line.

    {"id": "q1", "question": "…", "language": "fr", "history": [{"role": "user", "text": "…"}],
     "passages": [{"id": "p1", "text": "…", "title": "…"}]}

All but `id` and `question` may be left out, and other fields are passed over. A faulty line
becomes a `Fault` in its place.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from migbot.documents.clean import clean_text
from migbot.documents.given import given_passage
from migbot.errors import QuestionError, UsageError
from migbot.types import LANGUAGES, Language, Passage, Question, Role, Turn

SINGLE_ID = "q1"

Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A line that is no question; `question_id` is None where none could be read."""

    question_id: str | None
    message: str

    def to_json(self) -> dict[str, str | None]:
        """Return the fault as commands print it in place of a result."""
        return {"id": self.question_id, "error": self.message}


def read_questions(
    text: str | None, file: Path | None, *, question_chars: int
) -> tuple[Question | Fault, ...]:
    """Return the single question `text`, or what each line of `file` holds, in order.

    Args:
        text: a question given on the command line; then `file` is None.
        file: a file of questions, UTF-8.
        question_chars: longest question that is taken.

    Raises:
        UsageError: neither or both are given, or the file cannot be read or holds no line.
        QuestionError: the single question is empty or too long.
    """
    if (text is None) == (file is None):
        raise UsageError("give one question, or a file of questions with --questions")
    if text is not None:
        return (Question(question_id=SINGLE_ID, text=_clean_question(text, question_chars)),)
    return read_lines(
        Path(file or ""), lambda line_id, fields: _question(line_id, fields, question_chars)
    )


def read_lines(
    file: Path, read: Callable[[str, Mapping[str, Any]], Read]
) -> tuple[Read | Fault, ...]:
    """Return what `read` makes of the id and the fields of each line of `file`, in order.

    Raises:
        UsageError: the file cannot be read or holds no line.
    """
    return tuple(_read_or_fault(line, number, read) for number, line in _lines(file))


def given_passages(values: Iterable[object]) -> tuple[Passage, ...]:
    """Return the passages that a question brings, each from an object with `id` and `text`.

    Raises:
        QuestionError: there is none, one is malformed, or two have the same id.
    """
    passages = tuple(_passage(_object(value, "a passage")) for value in values)
    if not passages:
        raise QuestionError('"passages" is empty: give at least one, or leave the field out')
    if len({passage.passage_id for passage in passages}) < len(passages):
        raise QuestionError('two passages have the same "id": give each its own')
    return passages


def exit_status(lines: Iterable[object]) -> int:
    """Return 2 when all of `lines` are faults, else 0: what could be done was done."""
    return 2 if all(isinstance(line, Fault) for line in lines) else 0


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    # Not splitlines: a JSON text may hold other line separators unescaped.
    numbered = [(number, line) for number, line in enumerate(content.split("\n"), start=1)]
    questions = [(number, line) for number, line in numbered if line.strip()]
    if not questions:
        raise UsageError(f"{file} holds no line: write one JSON object a line")
    return questions


def _read_or_fault(
    line: str, number: int, read: Callable[[str, Mapping[str, Any]], Read]
) -> Read | Fault:
    line_id: str | None = None
    try:
        fields = _object(_parse(line), "the line")
        line_id = _id(fields)
        return read(line_id, fields)
    except QuestionError as error:
        return Fault(question_id=line_id, message=f"line {number}: {error}")


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"not JSON ({error}): write one JSON object a line") from error


def _id(fields: Mapping[str, Any]) -> str:
    question_id = text_of(fields, "id")
    _refuse_surrogates(question_id)
    return question_id


def _question(question_id: str, fields: Mapping[str, Any], question_chars: int) -> Question:
    passages = fields.get("passages")
    return Question(
        question_id=question_id,
        text=_clean_question(text_of(fields, "question"), question_chars),
        language=language_of(fields.get("language")),
        history=tuple(_turn(item) for item in _list(fields.get("history", []), "history")),
        passages=None if passages is None else given_passages(_list(passages, "passages")),
    )


def _clean_question(text: str, question_chars: int) -> str:
    if len(text) > question_chars:
        raise QuestionError(
            f"the question has {len(text)} characters: it may have {question_chars}"
        )
    cleaned = clean_text(text)
    if not cleaned:
        raise QuestionError("the question is empty: write what you want to know")
    return cleaned


def language_of(value: object) -> Language | None:
    """Return the language that a line names; None where it is to be found out.

    Raises:
        QuestionError: it is no language of migbot's.
    """
    if value is None or value == "auto":
        return None
    for language in LANGUAGES:
        if value == language:
            return language
    raise QuestionError(f'"language" is {value!r}: it should be "fr", "en" or "auto"')


def _turn(value: object) -> Turn:
    fields = _object(value, "a turn of the history")
    for role in get_args(Role):
        if fields.get("role") == role:
            return Turn(role=role, text=clean_text(text_of(fields, "text")))
    raise QuestionError('"role" of a turn should be "user" or "assistant"')


def _passage(fields: Mapping[str, Any]) -> Passage:
    """Return a given passage as it stands: its text is quoted back, so it is not cleaned."""
    passage_id, text = text_of(fields, "id"), text_of(fields, "text")
    title = fields.get("title") or ""
    if not isinstance(title, str):
        raise QuestionError('"title" of a passage should be text')
    for value in (passage_id, text, title):
        _refuse_surrogates(value)
    return given_passage(text, passage_id=passage_id, title=title)


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QuestionError("a text holds half a character (a lone surrogate)") from error


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise QuestionError(f"{what} should be a JSON object")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise QuestionError(f'"{name}" should be a list')
    return value


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return the text of one field.

    Raises:
        QuestionError: it is absent, empty or no text.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise QuestionError(f'"{name}" should be text that is not empty')
    return value
