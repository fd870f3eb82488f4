"""An embedder without a model, for tests and for trying the machinery out."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from migbot.index.embed import EmbedderIdentity
from migbot.index.terms import passage_terms
from migbot.index.types import Vectors

HASH_EMBEDDER = "hash"
_DIMENSION = 256
_IDENTITY = EmbedderIdentity(
    name=HASH_EMBEDDER,
    sha256=hashlib.sha256(b"hashed bag of words, 1").hexdigest(),
    query_prefix="",
    passage_prefix="",
)


class HashEmbedder:
    """Hashed bag of words: texts that share words are close, whatever they mean.

    Deterministic on every machine, needs no model, knows no synonym and no second language.
    Setting `embedder` to "hash" selects it.
    """

    @property
    def identity(self) -> EmbedderIdentity:
        """Return what decides this embedder's vectors."""
        return _IDENTITY

    @property
    def max_tokens(self) -> int:
        """Return 512, as for the models it stands for."""
        return 512

    def count_tokens(self, text: str) -> int:
        """Return the number of words between spaces."""
        return len(text.split())

    def embed_passages(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (n, 256), one batch in all."""
        vectors = self.embed_questions(texts)
        if on_batch is not None and texts:
            on_batch(len(texts))
        return vectors

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, 256); a text without words points along the first axis."""
        vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for term in passage_terms(text, "en"):
                row[_bucket(term)] += 1.0
            if not row.any():
                row[0] = 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / lengths, dtype=np.float32)


def _bucket(term: str) -> int:
    return int.from_bytes(hashlib.sha256(term.encode()).digest()[:4]) % _DIMENSION
