"""How sentences are set in print, in each language."""

import re

from migbot.types import Language

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


def quoted(quote: str, language: Language) -> str:
    """Return a verbatim quote between the quotation marks of the reader's language."""
    words = " ".join(quote.split()).rstrip(".")
    if language == "fr":
        return f"«{_NO_BREAK_SPACE}{words}{_NO_BREAK_SPACE}»."
    return f"“{words}”."
