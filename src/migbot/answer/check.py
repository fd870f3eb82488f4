"""Decides which sentences of the model a reader may see: only what a passage carries.

A sentence is compared with the units of the passages until the smallest is found that holds its
numbers, dates, names and most of its words. That unit is the quote shown beside it. Two halves
are never sewn together into a third fact. The model is not asked here: what it makes of a sentence
that passed comes last, in `migbot.answer.write`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from migbot.answer.compare import Claim, Match, compare, is_fragment, read_claim
from migbot.answer.evidence import Extract
from migbot.answer.units import LEANS_BACK, Span
from migbot.index.embed import Embedder
from migbot.index.terms import fold
from migbot.types import Language, Passage

# Across languages: how close in meaning, less the more words are known to be the same.
_COSINE_AT_LEAST = 0.83
_COSINE_OF_SAME_WORDS_AT_LEAST = 0.73
_SPEAKS_OF_EXTRACTS = re.compile(
    r"\b(?:extracts?|extraits?)\b|\bnot (?:specified|mentioned|provided|stated|given)\b|"
    r"\bpas (?:précisée?s?|mentionnée?s?|indiquée?s?|spécifiée?s?|fournie?s?)\b|[\[\]]",
    re.IGNORECASE,
)
# A quote of which sentences have shown this share already adds nothing.
_SHOWN_SHARE = 0.6
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"[.!?…»”][\s»”\"')\]]*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Support:
    """The words of a passage that carry a sentence: characters `start:end` of its document."""

    passage: Passage
    start: int
    end: int
    quote: str

    @property
    def framed(self) -> str:
        """The words under the nearest heading, which may tell whom or when they speak of."""
        return ": ".join((*self.passage.headings[-1:], self.quote))


def covers(shown: Sequence[Support], quote: Support) -> bool:
    """Return whether `shown` make up so much of `quote` that it adds nothing."""
    covered = {
        at
        for one in shown
        if one.passage.passage_id == quote.passage.passage_id
        for at in range(max(one.start, quote.start), min(one.end, quote.end))
    }
    return len(covered) >= _SHOWN_SHARE * (quote.end - quote.start)


def support_from(passage: Passage, span: Span) -> Support:
    """Return the support that characters `span` of the passage's text give."""
    start, end = span
    return Support(
        passage=passage,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
    )


def says_in_its_words(support: Support, text: str) -> bool:
    """Return whether the words of `text` stand in the quote as they are, one after the other."""
    return f" {_words(text)} " in f" {_words(support.quote)} "


def _words(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the check found: the words that carry the sentence, or why the nearest do not."""

    support: Support | None = None
    reasons: tuple[str, ...] = ()


def check_sentence(
    text: str,
    *,
    language: Language,
    question: str,
    cited: Sequence[Extract],
    others: Sequence[Extract],
    embedder: Embedder,
) -> Verdict:
    """Return the words that carry `text`, looked for in the `cited` extracts, then in `others`.

    A word that the sentence takes over from `question` must stand in the passage too, or a wrong
    question would lead to a wrong answer. A fragment is not shown: it would answer any question.
    Across languages, official names are compared through the glossary and the rest by the cosine
    of the embeddings, as words cannot be.
    """
    if _SPEAKS_OF_EXTRACTS.search(text):
        return Verdict(reasons=("speaks of the extracts, not of the subject",))
    claim = read_claim(text, language, question)
    if is_fragment(claim):
        return Verdict(reasons=("no whole sentence",))
    matches: list[Match] = []
    for extracts in (cited, others):
        found = [match for extract in extracts for match in _matches(claim, extract)]
        matches = sorted((*matches, *found), key=lambda match: match.order)
        best = _closest(claim, [match for match in matches if match.is_sound], embedder)
        if best is not None:
            return Verdict(support=support_from(best.passage, (best.start, best.end)))
    if not matches:
        return Verdict(reasons=("there is no passage",))
    lacking = tuple(f"{what} is not in the passage" for what in sorted(matches[0].missing))
    differing = (*matches[0].faults, *sorted(matches[0].wording))
    return Verdict(reasons=(*lacking, *differing) or ("too far in meaning",))


def _matches(claim: Claim, extract: Extract) -> list[Match]:
    spans = quotable_spans(extract.passage, extract.units)
    return [compare(claim, extract.passage, span) for span in spans]


def quotable_spans(passage: Passage, units: Sequence[Span]) -> list[Span]:
    """Return the units, and each two neighbours of which one says little without the other."""
    pairs = [
        (first[0], second[1])
        for first, second in pairwise(units)
        if LEANS_BACK.match(passage.text[slice(*second)])
        or not _SENTENCE_END.search(passage.text[slice(*first)])
    ]
    return [*units, *pairs]


def _closest(claim: Claim, matches: Sequence[Match], embedder: Embedder) -> Match | None:
    """Return the best of `matches`; those in another language must be close in meaning."""
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
