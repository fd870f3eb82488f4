"""The desk between many visitors and one assistant: they take turns, and the line is bounded."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from migbot.errors import BusyError
from migbot.serve.answer_cache import AnswerCache
from migbot.serve.line import FairLine
from migbot.serve.pace import Pace
from migbot.types import Event, Finished, Question, Retrieved

logger = logging.getLogger(__name__)

# So often a question that waits is looked at again, to notice a visitor who stopped or left.
BEAT_S = 0.4
# So many questions are searched for at once: what embeds them takes as many together.
RETRIEVALS = 16
# Of so many places, one is kept for visitors who have no question inside.
PLACES_FOR_ONE_KEPT = 10

Result = TypeVar("Result")
Item = TypeVar("Item")


class Answering(Protocol):
    """What the page needs of an assistant."""

    def answer(self, question: Question) -> Iterator[Event]:
        """Yield the events of one answer; closing the iterator stops the model."""
        ...


# Begins work for a visitor, given the assistant and what tells whether the visitor still waits.
Begin: TypeAlias = Callable[[Answering, Callable[[], bool]], Iterator[Item]]


class FullError(BusyError):
    """All places are taken; `retry_s` is in how many seconds to ask again."""

    def __init__(self, inside: int, retry_s: int) -> None:
        waiting = "1 question is" if inside == 1 else f"{inside} questions are"
        super().__init__(f"{waiting} waiting already: try again in {retry_s} s")
        self.retry_s = retry_s


class StoppingError(BusyError):
    """The server is being stopped, at the door or in the middle of an answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """Nothing new; `stage` tells what the question waits for.

    The answer itself ("reading"), the model at work for an earlier question ("waiting"), or the
    model, which is not ready yet ("preparing"). `ahead` counts the questions that come before.
    """

    stage: Literal["reading", "waiting", "preparing"]
    ahead: int = 0


