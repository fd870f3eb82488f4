"""Word documents: headings, paragraphs, lists and tables in order, as a reader sees them.

Tracked changes are taken as accepted. Footnotes and endnotes follow the paragraph, list or table
that refers to them. Headers, footers and text boxes are left out and told of, comments left out.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from migbot.documents.blocks import Block, Parsed
from migbot.documents.clean import clean_text
from migbot.documents.docx_lists import Lists
from migbot.documents.docx_notes import Notes, beside_the_body
from migbot.documents.docx_styles import (
    Styles,
    W,
    heading_level,
    is_tiny,
    is_unseen,
    is_white_on_paper,
)
from migbot.documents.hidden import Hidden
from migbot.documents.language import named_language
from migbot.errors import DocumentError

_MOST_PARTS = 5_000
_ENCRYPTED = 1  # a bit of a part's flags
_MOST_UNPACKED_BYTES = 100_000_000
# The format allows no document type, and a parser that meets one may unfold it without end.
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NOT_READ = frozenset(
    f"{W}{name}" for name in ("del", "moveFrom", "instrText", "pPr", "rPr", "txbxContent", "pict")
)
_BREAKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_MOST_HEADING_CHARS = 200


def parse_docx(data: bytes) -> Parsed:
    """Return the blocks of a Word document; title, date and language are its own properties.

    A list item has `- `, its number or its letter in front, the cells of a table row are set apart
    by ` | `. Text marked as hidden is left out; text of one point and white text are kept; all are
    warned of.

    Raises:
        DocumentError: the file is encrypted, without text, or made to exhaust its reader.
        Exception: of any kind, where it is no Word document.
    """
    import docx  # noqa: PLC0415 - the one place that needs it

    _refuse_bombs(data)
    document: Any = docx.Document(io.BytesIO(data))
    reader = _Reader(document)
    blocks = tuple(reader.blocks())
    properties = document.core_properties
    if not any(clean_text(block.text) for block in blocks):
        raise DocumentError("no text in the document, only images perhaps; needs OCR")
    return Parsed(
        blocks=blocks,
        title=properties.title or _first_heading(blocks),
        language=properties.language or reader.language,
        date=_date((properties.modified, properties.created), blocks),
        warnings=(*beside_the_body(document, docx.oxml.parse_xml), *reader.hidden.warnings()),
    )


def _refuse_bombs(data: bytes) -> None:
    """Refuse a file by its table of contents and its declarations, before anything is built."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        # A part that unpacks to more than it states here is cut there, and its checksum is wrong.
        size = sum(part.file_size for part in parts)
        if len(parts) > _MOST_PARTS or size > _MOST_UNPACKED_BYTES:
            raise DocumentError(
                f"unpacks to more than {_MOST_UNPACKED_BYTES} bytes or {_MOST_PARTS} parts: "
                "split it, or save it as text"
            )
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise DocumentError("encrypted: save a copy without password")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                _refuse_document_type(archive.read(part))


def _refuse_document_type(part: bytes) -> None:
    # Two-byte encodings put a zero beside each of these letters.
    if _DOCUMENT_TYPE.search(part.replace(b"\0", b"")):
        raise DocumentError("unreadable DOCX: its XML defines entities, as no Word document does")


