"""The figures of a report as tables in a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from eval.cases import ALL


def print_summary(report: Mapping[str, Any]) -> None:
    """Print, for each suite, every metric by language, and the baselines' beside migbot's."""
    console = Console()
    for suite in report["suites"]:
        beside = {
            baseline["name"]: _figures(other)
            for baseline in report["baselines"]
            for other in baseline["suites"]
            if other["suite"] == suite["suite"]
        }
        console.print(_table(suite, beside))
        for note in suite["notes"]:
            console.print(note)


def _table(suite: Mapping[str, Any], beside: Mapping[str, Mapping[tuple[str, str], Any]]) -> Table:
    figures = _figures(suite)
    languages = sorted({language for _, language in figures}, key=lambda one: (one != ALL, one))
    table = Table(title=f"{suite['suite']}: {len(suite['items'])} items")
    table.add_column("metric")
    for language in languages:
        table.add_column(language, justify="right")
    for name in beside:
        table.add_column(name, justify="right")
    for metric in dict.fromkeys(metric for metric, _ in figures):
        others = [_cell(of_other.get((metric, ALL))) for of_other in beside.values()]
        own = [_cell(figures.get((metric, language))) for language in languages]
        table.add_row(metric, *own, *others)
    return table


def _figures(suite: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (figure["metric"], figure["language"]): figure
        for figure in suite["figures"]
        if figure["kind"] == ALL
    }


def _cell(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    return f"{figure['value']:.3g} ({figure['low']:.3g}–{figure['high']:.3g}) n={figure['n']}"
