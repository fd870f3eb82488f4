"""The plots of a report, as SVG that stands inside its page.

They take the page's own font and text colour, hold no style that a strict content policy would
block, and are the same bytes for the same figures.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree as ET

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from eval.cases import ALL, RIGHTLY_ANSWERED
from eval.curves import area_under_risk_coverage, risk_coverage

# Of no plot's own: replaced by the page's text colour, so that plots are read in dark mode too.
_INK = "#010203"
_GRID = "#8c8c8c"
_COLOURS = ("#3584c8", "#d97a1e", "#2a9d72", "#b565c9", "#c94f5d", "#7d8a2e")
_MARKERS = "osD^vP"
_WIDTH_IN = 5.0
# The keys of matplotlib are literals, all named in its type.
_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "migbot",
    "text.parse_math": False,
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _GRID,
    "grid.alpha": 0.3,
    "figure.constrained_layout.use": True,
}
_SECONDS: Final = {
    "first_source_s": "first source",
    "first_sentence_s": "first sentence",
    "total_s": "whole answer",
}
# What a suite's items are above all to be, and how that reads.
_MEANT: Final = {
    "right": "right",
    "refused": "declined or corrected",
    "recall@5": "recall@5",
    "accuracy": "accuracy of the sentence check",
}
_SHORTEST_S = 0.001
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"#([\w-]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """An SVG element with its heading and a sentence on how to read it."""

    title: str
    caption: str
    svg: str


def plots_of(suite: Mapping[str, Any]) -> tuple[Plot, ...]:
    """Return the plots of one suite of a report (`SuiteResult` as JSON values).

    Of each main metric the figures by kind and language; of answers with a confidence the
    risk–coverage curve; of timed answers the distribution of the times. What a suite lacks is
    left out.
    """
    with mpl.rc_context(_STYLE):
        return (*_dot_plots(suite), *_risk_plot(suite), *_latency_plot(suite))


def _dot_plots(suite: Mapping[str, Any]) -> Iterator[Plot]:
    for metric, words in _MEANT.items():
        found = {
            (figure["kind"], figure["language"]): figure
            for figure in suite["figures"]
            if figure["metric"] == metric and figure["language"] != ALL
        }
        if not found:
            continue
        kinds = sorted({kind for kind, _ in found}, key=lambda kind: (kind == ALL, kind))
        languages = sorted({language for _, language in found})
        row_in = 0.14 + 0.1 * len(languages)
        figure, axes = _axes(0.9 + row_in * len(kinds))
        _draw_dots(axes, found, kinds, languages)
        axes.set_xlabel(words)
        yield Plot(
            title=f"{words[0].upper()}{words[1:]}, by kind and language",
            caption="Dots are means, lines their 95 % intervals.",
            svg=_svg(figure, f"{suite['suite']}-{metric.replace('@', '-')}"),
        )


def _draw_dots(
    axes: Axes,
    found: Mapping[tuple[str, str], Mapping[str, Any]],
    kinds: Sequence[str],
    languages: Sequence[str],
) -> None:
    step = 0.7 / max(len(languages), 2)
    for number, language in enumerate(languages):
        places = [at for at, kind in enumerate(kinds) if (kind, language) in found]
        shown = [found[kinds[at], language] for at in places]
        values = [one["value"] for one in shown]
        axes.errorbar(
            values,
            [at + step * (number - (len(languages) - 1) / 2) for at in places],
            # A bootstrap's bound may miss its value by a rounding error, and none may be negative.
            xerr=[
                [max(0.0, one["value"] - one["low"]) for one in shown],
                [max(0.0, one["high"] - one["value"]) for one in shown],
            ],
            fmt=_MARKERS[number % len(_MARKERS)],
            color=_COLOURS[number % len(_COLOURS)],
            markersize=4.5,
            linewidth=1.4,
            label=language,
        )
    axes.set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    axes.set_ylim(len(kinds) - 0.5, -0.5)
    axes.set_xlim(-0.03, 1.03)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    _legend(axes, 3)


def _risk_plot(suite: Mapping[str, Any]) -> Iterator[Plot]:
    answered = [item for item in suite["items"] if "confidence" in item["scores"]]
    if not answered:
        return
    languages = sorted({item["language"] for item in answered})
    figure, axes = _axes(3.4)
    for number, language in enumerate((ALL, *languages)):
        ours = [item for item in answered if language in {ALL, item["language"]}]
        confidences = [item["scores"]["confidence"] for item in ours]
        wrong = [item["verdict"] not in RIGHTLY_ANSWERED for item in ours]
        points = risk_coverage(confidences, wrong)
        area = area_under_risk_coverage(confidences, wrong)
        axes.step(
            [0.0, *(point.coverage for point in points)],
            [points[0].risk, *(point.risk for point in points)],
            where="pre",
            color=_INK if language == ALL else _COLOURS[(number - 1) % len(_COLOURS)],
            linewidth=1.8 if language == ALL else 1.2,
            label=f"{language}, area {area:.3f}",
        )
    axes.set_xlabel("share of the answers kept, the surest first")
    axes.set_ylabel("share of those not right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid()
    _legend(axes, 2)
    yield Plot(
        title="Risk and coverage",
        caption="The further down a line runs, the better confidence tells right from wrong. "
        f"The area under it is lower where that is so. Over {len(answered)} answers given.",
        svg=_svg(figure, f"{suite['suite']}-risk"),
    )


def _latency_plot(suite: Mapping[str, Any]) -> Iterator[Plot]:
    times = {
        words: sorted(item["scores"][metric] for item in suite["items"] if metric in item["scores"])
        for metric, words in _SECONDS.items()
    }
    if not any(times.values()):
        return
    figure, axes = _axes(3.4)
    for number, (words, values) in enumerate(times.items()):
        if values:
            shown = [max(value, _SHORTEST_S) for value in values]
            shares = [(at + 1) / len(values) for at in range(len(values))]
            axes.step(
                [shown[0], *shown],
                [0.0, *shares],
                where="post",
                color=_COLOURS[number],
                linewidth=1.6,
                label=words,
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda _, __: ""))
    axes.set_xlabel("seconds, on a logarithmic scale")
    axes.set_ylabel("share of questions within")
    axes.set_ylim(0, 1.02)
    axes.grid()
    _legend(axes, 3)
    yield Plot(
        title="Latency",
        caption="For each time, the share of questions that had come so far by then. "
        "The median is where a line passes 0.5.",
        svg=_svg(figure, f"{suite['suite']}-latency"),
    )


def _axes(height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH_IN, height_in))
    return figure, figure.subplots()


def _legend(axes: Axes, columns: int) -> None:
    """Name the lines above the plot; a legend that is wider than the plot would narrow it."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        frameon=False,
        handlelength=1.2,
        handletextpad=0.4,
        columnspacing=1.0,
        borderaxespad=0.2,
    )


