"""The lines that are drawn on the pages of a PDF, each with its place, as pypdf finds them."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import hypot, inf
from typing import Any

from migbot.documents.hidden import LEAST_POINTS, TINY_POINTS, Hidden, is_white
from migbot.errors import DocumentError

_SHOWS = frozenset({b"Tj", b"TJ", b"'", b'"'})
_NO_INK = 3
_SETS_COLOUR = frozenset({b"g", b"rg", b"k"})  # grey; red, green and blue; the four inks
_SETS_ANY_COLOUR = frozenset({b"sc", b"scn"})
_INKS = 4
_LETTER = 0.5  # of the font's size: what a letter takes, about


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

    `created` is an ISO 8601 day, `language` a tag of any language.
    """

    pages: tuple[tuple[Line, ...], ...]
    title: str | None
    language: str | None
    created: str | None
    warnings: tuple[str, ...]


def extract(data: bytes) -> Extracted:
    """Return what stands on the pages of a PDF.

    Raises:
        DocumentError: it does not open without a password, or has not the pages that it counts.
        Exception: of any kind, where it is no whole PDF.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - the one place that needs it
    from pypdf.errors import FileNotDecryptedError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files carry an owner's password alone and open with an empty one.
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentError("encrypted: save a copy without password")
        _check_count(reader)
        hidden = Hidden()
        pages = tuple(_lines(page, hidden) for page in reader.pages)
    except (FileNotDecryptedError, NotImplementedError) as error:
        raise DocumentError("encrypted: save a copy without password") from error
    title = reader.metadata.title if reader.metadata else None
    return Extracted(
        pages=pages,
        title=title if isinstance(title, str) else None,
        language=_language(reader),
        created=_created(reader),
        warnings=hidden.warnings(),
    )


def _check_count(reader: Any) -> None:
    # The library passes over pages that it does not find, and all later ones would be misnumbered.
    stated, found = reader.root_object["/Pages"].get("/Count"), len(reader.pages)
    if isinstance(stated, int) and stated != found:
        raise DocumentError(
            f"unreadable PDF: it says that it has {stated} pages, and {found} are there: save it "
            "anew"
        )


def _language(reader: Any) -> str | None:
    stated = reader.root_object.get("/Lang")
    return stated if isinstance(stated, str) else None


def _lines(page: Any, hidden: Hidden) -> tuple[Line, ...]:
    drawing = _Drawing(hidden, _box(page))
    page.extract_text(
        visitor_operand_before=drawing.before,
        visitor_operand_after=drawing.after,
        visitor_text=drawing.text,
    )
    return drawing.finish()


@dataclass(frozen=True, slots=True)
class _Box:
    """What is shown of a page, in points from where its places are counted."""

    left: float
    bottom: float
    right: float
    top: float

    def misses(self, start: tuple[float, float], end: tuple[float, float], size: float) -> bool:
        """Return whether text of this size between two places lies beyond one of the edges."""
        (x, y), (end_x, end_y) = start, end
        return (
            max(x, end_x) + size < self.left
            or min(x, end_x) - size > self.right
            or max(y, end_y) + size < self.bottom
            or min(y, end_y) - size > self.top
        )


def _box(page: Any) -> _Box:
    # Text is read without it too, so that a page that states none, or none right, has no edge.
    with contextlib.suppress(Exception):
        media, crop = page.mediabox, page.cropbox
        box = _Box(
            max(float(media.left), float(crop.left)),
            max(float(media.bottom), float(crop.bottom)),
            min(float(media.right), float(crop.right)),
            min(float(media.top), float(crop.top)),
        )
        if box.left < box.right and box.bottom < box.top:
            return box
    return _Box(-inf, -inf, inf, inf)


@dataclass(slots=True)
class _Drawing:
    """Collects what a page draws; the library tells it of each operation and each stretch."""

    hidden: Hidden
    box: _Box
    lines: list[Line] = field(default_factory=list)
    line: Line | None = None
    is_white: bool = False
    is_inkless: bool = False
    saved: list[tuple[bool, bool]] = field(default_factory=list)
    shown_white: bool = False
    shown_inkless: bool = False
    is_beyond: bool = False
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
        self.is_beyond = y is not None and self._is_beyond(text, cm, tm, (x, y), drawn)
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
        elif self.is_beyond:
            self.hidden.keep_beyond(text)
        if not text.strip():
            # A space alone parts two words, and says nothing of where a line begins.
            x = self.line.pieces[-1].x if self.line else x
        piece = Piece(text=text, x=x)
        if self.line is not None:
            self.line = replace(self.line, pieces=(*self.line.pieces, piece))
        elif text.strip():
            self.line = Line(pieces=(piece,), y=y, size=size)

    def _is_beyond(
        self,
        text: str,
        cm: Sequence[float],
        tm: Sequence[float],
        start: tuple[float, float],
        size: float,
    ) -> bool:
        across = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
        length = _LETTER * size * len(text.strip()) / (hypot(*across) or 1.0)
        end = start[0] + across[0] * length, start[1] + across[1] * length
        return self.box.misses(start, end, size)

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
