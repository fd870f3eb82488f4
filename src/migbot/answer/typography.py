"""How sentences and dates are set in print, in each language."""

import re
from collections.abc import Mapping, Sequence

from migbot.types import Language

MONTHS: Mapping[Language, Sequence[str]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
}
_NO_BREAK_SPACE = "\u00a0"
_NARROW_NO_BREAK_SPACE = "\u202f"


def as_printed(sentence: str, language: Language) -> str:
    """Return `sentence` with a final full stop and its language's spaces and apostrophes."""
    text = sentence.strip().rstrip(".").strip().replace("'", "’")
    if language == "fr":
        text = re.sub(r"\s*:(?=\s|$)", f"{_NO_BREAK_SPACE}:", text)
        text = re.sub(r"\s*»", f"{_NO_BREAK_SPACE}»", text)
        text = re.sub(r"\s*([;!?])(?=\s|$)", rf"{_NARROW_NO_BREAK_SPACE}\1", text)
        text = re.sub(r"«\s*", f"«{_NO_BREAK_SPACE}", text)
        text = re.sub(r"(?<!\d)(\d{1,3})\s(?=\d{3}(?!\d))", rf"\1{_NARROW_NO_BREAK_SPACE}", text)
        text = re.sub(r"(?<=\d)\s*%", f"{_NO_BREAK_SPACE}%", text)
    return f"{text}."


def spaced(text: str, language: Language | None) -> str:
    """Return `text` with the no-break spaces of French typography, where it is French.

    They are narrow before `;`, `!` and `?`. For what migbot writes, whose lines may break badly
    otherwise; quotes stay as they are.
    """
    if language != "fr":
        return text
    text = re.sub(f"[ {_NO_BREAK_SPACE}](?=[;!?])", _NARROW_NO_BREAK_SPACE, text)
    return re.sub("(«) | (?=[:»])", lambda found: (found[1] or "") + _NO_BREAK_SPACE, text)


def quoted(quote: str, language: Language, note: str = "") -> str:
    """Return a verbatim quote between the quotation marks of the reader's language, then `note`."""
    words = " ".join(quote.split()).rstrip(".")
    if language == "fr":
        return f"{with_note(f'«{_NO_BREAK_SPACE}{words}{_NO_BREAK_SPACE}»', note)}."
    return f"{with_note(f'“{words}”', note)}."


def with_note(text: str, note: str) -> str:
    """Return `text` with `note` after it, before its full stop where it has one."""
    if not note:
        return text
    return f"{text.removesuffix('.')} {note}{'.' if text.endswith('.') else ''}"


def printed_date(date: str, language: Language) -> str:
    """Return an ISO date of any precision (`2018`, `2018-12`, `2018-12-19`) as a reader says it.

    What is no such date stays as it is.
    """
    parts = date.split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return date
    year, *rest = parts
    months = MONTHS[language]
    if not rest or not 1 <= int(rest[0]) <= len(months):
        return year
    month = months[int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}"
    day = int(rest[1])
    return f"{'1er' if day == 1 and language == 'fr' else day} {month} {year}"
