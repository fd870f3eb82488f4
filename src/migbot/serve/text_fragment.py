"""Addresses that open an official document at the quoted words, or at their page."""

import re
from pathlib import PurePosixPath
from urllib.parse import quote

from migbot.serve.escaping import safe_address
from migbot.types import Passage

# A longer quote is named by its first and last words: the page may set the rest otherwise.
WHOLE_WORDS = 8
END_WORDS = 5
HTML = frozenset({".html", ".htm"})


def address_at(passage: Passage, quoted: str) -> str | None:
    """Return the address of the passage's document, opened at `quoted` or at its page.

    The passage of an HTML page gets a text fragment (URL Fragment Text Directives), that of a PDF
    its page (RFC 8118). A sheet retells its sources, so its words stand on none of their pages:
    its address, as one that points into its document already, is returned as it is. None where
    it is no web address.
    """
    address = safe_address(passage.url)
    if address is None or "#" in address:
        return address
    suffix = PurePosixPath(passage.path).suffix.lower()
    if suffix == ".pdf" and passage.page is not None:
        return f"{address}#page={passage.page}"
    if suffix in HTML and (directive := text_directive(quoted)):
        return f"{address}#:~:text={directive}"
    return address


def text_directive(quoted: str) -> str:
    """Return what a text fragment says to find `quoted`; empty where there are no words."""
    lines = [line.split() for line in quoted.splitlines() if line.strip(" \t•–-*·")]
    if not lines:
        return ""
    words = [word for line in lines for word in line]
    if len(lines) == 1 and len(words) <= WHOLE_WORDS:
        return _encoded(words)
    # Each end lies within one line: a fragment's end cannot reach over a paragraph's.
    return f"{_encoded(lines[0][:END_WORDS])},{_encoded(lines[-1][-END_WORDS:])}"


def _encoded(words: list[str]) -> str:
    # Dash, comma and ampersand part a directive's pieces; `quote` leaves the dash as it is.
    text = re.sub(r"^[•–*·-]\s+", "", " ".join(words))
    return quote(text, safe="").replace("-", "%2D")
