"""Compares what a sentence claims with the words of one unit of a passage, by code alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from migbot.answer.claims import (
    MONTH_NAMES,
    counted,
    days,
    figures_in_order,
    is_year,
    list_sizes,
    months,
    names,
    numbers,
    words_to_digits,
)
from migbot.answer.expected import latest_year
from migbot.answer.figures import (
    Counted,
    Votes,
    miscounted,
    of_other_units,
    swapped,
    voted_otherwise,
)
from migbot.answer.glossary import load_glossary
from migbot.answer.subject import (
    has_verb,
    names_others,
    strangers,
    subject_terms,
    without_others,
)
from migbot.answer.tense import says_is, says_was
from migbot.answer.turns import negated_terms, turns_of
from migbot.answer.units import LEANS_BACK, Span
from migbot.answer.votes import votes_by_figure
from migbot.answer.words import Word, held_terms, question_words
from migbot.index.terms import fold, passage_terms
from migbot.types import Language, Passage

_COVERAGE_AT_LEAST = 0.75
_OWN_COVERAGE_AT_LEAST = 0.4
_FRAGMENT_TERMS = 2
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s+")
# Capitals joined by small words: Compact for Safe, Orderly and Regular Migration.
_FULL_NAME = re.compile(
    r"(?!The |Les? |La )[A-ZÀ-ÖØ-Þ][\w’'-]{1,40}"
    r"(?:(?:,? (?:for|and|of|the|de|des|du|la|les|pour|et|sur))*,? "
    r"[A-ZÀ-ÖØ-Þ][\w’'-]{1,40}){2,}"
)
# A passage may hold these in another clause than the one that the claim takes up.
_TURNS_OF_THE_CLAIM_ALONE = frozenset(
    {"abstain", "after", "against", "before", "former", "in favour", "only"}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a sentence says, taken apart; `asked` are the words it shares with the question."""

    text: str
    language: Language
    numbers: frozenset[str]
    order: tuple[str, ...]
    months: frozenset[int]
    days: frozenset[str]
    names: tuple[str, ...]
    full_names: tuple[str, ...]
    terms: frozenset[str]
    subject: frozenset[str]
    negated: tuple[frozenset[str], ...]
    counted: Counted
    votes: Votes
    turns: frozenset[str]
    asked: tuple[Word, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """One unit against the claim: what it lacks, what it contradicts, what share it holds.

    `wording` names what the claim calls otherwise than the unit.
    """

    passage: Passage
    start: int
    end: int
    missing: frozenset[str]
    faults: tuple[str, ...]
    wording: frozenset[str]
    coverage: float

    @property
    def is_sound(self) -> bool:
        """Whether the unit says what the claim says."""
        return not self.missing and not self.faults and not self.wording

    @property
    def order(self) -> tuple[int, int, int, float, int]:
        """Sort key: fewest faults, least missing, nearest in wording, most held, then shortest."""
        return (
            len(self.faults),
            len(self.missing),
            len(self.wording),
            -round(self.coverage, 2),
            self.end - self.start,
        )


def read_claim(text: str, language: Language, question: str) -> Claim:
    """Take a sentence apart, and find the words that it shares with `question`."""
    terms = _claimed_terms(text, language)
    return Claim(
        text=text,
        language=language,
        numbers=numbers(text, language),
        order=figures_in_order(text, language),
        months=months(text),
        days=days(text),
        names=names(text),
        full_names=tuple(match.group() for match in _FULL_NAME.finditer(text)),
        terms=terms,
        subject=subject_terms(text, language) & terms,
        negated=negated_terms(text, language),
        counted=counted(text, language),
        votes=votes_by_figure(text, language),
        turns=turns_of(text),
        asked=tuple(word for word in question_words(question) if word.terms & terms),
    )


def is_fragment(claim: Claim) -> bool:
    """Return whether a claim says nothing of anything: names or figures alone, or little more.

    What announces what does not follow, "they are the following:", is none either.
    """
    if claim.text.rstrip().endswith(":"):
        return True
    if has_verb(claim.text, claim.language):
        return not claim.terms
    figures_and_names = claim.numbers | _name_terms(claim)
    return len(claim.terms) <= _FRAGMENT_TERMS or claim.terms <= figures_and_names


def _name_terms(claim: Claim) -> frozenset[str]:
    return frozenset(passage_terms(" ".join((*claim.names, *claim.full_names)), claim.language))


def compare(claim: Claim, passage: Passage, span: Span) -> Match:
    """Compare `claim` with characters `span` of the passage's text.

    Words may also stand in the passage's headings, and where the unit opens with a pronoun in what
    stands before it; names in the document's title besides; dates in the document's own.
    """
    start, end = span
    text = passage.text[start:end]
    before = _before(passage, start) if LEANS_BACK.match(text) else ""
    said = " ".join((*passage.headings, before, text))
    known = _known(without_others(said, claim.text), passage.language, claim.language)
    named = known | _known(passage.title, passage.language, claim.language)
    here = load_glossary().translate(text, claim.language)
    missing = {*_missing_figures(claim, passage, text), *_missing_names(claim, passage, named)}
    if names_others(claim.text, f"{before} {text}"):
        missing.add("the person it speaks of")
    counted_there = counted(text, passage.language)
    faults = (
        *_flipped(claim, here),
        *_turned(claim, passage, text, said),
        *voted_otherwise(claim.votes, text, passage.language),
        *of_other_units(claim.counted, counted_there),
        *swapped(claim.order, text, passage.language),
        *_outdated(claim, passage, text),
    )
    own = _known(text, passage.language, claim.language)
    wording = _strange_words(claim, known)
    coverage = _share(claim.terms, own)
    if passage.language == claim.language:
        wording |= miscounted(claim.counted, counted_there)
        wording |= strangers(claim.subject, known | (named & _name_terms(claim)))
        enough = _share(claim.terms, known) >= _COVERAGE_AT_LEAST
        if not enough or coverage < _OWN_COVERAGE_AT_LEAST:
            missing.add("enough of what it says")
    return Match(
        passage=passage,
        start=start,
        end=end,
        missing=frozenset(missing),
        faults=faults,
        wording=frozenset(wording),
        coverage=coverage,
    )


def _missing_figures(claim: Claim, passage: Passage, text: str) -> list[str]:
    """Return the numbers, months and whole dates of the claim that are nowhere in the unit."""
    dated = " ".join((passage.title, *passage.headings))
    held = numbers(text, passage.language) | numbers(dated, passage.language) | list_sizes(text)
    # The date of a document dates what it says to the month; it is no event's own day.
    in_months = months(dated) | months(passage.date or "")
    if passage.date:
        held |= {passage.date[:4]}
    return [
        *(f"number {number}" for number in sorted(claim.numbers - held)),
        *(f"month {month}" for month in sorted(claim.months - months(text) - in_months)),
        *(f"date {day}" for day in sorted(claim.days - days(text) - days(dated)) if days(text)),
    ]


def _missing_names(claim: Claim, passage: Passage, named: frozenset[str]) -> list[str]:
    """Return the names of the claim that are neither near the unit nor part of a full name.

    What the unit calls "the Compact" may stand in the claim under the full name that the passage
    gives it elsewhere: by its first word it is known to be the same.
    """
    held = set(named)
    for full_name in claim.full_names:
        words = passage_terms(full_name, claim.language)
        if words[:1] and words[0] in named and _stands_in(full_name, passage, claim.language):
            held.update(words)
    missing = []
    for name in claim.names:
        terms = frozenset(passage_terms(name, claim.language))
        if not terms or not terms <= held:
            missing.append(f"name {name}")
    return missing


def _stands_in(full_name: str, passage: Passage, language: Language) -> bool:
    whole = load_glossary().translate(f"{passage.title} {passage.text}", language)
    return fold(full_name) in fold(whole)


def _strange_words(claim: Claim, known: frozenset[str]) -> set[str]:
    """Return what the claim took over from the question alone, as faults."""
    strange = (word for word in claim.asked if not word.is_held(known))
    return {f"“{min(word.terms)}” is the question's word" for word in strange}


def _flipped(claim: Claim, text: str) -> list[str]:
    """Return a fault where something is negated on one side only."""
    negated = negated_terms(text, claim.language)
    if claim.negated and not negated:
        return ["negated only here"]
    here = _unmatched(claim.negated, negated) & held_terms(text, claim.language)
    there = _unmatched(negated, claim.negated) & claim.terms
    return [f"negation of {word} differs" for word in sorted(here | there)]


def _unmatched(these: Iterable[frozenset[str]], those: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return the terms of those negations in `these` that share none with any in `those`."""
    matched = frozenset().union(*those)
    return frozenset().union(*(terms for terms in these if not terms & matched))


def _turned(claim: Claim, passage: Passage, text: str, said: str) -> list[str]:
    """Return a fault for each turn that the claim or the unit takes alone.

    Across languages a vote "contre" may be a vote "to", so that turn is not compared.
    """
    alone = claim.turns - turns_of(said)
    if passage.language != claim.language:
        alone -= {"against"}
    missed = turns_of(text) - claim.turns - _TURNS_OF_THE_CLAIM_ALONE
    return [f"turned round ({turn})" for turn in sorted(alone | missed)]


def _outdated(claim: Claim, passage: Passage, text: str) -> list[str]:
    """Return a fault where the claim says of today what the unit says of a date gone by."""
    is_dated = claim.months or any(is_year(number) for number in claim.numbers)
    if is_dated or says_was(claim.text) or not says_is(claim.text, claim.language):
        return []
    framed = " ".join((*passage.headings, text))
    has_date = months(framed) or latest_year(framed, passage.language)
    # A heading may ask in the present what the sentence below it says of a date.
    below = "\n".join(line for line in text.splitlines() if line not in passage.headings)
    is_past = says_was(below) and not says_is(below, passage.language)
    return ["says of today what was so at a date"] if has_date and is_past else []


def _share(terms: frozenset[str], held: frozenset[str]) -> float:
    return len(terms & held) / len(terms) if terms else 0.0


def _before(passage: Passage, start: int) -> str:
    """Return the sentence before `start`, where a pronoun's subject is named."""
    return _SENTENCE_BREAK.split(passage.text[:start].rstrip())[-1]


def _claimed_terms(text: str, language: Language) -> frozenset[str]:
    """Return the terms of a sentence, numbers in words as digits, months and years left out.

    Those are compared by themselves, and may stand in the document's date.
    """
    terms = frozenset(passage_terms(words_to_digits(text, language), language))
    return terms - _month_terms(language) - {term for term in terms if is_year(term)}


@cache
def _month_terms(language: Language) -> frozenset[str]:
    return frozenset(term for name in MONTH_NAMES for term in passage_terms(name, language))


@lru_cache(maxsize=1024)
def _known(text: str, language: Language, claimed_in: Language) -> frozenset[str]:
    """Return the terms of `text`, and of every name in the claim's language that it may go by."""
    glossary = load_glossary()
    said = text if language == claimed_in else glossary.translate(text, claimed_in)
    others = " ".join(glossary.other_names(said, claimed_in))
    parts = {(text, language), (said, claimed_in), (others, claimed_in)}
    return frozenset().union(*(held_terms(*part) for part in parts))
