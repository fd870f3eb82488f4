"""Dense search: the nearest vectors to a question's, by FAISS."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np

from migbot.errors import IndexIntegrityError
from migbot.index.mapped import release_pages
from migbot.index.recall import nearest, recall
from migbot.index.types import Buffer, Positions, Ranking, Vectors

VECTORS = "vectors.faiss"
# Up to here every vector is compared: a search takes about 15 ms on one core.
EXACT_VECTORS = 30_000

# Above the 0.95 that is promised: the questions that it is measured with are few.
_ENOUGH_RECALL = 0.97
_FEWEST_SEARCHED_LISTS = 8
_TRAINING_VECTORS_OF_A_LIST = 64
_TRAINING_ROUNDS = 10
_BLOCK = 50_000  # vectors added at a time

_LOG = logging.getLogger(__name__)


class VectorIndex(Protocol):
    """Unit vectors by position, searched by inner product, which is then the cosine."""

    def __len__(self) -> int:
        """Return how many vectors are indexed."""
        ...

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        ...

    def search(self, vector: Vectors, k: int) -> Ranking:
        """Return up to `k` positions and cosines, best first, for a unit vector of shape (d,).

        Ties go to the lower position; a vector that is not finite finds nothing.
        """
        ...

    def vectors(self, at: Positions | None = None) -> Vectors:
        """Return the vectors at these positions, all of them by default, shape (n, d).

        They may be rounded: within 0.001 of what was indexed.
        """
        ...

    def write(self, folder: Path) -> dict[str, Path]:
        """Write into `folder` what opening the index needs; return the files by name."""
        ...


class FaissIndex:
    """Vectors in one file that stays mapped: exact (IndexFlatIP), or in lists (IndexIVF).

    In lists, a search looks into those nearest to the question alone, and vectors are kept in half
    precision. Thread-safe as long as nothing is added, and nothing ever is.
    """

    def __init__(self, index: Any, *kept: object) -> None:
        """Take FAISS's `index`, and what must live as long as it does."""
        self._index = index
        self._kept = kept

    @classmethod
    def exact(cls, vectors: Vectors) -> Self:
        """Index unit `vectors` of shape (n, d), to be compared one and all."""
        faiss = _faiss()

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def approximate(cls, vectors: Vectors, questions: Vectors) -> Self:
        """Index unit `vectors` of shape (n, d) in lists, so that a search looks at few of them.

        How many lists a search looks into is measured: as few as find 0.97 of the ten nearest to
        each of `questions`, unit vectors of shape (m, d). The number is stored with the index.
        """
        faiss = _faiss()

        dimension, lists = vectors.shape[1], _number_of_lists(len(vectors))
        centres = faiss.IndexFlatIP(dimension)
        half = faiss.ScalarQuantizer.QT_fp16
        # The vectors themselves, not their distance to a centre: read back and indexed again,
        # they stay what they are.
        index = faiss.IndexIVFScalarQuantizer(
            centres, dimension, lists, half, faiss.METRIC_INNER_PRODUCT, False
        )
        index.cp.max_points_per_centroid = _TRAINING_VECTORS_OF_A_LIST
        index.cp.min_points_per_centroid = 1  # which only silences a warning
        index.cp.niter = _TRAINING_ROUNDS
        index.train(_sample(vectors, lists * _TRAINING_VECTORS_OF_A_LIST))
        for first in range(0, len(vectors), _BLOCK):
            index.add(np.ascontiguousarray(vectors[first : first + _BLOCK], dtype=np.float32))
            release_pages(vectors.base)
        index.set_direct_map_type(faiss.DirectMap.Array)  # says in which list each position is
        built = cls(index, centres)
        expected = nearest(vectors, questions)
        index.nprobe = min(_FEWEST_SEARCHED_LISTS, lists)
        while (found := recall(built.search, questions, expected)) < _ENOUGH_RECALL:
            if index.nprobe >= lists:
                break
            index.nprobe = min(index.nprobe + max(1, index.nprobe // 2), lists)
        _LOG.info("%d of %d lists searched, recall@10 %.3f", index.nprobe, lists, found)
        return built

    @classmethod
    def from_content(cls, content: Buffer) -> Self:
        """Open what `write` wrote, without reading it into memory.

        FAISS does not check its input: verify a hash before this.

        Raises:
            IndexIntegrityError: not an index of one of the two kinds.
        """
        faiss = _faiss()

        mapped = np.frombuffer(content, dtype=np.uint8)
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(mapped), len(mapped))
        try:
            index = faiss.read_index(reader)
        except RuntimeError as error:
            raise IndexIntegrityError(f"the vectors cannot be read: {error}") from error
        if not isinstance(index, faiss.IndexFlatIP | faiss.IndexIVFScalarQuantizer):
            raise IndexIntegrityError("the vectors are in no kind of index that is known here")
        return cls(index, reader, mapped)

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the index in FAISS's own file format; return its file by name."""
        faiss = _faiss()

        path = folder / VECTORS
        # Not by its name: FAISS itself may say nothing where the disk is full.
        with path.open("wb") as file:
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))
        return {VECTORS: path}

    def __len__(self) -> int:
        """Return how many vectors are indexed."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        return int(self._index.d)

    def search(self, vector: Vectors, k: int) -> Ranking:
        """Return up to `k` positions and cosines, best first; ties go to the lower position."""
        with _one_thread():
            scores, positions = self._index.search(vector.reshape(1, -1), min(k, len(self)))
        # FAISS fills places that it cannot with -1, which Python would read as the last passage.
        found = [
            (int(at), float(s)) for at, s in zip(positions[0], scores[0], strict=True) if at >= 0
        ]
        return tuple(sorted(found, key=lambda hit: (-hit[1], hit[0])))

    def vectors(self, at: Positions | None = None) -> Vectors:
        """Return the vectors at these positions, all of them by default, shape (n, d)."""
        places = np.arange(len(self)) if at is None else at
        return np.asarray(self._index.reconstruct_batch(places), dtype=np.float32)


def _sample(vectors: Vectors, count: int) -> Vectors:
    """Return `count` of `vectors`, drawn over all of them and always the same; all if fewer."""
    if count >= len(vectors):
        return np.ascontiguousarray(vectors, dtype=np.float32)
    drawn = np.random.default_rng(0).choice(len(vectors), size=count, replace=False)
    sample = np.ascontiguousarray(vectors[np.sort(drawn)], dtype=np.float32)
    release_pages(vectors.base)
    return sample


def _number_of_lists(vectors: int) -> int:
    """Return a power of two near four times the root: finding lists then costs as reading them."""
    return min(vectors, 1 << round(math.log2(4 * math.sqrt(vectors))))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep FAISS to the calling thread: where others use the cores too, its threads wait for them.

    Measured on two busy cores, one question among 10,000 vectors: 1.4 ms instead of 9.8.
    """
    faiss = _faiss()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _faiss() -> Any:
    import faiss  # noqa: PLC0415 - loaded only when an index is opened or built

    return faiss
