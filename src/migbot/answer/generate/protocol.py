"""What every language model must offer: count tokens, and write a reply piece by piece."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Some text of a reply as it arrives.

    `alternatives` maps the likeliest tokens at this place to their probabilities (0 to 1); empty
    where the model does not tell. A piece without either says only that the model is at work.
    """

    text: str
    alternatives: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the model has written nothing here: it reads its prompt, for instance."""
        return not (self.text or self.alternatives)


class Generator(Protocol):
    """A language model. Closing the iterator that `generate` returns stops the model at once."""

    @property
    def name(self) -> str:
        """Return the model's name, as reports and the page show it."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens `text` takes, special tokens not counted."""
        ...

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        alternatives: int = 0,
    ) -> Iterator[Piece]:
        """Write the reply to `messages`, greedily, as an iterator of pieces.

        Args:
            messages: the prompt; a constant beginning is kept between calls where possible.
            max_tokens: longest reply.
            grammar: GBNF that the reply obeys, for models that can be held to one; others ignore
                it, so callers still check what comes.
            alternatives: how many likely tokens each piece names with their probabilities.

        Raises:
            PromptTooLongError: at once, where prompt and reply do not fit the model's context.
            GeneratorError: the model failed, or took longer than its time limits.
        """
        ...
