"""The page's words by language, which one a browser asks for, and how dates and waits are said."""

import math
from collections.abc import Mapping

from migbot.answer.typography import printed_date
from migbot.serve.english import ENGLISH
from migbot.serve.french import FRENCH
from migbot.serve.words import Strings
from migbot.types import Language

__all__ = [
    "ENGLISH",
    "FRENCH",
    "STRINGS",
    "Strings",
    "preferred_language",
    "spoken_date",
    "spoken_state",
    "spoken_wait",
]

STRINGS: Mapping[Language, Strings] = {"fr": FRENCH, "en": ENGLISH}


def preferred_language(accept_language: str) -> Language:
    """Return the page's language for an Accept-Language header (RFC 9110, section 12.5.4).

    The language with the highest weight among French and English wins, the earlier one on a tie;
    English where neither is wanted.
    """
    best: Language = "en"
    best_weight = 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        for language in STRINGS:
            if primary == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def spoken_date(date: str | None, strings: Strings) -> str:
    """Return an ISO date of any precision as a reader says it, or that there is none."""
    return printed_date(date, "fr" if strings is FRENCH else "en") if date else strings.undated


def spoken_state(date: str, strings: Strings) -> str:
    """Return an ISO date of any precision as the day or period up to which a text holds."""
    whole_day = date.count("-") == 2  # noqa: PLR2004 - year, month and day
    form = strings.as_of_day if whole_day else strings.as_of_period
    return form.format(date=spoken_date(date, strings))


def spoken_wait(seconds: int, strings: Strings) -> str:
    """Return a time to wait as a reader says it: in tens of seconds or in minutes, rounded up."""
    tens = 10 * math.ceil(seconds / 10)
    if tens < 60:  # noqa: PLR2004 - a minute
        return strings.wait_seconds.format(count=tens)
    minutes = math.ceil(seconds / 60)
    if minutes == 1:
        return strings.wait_minute
    return strings.wait_minutes.format(count=minutes)
