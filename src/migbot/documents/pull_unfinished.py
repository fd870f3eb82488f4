"""A file that is still arriving, and files that are written whole or not at all.

Beside the bytes that have arrived lies a note that says which version of which address they are
of. It is written before the first byte and removed before the file is begun anew: whenever the
process ends, bytes of two versions are never joined.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import AfterValidator, TypeAdapter, ValidationError


def sendable(mark: str | None) -> str | None:
    """Return what a server calls a version, None where no request could send it back."""
    return mark if mark and mark.isascii() and mark.isprintable() else None


# What was written down by an earlier pull is looked at again as it is read.
_Mark = Annotated[str | None, AfterValidator(sendable)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """What tells one version of what an address holds from another, as its server says."""

    url: str
    etag: _Mark
    last_modified: _Mark

    @property
    def mark(self) -> str | None:
        """What proves that a part of a file goes on with the same version; None if nothing."""
        strong = self.etag and not self.etag.startswith("W/")
        return self.etag if strong else self.last_modified


_VERSION = TypeAdapter(Version)


class Unfinished:
    """The bytes of one file that have arrived so far, across attempts and processes."""

    def __init__(self, path: Path) -> None:
        """Keep the bytes at `path` and the note beside it."""
        self.path = path
        self._note = path.with_name(f"{path.name}.json")

    def waiting_for(self, url: str) -> tuple[int, str] | None:
        """Return how many bytes of `url` are there and their version's mark; None if none are."""
        try:
            done = self.path.stat().st_size
            version = _VERSION.validate_json(self._note.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return (done, version.mark) if done and version.url == url and version.mark else None

    @contextmanager
    def begin(self, version: Version, *, can_go_on: bool) -> Iterator[BinaryIO]:
        """Open the file anew; with `can_go_on`, a later attempt may add to what arrives now."""
        self._note.unlink(missing_ok=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._open("wb") as file:
            if can_go_on:
                write_whole(self._note, json.dumps(asdict(version)).encode())
            yield file

    @contextmanager
    def go_on(self) -> Iterator[BinaryIO]:
        """Open the file to add to what is there."""
        with self._open("ab") as file:
            yield file

    def drop(self) -> None:
        """Remove what is there."""
        self._note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def move_to(self, target: Path) -> None:
        """Put the file, flushed to the disk, in the place of what `target` holds."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self._note.unlink(missing_ok=True)
        self.path.replace(target)
        _flush_folder(target.parent)

    @contextmanager
    def _open(self, mode: str) -> Iterator[BinaryIO]:
        # Unbuffered: what waits for a full buffer is lost when the line breaks.
        with self.path.open(mode, buffering=0) as file:
            try:
                yield file  # type: ignore[misc]  # unbuffered files are as binary as others
            finally:
                os.fsync(file.fileno())


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step: a reader finds the old content or the new, whole.

    Raises:
        OSError: the disk cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
