"""What came of one case, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.text import holds, plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came of one case: an answer as `ask --json` prints it, or the error that ended it.

    `trace` is `migbot.types.Trace` as JSON values; None for programs that tell none.
    """

    answer: Mapping[str, Any] | None
    trace: Mapping[str, Any] | None = None
    error: str | None = None


def said(answer: Mapping[str, Any] | None) -> str:
    """Return what an answer states, plain; nothing where it states nothing."""
    if answer is None or answer["outcome"] != "answered":
        return ""
    return plain(" ".join(sentence["text"] for sentence in answer["sentences"]))


def holds_any(text: str, group: Sequence[str]) -> bool:
    """Return whether plain `text` holds one of the alternatives of a key fact."""
    return any(holds(text, one) for one in group)
