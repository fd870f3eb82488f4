"""Turn what visitors said of answers into questions for the eval.

`python scripts/feedback_questions.py feedback.jsonl` prints a line in the format of
`eval/datasets/` for each question, however often it was judged. A person has still to give the
topic and the key facts (`must`); `answer` holds the judgement, the word and what was answered.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from migbot.documents.clean import clean_text


def questions_of(records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a line for each question, with the last that was said of it."""
    latest: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for record in records:
        asked = (*_earlier(record), record["question"])
        latest[record["language"], *(clean_text(one).lower() for one in asked)] = record
    for number, record in enumerate(latest.values(), start=1):
        is_right = record["judgement"] == "right"
        is_answered = record["outcome"] == "answered"
        yield {
            "id": f"feedback-{number:03}",
            "language": record["language"],
            "kind": "follow_up" if _earlier(record) else "fact",
            "topic": "feedback",
            "question": record["question"],
            "history": [{"role": "user", "text": one} for one in _earlier(record)],
            # What was declined wrongly is to be answered; a person says from which documents.
            "expected": "answer" if is_answered or not is_right else "decline",
            "documents": sorted({PurePosixPath(one).stem for one in record["documents"]}),
            "must": [],
            "must_not": [],
            "answer": f"{record['judgement']}: {record['word']} {record['answer']}",
        }


def _earlier(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the questions before it; earlier versions kept none."""
    return tuple(record.get("earlier", ()))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Turn feedback into questions for the eval.")
    parser.add_argument("file", type=Path, help="the file that the setting feedback_file names")
    options = parser.parse_args()
    try:
        lines = options.file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        sys.exit(f"{options.file} cannot be read: {error.strerror}")
    for question in questions_of(json.loads(line) for line in lines if line.strip()):
        print(json.dumps(question, ensure_ascii=False))


if __name__ == "__main__":
    main()
