"""Third-party questions with their own passages, for the abstention suite.

The sets are read from the folder that `MIGBOT_EVAL_DATA` names and are never part of the project.
Each question brings the passages that are its only evidence.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, StringConstraints, ValidationError

from eval.cases import Case, Expected
from eval.text import Half, half_of, hash_of, plain
from migbot.answer.asked import given_passages
from migbot.errors import UsageError
from migbot.types import LANGUAGES, Language, Passage, Question

_HOW = "set MIGBOT_EVAL_DATA to the folder of the third-party sets"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Line = TypeVar("Line", bound=BaseModel)


class SetPassage(BaseModel):
    """A passage of SQuAD 2.0 or PIAF."""

    pid: Text
    title: Text
    text: Text


class SetQuestion(BaseModel):
    """A question of SQuAD 2.0 or PIAF; `answers` are spans of the passage `pid`."""

    qid: Text
    pid: Text
    question: Text
    answerable: bool = True
    answers: list[str] = []


class _NomiraclPassage(BaseModel):
    docid: Text
    text: Text


class _NomiraclQuestion(BaseModel):
    qid: Text
    lang: Language
    question: Text
    answerable: bool
    passages: list[_NomiraclPassage]


class _PiafPair(BaseModel):
    id: Text
    question: Text
    context: Text
    context_pid: Text
    answerable: bool
    answers: list[str] = []


def read_set(folder: Path | None, name: str, line_type: type[Line]) -> tuple[Line, ...]:
    """Return the lines of one file of the third-party sets.

    Raises:
        UsageError: there is no such folder or file, or lines are faulty; all faults are listed.
    """
    if folder is None:
        raise UsageError(f"the third-party sets are not here: {_HOW}")
    file = folder / name
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}): {_HOW}") from error
    read, faults = [], []
    # Not splitlines: a JSON text may hold other line separators unescaped.
    for number, raw in enumerate(content.split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            read.append(line_type.model_validate_json(raw))
        except ValidationError as error:
            faults += [f"line {number}: {fault}" for fault in _explain(error)]
    if faults:
        raise UsageError(f"{file} has {len(faults)} faults:\n" + "\n".join(faults))
    if not read:
        raise UsageError(f"{file} holds no line: fetch the set anew")
    return tuple(read)


def abstention_cases(folder: Path | None, half: Half) -> tuple[Case, ...]:
    """Return one half of NoMIRACL, SQuAD 2.0 and PIAF: one is for fitting, one for reporting.

    Raises:
        UsageError: a file is absent or faulty.
    """
    cases = (*nomiracl_cases(folder), *squad2_cases(folder), *piaf_cases(folder))
    return tuple(case for case in cases if half_of(case.case_id) == half)


def nomiracl_cases(folder: Path | None) -> tuple[Case, ...]:
    """Return the questions of NoMIRACL, ten passages each, some of which no passage answers.

    Which passage answers is not known, nor with what words. Thakur et al., "Knowing When You Don't
    Know", Findings of EMNLP 2024.

    Raises:
        UsageError: a file is absent or faulty.
    """
    questions = [
        line
        for language in LANGUAGES
        for name in ("answerable", "unanswerable")
        for line in read_set(folder, f"nomiracl_{language}_{name}.jsonl", _NomiraclQuestion)
    ]
    return tuple(
        case_with_passages(
            case_id=f"nomiracl-{line.lang}-{line.qid}",
            question=line.question,
            passages=given_passages({"id": one.docid, "text": one.text} for one in line.passages),
            language=line.lang,
            kind="nomiracl",
            expected="answer" if line.answerable else "decline",
        )
        for line in questions
    )


def squad2_cases(folder: Path | None) -> tuple[Case, ...]:
    """Return the questions of SQuAD 2.0, one passage each, about half of which it answers.

    Rajpurkar, Jia and Liang, "Know What You Don't Know", ACL 2018.

    Raises:
        UsageError: a file is absent or faulty.
    """
    passages = passages_by_id(read_set(folder, "squad2_en_passages.jsonl", SetPassage))
    return tuple(
        case_with_passages(
            case_id=f"squad2-{line.qid}",
            question=line.question,
            passages=(passages[line.pid],),
            language="en",
            kind="squad2",
            expected="answer" if line.answerable else "decline",
            answers=line.answers,
        )
        for line in questions_of(folder, "squad2_en_questions.jsonl", passages)
    )


def piaf_cases(folder: Path | None) -> tuple[Case, ...]:
    """Return the PIAF questions made for answerability, one passage each.

    Those without an answer are made: the passage is another of the same article, and a few may
    still answer in other words. Keraron et al., "Project PIAF", LREC 2020.

    Raises:
        UsageError: the file is absent or faulty.
    """
    lines = read_set(folder, "piaf_fr_answerability_derived.jsonl", _PiafPair)
    return tuple(
        case_with_passages(
            case_id=f"piaf-{line.id}",
            question=line.question,
            passages=given_passages([{"id": line.context_pid, "text": line.context}]),
            language="fr",
            kind="piaf",
            expected="answer" if line.answerable else "decline",
            answers=line.answers,
        )
        for line in lines
    )


def sample(cases: Sequence[Case], limit: int) -> tuple[Case, ...]:
    """Return up to `limit` of `cases`, always the same, in their order.

    They are taken in turn from each kind and expected outcome, and there from each language, so
    that small kinds are asked too and no language more than the other; within these by a hash of
    the id, which no order of the file changes.
    """
    strata: dict[tuple[str, str, str], list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: hash_of(case.case_id)):
        strata[hash_of(case.kind + case.expected), case.expected, case.language].append(case)
    chosen = [case.case_id for case in _in_turn([strata[key] for key in sorted(strata)])]
    kept = frozenset(chosen[:limit])
    return tuple(case for case in cases if case.case_id in kept)


def passages_by_id(lines: Sequence[SetPassage]) -> Mapping[str, Passage]:
    """Return the passages as `migbot ask` takes passages that a question brings."""
    given = given_passages(
        {"id": line.pid, "text": line.text, "title": line.title} for line in lines
    )
    return {passage.passage_id: passage for passage in given}


def questions_of(
    folder: Path | None, name: str, passages: Mapping[str, object]
) -> tuple[SetQuestion, ...]:
    """Return the questions of a file, each about one of `passages`.

    Raises:
        UsageError: the file is absent or faulty, or a question is about a passage not there.
    """
    questions = read_set(folder, name, SetQuestion)
    astray = [line.qid for line in questions if line.pid not in passages]
    if astray:
        raise UsageError(f"{name}: no passage for {', '.join(astray)}: fetch the set anew")
    return questions


def case_with_passages(
    *,
    case_id: str,
    question: str,
    passages: tuple[Passage, ...],
    language: Language,
    kind: str,
    expected: Expected,
    answers: Sequence[str] = (),
    topic: str | None = None,
    forbidden: tuple[str, ...] = (),
) -> Case:
    """Return a case whose evidence is `passages` alone; any of `answers` is right.

    Where there are answers, the passage that they are from is the one that supports them.
    """
    facts = tuple(dict.fromkeys(fact for fact in map(plain, answers) if fact))
    return Case(
        case_id=case_id,
        question=Question(question_id=case_id, text=question, passages=passages),
        language=language,
        kind=kind,
        topic=topic or kind,
        expected=expected,
        documents=tuple(one.document_id for one in passages) if facts else (),
        key_facts=(facts,) if facts else (),
        forbidden=forbidden,
        reference=" / ".join(dict.fromkeys(answers)),
    )


def _in_turn(strata: Sequence[Sequence[Case]]) -> Iterator[Case]:
    for place in range(max(map(len, strata), default=0)):
        for stratum in strata:
            if place < len(stratum):
                yield stratum[place]


def _explain(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors()
    ]