class _Reader:
    """Walks a document's body once; `hidden` and `language` are what it met besides blocks."""

    def __init__(self, document: Any) -> None:
        from docx.oxml import parse_xml  # noqa: PLC0415 - as above
        from docx.table import Table  # noqa: PLC0415 - as above
        from docx.text.paragraph import Paragraph  # noqa: PLC0415 - as above

        self._paragraph, self._table = Paragraph, Table
        self._document = document
        self._styles = Styles()
        self._lists = Lists(document)
        self._notes = Notes(document, parse_xml)
        self.hidden = Hidden()
        # What Word itself is set to, which tells of two languages only which one is likelier.
        languages = document.styles.element.xpath(".//w:rPrDefault//w:lang/@w:val")
        self.language = next((one for one in languages if named_language(one)), None)

    def blocks(self) -> Iterator[Block]:
        items: list[str] = []
        notes: list[Block] = []
        for element in _content(self._document.element.body):
            paragraph = None if element.tag == f"{W}tbl" else self._of(element)
            mark = None if paragraph is None else self._lists.mark(paragraph)
            if mark is None and items:
                yield from (Block(text="\n".join(items)), *notes)
                items, notes = [], []
            notes += self._noted(element)
            if mark is not None:
                if words := " ".join(self._words(paragraph).split()):
                    items.append(f"{mark} {words}")
                continue
            yield (
                Block(text="\n".join(self._rows(element)))
                if paragraph is None
                else (self._block(paragraph))
            )
            yield from notes
            notes = []
        if items:
            yield from (Block(text="\n".join(items)), *notes)

    def _noted(self, element: Any) -> list[Block]:
        return [Block(text=self._words(self._of(item))) for item in self._notes.take(element)]

    def _of(self, element: Any) -> Any:
        return self._paragraph(element, self._document)

    def _block(self, paragraph: Any) -> Block:
        text, level = self._words(paragraph), heading_level(paragraph)
        if level is None or len(text) > _MOST_HEADING_CHARS:
            return Block(text=text)
        return Block(text=text, kind="heading", level=level)

    def _rows(self, element: Any) -> Iterator[str]:
        for row in self._table(element, self._document).rows:
            # A cell that spans several columns is given once for each.
            cells = dict.fromkeys(cell._tc for cell in row.cells)  # noqa: SLF001 - nothing else is unique
            yield " | ".join(" ".join(self._cell(cell).split()) for cell in cells)

    def _cell(self, cell: Any) -> str:
        """Return the words of a cell, those of tables within it included."""
        paragraphs = cell.iter(f"{W}p")
        return "\n".join(self._words(self._of(item), (cell.tcPr,)) for item in paragraphs)

    def _words(self, paragraph: Any, around: tuple[Any, ...] = ()) -> str:
        looks = (*self._styles.looks(paragraph), *around)
        return "".join(self._pieces(paragraph.paragraph_format.element, looks))

    def _pieces(self, element: Any, looks: tuple[Any, ...]) -> Iterator[str]:
        for child in element:
            if child.tag == f"{W}r":
                yield self._run(child, looks)
            elif child.tag not in _NOT_READ:
                yield from self._pieces(child, looks)

    def _run(self, run: Any, looks: tuple[Any, ...]) -> str:
        text = "".join(
            part.text or "" if part.tag == f"{W}t" else _BREAKS.get(part.tag, "") for part in run
        )
        looks = (run.rPr, *looks)
        if is_unseen(looks):
            return self.hidden.leave_out(text)
        if is_tiny(looks):
            return self.hidden.keep_tiny(text)
        return self.hidden.keep_white(text) if is_white_on_paper(looks) else text


def _content(body: Any) -> Iterator[Any]:
    """Yield paragraphs and tables in order, those in content controls too, no table of contents."""
    for element in body:
        if element.tag == f"{W}sdt":
            for content in element.iterchildren(f"{W}sdtContent"):
                yield from _content(content)
        elif element.tag == f"{W}tbl" or _is_text(element):
            yield element


def _is_text(element: Any) -> bool:
    return element.tag == f"{W}p" and not (element.style or "").upper().startswith("TOC")


def _first_heading(blocks: tuple[Block, ...]) -> str | None:
    return next((block.text for block in blocks if block.kind == "heading"), None)


def _date(days: tuple[Any, ...], blocks: tuple[Block, ...]) -> str | None:
    """Return the day of the last change, or of creation, whose year the text names."""
    text = " ".join(block.text for block in blocks)
    for day in days:
        if isinstance(day, datetime) and day.date() <= date.today() and str(day.year) in text:  # noqa: DTZ011
            return day.date().isoformat()
    return None
