import numpy as np
import pytest

from migbot.errors import ModelIntegrityError, ModelMissingError
from migbot.index.embed import SentenceTransformerEmbedder, refuse_not_unit
from migbot.index.fakes import HashEmbedder


def test_the_fake_gives_unit_vectors_and_is_deterministic():
    texts = ["One migrant.", "Two migrants!", ""]

    vectors = HashEmbedder().embed_passages(texts)

    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.array_equal(vectors, HashEmbedder().embed_questions(texts))


@pytest.mark.parametrize("vector", [[np.nan, 1, 0], [np.inf, 0, 0], [0, 0, 0], [1, 1, 0]])
def test_refuses_vectors_that_are_not_of_length_one(vector):
    vectors = np.array([[0, 1, 0], vector], dtype=np.float32)

    with pytest.raises(ModelIntegrityError, match="migbot models verify"):
        refuse_not_unit(vectors, "broken")


def test_says_where_an_embedder_is_missing(tmp_path):
    with pytest.raises(ModelMissingError, match="migbot models install"):
        SentenceTransformerEmbedder(
            tmp_path, name="none", sha256="", query_prefix="", passage_prefix="", batch_passages=1
        )
