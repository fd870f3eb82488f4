"""The lines that are drawn on the pages of a PDF, each with its place, as pypdf finds them."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import hypot
from typing import Any

from migbot.documents.hidden import LEAST_POINTS, TINY_POINTS, Hidden, is_white
from migbot.errors import DocumentError

_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_NO_INK = 3
_SETS_COLOUR = frozenset({b"g", b"rg", b"k"})  # grey; red, green and blue; the four inks
_SETS_ANY_COLOUR = frozenset({b"sc", b"scn"})
_INKS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Text drawn at one go, and where it begins, in points from the page's left edge."""

    text: str
    x: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Pieces drawn one after the other at one height.

    `y` is that height, in points from the page's foot; None where the places, `x` too, are not
    known. `size` is the font's, in points.
    """

    pieces: tuple[Piece, ...]
    y: float | None
    size: float

    @property
    def text(self) -> str:
        """The words of all pieces."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def x(self) -> float:
        """Where the line begins."""
        return self.pieces[0].x


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """The lines of each page in the order in which they are drawn, and what the file says.

    `created` is an ISO 8601 day.
    """

    pages: tuple[tuple[Line, ...], ...]
    title: str | None
    created: str | None
    warnings: tuple[str, ...]


def extract(data: bytes) -> Extracted:
    """Return what stands on the pages of a PDF.

    Raises:
        DocumentError: it does not open without a password.
        Exception: of any kind, where it is no whole PDF.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - the one place that needs it
    from pypdf.errors import FileNotDecryptedError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files carry an owner's password alone and open with an empty one.
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("encrypted: save a copy without password")
        hidden = Hidden()
        pages = tuple(_lines(page, hidden) for page in reader.pages)
    except (FileNotDecryptedError, NotImplementedError) as error:
        raise DocumentError("encrypted: save a copy without password") from error
    title = reader.metadata.title if reader.metadata else None
    return Extracted(
        pages=pages,
        title=title if isinstance(title, str) else None,
        created=_created(reader),
        warnings=hidden.warnings(),
    )


def _lines(page: Any, hidden: Hidden) -> tuple[Line, ...]:
    drawing = _Drawing(hidden)
    page.extract_text(
        visitor_operand_before=drawing.before,
        visitor_operand_after=drawing.after,
        visitor_text=drawing.text,
    )
    return drawing.finish()


@dataclass(slots=True)
class _Drawing:
    """Collects what a page draws; the library tells it of each operation and each stretch."""

    hidden: Hidden
    lines: list[Line] = field(default_factory=list)
    line: Line | None = None
    is_white: bool = False
    is_inkless: bool = False
    saved: list[tuple[bool, bool]] = field(default_factory=list)
    shown_white: bool = False
    shown_inkless: bool = False
    forms: int = 0

    def before(self, operator: bytes, operands: Sequence[Any], _cm: Any, _tm: Any) -> None:
        if operator in _SHOWS:
            self.shown_white |= self.is_white
            self.shown_inkless |= self.is_inkless
        elif operator == b"q":
            self.saved.append((self.is_white, self.is_inkless))
        elif operator == b"Q" and self.saved:
            self.is_white, self.is_inkless = self.saved.pop()
        elif operator == b"Tr":
            self.is_inkless = list(operands) == [_NO_INK]
        elif operator in _SETS_COLOUR:
            self.is_white = _makes_white(operands)
        elif operator in _SETS_ANY_COLOUR:
            # A single number may be of any ink.
            self.is_white = len(operands) > 1 and _makes_white(operands)
        elif operator == b"Do":
            self.forms += 1

    def after(self, operator: bytes, _operands: Any, _cm: Any, _tm: Any) -> None:
        if operator == b"Do":
            self.forms -= 1

    def text(self, text: str, cm: Sequence[float], tm: Sequence[float], _f: Any, size: Any) -> None:
        drawn = float(size) * hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        # What a form draws is told in coordinates of its own.
        y = None if self.forms else tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        for number, words in enumerate(text.split("\n")):
            if number:
                self._end_line()
            self._add(words, x, y, drawn)
        if text.strip():
            self.shown_white = self.shown_inkless = False

    def finish(self) -> tuple[Line, ...]:
        self._end_line()
        return tuple(self.lines)

    def _add(self, text: str, x: float, y: float | None, size: float) -> None:
        if text.strip() and size < LEAST_POINTS:
            text = self.hidden.leave_out(text)
        elif size <= TINY_POINTS:
            self.hidden.keep_tiny(text)
        elif self.shown_white:
            self.hidden.keep_white(text)
        elif self.shown_inkless:
            self.hidden.keep_unprinted(text)
        if not text.strip():
            # A space alone parts two words, and says nothing of where a line begins.
            x = self.line.pieces[-1].x if self.line else x
        piece = Piece(text=text, x=x)
        if self.line is not None:
            self.line = replace(self.line, pieces=(*self.line.pieces, piece))
        elif text.strip():
            self.line = Line(pieces=(piece,), y=y, size=size)

    def _end_line(self) -> None:
        if self.line is not None:
            self.lines.append(self.line)
        self.line = None


def _makes_white(operands: Sequence[Any]) -> bool:
    try:
        shares = [float(operand) for operand in operands]
    except (TypeError, ValueError):  # the name of a pattern
        return False
    return is_white(1 - share for share in shares) if len(shares) == _INKS else is_white(shares)


def _created(reader: Any) -> str | None:
    moment = None
    with contextlib.suppress(Exception):
        moment = reader.metadata.creation_date if reader.metadata else None
    return moment.date().isoformat() if isinstance(moment, datetime) else None
