"""What a web page's own styles hide: left out where it is certain, told of in any case.

Only the styles within the page are looked at. Menus and dialogs are folded away on most pages, so
what is hidden there is nobody's concern.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any

from migbot.documents.hidden import LEAST_POINTS, TINY_POINTS, Hidden, is_white

_UNSEEN = re.compile(
    r"""
    (?:^|;)\s*(?:
        display\s*:\s*none
      | visibility\s*:\s*hidden
      | opacity\s*:\s*0*\.?0*\s*(?:;|!|$)
      | (?:text-indent|left|top|right)\s*:\s*-\d{3,}
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# In pixels, which are taken for points; of other units, none but zero says how large text is.
_SIZE = re.compile(
    r"(?:^|;)\s*font-size\s*:\s*(\d++(?:\.\d*+)?|\.\d++)\s*([a-z%]*+)", re.IGNORECASE
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]++)", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_LIGHTS = re.compile(r"rgb\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*\)", re.IGNORECASE)
_NAMES_OF_WHITE = frozenset({"white", "snow", "ghostwhite"})
_GROUND = re.compile(r"(?:^|;)\s*background", re.IGNORECASE)
_AT_RULES = re.compile(r"@[^{};]*+(?:;|\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\})")
_RULE = re.compile(r"([^{}]*+)\{([^{}]*+)\}")
_NAME = re.compile(r"[.#][\w-]+")
_FOLDED_AWAY = frozenset(
    {"aside", "dialog", "footer", "form", "head", "header", "nav", "script", "style", "svg"}
)


def leave_out_hidden(tree: Any, hidden: Hidden) -> None:
    """Take elements that their own style hides out of `tree`, and count in `hidden` what they said.

    What a style sheet hides may be unfolded by a click, white text may stand on a dark ground, and
    tiny text may be enlarged: these stay, and are counted.
    """
    for element in tuple(tree.iter("noscript", "template")):
        element.drop_tree()
    sheets = _named_in_sheets(tree)
    for element in tuple(_elements(tree)):
        style = element.get("style") or ""
        names = {f".{name}" for name in (element.get("class") or "").split()}
        names.add(f"#{element.get('id')}")
        if _is_hidden(element):
            hidden.leave_out(element.text_content())
            if element.getparent() is not None:
                element.drop_tree()
        elif names & sheets.unseen:
            hidden.keep_concealed(element.text_content())
        elif names & sheets.tiny or _is_tiny(style):
            hidden.keep_tiny(element.text_content())
        elif names & sheets.white or (_is_white(element) and not _on_ground(element)):
            hidden.keep_white(element.text_content())


def _elements(element: Any) -> Iterator[Any]:
    """Yield elements from the top down, none within another that is hidden or folded away."""
    pending = [element]
    while pending:
        element = pending.pop()
        if not isinstance(element.tag, str) or element.tag in _FOLDED_AWAY:
            continue
        yield element
        if not _is_hidden(element):
            pending += reversed(element)


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or _is_unseen(element.get("style") or "")


def _is_unseen(style: str) -> bool:
    return bool(_UNSEEN.search(style)) or _pixels(style) < LEAST_POINTS


def _is_tiny(style: str) -> bool:
    return _pixels(style) <= TINY_POINTS


def _pixels(style: str) -> float:
    """Return the size that `style` gives to text; infinite where it says none that is absolute."""
    found = _SIZE.search(style)
    if found is None:
        return inf
    size = float(found[1])
    return size if size == 0 or found[2].lower() in {"px", "pt"} else inf


def _is_white(element: Any) -> bool:
    stated = element.get("color") if element.tag == "font" else None
    return _makes_white(element.get("style") or f"color:{stated}")


def _makes_white(style: str) -> bool:
    found = _COLOUR.search(style)
    colour = found[1].strip() if found else ""
    if lights := _LIGHTS.fullmatch(colour):
        return is_white(int(light) / 255 for light in lights.groups())
    if _HEXADECIMAL.fullmatch(colour):
        digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])  # noqa: PLR2004 - #rgb
        return is_white(byte / 255 for byte in bytes.fromhex(digits))
    return colour.lower() in _NAMES_OF_WHITE


def _on_ground(element: Any) -> bool:
    around = (element, *element.iterancestors())
    return any(_GROUND.search(found.get("style") or "") or found.get("bgcolor") for found in around)


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The classes and ids that a page's style sheets hide, make tiny, or make white."""

    unseen: set[str]
    tiny: set[str]
    white: set[str]


def _named_in_sheets(tree: Any) -> _Sheets:
    named = _Sheets(set(), set(), set())
    for sheet in tree.iter("style"):
        # Rules for print or for narrow screens say little of what a reader sees.
        for selectors, style in _RULE.findall(_AT_RULES.sub("", sheet.text or "")):
            names = [name.strip() for name in selectors.split(",")]
            simple = [name for name in names if _NAME.fullmatch(name)]
            if _is_unseen(style):
                named.unseen.update(simple)
            elif _is_tiny(style):
                named.tiny.update(simple)
            elif _makes_white(style) and not _GROUND.search(style):
                named.white.update(simple)
    return named
