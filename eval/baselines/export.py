"""Writes the passages and questions that the baselines are run on, from migbot's index and eval.

README.md beside this file says how to run it.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from eval.cases import Case
from eval.questions import read_cases
from eval.third_party import sample
from migbot.answer.as_json import passage_to_json
from migbot.errors import MigbotError
from migbot.index.store import open_index
from migbot.settings import load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both files and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        cases = read_cases(options.suite)
        passages = open_index(load_settings().index).passages
    except MigbotError as error:
        print(f"export.py: {error}", file=sys.stderr)
        return error.exit_status
    chosen = cases if options.limit is None else sample(cases, options.limit)
    _write(options.passages, (passage_to_json(passage) for passage in passages))
    _write(options.questions, (question_to_json(case) for case in chosen))
    return 0


def question_to_json(case: Case) -> dict[str, Any]:
    """Return a question as `migbot ask --questions` takes it, its language named."""
    asked: dict[str, Any] = {
        "id": case.case_id,
        "question": case.question.text,
        "language": case.language,
    }
    if case.question.history:
        asked["history"] = [asdict(turn) for turn in case.question.history]
    return asked


def _write(file: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as opened:
        opened.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--passages", type=Path, required=True, metavar="FILE.jsonl")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE.jsonl")
    parser.add_argument("--suite", choices=("dev", "test"), default="dev")
    parser.add_argument("--limit", type=int, metavar="N", help="a sample of N, always the same")
    return parser


if __name__ == "__main__":
    sys.exit(main())
