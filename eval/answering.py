"""Asks each case once, and keeps every answer on disk, so that an interrupted run goes on.

`answers.jsonl` holds one reply a line, under a key of what was asked. A line is whole or it is
cut off again: asking one question anew is cheaper than trusting half an answer.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from eval.cases import Case
from eval.replies import Reply
from eval.text import hash_of
from migbot.answer.as_json import answer_to_json
from migbot.types import Event, Finished, Question

ANSWERS = "answers.jsonl"


class Answering(Protocol):
    """What is measured: migbot's assistant, or one made worse on purpose."""

    def answer(self, question: Question) -> Iterable[Event]:
        """Yield the events of one answer; the last is `Finished`."""
        ...


class Measured(Protocol):
    """What holds the assistant that is measured, loaded when the first question is asked."""

    @property
    def assistant(self) -> Answering:
        """Return what answers."""
        ...


class AnswerStore:
    """The replies of one run, by the key of their case; each is on disk before the next is asked.

    `folder` is the run's own; it must exist.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / ANSWERS
        self._replies = dict(self._read())

    def get(self, case: Case) -> Reply | None:
        """Return the reply that an earlier run got, or None."""
        return self._replies.get(case_key(case))

    def add(self, case: Case, reply: Reply) -> None:
        """Keep a reply."""
        key = case_key(case)
        line = json.dumps({"key": key, "id": case.case_id, **asdict(reply)}, ensure_ascii=False)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._replies[key] = reply

    def _read(self) -> Iterable[tuple[str, Reply]]:
        if not self._file.exists():
            return
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.truncate(self._file, len(whole))
        # Not splitlines: a text may hold other line separators unescaped.
        for line in whole.decode().split("\n"):
            if line:
                kept = json.loads(line)
                yield (
                    kept["key"],
                    Reply(answer=kept["answer"], trace=kept["trace"], error=kept["error"]),
                )


def ask_all(
    cases: Iterable[Case], measured: Measured, store: AnswerStore, done: Callable[[], None]
) -> Mapping[str, Reply]:
    """Return the reply to each case by its id; `done` is called after each."""
    replies = {}
    for case in cases:
        reply = store.get(case)
        if reply is None:
            reply = _ask(case, measured.assistant)
            store.add(case, reply)
        replies[case.case_id] = reply
        done()
    return replies


def case_key(case: Case) -> str:
    """Return the key of what is asked: equal for equal questions with equal passages."""
    return hash_of(_line(_asked(case.question)))


def data_sha256(cases: Iterable[Case]) -> str:
    """Return the hash of the cases, with what a right reply to each is."""
    return hash_of(_line([asdict(case) | {"question": _asked(case.question)} for case in cases]))


def _asked(question: Question) -> dict[str, Any]:
    """Return what is asked, without who waits for it."""
    fields = asdict(question)
    del fields["is_wanted"]
    return fields


def _line(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _ask(case: Case, answering: Answering) -> Reply:
    try:
        *_, last = answering.answer(case.question)
        if not isinstance(last, Finished):
            return Reply(answer=None, error="the answer ended before it was finished")
        return Reply(answer=answer_to_json(last.answer), trace=_as_json(last.trace))
    except Exception as error:  # noqa: BLE001 - a crash on one question is its wrong answer
        return Reply(answer=None, error=f"{type(error).__name__}: {error}")


def _as_json(trace: Any) -> Mapping[str, Any]:
    """Return a trace as it will be read back: JSON values alone, tuples as lists."""
    values: Mapping[str, Any] = json.loads(json.dumps(asdict(trace)))
    return values
