"""What came of one case, and what it says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.text import holds, plain
from migbot.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came of one case: an answer as `ask --json` prints it, or the error that ended it.

    `trace` is `migbot.types.Trace` as JSON values; None for programs that tell none.
    """

    answer: Mapping[str, Any] | None
    trace: Mapping[str, Any] | None = None
    error: str | None = None


def read_replies(file: Path) -> dict[str, Reply]:
    """Return by id what another program answered: lines as `migbot ask --json` prints them.

    Raises:
        UsageError: the file cannot be read or a line is no JSON object with an id.
    """
    try:
        lines = [line for line in file.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error
    replies = {}
    for number, line in enumerate(lines, start=1):
        try:
            answer = json.loads(line)
            name = answer["id"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{file}, line {number}: no answer with an id ({error})") from error
        error_text = answer.get("error")
        replies[name] = Reply(answer=None if error_text else answer, error=error_text)
    return replies


def said(answer: Mapping[str, Any] | None) -> str:
    """Return what an answer states, plain; nothing where it states nothing."""
    if answer is None or answer["outcome"] != "answered":
        return ""
    return plain(" ".join(sentence["text"] for sentence in answer["sentences"]))


def holds_any(text: str, group: Sequence[str]) -> bool:
    """Return whether plain `text` holds one of the alternatives of a key fact."""
    return any(holds(text, one) for one in group)
