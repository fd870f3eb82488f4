"""What differs in one suite between two runs: its figures, and the questions that flipped.

Items are paired by their id, so that a difference is of the same questions asked twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import ALL, Figure, Item, SuiteResult
from eval.intervals import SECONDS, PairedDifference, paired_difference

Mark = Literal["better", "worse", "higher", "lower", "no clear difference"]
Pair = tuple[Item, Item]
Key = tuple[str, str, str]

RETRIEVAL = "retrieval"
SIGNIFICANT = 0.05

_BETTER_LOWER = frozenset(
    {
        "wrong",
        "declined_wrongly",
        "confidently_wrong",
        "forbidden_said",
        "prompt_tokens",
        "calibration_error",
        "area_under_risk_coverage",
    }
)
# More of these is neither good nor bad by itself.
_NEUTRAL = frozenset({"partly", "confidence"})
_RATE = "tokens_per_s"
# As `eval.retrieval` names it, which is not imported: comparing needs no code that searches.
_WHOLE_INDEX = "→both"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One figure in both runs; None where a run lacks it.

    `paired` is over the items that have the metric in both runs: None where there are none, as
    for a figure that only a whole set has. `mark` is None where nothing could be paired.
    """

    metric: str
    language: str
    kind: str
    old: float | None
    new: float | None
    paired: PairedDifference | None
    mark: Mark | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flip:
    """A question whose verdict changed, with what was said to it in each run."""

    item_id: str
    language: str
    kind: str
    question: str
    old_verdict: str | None
    new_verdict: str | None
    old_text: str
    new_text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SuiteComparison:
    """One suite in both runs: `items` are in both, the ids of others are listed."""

    suite: str
    items: int
    only_in_old: tuple[str, ...]
    only_in_new: tuple[str, ...]
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]


def is_better_lower(metric: str) -> bool:
    """Return whether less of `metric` is better: of errors, seconds and tokens to read."""
    return metric in _BETTER_LOWER or (metric.endswith(SECONDS) and metric != _RATE)


def mark_of(metric: str, paired: PairedDifference) -> Mark:
    """Return whether a difference is clear, and then whether it is for the better.

    It is clear where its interval excludes 0. Where all pairs moved alike, the interval has no
    width and would call one changed answer proof: there the p value must be below `SIGNIFICANT`.
    """
    is_clear = paired.low > 0 or paired.high < 0
    if paired.low == paired.high:
        is_clear = paired.p_value < SIGNIFICANT
    if not is_clear:
        return "no clear difference"
    has_risen = paired.difference > 0
    if metric in _NEUTRAL:
        return "higher" if has_risen else "lower"
    return "worse" if has_risen == is_better_lower(metric) else "better"


def compare_suite(old: SuiteResult, new: SuiteResult, *, by_kind: bool) -> SuiteComparison:
    """Compare one suite that asked the same data in both runs.

    Of the retrieval suite, figures over all kinds are of own questions alone, as in its report.

    Args:
        old: its result in the run to compare with.
        new: its result in the other run.
        by_kind: compare figures of single kinds too, not only those over all kinds.
    """
    pairs = pairs_of(old, new)
    paired = {one.item_id for one, _ in pairs}
    return SuiteComparison(
        suite=old.suite,
        items=len(pairs),
        only_in_old=tuple(one.item_id for one in old.items if one.item_id not in paired),
        only_in_new=tuple(one.item_id for one in new.items if one.item_id not in paired),
        changes=tuple(_changes(old, new, pairs, by_kind=by_kind)),
        flips=tuple(_flip(one, other) for one, other in pairs if one.verdict != other.verdict),
    )


def pairs_of(old: SuiteResult, new: SuiteResult) -> list[Pair]:
    """Return the items that both runs have, in the order of the old one."""
    others = {item.item_id: item for item in new.items}
    return [(item, others[item.item_id]) for item in old.items if item.item_id in others]


def _changes(
    old: SuiteResult, new: SuiteResult, pairs: Sequence[Pair], *, by_kind: bool
) -> Iterator[Change]:
    before, after = by_key(old.figures), by_key(new.figures)
    scores = _paired_scores(old.suite, pairs)
    for key in sorted({*before, *after}, key=with_all_first):
        metric, language, kind = key
        if kind != ALL and not by_kind:
            continue
        paired = paired_difference(*scores[key]) if key in scores else None
        yield Change(
            metric=metric,
            language=language,
            kind=kind,
            old=before[key].value if key in before else None,
            new=after[key].value if key in after else None,
            paired=paired,
            mark=None if paired is None else mark_of(metric, paired),
        )


def by_key(figures: Sequence[Figure]) -> dict[Key, Figure]:
    """Return figures by metric, language and kind."""
    return {(one.metric, one.language, one.kind): one for one in figures}


def with_all_first(key: Key) -> tuple[str, bool, str, bool, str]:
    """Sort figures by metric, then language, then kind, each over all before its parts."""
    metric, language, kind = key
    return metric, language != ALL, language, kind != ALL, kind


def _paired_scores(suite: str, pairs: Sequence[Pair]) -> dict[Key, tuple[list[float], list[float]]]:
    """Return the old and the new scores of each figure, over items that have its metric twice."""
    own = _own_questions(pairs) if suite == RETRIEVAL else None
    scores: dict[Key, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for old, new in pairs:
        in_all = own is None or _question(old) in own
        kinds = {ALL, old.kind} if in_all else {old.kind}
        for metric in old.scores.keys() & new.scores.keys():
            for language in {ALL, old.language}:
                for kind in kinds:
                    olds, news = scores[metric, language, kind]
                    olds.append(old.scores[metric])
                    news.append(new.scores[metric])
    return dict(scores)


def _own_questions(pairs: Sequence[Pair]) -> frozenset[str]:
    # They alone are searched in the whole index.
    return frozenset(_question(old) for old, _ in pairs if old.language.endswith(_WHOLE_INDEX))


def _question(item: Item) -> str:
    return item.item_id.rpartition("/")[0]


def _flip(old: Item, new: Item) -> Flip:
    return Flip(
        item_id=old.item_id,
        language=old.language,
        kind=old.kind,
        question=old.text,
        old_verdict=old.verdict,
        new_verdict=new.verdict,
        old_text=text_of(old),
        new_text=text_of(new),
    )


def text_of(item: Item) -> str:
    """Return what was said: an answer's text, what went wrong, or the verdict on a claim."""
    answer = item.detail.get("answer")
    if answer is not None:
        return str(answer["text"])
    return str(item.detail.get("error") or item.detail.get("verdict") or "")
