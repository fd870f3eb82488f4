"""Sparse search: BM25 over stemmed words, by bm25s."""

import io
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from migbot.errors import IndexIntegrityError
from migbot.index.terms import passage_terms, question_terms
from migbot.index.types import Buffer, Ranking
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
    def build(cls, texts: Iterable[tuple[str, Language]]) -> Self:
        """Index `texts`, at least one, each stemmed by its own language."""
        passages = _PassageTerms(texts)
        bm25 = _new_bm25()
        bm25.nonoccurrence_array = None  # of other variants than ours
        bm25.vocab_dict = passages.vocabulary
        bm25.scores = bm25.build_index_from_ids(
            unique_token_ids=list(passages.vocabulary.values()),
            corpus_token_ids=passages,
            show_progress=False,
        )
        return cls(bm25)

    @classmethod
    def from_files(cls, files: Mapping[str, Buffer]) -> Self:
        """Read what `write` wrote; what is mapped stays on the disk until it is searched.

        Raises:
            IndexIntegrityError: the parts do not fit together.
        """
        try:
            arrays = {name: _array(files[_file_name(name)]) for name in _ARRAYS}
            stored = json.loads(files[_VOCABULARY][:])
            words, passages = list(stored["words"]), int(stored["passages"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexIntegrityError(f"the sparse index cannot be read: {error}") from error
        if len(arrays["indptr"]) != len(words) + 1:
            raise IndexIntegrityError("the sparse index and its vocabulary do not fit together")
        bm25 = _new_bm25()
        bm25.nonoccurrence_array = None
        bm25.scores = {**arrays, "num_docs": passages}
        bm25.vocab_dict = {word: number for number, word in enumerate(words)}
        return cls(bm25)

    def write(self, folder: Path) -> dict[str, Path]:
        """Write the index into `folder`, the same bytes for the same passages.

        Returns:
            The files by name.
        """
        paths = {name: folder / name for name in (*map(_file_name, _ARRAYS), _VOCABULARY)}
        for name in _ARRAYS:
            np.save(paths[_file_name(name)], self._bm25.scores[name], allow_pickle=False)
        stored = {"passages": len(self), "words": list(self._bm25.vocab_dict)}
        paths[_VOCABULARY].write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        return paths

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
        found = _at_least_the_best(scores, k)
        order = found[np.argsort(-scores[found], kind="stable")[:k]]
        return tuple((int(at), float(scores[at])) for at in order)


class _PassageTerms(Sequence[list[int]]):
    """The terms of each passage as numbers, in one array: lists of them would take ten times it.

    `vocabulary` numbers the terms in their alphabetical order, so that the same passages give the
    same bytes.
    """

    def __init__(self, texts: Iterable[tuple[str, Language]]) -> None:
        # The empty term keeps passages and the vocabulary from being empty; no question has it.
        seen = {"": 0}
        terms, ends = array("i"), array("q", [0])
        for text, language in texts:
            words = passage_terms(text, language) or [""]
            terms.extend([seen.setdefault(word, len(seen)) for word in words])
            ends.append(len(terms))
        self.vocabulary = {word: number for number, word in enumerate(sorted(seen))}
        numbers = np.array([self.vocabulary[word] for word in seen], dtype=np.int32)
        self._terms = numbers[np.frombuffer(terms, dtype=np.intc)]
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: Any) -> Any:
        if at >= len(self):
            raise IndexError(at)
        return self._terms[self._ends[at] : self._ends[at + 1]].tolist()


def _at_least_the_best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the positions above 0 that score no less than the `k`-th best, in their order."""
    found = np.flatnonzero(scores)
    if len(found) <= k:
        return found
    least = np.partition(scores[found], len(found) - k)[len(found) - k]
    return np.asarray(found[scores[found] >= least])


def _array(content: Buffer) -> NDArray[Any]:
    """Return the array that `np.save` wrote, without reading it into memory.

    Raises:
        ValueError: not such a file, or one that holds Python objects.
    """
    header = io.BytesIO(content[: 1 << 12])
    np.lib.format.read_magic(header)
    shape, _, dtype = np.lib.format.read_array_header_1_0(header)
    if dtype.hasobject:
        raise ValueError("it holds objects")
    return np.frombuffer(content, dtype=dtype, offset=header.tell()).reshape(shape)


def _new_bm25() -> Any:
    import bm25s  # noqa: PLC0415 - loaded only when an index is opened or built

    # scipy's conversion takes half the memory of the library's own.
    return bm25s.BM25(method="lucene", k1=1.5, b=0.75, csc_backend="scipy")


def _file_name(array: str) -> str:
    return f"sparse.{array}.npy"
