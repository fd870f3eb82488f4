"""The time that one reply has."""

import time
from collections.abc import Callable

from migbot.errors import GeneratorError
from migbot.settings import Settings


class Deadline:
    """`generator_timeout_s` to the reply's end, and `generator_first_token_s` to its first token.

    The first is counted from the start, waiting for other replies included; the other from
    `begin` on, when the model is free. `whose` is named in the error.
    """

    def __init__(
        self,
        settings: Settings,
        whose: str = "the model",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._whose = whose
        self._clock = clock
        self._end_s = clock() + settings.generator_timeout_s
        self._first_s: float | None = None

    def begin(self) -> None:
        """Expect the first token from now on."""
        self._first_s = self._clock() + self._settings.generator_first_token_s

    def heard(self) -> None:
        """Expect it no more: it came."""
        self._first_s = None

    @property
    def left_s(self) -> float:
        """Return the seconds that are left, 0 when there are none."""
        end_s = self._end_s if self._first_s is None else min(self._first_s, self._end_s)
        return max(0.0, end_s - self._clock())

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.left_s == 0

    def check(self) -> None:
        """Do nothing while there is time.

        Raises:
            GeneratorError: the time is up.
        """
        if self.is_over:
            raise self.error()

    def error(self) -> GeneratorError:
        """Return the error that says which time is up."""
        settings = self._settings
        if self._first_s is not None and self._first_s < self._end_s:
            return GeneratorError(
                f"{self._whose} wrote nothing within {settings.generator_first_token_s:g} s: ask "
                "again, or raise generator_first_token_s"
            )
        return GeneratorError(
            f"{self._whose} took longer than {settings.generator_timeout_s:g} s: ask again, or "
            "raise generator_timeout_s"
        )
