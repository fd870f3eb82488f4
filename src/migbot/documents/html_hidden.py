"""What a web page's own styles hide: left out where it is certain, told of in any case.

Only the styles within the page are looked at. Menus and dialogs are folded away on most pages, so
what is hidden there is nobody's concern.
"""

import re
from collections.abc import Iterator
from typing import Any

from migbot.documents.hidden import Hidden

_UNSEEN = re.compile(
    r"""
    (?:^|;)\s*(?:
        display\s*:\s*none
      | visibility\s*:\s*hidden
      | opacity\s*:\s*0*\.?0*\s*(?:;|!|$)
      | font-size\s*:\s*(?:0*1(?:\.0*)?\s*p[tx]|0*\.?0*\s*(?:[a-z%]+)?\s*(?:;|!|$))
      | (?:text-indent|left|top|right)\s*:\s*-\d{3,}
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_WHITE = re.compile(
    r"(?:^|;)\s*color\s*:\s*(?:white|\#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))\s*(?:;|!|$)",
    re.IGNORECASE,
)
_GROUND = re.compile(r"(?:^|;)\s*background", re.IGNORECASE)
_AT_RULES = re.compile(r"@[^{};]*+(?:;|\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\})")
_RULE = re.compile(r"([^{}]*+)\{([^{}]*+)\}")
_NAME = re.compile(r"[.#][\w-]+")
_FOLDED_AWAY = frozenset(
    {"aside", "dialog", "footer", "form", "head", "header", "nav", "script", "style", "svg"}
)


def leave_out_hidden(tree: Any, hidden: Hidden) -> None:
    """Take elements that their own style hides out of `tree`, and count in `hidden` what they said.

    What a style sheet hides may be unfolded by a click, and white text may stand on a dark ground:
    both stay, and are counted.
    """
    for element in tuple(tree.iter("noscript", "template")):
        element.drop_tree()
    unseen, white = _named_in_sheets(tree)
    for element in tuple(_elements(tree)):
        style = element.get("style") or ""
        names = {f".{name}" for name in (element.get("class") or "").split()}
        names.add(f"#{element.get('id')}")
        if element.get("hidden") is not None or _UNSEEN.search(style):
            hidden.leave_out(element.text_content())
            if element.getparent() is not None:
                element.drop_tree()
        elif names & unseen:
            hidden.keep_concealed(element.text_content())
        elif names & white or (_WHITE.search(style) and not _on_ground(element)):
            hidden.keep_white(element.text_content())


def _elements(element: Any) -> Iterator[Any]:
    """Yield elements from the top down, none within another that is hidden or folded away."""
    pending = [element]
    while pending:
        element = pending.pop()
        if not isinstance(element.tag, str) or element.tag in _FOLDED_AWAY:
            continue
        yield element
        is_unseen = element.get("hidden") is not None or _UNSEEN.search(element.get("style") or "")
        if not is_unseen:
            pending += reversed(element)


def _on_ground(element: Any) -> bool:
    around = (element, *element.iterancestors())
    return any(_GROUND.search(found.get("style") or "") or found.get("bgcolor") for found in around)


def _named_in_sheets(tree: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Return the classes and ids that the page's sheets hide, and those they make white."""
    unseen: set[str] = set()
    white: set[str] = set()
    for sheet in tree.iter("style"):
        # Rules for print or for narrow screens say little of what a reader sees.
        for selectors, style in _RULE.findall(_AT_RULES.sub("", sheet.text or "")):
            names = [name.strip() for name in selectors.split(",")]
            simple = [name for name in names if _NAME.fullmatch(name)]
            if _UNSEEN.search(style):
                unseen.update(simple)
            elif _WHITE.search(style) and not _GROUND.search(style):
                white.update(simple)
    return frozenset(unseen), frozenset(white)
