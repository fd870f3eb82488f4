"""Whether the passages answer the question at all: a probability fitted on development data."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from migbot.answer.definition import thing_to_define
from migbot.answer.evidence import Extract
from migbot.answer.expected import expected_kind
from migbot.answer.generate.extractive import NAME as EXTRACTIVE
from migbot.answer.generate.protocol import Piece
from migbot.answer.lacking import lacks_what_is_asked
from migbot.answer.prompt import NONE
from migbot.answer.words import held_terms, question_words
from migbot.answer.yesno import logit
from migbot.types import Hit, Language, Reason

_LEAST_PROBABILITY = 1e-6
_GIVEN = "log_given"


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What `calibration.toml` holds: weights of signs, and thresholds by section and name.

    `models` are the names of the generator and the embedder that the weights were fitted with.
    There are weights for the passages of the index and for those that a question brings.
    """

    models: frozenset[str]
    weights: Mapping[str, Mapping[str, float]]
    thresholds: Mapping[str, Mapping[str, float]]

    def is_far(self, hits: Sequence[Hit], coverage: float) -> bool:
        """Return whether all passages are about something else than the question."""
        limits = self.thresholds["out_of_scope"]
        nearest = max((hit.cosine for hit in hits), default=0.0)
        return nearest < limits["cosine_below"] and coverage < limits["coverage_below"]

    def is_for(self, generator: str, embedder: str) -> bool:
        """Return whether the weights were fitted with these models: without a generator, with one.

        Only the passages count then, and those the embedder finds.
        """
        return self.models == {generator, embedder} or (
            generator == EXTRACTIVE and embedder in self.models
        )

    def answerable(self, signs: Mapping[str, float]) -> float:
        """Return the probability that the passages answer, by logistic regression over `signs`."""
        weights = self.weights["given" if brings_passages(signs) else "index"]
        weighed = sum(weights[name] * signs[name] for name in weights if name != "bias")
        return 1 / (1 + math.exp(-(weights["bias"] + weighed)))

    def answers(self, probability: float, signs: Mapping[str, float]) -> bool:
        """Return whether an answer of that probability, by `signs`, is shown."""
        least = "at_least_given" if brings_passages(signs) else "at_least"
        return probability >= self.thresholds["answerable"][least]

    def is_sure(self, probability: float, signs: Mapping[str, float]) -> bool:
        """Return whether an answer of that probability, by `signs`, is shown without a caveat."""
        least = "sure_at_least_given" if brings_passages(signs) else "sure_at_least"
        return probability >= self.thresholds["answerable"][least]

    def quote_stands_in(self, relevance: float) -> bool:
        """Return whether a quote of that relevance may stand in for an answer by itself."""
        return relevance >= self.thresholds["quote"]["relevance"]

    def is_about(self, relevance: float, words: int) -> bool:
        """Return whether a sentence of that relevance is about a question of so many `words`."""
        limits = self.thresholds["sentence"]
        is_short = words <= limits["few_words"]
        return relevance >= limits["relevance_of_few_words" if is_short else "relevance"]

    def agrees(self, yes: float) -> bool:
        """Return whether `yes` (0 to 1), for a passage that states a sentence, is sure enough."""
        return yes >= self.thresholds["sentence"]["yes_at_least"]


@cache
def load_calibration() -> Calibration:
    """Return the calibration that ships with migbot."""
    text = files("migbot.answer").joinpath("calibration.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    models, weights = values.pop("models"), values.pop("weights")
    return Calibration(models=frozenset(models.values()), weights=weights, thresholds=values)


def brings_passages(signs: Mapping[str, float]) -> bool:
    """Return whether `signs` are those of a question that brought its own passages."""
    return _GIVEN in signs


def signs_of(
    question: str,
    hits: Sequence[Hit],
    extracts: Sequence[Extract],
    *,
    asked: str,
    language: Language,
    given: int | None = None,
) -> dict[str, float]:
    """Return what tells, before the model is asked, whether `extracts` answer `question`.

    `asked` are the visitor's own words, of which `question` is the standalone form.
    cosine: of question and nearest passage. coverage: share of the question's words in the
    extracts. across: 1 where the best extract is not in the question's `language`, in which both
    are lower. asks_for_kind: 1 where a number, date, name or share is asked for. lacking: 1 where
    the extracts do not hold what is asked for. follow_up: 1 where the question leans on the one
    before. extracts: how many passages score alike, more where none stands out. log_given: natural
    logarithm of the number of passages that the question itself brought, which are near it by
    choice; absent for those of the index.
    """
    said = {extract.framed: extract.passage.language for extract in extracts}
    own = {} if given is None else {_GIVEN: math.log(max(given, 1))}
    return own | {
        "cosine": max((hit.cosine for hit in hits), default=0.0),
        "coverage": relevance(question, said),
        "across": float(bool(extracts) and extracts[0].passage.language != language),
        "asks_for_kind": float(expected_kind(question) != "any"),
        "follow_up": float(question != asked),
        "lacking": float(bool(said) and lacks_what_is_asked(asked, said, language=language)),
        "extracts": float(len(extracts)),
    }


def sign_of_none(probability: float) -> dict[str, float]:
    """Return the sign that the model's probability of NONE is: its natural logarithm."""
    return {"log_none": math.log(max(probability, _LEAST_PROBABILITY))}


def sign_of_yes(probability: float | None) -> dict[str, float]:
    """Return the sign that the model's reply to `answerable_prompt` is: the logit of yes.

    None, where the model does not tell, is as good as no sign.
    """
    return {"logit_yes": 0.0 if probability is None else logit(probability)}


def refusal(hits: Sequence[Hit], extracts: Sequence[Extract], coverage: float) -> Reason | None:
    """Return why nothing is worth asking the model, or None."""
    if load_calibration().is_far(hits, coverage):
        return "out_of_scope"
    return None if extracts else "not_found"


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
    """Return the share (0 to 1) of the question's words that `texts` hold, each in its language.

    Of "what is a migrant?", "migrant" alone counts.
    """
    held = {term for text, language in texts.items() for term in held_terms(text, language)}
    words = question_words(thing_to_define(question) or question)
    return sum(word.is_held(held) for word in words) / len(words) if words else 1.0
