"""Text to vectors: the `Embedder` protocol and its default, a sentence-transformers model."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np

from migbot.errors import ModelIntegrityError, ModelMissingError
from migbot.index.types import Vectors
from migbot.settings import Settings

SPECIAL_TOKENS = 2  # put around every input by the models of this kind


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedderIdentity:
    """All that decides a vector: vectors compare only where this is equal.

    `sha256` is of the model's files, `dimension` the length of a vector.
    """

    name: str
    sha256: str
    dimension: int
    query_prefix: str
    passage_prefix: str

    def to_json(self) -> dict[str, str | int]:
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
            ModelIntegrityError: a vector holds values that are not finite numbers.
        """
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, d), float32 and unit norm, in the order of `texts`.

        Raises:
            ModelIntegrityError: a vector holds values that are not finite numbers.
        """
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model read from a folder, on the CPU, without any network.

    The model is loaded on first use; callers in several threads take turns, as its tokenizer
    needs. `threads` 0 leaves the number of processor threads to the library.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
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
        self._name = name
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        self._batch_passages = batch_passages
        self._threads = threads
        self._turn = Lock()

    @cached_property
    def identity(self) -> EmbedderIdentity:
        """Return what decides this embedder's vectors; reads every file of the model once."""
        return EmbedderIdentity(
            name=self._name,
            sha256=_folder_sha256(self._folder),
            dimension=int(self._model.get_embedding_dimension()),
            query_prefix=self._query_prefix,
            passage_prefix=self._passage_prefix,
        )

    @property
    def max_tokens(self) -> int:
        """Return the longest input in tokens, prefix and special tokens included."""
        return int(self._model.max_seq_length)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens `text` takes, special tokens not counted."""
        with self._turn:
            return len(self._model.tokenizer.encode(text, add_special_tokens=False, verbose=False))

    def embed_passages(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (n, d); texts of like length share a batch, to pad little."""
        vectors = np.empty((len(texts), self.identity.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for first in range(0, len(order), self._batch_passages):
            batch = order[first : first + self._batch_passages]
            vectors[batch] = self._encode([self._passage_prefix + texts[at] for at in batch])
            if on_batch is not None:
                on_batch(len(batch))
        return vectors

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, d)."""
        if not texts:
            return np.empty((0, self.identity.dimension), dtype=np.float32)
        return self._encode([self._query_prefix + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        with self._turn:
            vectors = self._model.encode(
                texts,
                batch_size=self._batch_passages,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return refuse_not_finite(np.asarray(vectors, dtype=np.float32), self._name)

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


def refuse_not_finite(vectors: Vectors, name: str) -> Vectors:
    """Return `vectors` as they are; NaN would make every later comparison meaningless.

    Raises:
        ModelIntegrityError: a value is NaN or infinite.
    """
    if not np.isfinite(vectors).all():
        raise ModelIntegrityError(
            f"embedder {name} gave values that are not numbers: run `migbot models verify`"
        )
    return vectors


def _folder_sha256(folder: Path) -> str:
    """Return one hash over the names and contents of all files under `folder`."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{content}  {path.relative_to(folder).as_posix()}\n".encode())
    return total.hexdigest()


def load_embedder(settings: Settings) -> Embedder:
    """Return the embedder that the settings name.

    Raises:
        ModelMissingError: it is not installed.
        ModelIntegrityError: its files are not what they should be.
    """
    from migbot.index.fakes import HASH_EMBEDDER, HashEmbedder  # noqa: PLC0415 - for tests only
    from migbot.models.registry import verified_model  # noqa: PLC0415 - not needed for the fake

    if settings.embedder == HASH_EMBEDDER:
        return HashEmbedder()
    return SentenceTransformerEmbedder(
        verified_model(settings, settings.embedder),
        name=Path(settings.embedder).name,
        query_prefix=settings.embedder_query_prefix,
        passage_prefix=settings.embedder_passage_prefix,
        batch_passages=settings.embedder_batch_passages,
        threads=settings.threads,
    )
