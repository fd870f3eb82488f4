"""Dense search: the nearest vectors to a question's, by FAISS."""

from typing import Any, Protocol, Self

import numpy as np

from migbot.errors import IndexIntegrityError
from migbot.index.types import Ranking, Vectors


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
        """Return up to `k` positions and cosines, best first, for a unit vector of shape (d,)."""
        ...

    def vectors(self) -> Vectors:
        """Return all vectors by position, shape (n, d)."""
        ...

    def to_bytes(self) -> bytes:
        """Return the index as the contents of one file."""
        ...


class FaissIndex:
    """Exact inner product (IndexFlatIP): at some thousands of passages nothing is faster to keep.

    Thread-safe as long as nothing is added, and nothing ever is.
    """

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Index unit `vectors` of shape (n, d), float32."""
        import faiss  # noqa: PLC0415 - loaded only when an index is opened or built

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote. FAISS does not check its input: verify a hash before this.

        Raises:
            IndexIntegrityError: not an exact inner-product index.
        """
        import faiss  # noqa: PLC0415 - loaded only when an index is opened or built

        try:
            index = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
        except RuntimeError as error:
            raise IndexIntegrityError(f"the vectors cannot be read: {error}") from error
        if not isinstance(index, faiss.IndexFlatIP):
            raise IndexIntegrityError("the vectors are not an exact inner-product index")
        return cls(index)

    def to_bytes(self) -> bytes:
        """Return the index in FAISS's own file format."""
        import faiss  # noqa: PLC0415 - loaded only when an index is opened or built

        return bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        """Return how many vectors are indexed."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        return int(self._index.d)

    def search(self, vector: Vectors, k: int) -> Ranking:
        """Return up to `k` positions and cosines, best first; ties go to the lower position."""
        scores, positions = self._index.search(vector.reshape(1, -1), min(k, len(self)))
        # FAISS fills places that it cannot with -1, which Python would read as the last passage.
        found = [
            (int(at), float(s)) for at, s in zip(positions[0], scores[0], strict=True) if at >= 0
        ]
        return tuple(sorted(found, key=lambda hit: (-hit[1], hit[0])))

    def vectors(self) -> Vectors:
        """Return all vectors by position, shape (n, d)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)
