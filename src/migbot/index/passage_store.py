"""Passages and documents where they are stored: each is read from its line when it is asked for.

A million of them as Python objects take several gigabytes; their lines stay in a mapped file, and
only where each line begins is kept in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import overload

import numpy as np

from migbot.errors import IndexIntegrityError
from migbot.index.mapped import release_pages
from migbot.index.passages import document_from_line, passage_from_line
from migbot.index.types import Buffer, Positions
from migbot.types import Document, Passage

_PASSAGES_KEPT = 2000  # as objects, of about 2 kB
_SCANNED_BYTES = 1 << 24  # looked through for line ends at a time
# As `to_line` writes a key that has a value. It cannot stand within a text, where the quotation
# marks have backslashes.
_TRANSLATED = b'"translation_key": "'


class StoredPassages(Sequence[Passage]):
    """The passages of `content`, lines that `to_line` wrote, by position.

    Raises:
        IndexIntegrityError: the last line is torn; on reading, a line that is not a passage.
    """

    def __init__(self, content: Buffer) -> None:
        lines = self._lines = _Lines(content)
        # Each question looks at some fifty passages, many of them the same.
        self._at = lru_cache(_PASSAGES_KEPT)(lambda at: passage_from_line(lines[at]))

    def __len__(self) -> int:
        """Return how many passages there are."""
        return len(self._lines)

    @overload
    def __getitem__(self, at: int) -> Passage: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Passage, ...]: ...

    def __getitem__(self, at: int | slice) -> Passage | tuple[Passage, ...]:
        """Return the passage at a position, or a tuple of those of a slice."""
        if isinstance(at, slice):
            return tuple(self[one] for one in range(*at.indices(len(self))))
        return self._at(at)

    def release(self) -> None:
        """Give back the memory of what was read; reading it again works as before."""
        self._lines.release()

    def translated(self) -> Iterator[tuple[int, Passage]]:
        """Yield position and passage of those alone that have a translation key."""
        for at in self._lines.holding(_TRANSLATED):
            yield at, self[at]


class StoredDocuments(Mapping[str, Document]):
    """The documents of `content`, lines that `to_line` wrote, by id and in their order.

    Raises:
        IndexIntegrityError: the last line is torn, or a line is not a document.
    """

    def __init__(self, content: Buffer) -> None:
        self._lines = _Lines(content)
        self._places = {
            document_from_line(self._lines[at]).document_id: at for at in range(len(self._lines))
        }

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._places)

    def __getitem__(self, document_id: str) -> Document:
        """Return the document of that id."""
        return document_from_line(self._lines[self._places[document_id]])


class _Lines:
    """The lines of a mapped file, by number."""

    def __init__(self, content: Buffer) -> None:
        self._content = content
        self._starts = _line_starts(content)
        if self._starts[-1] != len(content):
            raise IndexIntegrityError("the last stored line is torn")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> bytes:
        place = range(len(self))[at]
        return self._content[int(self._starts[place]) : int(self._starts[place + 1])]

    def release(self) -> None:
        """Give back the memory of the mapped file."""
        release_pages(self._content)

    def holding(self, text: bytes) -> Iterator[int]:
        """Yield the numbers of the lines that hold `text`."""
        found = self._content.find(text)
        while found >= 0:
            line = int(np.searchsorted(self._starts, found, side="right")) - 1
            yield line
            found = self._content.find(text, int(self._starts[line + 1]))


def _line_starts(content: Buffer) -> Positions:
    """Return where each line begins and the last one ends, in bytes, shape (lines + 1,).

    Counts line feeds alone: a text may hold other line ends, and JSON leaves some unescaped.
    """
    ends = [
        np.flatnonzero(
            np.frombuffer(content[first : first + _SCANNED_BYTES], np.uint8) == ord("\n")
        )
        + (first + 1)
        for first in range(0, len(content), _SCANNED_BYTES)
    ]
    return np.concatenate([np.zeros(1, np.int64), *ends])
