"""One visitor's conversation, kept on the server and never taken from what the browser sends.

It knows nothing about HTML or the toolkit: the page is drawn from it, anew, after each event.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from migbot.answer.order import as_read
from migbot.types import (
    Answer,
    Citation,
    Event,
    Hit,
    Language,
    Retrieved,
    Sentence,
    Stated,
    Trace,
    Turn,
)

Stage = Literal[
    "searching",
    "preparing",
    "waiting",
    "reading",
    "writing",
    "finished",
    "stopped",
    "interrupted",
    "broken",
]
RUNNING: frozenset[Stage] = frozenset({"searching", "preparing", "waiting", "reading", "writing"})
# The passages are there, no sentence is.
AWAITED: frozenset[Stage] = frozenset({"preparing", "waiting", "reading"})

# Memory and page size are bounded: the oldest exchange leaves when a newer one no longer fits.
KEPT_EXCHANGES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A question and as much of its answer as has arrived. `number` counts from 1 in a visit.

    `ahead` is how many questions come before it while it waits. `sentences` and `citations` are in
    the order in which they are read, `stated` as they came. `earlier` are the visitor's questions
    before it that were looked at to understand it.
    """

    number: int
    question: str
    stage: Stage = "searching"
    ahead: int = 0
    language: Language | None = None
    hits: tuple[Hit, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    trace: Trace | None = None
    stated: tuple[Stated, ...] = ()
    earlier: tuple[str, ...] = ()

    @property
    def standalone(self) -> str:
        """Return the question as it stands without those before it, once that is known."""
        return self.question if self.trace is None else self.trace.standalone

    @property
    def can_be_taken(self) -> bool:
        """Tell whether there is an answer with references, and nothing more to come."""
        return not self.running and self.stage != "broken" and bool(self.sentences)

    @property
    def running(self) -> bool:
        """Tell whether more may still arrive."""
        return self.stage in RUNNING

    def after(self, event: Event) -> "Exchange":
        """Return the exchange as it stands once `event` has arrived."""
        if isinstance(event, Retrieved):
            return replace(self, stage="reading", language=event.language, hits=event.hits)
        if isinstance(event, Stated):
            stated = (*self.stated, event)
            sentences, citations = as_read(
                [one.sentence for one in stated],
                [citation for one in stated for citation in one.citations],
            )
            return replace(
                self, stage="writing", stated=stated, sentences=sentences, citations=citations
            )
        # The whole answer has the last word over what was streamed.
        return replace(
            self,
            stage="finished",
            language=event.answer.language,
            answer=event.answer,
            trace=event.trace,
            hits=event.answer.hits,
            sentences=event.answer.sentences,
            citations=event.answer.citations,
        )

    def turns(self) -> tuple[Turn, ...]:
        """Return what was said, for the understanding of a follow-up; empty if nothing was."""
        if self.answer is not None and self.answer.outcome != "failed":
            said = self.answer.text
        else:
            said = " ".join(sentence.text for sentence in self.sentences)
        if not said:
            return ()
        return (Turn(role="user", text=self.question), Turn(role="assistant", text=said))


@dataclass(eq=False, kw_only=True, slots=True)
class Visit:
    """What one visitor's page shows; changed only on the server's event loop."""

    language: Language
    exchanges: dict[int, Exchange] = field(default_factory=dict)
    notice: str = ""
    last_number: int = 0
    is_staff: bool = False
    is_checking: bool = False
    judged: int = 0
    # Set as soon as nobody waits for the newest answer any more; the model then stops at once.
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def latest(self) -> Exchange | None:
        """Return the newest exchange, or None in a new conversation."""
        return self.exchanges.get(self.last_number)

    @property
    def running(self) -> bool:
        """Tell whether an answer is on its way."""
        return self.latest is not None and self.latest.running

    @property
    def to_judge(self) -> Exchange | None:
        """Return the newest exchange if there is an answer to judge, not judged yet."""
        latest = self.latest
        if latest is None or latest.answer is None or latest.number == self.judged:
            return None
        return None if latest.answer.outcome == "failed" else latest

    def history(self, turns: int) -> tuple[Turn, ...]:
        """Return the last `turns` messages, oldest first."""
        said = [turn for exchange in self.exchanges.values() for turn in exchange.turns()]
        return tuple(said[-turns:]) if turns else ()

    def begin(self, question: str, history: Sequence[Turn] = ()) -> Exchange:
        """Start an exchange and return it; `history` is what it is understood by."""
        self.last_number += 1
        self.left = threading.Event()
        self.notice = ""
        earlier = tuple(turn.text for turn in history if turn.role == "user")
        exchange = Exchange(number=self.last_number, question=question, earlier=earlier)
        self.exchanges[exchange.number] = exchange
        while len(self.exchanges) > KEPT_EXCHANGES:
            del self.exchanges[next(iter(self.exchanges))]
        return exchange

    def withdraw(self) -> None:
        """Take the newest exchange back, as if it had not been asked."""
        self.exchanges.pop(self.last_number, None)

    def update(self, exchange: Exchange) -> bool:
        """Put a newer state of a running exchange in place.

        Returns False if it no longer runs: the visitor has stopped it or cleared it away.
        """
        known = self.exchanges.get(exchange.number)
        if known is None or not known.running:
            return False
        self.exchanges[exchange.number] = exchange
        return True

    def halt(self, stage: Literal["stopped", "interrupted", "broken"] = "stopped") -> None:
        """Mark the answer on its way as one that ends here, keeping what has arrived of it."""
        if self.latest is not None and self.latest.running:
            self.update(replace(self.latest, stage=stage))
            self.left.set()

    def clear(self) -> None:
        """Forget everything said; an answer on its way has nowhere to go and ends."""
        self.exchanges.clear()
        self.left.set()
        self.notice = ""
