"""Opening a stored index: hashes first, then everything or nothing, else the build before.

    indexes/CURRENT             one line: the id of the build in force
    indexes/<build id>/         manifest.json and the files that it lists

Knows nothing of how builds are made (`build`) and written (`publish`).
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migbot.errors import IndexIntegrityError, IndexMissingError
from migbot.index.collection import Collection
from migbot.index.dense import VECTORS, FaissIndex, VectorIndex
from migbot.index.embed import Embedder, EmbedderIdentity
from migbot.index.manifest import MANIFEST, Manifest, manifest_from_bytes, sha256_of
from migbot.index.mapped import map_file, release_pages
from migbot.index.milvus import RECORD, MilvusIndex, MilvusServer
from migbot.index.passage_store import StoredDocuments, StoredPassages
from migbot.index.sparse import SparseIndex
from migbot.index.types import Buffer
from migbot.types import Document

CURRENT = "CURRENT"
DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"

_BUILD_ID = re.compile(r"[0-9a-f]{16}")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Index(Collection):
    """One build, whole and verified; its files stay mapped, and are read where they are needed.

    `fault` is None, or says why the build in force was passed over for this earlier one.
    """

    build_id: str
    manifest: Manifest
    documents: Mapping[str, Document]
    fault: str | None = None


def open_index(
    folder: Path,
    *,
    embedder: EmbedderIdentity | None = None,
    milvus: MilvusServer | None = None,
    falls_back: bool = True,
) -> Index:
    """Open the build in force under `folder`, or the newest that can be where that one cannot.

    Args:
        folder: the folder that holds `CURRENT`.
        embedder: what will embed the questions; None skips the comparison.
        milvus: where the vectors are, for a build that does not hold them itself.
        falls_back: False takes no other build than the one in force.

    Raises:
        IndexMissingError: no index was ever built there.
        IndexIntegrityError: no build is whole and of this format, or the index is of another
            embedder.
        VectorServerError: the vectors are on a server that cannot be asked now; no earlier build
            stands in, as the build in force may be whole.
    """
    index = _open_whole(folder, milvus, falls_back=falls_back)
    if embedder is not None and embedder != index.manifest.embedder:
        raise IndexIntegrityError(_mismatch(index.manifest.embedder, embedder))
    return index


def open_for_questions(
    folder: Path,
    embedder: Embedder,
    *,
    milvus: MilvusServer | None = None,
    falls_back: bool = True,
) -> Index:
    """Open as `open_index` does, and see that `embedder` still gives the vectors that it gave.

    Costs two embeddings more.

    Args:
        folder: the folder that holds `CURRENT`.
        embedder: what will embed the questions.
        milvus: as for `open_index`, and so is `falls_back`.
        falls_back: see there.

    Raises:
        IndexIntegrityError: it gives others; and what `open_index` raises.
    """
    index = open_index(folder, embedder=embedder.identity, milvus=milvus, falls_back=falls_back)
    for fault in index.manifest.probe.faults(embedder):
        raise IndexIntegrityError(fault)
    return index


def _open_whole(folder: Path, milvus: MilvusServer | None, *, falls_back: bool) -> Index:
    current = current_build(folder)
    try:
        return open_build(folder / current, milvus=milvus)
    except IndexIntegrityError as error:
        fault = f"build {current}: {error}"
        if not falls_back:
            raise IndexIntegrityError(fault) from error
    _LOG.error("the index in force cannot be used, looking for an earlier one: %s", fault)
    for build in builds_newest_first(folder):
        if build == current:
            continue
        try:
            index = open_build(folder / build, milvus=milvus, fault=fault)
        except IndexIntegrityError as error:
            _LOG.error("build %s cannot be used either: %s", build, error)
        else:
            _LOG.error("build %s serves instead: run `migbot index build`", build)
            return index
    raise IndexIntegrityError(
        f"the index at {folder} cannot be used, nor any earlier build ({fault}): "
        "run `migbot index build`"
    )


def open_build(
    folder: Path, *, milvus: MilvusServer | None = None, fault: str | None = None
) -> Index:
    """Open one build, each file's hash before its content.

    Raises:
        IndexIntegrityError: a file is absent, altered or does not fit the others, or the vectors
            are in no Milvus that is set.
        VectorServerError: the vectors are in a Milvus that cannot be asked now.
    """
    manifest = read_manifest(folder)
    files = {name: _verified(folder, manifest, name) for name in sorted(manifest.files)}
    try:
        documents = StoredDocuments(files.pop(DOCUMENTS))
        passages = StoredPassages(files.pop(PASSAGES))
        dense = _open_vectors(files, milvus)
    except KeyError as error:
        raise IndexIntegrityError(f"{folder.name} lists no file {error}") from error
    index = Index(
        build_id=manifest.build_id,
        manifest=manifest,
        documents=documents,
        passages=passages,
        dense=dense,
        sparse=SparseIndex.from_files(files),
        fault=fault,
    )
    _compare_counts(index)
    return index


def _open_vectors(files: dict[str, Buffer], milvus: MilvusServer | None) -> VectorIndex:
    if RECORD in files:
        return MilvusIndex.from_content(milvus, files.pop(RECORD))
    return FaissIndex.from_content(files.pop(VECTORS))


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of the build at `folder`.

    Raises:
        IndexIntegrityError: absent, altered, of another format or of another build.
    """
    try:
        manifest = manifest_from_bytes((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise IndexIntegrityError(f"{MANIFEST} cannot be read: {error.strerror}") from error
    if manifest.build_id != folder.name:
        raise IndexIntegrityError(f"{folder.name} holds the manifest of {manifest.build_id}")
    return manifest


def current_build(folder: Path) -> str:
    """Return the id in `CURRENT`; it may be torn, and then names no build.

    Raises:
        IndexMissingError: there is no `CURRENT` that can be read.
    """
    try:
        line = (folder / CURRENT).read_bytes().decode("ascii", errors="replace").strip()
    except OSError as error:
        raise IndexMissingError(
            f"no index at {folder}: run `make setup` or `migbot index build`"
        ) from error
    # Never a path: what stands here is joined to the folder.
    return line if _BUILD_ID.fullmatch(line) else "(torn)"


def builds_newest_first(folder: Path) -> tuple[str, ...]:
    """Return the ids of the builds under `folder` whose manifest can be read, newest first."""
    found = []
    for path in folder.iterdir():
        if not _BUILD_ID.fullmatch(path.name):
            continue
        try:
            found.append((read_manifest(path).created, path.name))
        except IndexIntegrityError:
            _LOG.warning("build %s has no readable manifest", path.name)
    return tuple(build for _, build in sorted(found, reverse=True))


def is_build_name(name: str) -> bool:
    """Tell whether a folder of this name can be a build."""
    return _BUILD_ID.fullmatch(name) is not None


def _verified(folder: Path, manifest: Manifest, name: str) -> Buffer:
    if Path(name).name != name:
        raise IndexIntegrityError(f"{name!r} is not the name of a file of the build")
    try:
        content = map_file(folder / name)
    except OSError as error:
        raise IndexIntegrityError(f"{name} cannot be read: {error.strerror}") from error
    entry = manifest.files[name]
    if len(content) != entry.bytes:
        raise IndexIntegrityError(f"{name} has {len(content)} bytes and should have {entry.bytes}")
    if sha256_of(content) != entry.sha256:
        raise IndexIntegrityError(f"{name} was altered: its hash is another")
    release_pages(content)
    return content


def _compare_counts(index: Index) -> None:
    """Refuse an index whose parts are of different builds: it would show the wrong passage."""
    counts = index.manifest.counts
    pairs = (
        ("documents", len(index.documents), counts.documents),
        ("passages", len(index.passages), counts.passages),
        ("vectors", len(index.dense), counts.vectors),
        ("vectors", len(index.dense), len(index.passages)),
        ("passages in the sparse index", len(index.sparse), len(index.passages)),
        ("numbers in a vector", index.dense.dimension, index.manifest.dimension),
    )
    for what, found, expected in pairs:
        if found != expected:
            raise IndexIntegrityError(f"{found} {what} and there should be {expected}")


def _mismatch(built: EmbedderIdentity, asked: EmbedderIdentity) -> str:
    theirs, ours = built.to_json(), asked.to_json()
    differing = next(name for name in theirs if theirs[name] != ours[name])
    return (
        f"the index was built with another embedder ({differing} {theirs[differing]!r}, "
        f"now {ours[differing]!r}): run `migbot index build`, or set the embedder back"
    )