def _svg(figure: Figure, name: str) -> str:
    """Return `figure` as an element that can stand in an HTML page beside others."""
    written = io.BytesIO()
    figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(written.getvalue())  # noqa: S314 - matplotlib's own output
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("metadata") or child.find(f"{_SVG}style") is not None:
                parent.remove(child)
    # A colour, too, begins with "#".
    named = {element.get("id") for element in root.iter()}
    referenced = {
        found
        for element in root.iter()
        for value in element.attrib.values()
        for found in _REFERENCE.findall(value)
        if found in named
    }
    for element in root.iter():
        _adapt(element, name, referenced)
    del root.attrib["width"], root.attrib["height"]
    root.attrib |= {"class": "plot", "aria-hidden": "true", "stroke-linejoin": "round"}
    return ET.tostring(root, encoding="unicode")


def _adapt(element: ET.Element, name: str, referenced: set[str]) -> None:
    """Turn style into attributes, make ids the plot's own, and leave the page its font."""
    element.tag = element.tag.removeprefix(_SVG)
    attributes = dict(element.attrib)
    style = attributes.pop("style", "")
    declared = [part.split(":", 1) for part in style.split(";") if ":" in part]
    attributes |= {key.strip(): value.strip() for key, value in declared}
    attributes.pop("font-family", None)
    if attributes.get("id") not in referenced:
        attributes.pop("id", None)
    if _XLINK in attributes:
        attributes["href"] = attributes.pop(_XLINK)
    element.attrib.clear()
    for key, value in attributes.items():
        own = _REFERENCE.sub(
            lambda found: f"#{name}-{found[1]}" if found[1] in referenced else found[0], value
        )
        element.set(key, f"{name}-{value}" if key == "id" else own.replace(_INK, "currentColor"))
