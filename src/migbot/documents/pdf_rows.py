"""Lines of a PDF that stand beside each other, and those of them that are a table's rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from migbot.documents.pdf_extract import Line

_SAME_ROW = 0.4  # of the font's size: how far two baselines of one row may lie apart
_WIDE_LETTER = 0.62  # of the font’s size: what a letter takes at most, over a cell
_CELL_GAP = 1.2  # times the font's size: the least between two cells
_FEWEST_ROWS = 3
_FEWEST_ROWS_IF_WIDE = 2
_WIDE_CELLS = 3
_LINE_GAP = 1.3  # times the font's size: the most between two lines of one cell
_ROW_GAP = 4.0  # times the font's size: the most between two rows of one table
_NEAR = 3.0  # points by which cells of one column may begin apart
_MARK = re.compile(r"\(?(?:[-–—•*·▪►o]|\d{1,3}|[A-Za-z]|[ivx]+)[.)]?")
_OPENS_CELL = re.compile(r"\s*[^\s,.;:!?)\]]")
_HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """The words of a cell and where it begins, in points from the page's left edge."""

    text: str
    x: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Cells that stand beside each other, from left to right, and the lines that they are from."""

    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    y: float
    size: float

    @property
    def text(self) -> str:
        """The row's cells, set apart."""
        return " | ".join(" ".join(cell.text.split()) for cell in self.cells)


def tables_of(lines: Sequence[Line]) -> tuple[tuple[Row, ...], ...]:
    """Return the tables among `lines`, from top to bottom; none where a place is not known.

    A cell that wraps over several lines is one again.
    """
    rows = _rows(lines)
    tables: list[tuple[Row, ...]] = []
    position = 0
    while position < len(rows):
        end = _end_of_table(rows, position)
        if end > position:
            tables.append(_joined(rows[position:end]))
        position = max(end, position + 1)
    return tuple(tables)


def _rows(lines: Sequence[Line]) -> list[Row]:
    if any(line.y is None for line in lines):
        return []
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -(line.y or 0.0)):
        top = rows[-1][0] if rows else None
        if top is not None and (top.y or 0.0) - (line.y or 0.0) <= _SAME_ROW * top.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(row) for row in rows]


def _row(lines: Sequence[Line]) -> Row:
    cells = sorted((cell for line in lines for cell in _cells(line)), key=lambda cell: cell.x)
    # A list's mark is often drawn by itself, and belongs to the words beside it.
    if len(cells) > 1 and _is_mark(cells[0].text):
        cells[:2] = [Cell(text=f"{cells[0].text} {cells[1].text}", x=cells[0].x)]
    return Row(
        cells=tuple(cells),
        lines=tuple(lines),
        y=lines[0].y or 0.0,
        size=max(line.size for line in lines),
    )


def _cells(line: Line) -> list[Cell]:
    """Return a line cut where there is room between two pieces for sure."""
    cells: list[Cell] = []
    end = float("inf")
    for piece in line.pieces:
        if _OPENS_CELL.match(piece.text) and piece.x - end > _CELL_GAP * line.size:
            cells.append(Cell(text=piece.text, x=piece.x))
        elif cells:
            cells[-1] = replace(cells[-1], text=cells[-1].text + piece.text)
        else:
            cells.append(Cell(text=piece.text, x=piece.x))
        if piece.text.strip():
            end = piece.x + _WIDE_LETTER * line.size * len(piece.text)
    return cells


def _is_mark(text: str) -> bool:
    return bool(_MARK.fullmatch(text.strip())) or not _HAS_WORD.search(text)


def _end_of_table(rows: Sequence[Row], start: int) -> int:
    """Return the position after the table that begins with the row at `start`; `start` for none."""
    end = start
    while end < len(rows) and _belongs(rows, start, end):
        end += 1
    whole = [row for row in rows[start:end] if len(row.cells) > 1]
    widest = max((len(row.cells) for row in whole), default=0)
    fewest = _FEWEST_ROWS_IF_WIDE if widest >= _WIDE_CELLS else _FEWEST_ROWS
    return end if len(whole) >= fewest else start


def _belongs(rows: Sequence[Row], start: int, position: int) -> bool:
    row = rows[position]
    if position > start and rows[position - 1].y - row.y > _ROW_GAP * row.size:
        return False
    if len(row.cells) > 1:
        return True
    if position == start:
        return False
    # A single cell goes on with one of the table's, and not with a paragraph after it.
    first, *others = rows[start].cells
    if any(abs(row.cells[0].x - cell.x) <= _NEAR for cell in others):
        return True
    return (
        abs(row.cells[0].x - first.x) <= _NEAR
        and position + 1 < len(rows)
        and len(rows[position + 1].cells) > 1
        and row.y - rows[position + 1].y <= _ROW_GAP * row.size
    )


def _joined(rows: Sequence[Row]) -> tuple[Row, ...]:
    columns = max(len(row.cells) for row in rows)
    whole = [row for row in rows if len(row.cells) == columns]
    gaps = [row.y - following.y for row, following in pairwise(whole)]
    is_spaced = bool(gaps) and median(gaps) > _LINE_GAP * rows[0].size
    joined = [rows[0]]
    for before, row in pairwise(rows):
        is_close = is_spaced and before.y - row.y <= _LINE_GAP * row.size
        lacks_first = row.cells[0].x > rows[0].cells[0].x + _NEAR
        if len(row.cells) < columns and (is_close or lacks_first):
            joined[-1] = _continued(joined[-1], row)
        else:
            joined.append(row)
    return tuple(joined)


def _continued(row: Row, following: Row) -> Row:
    cells = list(row.cells)
    for cell in following.cells:
        nearest = min(range(len(cells)), key=lambda at: abs(cells[at].x - cell.x))
        cells[nearest] = replace(cells[nearest], text=f"{cells[nearest].text} {cell.text}")
    return replace(row, cells=tuple(cells), lines=(*row.lines, *following.lines))
