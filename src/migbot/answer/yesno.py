"""Asks the generator a question that it answers by yes or no, and reads how sure it is.

Asked in English for both languages: "Oui" is several tokens to the default model, so its first
token tells little.
"""

import math
from collections.abc import Callable, Sequence

from migbot.answer.generate.protocol import Generator, Message
from migbot.answer.wanted import while_wanted
from migbot.types import always

# Enough that both words are among them.
_ALTERNATIVES = 20
_LEAST_PROBABILITY = 1e-3


def yes_probability(
    generator: Generator,
    prompt: Sequence[Message],
    *,
    is_wanted: Callable[[], bool] = always,
) -> float | None:
    """Return how likely the reply to `prompt` is yes rather than no; None where it does not tell.

    Raises:
        GeneratorError: the model failed.
        GivenUpError: `is_wanted` said no while the prompt was read.
    """
    first = None
    pieces = generator.generate(prompt, max_tokens=1, alternatives=_ALTERNATIVES)
    for piece in while_wanted(pieces, is_wanted):
        if not piece.is_empty:
            first = piece
            break
    weights = {"yes": 0.0, "no": 0.0}
    for token, probability in (first.alternatives if first else {}).items():
        word = token.strip().casefold()
        if word in weights:
            weights[word] += probability
    total = sum(weights.values())
    return weights["yes"] / total if total else None


def logit(probability: float) -> float:
    """Return the logarithm of the odds, held between those of 0.001 and of 0.999."""
    held = min(max(probability, _LEAST_PROBABILITY), 1 - _LEAST_PROBABILITY)
    return math.log(held / (1 - held))
