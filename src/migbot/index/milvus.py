"""Dense search in Milvus, by pymilvus: a cluster by its address, or milvus-lite in a local folder.

Each build has a collection of its own, so that no search ever meets the vectors of another, nor
half of its own where the same build is made anew:

    migbot_<owner>_<build id>_<chance>      owner: a word of the index folder, in .milvus-owner

The build's folder holds the name of its collection; the address is a setting and may change.

A server that runs may go on asking a build whose folder is gone already, until it has opened the
next. So a collection that no build has any more is dropped an hour later, by the build that comes
then; `.milvus-unused.json` tells since when each waits.
"""

import json
import logging
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from migbot.errors import IndexIntegrityError, MigbotError, VectorServerError
from migbot.index.types import Buffer, Positions, Ranking, Vectors
from migbot.settings import Settings

RECORD = "vectors.milvus.json"

_OWNER = ".milvus-owner"
_UNUSED = ".milvus-unused.json"
_GRACE_S = 3600
_TIMEOUT_S = 30
_BLOCK = 1000  # vectors sent or asked for at a time


@dataclass(frozen=True, kw_only=True, slots=True)
class MilvusServer:
    """Where Milvus is: an address, or the path of a local `.db` that milvus-lite keeps."""

    uri: str
    token: str = field(default="", repr=False)


def milvus_server(settings: Settings) -> MilvusServer | None:
    """Return the server that the settings name; None where vectors are kept in files."""
    if settings.vector_index == "faiss":
        return None
    return MilvusServer(uri=settings.milvus_uri, token=settings.milvus_token)


