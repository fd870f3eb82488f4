"""Compares two reports: what got better or worse, how sure that is, and which answers changed.

    python eval/compare.py OLD NEW

OLD and NEW are report.json files, or folders that hold one. Exit status: 0 compared, 2 the reports
asked different data, or cannot be read.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from eval.agreement import Comparison, Repeat, Report, compare_reports
from eval.cases import Figure, Item, SuiteResult
from eval.differences import SIGNIFICANT, Change, Flip, SuiteComparison
from eval.runs import REPORT, SCHEMA
from migbot.errors import MigbotError, UsageError

# Where no terminal's width is known, rich would take 80, and fold nearly every cell.
_FILE_COLUMNS = 120
_COLOURS = {"better": "green", "worse": "red"}


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="eval/compare.py", description=__doc__.split("\n")[0])
    parser.add_argument("old", type=Path, metavar="OLD", help="report.json, or its folder")
    parser.add_argument("new", type=Path, metavar="NEW", help="report.json, or its folder")
    parser.add_argument(
        "--json", action="store_true", help="print the comparison as JSON, single kinds included"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare what the command line names and return the exit status."""
    options = build_parser().parse_args(arguments)
    try:
        old, new = read_report(options.old), read_report(options.new)
        comparison = compare_reports(old, new, by_kind=options.json)
    except MigbotError as error:
        print(f"eval: {error}", file=sys.stderr)
        return error.exit_status
    if options.json:
        print(json.dumps(asdict(comparison), ensure_ascii=False))
    else:
        console = Console(markup=False, emoji=False, highlight=False)
        if not console.is_terminal:
            console.width = max(console.width, _FILE_COLUMNS)
        print_comparison(comparison, console)
    return 0


def read_report(path: Path) -> Report:
    """Return the report in a file, or in a folder's report.json.

    Raises:
        UsageError: there is no finished report, or it is not one that this program can read.
    """
    file = path / REPORT if path.is_dir() else path
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read ({error.strerror}): name the {REPORT} of a finished run"
        ) from error
    except ValueError as error:
        raise UsageError(f"{file} is not JSON: name the {REPORT} of a finished run") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise UsageError(f"{file} is not a report of schema {SCHEMA}: run the eval again")
    try:
        suites = [_suite(**fields) for fields in content["suites"]]
    except (KeyError, TypeError) as error:
        raise UsageError(f"{file} is not a whole report ({error}): run the eval again") from error
    return Report(suites={suite.suite: suite for suite in suites}, made_with=content)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print tables for people: what the runs were made with, then each suite, then the texts."""
    if comparison.settings:
        console.print(_settings_table(comparison))
    else:
        console.print("both runs were made with the same code, index, models and settings")
    for name, suites in (("OLD", comparison.only_in_old), ("NEW", comparison.only_in_new)):
        if suites:
            console.print(f"not compared, since only {name} has it: {', '.join(suites)}")
    for suite in comparison.suites:
        console.print()
        _print_suite(suite, console)
    console.print()
    for line in _repeat_lines(comparison.repeat):
        console.print(line, soft_wrap=True)


def _suite(
    *, items: Sequence[Mapping[str, Any]], figures: Sequence[Mapping[str, Any]], **fields: Any
) -> SuiteResult:
    return SuiteResult(
        items=tuple(Item(**item) for item in items),
        figures=tuple(Figure(**figure) for figure in figures),
        **fields,
    )


def _settings_table(comparison: Comparison) -> Table:
    table = _table("made with", ("what", "old", "new"))
    for setting in comparison.settings:
        table.add_row(setting.name, _printable(str(setting.old)), _printable(str(setting.new)))
    return table


def _print_suite(suite: SuiteComparison, console: Console) -> None:
    title = f"{suite.suite}: {suite.items} items in both"
    columns = ("metric", "language", "old", "new", "difference (95 %)", "p", "n", "")
    table = _table(title, columns)
    for change in suite.changes:
        table.add_row(*_cells(change), style=_COLOURS.get(change.mark or "", ""))
    console.print(table)
    paired = sum(change.paired is not None for change in suite.changes)
    console.print(
        "Old and new are each run's own figures, medians of seconds; a difference is the mean over "
        "the n pairs, marked where its interval excludes 0 (where all pairs moved alike: where p "
        f"is below {SIGNIFICANT:g}). Were nothing changed, about {SIGNIFICANT * paired:.1f} of "
        f"{paired} would still be marked by chance.",
        soft_wrap=True,
    )
    for name, ids in (("OLD", suite.only_in_old), ("NEW", suite.only_in_new)):
        if ids:
            console.print(f"only in {name}: {', '.join(ids)}", soft_wrap=True)
    console.print(f"{len(suite.flips)} of {suite.items} verdicts changed")
    for flip in suite.flips:
        for line in _flip_lines(flip):
            console.print(line, soft_wrap=True)


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        # Folded, so that a narrow terminal cuts no figure.
        table.add_column(column, overflow="fold")
    return table


def _cells(change: Change) -> tuple[str, ...]:
    names = change.metric, change.language, _number(change.old), _number(change.new)
    paired = change.paired
    if paired is None:
        return *names, "not paired", "", "", ""
    interval = f"{paired.difference:+.3g} ({paired.low:+.3g} to {paired.high:+.3g})"
    return *names, interval, _p_value(paired.p_value), str(paired.n), change.mark or ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _p_value(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 - what is printed


def _flip_lines(flip: Flip) -> Iterator[str]:
    verdicts = f"{flip.old_verdict or 'none'} → {flip.new_verdict or 'none'}"
    yield f"\n{flip.item_id} ({flip.language}, {flip.kind}): {verdicts}"
    yield f"  question: {_printable(flip.question)}"
    yield f"  old: {_printable(flip.old_text)}"
    yield f"  new: {_printable(flip.new_text)}"


def _printable(text: str) -> str:
    """Return `text` on one line, without what a terminal would obey."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _repeat_lines(repeat: Repeat | None) -> Iterator[str]:
    if repeat is None:
        yield "these are not two runs of one unchanged commit: texts are not compared"
        return
    yield "two runs of one unchanged commit:"
    differs, figures = repeat.retrieval_differs, repeat.retrieval_figures
    if figures is None:
        yield "retrieval was not run in both"
    elif differs:
        yield f"retrieval figures differ in {len(differs)} of {figures}: {', '.join(differs)}"
    else:
        yield f"retrieval figures are the same in all {figures}"
    if not repeat.texts:
        yield "no answers were asked for in both"
    for texts in repeat.texts:
        if texts.differ:
            ids = ", ".join(texts.differ)
            yield f"{texts.suite}: texts differ in {len(texts.differ)} of {texts.of}: {ids}"
        else:
            yield f"{texts.suite}: texts are the same in all {texts.of}"


if __name__ == "__main__":
    sys.exit(main())
