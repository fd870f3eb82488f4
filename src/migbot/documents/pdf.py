"""PDF pages to blocks: running heads dropped, wrapped lines and parted words joined."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text
from migbot.documents.pdf_extract import extract
from migbot.documents.pdf_hyphens import Hyphens
from migbot.documents.pdf_layout import Part, Table, lay_out_pages
from migbot.documents.plain import blocks_of_lines, unwrap
from migbot.errors import DocumentError

_SENTENCE_END = re.compile(r"[.!?…:][\s»”\"')\]]*$")
_MOST_STRETCHES = 10
_PROGRAM_NAME = re.compile(
    r"\.(?:docx?|odt|pdf|indd|rtf|wpd)\b|^Microsoft|^untitled|^N\d{7}", re.IGNORECASE
)


def parse_pdf(data: bytes) -> Parsed:
    """Return the blocks of a PDF, each with its page.

    The title and the date come from the file's metadata where they make sense: a title that is
    not a program's file name, a day of a year that the first page names too. Text too small for any
    eye is left out; text of one point, white text, text drawn without ink and text beyond the edge
    of its page are kept; all are warned of, and so are pages without text.

    Raises:
        DocumentError: the file is encrypted, without text, or lacks pages that it says it has.
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
        language=found.language,
        date=_date(found.created, " ".join(block.text for block in blocks if block.page == 1)),
        warnings=(*_without_text(len(pages), blocks), *found.warnings),
    )


def _without_text(pages: int, blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return a warning that names the pages that no block is of, as those of a scan are."""
    empty = sorted(set(range(1, pages + 1)) - {block.page for block in blocks})
    # Numbers that follow each other are as far from their positions as the one before.
    runs = [list(run) for _, run in groupby(enumerate(empty), key=lambda pair: pair[1] - pair[0])]
    stretches = [
        f"{run[0][1]}–{run[-1][1]}" if len(run) > 1 else f"{run[0][1]}"
        for run in runs[:_MOST_STRETCHES]
    ]
    if len(runs) > _MOST_STRETCHES:
        stretches.append(f"and others, {len(empty)} in all,")
    if not empty:
        return ()
    which = f"page {empty[0]} holds" if len(empty) == 1 else f"pages {', '.join(stretches)} hold"
    return (f"{which} no text; if scanned, run recognition (OCR) first",)


def _blocks(pages: Sequence[Sequence[Part]]) -> tuple[Block, ...]:
    hyphens = Hyphens.of(text for parts in pages for text in _texts(parts))
    blocks: list[Block] = []
    for number, parts in enumerate(pages, start=1):
        on_page = [replace(block, page=number) for block in _blocks_of_page(parts, hyphens)]
        if blocks and on_page and _goes_on(blocks[-1], on_page[0]):
            blocks[-1], on_page[0] = _turned(blocks[-1], on_page[0], hyphens)
        blocks += on_page
    return tuple(blocks)


def _texts(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield from part.rows if isinstance(part, Table) else (part,)


def _turned(last: Block, first: Block, hyphens: Hyphens) -> tuple[Block, Block]:
    """Return the two halves of a paragraph that runs over the page, a parted word in the first."""
    first = replace(first, kind="body", continues=True)
    rest_of_word, _, text = first.text.partition(" ")
    joined = hyphens.join_pages(last.text, rest_of_word)
    if joined is None or not text:
        return last, first
    return replace(last, text=joined), replace(first, text=text)


def _blocks_of_page(parts: Sequence[Part], hyphens: Hyphens) -> Iterator[Block]:
    for is_table, group in groupby(parts, key=lambda part: isinstance(part, Table)):
        if is_table:
            yield Block(text=clean_text("\n".join(_texts(tuple(group)))))
        else:
            text = hyphens.join_lines("\n".join(_texts(tuple(group))))
            yield from blocks_of_lines(unwrap(clean_text(text).split("\n")))


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
