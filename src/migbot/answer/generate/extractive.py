"""No language model: answers are then the words of the passages, and nothing is written."""

import math
from collections.abc import Iterator, Sequence

from migbot.answer.generate.protocol import Message, Piece

NAME = "extractive"
# French and English take a token for 3 to 4 bytes; where nothing counts exactly, count too many.
_BYTES_PER_TOKEN = 3


class ExtractiveGenerator:
    """Stands where a language model would and says nothing, whatever it is asked."""

    @property
    def name(self) -> str:
        """Return the name of the setting."""
        return NAME

    def count_tokens(self, text: str) -> int:
        """Return about how many tokens `text` would take, rather too many."""
        return estimated_tokens(text)

    def generate(
        self,
        messages: Sequence[Message],  # noqa: ARG002 -- nothing is read
        *,
        max_tokens: int,  # noqa: ARG002 -- nothing is written
        grammar: str | None = None,  # noqa: ARG002 -- as above
        alternatives: int = 0,  # noqa: ARG002 -- as above
    ) -> Iterator[Piece]:
        """Return an iterator without a piece."""
        return iter(())


def estimated_tokens(text: str) -> int:
    """Return an estimate, on the high side, of how many tokens `text` takes."""
    return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)
