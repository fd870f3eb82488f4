"""The index of a running server: it notices what was newly put in force and goes over to it.

Opening takes a while and is done beside the answers; what cannot be opened changes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from migbot.errors import IndexMissingError
from migbot.index.manifest import MANIFEST
from migbot.index.store import Index, current_build
from migbot.types import Document

# How long the end of a server waits for an index that is just being opened.
_GRACE_S = 5
# What cannot be opened is tried again after twice as many looks, up to this: reading all of a
# large build takes long.
_MOST_LOOKS_APART = 64

_LOG = logging.getLogger(__name__)


class Opening(Protocol):
    """Opens the build in force, or an earlier one where `falls_back` lets it; see `open_index`."""

    def __call__(self, *, falls_back: bool = True) -> Index:
        """Return the build."""
        ...


class LiveIndex:
    """The build that serves under `folder`. One thread may look while others read."""

    def __init__(self, folder: Path, open_in_force: Opening) -> None:
        """Open what is in force; `open_in_force` does so, now and later.

        Raises:
            IndexMissingError, IndexIntegrityError: nothing there can be used.
            VectorServerError: what is there cannot be asked now.
        """
        self._folder = folder
        self._open_in_force = open_in_force
        self._seen = _state(folder)
        self._index = open_in_force()
        self._fault = self._index.fault
        self._looks_apart, self._looks_passed = 1, 0
        self._told: set[str] = set()

    @property
    def index(self) -> Index:
        """Return the build that serves."""
        return self._index

    @property
    def fault(self) -> str | None:
        """Return None, or why this is not the build that should serve."""
        return self._fault

    @property
    def documents(self) -> Mapping[str, Document]:
        """Return the documents by id of whatever build serves when they are looked up."""
        return _DocumentsInForce(self)

    def look(self) -> bool:
        """Open what is in force where it does not serve yet; tell whether it serves now.

        Costs two small reads where nothing is new. What cannot be used is tried again at later
        looks, as what is wrong may pass; each fault of a build is logged once, and the build that
        serves stays.
        """
        seen = _state(self._folder)
        if seen != self._seen:
            self._seen = seen
            self._looks_apart, self._looks_passed = 1, 0
            self._told.clear()
        elif self._fault is None or not self._is_time_to_try():
            return False
        if seen[0] == self._index.build_id:
            self._fault = None
            return False
        try:
            self._index = self._open_in_force(falls_back=False)
        except Exception as error:  # noqa: BLE001 - whatever is wrong there, this one can answer
            self._keep(str(error) or type(error).__name__)
            return False
        self._fault = None
        return True

    def _is_time_to_try(self) -> bool:
        self._looks_passed += 1
        return self._looks_passed >= self._looks_apart

    def _keep(self, fault: str) -> None:
        self._fault = fault
        self._looks_apart, self._looks_passed = min(2 * self._looks_apart, _MOST_LOOKS_APART), 0
        if fault not in self._told:
            self._told.add(fault)
            _LOG.error(
                "the index in force cannot be used, build %s goes on answering: %s",
                self._index.build_id,
                fault,
            )


class _DocumentsInForce(Mapping[str, Document]):
    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def __getitem__(self, document_id: str) -> Document:
        return self._live.index.documents[document_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._live.index.documents)

    def __len__(self) -> int:
        return len(self._live.index.documents)


@contextmanager
def following(live: LiveIndex, use: Callable[[Index], None], *, every_s: float) -> Iterator[None]:
    """Look every `every_s` seconds while the block runs, and call `use` with each new build.

    `use` is called on a thread of its own.
    """
    ended = Event()

    def follow() -> None:
        while not ended.wait(every_s):
            try:
                if live.look():
                    use(live.index)
            except Exception:  # noqa: BLE001 - dying, the thread would leave the old index for good
                _LOG.exception("looking for a new index failed")

    thread = Thread(target=follow, name="index", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_GRACE_S)


def _state(folder: Path) -> tuple[str, int]:
    """Return what changes when another build is put in force, or the same is written anew."""
    try:
        build = current_build(folder)
    except IndexMissingError:
        return "", 0
    try:
        return build, (folder / build / MANIFEST).stat().st_mtime_ns
    except OSError:
        return build, 0
