"""A generator that says what it was told to: for tests, and for trying the page without a model."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migbot.answer.generate.protocol import Message, Piece
from migbot.errors import GeneratorError, PromptTooLongError

_PIECE = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a caller asked of the generator."""

    messages: tuple[Message, ...]
    max_tokens: int
    grammar: str | None
    alternatives: int


class ScriptedGenerator:
    """Gives `replies` in order, a word or a punctuation mark at a time.

    A reply that is an error is raised in its place. `alternatives` of the first piece of each reply
    are `first_alternatives` where the caller asks for any. `requests` records what was asked, and
    `closed` counts the replies that were given up before their end. A prompt that with its reply
    takes more than `context_tokens`, as it counts them, is refused.
    """

    def __init__(
        self,
        replies: Sequence[str | GeneratorError],
        *,
        first_alternatives: Mapping[str, float] | None = None,
        context_tokens: int | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self.closed = 0
        self._replies = list(replies)
        self._context_tokens = context_tokens
        self._first_alternatives = dict(first_alternatives or {})

    @property
    def name(self) -> str:
        """Return the model's name."""
        return "scripted"

    def count_tokens(self, text: str) -> int:
        """Return how many words and punctuation marks `text` has."""
        return len(_PIECE.findall(text))

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        alternatives: int = 0,
    ) -> Iterator[Piece]:
        """Give the next reply, at most `max_tokens` pieces of it.

        Raises:
            PromptTooLongError: the context has no room for the prompt and its reply.
            GeneratorError: the next reply is an error, or there is none left.
        """
        tokens = sum(self.count_tokens(message.text) for message in messages) + max_tokens
        if self._context_tokens is not None and tokens > self._context_tokens:
            raise PromptTooLongError(
                f"prompt and reply take {tokens} tokens: ask something shorter"
            )
        self.requests.append(
            Request(
                messages=tuple(messages),
                max_tokens=max_tokens,
                grammar=grammar,
                alternatives=alternatives,
            )
        )
        if not self._replies:
            raise GeneratorError("the script has no reply left: give ScriptedGenerator more")
        return self._say(self._replies.pop(0), max_tokens, wants_alternatives=alternatives > 0)

    def _say(
        self, reply: str | GeneratorError, max_tokens: int, *, wants_alternatives: bool
    ) -> Iterator[Piece]:
        if isinstance(reply, GeneratorError):
            raise reply
        first = self._first_alternatives if wants_alternatives else {}
        try:
            for place, text in enumerate(_PIECE.findall(reply)[:max_tokens]):
                yield Piece(text=text, alternatives={} if place else first)
        except GeneratorExit:
            self.closed += 1
            raise
