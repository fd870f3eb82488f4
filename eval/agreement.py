"""What differs between two reports: their suites, what they were made with, and their texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.cases import SuiteResult
from eval.differences import (
    RETRIEVAL,
    SuiteComparison,
    by_key,
    compare_suite,
    pairs_of,
    text_of,
    with_all_first,
)
from migbot.errors import UsageError

ABSENT = "(absent)"
_MADE_WITH = (
    "commit",
    "changed",
    "code_sha256",
    "index_id",
    "models",
    "settings",
    "versions",
    "machine",
    "limit",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One run: its suites by name, and all else that its report.json holds."""

    suites: Mapping[str, SuiteResult]
    made_with: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Which answers of a suite, out of how many, read otherwise in the other run."""

    suite: str
    of: int
    differ: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """How far two runs of the same code agree.

    `retrieval_figures` is how many were compared, None where a run lacks the retrieval suite;
    `retrieval_differs` names those that are not equal, as "metric language kind".
    """

    retrieval_figures: int | None
    retrieval_differs: tuple[str, ...]
    texts: tuple[Texts, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Something the runs were made with that is not the same; `ABSENT` where a run lacks it."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """All that differs; `repeat` is None unless both runs are of one commit, left unchanged."""

    settings: tuple[Setting, ...]
    only_in_old: tuple[str, ...]
    only_in_new: tuple[str, ...]
    suites: tuple[SuiteComparison, ...]
    repeat: Repeat | None


def compare_reports(old: Report, new: Report, *, by_kind: bool) -> Comparison:
    """Compare every suite that both runs have.

    Args:
        old: the run to compare with.
        new: the run that may be better or worse.
        by_kind: compare figures of single kinds too, not only those over all kinds.

    Raises:
        UsageError: no suite is in both runs, or one asked different data.
    """
    shared = [suite for suite in old.suites if suite in new.suites]
    if not shared:
        raise UsageError(
            f"no suite is in both reports: the old one has {_listed(old.suites)}, "
            f"the new one {_listed(new.suites)}; run the same suites"
        )
    _refuse_other_data(shared, old, new)
    return Comparison(
        settings=tuple(_settings(old.made_with, new.made_with)),
        only_in_old=tuple(suite for suite in old.suites if suite not in new.suites),
        only_in_new=tuple(suite for suite in new.suites if suite not in old.suites),
        suites=tuple(
            compare_suite(old.suites[one], new.suites[one], by_kind=by_kind) for one in shared
        ),
        repeat=_repeat(shared, old, new) if _is_same_code(old.made_with, new.made_with) else None,
    )


def _refuse_other_data(shared: Sequence[str], old: Report, new: Report) -> None:
    other = [
        suite for suite in shared if old.suites[suite].data_sha256 != new.suites[suite].data_sha256
    ]
    if not other:
        return
    limits = [report.made_with.get("limit") or "none" for report in (old, new)]
    why = f" (limits: {limits[0]} and {limits[1]})" if limits[0] != limits[1] else ""
    raise UsageError(
        f"{_listed(other)}: the reports asked different data{why}; run both on the same questions"
    )


def _is_same_code(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    names = ("commit", "code_sha256")
    is_known = all(old.get(name) is not None and old[name] == new.get(name) for name in names)
    return is_known and old.get("changed") is False and new.get("changed") is False


def _repeat(shared: Sequence[str], old: Report, new: Report) -> Repeat:
    figures: int | None = None
    differ: tuple[str, ...] = ()
    if RETRIEVAL in shared:
        before, after = (by_key(one.suites[RETRIEVAL].figures) for one in (old, new))
        keys = sorted({*before, *after}, key=with_all_first)
        figures = len(keys)
        differ = tuple(" ".join(key) for key in keys if before.get(key) != after.get(key))
    texts = (_texts(old.suites[suite], new.suites[suite]) for suite in shared)
    return Repeat(
        retrieval_figures=figures,
        retrieval_differs=differ,
        texts=tuple(one for one in texts if one.of),
    )


def _texts(old: SuiteResult, new: SuiteResult) -> Texts:
    answers = [pair for pair in pairs_of(old, new) if all("answer" in one.detail for one in pair)]
    return Texts(
        suite=old.suite,
        of=len(answers),
        differ=tuple(one.item_id for one, other in answers if text_of(one) != text_of(other)),
    )


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Setting]:
    before, after = _flat(old), _flat(new)
    for name in dict.fromkeys((*before, *after)):
        values = before.get(name, ABSENT), after.get(name, ABSENT)
        if values[0] != values[1]:
            yield Setting(name=name, old=values[0], new=values[1])


def _flat(made_with: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name in _MADE_WITH:
        value = made_with.get(name)
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": one for inner, one in value.items()}
        elif name in made_with:
            flat[name] = value
    return flat


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
