"""The line for the model: visitors take turns, and each one's questions keep their order."""

import threading
from collections import OrderedDict, deque
from typing import Generic, TypeVar

Waiting = TypeVar("Waiting")


class FairLine(Generic[Waiting]):
    """Who asks ten questions waits with nine of them while others ask their first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, deque[Waiting]] = OrderedDict()
        self._places: dict[Waiting, int] | None = None

    def join(self, visitor: str, one: Waiting) -> None:
        """Put `one` behind what waits of the same visitor, a new visitor behind all others."""
        with self._lock:
            self._visitors.setdefault(visitor, deque()).append(one)
            self._places = None

    def take(self) -> Waiting | None:
        """Return whose turn it is, out of the line from now on; None where nobody waits."""
        with self._lock:
            self._places = None
            if not self._visitors:
                return None
            visitor, waiting = self._visitors.popitem(last=False)
            one = waiting.popleft()
            if waiting:
                self._visitors[visitor] = waiting
            return one

    def leave(self, visitor: str, one: Waiting) -> bool:
        """Take `one` out of the line; tell whether it was still there."""
        with self._lock:
            waiting = self._visitors.get(visitor, deque())
            if one not in waiting:
                return False
            self._places = None
            waiting.remove(one)
            if not waiting:
                del self._visitors[visitor]
            return True

    def ahead_of(self, one: Waiting) -> int | None:
        """Return how many come before `one`; None where it does not wait here."""
        with self._lock:
            if self._places is None:
                self._places = {waits: place for place, waits in enumerate(self._in_order())}
            return self._places.get(one)

    def _in_order(self) -> list[Waiting]:
        rounds = max(map(len, self._visitors.values()), default=0)
        return [
            waiting[turn]
            for turn in range(rounds)
            for waiting in self._visitors.values()
            if turn < len(waiting)
        ]
