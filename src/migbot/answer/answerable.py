"""Whether the passages answer the question at all, by thresholds measured on development data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from migbot.answer.evidence import Evidence
from migbot.answer.generate.protocol import Piece
from migbot.answer.prompt import NONE
from migbot.answer.words import held_terms, question_words
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

    def model_declines(self, none: float | None) -> bool:
        """Return whether the model's probability of NONE alone ends the answer."""
        return none is not None and none >= self.thresholds["not_found"]["none_at_least"]

    def trusts(self, none: float | None) -> bool:
        """Return whether the model is sure that the passages answer; not if it cannot say."""
        return none is not None and none < self.thresholds["trusted"]["none_below"]

    def allows_strange_words(self, strange: int, used: int) -> bool:
        """Return whether a trusted sentence may use `strange` words that only the question has.

        Of the `used` words that it shares with the question.
        """
        most = self.thresholds["trusted"]["strange_share_at_most"]
        return strange <= most * used or (strange == 1 and used > 1)

    def sentence_answers(self, relevance: float, words: int, none: float | None) -> bool:
        """Return whether a checked sentence is about what was asked in so many `words`."""
        short = self.thresholds["short"]
        if words <= short["few_words"]:
            return relevance >= short["relevance_at_least"]
        return self.trusts(none) or relevance >= self.thresholds["doubted"]["relevance_at_least"]

    def quote_answers(
        self, relevance: float, none: float | None, *, is_expected_kind: bool
    ) -> bool:
        """Return whether the best quote may stand in for an answer.

        A quote of the kind that was asked for (a number, a date, a name) needs less in common,
        and any quote needs more where the model would rather reply NONE.
        """
        limits = self.thresholds["quote"]
        if none is None or none >= limits["none_below"]:
            return relevance >= limits["relevance_against_none_at_least"]
        least = limits["relevance_of_kind_at_least" if is_expected_kind else "relevance_at_least"]
        return relevance >= least


@cache
def load_calibration() -> Calibration:
    """Return the calibration that ships with migbot."""
    text = files("migbot.answer").joinpath("calibration.toml").read_text(encoding="utf-8")
    return Calibration(thresholds=tomllib.loads(text))


def none_probability(piece: Piece) -> float | None:
    """Return how likely the model, at its first piece, was to reply NONE; None if it cannot say."""
    if not piece.alternatives:
        return None
    return sum(
        probability
        for token, probability in piece.alternatives.items()
        if token.strip() and NONE.startswith(token.strip())
    )


def relevance(question: str, texts: Mapping[str, Language]) -> float:
    """Return the share (0 to 1) of the question's words that `texts` hold, each in its language."""
    held = {term for text, language in texts.items() for term in held_terms(text, language)}
    words = question_words(question)
    return sum(word.is_held(held) for word in words) / len(words) if words else 1.0
