"""How much of what is nearest an approximate search finds."""

from collections.abc import Callable

import numpy as np

from migbot.index.mapped import release_pages
from migbot.index.types import Positions, Ranking, Vectors

NEAREST = 10  # recall is measured among so many
_BLOCK = 50_000  # vectors compared at a time


def nearest(vectors: Vectors, questions: Vectors, k: int = NEAREST) -> Positions:
    """Return the positions of the `k` nearest of `vectors`, shape (n, d), to each of `questions`.

    Exact, by comparing every pair, and read block by block. Shape (questions, k), no order.
    """
    scores = np.empty((len(questions), 0), dtype=np.float32)
    positions = np.empty((len(questions), 0), dtype=np.int64)
    for first in range(0, len(vectors), _BLOCK):
        block = vectors[first : first + _BLOCK]
        scores = np.hstack([scores, questions @ block.T])
        release_pages(vectors.base)
        ours = np.broadcast_to(np.arange(first, first + len(block)), (len(questions), len(block)))
        positions = np.hstack([positions, ours])
        if scores.shape[1] > k:
            best = np.argpartition(-scores, k - 1, axis=1)[:, :k]
            scores = np.take_along_axis(scores, best, axis=1)
            positions = np.take_along_axis(positions, best, axis=1)
    return positions


def recall(
    search: Callable[[Vectors, int], Ranking], questions: Vectors, expected: Positions
) -> float:
    """Return the share of `expected`, shape (questions, k), that `search` finds among its first k.

    Args:
        search: takes a vector of shape (d,) and how many positions are wanted.
        questions: unit vectors, shape (questions, d).
        expected: what `nearest` returned for them.
    """
    k = expected.shape[1]
    found = sum(
        len({at for at, _ in search(question, k)} & set(true.tolist()))
        for question, true in zip(questions, expected, strict=True)
    )
    return found / expected.size
