"""Writing a build so that a crash at any moment leaves the old index or the new one, whole.

Everything is written and flushed in a folder of its own, read back and compared; the manifest
comes last; one rename makes it a build and one more puts it in force. A flush that fails is never
tried again: the kernel may have dropped the data (PostgreSQL's lesson), so the build is thrown
away.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from migbot.errors import BusyError, IndexIntegrityError, IndexMissingError, MigbotError
from migbot.index.manifest import (
    MANIFEST,
    FileEntry,
    Manifest,
    manifest_to_bytes,
    sha256_of_file,
)
from migbot.index.milvus import MilvusServer
from migbot.index.store import (
    CURRENT,
    builds_newest_first,
    current_build,
    is_build_name,
    open_build,
)

_LOCK = ".lock"
TEMPORARY = ".tmp-"

_LOG = logging.getLogger(__name__)


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel frees it however the process ends.

    Raises:
        BusyError: another process builds there.
        MigbotError: the folder cannot be written.
    """
    with ExitStack() as stack:
        with disk_faults_told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / _LOCK).open("a+", encoding="utf-8"))
            _take(lock)
        yield


def _take(lock: TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise BusyError(
            f"another build is running ({lock.read().strip()}): wait for it to end"
        ) from error
    lock.truncate(0)
    lock.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
    lock.flush()


def publish(folder: Path, manifest: Manifest, files: Mapping[str, bytes | Path]) -> None:
    """Write a build under `folder` and put it in force; call with the folder's lock held.

    The build that was in force stays beside it, to fall back on; older ones are swept.

    Args:
        folder: the folder that holds `CURRENT`.
        manifest: lists all of `files`.
        files: contents by file name, or a file under `folder` to move in.

    Raises:
        MigbotError: the disk refused; the index in force is untouched.
        IndexIntegrityError: the disk holds something else than what was written.
    """
    temporary = folder / f"{TEMPORARY}{manifest.build_id}-{os.getpid()}"
    try:
        with disk_faults_told(folder):
            _write_build(temporary, manifest, files)
            _move_into_place(temporary, folder / manifest.build_id)
        put_in_force(folder, manifest.build_id)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_force(folder: Path, build: str) -> None:
    """Make `build`, whole and in place, the one in force, then sweep what is no longer needed.

    Raises:
        MigbotError: the disk refused; what was in force before still opens.
    """
    previous = _in_force(folder)
    with disk_faults_told(folder):
        if previous != build:
            temporary = folder / f"{TEMPORARY}{CURRENT}-{os.getpid()}"
            _write_file(temporary, f"{build}\n".encode())
            temporary.replace(folder / CURRENT)
            _sync_folder(folder)
        _sweep(folder, in_force=build, previous=previous)


def roll_back(folder: Path, milvus: MilvusServer | None = None) -> Manifest:
    """Put the newest whole build that is not in force in force, and return its manifest.

    Raises:
        IndexMissingError: no index was ever built there.
        IndexIntegrityError: no other build is whole.
        BusyError: another process builds there.
        MigbotError: the disk refused; what was in force before still opens.
    """
    current_build(folder)
    with only_builder(folder):
        in_force = current_build(folder)
        for build in builds_newest_first(folder):
            if build == in_force:
                continue
            try:
                manifest = open_build(folder / build, milvus=milvus).manifest
            except IndexIntegrityError as error:
                _LOG.error("build %s cannot be put in force: %s", build, error)
                continue
            put_in_force(folder, build)
            return manifest
    raise IndexIntegrityError(
        f"no other build under {folder} can be put in force: set the documents back, then run "
        "`migbot index build`"
    )


def sweep_temporary(folder: Path) -> None:
    """Remove what interrupted builds left behind; call with the folder's lock held."""
    for path in folder.glob(f"{TEMPORARY}*"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def _write_build(temporary: Path, manifest: Manifest, files: Mapping[str, bytes | Path]) -> None:
    temporary.mkdir()
    for name, content in files.items():
        if isinstance(content, Path):
            _move_file(content, temporary / name, manifest.files[name])
        else:
            _write_file(temporary / name, content)
    _write_file(temporary / MANIFEST, manifest_to_bytes(manifest))
    _sync_folder(temporary)


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.read_bytes() != content:
        raise IndexIntegrityError(f"{path.name} reads back differently: check the disk")


def _move_file(source: Path, path: Path, entry: FileEntry) -> None:
    source.replace(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    if sha256_of_file(path) != entry.sha256:
        raise IndexIntegrityError(f"{path.name} reads back differently: check the disk")


def _move_into_place(temporary: Path, build: Path) -> None:
    if build.exists():
        # Only a damaged build of the same id is ever written over.
        build.rename(build.with_name(f"{TEMPORARY}damaged-{build.name}-{os.getpid()}"))
    temporary.rename(build)
    _sync_folder(build.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _in_force(folder: Path) -> str | None:
    try:
        return current_build(folder)
    except IndexMissingError:
        return None


def _sweep(folder: Path, *, in_force: str, previous: str | None) -> None:
    others = [build for build in builds_newest_first(folder) if build != in_force]
    kept = {in_force, previous if previous in others else next(iter(others), in_force)}
    for path in folder.iterdir():
        if is_build_name(path.name) and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
    sweep_temporary(folder)


@contextmanager
def disk_faults_told(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses while the index at `folder` is made into a line that says so."""
    try:
        yield
    except OSError as error:
        raise MigbotError(
            f"the index cannot be written to {folder} ({error.strerror}): free space or make the "
            "folder writable, then run `migbot index build`; what was in force before still opens"
        ) from error
