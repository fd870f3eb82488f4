"""What both baselines do around their answers: command line, files, going on, progress."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from eval.baselines.answers import Reply, to_answer
from eval.baselines.sentences import split_sentences
from eval.progress import progress_over

TOP_K = 5
PASSAGE_FIELDS = (
    "passage_id",
    "document_id",
    "path",
    "title",
    "url",
    "language",
    "date",
    "page",
    "start",
    "end",
    "text",
)
Lines = tuple[Mapping[str, Any], ...]


class InputError(Exception):
    """A file is not what it should be; the message is one line that says what to do."""


class Baseline(Protocol):
    """A program that answers from passages that it was made with."""

    def reply(self, question: str) -> Reply:
        """Return what the model replies, with the passages that it was given."""
        ...


class FirstSentence:
    """Listens to a reply being written, and notes when its first sentence was whole."""

    def __init__(self) -> None:
        self._text = ""
        self.heard_at_s: float | None = None

    def hear(self, piece: str) -> None:
        """Take the next characters of the reply."""
        self._text += piece
        if self.heard_at_s is None and len(split_sentences(self._text)) > 1:
            self.heard_at_s = time.perf_counter()


def main(
    description: str, make: Callable[[Lines, Path], Baseline], arguments: Sequence[str] | None
) -> int:
    """Answer each question that the answers file does not hold yet, and return the exit status.

    Each answer is on disk before the next question is asked. `make` makes the baseline from the
    passages and the folder of the models.
    """
    options = _parser(description).parse_args(arguments)
    try:
        passages = read_lines(options.passages, PASSAGE_FIELDS)
        questions = read_lines(options.questions, ("id", "question", "language"))
        left = unanswered(questions, passages, options.out)
        if not left:
            return 0
        print("loading the models", file=sys.stderr)
        baseline = make(passages, options.models)
    except InputError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
        return 3
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with options.out.open("a", encoding="utf-8") as file, progress_over("asking", len(left)) as did:
        for question in left:
            file.write(json.dumps(_ask(question, baseline), ensure_ascii=False) + "\n")
            file.flush()
            did()
    return 0


def read_lines(file: Path, fields: Sequence[str]) -> Lines:
    """Return the JSON objects of a file, one a line; each must have all `fields`.

    Raises:
        InputError: the file cannot be read, is empty, or a line is not such an object.
    """
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from error
    found: list[Mapping[str, Any]] = []
    # Not splitlines: a text may hold other line separators unescaped.
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            found.append(_object(line, fields, f"{file}, line {number}"))
    if not found:
        raise InputError(f"{file} is empty: write it with export.py")
    return tuple(found)


def unanswered(questions: Lines, passages: Lines, out: Path) -> Lines:
    """Return the questions whose answers `out` does not hold; half a last line is cut off.

    Raises:
        InputError: an answer was made to another question of that id, or from other passages.
    """
    if not out.exists():
        return questions
    content = out.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(out, len(whole))
    asked = {question["id"]: question["question"] for question in questions}
    known = {passage["passage_id"]: passage["text"] for passage in passages}
    done = set()
    for number, line in enumerate(whole.decode().split("\n"), start=1):
        if not line:
            continue
        answer = _object(line, ("id",), f"{out}, line {number}")
        name = answer["id"]
        same = answer.get("question", asked.get(name)) == asked.get(name, answer.get("question"))
        used = answer.get("passages", ())
        if not same or any(known.get(one["passage_id"]) != one["text"] for one in used):
            raise InputError(f"{out} answers other questions or passages: delete it to ask anew")
        done.add(name)
    return tuple(question for question in questions if question["id"] not in done)


def _object(line: str, fields: Sequence[str], where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise InputError(f"{where}: should be a JSON object")
    missing = [name for name in fields if name not in value]
    if missing:
        raise InputError(f"{where}: lacks {', '.join(missing)}")
    return value


def _ask(question: Mapping[str, Any], baseline: Baseline) -> dict[str, Any]:
    try:
        return to_answer(question, baseline.reply(question["question"]))
    except Exception as error:  # noqa: BLE001 - a crash on one question is its wrong answer
        return {"id": question["id"], "error": f"{type(error).__name__}: {error}"}


def _parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    for name, metavar, text in (
        ("--passages", "FILE.jsonl", "passages, as export.py writes them"),
        ("--questions", "FILE.jsonl", "questions, as export.py writes them"),
        ("--models", "DIR", "folder of migbot's installed models"),
        ("--out", "FILE.jsonl", "answers; a file that is there already is gone on with"),
    ):
        parser.add_argument(name, type=Path, required=True, metavar=metavar, help=text)
    return parser
