import numpy as np
import pytest

from migbot.index.recall import nearest, recall

VECTORS = np.random.default_rng(0).standard_normal((120_000, 4)).astype(np.float32)
QUESTIONS = np.random.default_rng(1).standard_normal((5, 4)).astype(np.float32)


def test_the_nearest_are_those_of_all_pairs_wherever_they_stand():
    expected = np.argsort(-(QUESTIONS @ VECTORS.T), axis=1)[:, :10]

    found = nearest(VECTORS, QUESTIONS)

    assert np.array_equal(np.sort(found, axis=1), np.sort(expected, axis=1))


def test_fewer_vectors_than_are_asked_for_are_all_nearest():
    assert np.array_equal(np.sort(nearest(VECTORS[:3], QUESTIONS), axis=1), [[0, 1, 2]] * 5)


def test_recall_is_the_share_of_the_nearest_that_is_found():
    expected = np.array([[0, 1], [2, 3]])

    def finds_the_first_of_each(question, k):
        assert k == 2
        return ((int(question[0]), 1.0), (9, 0.5))

    questions = np.array([[0.0], [2.0]], dtype=np.float32)
    assert recall(finds_the_first_of_each, questions, expected) == pytest.approx(0.5)