class Desk:
    """Lets questions into the language model one at a time; visitors who wait take turns.

    The first event of an answer holds the passages and needs no language model, so it is found on
    other threads: a visitor who waits for the model already reads the sources.
    """

    def __init__(
        self, assistant: Answering, *, places: int, answers: AnswerCache | None = None
    ) -> None:
        """`places` is how many questions may be inside at once, waiting or being answered.

        The last tenth of them is for visitors who have none inside. `answers` keeps what may be
        answered again without the model; None keeps nothing.
        """
        self._assistant = assistant
        self._places = places
        self._answers = answers
        self._inside: dict[_Errand[Any], str] = {}
        self._line: FairLine[_Errand[Any]] = FairLine()
        self._pace = Pace()
        self._turned_away = 0
        self._answered_again = 0
        self._taking_no_more = threading.Event()
        self._closing = threading.Event()
        self._retrieval = ThreadPoolExecutor(RETRIEVALS, thread_name_prefix="retrieval")
        self._model = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
        self._warming: Future[None] | None = None

    @property
    def inside(self) -> int:
        """Return how many questions wait or are being answered."""
        return len(self._inside)

    @property
    def is_writing(self) -> bool:
        """Return whether an answer is being written for somebody."""
        return any(errand.begun.is_set() for errand in self._inside)

    @property
    def turned_away(self) -> int:
        """Return how many questions found all places taken."""
        return self._turned_away

    @property
    def answered_again(self) -> int:
        """Return how many questions got an answer that was kept."""
        return self._answered_again

    async def ask(
        self, question: Question, visitor: str = "", left: threading.Event | None = None
    ) -> AsyncGenerator[Event | Beat, None]:
        """Yield the events of an answer, and a `Beat` whenever `BEAT_S` pass without one.

        When the caller closes this generator or is cancelled, the assistant's iterator is closed
        too: at once, or as soon as the model has written the token that it is at. So it is when
        `left` is set, which need not wait for the next event. `visitor` is whoever asks, by any
        name that no other visitor has.

        Raises:
            FullError: all places are taken.
            StoppingError: the server is being stopped.
        """
        key = self._answers and self._answers.key(question)
        if self._answers and key and (kept := self._answers.find(key, question.question_id)):
            self._answered_again += 1
            for event in kept:
                yield event
            return

        def begin(assistant: Answering, is_wanted: Callable[[], bool]) -> Iterator[Event]:
            return assistant.answer(replace(question, is_wanted=is_wanted))

        told: list[Event] = []
        async with aclosing(self.attend(begin, visitor, left)) as events:
            async for one in events:
                if not isinstance(one, Beat):
                    told.append(one)
                if (
                    isinstance(one, Retrieved)
                    and self._answers
                    and self._answers.key(question) != key
                ):
                    # Another index came into force: nobody knows which one was searched.
                    key = None
                # Before it is told: who has the end of an answer may go at once.
                if isinstance(one, Finished) and self._answers and key:
                    self._answers.keep(key, told)
                yield one

    async def attend(
        self, begin: Begin[Item], visitor: str = "", left: threading.Event | None = None
    ) -> AsyncGenerator[Item | Beat, None]:
        """Yield what comes of `begin` and beats, as `ask` does: its first item at once.

        The others come when it is the visitor's turn, from where the model runs.

        Raises:
            FullError: all places are taken.
            StoppingError: the server is being stopped.
        """
        self._refuse_when_stopping()
        self._take_place(visitor)
        errand = _Errand(begin, self._assistant, left or threading.Event(), self._closing)
        self._inside[errand] = visitor
        queued = False
        try:
            self._retrieval.submit(errand.find)
            while True:
                try:
                    event = await asyncio.wait_for(errand.inbox.get(), BEAT_S)
                except TimeoutError:
                    self._refuse_when_stopping(errand)
                    yield self._beat(errand, waiting=queued and not errand.begun.is_set())
                    continue
                if event is None:
                    return
                if isinstance(event, Exception):
                    # Nobody waits for an answer any more: that may be what it fails with.
                    self._refuse_when_stopping(errand)
                    if errand.left.is_set():
                        return
                    raise event
                yield event
                if not queued:
                    self._refuse_when_stopping(errand)
                    queued = True
                    self._line.join(visitor, errand)
                    self._model.submit(self._write_next)
        finally:
            self._inside.pop(errand, None)
            errand.left.set()
            if not queued or self._line.leave(visitor, errand):
                with suppress(RuntimeError):  # the server is being stopped: nothing runs any more
                    self._retrieval.submit(errand.close)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what `work` does where the model runs, behind the questions that came before."""
        return await asyncio.wrap_future(self._model.submit(work))

    def prepare(self, warm_up: Callable[[], None]) -> None:
        """Run `warm_up` where the model runs, before the first question gets there."""
        self._warming = self._model.submit(warm_up)
        self._warming.add_done_callback(_log_failure)

    def take_no_more(self) -> None:
        """Turn everybody away but the one whose answer is being written."""
        self._taking_no_more.set()

    def close(self) -> None:
        """Turn everybody away; what runs ends at its next event."""
        self.take_no_more()
        self._closing.set()
        for pool in (self._retrieval, self._model):
            pool.shutdown(wait=False, cancel_futures=True)

    def _take_place(self, visitor: str) -> None:
        inside = len(self._inside)
        kept = self._places // PLACES_FOR_ONE_KEPT if visitor in self._inside.values() else 0
        if inside >= self._places - kept:
            self._turned_away += 1
            raise FullError(inside, self._pace.come_back_s(inside))

    def _write_next(self) -> None:
        """Write the answer whose turn it is. Its place is free then, read or not."""
        if self._taking_no_more.is_set():
            return
        errand = self._line.take()
        if errand is not None:
            began_s = time.monotonic()
            errand.write()
            errand.call_soon(self._written, errand, time.monotonic() - began_s)

    def _written(self, errand: "_Errand[Any]", seconds: float) -> None:
        self._inside.pop(errand, None)
        self._pace.add(seconds)

    def _refuse_when_stopping(self, errand: "_Errand[Any] | None" = None) -> None:
        may_end = errand is not None and errand.begun.is_set()
        if self._closing.is_set() or (self._taking_no_more.is_set() and not may_end):
            raise StoppingError("the server is being stopped: ask again in a minute")

    def _beat(self, errand: "_Errand[Any]", *, waiting: bool) -> Beat:
        if not waiting:
            return Beat(stage="reading")
        in_line = self._line.ahead_of(errand) or 0
        if self._warming is None or self._warming.done():
            # The one that is being answered is in the line no more.
            return Beat(stage="waiting", ahead=1 + in_line)
        return Beat(stage="preparing", ahead=in_line)


def _log_failure(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        logger.error("warming up failed: %s", error)


class _Errand(Generic[Item]):
    """One visitor's way to the sources and to the model; it ends in `inbox`, with None."""

    def __init__(
        self,
        begin: Begin[Item],
        assistant: Answering,
        left: threading.Event,
        closing: threading.Event,
    ) -> None:
        self._closing = closing
        self._loop = asyncio.get_running_loop()
        self.inbox: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self.begun = threading.Event()
        self.left = left
        self._finding = threading.Lock()
        self._events = begin(assistant, self._is_wanted)

    def find(self) -> None:
        """Post the first item."""
        with self._finding:
            try:
                self._post(next(self._events, None))
            except Exception as error:  # noqa: BLE001 - raised again where the question was asked
                self._post(error)

    def write(self) -> None:
        """Post the other items and the end, unless the visitor has left."""
        self.begun.set()
        try:
            while self._is_wanted():
                event = next(self._events, None)
                self._post(event)
                if event is None:
                    break
        except Exception as error:  # noqa: BLE001 - raised again where the question was asked
            self._post(error)
        finally:
            self.close()

    def close(self) -> None:
        """Close the iterator, once the first item was found."""
        with self._finding:
            if isinstance(self._events, Generator):
                self._events.close()

    def call_soon(self, work: Callable[..., object], *arguments: object) -> None:
        """Have the server's event loop do `work`."""
        # The loop is gone when the server stops in the middle of an answer: nobody listens then.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, *arguments)

    def _is_wanted(self) -> bool:
        return not (self.left.is_set() or self._closing.is_set())

    def _post(self, item: Item | Exception | None) -> None:
        self.call_soon(self.inbox.put_nowait, item)
