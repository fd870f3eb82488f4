"""Work that costs little more for many than for one, done for all who wait for it."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from migbot.index.types import Vectors


class Gatherer:
    """Lets callers of several threads share one call of `work`.

    Nobody waits for others to come: whoever finds nobody at work begins at once, and does with it
    what has been asked for meanwhile.
    """

    def __init__(self, work: Callable[[list[str]], Vectors], most: int) -> None:
        """`work` returns a row for each text; it gets `most` texts, or more of a single caller."""
        self._work = work
        self._most = most
        self._turn = threading.Lock()
        self._waiting: deque[_Asked] = deque()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return what `work` makes of `texts`, and raise what it raises."""
        mine = _Asked(texts)
        self._waiting.append(mine)
        with self._turn:
            while mine.is_waiting:
                self._do_some()
        if mine.error is not None:
            raise mine.error
        return mine.rows

    def _do_some(self) -> None:
        """Do what has been waiting the longest. Only whoever has the turn takes from the line."""
        together = [self._waiting.popleft()]
        count = len(together[0].texts)
        while self._waiting and count + len(self._waiting[0].texts) <= self._most:
            together.append(self._waiting.popleft())
            count += len(together[-1].texts)
        try:
            rows = self._work([text for one in together for text in one.texts])
        except Exception as error:  # noqa: BLE001 - raised again where it was asked for
            for one in together:
                one.fail(error)
            return
        for one in together:
            one.take(rows[: len(one.texts)])
            rows = rows[len(one.texts) :]


class _Asked:
    """What one caller waits for."""

    rows: Vectors

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts
        self.error: Exception | None = None
        self.is_waiting = True

    def take(self, rows: Vectors) -> None:
        self.rows = rows
        self.is_waiting = False

    def fail(self, error: Exception) -> None:
        self.error = error
        self.is_waiting = False
