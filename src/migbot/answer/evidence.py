"""Selects the few sentences that the model reads: prompt reading is the slowest step on a CPU."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from migbot.answer.expected import expected_kind, holds
from migbot.answer.glossary import load_glossary
from migbot.answer.units import LEANS_BACK, Span, unit_spans
from migbot.answer.words import held_terms, question_words
from migbot.index.embed import Embedder
from migbot.types import Hit, Language, Passage

_LEXICAL_WEIGHT = 1.0
_KIND_WEIGHT = 0.8
_RANK_WEIGHT = 0.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """What the model reads of one passage, under the number it must cite.

    `text` is in the answer's terms: official names of the other language are translated.
    `units` are all units of the passage, `chosen` the positions of those in `text`.
    """

    number: int
    passage: Passage
    text: str
    units: tuple[Span, ...]
    chosen: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The extracts, and how near the best unit comes to the question.

    `best_first` names their units by extract and position, the one that bears most on the question
    first. `best_cosine` is of the embeddings; `best_coverage` (0 to 1) is the weighted share of the
    question's terms that the extracts hold.
    """

    extracts: tuple[Extract, ...]
    best_first: tuple[tuple[Extract, int], ...]
    best_cosine: float
    best_coverage: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A unit that may be chosen: `text` alone, and `framed` under its heading."""

    hit: int
    position: int
    text: str
    framed: str


def select_evidence(
    question: str,
    hits: Sequence[Hit],
    *,
    language: Language,
    embedder: Embedder,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> Evidence:
    """Return the units of `hits` that bear most on `question`, at most `max_tokens` together.

    A unit is scored by its embedding's cosine with the question, by the question's terms that it
    holds, and by its passage's rank. A sentence that opens with a pronoun brings the one before.
    """
    spans = [unit_spans(hit.passage) for hit in hits]
    units = [
        unit
        for at, of_hit in enumerate(spans)
        for unit in _units_under_headings(at, hits[at].passage, of_hit)
    ]
    if not units:
        return Evidence(extracts=(), best_first=(), best_cosine=0.0, best_coverage=0.0)
    cosines = _cosines(question, units, embedder)
    coverages, total = _coverages(question, units, hits)
    ranks = np.array([1.0 / hits[unit.hit].rank for unit in units])
    kind = expected_kind(question)
    kinds = np.array(
        [
            kind != "any" and holds(kind, unit.text, hits[unit.hit].passage.language)
            for unit in units
        ],
        dtype=np.float64,
    )
    scores = (
        _standard(cosines)
        + _LEXICAL_WEIGHT * _standard(coverages)
        + _KIND_WEIGHT * kinds
        + _RANK_WEIGHT * ranks
    )
    best_first = [units[int(at)] for at in np.argsort(-scores, kind="stable")]
    chosen = _choose(best_first, hits, language, count_tokens, max_tokens)
    extracts = _extracts(chosen, spans, hits, language)
    by_passage = {extract.passage.passage_id: extract for extract in extracts}
    return Evidence(
        extracts=extracts,
        best_first=tuple(
            (by_passage[hits[unit.hit].passage.passage_id], unit.position)
            for unit in best_first
            if (unit.hit, unit.position) in chosen
        ),
        best_cosine=float(cosines.max()),
        best_coverage=total,
    )


def _units_under_headings(at: int, passage: Passage, spans: Sequence[Span]) -> Iterator[_Unit]:
    """Yield the units of a passage, its headings apart; each carries the nearest heading."""
    heading = passage.headings[-1] if passage.headings else ""
    for position, (start, end) in enumerate(spans):
        text = passage.text[start:end]
        if text not in {passage.title, *passage.headings}:
            yield _Unit(hit=at, position=position, text=text, framed=_under(heading, text))


def _under(heading: str, text: str) -> str:
    return f"{heading}: {text}" if heading else text


def _cosines(question: str, units: Sequence[_Unit], embedder: Embedder) -> NDArray[np.float64]:
    vectors = embedder.embed_passages([unit.framed for unit in units])
    asked = embedder.embed_questions([question])[0]
    return np.array(vectors @ asked, dtype=np.float64)


def _coverages(
    question: str, units: Sequence[_Unit], hits: Sequence[Hit]
) -> tuple[NDArray[np.float64], float]:
    """Return each unit's share of the question's words (n,), and the share they hold together.

    A word is held where any of its forms is, in either language; rare words weigh more.
    """
    held = [held_terms(unit.framed, hits[unit.hit].passage.language) for unit in units]
    words = question_words(question)
    found = np.array([[word.is_held(terms) for word in words] for terms in held], dtype=bool)
    found = found.reshape(len(units), len(words))
    weights = np.array([log(1 + len(units) / (1 + count)) for count in found.sum(axis=0)])
    whole = float(weights.sum()) or 1.0
    together = float(weights[found.any(axis=0)].sum()) / whole
    return (found @ weights) / whole, together


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    centred: NDArray[np.float64] = values - values.mean()
    return centred / spread if spread > 0 else centred


def _choose(
    best_first: Sequence[_Unit],
    hits: Sequence[Hit],
    language: Language,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> set[tuple[int, int]]:
    """Return the places of the best unit of each hit, then of the best of all, within the limit."""
    firsts = {unit.hit: unit for unit in reversed(best_first)}
    by_place = {(unit.hit, unit.position): unit for unit in best_first}
    chosen: set[tuple[int, int]] = set()
    left = max_tokens

    def tokens(unit: _Unit) -> int:
        under_heading = all(hit != unit.hit for hit, _ in chosen)
        text = unit.framed if under_heading else unit.text
        return count_tokens(_in_terms_of(language, text, hits[unit.hit].passage))

    for unit in (*(firsts[hit] for hit in sorted(firsts)), *best_first):
        wanted = [unit]
        before = by_place.get((unit.hit, unit.position - 1))
        if before is not None and LEANS_BACK.match(unit.text):
            wanted.insert(0, before)
        new = [one for one in wanted if (one.hit, one.position) not in chosen]
        cost = sum(tokens(one) for one in new)
        if cost <= left or not chosen:
            chosen.update((one.hit, one.position) for one in new)
            left -= cost
    return chosen


def _extracts(
    chosen: set[tuple[int, int]],
    spans: Sequence[tuple[Span, ...]],
    hits: Sequence[Hit],
    language: Language,
) -> tuple[Extract, ...]:
    extracts: list[Extract] = []
    for at, hit in enumerate(hits):
        positions = tuple(sorted(position for of_hit, position in chosen if of_hit == at))
        if not positions:
            continue
        heading = hit.passage.headings[-1] if hit.passage.headings else ""
        said = " ".join(hit.passage.text[slice(*spans[at][position])] for position in positions)
        text = _under(heading, said)
        extracts.append(
            Extract(
                number=len(extracts) + 1,
                passage=hit.passage,
                text=_in_terms_of(language, text, hit.passage),
                units=spans[at],
                chosen=positions,
            )
        )
    return tuple(extracts)


def _in_terms_of(language: Language, text: str, passage: Passage) -> str:
    if passage.language == language:
        return text
    return load_glossary().translate(text, language)
