"""A visitor's question at the desk: the conversation follows its events."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from migbot.documents.clean import clean_text
from migbot.serve.conversation import AWAITED, Exchange, Visit
from migbot.serve.desk import Beat, Desk, FullError, StoppingError
from migbot.serve.rate import Rate
from migbot.serve.refusals import RefusalError
from migbot.serve.strings import STRINGS, spoken_wait
from migbot.settings import Settings
from migbot.types import Event, Question

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The visit may have changed; `box` is what the question box holds now, None as before."""

    is_seen: bool = True
    box: str | None = None


async def ask(
    desk: Desk, settings: Settings, question: object, visit: Visit, *, visitor: str, rate: Rate
) -> AsyncGenerator[Change, None]:
    """Take what a browser sends as a question, and yield a change after each event.

    `visitor` is who sends it, as `visitor_from` names them; `rate` says whether they may.
    """
    if visit.running:
        return
    words = STRINGS[visit.language]
    text = clean_text(question) if isinstance(question, str) else ""
    limit = settings.question_chars
    if not text or len(text) > limit:
        visit.notice = words.long_question.format(limit=limit) if text else words.empty_question
        yield Change()
        return
    try:
        rate.admit(visitor)
    except RefusalError as refusal:
        visit.notice = words.too_many.format(seconds=refusal.retry_s)
        yield Change(box=text)
        return
    history = visit.history(settings.history_turns)
    exchange = visit.begin(text, history)
    yield Change(box="")
    asked = Question(question_id=str(exchange.number), text=text, history=history)
    try:
        async with aclosing(
            _follow(desk.ask(asked, visitor, visit.left), exchange, visit)
        ) as changes:
            async for is_seen in changes:
                yield Change(is_seen=is_seen)
    except StoppingError:
        visit.halt("interrupted")
        yield Change(box=None if visit.latest and visit.latest.sentences else text)
    except FullError as full:
        visit.withdraw()
        visit.notice = words.busy.format(wait=spoken_wait(full.retry_s, words))
        yield Change(box=text)
    except Exception:
        # Nobody but the log learns the details; the visitor's words are in neither.
        logger.exception("an answer failed")
        visit.halt("broken")
        yield Change()


async def _follow(
    asked: AsyncGenerator[Event | Beat, None], exchange: Exchange, visit: Visit
) -> AsyncGenerator[bool, None]:
    """Keep the exchange in step with the desk's events; yield whether the page changes."""
    async with aclosing(asked) as events:
        async for event in events:
            if isinstance(event, Beat):
                newer = exchange
                if exchange.stage in AWAITED:
                    newer = replace(exchange, stage=event.stage, ahead=event.ahead)
            else:
                newer = exchange.after(event)
            if not visit.update(newer):
                break
            yield newer != exchange
            exchange = newer
    if visit.exchanges.get(exchange.number) is not exchange:
        # Stopped or cleared: the page shows that, whatever was drawn last.
        yield True
