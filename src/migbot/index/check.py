"""A thorough look at a stored index, deeper than opening it needs."""

from itertools import groupby
from pathlib import Path

import numpy as np

from migbot.errors import IndexIntegrityError
from migbot.index.embed import Embedder
from migbot.index.milvus import MilvusServer
from migbot.index.passages import indexed_text
from migbot.index.probe import WHAT_TO_DO, are_close
from migbot.index.store import Index, open_index


def check_index(
    folder: Path, embedder: Embedder, milvus: MilvusServer | None = None
) -> tuple[str, ...]:
    """Return what is wrong with the index at `folder`, one line each; nothing when it is whole.

    Looks at every hash and count, at every passage's text in its document, and whether the
    embedder still gives the vectors that are stored.

    Raises:
        IndexMissingError: no index was ever built there.
    """
    try:
        index = open_index(folder, embedder=embedder.identity, milvus=milvus)
    except IndexIntegrityError as error:
        return (str(error),)
    fault = () if index.fault is None else (index.fault,)
    probe = index.manifest.probe.faults(embedder)
    return (*fault, *probe, *_passage_faults(index), *_vector_faults(index, embedder))


def _passage_faults(index: Index) -> list[str]:
    faults = []
    # Passages stand in the order of their documents: each document is read once.
    for document_id, passages in groupby(index.passages, key=lambda one: one.document_id):
        document = index.documents.get(document_id)
        for passage in passages:
            if document is None:
                faults.append(f"passage {passage.passage_id} is of no stored document")
            elif document.text[passage.start : passage.end] != passage.text:
                faults.append(f"passage {passage.passage_id} is not the text of {document_id}")
    return faults


def _vector_faults(index: Index, embedder: Embedder) -> list[str]:
    """Embed the first and the last passage anew: two show a shift that one would not."""
    probes = sorted({0, len(index.passages) - 1})
    stored = index.dense.vectors(np.array(probes))
    vectors = embedder.embed_passages([indexed_text(index.passages[at]) for at in probes])
    return [
        f"passage {index.passages[at].passage_id} now gets another vector: {WHAT_TO_DO}"
        for at, kept, vector in zip(probes, stored, vectors, strict=True)
        if not are_close(kept, vector)
    ]
