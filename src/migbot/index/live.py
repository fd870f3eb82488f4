"""The index of a running server: it notices what was newly put in force and goes over to it.

Opening takes a while and is done beside the answers; what cannot be opened changes nothing.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from migbot.errors import IndexMissingError, MigbotError
from migbot.index.manifest import MANIFEST
from migbot.index.store import Index, current_build
from migbot.types import Document

# How long the end of a server waits for an index that is just being opened.
_GRACE_S = 5

_LOG = logging.getLogger(__name__)


class LiveIndex:
    """The build that serves under `folder`. One thread may look while others read."""

    def __init__(self, folder: Path, open_in_force: Callable[[], Index]) -> None:
        """Open what is in force; `open_in_force` does so, now and later.

        Raises:
            IndexMissingError, IndexIntegrityError: nothing there can be used.
        """
        self._folder = folder
        self._open_in_force = open_in_force
        self._seen = _state(folder)
        self._index = open_in_force()
        self._fault = self._index.fault

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
        """Open what is in force where it is new since the last look; tell whether it serves now.

        Costs two small reads where nothing is new. What cannot be used is logged once, and the
        build that serves stays.
        """
        seen = _state(self._folder)
        if seen == self._seen:
            return False
        self._seen = seen
        if seen[0] == self._index.build_id:
            self._fault = None
            return False
        try:
            index = self._open_in_force()
        except MigbotError as error:
            self._keep(str(error))
            return False
        if index.fault is not None:
            self._keep(index.fault)
            return False
        self._index, self._fault = index, None
        return True

    def _keep(self, fault: str) -> None:
        self._fault = fault
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
