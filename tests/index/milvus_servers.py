"""The Milvus that tests of the index ask: milvus-lite, and a real server where one is named."""

import os
from contextlib import contextmanager

from pymilvus import MilvusClient

from migbot.index.milvus import MilvusServer

SERVER = os.environ.get("MIGBOT_TEST_MILVUS_URI")
KINDS = ("milvus-lite",) if SERVER is None else ("milvus-lite", "Milvus server")


@contextmanager
def milvus_of(kind, folder):
    """Hold milvus-lite in a file under `folder`, or the server, emptied afterwards."""
    if kind == "milvus-lite":
        yield MilvusServer(uri=str(folder / "milvus" / "vectors.db"))
        return
    server = MilvusServer(uri=SERVER)
    assert collections(server) == [], "an index is kept there: name a server for tests alone"
    try:
        yield server
    finally:
        for name in collections(server):
            MilvusClient(uri=SERVER).drop_collection(name)


def collections(server):
    """Return migbot's collections, in order of name."""
    names = MilvusClient(uri=server.uri).list_collections()
    return sorted(name for name in names if name.startswith("migbot_"))
