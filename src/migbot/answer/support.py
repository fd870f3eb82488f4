"""How surely a passage states a claim: the check of answers, opened to other programs.

A claim is compared by `migbot.answer.compare`, as the sentences of answers are. What that finds,
how close the embeddings are and, where there is a generator, how surely it says yes become a
probability by a logistic regression whose weights stand in `support.toml` beside this file.
"""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from migbot.answer.check import quotable_spans
from migbot.answer.claim_prompt import claim_prompt
from migbot.answer.claims import numbers
from migbot.answer.compare import Claim, Match, compare, read_claim
from migbot.answer.generate.protocol import Generator
from migbot.answer.units import unit_spans
from migbot.answer.yesno import logit, yes_probability
from migbot.documents.given import given_passage
from migbot.documents.language import detect_language
from migbot.index.embed import Embedder
from migbot.index.terms import fold
from migbot.types import Language, Passage

SupportVerdict = Literal["supported", "contradicted", "not_found"]

# Embedding is the slow step, and a unit that lacks more than three others is never the nearest.
_UNITS_EMBEDDED = 4
_LETTERS = 3
# What the generator reads of a passage: more takes seconds.
_READ_TOKENS = 300
_WORD = re.compile(r"[^\W_]+")
_FIGURE = re.compile(r"(?:number|month|date) ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A claim, and the passage that may state it, in the same language or not."""

    claim: str
    language: Language
    passage: Passage


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """What speaks for and against a passage's stating a claim.

    `cosine` is of the claim and the nearest unit. `coverage` is the share of the claim's terms in
    the passage; `likeness` the mean, over the claim's words, of how many letters they share with
    the likest word of the passage, which sees what two languages have in common. All are 0 to 1.
    `nearness` is the share of the claim's terms in the nearest unit. `yes` is how surely the
    generator says that the passage states the claim, None where none was asked. `contradictions`
    say in English what the nearest unit says otherwise, and `missing` what is nowhere in the
    passage.
    """

    cosine: float
    coverage: float
    likeness: float
    nearness: float
    contradictions: tuple[str, ...]
    missing: tuple[str, ...]
    yes: float | None = None

    def values(self) -> dict[str, float]:
        """Return the numbers that are weighed, by the names they have in `support.toml`."""
        asked = {} if self.yes is None else {"logit_yes": logit(self.yes)}
        return asked | {
            "cosine": self.cosine,
            "coverage": self.coverage,
            "likeness": self.likeness,
            "missing_names": float(sum(one.startswith("name ") for one in self.missing)),
            "missing_figures": float(sum(bool(_FIGURE.match(one)) for one in self.missing)),
            "contradictions": float(len(self.contradictions)),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """How surely the passage states the claim (0 to 1), the verdict, and why, in English."""

    support: float
    verdict: SupportVerdict
    reasons: tuple[str, ...]


class SupportChecker:
    """Grades claims against passages. Thread-safe where its parts are.

    With a `generator`, which takes one to two seconds a claim, it ranks them much better.
    """

    def __init__(self, embedder: Embedder, generator: Generator | None = None) -> None:
        self._embedder = embedder
        self._generator = generator

    def grade(self, statements: Sequence[Statement]) -> tuple[Grade, ...]:
        """Return the grade of each statement, in order; all are embedded together."""
        signs = self.signs(statements)
        return tuple(
            _grade(one, statement) for one, statement in zip(signs, statements, strict=True)
        )

    def signs(self, statements: Sequence[Statement]) -> tuple[Signs, ...]:
        """Return what speaks for and against each statement, in order."""
        claims = [read_claim(one.claim, one.language, "") for one in statements]
        matches = [
            _nearest_matches(claim, statement.passage)
            for claim, statement in zip(claims, statements, strict=True)
        ]
        texts: dict[str, int] = {}
        for statement, found in zip(statements, matches, strict=True):
            for text in (statement.claim, *(_text(match) for match in found)):
                texts.setdefault(text, len(texts))
        if not texts:
            return ()
        vectors = self._embedder.embed_passages(list(texts))
        signs = []
        for claim, statement, found in zip(claims, statements, matches, strict=True):
            vector = vectors[texts[claim.text]]
            cosines = [float(vectors[texts[_text(match)]] @ vector) for match in found]
            one = _signs(claim, statement.passage, found, cosines)
            signs.append(replace(one, yes=self._ask(claim, statement.passage)))
        return tuple(signs)

    def _ask(self, claim: Claim, passage: Passage) -> float | None:
        """Return how surely the generator says that the passage states the claim."""
        if self._generator is None:
            return None
        text = _readable(claim, passage, self._generator.count_tokens)
        return yes_probability(self._generator, claim_prompt(text, claim.text))

    def is_supported(self, claim: str, text: str) -> bool:
        """Return whether `text` states `claim`, each in French or English."""
        statement = statement_of(claim, text)
        return self.grade((statement,))[0].verdict == "supported"


def statement_of(
    claim: str,
    text: str,
    language: Language | None = None,
    *,
    passage_language: Language | None = None,
) -> Statement:
    """Return what `text` may state; languages that are not given are found out."""
    passage = given_passage(text, language=passage_language)
    return Statement(claim=claim, language=language or detect_language(claim), passage=passage)


def _nearest_matches(claim: Claim, passage: Passage) -> list[Match]:
    """Return the units that lack and contradict least, at most as many as will be embedded."""
    spans = quotable_spans(passage, unit_spans(passage))
    matches = sorted((compare(claim, passage, span) for span in spans), key=lambda one: one.order)
    return matches[:_UNITS_EMBEDDED]


def _readable(claim: Claim, passage: Passage, count_tokens: Callable[[str], int]) -> str:
    """Return the passage; of a long one, the units that hold most of the claim, in their order."""
    if count_tokens(passage.text) <= _READ_TOKENS:
        return passage.text
    matches = [compare(claim, passage, span) for span in unit_spans(passage)]
    kept: list[Match] = []
    left = _READ_TOKENS
    for match in sorted(matches, key=lambda one: -one.coverage):
        cost = count_tokens(_text(match))
        if not kept or cost <= left:
            kept.append(match)
            left -= cost
    return " ".join(_text(match) for match in sorted(kept, key=lambda one: one.start))


def _signs(
    claim: Claim, passage: Passage, matches: Sequence[Match], cosines: Sequence[float]
) -> Signs:
    whole = compare(claim, passage, (0, len(passage.text)))
    missing = tuple(sorted(whole.missing - {"enough of what it says"}))
    if not matches:
        return Signs(
            cosine=0.0, coverage=0.0, likeness=0.0, nearness=0.0, contradictions=(), missing=missing
        )
    order = sorted(range(len(matches)), key=lambda at: cosines[at] + matches[at].coverage)
    nearest = matches[order[-1]]
    is_said_somewhere = any(match.is_sound for match in matches)
    return Signs(
        cosine=max(cosines),
        coverage=whole.coverage,
        likeness=_likeness(claim.text, passage.text),
        nearness=nearest.coverage,
        contradictions=() if is_said_somewhere else _contradictions(claim, nearest, missing),
        missing=missing,
    )


def _contradictions(claim: Claim, nearest: Match, missing: Sequence[str]) -> tuple[str, ...]:
    """Return what the nearest unit says otherwise, another number in place of one included."""
    others = sorted(numbers(_text(nearest), nearest.passage.language) - claim.numbers)
    lacking = [one for one in missing if one.startswith("number ")]
    swapped = [f"{one} is not there, but {', '.join(others)}" for one in lacking if others]
    return (*nearest.faults, *sorted(nearest.wording), *swapped)


def _grade(signs: Signs, statement: Statement) -> Grade:
    section = "same" if _is_same_language(statement) else "across"
    weights = load_weights()[section if signs.yes is None else f"{section}_with_generator"]
    weighed = sum(weights[name] * value for name, value in signs.values().items())
    support = 1 / (1 + math.exp(-(weights["bias"] + weighed)))
    limits = load_weights()["verdict"]
    # What is said of the very same thing otherwise is no support, however alike the words are.
    is_contradicted = (
        bool(signs.contradictions) and signs.nearness >= limits["contradicted_nearness_at_least"]
    )
    verdict: SupportVerdict = "not_found"
    if is_contradicted:
        verdict, support = "contradicted", min(support, limits["contradicted_support_at_most"])
    elif support >= limits["support_at_least"]:
        verdict = "supported"
    return Grade(support=support, verdict=verdict, reasons=_reasons(signs, verdict))


def _reasons(signs: Signs, verdict: SupportVerdict) -> tuple[str, ...]:
    lacking = tuple(f"{what} is not in the passage" for what in signs.missing)
    if verdict == "supported":
        return lacking
    return (*signs.contradictions, *lacking) or ("the passage says too little of it",)


def _is_same_language(statement: Statement) -> bool:
    return statement.language == statement.passage.language


def _text(match: Match) -> str:
    return match.passage.text[match.start : match.end]


def _likeness(claim: str, text: str) -> float:
    held = [_letters(word) for word in set(_WORD.findall(fold(text)))]
    words = [_letters(word) for word in set(_WORD.findall(fold(claim)))]
    if not words or not held:
        return 0.0
    return sum(max(_dice(word, other) for other in held) for word in words) / len(words)


def _letters(word: str) -> frozenset[str]:
    """Return the runs of three letters of a word, its ends marked."""
    ended = f"^{word}$"
    return frozenset(ended[at : at + _LETTERS] for at in range(len(ended) - _LETTERS + 1))


def _dice(these: frozenset[str], those: frozenset[str]) -> float:
    return 2 * len(these & those) / (len(these) + len(those))


@cache
def load_weights() -> Mapping[str, Mapping[str, float]]:
    """Return the weights and limits of `support.toml`, by section and name."""
    text = files("migbot.answer").joinpath("support.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
