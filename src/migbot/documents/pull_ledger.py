"""The ledger of what was pulled: for each file its address, version, hash and days.

It lies beside the files, and is a help: without it everything is fetched and compared once more.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from migbot.documents.pull_unfinished import Version, write_whole
from migbot.documents.pulled import PULLED
from migbot.errors import BusyError, CorpusError

# Hidden files are no documents.
_LEDGER = ".ledger.json"
_LOCK = ".lock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One file: the address in the list, the version that was fetched, its bytes, and moments.

    `fetched` is when these bytes came, `checked` when the address was last found to hold them;
    both ISO 8601 in UTC.
    """

    url: str
    version: Version
    sha256: str
    bytes: int
    fetched: str
    checked: str


_RECORDS = TypeAdapter(dict[str, Record])


class Ledger:
    """The records of one corpus, by path under the corpus folder."""

    def __init__(self, corpus: Path) -> None:
        """Read what is there; a ledger that cannot be read counts as empty."""
        self._path = corpus / PULLED / _LEDGER
        try:
            self._records = _RECORDS.validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            self._records = {}

    def get(self, path: str) -> Record | None:
        """Return the record of the file at `path`, None where there is none."""
        return self._records.get(path)

    def put(self, path: str, record: Record) -> None:
        """Set the record of the file at `path`, and write the ledger in one step.

        Raises:
            OSError: the disk cannot be written.
        """
        self._records[path] = record
        rows = {path: asdict(record) for path, record in sorted(self._records.items())}
        write_whole(self._path, json.dumps(rows, ensure_ascii=False, indent=1).encode())


def now() -> str:
    """Return this second, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def only_puller(corpus: Path) -> Iterator[None]:
    """Hold the right to pull into `corpus`; the kernel frees it however the process ends.

    Raises:
        BusyError: another process pulls into it.
        CorpusError: the folder for the files is a link out of the corpus.
        OSError: the disk cannot be written.
    """
    folder = corpus / PULLED
    if folder.is_symlink():
        raise CorpusError(f"{folder} is a link, and files behind it are no documents: remove it")
    folder.mkdir(exist_ok=True)
    with (folder / _LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise BusyError(
                f"another pull is running ({lock.read().strip()}): wait for it to end"
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()} since {now()}\n")
        lock.flush()
        yield
