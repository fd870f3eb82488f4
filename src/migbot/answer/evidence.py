"""Selects the few sentences that the model reads: prompt reading is the slowest step on a CPU."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from migbot.answer.glossary import load_glossary
from migbot.answer.units import Span, unit_spans
from migbot.index.embed import Embedder
from migbot.index.terms import passage_terms, question_terms
from migbot.types import Hit, Language, Passage

# A sentence that opens so says little without the one before it.
_LEANS_BACK = re.compile(
    r"^(?:ils?|elles?|cel(?:a|le|ui|les)|ce(?:ux|tte|t|s)?|leurs?|son|sa|ses|cependant|toutefois|"
    r"its?|he|she|they|this|that|these|those|their|his|her|however|both|such)\b",
    re.IGNORECASE,
)
_LEXICAL_WEIGHT = 1.0
_RANK_WEIGHT = 0.3


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

    `best_cosine` is of the embeddings; `best_coverage` (0 to 1) is the weighted share of the
    question's terms that the extracts hold.
    """

    extracts: tuple[Extract, ...]
    best_cosine: float
    best_coverage: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    hit: int
    position: int
    text: str


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
        _Unit(hit=at, position=position, text=hits[at].passage.text[start:end])
        for at, of_hit in enumerate(spans)
        for position, (start, end) in enumerate(of_hit)
    ]
    if not units:
        return Evidence(extracts=(), best_cosine=0.0, best_coverage=0.0)
    cosines = _cosines(question, units, embedder)
    coverages, total = _coverages(question, units, hits)
    ranks = np.array([1.0 / hits[unit.hit].rank for unit in units])
    scores = _standard(cosines) + _LEXICAL_WEIGHT * _standard(coverages) + _RANK_WEIGHT * ranks
    chosen = _choose(units, scores, hits, language, count_tokens, max_tokens)
    extracts = _extracts(chosen, spans, hits, language)
    return Evidence(extracts=extracts, best_cosine=float(cosines.max()), best_coverage=total)


def _cosines(question: str, units: Sequence[_Unit], embedder: Embedder) -> NDArray[np.float64]:
    vectors = embedder.embed_passages([unit.text for unit in units])
    asked = embedder.embed_questions([question])[0]
    return np.array(vectors @ asked, dtype=np.float64)


def _coverages(
    question: str, units: Sequence[_Unit], hits: Sequence[Hit]
) -> tuple[NDArray[np.float64], float]:
    """Return each unit's share of the question's terms (n,), and the share they hold together."""
    held = [set(passage_terms(unit.text, hits[unit.hit].passage.language)) for unit in units]
    frequency = Counter(term for terms in held for term in terms)
    weight = {
        term: log(1 + len(units) / (1 + frequency[term])) for term in question_terms(question)
    }
    whole = sum(weight.values()) or 1.0
    shares = [sum(weight[term] for term in weight if term in terms) / whole for terms in held]
    together = sum(weight[term] for term in weight if frequency[term]) / whole
    return np.array(shares), together


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = float(values.std())
    centred: NDArray[np.float64] = values - values.mean()
    return centred / spread if spread > 0 else centred


def _choose(
    units: Sequence[_Unit],
    scores: NDArray[np.float64],
    hits: Sequence[Hit],
    language: Language,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> set[tuple[int, int]]:
    chosen: set[tuple[int, int]] = set()
    left = max_tokens
    by_place = {(unit.hit, unit.position): unit for unit in units}
    for at in np.argsort(-scores, kind="stable"):
        unit = units[int(at)]
        wanted = [unit]
        before = by_place.get((unit.hit, unit.position - 1))
        if before is not None and _LEANS_BACK.match(unit.text):
            wanted.insert(0, before)
        new = [one for one in wanted if (one.hit, one.position) not in chosen]
        cost = sum(
            count_tokens(_in_terms_of(language, one.text, hits[one.hit].passage)) for one in new
        )
        if cost > left and chosen:
            continue
        chosen.update((one.hit, one.position) for one in new)
        left -= cost
        if left < max_tokens // 10:
            break
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
        text = " ".join(hit.passage.text[slice(*spans[at][position])] for position in positions)
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
