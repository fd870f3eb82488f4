"""Decides which sentences of the model a reader may see: only what a passage carries.

A sentence is compared with each unit of a passage, and with each two neighbouring units, until
the smallest one is found that holds its numbers, months, names and most of its words. That unit is
the quote shown beside it; a second one may carry what the first lacks. The model is never asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from migbot.answer.answerable import load_calibration
from migbot.answer.claims import counted, list_sizes, months, names, numbers
from migbot.answer.evidence import Extract
from migbot.answer.glossary import load_glossary
from migbot.answer.units import Span
from migbot.answer.words import Word, held_terms, question_words
from migbot.index.embed import Embedder
from migbot.index.terms import passage_terms
from migbot.types import Language, Passage

_COVERAGE_AT_LEAST = 0.75
_SECOND_COVERAGE_AT_LEAST = 0.3
# Across languages: how close in meaning, less the more words are known to be the same.
_COSINE_AT_LEAST = 0.83
_COSINE_OF_SAME_WORDS_AT_LEAST = 0.73
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
_FIGURES = ("number ", "month ")
_CONTEXT_CHARS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """The words of a passage that carry a sentence: characters `start:end` of its document."""

    passage: Passage
    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the check found: one or two `supports`, or none and the reasons of the nearest miss."""

    supports: tuple[Support, ...] = ()
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
    asked: tuple[Word, ...]
    trusted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Match:
    """One unit against the claim: what it lacks, what it contradicts, what share it holds."""

    passage: Passage
    start: int
    end: int
    missing: frozenset[str]
    faults: tuple[str, ...]
    coverage: float

    @property
    def order(self) -> tuple[int, int, float, int]:
        """Sort key: fewest faults, least missing, then most words held, then shortest."""
        return (
            len(self.faults),
            len(self.missing),
            -round(self.coverage, 2),
            self.end - self.start,
        )


def check_sentence(
    text: str,
    *,
    language: Language,
    question: str,
    trusted: bool,
    cited: Sequence[Extract],
    others: Sequence[Extract],
    embedder: Embedder,
) -> Verdict:
    """Return the words that carry `text`, looked for in the `cited` extracts, then in `others`.

    A word that the sentence takes over from `question` must stand in the passage too, or a wrong
    question would lead to a wrong answer; where the model is `trusted`, a few may be missing.
    Across languages, official names are compared through the glossary and the rest by the cosine
    of the embeddings, as words cannot be.
    """
    if _SPEAKS_OF_EXTRACTS.search(text):
        return Verdict(reasons=("speaks of the extracts, not of the subject",))
    claim = _read(text, language, question, trusted=trusted)
    nearest: _Match | None = None
    matches: list[_Match] = []
    for extracts in (cited, others):
        found = [match for extract in extracts for match in _matches(claim, extract)]
        matches = sorted((*matches, *found), key=lambda match: match.order)
        supports = _carried(claim, matches, embedder)
        if supports:
            return Verdict(supports=supports)
        nearest = matches[0] if matches else None
    if nearest is None:
        return Verdict(reasons=("there is no passage",))
    lacking = tuple(f"{what} is not in the passage" for what in sorted(nearest.missing))
    return Verdict(reasons=(*lacking, *nearest.faults) or ("too far in meaning",))


def _carried(claim: _Claim, matches: Sequence[_Match], embedder: Embedder) -> tuple[Support, ...]:
    """Return the support of the best of `matches`, or of two that hold its figures together.

    A second unit may bring a number or a month that the first lacks, no more: the first must say
    what the claim says, of whom it says it.
    """
    sound = [match for match in matches if not match.faults and not match.missing]
    best = _closest(claim, sound, embedder)
    if best is not None:
        return (_support(best),)
    near = [match for match in matches if match.missing and _is_near(claim, match)]
    for first in near:
        lacks_figures_alone = all(what.startswith(_FIGURES) for what in first.missing)
        for second in near:
            if lacks_figures_alone and not first.missing & second.missing:
                return (_support(first), _support(second))
    return ()


def _is_near(claim: _Claim, match: _Match) -> bool:
    """Return whether a unit that lacks something still speaks of the claim's subject."""
    if match.faults:
        return False
    if match.passage.language == claim.language:
        return match.coverage >= _SECOND_COVERAGE_AT_LEAST
    claimed = len(claim.numbers) + len(claim.months) + len(claim.names)
    return len(match.missing) <= claimed // 2


