"""Passages together with what finds them."""

from collections.abc import Sequence
from dataclasses import dataclass

from migbot.index.dense import FaissIndex, VectorIndex
from migbot.index.passages import indexed_text
from migbot.index.sparse import SparseIndex
from migbot.index.types import Vectors
from migbot.types import Passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Passages, and their dense and sparse indexes, all three by the same positions."""

    passages: Sequence[Passage]
    dense: VectorIndex
    sparse: SparseIndex


def build_collection(passages: Sequence[Passage], vectors: Vectors) -> Collection:
    """Index `passages`, at least one, in memory and searched exactly.

    `vectors` are their unit vectors, shape (n, d).
    """
    return Collection(
        passages=tuple(passages),
        dense=FaissIndex.exact(vectors),
        sparse=SparseIndex.build((indexed_text(one), one.language) for one in passages),
    )
