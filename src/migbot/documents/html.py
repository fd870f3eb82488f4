"""The main content of a web page, without its menus, with what the page says of itself."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text
from migbot.documents.decode import decode
from migbot.documents.frontmatter import is_address
from migbot.documents.hidden import Hidden
from migbot.documents.html_hidden import leave_out_hidden
from migbot.documents.html_notices import leave_out_notices
from migbot.errors import DocumentError

_CHARSET = re.compile(
    rb"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
_CHARSET_WITHIN_BYTES = 4_096
_HTML_LANGUAGE = re.compile(
    r"<html\b[^>]*?\blang\s*=\s*[\"']?([a-z]{2,3}(?:-[a-z\d]{1,8}){0,4})\b",
    re.IGNORECASE,
)


def parse_html(data: bytes) -> Parsed:
    """Return the main content of a page as blocks: headings, paragraphs, lists and tables.

    Title, date and canonical address are those that the page's metadata states. Scripts, styles,
    comments, menus and notices about cookies are left out, and so is what the page hides; of the
    last two, warnings tell.

    Raises:
        DocumentError: the page is not text, or holds no main text.
    """
    import trafilatura  # noqa: PLC0415 - the one place that needs it

    decoded = decode(data, stated=_stated_encoding(data))
    hidden = Hidden()
    tree = trafilatura.load_html(decoded.text)
    page: Any = None
    notices = 0
    if tree is not None:
        leave_out_hidden(tree, hidden)
        notices = leave_out_notices(tree)
        page = trafilatura.bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            include_links=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    blocks = tuple(_blocks(page.body)) if page is not None else ()
    if not any(clean_text(block.text) for block in blocks):
        raise DocumentError(
            "no main text found in the page: save the article's text as .txt or .md"
        )
    return Parsed(
        blocks=blocks,
        title=page.title or None,
        language=found[1] if (found := _HTML_LANGUAGE.search(decoded.text)) else None,
        date=_date(page.date),
        url=_url(page.url),
        warnings=(*decoded.warnings, *_left_out(notices), *hidden.warnings()),
    )


def _stated_encoding(data: bytes) -> str | None:
    found = _CHARSET.search(data[:_CHARSET_WITHIN_BYTES])
    return found[1].decode("ascii", "ignore") if found else None


def _left_out(characters: int) -> tuple[str, ...]:
    return (f"notices about cookies: {characters} characters left out",) if characters else ()


def _blocks(body: Any) -> Iterator[Block]:
    for element in body:
        if element.tag == "head":
            level = int(element.get("rend", "h2")[1:] or 2)
            yield Block(text=_words(element).replace("\n", " "), kind="heading", level=level)
        elif element.tag == "list":
            yield Block(text="\n".join(_items(element)))
        elif element.tag == "table":
            yield Block(text="\n".join(_rows(element)))
        elif element.tag in {"quote", "div"} and len(element):
            yield Block(text=_own_text(element.text))
            yield from _blocks(element)
        elif isinstance(element.tag, str):
            yield Block(text=_words(element))
        yield Block(text=_own_text(element.tail))


def _own_text(text: str | None) -> str:
    return text or ""


def _items(element: Any) -> Iterator[str]:
    """Yield the items of a list, each followed by those of the lists within it."""
    numbered = element.get("rend") == "ol"
    number = 0
    for child in element.iterchildren("item", "list"):
        if child.tag == "list":
            yield from _items(child)
            continue
        number += 1
        words = _words(child, without="list").strip()
        if words:
            yield f"{number}. {words}" if numbered else f"- {words}"
        for inner in child.iterdescendants("list"):
            if next(inner.iterancestors("list")) is element:
                yield from _items(inner)


def _rows(element: Any) -> Iterator[str]:
    for row in element.iterdescendants("row"):
        cells = (" ".join(_words(cell).split()) for cell in row.iterchildren("cell"))
        yield " | ".join(cells)


def _words(element: Any, *, without: str = "") -> str:
    """Return the text of `element` and what it holds, but for elements named `without`."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == "lb":
            parts.append("\n")
        elif child.tag != without and isinstance(child.tag, str):
            parts.append(_words(child, without=without))
        parts.append(child.tail or "")
    return "".join(parts)


def _date(stated: str | None) -> str | None:
    """Return the page's own date where it is a day that has been."""
    try:
        day = date.fromisoformat(stated or "")
    except ValueError:
        return None
    return day.isoformat() if day <= date.today() else None  # noqa: DTZ011 - a day, not a moment


def _url(stated: str | None) -> str | None:
    return stated if stated and is_address(stated) else None