class MilvusIndex:
    """The vectors of one build in one collection. Thread-safe, as its client is."""

    def __init__(self, server: MilvusServer, client: Any, collection: str) -> None:
        """Take a collection that exists.

        Raises:
            VectorServerError: the server does not answer, or has no such collection.
        """
        self._server = server
        self._client = client
        self._collection = collection
        with _faults_told(server):
            client.load_collection(collection, timeout=_TIMEOUT_S)
            counted = client.query(
                collection, filter="", output_fields=["count(*)"], timeout=_TIMEOUT_S
            )
            fields = client.describe_collection(collection, timeout=_TIMEOUT_S)["fields"]
        self._count = int(counted[0]["count(*)"])
        self._dimension = next(
            int(one["params"]["dim"]) for one in fields if one["name"] == "vector"
        )

    @classmethod
    def build(cls, server: MilvusServer, collection: str, vectors: Vectors) -> Self:
        """Put unit `vectors` of shape (n, d) into a new `collection`.

        Raises:
            VectorServerError: the server does not answer, or refuses.
        """
        # Loaded only where Milvus is used.
        from pymilvus import DataType  # type: ignore[import-untyped]  # noqa: PLC0415

        client = _connect(server)
        with _faults_told(server):
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("position", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
            index = client.prepare_index_params()
            index.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
            client.create_collection(
                collection, schema=schema, index_params=index, consistency_level="Strong"
            )
            for first in range(0, len(vectors), _BLOCK):
                block = enumerate(vectors[first : first + _BLOCK], start=first)
                client.insert(
                    collection, [{"position": at, "vector": vector} for at, vector in block]
                )
            client.flush(collection)
        return cls(server, client, collection)

    @classmethod
    def from_content(cls, server: MilvusServer | None, content: Buffer) -> Self:
        """Open the collection that `write` recorded.

        Raises:
            IndexIntegrityError: no server is set, or it lacks the collection.
            VectorServerError: it does not answer, which says nothing of the index.
        """
        if server is None:
            raise IndexIntegrityError(
                "the vectors of this build are in Milvus: set MIGBOT_VECTOR_INDEX and "
                "MIGBOT_MILVUS_URI"
            )
        collection = _recorded(content[:])
        client = _connect(server)
        with _faults_told(server):
            is_there = client.has_collection(collection, timeout=_TIMEOUT_S)
        if not is_there:
            raise IndexIntegrityError(
                f"Milvus at {server.uri} has no collection {collection}: see MIGBOT_MILVUS_URI"
            )
        return cls(server, client, collection)

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the name of the collection; return its file by name."""
        path = folder / RECORD
        path.write_text(json.dumps({"collection": self._collection}) + "\n", encoding="utf-8")
        return {RECORD: path}

    def __len__(self) -> int:
        """Return how many vectors the collection held when it was opened."""
        return self._count

    @property
    def dimension(self) -> int:
        """Return the length of each vector."""
        return self._dimension

    def search(self, vector: Vectors, k: int) -> Ranking:
        """Return up to `k` positions and cosines, best first; ties go to the lower position.

        Raises:
            VectorServerError: the server does not answer.
        """
        if not np.isfinite(vector).all():
            return ()
        with _faults_told(self._server):
            found = self._client.search(
                self._collection, [vector], limit=min(k, len(self)), timeout=_TIMEOUT_S
            )
        hits = [(int(hit["position"]), float(hit["distance"])) for hit in found[0]]
        return tuple(sorted(hits, key=lambda hit: (-hit[1], hit[0])))

    def vectors(self, at: Positions | None = None) -> Vectors:
        """Return the vectors at these positions, all of them by default, shape (n, d).

        Raises:
            VectorServerError: the server does not answer.
        """
        places = np.arange(len(self)) if at is None else at
        vectors = np.empty((len(places), self._dimension), dtype=np.float32)
        for first in range(0, len(places), _BLOCK):
            wanted = places[first : first + _BLOCK].tolist()
            with _faults_told(self._server):
                rows = self._client.get(
                    self._collection, ids=wanted, output_fields=["vector"], timeout=_TIMEOUT_S
                )
            found = {int(row["position"]): row["vector"] for row in rows}
            vectors[first : first + _BLOCK] = [found[one] for one in wanted]
        return vectors


def require_server(server: MilvusServer) -> None:
    """Do nothing where the server answers.

    Raises:
        VectorServerError: it does not.
    """
    _connect(server)


def collection_name(folder: Path, build_id: str) -> str:
    """Return a name for a build's collection, which no other folder and no other try gives away."""
    return f"{_owned_prefix(folder)}{build_id}_{secrets.token_hex(2)}"


def drop_collections(server: MilvusServer, folder: Path, builds: Collection[str]) -> None:
    """Drop the collections of this index folder that have been of none of `builds` for an hour.

    Raises:
        VectorServerError: the server does not answer.
    """
    client = _connect(server)
    prefix = _owned_prefix(folder)
    records = (folder / build / RECORD for build in builds)
    kept = {_recorded(record.read_bytes()) for record in records if record.exists()}
    now, before = time.time(), _unused_since(folder)
    unused = {}
    with _faults_told(server):
        for name in client.list_collections(timeout=_TIMEOUT_S):
            if not name.startswith(prefix) or name in kept:
                continue
            since = before.get(name, now)
            if now - since < _GRACE_S:
                unused[name] = since
            else:
                client.drop_collection(name, timeout=_TIMEOUT_S)
    (folder / _UNUSED).write_text(json.dumps(unused) + "\n", encoding="utf-8")


def _recorded(content: bytes) -> str:
    """Return the collection that a build's record names.

    Raises:
        IndexIntegrityError: it names none.
    """
    try:
        return str(json.loads(content)["collection"])
    except (KeyError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"{RECORD} names no collection: {error}") from error


def _unused_since(folder: Path) -> Mapping[str, float]:
    """Return since when each collection waits, in seconds; what is not known waits from now on."""
    try:
        told = json.loads((folder / _UNUSED).read_bytes())
        return {str(name): float(since) for name, since in told.items()}
    except (AttributeError, OSError, TypeError, ValueError):
        return {}


def _owned_prefix(folder: Path) -> str:
    path = folder / _OWNER
    if not path.exists():
        path.write_text(f"{secrets.token_hex(4)}\n", encoding="ascii")
    return f"migbot_{path.read_text(encoding='ascii').strip()}_"


def _connect(server: MilvusServer) -> Any:
    try:
        from pymilvus import MilvusClient  # noqa: PLC0415 - as above
    except ImportError as error:
        raise MigbotError("Milvus needs its client: install migbot[milvus]") from error
    if "://" not in server.uri:
        Path(server.uri).parent.mkdir(parents=True, exist_ok=True)
        # milvus-lite lacks some calls that the client gets along without, and logs each at length.
        logging.getLogger("grpc._server").setLevel(logging.CRITICAL)
    with _faults_told(server):
        return MilvusClient(uri=server.uri, token=server.token, timeout=_TIMEOUT_S)


@contextmanager
def _faults_told(server: MilvusServer) -> Iterator[None]:
    # Loaded only where Milvus is used.
    from grpc import FutureTimeoutError, RpcError  # type: ignore[import-untyped]  # noqa: PLC0415
    from pymilvus.exceptions import MilvusException  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        yield
    except (FutureTimeoutError, MilvusException, OSError, RpcError) as error:
        told = " ".join(str(error).split())
        raise VectorServerError(
            f"Milvus at {server.uri} fails ({told}): see that it runs and that MIGBOT_MILVUS_URI "
            "is its address, then try again"
        ) from error
