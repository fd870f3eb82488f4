import numpy as np
import pytest

from migbot.errors import IndexIntegrityError
from migbot.index.dense import FaissIndex

VECTORS = np.eye(3, 4, dtype=np.float32)


def test_returns_positions_and_cosines_best_first():
    question = np.array([0.6, 0.8, 0, 0], dtype=np.float32)

    assert FaissIndex.build(VECTORS).search(question, 2) == (
        (1, pytest.approx(0.8)),
        (0, pytest.approx(0.6)),
    )


def test_never_returns_a_position_that_is_not_there():
    index = FaissIndex.build(VECTORS)

    assert [at for at, _ in index.search(VECTORS[1], 50)] == [1, 0, 2]
    assert index.search(np.full(4, np.nan, dtype=np.float32), 3) == ()


def test_reads_back_what_it_wrote():
    index = FaissIndex.build(VECTORS)

    again = FaissIndex.from_bytes(index.to_bytes())

    assert (len(again), again.dimension) == (3, 4)
    assert np.array_equal(again.vectors(), VECTORS)
    assert again.to_bytes() == index.to_bytes()


def test_refuses_what_is_not_an_index():
    with pytest.raises(IndexIntegrityError, match="cannot be read"):
        FaissIndex.from_bytes(b"not an index at all")
