"""Embed a large corpus on several machines or processes, with Ray Data, before the index is built.

    pip install 'ray[data]'
    python scripts/embed_with_ray.py --workers 8
    migbot index build

Tried with Ray 2.60.0, two workers on one machine.

The workers embed with the same code as a build and keep the vectors where a build that was stopped
keeps them; the build then finds all of them there. They need migbot, the embedder's files and the
index folder at the same paths, as on one machine or a shared disk.

The texts to embed are in this process's memory together: 1 GB for a million passages of 1 kB.
"""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from migbot.index.build import prepared, vector_source
from migbot.index.embed import Embedder, load_embedder
from migbot.index.milvus import milvus_server
from migbot.index.publish import only_builder
from migbot.index.reuse import embed_batch
from migbot.index.spool import spooled
from migbot.index.vector_cache import VectorCache
from migbot.settings import Settings, load_settings

BATCH_PASSAGES = 1024


class BatchEmbedder:
    """What each worker holds: the embedder, loaded once, and the cache of an index folder."""

    def __init__(self, load: Callable[[], Embedder], folder: Path) -> None:
        self._embedder = load()
        self._cache = VectorCache(folder, self._embedder.identity)

    def __call__(self, batch: Mapping[str, NDArray[np.str_]]) -> dict[str, NDArray[np.int64]]:
        """Embed the texts of a batch into the cache; return how many there were."""
        texts = [str(text) for text in batch["text"]]
        embed_batch(texts, self._embedder, self._cache)
        return {"passages": np.array([len(texts)])}


def main(arguments: Sequence[str]) -> int:
    """Embed what the index does not hold yet; return 0."""
    parser = argparse.ArgumentParser(description="Embed a large corpus with Ray Data.")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the documents")
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--address", help="a running Ray cluster; one on this machine by default")
    options = parser.parse_args(arguments)
    settings = load_settings(corpus=options.corpus, index=options.index, threads=1)
    with only_builder(settings.index):
        texts = missing_texts(settings)
        print(f"{len(texts)} passages to embed", file=sys.stderr)
        embedded = embed(texts, settings, options.workers, options.address) if texts else 0
    print(f"{embedded} passages embedded: run `migbot index build`")
    return 0


def missing_texts(settings: Settings) -> list[str]:
    """Return the texts that a build would embed; call with the lock of the index folder held."""
    embedder, milvus = load_embedder(settings), milvus_server(settings)
    with (
        spooled(settings.corpus, settings.index, document_bytes=settings.document_bytes) as read,
        prepared(
            read.documents,
            settings.index,
            embedder=embedder,
            passage_tokens=settings.passage_tokens,
            milvus=milvus,
        ) as content,
    ):
        return vector_source(content, settings.index, embedder, milvus).texts()


def embed(texts: Sequence[str], settings: Settings, workers: int, address: str | None) -> int:
    """Embed `texts` with so many workers; return how many were embedded."""
    # Ray reports how it is used unless it is told otherwise before it starts.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray  # noqa: PLC0415 - not a library that migbot brings along

    ray.init(address=address, include_dashboard=None if address else False)
    counts = ray.data.from_items([{"text": text} for text in texts]).map_batches(
        BatchEmbedder,
        fn_constructor_args=(partial(load_embedder, settings), settings.index.resolve()),
        batch_size=batch_size(len(texts), workers),
        compute=ray.data.ActorPoolStrategy(size=workers),
    )
    return int(counts.sum("passages"))


def batch_size(passages: int, workers: int) -> int:
    """Return how many passages a worker gets at a time, so that each gets some."""
    return min(BATCH_PASSAGES, -(-passages // workers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
