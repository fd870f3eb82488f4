"""The page of a report: one file for people, which asks nothing of any other host.

All text is escaped. The content policy allows the page's own style sheet and script, by their
hashes, and nothing else: no text of a model or document can load or run anything.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, get_args
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from eval.cases import ALL, GOOD, Stage
from eval.plots import plots_of

_NO_STAGE = "stage not known"
_STAGES = (*get_args(Stage), _NO_STAGE)
_MOST_ROWS = 200
_MIB = 2**20
_FEW_DIGITS = 10
_LABELS = {
    "accuracy": "right verdicts of the sentence check",
    "area_under_risk_coverage": "area under risk and coverage (lower is better)",
    "auroc": "AUROC of the sentence check",
    "calibration_error": "calibration error (lower is better)",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "confidence": "confidence",
    "confidently_wrong": "answered and wrong (lower is better)",
    "forbidden_said": "said what it must not say (lower is better)",
    "corrected": "false premises corrected",
    "declined_wrongly": "wrongly declined (lower is better)",
    "first_sentence_s": "first sentence, median seconds",
    "first_source_s": "first source, median seconds",
    "partly": "partly right",
    "prompt_tokens": "prompt tokens a question",
    "refused": "rightly declined or corrected",
    "right": "right",
    "right_language": "in the question’s language",
    "tokens_per_s": "tokens a second, median",
    "total_s": "whole answer, median seconds",
    "valid_markers": "valid citation marks",
    "verbatim_quotes": "verbatim quotes",
    "wrong": "wrong (lower is better)",
}
# The order of the table: what is right, what is not, how it is cited, how long it takes.
_ORDER = (
    *("right", "partly", "wrong", "declined_wrongly", "refused", "corrected"),
    *(
        "confidently_wrong",
        "forbidden_said",
        "citation_precision",
        "citation_recall",
        "verbatim_quotes",
    ),
    *("valid_markers", "right_language", "confidence", "area_under_risk_coverage"),
    *("first_source_s", "first_sentence_s", "total_s", "prompt_tokens", "tokens_per_s"),
)


def report_page(report: Mapping[str, Any]) -> str:
    """Return the page of a report, given as `report.json` holds it."""
    template = _environment().get_template("page.html.j2")
    return template.render(
        report=report,
        style_hash=_hash_of(template, "style"),
        script_hash=_hash_of(template, "script"),
        suites=[_suite(suite, report["baselines"]) for suite in report["suites"]],
        peak_mib=round(report["peak_memory_bytes"] / _MIB),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"label": _label, "web": _is_web, "words": _words, "figure": _number}
    return environment


def _hash_of(template: Template, block: str) -> str:
    text = "".join(template.blocks[block](template.new_context()))
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _suite(suite: Mapping[str, Any], baselines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the page shows of one suite."""
    others = {
        baseline["name"]: other["figures"]
        for baseline in baselines
        for other in baseline["suites"]
        if other["suite"] == suite["suite"]
    }
    programs = {"migbot": suite["figures"], **others}
    kinds = sorted({figure["kind"] for figure in suite["figures"]} - {ALL})
    has_answers = any("expected" in item["detail"] for item in suite["items"])
    return {
        "name": suite["suite"],
        "notes": suite["notes"],
        "data_sha256": suite["data_sha256"],
        "asked": len(suite["items"]),
        "headline": _table(programs, ALL),
        "by_kind": [(kind, _table(programs, kind)) for kind in kinds],
        "plots": [(plot, Markup(plot.svg)) for plot in plots_of(suite)],  # noqa: S704 - ours
        "answers": _answers(suite["items"]) if has_answers else None,
        "rows": None if has_answers else _rows(suite["items"]),
    }


def _table(programs: Mapping[str, Sequence[Mapping[str, Any]]], kind: str) -> dict[str, Any]:
    """Return the figures of one kind: a row for each metric and program, a column a language."""
    cells = {
        (figure["metric"], program, figure["language"]): figure
        for program, figures in programs.items()
        for figure in figures
        if figure["kind"] == kind
    }
    languages = sorted({language for *_, language in cells}, key=lambda one: (one != ALL, one))
    metrics = sorted({metric for metric, *_ in cells}, key=_place)
    return {
        "languages": languages,
        "has_baselines": len(programs) > 1,
        "metrics": [
            (
                metric,
                [
                    (program, [cells.get((metric, program, language)) for language in languages])
                    for program in programs
                    if any((metric, program, language) in cells for language in languages)
                ],
            )
            for metric in metrics
        ],
    }


def _answers(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the failures by the step that failed, in the order of the steps, and all others."""
    failed = [item for item in items if item["verdict"] not in GOOD]
    counts = Counter(item["stage"] or _NO_STAGE for item in failed)
    return {
        "failed": len(failed),
        "verdicts": Counter(item["verdict"] for item in items).most_common(),
        "stages": [
            (
                stage,
                counts[stage],
                [item for item in failed if (item["stage"] or _NO_STAGE) == stage],
            )
            for stage in _STAGES
            if counts[stage]
        ],
        "good": [item for item in items if item["verdict"] in GOOD],
    }


def _rows(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the items with the lowest mean score, worst first."""
    metrics = sorted({metric for item in items for metric in item["scores"]}, key=_place)
    worst = sorted(items, key=_mean_score)
    return {"metrics": metrics, "items": worst[:_MOST_ROWS], "left_out": len(worst[_MOST_ROWS:])}


def _mean_score(item: Mapping[str, Any]) -> float:
    return fmean(item["scores"].values()) if item["scores"] else 0.0


def _place(metric: str) -> tuple[int, str]:
    return (_ORDER.index(metric) if metric in _ORDER else len(_ORDER), metric)


def _label(metric: str) -> str:
    return _LABELS.get(metric, metric.replace("_", " "))


def _words(value: Any) -> str:
    """Return a value of an item's detail as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    return "none" if value is None else str(value)


def _number(value: float) -> str:
    """Return a number to three digits after the point, or to one where it is 10 or more."""
    return format(value, ".3f" if abs(value) < _FEW_DIGITS else ".1f")


def _is_web(address: str | None) -> bool:
    """Return whether an address may be a link: one of the web, and none that runs a script."""
    if not address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
