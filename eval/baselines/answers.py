"""A model's reply as an answer in the form in which `migbot ask --json` prints one.

The model is trusted: what it wrote is shown as it stands. Its markers become citations of the
whole passage, and a reply that says no more than that it cannot find is a declined answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.baselines.decline import only_cannot_find
from eval.baselines.sentences import MARKER, split_sentences, without_markers

# As models write them: [1], [1, 2], [1 et 2], [Source 3].
_WRITTEN = re.compile(
    r"\[\s*(?:sources?|documents?|passages?)?\s*(\d+(?:\s*(?:,|;|&|and|et)\s*\d+)*)\s*\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A passage that was found and how near it is, from -1 to 1; `passage` as `export.py` writes.

    The position of a passage among those found, from 1, is the number that cites it.
    """

    score: float
    passage: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the model wrote from the passages found, and how long each step took in seconds."""

    text: str
    found: tuple[Found, ...]
    retrieval_s: float
    first_sentence_s: float
    total_s: float


def to_answer(question: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
    """Return `reply` as `migbot ask --json` prints an answer; an empty one has failed."""
    text, cited = renumber(reply.text.strip(), len(reply.found))
    declined = only_cannot_find(text)
    answered = bool(text) and not declined
    answer: dict[str, Any] = {
        "id": question["id"],
        "question": question["question"],
        "language": question["language"],
        "outcome": "answered" if answered else "declined" if declined else "failed",
        "text": text,
        "sentences": _sentences(text, len(cited)) if answered else [],
        "citations": [
            _citation(number, reply.found[position - 1].passage)
            for number, position in enumerate(cited, start=1)
            if answered
        ],
        "passages": [
            {"rank": rank, "score": one.score, **one.passage}
            for rank, one in enumerate(reply.found, start=1)
        ],
        "seconds": {
            "retrieval": round(reply.retrieval_s, 4),
            "first_sentence": round(reply.first_sentence_s, 4) if answered else None,
            "total": round(reply.total_s, 4),
        },
    }
    if declined:
        answer["reason"] = "not_found"
    return answer


def renumber(text: str, passages: int) -> tuple[str, tuple[int, ...]]:
    """Return `text` with its markers numbered from 1 in order of first use, and what they cite.

    The second value holds, for each new number, the number by which the passage was given to the
    model. A marker to none of the `passages` stays in the text as a reader would see it: it is a
    number above all others, or 0, and cites nothing.
    """
    cited: list[int] = []

    def rewrite(match: re.Match[str]) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        for number in numbers:
            if 1 <= number <= passages and number not in cited:
                cited.append(number)
        return "".join(
            f"[{cited.index(number) + 1 if number in cited else number}]" for number in numbers
        )

    return _WRITTEN.sub(rewrite, text), tuple(cited)


def _sentences(text: str, citations: int) -> list[dict[str, Any]]:
    return [
        {
            "text": without_markers(sentence),
            "citations": sorted(
                {int(one) for one in MARKER.findall(sentence) if 1 <= int(one) <= citations}
            ),
        }
        for sentence in split_sentences(text)
        if without_markers(sentence)
    ]


def _citation(number: int, passage: Mapping[str, Any]) -> dict[str, Any]:
    """Return a citation of a whole passage: models are not asked for the words that matter."""
    source = {name: value for name, value in passage.items() if name != "text"}
    return {"number": number, **source, "quote": passage["text"]}
