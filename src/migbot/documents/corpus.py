"""The whole corpus: every file under a folder, accepted as a document or refused with a reason."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from migbot.documents.load import load_document
from migbot.errors import CorpusError, DocumentError
from migbot.types import Document

SOURCES_FILE = "sources.toml"
_NOT_DOCUMENTS = frozenset({SOURCES_FILE, "README.md"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What became of one file.

    It was accepted (`document`), refused (`refusal` is the reason), or holds the same text as an
    earlier file (`duplicate_of` is that file's path).
    """

    path: str
    document: Document | None = None
    refusal: str | None = None
    duplicate_of: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusReport:
    """Every file of a corpus, in order of path."""

    folder: Path
    entries: tuple[Entry, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents, in order of path; those that say the same are there once."""
        return tuple(entry.document for entry in self.entries if entry.document)

    @property
    def refused(self) -> tuple[Entry, ...]:
        """The entries of files that could not be read."""
        return tuple(entry for entry in self.entries if entry.refusal)


def read_corpus(folder: Path, *, document_bytes: int) -> CorpusReport:
    """Read every file under `folder`, in order of path; a bad file never stops the rest.

    `sources.toml` and `README.md` at the top are no documents, and hidden files are passed over.
    A file with the same cleaned text as an earlier one is taken once, and its sources are added
    to those of the earlier one.

    Args:
        folder: the corpus.
        document_bytes: largest file read, in bytes.

    Raises:
        CorpusError: `folder` is not a folder that can be read. A corpus without any document is
            no error here, so that its report can be shown.
    """
    if not folder.is_dir():
        raise CorpusError(f"no corpus at {folder}: put documents there, or name another with DIR")
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for path in _files(folder):
        if path.parent == folder and path.name in _NOT_DOCUMENTS:
            continue
        entry = _entry(folder, path, document_bytes)
        if entry.document and entry.document.text in seen:
            position = seen[entry.document.text]
            entries[position], entry = _merged(entries[position], entry)
        elif entry.document:
            seen[entry.document.text] = len(entries)
        entries.append(entry)
    return CorpusReport(folder=folder, entries=tuple(entries))


def _files(folder: Path) -> Iterator[Path]:
    """Yield what is not a readable folder below `folder`, links to folders included, in order."""
    try:
        children = sorted(folder.iterdir(), key=lambda child: os.fsencode(child.name))
    except OSError:
        yield folder  # reading it as a file is refused with the reason
        return
    for child in children:
        if child.name.startswith("."):
            continue
        if child.is_dir() and not child.is_symlink():
            yield from _files(child)
        else:
            yield child


def _entry(folder: Path, path: Path, document_bytes: int) -> Entry:
    relative = path.relative_to(folder).as_posix()
    try:
        loaded = load_document(folder, path, document_bytes=document_bytes)
    except DocumentError as error:
        return Entry(path=relative, refusal=str(error))
    return Entry(path=relative, document=loaded.document, warnings=loaded.warnings)


def _merged(first: Entry, second: Entry) -> tuple[Entry, Entry]:
    if first.document is None or second.document is None:
        return first, second
    added = [source for source in second.document.sources if source not in first.document.sources]
    document = replace(first.document, sources=(*first.document.sources, *added))
    return (
        replace(first, document=document),
        Entry(path=second.path, duplicate_of=first.path),
    )
