"""The whole corpus: every file under a folder, accepted as a document or refused with a reason."""

import hashlib
import logging
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from migbot.documents.child import Parsers
from migbot.documents.load import KnownReadings, load_document
from migbot.documents.names import stored_path
from migbot.documents.pulled import PULLED, Listing, read_listing
from migbot.documents.sources import SOURCES_FILE, Publication
from migbot.errors import CorpusError, DocumentError
from migbot.types import Document, Source

# A text that names its sources and no address of its own was written from them for this corpus.
OWN_WORDS = "own words, from the sources that it names"
_NOT_DOCUMENTS = frozenset({SOURCES_FILE, "README.md"})
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A file that is a document, and what a person should know about how it was read.

    `licence` is the terms under which its text may be used, None where nothing says them.
    `publication` is set where the file was pulled: who published it, under which terms.
    """

    document: Document
    licence: str | None
    warnings: tuple[str, ...]
    publication: Publication | None = None

    @property
    def path(self) -> str:
        """The file's path under the corpus folder."""
        return self.document.path


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A file that is left out, and why, in one line; both can be printed as they are."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicate:
    """A file with the same cleaned text as an earlier one, whose path is `first`.

    `sources` are its own, the address that it was published at among them. `url` is the first of
    them, and `licence` the terms under which its text may be used; None where nothing says them.
    """

    path: str
    first: str
    sources: tuple[Source, ...]
    url: str | None
    licence: str | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What it does not say of itself, though the earlier file may."""
        stated = {"no source": self.url, "no licence": self.licence}
        return tuple(lack for lack, value in stated.items() if not value)


Entry = Accepted | Refused | Duplicate


@dataclass(frozen=True, kw_only=True, slots=True)
class CorpusReport:
    """Every file of a corpus, in order of path.

    `hidden` is how many hidden files and folders, other than migbot's own, were passed over.
    """

    folder: Path
    entries: tuple[Entry, ...]
    hidden: int

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents; those that say the same are there once."""
        return tuple(entry.document for entry in self.entries if isinstance(entry, Accepted))

    @property
    def refused(self) -> tuple[Refused, ...]:
        """The files left out."""
        return tuple(entry for entry in self.entries if isinstance(entry, Refused))

    @property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The files that say what another says."""
        return tuple(entry for entry in self.entries if isinstance(entry, Duplicate))


def read_corpus(folder: Path, *, document_bytes: int = 20_000_000) -> CorpusReport:
    """Read every file under `folder` as `read_entries` does, and return them all.

    A file with the same cleaned text as an earlier one is taken once, and its sources are added
    to those of the earlier one.

    Args:
        folder: the corpus.
        document_bytes: largest file read, in bytes.

    Raises:
        CorpusError: `folder` is not a folder that can be read. A corpus without any document is
            no error here, so that its report can be shown.
    """
    entries: list[Entry] = []
    places: dict[str, int] = {}
    for entry in read_entries(folder, document_bytes=document_bytes):
        if isinstance(entry, Accepted):
            places[entry.path] = len(entries)
        elif isinstance(entry, Duplicate):
            first = entries[places[entry.first]]
            if isinstance(first, Accepted):
                document = with_sources(first.document, entry.sources)
                entries[places[entry.first]] = replace(first, document=document)
        entries.append(entry)
    hidden = sum(_is_hidden(path) and path.parent != folder / PULLED for path in _files(folder))
    return CorpusReport(folder=folder, entries=tuple(entries), hidden=hidden)


def read_entries(
    folder: Path, *, document_bytes: int, known: KnownReadings | None = None
) -> Iterator[Entry]:
    """Read one file under `folder` after the other, in order of path; a bad one stops no other.

    `sources.toml` and `README.md` at the top are no documents, and what is hidden is passed over.
    What a pulled file is stands in `sources.toml`. Of the files before, only the hash of their
    text is kept.

    Args:
        folder: the corpus.
        document_bytes: largest file read, in bytes.
        known: what was read before, in the place of parsing it again.

    Raises:
        CorpusError: `folder` is not a folder that can be read.
    """
    if not folder.is_dir():
        raise CorpusError(f"no corpus at {folder}: put documents there, or name another with DIR")
    seen: dict[bytes, str] = {}
    listing = read_listing(folder)
    with Parsers() as parsers:
        for path in _files(folder):
            if _is_hidden(path) or (path.parent == folder and path.name in _NOT_DOCUMENTS):
                continue
            entry = _entry(folder, path, document_bytes, listing, parsers, known)
            if isinstance(entry, Accepted):
                text = hashlib.sha256(entry.document.text.encode()).digest()
                first = seen.setdefault(text, entry.path)
                if first != entry.path:
                    entry = _duplicate(entry, first)
            yield entry


def _files(folder: Path) -> Iterator[Path]:
    """Yield in order what is not a readable folder below `folder`; of hidden folders, themselves.

    Links to folders are files here.
    """
    waiting = [folder]  # the next one last: folders may lie deeper than functions may call
    while waiting:
        path = waiting.pop()
        try:
            children = _children(path) if path == folder or _is_looked_into(path) else None
        except OSError:
            children = None  # reading it as a file is refused with the reason
        if children is None:
            yield path
        else:
            waiting += reversed(children)


def _is_looked_into(path: Path) -> bool:
    return not _is_hidden(path) and path.is_dir() and not path.is_symlink()


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda child: os.fsencode(child.name))


def _duplicate(entry: Accepted, first: str) -> Duplicate:
    document = entry.document
    published = (Source(title=document.title, url=document.url),) if document.url else ()
    return Duplicate(
        path=entry.path,
        first=first,
        sources=(*document.sources, *published),
        url=document.source_url,
        licence=entry.licence,
    )


def _entry(
    folder: Path,
    path: Path,
    document_bytes: int,
    listing: Listing,
    parsers: Parsers,
    known: KnownReadings | None,
) -> Entry:
    name = stored_path(path.relative_to(folder))
    try:
        pulled = listing.find(name)
        stated = pulled.front_matter if pulled else None
        loaded = load_document(
            folder,
            path,
            document_bytes=document_bytes,
            stated=stated,
            parsers=parsers,
            known=known,
        )
    except DocumentError as error:
        return Refused(path=on_one_line(name), reason=on_one_line(str(error)))
    except OSError:
        # Not this file's fault: what was read of it cannot be kept.
        raise
    # Whatever a bad file brings about in code that nobody foresaw, it stops no other.
    except Exception as error:  # noqa: BLE001
        _LOG.debug("%s cannot be read", on_one_line(name), exc_info=True)
        reason = f"cannot be read ({type(error).__name__}): save it anew, or take it out"
        return Refused(path=on_one_line(name), reason=reason)
    publication = pulled.publication if pulled else None
    licence = publication.terms.name if publication else loaded.licence
    if licence is None and loaded.document.retells:
        licence = OWN_WORDS
    return Accepted(
        document=loaded.document,
        licence=licence,
        warnings=loaded.warnings if licence else (*loaded.warnings, "no licence"),
        publication=publication,
    )


def on_one_line(text: str) -> str:
    """Return `text` on one line, with control characters, which a name may hold, as escapes."""
    return "".join(
        ascii(character)[1:-1] if unicodedata.category(character)[0] == "C" else character
        for character in text
    )


def with_sources(document: Document, more: Iterable[Source]) -> Document:
    """Return `document` with the sources of another that says the same added to its own.

    The address at which it was published itself is not added once more.
    """
    others = (source for source in more if source.url != document.url)
    return replace(document, sources=tuple(dict.fromkeys((*document.sources, *others))))
