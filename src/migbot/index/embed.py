"""Text to vectors: the `Embedder` protocol and its default, a sentence-transformers model."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np

from migbot.errors import ModelIntegrityError, ModelMissingError
from migbot.index.gather import Gatherer
from migbot.index.tokens import stated_max_tokens, token_counter
from migbot.index.types import Vectors
from migbot.settings import Settings

SPECIAL_TOKENS = 2  # put around every input by the models of this kind

_UNIT_TOLERANCE = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedderIdentity:
    """All that decides a vector, its length too: vectors compare only where this is equal.

    `sha256` is over the names and contents of all the model's files.
    """

    name: str
    sha256: str
    query_prefix: str
    passage_prefix: str

    def to_json(self) -> dict[str, str]:
        """Return the fields by name."""
        return asdict(self)


class Embedder(Protocol):
    """Maps text to unit vectors whose inner product says how close two meanings are."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Return what decides this embedder's vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, prefix and special tokens included."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many tokens `text` takes, special tokens not counted."""
        ...

    def embed_passages(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (n, d), float32 and unit norm, in the order of `texts`.

        Args:
            texts: passages without prefix; what is longer than `max_tokens` is cut.
            on_batch: told after each batch how many passages it held.

        Raises:
            ModelIntegrityError: a vector is not of length 1, or holds what is no number.
        """
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, d), float32 and unit norm, in the order of `texts`.

        Raises:
            ModelIntegrityError: a vector is not of length 1, or holds what is no number.
        """
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model read from a folder, on the CPU, without any network.

    The model is loaded when it first embeds; callers in several threads take turns, as its
    tokenizer needs, and questions of several are embedded together: sixteen take a quarter of the
    time that they take one by one. What the folder's small files say is read from them, so that
    an index with nothing to embed costs no model.

    Args:
        folder: the model.
        name: what the index calls it.
        sha256: one hash over all files of `folder`.
        query_prefix: put before a question.
        passage_prefix: put before a passage.
        batch_passages: passages embedded together.
        threads: processor threads; 0 leaves their number to the library.

    Raises:
        ModelMissingError: there is no model in `folder`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        sha256: str,
        query_prefix: str,
        passage_prefix: str,
        batch_passages: int,
        threads: int = 0,
    ) -> None:
        if not (folder / "config.json").is_file():
            raise ModelMissingError(
                f"no embedder at {folder}: run `migbot models install`, "
                "or set MIGBOT_EMBEDDER to a sentence-transformers folder"
            )
        self._folder = folder
        self._identity = EmbedderIdentity(
            name=name, sha256=sha256, query_prefix=query_prefix, passage_prefix=passage_prefix
        )
        self._batch_passages = batch_passages
        self._threads = threads
        self._turn = Lock()
        self._questions = Gatherer(self._encode, batch_passages)

    @property
    def identity(self) -> EmbedderIdentity:
        """Return what decides this embedder's vectors."""
        return self._identity

    @cached_property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, prefix and special tokens included."""
        stated = stated_max_tokens(self._folder)
        return int(self._model.max_seq_length) if stated is None else stated

    def count_tokens(self, text: str) -> int:
        """Return how many tokens `text` takes, special tokens not counted."""
        return self._counter(text)

    def embed_passages(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (n, d); texts of like length share a batch, to pad little."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for first in range(0, len(order), self._batch_passages):
            batch = order[first : first + self._batch_passages]
            vectors[batch] = self._encode(
                [self._identity.passage_prefix + texts[at] for at in batch]
            )
            if on_batch is not None:
                on_batch(len(batch))
        return vectors

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, d)."""
        if not texts:
            return np.empty((0, self._dimension), dtype=np.float32)
        return self._questions([self._identity.query_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        with self._turn:
            vectors = self._model.encode(
                texts,
                batch_size=self._batch_passages,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return refuse_not_unit(np.asarray(vectors, dtype=np.float32), self._identity.name)

    @cached_property
    def _counter(self) -> Callable[[str], int]:
        return token_counter(self._folder) or self._count_with_model

    def _count_with_model(self, text: str) -> int:
        with self._turn:
            return len(self._model.tokenizer.encode(text, add_special_tokens=False, verbose=False))

    @property
    def _dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @cached_property
    def _model(self) -> Any:
        # Read at import: a later setting would come too late to keep the libraries off the network.
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - takes seconds

        if self._threads:
            import torch  # noqa: PLC0415 - takes seconds

            torch.set_num_threads(self._threads)
        return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)


def refuse_not_unit(vectors: Vectors, name: str) -> Vectors:
    """Return `vectors`, shape (n, d), as they are where each is of length 1.

    NaN would make every later comparison meaningless, and zeros are near to nothing.

    Raises:
        ModelIntegrityError: a vector has another length, or none.
    """
    # In this form, so that NaN does not pass.
    if not (np.abs(np.linalg.norm(vectors, axis=1) - 1) < _UNIT_TOLERANCE).all():
        raise ModelIntegrityError(
            f"embedder {name} gave vectors that are not of length 1, or not of numbers: "
            "run `migbot models verify`"
        )
    return vectors


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name.

    Raises:
        ModelMissingError: it is not installed.
        ModelIntegrityError: its files are not what they should be.
    """
    from migbot.index.fakes import HASH_EMBEDDER, HashEmbedder  # noqa: PLC0415 - for tests only
    from migbot.models.registry import (  # noqa: PLC0415 - not needed for the fake
        folder_sha256,
        load_registry,
        verified_model,
    )

    if settings.embedder == HASH_EMBEDDER:
        return HashEmbedder()
    folder = verified_model(settings, settings.embedder)
    listed = load_registry(settings.models_file).get(settings.embedder)
    return SentenceTransformerEmbedder(
        folder,
        name=Path(settings.embedder).name,
        # The files of a listed model have just been hashed, and are those of the list.
        sha256=folder_sha256(folder) if listed is None else listed.sha256,
        query_prefix=settings.embedder_query_prefix,
        passage_prefix=settings.embedder_passage_prefix,
        batch_passages=settings.embedder_batch_passages,
        threads=settings.threads,
    )
