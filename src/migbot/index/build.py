"""Building: corpus → passages → vectors → index, published only where something changed."""

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from migbot.documents.corpus import Refused
from migbot.errors import CorpusError, IndexIntegrityError, IndexMissingError, MigbotError
from migbot.index.build_dense import write_vectors
from migbot.index.content import Content, Progress, store_content
from migbot.index.embed import Embedder
from migbot.index.manifest import new_manifest
from migbot.index.milvus import (
    MilvusServer,
    drop_collections,
    require_server,
)
from migbot.index.passages import indexed_text
from migbot.index.probe import Probe
from migbot.index.publish import (
    disk_faults_told,
    only_builder,
    publish,
    put_in_force,
    sweep_temporary,
)
from migbot.index.reuse import VectorSource
from migbot.index.sparse import SparseIndex
from migbot.index.spool import spooled
from migbot.index.store import DOCUMENTS, PASSAGES, builds_newest_first, open_build, open_index
from migbot.index.vector_cache import VectorCache, sweep_cache
from migbot.types import Document

_LOG = logging.getLogger(__name__)


def _tell_nobody(_stage: str, _done: int, _total: int | None) -> None:
    """Do nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildReport:
    """What a build did.

    `published` is False where the same build was there already. `embedded` counts the passages
    that were embedded now, `reused` those whose vectors came from the build before or from one
    that was stopped.
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
    milvus: MilvusServer | None = None,
    on_progress: Progress = _tell_nobody,
) -> BuildReport:
    """Build the index of `corpus` under `folder` and put it in force.

    Files that cannot be read are reported and left out. A build that was stopped goes on with
    what it had embedded.

    Args:
        corpus: folder of the documents.
        folder: folder that will hold the index; made where it is absent.
        embedder: embeds what the build before does not already hold.
        passage_tokens: longest passage in the embedder's tokens, title and headings not counted.
        document_bytes: largest file read, in bytes.
        milvus: where to put the vectors; None keeps them in a file of the build.
        on_progress: told when each stage begins and how far it is: after each document that is
            cut, and after each batch that is embedded.

    Raises:
        CorpusError: no document can be used; the index in force is untouched.
        BusyError: another process builds there.
        MigbotError: the index cannot be written; the one in force still opens.
    """
    with only_builder(folder):
        on_progress("reading documents", 0, None)
        with spooled(corpus, folder, document_bytes=document_bytes) as read:
            on_progress("reading documents", len(read.documents), len(read.documents))
            return index_documents(
                read.documents,
                folder,
                embedder=embedder,
                passage_tokens=passage_tokens,
                refused=read.refused,
                milvus=milvus,
                on_progress=on_progress,
            )


def index_documents(
    documents: Collection[Document],
    folder: Path,
    *,
    embedder: Embedder,
    passage_tokens: int,
    refused: Sequence[Refused] = (),
    milvus: MilvusServer | None = None,
    on_progress: Progress = _tell_nobody,
) -> BuildReport:
    """Build the index of `documents` and put it in force; call with the folder's lock held.

    Args:
        documents: gone through once.
        folder: folder that will hold the index.
        embedder: as for `build_index`, and so are `passage_tokens`, `milvus` and `on_progress`.
        passage_tokens: see there.
        refused: the files left out so far.
        milvus: see there.
        on_progress: see there.

    Raises:
        CorpusError: no document can be used; the index in force is untouched.
        MigbotError: the index cannot be written; the one in force still opens.
    """
    if milvus is not None:
        require_server(milvus)
    with prepared(
        documents,
        folder,
        embedder=embedder,
        passage_tokens=passage_tokens,
        milvus=milvus,
        on_progress=on_progress,
    ) as content:
        left_out = (*refused, *content.refused)
        if not content.passages:
            raise CorpusError(
                f"the corpus holds no document that can be used ({len(left_out)} refused): "
                "add some; `migbot corpus check` says why files are refused"
            )
        published = not _is_whole(folder / content.build_id, milvus)
        embedded = 0
        if published:
            source = vector_source(content, folder, embedder, milvus)
            embedded = len(source.new)
            _embed(source, embedder, on_progress)
            on_progress("indexing passages", 0, None)
            _publish(content, source, folder, embedder, passage_tokens, milvus)
        else:
            put_in_force(folder, content.build_id)
        sweep_cache(folder)
        if milvus is not None:
            _drop_old_collections(milvus, folder)
        return BuildReport(
            build_id=content.build_id,
            published=published,
            documents=len(content.documents),
            passages=len(content.passages),
            embedded=embedded,
            reused=len(content.passages) - embedded,
            refused=left_out,
        )


