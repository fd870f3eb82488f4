"""What an answer rests on, document by document, as a reader would put it into a paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from migbot.serve.escaping import safe_address
from migbot.serve.strings import Strings, spoken_date, spoken_state
from migbot.types import Citation, Document, Language, Passage, Source

# The date of these is the `as_of` of their front matter; that of others, the day they came out.
TEXTS = frozenset({".md", ".txt"})
PAGES = frozenset({".html", ".htm"})

Kind = Literal["sheet", "page", "report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A cited document.

    A sheet is written for the corpus and retells its `sources`; of others the `publisher` may be
    known.
    """

    document_id: str
    kind: Kind
    path: str
    title: str
    publisher: str | None
    date: str | None
    url: str | None
    language: Language
    sources: tuple[Source, ...]
    pages: tuple[int, ...]
    citations: tuple[Citation, ...]


def reference_of(
    passage: Passage, document: Document | None, citations: tuple[Citation, ...] = ()
) -> Reference:
    """Return the reference of a passage's document, as far as it is known."""
    is_sheet = document is not None and document.retells
    pages = {passage.page, *(one.passage.page for one in citations)}
    known = () if document is None else document.sources
    # The list of publications names the publisher as the source at the document's own address.
    publisher = next((one.title for one in known if one.url == passage.url), None)
    return Reference(
        document_id=passage.document_id,
        kind="sheet" if is_sheet else _kind_of_file(passage.path),
        path=passage.path,
        title=passage.title,
        publisher=None if is_sheet else publisher,
        date=passage.date,
        # No address holds the words of a sheet.
        url=None if is_sheet else safe_address(passage.url),
        language=passage.language,
        sources=tuple(one for one in known if safe_address(one.url)) if is_sheet else (),
        pages=tuple(sorted(page for page in pages if page is not None)),
        citations=citations,
    )


def references(
    citations: Iterable[Citation], documents: Mapping[str, Document]
) -> tuple[Reference, ...]:
    """Return a reference for each cited document, in the order of their first citations."""
    by_document: dict[str, list[Citation]] = {}
    for citation in citations:
        by_document.setdefault(citation.passage.document_id, []).append(citation)
    return tuple(
        reference_of(items[0].passage, documents.get(document_id), tuple(items))
        for document_id, items in by_document.items()
    )


def date_words(date: str | None, path: str, words: Strings) -> str:
    """Return the date of the document at `path` as it is said in the page's language."""
    if date and _suffix(path) in TEXTS:
        return spoken_state(date, words)
    return spoken_date(date, words)


def reference_line(reference: Reference, words: Strings) -> str:
    """Return a finished line: publisher, title, date, pages and address, or a sheet's sources."""
    parts = [f"{words.quote_open}{reference.title}{words.quote_close}"]
    if reference.kind == "sheet":
        parts.append(words.sheet)
    if reference.publisher:
        parts.insert(0, reference.publisher)
    parts.append(date_words(reference.date, reference.path, words))
    if reference.pages:
        parts.append(words.page.format(page=", ".join(map(str, reference.pages))))
    if reference.url:
        return ", ".join((*parts, reference.url))
    line = f"{', '.join(parts)}."
    sources = words.listed.join(f"{one.title}, {one.url}" for one in reference.sources)
    return f"{line} {words.based_on.format(sources=sources)}" if sources else line


def _kind_of_file(path: str) -> Kind:
    return "page" if _suffix(path) in TEXTS | PAGES else "report"


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
