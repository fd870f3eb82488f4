"""Which lines of a PDF's page stand in columns, and those columns one after the other."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from migbot.documents.pdf_extract import Line, Piece

_FEWEST_LINES = 4
_FEWEST_CHARS = 20  # of the median line: less is a table's cell
_NARROWEST = 0.18  # of the width in which lines begin and end
_NEAR = 2.0  # points by which a line may begin before or behind its column
_NARROW_LETTER = 0.4  # of the font's size: what a letter takes at least, over a line
_WIDE_LETTER = 0.55  # likewise, at most


def read_columns(page: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of a page in stretches to be read one after the other.

    A page without columns is one stretch in the order in which it is drawn. Lines that lie across
    columns part what is above them from what is below.
    """
    starts = _starts(page)
    if not starts:
        return [list(page)] if page else []
    stretches: list[list[Line]] = []
    split = (part for line in page for part in _split(line, starts))
    drawn = sorted(split, key=lambda line: -(line.y or 0.0))
    for crosses, band in groupby(drawn, key=lambda line: _crosses(line, starts)):
        lines = list(band)
        stretches += [lines] if crosses else _by_column(lines, starts)
    return [stretch for stretch in stretches if stretch]


def _starts(page: Sequence[Line]) -> list[float]:
    """Return where the columns of a page begin, from left to right; none for a single one."""
    if not page or any(line.y is None for line in page):
        return []
    # Once a line: one that is drawn word by word from one place has many pieces there.
    counts = Counter(x for line in page for x in {round(piece.x) for piece in line.pieces})
    right = max(
        line.pieces[-1].x + _WIDE_LETTER * line.size * len(line.pieces[-1].text) for line in page
    )
    least = _NARROWEST * (right - min(counts))
    starts: list[float] = []
    for x in sorted(counts):
        many = counts[x] + counts[x + 1] >= _FEWEST_LINES
        if many and (not starts or x - starts[-1] >= least):
            starts.append(float(x))
    return starts if len(starts) > 1 and _are_columns(page, starts) else []


def _are_columns(page: Sequence[Line], starts: Sequence[float]) -> bool:
    split = [part for line in page for part in _split(line, starts)]
    columns = _by_column([line for line in split if not _crosses(line, starts)], starts)
    return all(
        len(column) >= _FEWEST_LINES and median(len(line.text) for line in column) >= _FEWEST_CHARS
        for column in columns
    )


def _split(line: Line, starts: Sequence[float]) -> list[Line]:
    """Return `line` cut before each piece that begins a later column."""
    parts: list[list[Piece]] = [[line.pieces[0]]]
    for piece in line.pieces[1:]:
        begins = any(abs(piece.x - start) <= _NEAR for start in starts)
        if begins and piece.x > parts[-1][0].x + line.size:
            parts.append([])
        parts[-1].append(piece)
    return [replace(line, pieces=tuple(part)) for part in parts]


def _by_column(lines: Sequence[Line], starts: Sequence[float]) -> list[list[Line]]:
    columns: list[list[Line]] = [[] for _ in starts]
    for line in lines:
        columns[_column(line, starts)].append(line)
    return columns


def _crosses(line: Line, starts: Sequence[float]) -> bool:
    """Return whether a line that begins in one column surely ends in the next."""
    column = _column(line, starts)
    if column + 1 >= len(starts):
        return False
    last = line.pieces[-1]
    end = last.x + _NARROW_LETTER * line.size * len(last.text.strip())
    return end > starts[column + 1] + line.size


def _column(line: Line, starts: Sequence[float]) -> int:
    return max(bisect_right(starts, line.x + _NEAR) - 1, 0)
