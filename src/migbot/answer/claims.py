"""What a sentence claims that can be compared by code: its numbers, months and names.

Numbers are read as values, so that "trente-huit", "thirty-eight" and 38 are one, as are
"11 millions" and 11,000,000. Ordinals count as their number (113th, 113e, onzième).
"""

import re
from functools import cache

from migbot.index.terms import STOPWORDS, fold, passage_terms
from migbot.types import Language

# A digit group: 1 117 or 1,117 or 1.117 are thousands; 3.7 and 3,7 are decimals.
_SYMBOL = re.compile(r"\b[A-Z]{1,5}(?:/[A-Z0-9.()]+)+", re.IGNORECASE)
_SPACES_IN_NUMBER = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_COMMAS_IN_NUMBER = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_SCALED = re.compile(
    r"(\d+(?:\.\d+)?)\s+(million|milliard|billion|thousand|mille)s?\b", re.IGNORECASE
)
_ORDINAL = re.compile(r"(?<=\d)(?:er|ere|eme|e|nd|nde|st|rd|th)\b")
_SCALES = {
    "thousand": 10**3,
    "mille": 10**3,
    "million": 10**6,
    "milliard": 10**9,
    "billion": 10**9,
}

_MONTHS = (
    ("january", "janvier"),
    ("february", "fevrier"),
    ("march", "mars"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin"),
    ("july", "juillet"),
    ("august", "aout"),
    ("september", "septembre"),
    ("october", "octobre"),
    ("november", "novembre"),
    ("december", "decembre"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_MONTH = re.compile(rf"\b({'|'.join(_MONTH_OF)})\b")

_COUNTED_WORDS = 5
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s", re.MULTILINE)
_LAST_ITEM = re.compile(r"[^,;]\s(?:et|and)\s")
_SHORTEST_LIST = 3

_NAME = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ENDS = re.compile(r"[.!?:]\s")
_ELISION = re.compile(r"^(?:l|d|qu|n|s|j|c|m|t|jusqu|lorsqu)[’']", re.IGNORECASE)


@cache
def numbers(text: str, language: Language) -> frozenset[str]:
    """Return the numbers of `text` as canonical decimal strings, symbols (A/RES/73/195) whole.

    Small number words that are also articles ("un", "one") are not counted.
    """
    symbols = {fold(found.group()).rstrip(".,)") for found in _SYMBOL.finditer(text)}
    rest = _SCALED.sub(_scaled, _digits(_SYMBOL.sub(" ", text)))
    digits = _numerals(rest)
    words = _numerals(_words_to_digits(rest, language)) - {"1"}
    return frozenset(symbols | digits | words)


def months(text: str) -> frozenset[int]:
    """Return the months named in `text`, 1 to 12, in either language.

    "May" and "mars" count only where a number stands beside them.
    """
    folded = fold(text)
    found = set()
    for match in _MONTH.finditer(folded):
        beside = folded[max(0, match.start() - 4) : match.end() + 6]
        if match.group() not in {"may", "mars", "march", "mai"} or re.search(r"\d", beside):
            found.add(_MONTH_OF[match.group()])
    return frozenset(found)


def names(text: str) -> tuple[str, ...]:
    """Return the words of `text` that are written as names, folded, in order.

    A name starts with a capital and does not open the sentence, or is an abbreviation.
    """
    text = _SYMBOL.sub(" ", text)
    found = []
    before = 0
    for match in _NAME.finditer(text):
        between = text[before : match.start()]
        # A full stop after a single letter is an initial (Amy E. Pope), not a sentence's end.
        initial = before > 1 and not text[before - 2].isalpha()
        opening = before == 0 or (bool(_ENDS.search(between)) and not initial)
        before = match.end()
        word = _ELISION.sub("", match.group())
        plain = fold(word)
        capital = word[:1].isupper() and not opening and plain not in STOPWORDS
        if (capital or _is_abbreviation(word)) and plain not in _MONTH_OF:
            found.append(plain)
    return tuple(dict.fromkeys(found))


def _is_abbreviation(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _digits(text: str) -> str:
    text = _SPACES_IN_NUMBER.sub("", text)
    text = _COMMAS_IN_NUMBER.sub("", text)
    return _DECIMAL_COMMA.sub(".", text)


def _numerals(text: str) -> set[str]:
    folded = _ORDINAL.sub("", fold(text))
    return {_canonical(float(figure)) for figure in _NUMBER.findall(folded)}


def _scaled(match: re.Match[str]) -> str:
    return _canonical(float(match.group(1)) * _SCALES[match.group(2).casefold()])


def _canonical(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _words_to_digits(text: str, language: Language) -> str:
    from text_to_num import alpha2digit  # noqa: PLC0415 - compiled code, loaded on first use

    return str(alpha2digit(text, language))


def list_sizes(text: str) -> frozenset[str]:
    """Return how many things `text` lists, as canonical numbers, by each way to read its marks.

    A sentence that names eight members need not say that they are eight.
    """
    bullets = len(_BULLET.findall(text))
    semicolons = text.count(";") + 1
    commas = text.count(",") + 1 + bool(_LAST_ITEM.search(text))
    return frozenset(str(size) for size in (bullets, semicolons, commas) if size >= _SHORTEST_LIST)


def counted(text: str, language: Language) -> dict[str, frozenset[str]]:
    """Return for each number of `text`, years apart, the terms of the words that follow it.

    "38 entités du système" gives the terms of "entités du système" under "38".
    """
    digits = _SCALED.sub(_scaled, _digits(_SYMBOL.sub(" ", text)))
    digits = _words_to_digits(digits, language)
    found: dict[str, frozenset[str]] = {}
    for match in _NUMBER.finditer(digits):
        number = _canonical(float(match.group()))
        if not _is_year(number):
            following = " ".join(digits[match.end() :].split()[:_COUNTED_WORDS])
            terms = frozenset(passage_terms(re.split(r"[.;:,]", following)[0], language))
            found[number] = found.get(number, frozenset()) | terms
    return found


def _is_year(number: str) -> bool:
    return number.isdigit() and 1900 <= int(number) <= 2100  # noqa: PLR2004 - calendar years
