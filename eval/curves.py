"""How well confidence tells right from wrong: risk–coverage, AUROC and calibration error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from migbot.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """The share of items kept, and the share of those kept that are wrong, both 0 to 1."""

    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> tuple[Point, ...]:
    """Return the risk at each coverage, items taken from the most confident down.

    Items of equal confidence are taken together, since no threshold parts them. The last point
    has coverage 1 and the risk of all items.

    Raises:
        UsageError: there is no item, or the lengths differ.
    """
    _check_pairs(len(confidences), len(wrong))
    order = sorted(range(len(wrong)), key=lambda at: -confidences[at])
    points = []
    mistakes = 0
    for kept, at in enumerate(order, start=1):
        mistakes += wrong[at]
        last_of_its_confidence = kept == len(order) or confidences[order[kept]] != confidences[at]
        if last_of_its_confidence:
            points.append(Point(coverage=kept / len(order), risk=mistakes / kept))
    return tuple(points)


def area_under_risk_coverage(confidences: Sequence[float], wrong: Sequence[bool]) -> float:
    """Return the area under the risk–coverage curve (AURC), 0 to 1, lower is better.

    Each point's risk counts for the coverage that it adds: without ties this is the mean of the
    risks at 1/n, 2/n, … n/n, as in Geifman and El-Yaniv, "Selective classification for deep
    neural networks", NeurIPS 2017.

    Raises:
        UsageError: there is no item, or the lengths differ.
    """
    area, before = 0.0, 0.0
    for point in risk_coverage(confidences, wrong):
        area += (point.coverage - before) * point.risk
        before = point.coverage
    return area


def auroc(labels: Sequence[bool], scores: Sequence[float]) -> float:
    """Return the probability that a true item scores above a false one, ties counted half.

    Raises:
        UsageError: the lengths differ, or the labels are not of both classes: no number, not even
            0.5, says how well one class is told from none.
    """
    _check_pairs(len(labels), len(scores))
    if len(set(labels)) == 1:
        raise UsageError("the AUROC needs true and false items: give a larger sample")
    return float(roc_auc_score(np.asarray(labels, dtype=bool), np.asarray(scores, dtype=float)))


def calibration_error(
    labels: Sequence[bool], probabilities: Sequence[float], bins: int = 10
) -> float:
    """Return the expected calibration error (ECE), 0 to 1, over `bins` of equal width.

    The mean, weighted by the items in each bin, of the gap between the mean probability and the
    share of true items. A bin holds its upper bound; the first holds 0 too. Guo, Pleiss, Sun and
    Weinberger, "On calibration of modern neural networks", ICML 2017, for the probability of the
    positive class.

    Raises:
        UsageError: there is no item, the lengths differ, or a probability is not within 0 to 1.
    """
    _check_pairs(len(labels), len(probabilities))
    if not all(0 <= probability <= 1 for probability in probabilities):
        raise UsageError("a probability is outside 0 to 1: calibrate the scores first")
    true = np.asarray(labels, dtype=np.float64)
    stated = np.asarray(probabilities, dtype=np.float64)
    inner_bounds = np.linspace(0, 1, bins + 1)[1:-1]
    gaps = np.bincount(np.digitize(stated, inner_bounds, right=True), weights=true - stated)
    return float(np.abs(gaps).sum() / len(true))


def _check_pairs(left: int, right: int) -> None:
    if left != right or not left:
        raise UsageError(f"{left} and {right} values are no pairs: give as many of each, not none")
