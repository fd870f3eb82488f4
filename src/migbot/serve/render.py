"""Values into HTML. Every word of a document, a visitor or a model goes through `plain`.

Pure functions: no toolkit, no state.
"""

from collections.abc import Mapping

from migbot.answer.typography import spaced
from migbot.serve.actions import feedback_html
from migbot.serve.answers import answer_html
from migbot.serve.cards import sources_html
from migbot.serve.conversation import RUNNING, Exchange, Visit
from migbot.serve.escaping import plain
from migbot.serve.notices import limits_of, privacy
from migbot.serve.staff import trace_html
from migbot.serve.strings import STRINGS, Strings
from migbot.settings import Settings
from migbot.types import Answer, Document, Language

# A longer question is set smaller.
HEADING_CHARS = 140


def conversation_html(
    visit: Visit, documents: Mapping[str, Document], *, feedback: bool = False
) -> str:
    """Return the whole conversation, oldest exchange first; empty in a new conversation.

    `documents` maps document ids to documents, for the surroundings of cited passages. With
    `feedback`, visitors are asked what they make of the newest answer.
    """
    words = STRINGS[visit.language]
    to_judge = visit.to_judge if feedback else None
    return "".join(
        exchange_html(
            exchange, words, documents, trace=visit.is_staff, feedback=exchange is to_judge
        )
        for exchange in visit.exchanges.values()
    )


def exchange_html(
    exchange: Exchange,
    words: Strings,
    documents: Mapping[str, Document],
    *,
    trace: bool = False,
    feedback: bool = False,
) -> str:
    """Return one question with its answer, beside it its sources, and below it its `trace`."""
    spoken = f' lang="{exchange.language}"' if exchange.language else ""
    state = "running" if exchange.running else "at-rest"
    size = " mb-long" if len(exchange.question) > HEADING_CHARS else ""
    return (
        f'<article class="mb-exchange" data-number="{exchange.number}" data-state="{state}">'
        f'<h2 class="mb-question{size}"><span class="mb-unseen">{plain(words.you_asked)}: </span>'
        f"<span{spoken}>{plain(spaced(exchange.question, exchange.language))}</span></h2>"
        f'<div class="mb-pair"><div class="mb-answer">{answer_html(exchange, words)}'
        f"{feedback_html(exchange, words) if feedback else ''}</div>"
        f"{sources_html(exchange, words, documents)}</div>"
        f"{trace_html(exchange, words) if trace else ''}</article>"
    )


def status_text(visit: Visit) -> str:
    """Return the line that says what is going on, as plain text; empty when nothing is."""
    words = STRINGS[visit.language]
    exchange = visit.latest
    if visit.notice or exchange is None:
        return visit.notice
    if exchange.stage == "waiting" and exchange.ahead > 1:
        return words.ahead.format(ahead=exchange.ahead)
    if exchange.stage in RUNNING or exchange.stage in ("stopped", "interrupted"):
        return str(getattr(words, exchange.stage))
    answer = exchange.answer
    if not exchange.sentences and (answer is None or answer.outcome == "failed"):
        return words.failed_heading
    if answer is not None and answer.outcome == "declined":
        return words.done_declined if exchange.hits else words.done_small_talk
    cited = {citation.passage.passage_id for citation in exchange.citations}
    return _done(answer, words).format(sources=len(cited))


def _done(answer: Answer | None, words: Strings) -> str:
    """Return what is said of an answer with sentences; without its end it is not whole."""
    if answer is None or answer.is_cut:
        return words.done_cut
    return words.done_unsure if answer.is_unsure else words.done


def status_html(visit: Visit) -> str:
    """Return the status line; the browser has it spoken when it changes."""
    running = "true" if visit.running else "false"
    kind = "notice" if visit.notice else "status"
    return (
        f'<p class="mb-status" data-running="{running}" '
        f'data-kind="{kind}">{plain(status_text(visit))}</p>'
    )


def header_html(visit: Visit, question_chars: int) -> str:
    """Return the name of the page; it tells the browser what the page's scripts need.

    Among it, that nothing longer than `question_chars` is sent, and what is said instead.
    """
    language = visit.language
    words = STRINGS[language]
    long_question = words.long_question.format(limit=question_chars)
    long_claim = words.long_claim.format(limit=question_chars)
    return (
        f'<div class="mb-brand" data-language="{language}" data-title="{plain(words.title)}" '
        f'data-copied="{plain(words.copied)}" data-not-copied="{plain(words.not_copied)}" '
        f'data-staff="{"1" if visit.is_staff else ""}" '
        f'data-limit="{question_chars}" data-long-question="{plain(long_question)}" '
        f'data-long-claim="{plain(long_claim)}">'
        f'<a class="mb-skip" href="#mb-question" data-skip>{plain(words.skip)}</a>'
        '<svg class="mb-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
        '<path d="M5 22V10l6 7 5-8 5 8 6-7v12"/><circle cx="27" cy="25" r="2.2"/></svg>'
        '<h1 class="mb-name">migbot</h1></div>'
    )


def welcome_html(language: Language) -> str:
    """Return what a visitor reads before the first question."""
    words = STRINGS[language]
    return (
        f'<div class="mb-welcome"><h2>{plain(words.headline)}</h2>'
        f"<p>{plain(words.statement)}</p>"
        f'<p class="mb-examples-label">{plain(words.examples_label)}</p></div>'
    )


def footer_html(language: Language, settings: Settings) -> str:
    """Return what migbot does not do, and where questions go with these settings."""
    words = STRINGS[language]
    told = privacy(words, settings)
    items = "".join(
        f"<li>{plain(item.format(privacy=told))}</li>" for item in limits_of(words, settings)
    )
    named = [("mb-about-open", words.about_heading)]
    if settings.staff_mode:
        named.append(("mb-staff-switch", words.staff))
    buttons = "".join(
        f'<button type="button" data-press="{pressed}">{plain(name)}</button>'
        for pressed, name in named
    )
    return (
        f'<div class="mb-footer" role="note" aria-label="{plain(words.limits_heading)}">'
        f"<ul>{items}</ul><p>{buttons}</p></div>"
    )
