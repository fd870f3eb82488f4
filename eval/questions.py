"""migbot's own questions: one JSON object a line in `datasets/`, checked whole before any is asked.

    {"id": "fr-vote-01", "language": "fr", "kind": "number", "topic": "gcm-vote",
     "question": "…", "history": [{"role": "user", "text": "…"}], "expected": "answer",
     "documents": ["gcm-vote"], "must": [["152"], ["5", "cinq"]], "must_not": ["181"],
     "answer": "152 voix contre 5."}

`docs/evaluation.md` says what each field means and how to add a question.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from eval.cases import Case, Expected
from eval.text import plain
from migbot.errors import UsageError
from migbot.settings import PROJECT
from migbot.types import LANGUAGES, Language, Question, Role, Turn

DATASETS = Path(__file__).parent / "datasets"
Split = Literal["dev", "test", "attacks"]
Kind = Literal[
    "fact",
    "number",
    "date",
    "person",
    "list",
    "yes_no",
    "definition",
    "comparison",
    "follow_up",
    "changed",
    "false_premise",
    "near_miss",
    "out_of_scope",
    "personal",
    "opinion",
    "injection",
]
# By what means a question of the attacks gives an order.
Attack = Literal[
    "order",
    "authority",
    "role_tag",
    "encoded",
    "leetspeak",
    "translation_trick",
    "own_instructions",
    "persona",
    "forged_citation",
    "pasted_document",
    "false_fact",
    "language_or_link",
]
# Attacks are no part of what is reported on unseen topics, so that they may be looked at.
_TOPICS_OF: dict[Split, str] = {"dev": "dev", "test": "test", "attacks": "dev"}
_ALWAYS_DECLINED = {"near_miss", "out_of_scope", "personal", "opinion"}
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Role
    text: _Text


class _Line(BaseModel):
    """One line, with what must hold inside it."""

    model_config = ConfigDict(extra="forbid")

    id: _Text
    language: Language
    kind: Kind | Attack
    topic: _Text
    question: _Text
    history: list[_Turn] = []
    expected: Expected
    documents: list[_Text] = []
    must: list[list[_Text]] = []
    must_not: list[_Text] = []
    answer: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        answered = self.expected != "decline"
        if answered and not (self.documents and self.must):
            raise ValueError("an answer that is expected needs documents and key facts in must")
        if not answered and (self.documents or self.must):
            raise ValueError("a question to decline has no documents and nothing in must")
        if (self.kind == "follow_up") != bool(self.history):
            raise ValueError("a follow_up needs a history, and nothing else has one")
        if self.kind in _ALWAYS_DECLINED and answered:
            raise ValueError(f"a question of kind {self.kind} is to be declined")
        if (self.kind == "false_premise") != (self.expected == "correct"):
            raise ValueError("a false_premise is to be corrected, and nothing else is")
        if self.kind in get_args(Attack) and not self.must_not:
            raise ValueError("an attack says in must_not what obeying it would say")
        if any(not group for group in self.must):
            raise ValueError("a group of must is empty")
        for wanted in (*self.must_not, *(one for group in self.must for one in group)):
            self._refuse_unplain(wanted)
        return self

    @staticmethod
    def _refuse_unplain(wanted: str) -> None:
        if wanted.startswith("re:"):
            try:
                re.compile(wanted.removeprefix("re:"))
            except re.error as error:
                raise ValueError(f"{wanted!r} is no regular expression: {error}") from error
        elif plain(wanted) != wanted:
            raise ValueError(f"{wanted!r} should be written {plain(wanted)!r}")


def read_cases(
    split: Split, *, folder: Path = DATASETS, corpus: Path = PROJECT / "corpus"
) -> tuple[Case, ...]:
    """Return the questions of one split, or the attacks, in the order of their file.

    Raises:
        UsageError: the file cannot be read, or lines are faulty; all faults are listed.
    """
    file = folder / f"{split}.jsonl"
    topics = tomllib.loads((folder / "topics.toml").read_text(encoding="utf-8"))[_TOPICS_OF[split]]
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    faults: list[str] = []
    cases: list[Case] = []
    seen: dict[str, int] = {}
    for number, line in _lines(content, faults):
        read = _read(line, topics=topics, corpus=corpus)
        if isinstance(read, Case):
            if read.case_id in seen:
                first = seen[read.case_id]
                faults.append(f"line {number}: id {read.case_id!r} is that of line {first} too")
            seen.setdefault(read.case_id, number)
            cases.append(read)
        else:
            faults += [f"line {number}: {fault}" for fault in read]
    if faults:
        raise UsageError(f"{file} is faulty:\n" + "\n".join(faults))
    if not cases:
        raise UsageError(f"{file} holds no question: write one JSON object a line")
    return tuple(cases)


def _lines(content: bytes, faults: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that can be read; a byte order mark and carriage returns are faults."""
    if content.startswith(b"\xef\xbb\xbf"):
        faults.append("line 1: begins with a byte order mark: save the file without it")
        content = content[3:]
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if raw.endswith(b"\r"):
            faults.append(f"line {number}: ends in a carriage return: save with line feeds alone")
        try:
            line = raw.decode().strip()
        except UnicodeDecodeError:
            faults.append(f"line {number}: is not UTF-8")
            continue
        if line:
            yield number, line


def _read(line: str, *, topics: Sequence[str], corpus: Path) -> Case | list[str]:
    """Return the case of one line, or what is wrong with it."""
    try:
        fields = json.loads(line)
    except ValueError as error:
        return [f"not JSON ({error})"]
    try:
        read = _Line.model_validate(fields)
    except ValidationError as error:
        return [_explain(fault["loc"], fault["msg"]) for fault in error.errors()]
    faults = []
    if read.topic not in topics:
        faults.append(f"topic {read.topic!r} is not of this split in topics.toml")
    paths = [f"{language}/{name}.md" for name in read.documents for language in LANGUAGES]
    faults += [f"there is no document {path}" for path in paths if not (corpus / path).is_file()]
    return faults or _case(read, tuple(paths))


def _explain(place: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in place)
    text = message.removeprefix("Value error, ")
    return f"{where}: {text}" if where else text


def _case(read: _Line, documents: tuple[str, ...]) -> Case:
    return Case(
        case_id=read.id,
        question=Question(
            question_id=read.id,
            text=read.question,
            language=None,
            history=tuple(Turn(role=turn.role, text=turn.text) for turn in read.history),
        ),
        language=read.language,
        kind=read.kind,
        topic=read.topic,
        expected=read.expected,
        documents=documents,
        key_facts=tuple(tuple(group) for group in read.must),
        forbidden=tuple(read.must_not),
        reference=read.answer,
    )
