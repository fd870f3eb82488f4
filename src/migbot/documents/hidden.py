"""Text that a file holds and a reader of it does not see: how much, and what became of it.

What nothing that a reader does would show is left out. White text may stand on a dark ground and
tiny text may be read at a larger scale, so both are kept. Whoever keeps the corpus is told of all:
such text is a way to plant words where nobody looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Readers of files enlarge 64 times at most, and then this is about as high as small print.
LEAST_POINTS = 0.1
TINY_POINTS = 1.0
_WHITE = 0.95  # of the light of white, in each of its colours: no eye tells it apart on paper


def is_white(lights: Iterable[float]) -> bool:
    """Return whether a colour is white or nearly so; its shares of light are from 0 to 1."""
    return all(light >= _WHITE for light in lights)


@dataclass(slots=True)
class Hidden:
    """Counts of characters that are no spaces, filled while a file is read."""

    left_out: int = 0
    concealed: int = 0
    white: int = 0
    tiny: int = 0
    unprinted: int = 0
    beyond: int = 0

    def leave_out(self, text: str) -> str:
        """Count `text` as unseen and return nothing in its place."""
        self.left_out += _letters(text)
        return ""

    def keep_concealed(self, text: str) -> str:
        """Count `text` as hidden until a click perhaps, and return it."""
        self.concealed += _letters(text)
        return text

    def keep_white(self, text: str) -> str:
        """Count `text` as white and return it."""
        self.white += _letters(text)
        return text

    def keep_tiny(self, text: str) -> str:
        """Count `text` as of `TINY_POINTS` or less and return it."""
        self.tiny += _letters(text)
        return text

    def keep_unprinted(self, text: str) -> str:
        """Count `text` as drawn without ink, as a scan's recognised text is, and return it."""
        self.unprinted += _letters(text)
        return text

    def keep_beyond(self, text: str) -> str:
        """Count `text` as drawn beyond the edge of its page, and return it."""
        self.beyond += _letters(text)
        return text

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each kind of unseen text that there was."""
        lines = (
            (self.left_out, "characters that no reader sees were left out"),
            (self.concealed, "characters that a style sheet hides were kept: read them"),
            (self.white, "characters are white, perhaps on white: read them before you trust them"),
            (self.tiny, "characters are of one point or less: enlarge them and read them"),
            (self.unprinted, "characters are drawn without ink: a scan’s text, or hidden text"),
            (
                self.beyond,
                "characters are beyond the edge of their page: search for them, read them",
            ),
        )
        return tuple(f"hidden text: {count} {what}" for count, what in lines if count)


def _letters(text: str) -> int:
    return sum(not character.isspace() for character in text)
