"""What a sentence claims that can be compared by code: its numbers, dates and names.

Numbers are read as values, so that "trente-huit", "thirty-eight" and 38 are one, as are
"11 millions" and 11,000,000. Ordinals count as their number (113th, 113e, onzième).
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from migbot.answer.units import BULLET
from migbot.index.terms import STOPWORDS, fold, is_abbreviation, passage_terms
from migbot.types import Language

# A document's symbol, such as A/RES/73/195: capitals, strokes and a digit not far off. Visitors
# send texts, so that no pattern may look at all that follows from each of its characters.
_SYMBOL = re.compile(r"\b(?=[A-Z0-9./()]{0,40}\d)[A-Z]{1,5}(?:/[A-Z0-9.()]+)+", re.IGNORECASE)
# Groups of three behind one to three digits: "281 000 000", but not the year of "2020 281 000".
_SPACED_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)")
_SPACES = re.compile(r"[ \u00a0\u202f]")
_COMMAS_IN_NUMBER = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_FRENCH_POINTS_IN_NUMBER = re.compile(r"(?<=\d)\.(?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_SCALED = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?)\s+(million|milliard|billion|trillion|thousand|mille)s?\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\s?%|\b(?:per|pour) cent\b|\bpercent\b", re.IGNORECASE)
_MONEY = re.compile(r"(?:\bUS\s?)?([$€£])(\s?\d+(?:\.\d+)?)?")
_CURRENCY_NAMES = re.compile(r"\b(dollar|euro|pound)s\b", re.IGNORECASE)
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound"}
# What a number may be of, as its terms have it; two numbers of different units differ.
UNITS = frozenset({"percent", *_CURRENCIES.values()})
_VOTED = re.compile(r"^\s*(?:against|in favou?r|contre|pour|en faveur)\b", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)(?:er|ère|ere|ème|eme|e|nd|nde|st|rd|th)\b")
# A French billion is a million millions, an English one a thousand.
_SCALES: Mapping[Language, Mapping[str, int]] = {
    "fr": {"mille": 10**3, "million": 10**6, "milliard": 10**9, "billion": 10**12},
    "en": {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12},
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
MONTH_NAMES = tuple(name for names in _MONTHS for name in names)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_ANY_MONTH = "|".join(_MONTH_OF)
# "May" and "mars" are months only beside a number or after such a word.
_MONTH = re.compile(
    rf"\b(?!(?:may|march|mars|mai)\b)(?:{_ANY_MONTH})\b|"
    r"(?:\d\s|\b(?:in|en|of|de|since|depuis|by|until)\s)(?:may|march|mars|mai)\b|"
    r"\b(?:may|march|mars|mai)\s\d"
)
_DAY = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:er|st|nd|rd|th)? (?:of )?(?P<month>{_ANY_MONTH}),? "
    r"(?P<year>\d{4})\b|"
    rf"\b(?P<month2>{_ANY_MONTH}) (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year2>\d{{4}})\b"
)

_ISO_DATE = re.compile(r"\b\d{4}-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>\d{2}))?\b")

_COUNTED_WORDS = 5
_COUNTED_CHARS = 150
_COMPARED_WORDS = 3
_LAST_ITEM = re.compile(r"[^,;]\s(?:et|and)\s")
_SHORTEST_LIST = 3
# What may open an item of a list; other common words open a clause: ", which meets every month,".
_OPEN_ITEMS = "a an and d de des du et l la le les of the to un une"
_OPENING_ITEMS = frozenset(_OPEN_ITEMS.split())

_NAME = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ENDS = re.compile(r"[.!?:]\s")
_ELISION = re.compile(r"^(?:l|d|qu|n|s|j|c|m|t|jusqu|lorsqu)[’']", re.IGNORECASE)
_OFTEN_OPEN = """
    according actuellement additionally ainsi although aujourd'hui cependant certains currently
    egalement enfin furthermore however moreover nul outre plusieurs several since today toutefois
    yes oui non selon
