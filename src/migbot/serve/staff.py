"""What staff see besides: how an answer came about, and whether the documents state a claim."""

import logging
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing

from migbot.answer.support import SupportChecker
from migbot.documents.clean import clean_text
from migbot.errors import MigbotError
from migbot.serve.claims import Graded, GradedPassage, grade_claim, verdict_of
from migbot.serve.conversation import Exchange, Visit
from migbot.serve.desk import Beat, Desk, FullError, StoppingError
from migbot.serve.escaping import plain, told
from migbot.serve.rate import Rate
from migbot.serve.reasons import told_reasons
from migbot.serve.refusals import RefusalError
from migbot.serve.strings import STRINGS, Strings, spoken_wait
from migbot.settings import Settings
from migbot.types import Answer, Considered, Hit, Trace

logger = logging.getLogger(__name__)


def trace_html(exchange: Exchange, words: Strings) -> str:
    """Return how the answer came about; empty until it has come to its end."""
    trace, answer = exchange.trace, exchange.answer
    if trace is None or answer is None:
        return ""
    names = words.trace
    cached = f"<p>{plain(names['cached'])}</p>" if trace.is_cached else ""
    parts = (
        (names["standalone"], f"<p>{plain(trace.standalone)}</p>{cached}"),
        (names["passages"], _passages(exchange.hits)),
        (names["evidence"], _list(f"[{number}] {text}" for number, text in trace.evidence)),
        (names["considered"], _considered(trace.considered, words)),
        (names["signs"], _figures(_signs(trace))),
        (names["times"], _figures(_times(trace, answer))),
    )
    sections = "".join(f"<h4>{plain(heading)}</h4>{html}" for heading, html in parts if html)
    return (
        f'<details class="mb-trace" data-key="trace-{exchange.number}">'
        f"<summary>{plain(names['heading'])}</summary>{sections}</details>"
    )


def claims_heading_html(words: Strings) -> str:
    """Return what stands above the box for a claim."""
    return f"<h2>{plain(words.claim_heading)}</h2><p>{plain(words.claim_text)}</p>"


async def told_claim(
    desk: Desk,
    checker: SupportChecker,
    settings: Settings,
    claim: object,
    visit: Visit,
    *,
    visitor: str,
    rate: Rate,
) -> AsyncGenerator[str | None, None]:
    """Yield, as HTML, what the documents say of a claim, passage by passage, then the verdict.

    None where nothing is new. A claim is let in as a question is: `visitor` is who sends it, as
    `visitor_from` names them, and `rate` says whether they may. A visit has one checked at a time.
    """
    if visit.is_checking:
        return
    words = STRINGS[visit.language]
    text = clean_text(claim) if isinstance(claim, str) else ""
    limit = settings.question_chars
    if not text or len(text) > limit:
        yield _unchecked(words.long_claim.format(limit=limit) if text else words.empty_claim)
        return
    visit.is_checking = True
    try:
        rate.admit(visitor)
        async with aclosing(_checked(grade_claim(desk, checker, text, visitor), words)) as changes:
            async for html in changes:
                yield html
    except RefusalError as refusal:
        yield _unchecked(words.too_many.format(seconds=refusal.retry_s))
    except StoppingError:
        yield _unchecked(words.interrupted)
    except FullError as full:
        yield _unchecked(words.busy.format(wait=spoken_wait(full.retry_s, words)))
    except MigbotError:
        logger.exception("a claim could not be checked")
        yield _unchecked(words.failed)
    finally:
        visit.is_checking = False


def _unchecked(text: str) -> str:
    """Return why there is no verdict; the browser has it spoken as it has a verdict."""
    return f'<p class="mb-told mb-unchecked">{plain(text)}</p>'


async def _checked(
    grading: AsyncGenerator[Graded | Beat, None], words: Strings
) -> AsyncGenerator[str | None, None]:
    yield told(words.claim_checking)
    graded: Graded = ()
    async with aclosing(grading) as steps:
        async for step in steps:
            if not isinstance(step, Beat):
                graded = step
                yield told(words.claim_checking) + _graded(graded, words)
            elif step.ahead:
                yield told(words.claim_waiting.format(ahead=step.ahead))
            else:
                yield None
    yield graded_html(graded, words)


def graded_html(graded: Sequence[GradedPassage], words: Strings) -> str:
    """Return the verdict on a claim, then what each passage says of it, the surest first."""
    verdict = words.verdicts[verdict_of(graded)]
    return f'<p class="mb-verdict">{plain(verdict)}</p>{_graded(graded, words)}'


def _graded(graded: Iterable[GradedPassage], words: Strings) -> str:
    items = "".join(
        f"<li><p><b>{plain(words.verdicts[one.grade.verdict])}</b> "
        f"({one.grade.support:.2f}) · {plain(_named(one.hit))}</p>"
        f'<blockquote class="mb-quote" lang="{one.hit.passage.language}">{plain(one.quote)}'
        f'</blockquote><p class="mb-meta">{plain(told_reasons(one.grade.reasons, words))}</p></li>'
        for one in graded
    )
    return f"<ol>{items}</ol>"


def _passages(hits: Iterable[Hit]) -> str:
    rows = "".join(
        f"<tr><td>{hit.rank}</td><td>{hit.score:.3f}</td><td>{hit.cosine:.3f}</td>"
        f"<td>{plain(_named(hit))}<br><code>{plain(hit.passage.passage_id)}</code></td></tr>"
        for hit in hits
    )
    head = '<th scope="col">#</th><th scope="col">score</th><th scope="col">cosine</th>'
    return (
        f'<table lang="en"><thead><tr>{head}<th scope="col">passage</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        if rows
        else ""
    )


def _named(hit: Hit) -> str:
    return " › ".join((hit.passage.title, *hit.passage.headings[-1:]))


def _considered(considered: Iterable[Considered], words: Strings) -> str:
    return _list(
        f"{words.trace['shown' if one.shown else 'dropped']} {one.text}"
        + (f" ({told_reasons(one.reasons, words)})" if one.reasons else "")
        for one in considered
    )


def _signs(trace: Trace) -> dict[str, float | None]:
    return {"answerable": trace.answerable, "none": trace.none, **trace.signs}


def _times(trace: Trace, answer: Answer) -> dict[str, float | None]:
    return {
        "retrieval_s": answer.seconds.retrieval,
        "first_token_s": trace.first_token_s,
        "first_sentence_s": answer.seconds.first_sentence,
        "total_s": answer.seconds.total,
        "prompt_tokens": trace.prompt_tokens,
        "answer_tokens": trace.answer_tokens,
    }


def _figures(figures: Mapping[str, float | None]) -> str:
    items = "".join(
        f"<div><dt>{plain(name)}</dt><dd>{'–' if value is None else f'{value:.4g}'}</dd></div>"
        for name, value in figures.items()
    )
    return f'<dl lang="en">{items}</dl>'


def _list(items: Iterable[str]) -> str:
    lines = "".join(f"<li>{plain(item)}</li>" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""
