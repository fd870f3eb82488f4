"""Third-party sets of queries and texts for retrieval, whole or as a small sample.

The sets and their licences: Immigration law of Canada (Open Government Licence – Canada), PIAF
(MIT), SQuAD 2.0 (CC BY-SA 4.0), the objectives of the Global Compact and their actions (© UN).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel

from eval.text import hash_of
from eval.third_party import SetPassage, SetQuestion, Text, read_set
from migbot.documents.chunk import chunk_document
from migbot.types import LANGUAGES, Document, Language, Passage, Section

# A sample's size: what two cores embed in some twenty seconds.
DISTRACTORS = 12
PASSAGES_OF_A_TEXT = 3
SETS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query and the keys of the texts that it should find."""

    query_id: str
    kind: str
    language: Language
    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchedText:
    """A text to be found; texts of one `key`, such as translations, are found as one."""

    key: str
    text_id: str
    language: Language
    title: str
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrievalSet:
    """Queries and the texts to search.

    `passages_of_a_text` bounds how many of a text's first passages are indexed; None does not.
    """

    kind: str
    queries: tuple[Query, ...]
    texts: tuple[SearchedText, ...]
    passages_of_a_text: int | None = None


class _LawPassage(BaseModel):
    pid: Text
    pair: Text
    lang: Language
    title: Text
    heading: str
    text: Text


class _LawQuery(BaseModel):
    qid: Text
    pair: Text
    query_en: Text
    query_fr: Text


class _Action(BaseModel):
    id: Text
    objective: int
    text: Text


class _Objective(BaseModel):
    objective: int
    title_en: Text
    title_fr: str | None


def retrieval_sets(folder: Path, limit: int | None) -> tuple[RetrievalSet, ...]:
    """Return all sets; with a `limit`, about so many queries over all sets, always the same.

    A sample has only the texts that its queries should find and a dozen others, each cut to its
    first passages: it notices what breaks, and its figures are higher than those of the whole.

    Raises:
        UsageError: a file is absent or faulty.
    """
    whole = (
        _canada_law(folder),
        _reading_set(folder, "piaf", "piaf_fr", "fr"),
        _reading_set(folder, "squad2", "squad2_en", "en"),
        _objectives(folder),
    )
    if limit is None:
        return whole
    return tuple(_sampled(one, max(1, limit // SETS)) for one in whole)


def cut_text(
    text: SearchedText, *, count_tokens: Callable[[str], int], max_tokens: int
) -> tuple[Passage, ...]:
    """Cut a text into passages as documents are; their `document_id` is the text's id."""
    document = Document(
        document_id=text.text_id,
        path=text.text_id,
        title=text.title,
        language=text.language,
        date=None,
        url=None,
        sources=(),
        topics=(),
        translation_key=None,
        text=text.text,
        sections=(Section(start=0, end=len(text.text), headings=text.headings),),
        page_starts=(),
        sha256="",
    )
    return chunk_document(document, count_tokens=count_tokens, max_tokens=max_tokens)


def _canada_law(folder: Path) -> RetrievalSet:
    passages = read_set(folder, "canada_immigration_law_passages.jsonl", _LawPassage)
    lines = read_set(folder, "canada_immigration_law_queries.jsonl", _LawQuery)
    return RetrievalSet(
        kind="canada-law",
        queries=tuple(
            Query(
                query_id=line.qid,
                kind="canada-law",
                language=language,
                text=line.query_fr if language == "fr" else line.query_en,
                relevant=frozenset({line.pair}),
            )
            for line in lines
            for language in LANGUAGES
        ),
        texts=tuple(
            SearchedText(
                key=line.pair,
                text_id=line.pid,
                language=line.lang,
                title=line.title,
                headings=(line.heading,) if line.heading else (),
                text=line.text,
            )
            for line in passages
        ),
    )


def _reading_set(folder: Path, kind: str, name: str, language: Language) -> RetrievalSet:
    passages = read_set(folder, f"{name}_passages.jsonl", SetPassage)
    questions = read_set(folder, f"{name}_questions.jsonl", SetQuestion)
    return RetrievalSet(
        kind=kind,
        queries=tuple(
            Query(
                query_id=f"{kind}-{line.qid}",
                kind=kind,
                language=language,
                text=line.question,
                relevant=frozenset({line.pid}),
            )
            for line in questions
            if line.answerable
        ),
        texts=tuple(
            SearchedText(
                key=line.pid,
                text_id=line.pid,
                language=language,
                title=line.title,
                headings=(),
                text=line.text,
            )
            for line in passages
        ),
    )


def _objectives(folder: Path) -> RetrievalSet:
    """Return the objectives' titles as queries; any action of the objective is a hit."""
    actions = read_set(folder, "gcm_en_objectives_actions.jsonl", _Action)
    objectives = read_set(folder, "gcm_objective_titles_en_fr.jsonl", _Objective)
    titles: list[tuple[int, Language, str]] = []
    for line in objectives:
        titles.append((line.objective, "en", line.title_en))
        if line.title_fr:
            titles.append((line.objective, "fr", line.title_fr))
    return RetrievalSet(
        kind="gcm-objectives",
        queries=tuple(
            Query(
                query_id=f"gcm-objective-{number}",
                kind="gcm-objectives",
                language=language,
                text=title,
                relevant=frozenset({str(number)}),
            )
            for number, language, title in titles
        ),
        texts=tuple(
            # Without its title: that is the query.
            SearchedText(
                key=str(line.objective),
                text_id=line.id,
                language="en",
                title="",
                headings=(),
                text=line.text,
            )
            for line in actions
        ),
    )


def _sampled(whole: RetrievalSet, limit: int) -> RetrievalSet:
    chosen = frozenset(_first_by_hash((query.query_id for query in whole.queries), limit))
    queries = tuple(query for query in whole.queries if query.query_id in chosen)
    wanted = frozenset[str]().union(*(query.relevant for query in queries))
    others = frozenset(text.key for text in whole.texts) - wanted
    kept = wanted | frozenset(_first_by_hash(others, DISTRACTORS))
    return replace(
        whole,
        queries=queries,
        texts=tuple(_first_of_each_key([text for text in whole.texts if text.key in kept])),
        passages_of_a_text=PASSAGES_OF_A_TEXT,
    )


def _first_of_each_key(texts: Sequence[SearchedText]) -> list[SearchedText]:
    """Return at most so many texts of one key and language as passages of one text."""
    kept: dict[tuple[str, Language], list[SearchedText]] = {}
    for text in texts:
        kept.setdefault((text.key, text.language), []).append(text)
    return [text for group in kept.values() for text in group[:PASSAGES_OF_A_TEXT]]


def _first_by_hash(identities: Iterable[str], limit: int) -> list[str]:
    return sorted(frozenset(identities), key=hash_of)[:limit]
