"""Sparse search: BM25 over stemmed words, by bm25s."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from migbot.errors import IndexIntegrityError
from migbot.index.terms import passage_terms, question_terms
from migbot.index.types import Ranking
from migbot.types import Language

_ARRAYS = ("data", "indices", "indptr")
_VOCABULARY = "sparse.vocabulary.json"


class SparseIndex:
    """BM25 scores of passages (Lucene's variant, k1 1.5, b 0.75; Kamphuis et al. 2020).

    Knows passages only by their position. Thread-safe once built.
    """

    def __init__(self, bm25: Any) -> None:
        self._bm25 = bm25

    @classmethod
    def build(cls, texts: Sequence[str], languages: Sequence[Language]) -> Self:
        """Index `texts`, at least one, each stemmed by its own language."""
        terms = [passage_terms(*item) for item in zip(texts, languages, strict=True)]
        # Sorted, so that the same passages give the same bytes. The empty term keeps the
        # vocabulary from being empty; no question has it.
        words = sorted({"", *(term for passage in terms for term in passage)})
        vocabulary = {word: number for number, word in enumerate(words)}
        ids = [[vocabulary[term] for term in passage] or [vocabulary[""]] for passage in terms]
        bm25 = _new_bm25()
        bm25.index((ids, vocabulary), show_progress=False)
        return cls(bm25)

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Read what `to_files` wrote.

        Raises:
            IndexIntegrityError: the parts do not fit together.
        """
        try:
            arrays = {
                name: np.load(io.BytesIO(files[_file_name(name)]), allow_pickle=False)
                for name in _ARRAYS
            }
            stored = json.loads(files[_VOCABULARY])
            words, passages = list(stored["words"]), int(stored["passages"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexIntegrityError(f"the sparse index cannot be read: {error}") from error
        if len(arrays["indptr"]) != len(words) + 1:
            raise IndexIntegrityError("the sparse index and its vocabulary do not fit together")
        bm25 = _new_bm25()
        bm25.nonoccurrence_array = None  # of other variants than ours
        bm25.scores = {**arrays, "num_docs": passages}
        bm25.vocab_dict = {word: number for number, word in enumerate(words)}
        return cls(bm25)

    def to_files(self) -> dict[str, bytes]:
        """Return the index as file contents by file name, the same bytes for the same passages."""
        files = {}
        for name in _ARRAYS:
            buffer = io.BytesIO()
            np.save(buffer, self._bm25.scores[name], allow_pickle=False)
            files[_file_name(name)] = buffer.getvalue()
        stored = {"passages": len(self), "words": list(self._bm25.vocab_dict)}
        files[_VOCABULARY] = json.dumps(stored, ensure_ascii=False).encode()
        return files

    def __len__(self) -> int:
        """Return how many passages are indexed."""
        return int(self._bm25.scores["num_docs"])

    def search(self, question: str, k: int) -> Ranking:
        """Return up to `k` passages that share a term with `question`, best first.

        Ties go to the lower position. A question without a known term finds nothing.
        """
        ids = self._bm25.get_tokens_ids(question_terms(question))
        scores = np.asarray(self._bm25.get_scores_from_ids(ids), dtype=np.float32)
        # bm25s would fill the places up with arbitrary passages at score 0.
        order = [at for at in np.argsort(-scores, kind="stable")[:k] if scores[at] > 0]
        return tuple((int(at), float(scores[at])) for at in order)


def _new_bm25() -> Any:
    import bm25s  # noqa: PLC0415 - loaded only when an index is opened or built

    return bm25s.BM25(method="lucene", k1=1.5, b=0.75)


def _file_name(array: str) -> str:
    return f"sparse.{array}.npy"
