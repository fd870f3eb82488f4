"""The values that pass through the eval harness, all frozen.

A `Case` is one question and what a right reply to it is. An `Item` is one case, query or claim
after its run, with a score for each metric that applies to it. A `Figure` is a mean of such
scores, with its interval. Comparing two runs means pairing their items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from migbot.types import Language, Question

Expected = Literal["answer", "decline", "correct"]
Verdict = Literal[
    "right", "partly", "wrong", "answered", "declined_rightly", "declined_wrongly", "corrected"
]
Stage = Literal[
    "not retrieved",
    "not in the evidence",
    "wrongly generated",
    "wrongly dropped",
    "wrongly declined",
    "wrongly answered",
    "crashed",
]
ALL = "all"
INJECTED = "injected"  # how the kinds of questions begin whose passage holds an order
RIGHTLY_ANSWERED: frozenset[str] = frozenset({"right", "corrected", "answered"})
GOOD: frozenset[str] = RIGHTLY_ANSWERED | {"declined_rightly"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One question, and what a right reply to it is.

    `expected`: "answer", "decline", or "correct" for a false premise, which may be corrected with
    the `key_facts` or declined. `documents` are paths under the corpus folder that support the
    answer, both languages named. Each group of `key_facts` holds alternatives of which one must
    stand in the answer; none of `forbidden` may. Both are written as `eval.text.plain` leaves text.
    """

    case_id: str
    question: Question
    language: Language
    kind: str
    topic: str
    expected: Expected
    documents: tuple[str, ...] = ()
    key_facts: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One case, query or claim after its run.

    `language` is "fr" or "en", or a pair such as "fr→en". `scores` holds, by metric, 0 to 1 (or
    seconds, or tokens) where the metric applies to this item. `detail` is what the page shows
    beside it: plain JSON values.
    """

    item_id: str
    language: str
    kind: str
    text: str
    scores: Mapping[str, float]
    verdict: Verdict | None = None
    stage: Stage | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A metric over the items of one language and kind ("all": over all of them).

    `low` and `high` bound the 95 % bootstrap interval of `value` over `n` items.
    """

    metric: str
    language: str
    kind: str
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteResult:
    """What one suite found: `data_sha256` is of the data asked, so that runs can be compared."""

    suite: str
    data_sha256: str
    items: Sequence[Item]
    figures: Sequence[Figure]
    notes: Sequence[str] = ()
