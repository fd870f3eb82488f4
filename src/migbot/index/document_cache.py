"""Documents as they were read, so that the next build parses none of the files that stayed.

    indexes/.documents      a line for each file: key, hash of what follows, the document as JSON

Each build writes it anew, with the files that it found, beside the old one and renames it over. It
may be deleted at any time. What is damaged in it is noticed by its hash, and the file read again.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO

from migbot.documents.load import Loaded
from migbot.index.passages import document_from_fields
from migbot.index.publish import TEMPORARY

CACHE = ".documents"

_FORMAT = b"documents 1\n"
_HASH_CHARS = 64


@contextmanager
def document_cache(folder: Path) -> Iterator["DocumentCache"]:
    """Open the cache under an index folder; what is found or kept in the block is in the next one.

    Where the block is left by an error, the cache stays as it was.

    Raises:
        OSError: the disk refuses.
    """
    temporary = folder / f"{TEMPORARY}documents-{os.getpid()}"
    try:
        with _opened(folder / CACHE) as old, temporary.open("wb") as new:
            new.write(_FORMAT)
            yield DocumentCache(old, new)
        temporary.replace(folder / CACHE)
    finally:
        temporary.unlink(missing_ok=True)


class DocumentCache:
    """Documents by the key of their reading, from one file into the next."""

    def __init__(self, old: IO[bytes], new: IO[bytes]) -> None:
        """Take the cache of the build before, empty where there is none, and the one to come."""
        self._old = old
        self._new = new
        self._places: dict[bytes, int] = {}
        if old.readline() == _FORMAT:
            self._note()

    def find(self, key: str) -> Loaded | None:
        """Return what was read under `key`, and keep it; None where it is not here, or damaged."""
        line = self._line(key)
        if line is None:
            return None
        self._new.write(line)
        fields = json.loads(line[2 * _HASH_CHARS :])
        return Loaded(
            document=document_from_fields(fields["document"]),
            licence=fields["licence"],
            warnings=tuple(fields["warnings"]),
        )

    def keep(self, key: str, loaded: Loaded) -> None:
        """Keep what was read under `key`."""
        content = json.dumps(asdict(loaded), ensure_ascii=False).encode()
        self._new.write(key.encode() + _sha256(content) + content + b"\n")

    def _note(self) -> None:
        start = len(_FORMAT)
        for line in self._old:
            self._places[line[:_HASH_CHARS]] = start
            start += len(line)

    def _line(self, key: str) -> bytes | None:
        start = self._places.get(key.encode())
        if start is None:
            return None
        self._old.seek(start)
        line = self._old.readline()
        content = line[2 * _HASH_CHARS : -1]
        is_whole = line[_HASH_CHARS : 2 * _HASH_CHARS] == _sha256(content)
        return line if is_whole and line.endswith(b"\n") else None


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError:  # none yet, or none that can be read
        return io.BytesIO()


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
