"""Decides which sentences of the model a reader may see: only what a passage carries.

A sentence is compared with each unit of a passage, and with each two neighbouring units, until
the smallest one is found that holds its numbers, months, names and most of its words. That unit is
the quote shown beside it. The model is never asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from migbot.answer.claims import counted, months, names, numbers
from migbot.answer.evidence import Extract
from migbot.answer.glossary import load_glossary
from migbot.answer.units import Span
from migbot.index.embed import Embedder
from migbot.index.terms import passage_terms
from migbot.types import Language, Passage

_COVERAGE_AT_LEAST = 0.75
_COSINE_AT_LEAST = 0.83
_SPEAKS_OF_EXTRACTS = re.compile(
    r"\b(?:extracts?|extraits?)\b|\bnot (?:specified|mentioned|provided|stated|given)\b|"
    r"\bpas (?:précisée?s?|mentionnée?s?|indiquée?s?|spécifiée?s?|fournie?s?)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|pas|jamais|aucune?|ni|sans|non)\b|n['’]t\b",
    re.IGNORECASE,
)
_NEGATED_WINDOW_CHARS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """The words of a passage that carry a sentence: characters `start:end` of its document."""

    passage: Passage
    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the check found: `support`, or None and the reasons of the nearest miss."""

    support: Support | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    text: str
    language: Language
    numbers: frozenset[str]
    months: frozenset[int]
    names: tuple[str, ...]
    terms: frozenset[str]
    negated: frozenset[str]
    counted: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Match:
    passage: Passage
    start: int
    end: int
    faults: tuple[str, ...]
    coverage: float

    @property
    def order(self) -> tuple[int, float, int]:
        """Sort key: fewest faults, then most words held, then shortest."""
        return (len(self.faults), -round(self.coverage, 2), self.end - self.start)


def check_sentence(
    text: str,
    language: Language,
    cited: Sequence[Extract],
    others: Sequence[Extract],
    embedder: Embedder,
) -> Verdict:
    """Return the words that carry `text`, looked for in the `cited` extracts, then in `others`.

    Across languages, official names are compared through the glossary and the rest by the cosine
    of the embeddings, as words cannot be.
    """
    if _SPEAKS_OF_EXTRACTS.search(text):
        return Verdict(support=None, reasons=("speaks of the extracts, not of the subject",))
    claim = _read(text, language)
    nearest: tuple[str, ...] = ("no passage is cited",)
    for extracts in (cited, others):
        matches = sorted(
            (match for extract in extracts for match in _matches(claim, extract)),
            key=lambda match: match.order,
        )
        sound = [match for match in matches if not match.faults]
        best = _closest(claim, sound, embedder)
        if best is not None:
            return Verdict(support=_support(best))
        if matches:
            nearest = matches[0].faults or ("says something else than the passage",)
    return Verdict(support=None, reasons=nearest)


def _closest(claim: _Claim, matches: Sequence[_Match], embedder: Embedder) -> _Match | None:
    """Return the best of the sound matches; those in another language must be close in meaning."""
    own = [match for match in matches if match.passage.language == claim.language]
    if own:
        return own[0]
    foreign = list(matches)
    if not foreign:
        return None
    texts = [match.passage.text[match.start : match.end] for match in foreign]
    vectors = embedder.embed_passages([claim.text, *texts])
    cosines = vectors[1:] @ vectors[0]
    best = int(cosines.argmax())
    return foreign[best] if cosines[best] >= _COSINE_AT_LEAST else None


def _matches(claim: _Claim, extract: Extract) -> list[_Match]:
    units = extract.units
    pairs = [(first[0], second[1]) for first, second in pairwise(units)]
    return [_compare(claim, extract.passage, span) for span in (*units, *pairs)]


def _compare(claim: _Claim, passage: Passage, span: Span) -> _Match:
    start, end = span
    text = passage.text[start:end]
    around = " ".join((passage.title, *passage.headings, passage.date or ""))
    faults: list[str] = []
    held = numbers(text, passage.language) | numbers(around, passage.language)
    faults += [f"number {number}" for number in sorted(claim.numbers - held)]
    faults += [f"month {month}" for month in sorted(claim.months - months(text) - months(around))]
    readable = f"{around} {_sentence_before(passage, start)} {text}"
    words = _words(readable, passage.language)
    translated = load_glossary().translate(readable, claim.language)
    known = words | _words(translated, claim.language)
    faults += [f"name {name}" for name in claim.names if not _words(name, claim.language) <= known]
    if passage.language != claim.language:
        return _Match(passage=passage, start=start, end=end, faults=tuple(faults), coverage=0.0)
    coverage = len(claim.terms & words) / len(claim.terms) if claim.terms else 0.0
    if coverage < _COVERAGE_AT_LEAST:
        faults.append("says something else than the passage")
    faults += _flipped(claim, text)
    faults += _miscounted(claim, text)
    return _Match(passage=passage, start=start, end=end, faults=tuple(faults), coverage=coverage)


def _sentence_before(passage: Passage, start: int) -> str:
    """Return the end of what stands before `start`, where a pronoun's subject is named."""
    return passage.text[max(0, start - 300) : start].rpartition("\n\n")[2]


def _flipped(claim: _Claim, text: str) -> list[str]:
    """Return a fault for each word that is negated on one side only."""
    negated = _negated(text, claim.language)
    stated = _words(text, claim.language)
    flipped = (claim.negated & stated) - negated
    flipped |= (negated & claim.terms) - claim.negated
    return [f"negation of {word}" for word in sorted(flipped)]


def _miscounted(claim: _Claim, text: str) -> list[str]:
    """Return a fault for each number that counts something else in `text` than in the claim."""
    there = counted(text, claim.language)
    return [
        f"what {number} counts"
        for number, things in claim.counted.items()
        if things and there.get(number) and not things & there[number]
    ]


def _support(match: _Match) -> Support:
    return Support(
        passage=match.passage,
        start=match.passage.start + match.start,
        end=match.passage.start + match.end,
        quote=match.passage.text[match.start : match.end],
    )


def _read(text: str, language: Language) -> _Claim:
    return _Claim(
        text=text,
        language=language,
        numbers=numbers(text, language),
        months=months(text),
        names=names(text),
        terms=_words(text, language),
        negated=_negated(text, language),
        counted=counted(text, language),
    )


def _negated(text: str, language: Language) -> frozenset[str]:
    """Return the terms of the first two words after each negation."""
    found: set[str] = set()
    for match in _NEGATION.finditer(text):
        after = text[match.end() : match.end() + _NEGATED_WINDOW_CHARS]
        clause = re.split(r"[,;:.]", after)[0]
        found.update(passage_terms(" ".join(clause.split()[:3]), language)[:2])
    return frozenset(found)


@cache
def _words(text: str, language: Language) -> frozenset[str]:
    return frozenset(passage_terms(text, language))
