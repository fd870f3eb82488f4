"""One connection of a visitor, with a deadline for each thing that only the other side can do.

The server's own limits are for idle connections; a request that never becomes whole, or a reply
that nobody takes, would hold its connection for ever.
"""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol


class DeadlineProtocol(H11Protocol):
    """HTTP as uvicorn speaks it; `head_s` and `take_s` are in seconds.

    `head_s` is for the head of a request from its first byte, or from the connection on. What was
    written must leave within `take_s`: it does piece by piece, at most 64 kB each, so that a slow
    line has its time and one that reads a byte a second has not.
    """

    head_s: ClassVar[float] = 10.0
    take_s: ClassVar[float] = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await the first head."""
        super().connection_made(transport)
        # Whatever the kernel has no room for counts as not taken.
        transport.set_write_buffer_limits(high=0)
        self._head = _Deadline(self.loop, self.head_s, transport.abort)
        self._taken = _Deadline(self.loop, self.take_s, transport.abort)
        self._head.begin()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request; from now on a head that is not whole has its deadline."""
        super().data_received(data)
        # None before the first request, whatever uvicorn's annotation says.
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]
            self._head.begin()
        else:
            self._head.met()

    def on_response_complete(self) -> None:
        """Leave the connection to uvicorn's own limit for idle ones."""
        self._head.met()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Begin to wait for the other side to read."""
        super().pause_writing()
        self._taken.begin()

    def resume_writing(self) -> None:
        """Go on: all was taken."""
        self._taken.met()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._head.met()
        self._taken.met()
        super().connection_lost(exc)


class _Deadline:
    """Does `missed` unless it is met within `seconds` after it began."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, missed: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._missed = missed
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Begin to count, unless that was done."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._missed)

    def met(self) -> None:
        """Count no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
