"""The desk between many visitors and one assistant: first come, first served, bounded."""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from migbot.errors import BusyError
from migbot.types import Event, Question

logger = logging.getLogger(__name__)

# So often a question that waits is looked at again, to notice a visitor who stopped or left.
BEAT_S = 0.4

Result = TypeVar("Result")


class Answering(Protocol):
    """What the page needs of an assistant."""

    def answer(self, question: Question) -> Iterator[Event]:
        """Yield the events of one answer; closing the iterator stops the model."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """Nothing new; `stage` tells what the question waits for.

    The answer itself ("reading"), the model at work for an earlier question ("waiting"), or the
    model, which is not ready yet ("preparing").
    """

    stage: Literal["reading", "waiting", "preparing"]


class Desk:
    """Lets questions into the language model one at a time, in the order they came.

    The first event of an answer holds the passages and needs no language model, so it is found on
    a thread of its own: a visitor who waits for the model already reads the sources.
    """

    def __init__(self, assistant: Answering, *, places: int) -> None:
        """`places` is how many questions may be inside at once, waiting or being answered."""
        self._assistant = assistant
        self._places = places
        self._inside = 0
        self._turned_away = 0
        self._closing = threading.Event()
        self._retrieval = ThreadPoolExecutor(max_workers=1, thread_name_prefix="retrieval")
        self._model = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self._warming: Future[None] | None = None

    @property
    def inside(self) -> int:
        """Return how many questions wait or are being answered."""
        return self._inside

    @property
    def turned_away(self) -> int:
        """Return how many questions found all places taken."""
        return self._turned_away

    async def ask(self, question: Question) -> AsyncGenerator[Event | Beat, None]:
        """Yield the events of an answer, and a `Beat` whenever `BEAT_S` pass without one.

        When the caller closes this generator or is cancelled, the assistant's iterator is closed
        too: at once, or as soon as the step that it is in has returned.

        Raises:
            BusyError: all places are taken, or the server is being stopped.
        """
        self._refuse_when_closing()
        if self._inside >= self._places:
            self._turned_away += 1
            raise BusyError(f"{self._inside} questions are waiting already: try again in a minute")
        self._inside += 1
        errand = _Errand(self._assistant.answer(question), self._closing)
        queued = False
        try:
            self._retrieval.submit(errand.find)
            while True:
                try:
                    event = await asyncio.wait_for(errand.inbox.get(), BEAT_S)
                except TimeoutError:
                    self._refuse_when_closing()
                    yield self._beat(waiting=queued and not errand.begun.is_set())
                    continue
                if event is None:
                    return
                if isinstance(event, Exception):
                    raise event
                yield event
                if not queued:
                    self._refuse_when_closing()
                    queued = True
                    self._model.submit(errand.write)
        finally:
            self._inside -= 1
            errand.left.set()
            if not queued:
                # One thread, first in first out: this runs when `find` has returned.
                with suppress(RuntimeError):  # the server is being stopped: nothing runs any more
                    self._retrieval.submit(errand.close)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` does where the model runs, behind the questions that came before."""
        return await asyncio.wrap_future(self._model.submit(work))

    def prepare(self, warm_up: Callable[[], None]) -> None:
        """Run `warm_up` where the model runs, before the first question gets there."""
        self._warming = self._model.submit(warm_up)
        self._warming.add_done_callback(_log_failure)

    def close(self) -> None:
        """Turn everybody away; what runs ends at its next event."""
        self._closing.set()
        for pool in (self._retrieval, self._model):
            pool.shutdown(wait=False, cancel_futures=True)

    def _refuse_when_closing(self) -> None:
        if self._closing.is_set():
            raise BusyError("the server is being stopped: ask again in a minute")

    def _beat(self, *, waiting: bool) -> Beat:
        if not waiting:
            return Beat(stage="reading")
        prepared = self._warming is None or self._warming.done()
        return Beat(stage="waiting" if prepared else "preparing")


def _log_failure(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        logger.error("warming up failed: %s", error)


class _Errand:
    """One question's way through the two threads; its events arrive in `inbox`, then None."""

    def __init__(self, events: Iterator[Event], closing: threading.Event) -> None:
        self._events = events
        self._closing = closing
        self._loop = asyncio.get_running_loop()
        self.inbox: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self.begun = threading.Event()
        self.left = threading.Event()

    def find(self) -> None:
        """Post the first event."""
        try:
            self._post(next(self._events, None))
        except Exception as error:  # noqa: BLE001 - raised again where the question was asked
            self._post(error)

    def write(self) -> None:
        """Post the other events and the end, unless the visitor has left."""
        self.begun.set()
        try:
            while not (self.left.is_set() or self._closing.is_set()):
                event = next(self._events, None)
                self._post(event)
                if event is None:
                    break
        except Exception as error:  # noqa: BLE001 - raised again where the question was asked
            self._post(error)
        finally:
            self.close()

    def close(self) -> None:
        """Close the assistant's iterator."""
        if isinstance(self._events, Generator):
            self._events.close()

    def _post(self, item: Event | Exception | None) -> None:
        # The loop is gone when the server stops in the middle of an answer: nobody listens then.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.inbox.put_nowait, item)
