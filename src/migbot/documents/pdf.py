"""PDF pages to blocks: running heads dropped, wrapped lines and hyphenated words joined."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text
from migbot.documents.pdf_extract import PROCESSOR_S
from migbot.documents.plain import blocks_of_lines, unwrap
from migbot.errors import DocumentError

_PATIENCE_S = 2 * PROCESSOR_S
_HYPHENATED = re.compile(r"(?<=[^\W\d_]{2})-\n(?=[a-zà-ÿœ]{2})")
_SENTENCE_END = re.compile(r"[.!?…:][\s»”\"')\]]*$")
_PROGRAM_NAME = re.compile(
    r"\.(?:docx?|odt|pdf|indd|rtf|wpd)\b|^Microsoft|^untitled|^N\d{7}", re.IGNORECASE
)
_FEWEST_PAGES_OF_RUNNING_HEADS = 3


def parse_pdf(data: bytes) -> Parsed:
    """Return the blocks of a PDF, each with its page.

    The title and the date come from the file's metadata where they make sense: a title that is
    not a program's file name, a day of a year that the first page names too.

    Raises:
        DocumentError: the file is encrypted, corrupt, without text, or takes too long to read.
    """
    found = _extract(data)
    if "refused" in found:
        raise DocumentError(str(found["refused"]))
    pages = [clean_text(_HYPHENATED.sub("", text)) for text in found["pages"]]
    if not any(pages):
        raise DocumentError("no text in the PDF, only images perhaps; needs OCR")
    blocks = _blocks(pages)
    return Parsed(
        blocks=blocks,
        title=_title(found["title"]) or _first_heading(blocks),
        date=_date(found["created"], pages[0]),
    )


def _extract(data: bytes) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "migbot.documents.pdf_extract"]
    try:
        done = subprocess.run(  # noqa: S603 - this very interpreter, a fixed module
            command, input=data, capture_output=True, timeout=_PATIENCE_S, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"the PDF took more than {_PATIENCE_S} s to read: split it") from error
    except subprocess.CalledProcessError as error:
        raise DocumentError(
            "unreadable PDF: reading it failed or took too much time or memory; save it anew"
        ) from error
    return dict(json.loads(done.stdout))


def _blocks(pages: Sequence[str]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for number, lines in enumerate(_without_running_heads(pages), start=1):
        on_page = [replace(block, page=number) for block in blocks_of_lines(unwrap(lines))]
        if blocks and on_page and _goes_on(blocks[-1], on_page[0]):
            on_page[0] = replace(on_page[0], kind="body", continues=True)
        blocks += on_page
    return tuple(blocks)


def _goes_on(last: Block, first: Block) -> bool:
    body = last.kind == "body" and not _SENTENCE_END.search(last.text)
    return body and first.text[0].islower()


def _without_running_heads(pages: Sequence[str]) -> list[list[str]]:
    """Return each page's lines without first and last lines that most pages repeat."""
    lines = [page.split("\n") for page in pages]
    edges = Counter(edge for page in lines for edge in {_shape(page[0]), _shape(page[-1])} if edge)
    most = max(_FEWEST_PAGES_OF_RUNNING_HEADS, len(pages) // 2 + 1)
    running = {edge for edge, count in edges.items() if count >= most}
    return [_strip_edges(page, running) for page in lines]


def _strip_edges(page: list[str], running: set[str]) -> list[str]:
    start = 1 if _shape(page[0]) in running else 0
    end = len(page) - 1 if _shape(page[-1]) in running else len(page)
    return page[start:end]


def _shape(line: str) -> str:
    """Return a line with its numbers made alike, since page numbers differ."""
    return re.sub(r"\d+", "0", line)


def _title(stated: object) -> str | None:
    title = " ".join(clean_text(stated).split()) if isinstance(stated, str) else ""
    return None if len(title.split()) <= 1 or _PROGRAM_NAME.search(title) else title


def _first_heading(blocks: Sequence[Block]) -> str | None:
    return next((block.text for block in blocks if block.kind == "heading"), None)


def _date(created: object, first_page: str) -> str | None:
    # The day of creation is often that of a conversion long after the document was published.
    return created if isinstance(created, str) and created[:4] in first_page else None
