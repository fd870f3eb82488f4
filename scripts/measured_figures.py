"""Write the figures that the page shows under "About" from a report of the eval.

`python scripts/measured_figures.py eval/reports/…/report.json` takes the figures of the suite
`test`, another with `--suite`, into `src/migbot/serve/measured.json`.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "src" / "migbot" / "serve" / "measured.json"
METRICS = ("right", "declined_wrongly", "refused", "citation_precision", "first_sentence_s")
LANGUAGES = ("all", "en", "fr")


def figures_of(report: dict[str, Any], suite: str) -> dict[str, Any]:
    """Return what the page shows of a report, given as `report.json` holds it.

    Raises:
        SystemExit: the suite is not in the report, or the report has not all of its questions.
    """
    found = next((one for one in report["suites"] if one["suite"] == suite), None)
    if found is None or report["limit"] is not None:
        sys.exit(
            f"the report does not hold the whole suite {suite!r}: run eval/run.py --suite {suite}"
        )
    values = {
        (one["metric"], one["language"]): one["value"]
        for one in found["figures"]
        if one["kind"] == "all"
    }
    return {
        "suite": suite,
        "date": report["started"][:10],
        "commit": report["commit"],
        "questions": len(found["items"]),
        "models": sorted(report["models"]),
        "figures": {
            metric: {language: round(values[metric, language], 4) for language in LANGUAGES}
            for metric in METRICS
        },
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Write the figures that the page shows.")
    parser.add_argument("report", type=Path, help="report.json of a run of the eval")
    parser.add_argument("--suite", default="test", help="suite whose figures are taken (test)")
    options = parser.parse_args()
    figures = figures_of(json.loads(options.report.read_text(encoding="utf-8")), options.suite)
    FILE.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
