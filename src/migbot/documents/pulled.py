"""The files that were pulled: where they lie in the corpus, and what `sources.toml` says of them.

    corpus/pulled/<language>/<id>.<kind>

A PDF or a page says little of itself, and not always the truth. Its title, language, date and
address are those of the list. A file there that the list does not have is no document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migbot.documents.frontmatter import FrontMatter
from migbot.documents.sources import SOURCES_FILE, Publication, Sources, read_sources
from migbot.errors import CorpusError, DocumentError
from migbot.types import Language, Source

PULLED = "pulled"


@dataclass(frozen=True, kw_only=True, slots=True)
class PulledFile:
    """One publication in one of its languages: what is pulled from one address."""

    publication: Publication
    language: Language

    @property
    def name(self) -> str:
        """The name of the file."""
        return f"{self.publication.source_id}.{self.publication.kind}"

    @property
    def path(self) -> str:
        """Where it lies under the corpus folder."""
        return f"{PULLED}/{self.language}/{self.name}"

    @property
    def url(self) -> str:
        """The address that the list gives."""
        return self.publication.urls[self.language]

    @property
    def front_matter(self) -> FrontMatter:
        """What the list says, as the front matter that the file itself cannot have."""
        publication = self.publication
        named = ", ".join(part for part in (publication.publisher, publication.symbol) if part)
        return FrontMatter(
            title=publication.titles[self.language],
            language=self.language,
            as_of=publication.date,
            url=self.url,
            sources=(Source(title=named, url=self.url),),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What `sources.toml` says of the files under `pulled/`, by path; `fault` where it is wrong."""

    files: Mapping[str, PulledFile]
    fault: str | None = None

    def find(self, path: str) -> PulledFile | None:
        """Return what is listed for `path` under the corpus folder; None outside `pulled/`.

        Raises:
            DocumentError: it lies in `pulled/`, and the list does not have it or cannot be read.
        """
        if not path.startswith(f"{PULLED}/"):
            return None
        if self.fault:
            raise DocumentError(f"what it is stands in the list, but {self.fault}")
        if path not in self.files:
            raise DocumentError(
                f"not in {SOURCES_FILE}: list it there, or move it out of {PULLED}/ or delete it"
            )
        return self.files[path]


def pulled_files(sources: Sources) -> tuple[PulledFile, ...]:
    """Return every publication in every language it has an address for, in the list's order."""
    return tuple(
        PulledFile(publication=publication, language=language)
        for publication in sources.publications
        for language in publication.urls
    )


def read_listing(corpus: Path) -> Listing:
    """Return what the list of `corpus` says; the list is not opened where nothing was pulled."""
    if not (corpus / PULLED).exists():
        return Listing(files={})
    try:
        files = pulled_files(read_sources(corpus / SOURCES_FILE))
    except CorpusError as error:
        return Listing(files={}, fault=str(error))
    return Listing(files={file.path: file for file in files})
