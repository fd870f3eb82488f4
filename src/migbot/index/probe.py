"""A fixed sentence's vectors, kept with a build: they tell an embedder that has come to differ.

Its files may be the same and its vectors not, where a library that runs it has changed.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Self

import numpy as np

from migbot.index.embed import Embedder
from migbot.index.types import Vectors

PROBE = "The Global Compact for Migration was adopted in Marrakech on 10 December 2018."
WHAT_TO_DO = "empty the index folder and run `migbot index build`"

_TOLERANCE = 1e-3  # batches and processors change the last digits of a vector


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """The vectors of `PROBE` as a passage and as a question: float32, little-endian, in base64."""

    passage: str
    question: str

    @classmethod
    def of(cls, embedder: Embedder) -> Self:
        """Return what `embedder` gives now."""
        return cls(
            passage=_text_of(embedder.embed_passages([PROBE])),
            question=_text_of(embedder.embed_questions([PROBE])),
        )

    def faults(self, embedder: Embedder) -> tuple[str, ...]:
        """Return where `embedder` gives other vectors now, one line each; costs two embeddings."""
        now = Probe.of(embedder)
        pairs = (
            ("a passage", self.passage, now.passage),
            ("a question", self.question, now.question),
        )
        return tuple(
            f"the embedder's files are those of the index, but a fixed sentence as {what} now gets "
            f"another vector: {WHAT_TO_DO}"
            for what, kept, given in pairs
            if not are_close(_vector_of(kept), _vector_of(given))
        )


def are_close(kept: Vectors, given: Vectors) -> bool:
    """Tell whether two vectors are of one length and, number by number, within 0.001."""
    return kept.shape == given.shape and np.allclose(kept, given, rtol=0, atol=_TOLERANCE)


def _text_of(vectors: Vectors) -> str:
    return b64encode(vectors[0].astype("<f4").tobytes()).decode("ascii")


def _vector_of(text: str) -> Vectors:
    return np.frombuffer(b64decode(text), dtype="<f4").astype(np.float32)
