"""What stands before the items of a Word document's lists: bullets, numbers and letters."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from migbot.documents.docx_styles import W, chain, heading_level

_NO_LIST = 0
_MOST_LETTERS = 4  # an item far down a list of letters is "aaaa"
_MOST_ROMAN = 3_999
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_SHAPE = re.compile(r"\(?%\d(?:\.%\d)*[.)]?")

# A list and the depth of one of its levels.
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level's items are numbered: in what, from what on, in what shape, as "(%1)"."""

    kind: str
    start: int
    shape: str


class Lists:
    """Counts the items of a document's lists."""

    def __init__(self, document: Any) -> None:
        self._levels = _levels(document)
        self._counts: Counter[Key] = Counter()

    def mark(self, paragraph: Any) -> str | None:
        """Return what stands before a list's item; None where there is none.

        That is its number, letter or Roman numeral in the list's own shape, as "(a)" or "1.2.",
        and `-` for bullets and for what counts in another way.
        """
        if heading_level(paragraph) is not None:
            return None
        properties = (
            paragraph.paragraph_format.element.pPr,
            *(style.element.pPr for style in chain(paragraph.style)),
        )
        numbers = (item.numPr for item in properties if item is not None)
        number = next((found for found in numbers if found is not None), None)
        if number is None or number.numId is None or number.numId.val == _NO_LIST:
            return None
        key = (number.numId.val, number.ilvl.val if number.ilvl is not None else 0)
        self._count(key)
        return self._shown(key) if key in self._levels else "-"

    def _count(self, key: Key) -> None:
        self._counts[key] += 1
        for list_id, level in tuple(self._counts):
            if list_id == key[0] and level > key[1]:
                del self._counts[list_id, level]

    def _shown(self, key: Key) -> str:
        shape = self._levels[key].shape
        if not _SHAPE.fullmatch(shape):
            number = self._number(key)
            return f"{number}." if number else "-"
        numbers = {
            depth: self._number((key[0], int(depth) - 1)) for depth in re.findall(r"\d", shape)
        }
        if not all(numbers.values()):
            return "-"
        return re.sub(r"%(\d)", lambda found: numbers[found[1]], shape)

    def _number(self, key: Key) -> str:
        level = self._levels.get(key)
        if level is None:
            return ""
        return _written(level.kind, level.start + max(self._counts[key], 1) - 1)


def _written(kind: str, number: int) -> str:
    """Return `number` as lists of this kind write it; empty for other kinds than these."""
    text = ""
    if kind == "decimal":
        text = str(number)
    elif kind.endswith("Letter") and number > 0:
        repeats, at = divmod(number - 1, 26)
        text = chr(ord("a") + at) * (repeats + 1) if repeats < _MOST_LETTERS else ""
    elif kind.endswith("Roman") and 0 < number <= _MOST_ROMAN:
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
    return text.upper() if kind.startswith("upper") else text


def _levels(document: Any) -> dict[Key, _Level]:
    try:
        numbering = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    abstract = {
        found.get(f"{W}abstractNumId"): {
            _depth(level): _level(level) for level in found.iter(f"{W}lvl")
        }
        for found in numbering.iter(f"{W}abstractNum")
    }
    levels: dict[Key, _Level] = {}
    for number in numbering.iter(f"{W}num"):
        list_id = int(number.get(f"{W}numId"))
        for named in number.iter(f"{W}abstractNumId"):
            own = abstract.get(named.get(f"{W}val"), {})
            levels |= {(list_id, depth): level for depth, level in own.items()}
        for override in number.iter(f"{W}lvlOverride"):
            key = (list_id, _depth(override))
            start = _value(override, "startOverride")
            if key in levels and start.isdecimal():
                levels[key] = _Level(levels[key].kind, int(start), levels[key].shape)
    return levels


def _level(level: Any) -> _Level:
    start = _value(level, "start")
    return _Level(
        kind=_value(level, "numFmt"),
        start=int(start) if start.isdecimal() else 1,
        shape=_value(level, "lvlText"),
    )


def _depth(level: Any) -> int:
    return int(level.get(f"{W}ilvl", "0"))


def _value(element: Any, name: str) -> str:
    found = element.find(f"{W}{name}")
    return "" if found is None else str(found.get(f"{W}val", ""))
