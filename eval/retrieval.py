"""The retrieval suite: does the search find the documents that answer, within and across languages.

A document counts at its best passage. Recall, nDCG (Järvelin and Kekäläinen, "Cumulated
gain-based evaluation of IR techniques", TOIS 2002) and MRR are those of ir-measures.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from eval.answering import data_sha256
from eval.cases import ALL, Case, Item, SuiteResult
from eval.intervals import figures
from eval.retrieval_sets import Query, RetrievalSet, cut_text, retrieval_sets
from eval.text import hash_of
from eval.third_party import sample
from migbot.answer.retrieve import Retriever
from migbot.answer.rewrite import standalone_question
from migbot.index.collection import build_collection
from migbot.index.embed import Embedder
from migbot.index.store import Index
from migbot.settings import Settings
from migbot.types import LANGUAGES, Passage

BOTH = "both"
_MEASURES = {"recall@5": R @ 5, "recall@20": R @ 20, "nDCG@10": nDCG @ 10, "MRR": RR}
_NAMES = {str(measure): name for name, measure in _MEASURES.items()}
_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pool:
    """What is searched: the passages of one language, or of both.

    `keys` maps the `document_id` of each passage to what is counted as one document.
    """

    name: str
    retriever: Retriever
    passages: int
    keys: Mapping[str, str]


def retrieval_suite(
    cases: Sequence[Case],
    index: Index,
    embedder: Embedder,
    settings: Settings,
    folder: Path | None,
    limit: int | None,
) -> SuiteResult:
    """Search for the documents of each answerable case, and for those of third-party queries.

    Own questions are searched among the passages of each language alone ("fr→en") and in the whole
    index, as visitors search it ("fr→both"), where a document counts once whatever its language.
    Figures over all kinds are of own questions alone; a third-party set has those of its kind.

    Args:
        cases: own questions; those to decline, and those without documents, are left out.
        index: the index of the corpus, made with `embedder`.
        embedder: embeds queries, and the passages of third-party texts.
        settings: of them, the longest passage, the candidates and the turns of history.
        folder: the third-party sets; None leaves them out, with a note.
        limit: about how many own questions and third-party queries to take; None for all.

    Raises:
        UsageError: a third-party set is faulty.
    """
    answerable = tuple(case for case in cases if case.expected != "decline" and case.documents)
    chosen = answerable if limit is None else sample(answerable, limit)
    own = tuple(_own_query(case, index, settings) for case in chosen)
    sets = () if folder is None else retrieval_sets(folder, limit)
    own_items = [
        item for pool in _own_pools(index, embedder, settings) for item in _search(pool, own)
    ]
    their_items = [
        item
        for one in sets
        for pool in _pools_of_set(one, embedder, settings)
        for item in _search(pool, one.queries)
    ]
    return SuiteResult(
        suite="retrieval",
        data_sha256=_data_sha256(chosen, sets),
        items=(*own_items, *their_items),
        figures=(
            *figures(own_items),
            *(figure for figure in figures(their_items) if figure.kind != ALL),
        ),
        notes=tuple(_notes(own, folder, limit)),
    )


def _own_query(case: Case, index: Index, settings: Settings) -> Query:
    turns = case.question.history
    history = turns[max(0, len(turns) - settings.history_turns) :]
    documents = [index.documents[one] for one in case.documents if one in index.documents]
    return Query(
        query_id=case.case_id,
        kind=case.kind,
        language=case.language,
        text=standalone_question(case.question.text, history),
        relevant=frozenset(one.translation_key or one.document_id for one in documents),
    )


def _own_pools(index: Index, embedder: Embedder, settings: Settings) -> Iterator[_Pool]:
    keys = {
        document.document_id: document.translation_key or document.document_id
        for document in index.documents.values()
    }
    vectors = index.dense.vectors()
    for language in LANGUAGES:
        at = [place for place, one in enumerate(index.passages) if one.language == language]
        if at:
            passages = [index.passages[place] for place in at]
            collection = build_collection(passages, vectors[at])
            yield _pool(
                language, Retriever(collection, embedder, settings.candidates), passages, keys
            )
    yield _pool(BOTH, Retriever(index, embedder, settings.candidates), index.passages, keys)


def _pools_of_set(one: RetrievalSet, embedder: Embedder, settings: Settings) -> Iterator[_Pool]:
    keys = {text.text_id: text.key for text in one.texts}
    for language in LANGUAGES:
        passages = [
            passage
            for text in one.texts
            if text.language == language
            for passage in cut_text(
                text, count_tokens=embedder.count_tokens, max_tokens=settings.passage_tokens
            )[: one.passages_of_a_text]
        ]
        if passages:
            retriever = Retriever.over(passages, embedder, settings.candidates)
            yield _pool(language, retriever, passages, keys)


def _pool(
    name: str, retriever: Retriever, passages: Sequence[Passage], keys: Mapping[str, str]
) -> _Pool:
    held = {passage.document_id for passage in passages}
    return _Pool(
        name=name,
        retriever=retriever,
        passages=len(passages),
        keys={document: key for document, key in keys.items() if document in held},
    )


def _search(pool: _Pool, queries: Sequence[Query]) -> list[Item]:
    """Return an item for each query that has something to find in `pool`."""
    held = frozenset(pool.keys.values())
    asked = {f"{query.query_id}/{query.language}→{pool.name}": query for query in queries}
    asked = {item_id: query for item_id, query in asked.items() if query.relevant & held}
    found = {item_id: _documents_found(pool, query) for item_id, query in asked.items()}
    relevant = {item_id: query.relevant & held for item_id, query in asked.items()}
    scores = _scores(relevant, found)
    return [
        Item(
            item_id=item_id,
            language=f"{query.language}→{pool.name}",
            kind=query.kind,
            text=query.text,
            scores=scores[item_id],
            detail={
                "relevant": sorted(relevant[item_id]),
                "found": list(found[item_id][:_SHOWN]),
            },
        )
        for item_id, query in asked.items()
    ]


def _documents_found(pool: _Pool, query: Query) -> tuple[str, ...]:
    """Return the documents that `query` finds, each at the place of its best passage."""
    hits = pool.retriever.search(query.text, language=query.language, top_k=pool.passages)
    return tuple(dict.fromkeys(pool.keys[hit.passage.document_id] for hit in hits))


def _scores(
    relevant: Mapping[str, frozenset[str]], found: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    qrels = [Qrel(item_id, key, 1) for item_id, keys in relevant.items() for key in keys]
    # By rank, not by score: equal scores would be put in another order.
    run = [
        ScoredDoc(item_id, key, -float(rank))
        for item_id, keys in found.items()
        for rank, key in enumerate(keys)
    ]
    scores: dict[str, dict[str, float]] = {
        item_id: dict.fromkeys(_MEASURES, 0.0) for item_id in relevant
    }
    if qrels and run:
        for one in ir_measures.iter_calc(list(_MEASURES.values()), qrels, run):
            scores[one.query_id][_NAMES[str(one.measure)]] = float(one.value)
    return scores


def _data_sha256(cases: Sequence[Case], sets: Sequence[RetrievalSet]) -> str:
    """Return a hash of what is asked and, of third-party sets, what is searched.

    The corpus is not part of it: runs before and after a change of a document can be compared.
    """
    data: list[Any] = [data_sha256(cases)]
    for one in sets:
        data += [{**asdict(query), "relevant": sorted(query.relevant)} for query in one.queries]
        data += [asdict(text) for text in one.texts]
    return hash_of(json.dumps(data, sort_keys=True))


def _notes(own: Sequence[Query], folder: Path | None, limit: int | None) -> Iterator[str]:
    lost = [query.query_id for query in own if not query.relevant]
    if lost:
        yield f"not searched, since the index lacks their documents: {', '.join(lost)}"
    if folder is None:
        yield "third-party sets are left out: set MIGBOT_EVAL_DATA to their folder"
    elif limit is not None:
        yield "third-party sets are sampled, with few texts to search: their figures are high"
