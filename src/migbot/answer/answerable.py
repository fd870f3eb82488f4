"""Whether the passages answer the question at all, by thresholds measured on development data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from migbot.answer.evidence import Evidence
from migbot.answer.generate.protocol import Piece
from migbot.answer.prompt import NONE
from migbot.index.terms import passage_terms, question_terms
from migbot.types import Language, Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """The thresholds of `calibration.toml`, by section and name."""

    thresholds: Mapping[str, Mapping[str, float]]

    def refuse_evidence(self, evidence: Evidence) -> Reason | None:
        """Return why nothing is worth asking the model, or None."""
        limits = self.thresholds["out_of_scope"]
        far = evidence.best_cosine < limits["cosine_below"]
        if not evidence.extracts or (far and evidence.best_coverage < limits["coverage_below"]):
            return "out_of_scope" if far else "not_found"
        return None

    def model_declines(self, none: float) -> bool:
        """Return whether the model's probability of NONE alone ends the answer."""
        return none >= self.thresholds["not_found"]["none_at_least"]

    def sentence_answers(self, relevance: float, none: float) -> bool:
        """Return whether a checked sentence is about what was asked."""
        limits = self.thresholds["sentence"]
        return relevance >= limits["relevance_at_least"] + limits["none_weight"] * none

    def quote_answers(self, relevance: float, none: float) -> bool:
        """Return whether the best quote may stand in for an answer."""
        limits = self.thresholds["quote"]
        return relevance >= limits["relevance_at_least"] and none < limits["none_below"]


@cache
def load_calibration() -> Calibration:
    """Return the calibration that ships with migbot."""
    text = files("migbot.answer").joinpath("calibration.toml").read_text(encoding="utf-8")
    return Calibration(thresholds=tomllib.loads(text))


def none_probability(piece: Piece) -> float:
    """Return how likely the model, at its first piece, was to reply NONE; 0 where it cannot say."""
    return sum(
        probability
        for token, probability in piece.alternatives.items()
        if token.strip() and NONE.startswith(token.strip())
    )


def relevance(question: str, texts: Mapping[str, Language]) -> float:
    """Return the share (0 to 1) of the question's terms that `texts` hold, each in its language."""
    held = {term for text, language in texts.items() for term in passage_terms(text, language)}
    asked = question.split()
    words = [terms for word in asked if (terms := question_terms(word))]
    if not words:
        return 1.0
    return sum(any(term in held for term in terms) for terms in words) / len(words)
