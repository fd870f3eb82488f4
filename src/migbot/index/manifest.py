"""The manifest of a build: what it was made from, and the hash and size of each of its files."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from migbot import __version__
from migbot.errors import IndexIntegrityError
from migbot.index.embed import EmbedderIdentity
from migbot.index.probe import Probe
from migbot.index.terms import TERMS_VERSION
from migbot.index.types import Buffer
from migbot.types import Document, Passage

FORMAT = 4
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEntry:
    """Hash and size of one file of a build."""

    sha256: str
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How much a build holds; the mappings count documents and passages by language."""

    documents: int
    passages: int
    vectors: int
    documents_by_language: Mapping[str, int]
    passages_by_language: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a build says of itself. Holds no path but the names of its own files.

    `created` is ISO 8601 in UTC; `corpus_sha256` is of the cleaned documents with their metadata;
    `passage_tokens` is the longest passage that was asked for, in the embedder's tokens;
    `probe` is what the embedder gave then for a fixed sentence; `dimension` is the length of each
    vector.
    """

    format: int
    built_by: str
    build_id: str
    created: str
    embedder: EmbedderIdentity
    probe: Probe
    dimension: int
    passage_tokens: int
    corpus_sha256: str
    counts: Counts
    files: Mapping[str, FileEntry]

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as JSON values, without the seal that closes the file."""
        return asdict(self)


def build_id_of(
    documents: Buffer,
    passages: Buffer,
    embedder: EmbedderIdentity,
    passage_tokens: int,
    vector_index: Literal["faiss", "milvus"] = "faiss",
) -> str:
    """Return the id of the build that these stored documents and passages make.

    Equal inputs make equal ids, whatever the machine, the folder and the time.
    """
    inputs = {
        "format": FORMAT,
        "documents": sha256_of(documents),
        "passages": sha256_of(passages),
        "embedder": embedder.to_json(),
        "passage_tokens": passage_tokens,
        "terms": TERMS_VERSION,
        "vector_index": vector_index,
    }
    return sha256_of(json.dumps(inputs, sort_keys=True).encode())[:16]


def new_manifest(
    *,
    build_id: str,
    created: str,
    embedder: EmbedderIdentity,
    probe: Probe,
    dimension: int,
    passage_tokens: int,
    corpus_sha256: str,
    documents: Collection[Document],
    passages: Collection[Passage],
    files: Mapping[str, bytes | Path],
) -> Manifest:
    """Return the manifest of a build of these files by name: their contents, or where they are."""
    return Manifest(
        format=FORMAT,
        built_by=f"migbot {__version__}",
        build_id=build_id,
        created=created,
        embedder=embedder,
        probe=probe,
        dimension=dimension,
        passage_tokens=passage_tokens,
        corpus_sha256=corpus_sha256,
        counts=Counts(
            documents=len(documents),
            passages=len(passages),
            vectors=len(passages),
            documents_by_language=_by_language(documents),
            passages_by_language=_by_language(passages),
        ),
        files={name: _entry_of(content) for name, content in files.items()},
    )


def manifest_to_bytes(manifest: Manifest) -> bytes:
    """Return the manifest's file: JSON whose last field is the hash of all others."""
    fields = manifest.to_json()
    return (json.dumps({**fields, "seal": _seal(fields)}, indent=2) + "\n").encode()


def manifest_from_bytes(content: bytes) -> Manifest:
    """Read a manifest and compare it with its seal.

    Raises:
        IndexIntegrityError: not a manifest, altered, or of a format that this version cannot read.
    """
    try:
        fields = json.loads(content)
        if fields["format"] != FORMAT:
            raise IndexIntegrityError(_unreadable(fields, f"in format {fields['format']}"))
        unknown = fields.keys() - Manifest.__dataclass_fields__.keys() - {"seal"}
        if unknown:
            raise IndexIntegrityError(_unreadable(fields, f"with {', '.join(sorted(unknown))}"))
        seal = fields.pop("seal")
        changed = {
            "embedder": EmbedderIdentity(**fields["embedder"]),
            "probe": Probe(**fields["probe"]),
            "counts": Counts(**fields["counts"]),
            "files": {name: FileEntry(**entry) for name, entry in fields["files"].items()},
        }
        manifest = Manifest(**{**fields, **changed})
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"the manifest cannot be read: {error}") from error
    if seal != _seal(manifest.to_json()) or content != manifest_to_bytes(manifest):
        raise IndexIntegrityError("the manifest was altered: its hash is another")
    return manifest


def sha256_of(content: Buffer) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(fields: Mapping[str, Any], how: str) -> str:
    return (
        f"the index was built by {fields.get('built_by')} {how}, which migbot {__version__} with "
        f"format {FORMAT} cannot read"
    )


def _entry_of(content: bytes | Path) -> FileEntry:
    if isinstance(content, Path):
        return FileEntry(sha256=sha256_of_file(content), bytes=content.stat().st_size)
    return FileEntry(sha256=sha256_of(content), bytes=len(content))


def _seal(fields: Mapping[str, Any]) -> str:
    return sha256_of(json.dumps(fields, sort_keys=True).encode())


def _by_language(items: Iterable[Document | Passage]) -> dict[str, int]:
    return dict(sorted(Counter(item.language for item in items).items()))
