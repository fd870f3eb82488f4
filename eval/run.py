"""Runs suites of the eval and reports what is right, what is not, and which step failed.

    python eval/run.py --suite dev retrieval --limit 60

Exit status: 0 all floors hold, 1 a figure is below its floor, 2 wrong usage or faulty data, 3 a
model or the index is missing.
"""

import argparse
import json
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

# The folder of this file must not be searched: its `datasets` would pass for the library.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from eval.answering import AnswerStore, ask_all, data_sha256
from eval.cases import Case, SuiteResult
from eval.floors import FloorOutcome, check_floors, read_floors
from eval.page import report_page
from eval.parts import Parts
from eval.progress import progress_over
from eval.provenance import identity, provenance
from eval.questions import read_cases
from eval.replies import read_replies
from eval.retrieval import retrieval_suite
from eval.runs import PAGE, REPORTS, SCHEMA, now, open_run, write_report
from eval.suites import ANSWER_SUITES, SUITES, THIRD_PARTY, answer_result, cases_of
from eval.summary import print_summary
from eval.support import support_suite
from migbot.errors import MigbotError, UsageError
from migbot.settings import load_settings

_KIB = 1024


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="eval/run.py", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--suite",
        nargs="+",
        choices=(*SUITES, "all"),
        default=["dev"],
        metavar="NAME",
        help=f"what to run: {', '.join(SUITES)} or all; dev by default",
    )
    parser.add_argument(
        "--limit", type=_positive, metavar="N", help="ask a sample of N, always the same, of each"
    )
    parser.add_argument(
        "--baseline",
        action="append",
        default=[],
        type=_named_file,
        metavar="NAME=FILE.jsonl",
        help="another program's answers to the same questions, shown beside migbot's",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--reports", type=Path, default=REPORTS, metavar="DIR", help="folder of the reports"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says and return the exit status."""
    options = build_parser().parse_args(arguments)
    try:
        return _run(options)
    except MigbotError as error:
        print(f"eval: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("eval: stopped; the same command goes on from here", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    names = SUITES if "all" in options.suite else tuple(dict.fromkeys(options.suite))
    parts = Parts(load_settings())
    data = parts.settings.eval_data
    names = _with_data(names, options.suite, data)
    floors = read_floors()
    # All data are read, and their faults told, before the first question is asked.
    cases = {
        name: cases_of(name, data=data, limit=options.limit)
        for name in names
        if name in ANSWER_SUITES
    }
    own = (*read_cases("dev"), *read_cases("test"))
    made_with = provenance(parts.settings, parts.index.build_id)
    started = now()
    folder, goes_on = open_run(
        options.reports,
        {
            "suites": list(names),
            "limit": options.limit,
            "data": {name: data_sha256(of_suite) for name, of_suite in cases.items()},
            **identity(made_with),
        },
    )
    print(f"{'going on with' if goes_on else 'writing to'} {folder}", file=sys.stderr)
    store = AnswerStore(folder)
    results = [_result(name, cases, own, parts, store, options.limit) for name in names]
    outcomes = check_floors(floors, results)
    report = {
        "schema": SCHEMA,
        "started": started,
        "finished": now(),
        **made_with,
        "limit": options.limit,
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB,
        "embedded_passages_per_s": parts.embedded_passages_per_s(),
        "suites": [asdict(result) for result in results],
        "floors": [outcome.to_json() for outcome in outcomes],
        "baselines": [judged_baseline(name, file, cases, parts) for name, file in options.baseline],
    }
    write_report(folder, report, report_page(report))
    _tell(report, outcomes, folder, as_json=options.json)
    return 0 if all(outcome.holds for outcome in outcomes) else 1


def _with_data(
    names: Sequence[str], asked_for: Sequence[str], data: Path | None
) -> tuple[str, ...]:
    """Return the suites that can run: `all` leaves out, and says so, those without their data."""
    lacking = [name for name in names if name in THIRD_PARTY and data is None]
    named = [name for name in lacking if name in asked_for]
    how = "set MIGBOT_EVAL_DATA to the folder of the third-party sets"
    if named:
        raise UsageError(f"{' and '.join(named)} cannot run without data: {how}")
    if lacking:
        print(f"left out for want of data: {', '.join(lacking)}; {how}", file=sys.stderr)
    return tuple(name for name in names if name not in lacking)


def _result(
    name: str,
    cases: Mapping[str, tuple[Case, ...]],
    own: Sequence[Case],
    parts: Parts,
    store: AnswerStore,
    limit: int | None,
) -> SuiteResult:
    data = parts.settings.eval_data
    if name == "retrieval":
        return retrieval_suite(own, parts.index, parts.embedder, parts.settings, data, limit)
    if name == "support":
        return support_suite(data, parts.checker, limit=limit)
    with progress_over(name, len(cases[name])) as done:
        replies = ask_all(cases[name], parts, store, done)
    return answer_result(name, cases[name], replies, parts.judge)


def judged_baseline(
    name: str, file: Path, cases: Mapping[str, tuple[Case, ...]], parts: Parts
) -> dict[str, Any]:
    """Return the results of the answers in `file`, over the questions that it was asked.

    Raises:
        UsageError: the file is faulty, or was asked none of this run's questions.
    """
    found = read_replies(file)
    results = []
    for suite, of_suite in cases.items():
        asked = [case for case in of_suite if case.case_id in found]
        if asked:
            results.append(answer_result(suite, asked, found, parts.judge))
        if 0 < len(asked) < len(of_suite):
            print(
                f"{name} was asked {len(asked)} of the {len(of_suite)} questions of {suite}, and "
                f"its figures are over those: give --limit {len(asked)} to compare like with like",
                file=sys.stderr,
            )
    if not results:
        raise UsageError(f"{file} answers none of the questions of this run")
    return {"name": name, "suites": [asdict(result) for result in results]}


def _tell(
    report: Mapping[str, Any], outcomes: Sequence[FloorOutcome], folder: Path, *, as_json: bool
) -> None:
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print_summary(report)
    for outcome in outcomes:
        if not outcome.holds:
            print(f"eval: {outcome}", file=sys.stderr)
    print(f"the report is {folder / PAGE}", file=sys.stderr)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("should be 1 or more")
    return number


def _named_file(text: str) -> tuple[str, Path]:
    name, separator, file = text.partition("=")
    if not (name and separator and file):
        raise argparse.ArgumentTypeError("should be NAME=FILE.jsonl")
    return name, Path(file)


if __name__ == "__main__":
    sys.exit(main())
