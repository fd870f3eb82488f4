"""Stops the model's work on what nobody waits for any more."""

from collections.abc import Callable

from migbot.errors import GivenUpError


def require_wanted(is_wanted: Callable[[], bool]) -> None:
    """Raise GivenUpError once `is_wanted` says no."""
    if not is_wanted():
        raise GivenUpError("nobody waits for this answer any more: nothing is to be done")
