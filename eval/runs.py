"""The folder of one run: what it asks, the answers so far, and at last its report.

eval/reports/2026-11-24T12-40-00Z/run.json         what is asked, of what
                                  answers.jsonl    a line for each answer
                                  report.json      once all is asked
                                  report.html      the same for people
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPORTS = Path(__file__).parent / "reports"
SCHEMA = 1
RUN = "run.json"
REPORT = "report.json"
PAGE = "report.html"


def open_run(reports: Path, asked: Mapping[str, Any]) -> tuple[Path, bool]:
    """Return the folder of the run of `asked`, and whether it goes on an interrupted one.

    An unfinished run goes on where it asked the very same things of the very same migbot.
    """
    wanted = json.dumps(asked, sort_keys=True, ensure_ascii=False, indent=1)
    for folder in sorted(reports.glob("*/"), reverse=True):
        started = folder / RUN
        is_open = started.is_file() and not (folder / REPORT).exists()
        if is_open and started.read_text(encoding="utf-8") == wanted:
            return folder, True
    folder = _new_folder(reports)
    (folder / RUN).write_text(wanted, encoding="utf-8")
    return folder, False


def write_report(folder: Path, report: Mapping[str, Any], page: str) -> None:
    """Write the page, then the report, whose presence says that the run is finished."""
    (folder / PAGE).write_text(page, encoding="utf-8")
    unfinished = folder / f"{REPORT}.part"
    unfinished.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(folder / REPORT)


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _new_folder(reports: Path) -> Path:
    """Return a new folder named after the time; a second one in the same second gets a number."""
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    number = 1
    while True:
        folder = reports / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
