"""Stops the model's work on what nobody waits for any more."""

from collections.abc import Callable, Iterator
from collections.abc import Generator as Running

from migbot.answer.generate.protocol import Piece
from migbot.errors import GivenUpError


def while_wanted(pieces: Iterator[Piece], is_wanted: Callable[[], bool]) -> Iterator[Piece]:
    """Yield `pieces`, and stop the model that writes them once `is_wanted` says no.

    Raises:
        GivenUpError: `is_wanted` said no.
    """
    try:
        for piece in pieces:
            if not is_wanted():
                raise GivenUpError("nobody waits for this answer any more: nothing is to be done")
            yield piece
    finally:
        # An error on its way up would keep the model at work.
        if isinstance(pieces, Running):
            pieces.close()
