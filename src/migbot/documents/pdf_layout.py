"""The lines of a PDF's pages in the order in which they are read.

Running heads go, columns are read one after the other, the cells of a table's row stand together,
and a wide gap between two lines ends a paragraph. Where places are not known, or tell of no
columns and no table, the order is that in which the file draws its lines.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import median

from migbot.documents.pdf_columns import read_columns
from migbot.documents.pdf_extract import Line
from migbot.documents.pdf_rows import tables_of

_FEWEST_PAGES_OF_RUNNING_HEADS = 3
_SHARE_OF_RUNNING_HEADS = 0.4  # heads of left and right pages often differ
_LINES_AT_AN_EDGE = 3
_WIDE_GAP = 1.5  # times the usual distance of two lines
_SENTENCE_END = re.compile(r"[.!?…:]\W*$")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows, the cells of each set apart by ` | `."""

    rows: tuple[str, ...]


# A line of text, the empty line between two paragraphs, or a table.
Part = str | Table


def lay_out_pages(pages: Sequence[Sequence[Line]]) -> tuple[tuple[Part, ...], ...]:
    """Return the parts of each page in the order of reading."""
    return tuple(tuple(_parts(page)) for page in _without_running_heads(pages))


def _parts(page: Sequence[Line]) -> Iterator[Part]:
    before = ""
    for column in read_columns(page):
        # A sentence may go on at the head of the next column.
        if _SENTENCE_END.search(before) or not column[0].text.strip()[:1].islower():
            yield ""
        yield from _column_parts(column)
        before = column[-1].text


def _column_parts(lines: Sequence[Line]) -> Iterator[Part]:
    gap = _usual_gap(lines)
    tables = {id(line): table for table in tables_of(lines) for row in table for line in row.lines}
    told: set[int] = set()
    before: Line | None = None
    for line in lines:
        table = tables.get(id(line))
        if table is None:
            if before is not None and gap and _distance(before, line) > _WIDE_GAP * gap:
                yield ""
            yield line.text
        elif id(table) not in told:
            told.add(id(table))
            yield Table(rows=tuple(row.text for row in table))
        before = line if table is None else None


def _usual_gap(lines: Sequence[Line]) -> float:
    gaps = [_distance(line, following) for line, following in pairwise(lines)]
    return median(gap for gap in gaps if gap > 0) if any(gap > 0 for gap in gaps) else 0.0


def _distance(line: Line, following: Line) -> float:
    """Return how far below `line` the following one stands, in points; 0 where it is not known."""
    return line.y - following.y if line.y is not None and following.y is not None else 0.0


def _without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Return each page's lines without those at its edges that many pages repeat."""
    edges = [_edges(page) for page in pages]
    counts = Counter(
        shape
        for number, edge in enumerate(edges)
        for shape in {shape for line in edge for shape in _shapes(line.text, number)}
    )
    fewest = min(_FEWEST_PAGES_OF_RUNNING_HEADS, max(len(pages), 2))
    most = max(fewest, ceil(_SHARE_OF_RUNNING_HEADS * len(pages)))
    running = {shape for shape, count in counts.items() if count >= most}
    return [
        [
            line
            for line in page
            if id(line) not in {id(found) for found in edge}
            or not running.intersection(_shapes(line.text, number))
        ]
        for number, (page, edge) in enumerate(zip(pages, edges, strict=True))
    ]


def _edges(page: Sequence[Line]) -> list[Line]:
    """Return the lines at the top and the foot of a page."""
    if any(line.y is None for line in page):
        return [*page[:_LINES_AT_AN_EDGE], *page[-_LINES_AT_AN_EDGE:]]
    heights = sorted({round(line.y or 0.0) for line in page})
    least, most = heights[:_LINES_AT_AN_EDGE], heights[-_LINES_AT_AN_EDGE:]
    return [line for line in page if round(line.y or 0.0) in {*least, *most}]


def _shapes(line: str, page: int) -> set[str]:
    """Return a line as it is, and with each of its numbers told from that of the page."""
    words = " ".join(line.split())
    shapes = {words}
    for found in _NUMBER.finditer(words):
        # Longer ones are no page's number, and reading them takes time.
        if len(found[0]) <= 4:  # noqa: PLR2004 - as far as pages are counted
            offset = int(found[0]) - page
            shapes.add(f"{words[: found.start()]}<{offset}>{words[found.end() :]}")
    return shapes
