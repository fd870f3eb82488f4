"""Documents from files, kept on the disk while others are read: one text at a time is in memory.

A file that says what an earlier one says adds its sources to that one, so no document is final, nor
can be cut, before the last file is read.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from migbot.documents.corpus import Duplicate, Refused, read_entries, with_sources
from migbot.index.document_cache import document_cache
from migbot.index.passages import document_from_line, to_line
from migbot.index.publish import TEMPORARY, disk_faults_told
from migbot.types import Document, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Spooled:
    """The documents of a corpus, in order of path, and the files left out."""

    documents: Collection[Document]
    refused: tuple[Refused, ...]


@contextmanager
def spooled(corpus: Path, folder: Path, *, document_bytes: int) -> Iterator[Spooled]:
    """Read all of `corpus` as `read_corpus` does, and hold it in a nameless file under `folder`.

    Files that the build before read are not parsed again. Call with the folder's lock held.

    Args:
        corpus: folder of the documents.
        folder: where the disk has room for them.
        document_bytes: largest file read, in bytes.

    Raises:
        CorpusError: `corpus` is not a folder that can be read.
        MigbotError: the disk of `folder` refuses.
    """
    # The name is there only where the system has no files without one.
    with disk_faults_told(folder), TemporaryFile(dir=folder, prefix=TEMPORARY) as file:
        documents = _SpooledDocuments(file)
        refused = []
        with document_cache(folder) as known:
            for entry in read_entries(corpus, document_bytes=document_bytes, known=known):
                if isinstance(entry, Refused):
                    refused.append(entry)
                elif isinstance(entry, Duplicate):
                    documents.add_sources(entry.first, entry.sources)
                else:
                    documents.add(entry.document)
        yield Spooled(documents=documents, refused=tuple(refused))


class _SpooledDocuments(Collection[Document]):
    """Documents in a file, a line each; the sources that were added later are in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._count = 0
        self._more: dict[str, tuple[Source, ...]] = {}

    def add(self, document: Document) -> None:
        self._file.write(to_line(document))
        self._count += 1

    def add_sources(self, path: str, sources: tuple[Source, ...]) -> None:
        self._more[path] = (*self._more.get(path, ()), *sources)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Document]:
        self._file.seek(0)
        for line in self._file:
            document = document_from_line(line)
            yield with_sources(document, self._more.get(document.path, ()))

    def __contains__(self, document: object) -> bool:
        return any(document == one for one in self)
