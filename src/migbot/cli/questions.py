"""Questions from the command line, or from a file with one JSON object a line.

A line holds what `migbot.answer.asked` reads, and an `id` always. A faulty line becomes a `Fault`
in its place.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from migbot.answer.asked import clean_question, id_of, object_of, question_of
from migbot.errors import QuestionError, UsageError
from migbot.types import Question

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
        return (Question(question_id=SINGLE_ID, text=clean_question(text, question_chars)),)
    return read_lines(
        Path(file or ""), lambda line_id, fields: question_of(line_id, fields, question_chars)
    )


def read_lines(
    file: Path, read: Callable[[str, Mapping[str, Any]], Read]
) -> tuple[Read | Fault, ...]:
    """Return what `read` makes of the id and the fields of each line of `file`, in order.

    Raises:
        UsageError: the file cannot be read or holds no line.
    """
    return tuple(_read_or_fault(line, number, read) for number, line in _lines(file))


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
        fields = object_of(_parse(line), "the line")
        line_id = id_of(fields)
        return read(line_id, fields)
    except QuestionError as error:
        return Fault(question_id=line_id, message=f"line {number}: {error}")


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"not JSON ({error}): write one JSON object a line") from error
