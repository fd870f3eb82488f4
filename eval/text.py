"""Text as the scoring compares it: without case, accents and punctuation."""

import hashlib
import re
import unicodedata
from typing import Literal

_NOT_WORD = re.compile(r"[^\w%/]+")
# A space or point between thousands is no difference of number; nor is a decimal comma.
_THOUSANDS = re.compile(r"(?<=\d)[\s\u00a0\u202f,.’'](?=\d{3}\b)")
_DECIMAL = re.compile(r"(?<=\d)[.,](?=\d)")

Half = Literal["fitting", "reporting"]


def plain(text: str) -> str:
    """Return `text` in lower case, accents and punctuation gone, words one space apart.

    Thousands are joined ("1 200" and "1,200" are "1200"); a decimal comma or point becomes "_".
    """
    folded = text.casefold().replace("œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    joined = _DECIMAL.sub("_", _THOUSANDS.sub("", bare))
    return " ".join(_NOT_WORD.sub(" ", joined).split())


def holds(text: str, wanted: str) -> bool:
    """Return whether plain `text` holds `wanted` at the beginning of a word, or its pattern.

    A number or a word of up to three letters must be a whole word. `re:` begins a regular
    expression over plain text.
    """
    if wanted.startswith("re:"):
        return re.search(wanted.removeprefix("re:"), text) is not None
    whole = wanted[-1].isdigit() or len(wanted) <= 3  # noqa: PLR2004 - said in the docstring
    end = r"\b" if whole else ""
    return re.search(rf"\b{re.escape(wanted)}{end}", text) is not None


def hash_of(text: str) -> str:
    """Return the SHA-256 of `text`, by which data are told apart and samples are drawn."""
    return hashlib.sha256(text.encode()).hexdigest()


def half_of(name: str) -> Half:
    """Return the half that what is called `name` belongs to, whatever else there is."""
    return "fitting" if int(hash_of(name), 16) % 2 else "reporting"
