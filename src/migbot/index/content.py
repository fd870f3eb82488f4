"""What an index is made of, stored line by line: documents, and the passages they are cut into."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from migbot.documents.chunk import chunk_document
from migbot.documents.corpus import Refused, on_one_line
from migbot.errors import DocumentError
from migbot.index.embed import SPECIAL_TOKENS, Embedder
from migbot.index.manifest import build_id_of, sha256_of
from migbot.index.mapped import map_file, release_pages
from migbot.index.passage_store import StoredDocuments, StoredPassages
from migbot.index.passages import frame_text, to_line
from migbot.index.store import DOCUMENTS, PASSAGES
from migbot.types import Document, Passage

_FEWEST_TOKENS = 32  # less text than this beside its title and headings makes no passage

Stage = Literal["reading documents", "cutting passages", "embedding passages", "indexing passages"]
# Stage, how much of it is done, and of how much: documents or passages; None while unknown.
Progress = Callable[[Stage, int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """Documents and their passages in two files of a folder, and the files left out.

    `corpus_sha256` is of the stored documents; `build_id` is that of the build they make.
    """

    folder: Path
    documents: StoredDocuments
    passages: StoredPassages
    refused: tuple[Refused, ...]
    corpus_sha256: str
    build_id: str


def store_content(
    documents: Collection[Document],
    folder: Path,
    *,
    embedder: Embedder,
    passage_tokens: int,
    vector_index: Literal["faiss", "milvus"],
    on_progress: Progress,
) -> Content:
    """Cut `documents`, gone through once, so that the embedder sees each passage whole.

    Writes the two files into `folder`. A document without room for text is refused.
    """
    refused = []
    with (folder / DOCUMENTS).open("wb") as kept, (folder / PASSAGES).open("wb") as cut:
        for done, document in enumerate(documents):
            on_progress("cutting passages", done, len(documents))
            try:
                passages = cut_document(document, embedder=embedder, passage_tokens=passage_tokens)
            except DocumentError as error:
                refused.append(Refused(path=on_one_line(document.path), reason=str(error)))
                continue
            kept.write(to_line(document))
            cut.writelines(to_line(passage) for passage in passages)
    on_progress("cutting passages", len(documents), len(documents))
    lines = map_file(folder / DOCUMENTS), map_file(folder / PASSAGES)
    content = Content(
        folder=folder,
        documents=StoredDocuments(lines[0]),
        passages=StoredPassages(lines[1]),
        refused=tuple(refused),
        corpus_sha256=sha256_of(lines[0]),
        build_id=build_id_of(*lines, embedder.identity, passage_tokens, vector_index),
    )
    # Read from end to end for the two hashes.
    for one in lines:
        release_pages(one)
    return content


def cut_document(
    document: Document, *, embedder: Embedder, passage_tokens: int
) -> tuple[Passage, ...]:
    """Return the passages of `document`, each of which the embedder sees whole.

    Args:
        document: the document.
        embedder: whose tokens are counted.
        passage_tokens: longest passage in those tokens, title and headings not counted.

    Raises:
        DocumentError: its title and headings leave no room for text.
    """
    room = min(passage_tokens, _room_for_text(document, embedder))
    if room < _FEWEST_TOKENS:
        raise DocumentError("its title and headings leave no room for text: shorten them")
    return chunk_document(document, count_tokens=embedder.count_tokens, max_tokens=room)


def _room_for_text(document: Document, embedder: Embedder) -> int:
    """Return the tokens that the longest title with headings leaves to a passage's text."""
    prefix = embedder.identity.passage_prefix
    frames = {frame_text(document.title, section.headings) for section in document.sections}
    longest = max(embedder.count_tokens(prefix + frame) for frame in frames)
    return embedder.max_tokens - SPECIAL_TOKENS - longest