@contextmanager
def prepared(
    documents: Collection[Document],
    folder: Path,
    *,
    embedder: Embedder,
    passage_tokens: int,
    milvus: MilvusServer | None = None,
    on_progress: Progress = _tell_nobody,
) -> Iterator[Content]:
    """Hold `documents` and their passages in a temporary folder under `folder`.

    Call with the folder's lock held; what interrupted builds left behind is swept.

    Raises:
        MigbotError: the disk refuses.
    """
    sweep_temporary(folder)
    with (
        disk_faults_told(folder),
        TemporaryDirectory(prefix=".tmp-", dir=folder, ignore_cleanup_errors=True) as work,
    ):
        yield store_content(
            documents,
            Path(work),
            embedder=embedder,
            passage_tokens=passage_tokens,
            vector_index="faiss" if milvus is None else "milvus",
            on_progress=on_progress,
        )


def vector_source(
    content: Content, folder: Path, embedder: Embedder, milvus: MilvusServer | None = None
) -> VectorSource:
    """Return where the vectors of `content` come from: what is under `folder` holds some."""
    try:
        before = open_index(folder, embedder=embedder.identity, milvus=milvus)
    except (IndexMissingError, IndexIntegrityError):
        before = None
    cache = VectorCache(folder, embedder.identity)
    source = VectorSource(content.passages, before=before, cache=cache)
    if source.new and source.probe is not None and (faults := source.probe.faults(embedder)):
        # Side by side, vectors of two kinds would find the wrong passages.
        _LOG.warning("all passages are embedded anew: %s", "; ".join(faults))
        source = VectorSource(content.passages, before=None, cache=cache)
    return source


def _embed(source: VectorSource, embedder: Embedder, on_progress: Progress) -> None:
    done = 0

    def advance(batch: int) -> None:
        nonlocal done
        done += batch
        on_progress("embedding passages", done, len(source.new))

    if source.new:
        on_progress("embedding passages", 0, len(source.new))
        source.embed_new(embedder, advance)


def _publish(
    content: Content,
    source: VectorSource,
    folder: Path,
    embedder: Embedder,
    passage_tokens: int,
    milvus: MilvusServer | None,
) -> None:
    vector_files, dimension = write_vectors(content, source, folder, embedder, milvus)
    sparse = SparseIndex.build((indexed_text(one), one.language) for one in content.passages)
    files = {
        DOCUMENTS: content.folder / DOCUMENTS,
        PASSAGES: content.folder / PASSAGES,
        **vector_files,
        **sparse.write(content.folder),
    }
    manifest = new_manifest(
        build_id=content.build_id,
        created=datetime.now(UTC).isoformat(timespec="microseconds"),
        embedder=embedder.identity,
        probe=source.probe or Probe.of(embedder),
        dimension=dimension,
        passage_tokens=passage_tokens,
        corpus_sha256=content.corpus_sha256,
        documents=content.documents.values(),
        passages=content.passages,
        files=files,
    )
    publish(folder, manifest, files)


def _drop_old_collections(milvus: MilvusServer, folder: Path) -> None:
    try:
        drop_collections(milvus, folder, builds_newest_first(folder))
    except (MigbotError, OSError) as error:
        # The build is in force; the next one drops what stays behind.
        _LOG.warning("old collections are not dropped: %s", error)


def _is_whole(build: Path, milvus: MilvusServer | None) -> bool:
    try:
        open_build(build, milvus=milvus)
    except IndexIntegrityError:
        return False
    return True
