"""How certain a figure is: bootstrap intervals, and paired differences between two runs.

The intervals are percentile bootstraps (Efron and Tibshirani, "An Introduction to the Bootstrap",
1993, chapter 13). The seed is fixed, so that the same scores always give the same interval.
"""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from eval.cases import ALL, Figure, Item
from migbot.errors import UsageError

RESAMPLES = 2000
LEVEL = 0.95
SECONDS = "_s"

_SEED = 20181219
_PERMUTATIONS = 9999
# Bounds memory: so many resamples are held at once.
_BATCH = 100

Statistic = Callable[..., Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedDifference:
    """The mean of new minus old over `n` pairs, its 95 % interval, and a two-sided p value."""

    n: int
    difference: float
    low: float
    high: float
    p_value: float


def bootstrap_interval(
    values: Sequence[float], statistic: Statistic = np.mean
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of `statistic` over `values`.

    Args:
        values: at least one; where all are equal, so are both bounds.
        statistic: numpy's, or any that takes an array and `axis`.

    Raises:
        UsageError: there is no value.
    """
    if not values:
        raise UsageError("an interval needs at least one value: ask at least one question")
    sample = np.asarray(values, dtype=np.float64)
    if np.all(sample == sample[0]):
        return float(sample[0]), float(sample[0])
    interval = stats.bootstrap(
        (sample,),
        statistic,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=_BATCH,
        confidence_level=LEVEL,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def paired_interval(
    statistic: Callable[..., float], *columns: Sequence[float]
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a statistic of several columns.

    Rows are drawn whole. A draw on which `statistic` raises UsageError, such as the AUROC of one
    class, is left out.

    Args:
        statistic: takes the columns in order.
        columns: all of one length, at least one row.

    Raises:
        UsageError: there is no row, or no draw on which the statistic is defined.
    """
    rows = len(columns[0])
    if not rows:
        raise UsageError("an interval needs at least one value: ask at least one question")
    random = np.random.default_rng(_SEED)
    drawn = []
    for _ in range(RESAMPLES):
        chosen = random.integers(rows, size=rows).tolist()
        with contextlib.suppress(UsageError):
            drawn.append(statistic(*([column[at] for at in chosen] for column in columns)))
    if not drawn:
        raise UsageError("no interval can be given of so few values: ask more questions")
    low, high = np.percentile(drawn, [50 * (1 - LEVEL), 50 * (1 + LEVEL)])
    return float(low), float(high)


def paired_difference(old: Sequence[float], new: Sequence[float]) -> PairedDifference:
    """Compare two runs on the same items, given in the same order.

    The interval is a bootstrap over the pairs. The p value is a sign-flip permutation test's
    (Fisher's randomisation test for pairs): exact up to 13 pairs that differ, which on scores of 0
    and 1 is the exact McNemar test, and of 9,999 random flips above.

    Raises:
        UsageError: there is no pair, or the runs differ in length.
    """
    if len(old) != len(new) or not old:
        raise UsageError(
            f"{len(old)} and {len(new)} scores cannot be paired: compare runs on the same items"
        )
    differences = np.asarray(new, dtype=np.float64) - np.asarray(old, dtype=np.float64)
    low, high = bootstrap_interval([float(value) for value in differences])
    return PairedDifference(
        n=len(old),
        difference=float(differences.mean()),
        low=low,
        high=high,
        p_value=_sign_flip_p(differences),
    )


def figures(items: Sequence[Item]) -> tuple[Figure, ...]:
    """Sum up every metric of `items`: over all, by language, by kind, and by both, sorted.

    Metrics that end in "_s" are summed up by their median, all others by their mean.
    """
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for item in items:
        for metric, value in item.scores.items():
            for language in {ALL, item.language}:
                for kind in {ALL, item.kind}:
                    groups[metric, language, kind].append(float(value))
    return tuple(_figure(*key, groups[key]) for key in sorted(groups))


def _figure(metric: str, language: str, kind: str, values: Sequence[float]) -> Figure:
    statistic: Statistic = np.median if metric.endswith(SECONDS) else np.mean
    low, high = bootstrap_interval(values, statistic)
    return Figure(
        metric=metric,
        language=language,
        kind=kind,
        n=len(values),
        value=float(statistic(values)),
        low=low,
        high=high,
    )


def _sign_flip_p(differences: NDArray[np.float64]) -> float:
    # Pairs without a difference are the same under every flip.
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    if len(moved) == 1:
        return 1.0  # scipy asks for two; either sign of the only one is as far from nought
    test = stats.permutation_test(
        (moved,),
        np.sum,
        permutation_type="samples",
        vectorized=True,
        n_resamples=_PERMUTATIONS,
        batch=_BATCH,
        rng=np.random.default_rng(_SEED),
    )
    return float(test.pvalue)
