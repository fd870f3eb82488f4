"""Vectors of passages from the build before, from a build that was stopped, or from the embedder.

Texts are known by a short hash, so that a million of them are never in memory together.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from migbot.index.dense import VectorIndex
from migbot.index.embed import Embedder, refuse_not_unit
from migbot.index.passages import indexed_text
from migbot.index.store import Index
from migbot.index.types import Vectors
from migbot.index.vector_cache import VectorCache, text_key
from migbot.types import Passage

_BATCH_PASSAGES = 1024  # as many may a stopped build have embedded in vain
_BLOCK = 10_000  # vectors taken over at a time
_ZEROS_BYTES = 1 << 20  # written at a time where the system reserves no space


class VectorSource:
    """Where the vectors of `passages` come from.

    Args:
        passages: in the order of the vectors that are wanted.
        before: the build before, where this embedder made it.
        cache: holds what is embedded now, and what a stopped build left.
    """

    def __init__(
        self, passages: Sequence[Passage], *, before: Index | None, cache: VectorCache
    ) -> None:
        self._passages = passages
        self._before = before
        self._cache = cache
        # What is taken over is as the embedder was then.
        self.probe = None if before is None else before.manifest.probe
        self._known = _positions(before)
        self._keys: list[bytes] = []
        new: dict[bytes, int] = {}
        for position, passage in enumerate(passages):
            key = text_key(indexed_text(passage))
            self._keys.append(key)
            if key not in self._known and key not in cache:
                new.setdefault(key, position)
        self.new = tuple(new.values())

    def texts(self) -> list[str]:
        """Return the texts that are in neither place, each once."""
        return [indexed_text(self._passages[at]) for at in self.new]

    def embed_new(self, embedder: Embedder, on_batch: Callable[[int], None]) -> None:
        """Embed the passages at `new`, and keep their vectors in the cache as they come.

        Raises:
            ModelIntegrityError: a vector is not of length 1, or holds what is no number.
        """
        for first in range(0, len(self.new), _BATCH_PASSAGES):
            batch = self.new[first : first + _BATCH_PASSAGES]
            embed_batch(
                [indexed_text(self._passages[at]) for at in batch], embedder, self._cache, on_batch
            )

    def write(self, path: Path) -> Vectors:
        """Return the vectors of all passages, shape (n, d), mapped from a file made at `path`."""
        dimension = self._cache.dimension if self._before is None else self._before.dense.dimension
        vectors: Vectors = np.lib.format.open_memmap(
            path, mode="w+", dtype=np.float32, shape=(len(self._keys), dimension)
        )
        with path.open("r+b") as file:
            # A full disk is an error here; met while the map is written, it would end the process.
            reserve(file, vectors.nbytes)
        if self._before is not None:
            self._take_over(self._before.dense, vectors)
        wanted = [(row, key) for row, key in enumerate(self._keys) if key not in self._known]
        self._cache.fill(vectors, wanted)
        return vectors

    def _take_over(self, dense: VectorIndex, vectors: Vectors) -> None:
        old = [row for row, key in enumerate(self._keys) if key in self._known]
        for first in range(0, len(old), _BLOCK):
            rows = old[first : first + _BLOCK]
            places = [self._known[self._keys[row]] for row in rows]
            vectors[rows] = dense.vectors(np.array(places, dtype=np.int64))


def reserve(file: BinaryIO, size_bytes: int) -> None:
    """Have the disk hold the last `size_bytes` of `file`, which are zeros so far.

    Raises:
        OSError: the disk is full.
    """
    end = file.seek(0, os.SEEK_END)
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, end)
        return
    # macOS has no such call.
    file.seek(end - size_bytes)
    while left := end - file.tell():
        file.write(bytes(min(left, _ZEROS_BYTES)))


def embed_batch(
    texts: Sequence[str],
    embedder: Embedder,
    cache: VectorCache,
    on_batch: Callable[[int], None] | None = None,
) -> None:
    """Embed `texts` and keep their vectors in `cache`, flushed.

    Raises:
        ModelIntegrityError: a vector is not of length 1, or holds what is no number.
    """
    vectors = embedder.embed_passages(texts, on_batch=on_batch)
    refuse_not_unit(vectors, embedder.identity.name)
    cache.add([text_key(text) for text in texts], vectors)


def _positions(before: Index | None) -> dict[bytes, int]:
    if before is None:
        return {}
    return {text_key(indexed_text(one)): at for at, one in enumerate(before.passages)}
