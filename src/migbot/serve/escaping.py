"""From anybody's words to HTML that shows them and means nothing else."""

import re
from html import escape
from urllib.parse import urlsplit

# Controls other than newline and tab, and the overrides that make text read in another order.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Return `text` as HTML that shows exactly these characters and can mean nothing else."""
    return escape(_UNSHOWABLE.sub("\ufffd", text), quote=True)


def told(text: str) -> str:
    """Return a line of text on its own."""
    return f'<p class="mb-told">{plain(text)}</p>'


def safe_address(address: str | None) -> str | None:
    """Return `address` if it is an absolute http(s) one without credentials, else None."""
    if not address or re.search(r"[\s\x00-\x1f\x7f\\]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return address
