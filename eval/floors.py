"""The floors that a run must not fall below, from `thresholds.toml`."""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import ALL, SuiteResult
from migbot.errors import UsageError

THRESHOLDS = Path(__file__).parent / "thresholds.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Floor:
    """A bound on one figure of one suite: `at_least`, or `at_most` where lower is better.

    A figure over fewer than `least_n` items is mostly chance, and not judged.
    """

    suite: str
    metric: str
    language: str = ALL
    kind: str = ALL
    at_least: float | None = None
    at_most: float | None = None
    least_n: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorOutcome:
    """Whether a figure over `n` items kept its floor; `value` is None where it was not measured."""

    floor: Floor
    value: float | None
    n: int = 0

    @property
    def judged(self) -> bool:
        """Return whether the figure is missing, or over enough items to be judged."""
        return self.value is None or self.n >= self.floor.least_n

    @property
    def holds(self) -> bool:
        """Return whether the figure was measured, and is within its bound where it is judged."""
        if self.value is None:
            return False
        if not self.judged:
            return True
        at_least, at_most = self.floor.at_least, self.floor.at_most
        return (at_least is None or self.value >= at_least) and (
            at_most is None or self.value <= at_most
        )

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as the report holds it."""
        floor = self.floor
        bound = "at_least" if floor.at_least is not None else "at_most"
        return {
            "suite": floor.suite,
            "metric": floor.metric,
            "language": floor.language,
            "kind": floor.kind,
            bound: getattr(floor, bound),
            "value": self.value,
            "judged": self.judged,
            "holds": self.holds,
        }

    def __str__(self) -> str:
        """Return one line that says which floor it is, and how far the figure is from it."""
        floor = self.floor
        where = f"{floor.suite} {floor.metric} ({floor.language}, {floor.kind})"
        bound = floor.at_least if floor.at_least is not None else floor.at_most
        words = "at least" if floor.at_least is not None else "at most"
        if self.value is None or bound is None:
            return f"{where}: not measured, should be {words} {bound:g}"
        if not self.judged:
            return f"{where}: {self.value:.3f} of {self.n}, judged from {floor.least_n} on"
        if self.holds:
            return f"{where}: {self.value:.3f}, {words} {bound:g}"
        side = "below" if floor.at_least is not None else "above"
        away = abs(self.value - bound)
        return f"{where}: {self.value:.3f} is {away:.3f} {side} its floor of {words} {bound:g}"


def read_floors(file: Path = THRESHOLDS) -> tuple[Floor, ...]:
    """Return the floors of `file`.

    Raises:
        UsageError: the file cannot be read, or a floor has not one bound or an unknown field.
    """
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["floor"]
        floors = tuple(Floor(**entry) for entry in entries)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{file} holds no floors that can be read: {error}") from error
    for floor in floors:
        if (floor.at_least is None) == (floor.at_most is None):
            raise UsageError(
                f"{file}: the floor on {floor.metric} needs at_least or at_most, and not both"
            )
    return floors


def check_floors(
    floors: Iterable[Floor], results: Sequence[SuiteResult]
) -> tuple[FloorOutcome, ...]:
    """Return the outcome of each floor whose suite was run."""
    figures = {
        (result.suite, figure.metric, figure.language, figure.kind): figure
        for result in results
        for figure in result.figures
    }
    ran = {result.suite for result in results}
    outcomes = []
    for floor in floors:
        figure = figures.get((floor.suite, floor.metric, floor.language, floor.kind))
        if figure is not None:
            outcomes.append(FloorOutcome(floor=floor, value=figure.value, n=figure.n))
        elif floor.suite in ran:
            outcomes.append(FloorOutcome(floor=floor, value=None))
    return tuple(outcomes)
