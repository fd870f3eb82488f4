"""How fast answers are written, and so when it is worth coming back to a full line."""

import math
from collections import deque
from statistics import fmean

# As many answers as the mean is taken of: enough to even out, few enough to follow the load.
ANSWERS = 20
# What an answer is taken to need before there was one: that of the default model on two cores.
FIRST_GUESS_S = 6.0
LEAST_S, MOST_S = 10, 15 * 60


class Pace:
    """A moving mean of the times that answers held the model; used on one thread only."""

    def __init__(self) -> None:
        self._last_s: deque[float] = deque(maxlen=ANSWERS)

    def add(self, seconds: float) -> None:
        """Count an answer that held the model for `seconds`."""
        self._last_s.append(seconds)

    def come_back_s(self, inside: int) -> int:
        """Return in how many seconds `inside` questions will have been answered.

        At least `LEAST_S`, at most `MOST_S`: nobody is to come back at once, or never.
        """
        mean_s = fmean(self._last_s) if self._last_s else FIRST_GUESS_S
        return min(max(math.ceil(inside * mean_s), LEAST_S), MOST_S)
