"""What migbot is: its documents and their dates, its models, its measured accuracy, its limits."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

from migbot.answer.typography import spaced
from migbot.serve.escaping import plain
from migbot.serve.notices import limits_of, quotes_alone
from migbot.serve.references import date_words
from migbot.serve.strings import STRINGS, Strings, spoken_date
from migbot.settings import Settings
from migbot.types import LANGUAGES, Document, Language

# A list of more is no longer read.
MOST_LISTED = 300


class Listing:
    """What the dialog says of the documents; they are all read once for each index."""

    def __init__(
        self, documents: Mapping[str, Document], build_id: Callable[[], str | None]
    ) -> None:
        """`documents` are those of the index that `build_id` tells, whichever that is."""
        self._documents, self._build_id = documents, build_id
        self._lock = Lock()
        self._listed: tuple[str | None, Mapping[Language, str]] | None = None

    def html(self, language: Language) -> str:
        """Return it in `language`; the first call for an index takes its time."""
        with self._lock:
            build = self._build_id()
            if self._listed is None or self._listed[0] != build:
                # Each text is let go at once: together they may be more than the memory holds.
                known = tuple(replace(one, text="") for one in self._documents.values())
                self._listed = (
                    build,
                    {one: _documents(one, STRINGS[one], known) for one in LANGUAGES},
                )
            return self._listed[1][language]


def about_html(language: Language, listing: str, settings: Settings, privacy: str) -> str:
    """Return the dialog; `listing` is of the documents, `privacy` says where questions go."""
    words = STRINGS[language]
    limits = limits_of(words, settings)
    parts = (
        (words.about_documents, listing),
        (words.about_models, _models(words, settings)),
        (words.about_measured, _measured(words, settings)),
        (words.limits_heading, "".join(f"<p>{plain(one)}</p>" for one in limits[:2])),
        (words.about_privacy, f"<p>{plain(privacy)} {plain(_kept(words, settings))}</p>"),
    )
    sections = "".join(f"<h3>{plain(heading)}</h3>{html}" for heading, html in parts)
    return (
        '<dialog class="mb-about" aria-labelledby="mb-about-heading">'
        f'<form method="dialog"><button class="mb-act">{plain(words.about_close)}</button></form>'
        f'<h2 id="mb-about-heading">{plain(words.about_heading)}</h2>'
        f"<p>{plain(words.statement)}</p>{sections}</dialog>"
    )


@cache
def measured() -> Mapping[str, Any]:
    """Return the figures of the last measurement, as `scripts/measured_figures.py` wrote them."""
    text = files("migbot.serve").joinpath("measured.json").read_text(encoding="utf-8")
    figures: Mapping[str, Any] = json.loads(text)
    return figures


def _documents(language: Language, words: Strings, known: Sequence[Document]) -> str:
    counts = {one: sum(item.language == one for item in known) for one in LANGUAGES}
    own = sorted((one for one in known if one.language == language), key=lambda one: one.title)
    more = words.about_first.format(first=MOST_LISTED, all=len(own))
    told = f"<p>{plain(more)}</p>" if len(own) > MOST_LISTED else ""
    rows = "".join(
        f"<li>{plain(spaced(one.title, language))} "
        f"<span>{plain(date_words(one.date, one.path, words))}</span></li>"
        for one in own[:MOST_LISTED]
    )
    return (
        f"<p>{plain(words.about_counts.format(**counts))}</p>"
        f'<details data-key="about-documents"><summary>{plain(words.about_list)}</summary>'
        f"{told}<ul>{rows}</ul></details>"
    )


def _kept(words: Strings, settings: Settings) -> str:
    if settings.feedback_file is None:
        return words.about_kept
    # The messages end with an answer, so that every other one is a question.
    earlier = words.about_feedback.format(questions=settings.history_turns // 2)
    return f"{words.about_kept} {earlier}"


def _models(words: Strings, settings: Settings) -> str:
    # A folder's own name says enough, and where it lies is nobody's business.
    names = {
        "generator": Path(settings.generator_model).name,
        "embedder": Path(settings.embedder).name,
    }
    told = words.about_quotes_alone if quotes_alone(settings) else words.about_models_text
    return f"<p>{plain(told.format(**names))}</p>"


def _measured(words: Strings, settings: Settings) -> str:
    figures = measured()
    head = "".join(
        f'<th scope="col">{plain(words.document_languages[one])}</th>' for one in LANGUAGES
    )
    rows = "".join(
        f'<tr><th scope="row">{plain(label)}</th>'
        + "".join(
            f"<td>{_figure(name, figures['figures'][name][one], words)}</td>" for one in LANGUAGES
        )
        + "</tr>"
        for name, label in words.about_figures.items()
    )
    told = words.about_measured_text.format(
        questions=figures["questions"], date=spoken_date(figures["date"], words)
    )
    models = {settings.generator_model, settings.embedder}
    is_measured = models == set(figures["models"]) and not quotes_alone(settings)
    others = "" if is_measured else f" {words.about_other_models}"
    return (
        f"<p>{plain(told + others)}</p>"
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _figure(name: str, value: float, words: Strings) -> str:
    if name.endswith("_s"):
        return f"{value:.0f}\u00a0s"
    return words.percent.format(number=f"{100 * value:.0f}")
