"""PDF pages to blocks: running heads dropped, wrapped lines and hyphenated words joined."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text
from migbot.documents.pdf_extract import extract
from migbot.documents.pdf_layout import Part, Table, lay_out_pages
from migbot.documents.plain import blocks_of_lines, unwrap
from migbot.errors import DocumentError

# A hyphen may be soft, which clean text has none of, or the character that is nothing else.
_HYPHENATED = re.compile(r"(?<=[^\W\d_]{2})[-\xad\u2010]\n(?=[a-zà-ÿœ]{2})")
_HYPHEN_AT_END = re.compile(r"[^\W\d_]{2}[-\u2010]$")
_SENTENCE_END = re.compile(r"[.!?…:][\s»”\"')\]]*$")
_PROGRAM_NAME = re.compile(
    r"\.(?:docx?|odt|pdf|indd|rtf|wpd)\b|^Microsoft|^untitled|^N\d{7}", re.IGNORECASE
)


def parse_pdf(data: bytes) -> Parsed:
    """Return the blocks of a PDF, each with its page.

    The title and the date come from the file's metadata where they make sense: a title that is
    not a program's file name, a day of a year that the first page names too. Text too small for any
    eye is left out; text of one point, white text and text drawn without ink are kept; all are
    warned of.

    Raises:
        DocumentError: the file is encrypted or without text.
        Exception: of any kind, where it is no whole PDF.
    """
    found = extract(data)
    pages = lay_out_pages(found.pages)
    blocks = _blocks(pages)
    if not blocks:
        raise DocumentError("no text in the PDF, only images perhaps; needs OCR")
    return Parsed(
        blocks=blocks,
        title=_title(found.title) or _first_heading(blocks),
        date=_date(found.created, " ".join(block.text for block in blocks if block.page == 1)),
        warnings=found.warnings,
    )


def _blocks(pages: Sequence[Sequence[Part]]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for number, parts in enumerate(pages, start=1):
        on_page = [replace(block, page=number) for block in _blocks_of_page(parts)]
        if blocks and on_page and _goes_on(blocks[-1], on_page[0]):
            blocks[-1], on_page[0] = _turned(blocks[-1], on_page[0])
        blocks += on_page
    return tuple(blocks)


def _turned(last: Block, first: Block) -> tuple[Block, Block]:
    """Return the two halves of a paragraph that runs over the page, a parted word in the first."""
    first = replace(first, kind="body", continues=True)
    if not _HYPHEN_AT_END.search(last.text) or " " not in first.text:
        return last, first
    rest_of_word, text = first.text.split(" ", 1)
    return replace(last, text=last.text[:-1] + rest_of_word), replace(first, text=text)


def _blocks_of_page(parts: Sequence[Part]) -> Iterator[Block]:
    for is_table, group in groupby(parts, key=lambda part: isinstance(part, Table)):
        if is_table:
            rows = (row for part in group if isinstance(part, Table) for row in part.rows)
            yield Block(text=clean_text("\n".join(rows)))
        else:
            text = "\n".join(part for part in group if isinstance(part, str))
            lines = clean_text(_HYPHENATED.sub("", text)).split("\n")
            yield from blocks_of_lines(unwrap(lines))


def _goes_on(last: Block, first: Block) -> bool:
    body = last.kind == "body" and not _SENTENCE_END.search(last.text)
    return body and first.text[0].islower()


def _title(stated: str | None) -> str | None:
    title = " ".join(clean_text(stated or "").split())
    return None if len(title.split()) <= 1 or _PROGRAM_NAME.search(title) else title


def _first_heading(blocks: Sequence[Block]) -> str | None:
    return next((block.text for block in blocks if block.kind == "heading"), None)


def _date(created: str | None, first_page: str) -> str | None:
    # The day of creation is often that of a conversion long after the document was published.
    return created if created and created[:4] in first_page else None
