"""What a server holds while it is visited: memory, threads and open descriptors, from /proc."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# So often while visitors are there, to find the highest.
_LOOK_S = 0.2
# What visitors left behind is given this long to be closed.
_SETTLE_S = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What one process holds at one moment; `rss_mb` is its resident memory."""

    rss_mb: float
    threads: int
    descriptors: int


def held_by(process_id: int) -> Held:
    """Return what a process of one's own user holds."""
    process = Path(f"/proc/{process_id}")
    pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    return Held(
        rss_mb=pages * _PAGE_BYTES / 2**20,
        threads=len(list((process / "task").iterdir())),
        descriptors=len(list((process / "fd").iterdir())),
    )


class ProcessLog:
    """What a server held before any visitor, and after each round of visitors."""

    def __init__(self, process_id: int) -> None:
        self._process_id = process_id
        self._first = held_by(process_id)
        self._rounds: list[Held] = []
        self._highest = self._first

    @property
    def rounds(self) -> int:
        """Return how many rounds ended."""
        return len(self._rounds)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look again and again while the block runs."""
        looking = asyncio.ensure_future(self._watch())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    def end_round(self) -> None:
        """Note what is held after a round, and print it on standard error."""
        held = self._look()
        self._rounds.append(held)
        print(
            f"round {self.rounds}: {held.rss_mb:.1f} MB, {held.threads} threads, "
            f"{held.descriptors} descriptors",
            file=sys.stderr,
            flush=True,
        )

    def settle(self) -> None:
        """Wait until the last round's connections are closed, `_SETTLE_S` at most."""
        end_s = time.monotonic() + _SETTLE_S
        while held_by(self._process_id).descriptors > self._first.descriptors:
            if time.monotonic() > end_s:
                break
            time.sleep(_LOOK_S)
        self._rounds[-1] = self._look()

    def figures(self) -> dict[str, Any]:
        """Return memory by round, and first, last and highest of threads and descriptors.

        Of two rounds at least, as memory has a slope. The first is from before any visitor, the
        last from after the last one.
        """
        rss_mb = [held.rss_mb for held in self._rounds]
        return {
            "rss_mb_after_first_round": round(rss_mb[0], 1),
            "rss_mb_at_end": round(rss_mb[-1], 1),
            "rss_kb_per_round": _slope_kb(rss_mb),
            **{name: self._span(name) for name in ("threads", "descriptors")},
        }

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(_LOOK_S)

    def _look(self) -> Held:
        held = held_by(self._process_id)
        highest = self._highest
        self._highest = Held(
            rss_mb=max(highest.rss_mb, held.rss_mb),
            threads=max(highest.threads, held.threads),
            descriptors=max(highest.descriptors, held.descriptors),
        )
        return held

    def _span(self, name: str) -> dict[str, int]:
        moments = {"first": self._first, "last": self._rounds[-1], "highest": self._highest}
        return {moment: getattr(held, name) for moment, held in moments.items()}


def _slope_kb(rss_mb: Sequence[float]) -> float:
    """Return by how much memory grows in a round, by least squares over the later half."""
    later = rss_mb[len(rss_mb) // 2 :] if len(rss_mb) > 3 else rss_mb  # noqa: PLR2004 - enough
    return round(1024 * float(np.polyfit(range(len(later)), later, 1)[0]), 1)
