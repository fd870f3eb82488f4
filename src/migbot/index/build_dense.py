"""The dense index of a build: exact or in lists by the number of its vectors, or in Milvus."""

from collections.abc import Sequence
from pathlib import Path

from migbot.index.content import Content
from migbot.index.dense import EXACT_VECTORS, FaissIndex, VectorIndex
from migbot.index.embed import Embedder
from migbot.index.milvus import MilvusIndex, MilvusServer, collection_name
from migbot.index.reuse import VectorSource
from migbot.index.types import Vectors
from migbot.types import Passage

# Stand for questions where the search of many vectors is set: words from the middle of passages
# spread over all of them. Their cosines to passages are like those of real questions.
_PROBES = 300
_PROBE_WORDS = 12


def write_vectors(
    content: Content,
    source: VectorSource,
    folder: Path,
    embedder: Embedder,
    milvus: MilvusServer | None,
) -> tuple[dict[str, Path], int]:
    """Write the dense index, which leaves memory before the sparse one is made.

    Returns its files by name, and the length of a vector.
    """
    vectors = source.write(content.folder / "vectors.npy")
    # All were read to see which are new.
    content.passages.release()
    if milvus is None:
        dense: VectorIndex = _index_vectors(vectors, content.passages, embedder)
    else:
        dense = MilvusIndex.build(milvus, collection_name(folder, content.build_id), vectors)
    return dense.write(content.folder), dense.dimension


def _index_vectors(vectors: Vectors, passages: Sequence[Passage], embedder: Embedder) -> FaissIndex:
    if len(vectors) <= EXACT_VECTORS:
        return FaissIndex.exact(vectors)
    spread = range(0, len(passages), -(-len(passages) // _PROBES))
    questions = embedder.embed_questions([_like_a_question(passages[at]) for at in spread])
    return FaissIndex.approximate(vectors, questions)


def _like_a_question(passage: Passage) -> str:
    words = passage.text.split()
    middle = max(0, (len(words) - _PROBE_WORDS) // 2)
    return " ".join(words[middle : middle + _PROBE_WORDS])
