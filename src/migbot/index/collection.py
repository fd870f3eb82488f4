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

    passages: tuple[Passage, ...]
    dense: VectorIndex
    sparse: SparseIndex


def build_collection(passages: Sequence[Passage], vectors: Vectors) -> Collection:
    """Index `passages`, at least one, whose unit vectors are `vectors` of shape (n, d)."""
    texts = [indexed_text(passage) for passage in passages]
    languages = [passage.language for passage in passages]
    return Collection(
        passages=tuple(passages),
        dense=FaissIndex.build(vectors),
        sparse=SparseIndex.build(texts, languages),
    )