"""
_OPENING_WORDS = STOPWORDS | frozenset(_OFTEN_OPEN.split())


# Bounded, as visitors' words pass through for as long as a server runs.
@lru_cache(maxsize=1024)
def numbers(text: str, language: Language) -> frozenset[str]:
    """Return the numbers of `text` as canonical decimal strings, symbols (A/RES/73/195) whole.

    Small number words that are also articles ("un", "one") are not counted.
    """
    symbols = {fold(found.group()).rstrip(".,)") for found in _SYMBOL.finditer(text)}
    digits = _numerals(_scaled_up(_digits(text, language), language))
    words = _numerals(words_to_digits(text, language)) - {"1"}
    return frozenset(symbols | digits | words)


def figures_in_order(text: str, language: Language) -> tuple[str, ...]:
    """Return the numbers of `text` in the order in which they stand, days of dates and years apart.

    "152 voix contre 5" gives 152, 5.
    """
    plain = _DAY.sub(" ", fold(words_to_digits(text, language)))
    found = (_canonical(float(figure)) for figure in _NUMBER.findall(_ORDINAL.sub("", plain)))
    return tuple(number for number in found if not is_year(number))


def months(text: str) -> frozenset[int]:
    """Return the months named in `text`, 1 to 12, in either language."""
    found = (word for match in _MONTH.finditer(fold(text)) for word in match.group().split())
    in_figures = (int(match["month"]) for match in _ISO_DATE.finditer(text))
    return frozenset((*(_MONTH_OF[word] for word in found if word in _MONTH_OF), *in_figures))


def days(text: str) -> frozenset[str]:
    """Return the whole dates of `text`, ISO 8601, in either language."""
    found = {match.group() for match in _ISO_DATE.finditer(text) if match["day"]}
    for match in _DAY.finditer(fold(text).replace("\u00a0", " ").replace("\u202f", " ")):
        parts = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
        month = _MONTH_OF[parts["month"]]
        found.add(f"{parts['year']}-{month:02}-{int(parts['day']):02}")
    return frozenset(found)


def names(text: str) -> tuple[str, ...]:
    """Return the words of `text` that are written as names, as they are written, in order.

    A name starts with a capital. A word that opens a sentence counts unless it is one that often
    does.
    """
    text = _SYMBOL.sub(" ", text)
    found = []
    before = 0
    for match in _NAME.finditer(text):
        opening = before == 0 or bool(_ENDS.search(text[before : match.start()]))
        before = match.end()
        word = _ELISION.sub("", match.group())
        plain = fold(word).replace("’", "'")
        capital = word[:1].isupper() and plain not in (_OPENING_WORDS if opening else STOPWORDS)
        if (capital or is_abbreviation(word)) and plain not in _MONTH_OF:
            found.append(word)
    return tuple(dict.fromkeys(found))


def list_sizes(text: str) -> frozenset[str]:
    """Return how many things `text` lists, as canonical numbers, by each way to read its marks.

    A sentence that names eight members need not say that they are eight.
    """
    bullets = len(BULLET.findall(text))
    # A mark at the end sets nothing apart: what follows on it is in the next passage.
    inner = text.rstrip(" \n\N{NO-BREAK SPACE};,.")
    semicolons = inner.count(";") + 1
    sizes = (bullets, semicolons, _items_between_commas(inner))
    return frozenset(str(size) for size in sizes if size >= _SHORTEST_LIST)


def _items_between_commas(text: str) -> int:
    """Return how many things stand between commas and before the last "and", 0 if clauses do."""
    behind_commas = text.split(",")[1:]
    if not all(map(_may_be_item, behind_commas)):
        return 0
    return 1 + len(behind_commas) + bool(_LAST_ITEM.search(text))


def _may_be_item(text: str) -> bool:
    opening = _NAME.search(text)
    word = fold(_ELISION.sub("", opening.group())) if opening else ""
    return word in _OPENING_ITEMS or word not in STOPWORDS


def counted(text: str, language: Language) -> dict[str, tuple[str, ...]]:
    """Return for each number of `text`, years apart, the terms of the few words that follow it.

    "38 entités du système" gives the terms of "entités" and "système" under "38".
    """
    digits = words_to_digits(text, language)
    found: dict[str, tuple[str, ...]] = {}
    for match in _NUMBER.finditer(digits):
        number = _canonical(float(match.group()))
        if not is_year(number):
            rest = digits[match.end() : match.end() + _COUNTED_CHARS]
            following = " ".join(rest.split()[:_COUNTED_WORDS])
            clause = re.split(r"[.;:,]", following)[0]
            # "5 against" counts votes.
            terms = dict.fromkeys(() if _VOTED.match(clause) else passage_terms(clause, language))
            found.setdefault(number, tuple(terms)[:_COMPARED_WORDS])
    return found


def words_to_digits(text: str, language: Language) -> str:
    """Return `text` with its numbers as plain digits, those in words too, and symbols left out.

    Percentages and money are in words: "3 million dollar" for $3 million.
    """
    from text_to_num import alpha2digit  # noqa: PLC0415 - compiled code, loaded on first use

    plain = _PERCENT.sub(" percent", _scaled_up(_digits(text, language), language))
    named = _CURRENCY_NAMES.sub(r"\1", _MONEY.sub(_money, plain))
    return str(alpha2digit(named, language))


def _money(match: re.Match[str]) -> str:
    figure = f"{match.group(2).strip()} " if match.group(2) else " "
    return figure + _CURRENCIES[match.group(1)]


def _digits(text: str, language: Language) -> str:
    text = _SPACED_NUMBER.sub(
        lambda number: _SPACES.sub("", number.group()), _SYMBOL.sub(" ", text)
    )
    text = _COMMAS_IN_NUMBER.sub("", text)
    if language == "fr":
        text = _FRENCH_POINTS_IN_NUMBER.sub("", text)
    return _DECIMAL_COMMA.sub(".", text)


def _numerals(text: str) -> set[str]:
    folded = _ORDINAL.sub("", fold(text))
    return {_canonical(float(figure)) for figure in _NUMBER.findall(folded)}


def _scaled_up(text: str, language: Language) -> str:
    """Return `text` with "11 millions" and the like as one number, by the words of `language`."""
    scales = _SCALES[language]

    def scaled(match: re.Match[str]) -> str:
        scale = scales.get(match.group(2).casefold())
        return match.group() if scale is None else _canonical(float(match.group(1)) * scale)

    return _SCALED.sub(scaled, text)


def _canonical(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def is_year(number: str) -> bool:
    """Return whether a canonical number is a calendar year of our time."""
    return len(number) == 4 and number.isdigit() and 1900 <= int(number) <= 2100  # noqa: PLR2004
