"""Building: corpus → passages → vectors → index, published only where something changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np

from migbot.documents.chunk import chunk_document
from migbot.documents.corpus import Refused, read_corpus
from migbot.errors import CorpusError, IndexIntegrityError, IndexMissingError
from migbot.index.collection import Collection, build_collection
from migbot.index.embed import SPECIAL_TOKENS, Embedder
from migbot.index.manifest import build_id_of, new_manifest, sha256_of
from migbot.index.passages import frame_text, indexed_text, to_lines
from migbot.index.publish import only_builder, publish, put_in_force, sweep_temporary
from migbot.index.store import DOCUMENTS, PASSAGES, VECTORS, open_build, open_index
from migbot.index.types import Vectors
from migbot.types import Document, Passage

_FEWEST_TOKENS = 32  # less text than this beside its title and headings makes no passage

Stage = Literal["reading documents", "cutting passages", "embedding passages"]
# Stage, how much of it is done, and of how much: documents or passages; None while unknown.
Progress = Callable[[Stage, int, int | None], None]


def _tell_nobody(_stage: Stage, _done: int, _total: int | None) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Content:
    """What a build is made of: documents, their passages, and the files left out."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildReport:
    """What a build did.

    `published` is False where the same build was there already. `embedded` counts the passages
    that were embedded now, `reused` those whose vectors came from the build before.
    """

    build_id: str
    published: bool
    documents: int
    passages: int
    embedded: int
    reused: int
    refused: tuple[Refused, ...]


def build_index(
    corpus: Path,
    folder: Path,
    *,
    embedder: Embedder,
    passage_tokens: int,
    document_bytes: int,
    on_progress: Progress = _tell_nobody,
) -> BuildReport:
    """Build the index of `corpus` under `folder` and put it in force.

    Files that cannot be read are reported and left out.

    Args:
        corpus: folder of the documents.
        folder: folder that will hold the index; made where it is absent.
        embedder: embeds what the build before does not already hold.
        passage_tokens: longest passage in the embedder's tokens, title and headings not counted.
        document_bytes: largest file read, in bytes.
        on_progress: told when each stage begins and how far it is: after each document that is
            cut, and after each batch that is embedded.

    Raises:
        CorpusError: no document can be used; the index in force is untouched.
        BusyError: another process builds there.
        MigbotError: the index cannot be written; the one in force still opens.
    """
    with only_builder(folder):
        sweep_temporary(folder)
        content = _read_content(corpus, document_bytes, embedder, passage_tokens, on_progress)
        stored = {DOCUMENTS: to_lines(content.documents), PASSAGES: to_lines(content.passages)}
        build_id = build_id_of(
            stored[DOCUMENTS], stored[PASSAGES], embedder.identity, passage_tokens
        )
        embedded = 0
        published = not _is_whole(folder / build_id)
        if published:
            vectors, embedded = _embed(content.passages, folder, embedder, on_progress)
            files = {**stored, **_index_files(build_collection(content.passages, vectors))}
            manifest = new_manifest(
                build_id=build_id,
                created=datetime.now(UTC).isoformat(timespec="microseconds"),
                embedder=embedder.identity,
                dimension=vectors.shape[1],
                passage_tokens=passage_tokens,
                corpus_sha256=sha256_of(stored[DOCUMENTS]),
                documents=content.documents,
                passages=content.passages,
                files=files,
            )
            publish(folder, manifest, files)
        else:
            put_in_force(folder, build_id)
    return BuildReport(
        build_id=build_id,
        published=published,
        documents=len(content.documents),
        passages=len(content.passages),
        embedded=embedded,
        reused=len(content.passages) - embedded,
        refused=content.refused,
    )


def _read_content(
    corpus: Path,
    document_bytes: int,
    embedder: Embedder,
    passage_tokens: int,
    on_progress: Progress,
) -> _Content:
    """Read the corpus and cut its documents so that the embedder sees each passage whole."""
    on_progress("reading documents", 0, None)
    report = read_corpus(corpus, document_bytes=document_bytes)
    total = len(report.documents)
    on_progress("reading documents", total, total)
    documents: list[Document] = []
    passages: list[Passage] = []
    refused = list(report.refused)
    for done, document in enumerate(report.documents):
        on_progress("cutting passages", done, total)
        room = min(passage_tokens, _room_for_text(document, embedder))
        if room < _FEWEST_TOKENS:
            reason = "its title and headings leave no room for text: shorten them"
            refused.append(Refused(path=document.path, reason=reason))
            continue
        documents.append(document)
        passages += chunk_document(document, count_tokens=embedder.count_tokens, max_tokens=room)
    on_progress("cutting passages", total, total)
    if not passages:
        raise CorpusError(
            f"{corpus} holds no document that can be used ({len(refused)} refused): add some; "
            "`migbot corpus check` says why files are refused"
        )
    return _Content(documents=tuple(documents), passages=tuple(passages), refused=tuple(refused))


def _room_for_text(document: Document, embedder: Embedder) -> int:
    """Return the tokens that the longest title with headings leaves to a passage's text."""
    prefix = embedder.identity.passage_prefix
    frames = {frame_text(document.title, section.headings) for section in document.sections}
    longest = max(embedder.count_tokens(prefix + frame) for frame in frames)
    return embedder.max_tokens - SPECIAL_TOKENS - longest


def _embed(
    passages: Sequence[Passage], folder: Path, embedder: Embedder, on_progress: Progress
) -> tuple[Vectors, int]:
    """Return the vectors of `passages`, shape (n, d), and how many were embedded for it."""
    known = _known_vectors(folder, embedder)
    texts = [indexed_text(passage) for passage in passages]
    new = [text for text in dict.fromkeys(texts) if text not in known]
    done = 0

    def advance(batch: int) -> None:
        nonlocal done
        done += batch
        on_progress("embedding passages", done, len(new))

    if new:
        on_progress("embedding passages", 0, len(new))
        embedded = embedder.embed_passages(new, on_batch=advance)
        known.update(zip(new, embedded, strict=True))
    return np.stack([known[text] for text in texts]), len(new)


def _known_vectors(folder: Path, embedder: Embedder) -> dict[str, np.ndarray]:
    """Return vectors by embedded text from the index in force, where this embedder made them."""
    try:
        index = open_index(folder, embedder=embedder.identity)
    except (IndexMissingError, IndexIntegrityError):
        return {}
    texts = (indexed_text(passage) for passage in index.passages)
    return dict(zip(texts, index.dense.vectors(), strict=True))


def _index_files(collection: Collection) -> dict[str, bytes]:
    return {VECTORS: collection.dense.to_bytes(), **collection.sparse.to_files()}


def _is_whole(build: Path) -> bool:
    try:
        open_build(build)
    except IndexIntegrityError:
        return False
    return True
