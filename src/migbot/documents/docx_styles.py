"""What the styles of a Word document make of a paragraph and of a stretch of it."""

import re
from collections.abc import Iterator
from math import inf
from typing import Any

from migbot.documents.hidden import LEAST_POINTS, TINY_POINTS, is_white

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{6}")
_OFF = frozenset({"0", "false", "off"})
_PAPER = frozenset({"auto", "ffffff"})


def heading_level(paragraph: Any) -> int | None:
    """Return the depth of a heading from 1; None for other paragraphs."""
    for style in chain(paragraph.style):
        if style.name == "Title":
            return 1
        if found := _HEADING.match(style.name or ""):
            return int(found[1])
    return None


class Styles:
    """Looks up the properties that the style of a paragraph gives to its text."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, ...]] = {}

    def looks(self, paragraph: Any) -> tuple[Any, ...]:
        """Return elements with properties, the nearest first; None stands for one without any."""
        style = paragraph.style
        if style.style_id not in self._known:
            self._known[style.style_id] = tuple(
                properties
                for found in chain(style)
                for properties in (found.element.rPr, found.element.pPr)
            )
        own = paragraph.paragraph_format.element.pPr
        return (own, *self._known[style.style_id])


def is_unseen(looks: tuple[Any, ...]) -> bool:
    """Return whether text of these looks is marked as hidden or without any size."""
    vanish = _first(looks, "vanish")
    return _points(looks) < LEAST_POINTS or (
        vanish is not None and vanish.get(f"{W}val") not in _OFF
    )


def is_tiny(looks: tuple[Any, ...]) -> bool:
    """Return whether text of these looks is of one point or less."""
    return _points(looks) <= TINY_POINTS


def is_white_on_paper(looks: tuple[Any, ...]) -> bool:
    """Return whether text of these looks is white on no shade that its file tells of."""
    color, shade = _first(looks, "color"), _first(looks, "shd")
    shaded = shade is not None and shade.get(f"{W}fill", "auto").lower() not in _PAPER
    value = "" if color is None else color.get(f"{W}val", "")
    if shaded or not _HEXADECIMAL.fullmatch(value):
        return False
    return is_white(byte / 255 for byte in bytes.fromhex(value))


def _points(looks: tuple[Any, ...]) -> float:
    size = _first(looks, "sz")
    half_points = "" if size is None else size.get(f"{W}val", "")
    return float(half_points) / 2 if half_points.isdecimal() else inf


def chain(style: Any) -> Iterator[Any]:
    """Yield a style and those it is based on; a file may well have them in a circle."""
    seen: set[str] = set()
    while style is not None and style.style_id not in seen:
        seen.add(style.style_id)
        yield style
        style = style.base_style


def _first(looks: tuple[Any, ...], name: str) -> Any:
    found = (look.find(f"{W}{name}") for look in looks if look is not None)
    return next((element for element in found if element is not None), None)