def _closest(claim: _Claim, matches: Sequence[_Match], embedder: Embedder) -> _Match | None:
    """Return the best of the sound matches; those in another language must be close in meaning."""
    own = [match for match in matches if match.passage.language == claim.language]
    if own:
        return own[0]
    if not matches:
        return None
    texts = [match.passage.text[match.start : match.end] for match in matches]
    vectors = embedder.embed_passages([claim.text, *texts])
    cosines = [float(cosine) for cosine in vectors[1:] @ vectors[0]]
    eased = _COSINE_AT_LEAST - _COSINE_OF_SAME_WORDS_AT_LEAST
    candidates = [
        (match, cosine)
        for match, cosine in zip(matches, cosines, strict=True)
        if cosine >= _COSINE_AT_LEAST - eased * match.coverage
    ]
    if not candidates:
        return None
    return max(candidates, key=lambda candidate: (round(candidate[0].coverage, 1), candidate[1]))[0]


def _matches(claim: _Claim, extract: Extract) -> list[_Match]:
    units = extract.units
    pairs = [(first[0], second[1]) for first, second in pairwise(units)]
    return [_compare(claim, extract.passage, span) for span in (*units, *pairs)]


def _compare(claim: _Claim, passage: Passage, span: Span) -> _Match:
    start, end = span
    text = passage.text[start:end]
    readable = " ".join((*passage.headings, _before(passage, start), text))
    dated = " ".join((passage.title, *passage.headings, passage.date or ""))
    words = held_terms(readable, passage.language)
    translated = load_glossary().translate(readable, claim.language)
    known = words | held_terms(translated, claim.language)
    figures = numbers(text, passage.language) | numbers(dated, passage.language)
    missing = {
        *(f"number {number}" for number in claim.numbers - figures - list_sizes(text)),
        *(f"month {month}" for month in claim.months - months(text) - months(dated)),
        *(f"name {name}" for name in claim.names if not _words(name, claim.language) <= known),
    }
    here = load_glossary().translate(text, claim.language)
    faults = _flipped(claim, here)
    coverage = _share(claim.terms, held_terms(here, claim.language))
    if passage.language == claim.language:
        strange = [word for word in claim.asked if not word.is_held(known)]
        allowed = claim.trusted and load_calibration().allows_strange_words(
            len(strange), len(claim.asked)
        )
        if strange and not allowed:
            missing |= {f"“{min(word.terms)}”, which was asked," for word in strange}
        excused = {term for word in strange if allowed for term in word.terms}
        coverage = _share(claim.terms - excused, words)
        if coverage < _COVERAGE_AT_LEAST:
            missing.add("enough of what it says")
        faults += _miscounted(claim, text)
    return _Match(
        passage=passage,
        start=start,
        end=end,
        missing=frozenset(missing),
        faults=tuple(faults),
        coverage=coverage,
    )


def _share(terms: frozenset[str], held: frozenset[str]) -> float:
    return len(terms & held) / len(terms) if terms else 0.0


def _before(passage: Passage, start: int) -> str:
    """Return the end of what stands before `start`, where a pronoun's subject is named."""
    return passage.text[max(0, start - _CONTEXT_CHARS) : start].rpartition("\n\n")[2]


def _flipped(claim: _Claim, text: str) -> list[str]:
    """Return a fault for each word that is negated on one side only.

    A negation that the text has nowhere counts even where its word is not found there.
    """
    negated = _negated(text, claim.language)
    stated = _words(text, claim.language) if _NEGATION.search(text) else claim.negated
    flipped = (claim.negated & stated) - negated
    flipped |= (negated & claim.terms) - claim.negated
    return [f"negation of {word} differs" for word in sorted(flipped)]


def _miscounted(claim: _Claim, text: str) -> list[str]:
    """Return a fault for each number that counts something else in `text` than in the claim."""
    there = counted(text, claim.language)
    return [
        f"{number} counts something else"
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


def _read(text: str, language: Language, question: str, *, trusted: bool) -> _Claim:
    terms = _words(text, language)
    return _Claim(
        text=text,
        language=language,
        numbers=numbers(text, language),
        months=months(text),
        names=names(text),
        terms=terms,
        negated=_negated(text, language),
        counted=counted(text, language),
        asked=tuple(word for word in question_words(question) if word.terms & terms),
        trusted=trusted,
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
