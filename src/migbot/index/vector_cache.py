"""Vectors kept while an index is built, so that a build that was stopped goes on where it was.

    indexes/.embedded/<embedder>/<sha256 of the file>.npy      keys and vectors of one batch

A file is named by its own content: a torn one is told from a whole one, and several processes can
add to one folder. Only `build` removes it, once a build is published.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from migbot.index.embed import EmbedderIdentity
from migbot.index.types import Vectors

CACHE = ".embedded"

_KEY_BYTES = 16


def sweep_cache(folder: Path) -> None:
    """Remove all that is cached under an index folder; call once a build is published."""
    shutil.rmtree(folder / CACHE, ignore_errors=True)


def text_key(text: str) -> bytes:
    """Return what stands for an embedded text: 16 bytes of its SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:_KEY_BYTES]


class VectorCache:
    """The vectors of one embedder under an index folder, by the key of their text.

    Holds the keys in memory, and reads vectors from the files. Knows the files that were whole
    when it was opened, and what it added itself.
    """

    def __init__(self, folder: Path, identity: EmbedderIdentity) -> None:
        embedder = hashlib.sha256(json.dumps(identity.to_json(), sort_keys=True).encode())
        self._folder = folder / CACHE / embedder.hexdigest()[:16]
        self._places: dict[bytes, tuple[int, int]] = {}
        self._paths: list[Path] = []
        for path in sorted(self._folder.glob("*.npy")):
            content = path.read_bytes()
            if path.stem == hashlib.sha256(content).hexdigest():
                self._note(path, np.load(io.BytesIO(content), allow_pickle=False)["key"])

    def __contains__(self, key: bytes) -> bool:
        """Tell whether the vector of a text is here."""
        return key in self._places

    def add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep `vectors`, shape (n, d), of the texts with these keys, in one flushed file."""
        batch = np.empty(
            len(keys), dtype=[("key", f"V{_KEY_BYTES}"), ("vector", "<f4", vectors.shape[1])]
        )
        batch["key"] = np.frombuffer(b"".join(keys), dtype=f"V{_KEY_BYTES}")
        batch["vector"] = vectors
        buffer = io.BytesIO()
        np.save(buffer, batch, allow_pickle=False)
        content = buffer.getvalue()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{hashlib.sha256(content).hexdigest()}.npy"
        temporary = path.with_suffix(f".{os.getpid()}")
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        self._note(path, batch["key"])

    @property
    def dimension(self) -> int:
        """Return the length of each vector; at least one must be here."""
        return int(np.load(self._paths[0], mmap_mode="r", allow_pickle=False)["vector"].shape[1])

    def fill(self, vectors: Vectors, wanted: Sequence[tuple[int, bytes]]) -> None:
        """Put into rows of `vectors`, shape (n, d), the vector of the key that each is to have."""
        places = sorted((*self._places[key], row) for row, key in wanted)
        for number, of_one_file in groupby(places, key=lambda place: place[0]):
            _, at, rows = zip(*of_one_file, strict=True)
            file = np.load(self._paths[number], mmap_mode="r", allow_pickle=False)
            vectors[list(rows)] = file["vector"][list(at)]

    def _note(self, path: Path, keys: NDArray[np.void]) -> None:
        number = len(self._paths)
        self._paths.append(path)
        self._places.update({key.tobytes(): (number, at) for at, key in enumerate(keys)})
