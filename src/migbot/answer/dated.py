"""Says when something was so, where a question asks how it is today.

A figure without its date would pass for today's, however old its source.
"""

import re

from migbot.answer.check import Support
from migbot.answer.claims import days, is_year, months, numbers
from migbot.answer.expected import latest_year
from migbot.answer.typography import printed_date
from migbot.types import Language

_NOTE = re.compile(
    r" \((?:as of [^()]*|undated source|(?:au|en) [^()]*\d{4}|source sans date)\)(?=\.?$)"
)
# What began at a date holds on from then.
_SINCE = re.compile(r"\b(?:since|depuis|from|à partir d[eu'’])\b", re.IGNORECASE)


def date_note(text: str, support: Support, language: Language) -> str:
    """Return when `text` was so, in parentheses and in `language`; "" where it names a year.

    That is the one date which the words that carry it name, their heading included, or else that
    of their document.
    """
    if latest_year(text, language):
        return ""
    date = _date_named(support) or support.passage.date
    if date is None:
        return "(undated source)" if language == "en" else "(source sans date)"
    return f"({_as_of(date, language)})"


def without_note(text: str) -> str:
    """Return a sentence without the note that ends it, where one does."""
    return _NOTE.sub("", text)


def _date_named(support: Support) -> str | None:
    """Return the only date that the words of `support` name, in ISO 8601; None without one."""
    said = support.framed
    years = [number for number in numbers(said, support.passage.language) if is_year(number)]
    named = months(said)
    if len(years) != 1 or _SINCE.search(said):
        return None
    whole = days(said)
    if len(whole) == 1:
        return min(whole)
    return f"{years[0]}-{min(named):02}" if len(named) == 1 else years[0]


def _as_of(date: str, language: Language) -> str:
    printed = printed_date(date, language)
    if language == "en":
        return f"as of {printed}"
    is_whole_day = printed[0].isdecimal() and " " in printed
    return f"{'au' if is_whole_day else 'en'} {printed}"
