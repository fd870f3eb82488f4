import numpy as np
import pytest

from migbot.errors import ModelIntegrityError, ModelMissingError
from migbot.index.embed import SentenceTransformerEmbedder, refuse_not_finite
from migbot.index.fakes import HashEmbedder


def test_the_fake_gives_unit_vectors_and_is_deterministic():
    texts = ["One migrant.", "Two migrants!", ""]

    vectors = HashEmbedder().embed_passages(texts)

    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.array_equal(vectors, HashEmbedder().embed_questions(texts))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_vectors_that_are_not_numbers(value):
    vectors = np.ones((2, 3), dtype=np.float32)
    vectors[1, 1] = value

    with pytest.raises(ModelIntegrityError, match="migbot models verify"):
        refuse_not_finite(vectors, "broken")


def test_says_where_an_embedder_is_missing(tmp_path):
    with pytest.raises(ModelMissingError, match="migbot models install"):
        SentenceTransformerEmbedder(
            tmp_path, name="none", sha256="", query_prefix="", passage_prefix="", batch_passages=1
        )
