"""Values into HTML. Every word of a document, a visitor or a model goes through `plain`.

Pure functions: no toolkit, no state. Links are http or https, or are not links.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import urlsplit

from migbot.serve.conversation import Exchange, Visit
from migbot.serve.strings import STRINGS, Strings, spoken_date
from migbot.types import Citation, Document, Language, Passage, Sentence, Source

# Characters of the document shown before and after a cited passage.
SURROUNDING_CHARS = 240
# Characters of a passage shown on its closed card.
EXCERPT_CHARS = 150
MOST_LINKS = 3
# A longer question is set smaller.
HEADING_CHARS = 140

# Controls other than newline and tab, and the overrides that make text read in another order.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Return `text` as HTML that shows exactly these characters and can mean nothing else."""
    return escape(_UNSHOWABLE.sub("\ufffd", text), quote=True)


def spaced(text: str, language: Language | None) -> str:
    """Return `text` with the no-break spaces of French typography, where it is French.

    For what migbot writes, whose lines may break badly otherwise; quotes stay as they are.
    """
    if language != "fr":
        return text
    return re.sub("(«) | (?=[:;!?»])", lambda found: (found[1] or "") + "\u00a0", text)


def safe_address(address: str | None) -> str | None:
    """Return `address` if it is an absolute http(s) one without credentials, else None."""
    if not address or re.search(r"[\s\x00-\x1f\x7f\\]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return address


def conversation_html(visit: Visit, documents: Mapping[str, Document]) -> str:
    """Return the whole conversation, oldest exchange first; empty in a new conversation.

    `documents` maps document ids to documents, for the surroundings of cited passages.
    """
    words = STRINGS[visit.language]
    return "".join(
        exchange_html(exchange, words, documents) for exchange in visit.exchanges.values()
    )


def exchange_html(exchange: Exchange, words: Strings, documents: Mapping[str, Document]) -> str:
    """Return one question with its answer and, beside it, its sources."""
    spoken = f' lang="{exchange.language}"' if exchange.language else ""
    state = "running" if exchange.running else "at-rest"
    size = " mb-long" if len(exchange.question) > HEADING_CHARS else ""
    return (
        f'<article class="mb-exchange" data-number="{exchange.number}" data-state="{state}">'
        f'<h2 class="mb-question{size}"><span class="mb-unseen">{plain(words.you_asked)}: </span>'
        f"<span{spoken}>{plain(spaced(exchange.question, exchange.language))}</span></h2>"
        f'<div class="mb-pair"><div class="mb-answer"{spoken}>{_answer(exchange, words)}</div>'
        f"{_sources(exchange, words, documents)}</div></article>"
    )


def status_text(visit: Visit) -> str:
    """Return the line that says what is going on, as plain text; empty when nothing is."""
    words = STRINGS[visit.language]
    exchange = visit.latest
    if visit.notice or exchange is None:
        return visit.notice
    if exchange.stage in {"searching", "waiting", "reading", "writing", "stopped"}:
        return str(getattr(words, exchange.stage))
    if exchange.answer is None or exchange.answer.outcome == "failed":
        return words.failed_heading
    if exchange.answer.outcome == "declined":
        return words.done_declined
    cited = {citation.passage.passage_id for citation in exchange.citations}
    return words.done.format(sources=len(cited))


def status_html(visit: Visit) -> str:
    """Return the status line, spoken by screen readers when it changes."""
    running = "true" if visit.running else "false"
    kind = "notice" if visit.notice else "status"
    return (
        f'<p class="mb-status" role="status" aria-live="polite" data-running="{running}" '
        f'data-kind="{kind}">{plain(status_text(visit))}</p>'
    )


def header_html(language: Language) -> str:
    """Return the name of the page; it tells the browser the page's language and title."""
    words = STRINGS[language]
    return (
        f'<div class="mb-brand" data-language="{language}" data-title="{plain(words.title)}">'
        f'<a class="mb-skip" href="#mb-question" data-skip>{plain(words.skip)}</a>'
        '<svg class="mb-logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
        '<path d="M5 22V10l6 7 5-8 5 8 6-7v12"/><circle cx="27" cy="25" r="2.2"/></svg>'
        '<span class="mb-name">migbot</span></div>'
    )


def welcome_html(language: Language) -> str:
    """Return what a visitor reads before the first question."""
    words = STRINGS[language]
    return (
        f'<div class="mb-welcome"><h1>{plain(words.headline)}</h1>'
        f"<p>{plain(words.statement)}</p>"
        f'<p class="mb-examples-label">{plain(words.examples_label)}</p></div>'
    )


def footer_html(language: Language) -> str:
    """Return what migbot does not do."""
    words = STRINGS[language]
    items = "".join(f"<li>{plain(item)}</li>" for item in words.limits)
    return (
        f'<div class="mb-footer" role="note" aria-label="{plain(words.limits_heading)}">'
        f"<ul>{items}</ul></div>"
    )


def _answer(exchange: Exchange, words: Strings) -> str:
    titles = {citation.number: citation.passage.title for citation in exchange.citations}
    parts = [f'<h3 class="mb-unseen">{plain(words.answer)}</h3>']
    outcome = exchange.answer.outcome if exchange.answer else None
    if exchange.stage == "broken" or outcome == "failed":
        text = exchange.answer.text if exchange.answer else words.failed
        parts.append(_box("failed", words.failed_heading, text or words.failed))
    elif outcome == "declined" and exchange.answer:
        text = spaced(exchange.answer.text, exchange.language)
        parts.append(_box("declined", words.declined_heading, text))
    elif exchange.sentences:
        sentences = (_sentence(item, exchange, titles, words) for item in exchange.sentences)
        parts.append(f'<p class="mb-text">{" ".join(sentences)}</p>')
    if exchange.running:
        lines = 1 if exchange.sentences else 3
        parts.append(f'<div class="mb-lines" aria-hidden="true">{"<i></i>" * lines}</div>')
    if exchange.stage == "stopped":
        parts.append(f'<p class="mb-aside">{plain(words.stopped)}</p>')
    return "".join(parts)


def _box(kind: str, heading: str, text: str) -> str:
    return (
        f'<div class="mb-box mb-{kind}"><p class="mb-box-heading">{plain(heading)}</p>'
        f"<p>{plain(text)}</p></div>"
    )


def _sentence(
    sentence: Sentence, exchange: Exchange, titles: Mapping[int, str], words: Strings
) -> str:
    # A marker that points to nothing is not shown: each number has its citation.
    markers = "".join(
        f'<button type="button" class="mb-marker" data-exchange="{exchange.number}" '
        f'data-citation="{number}" '
        f'aria-label="{plain(words.source_marker.format(number=number, title=titles[number]))}">'
        f"{number}</button>"
        for number in sentence.citations
        if number in titles
    )
    # The word joiner keeps a marker on the line of the word before it.
    text = plain(spaced(sentence.text.strip(), exchange.language))
    return f'<span class="mb-sentence">{text}\u2060{markers}</span>'


def _sources(exchange: Exchange, words: Strings, documents: Mapping[str, Document]) -> str:
    cited: dict[str, list[Citation]] = {}
    for citation in exchange.citations:
        cited.setdefault(citation.passage.passage_id, []).append(citation)
    others = [hit for hit in exchange.hits if hit.passage.passage_id not in cited]
    if not cited and not others:
        if not exchange.running:
            return ""
        ghosts = '<div class="mb-ghost"></div>' * 3
        return f'<aside class="mb-sources" aria-hidden="true">{ghosts}</aside>'
    declined = exchange.answer is not None and exchange.answer.outcome == "declined"
    heading = words.nearest if declined else words.others if cited else words.found
    parts = [f'<aside class="mb-sources" aria-label="{plain(words.sources)}">']
    if cited:
        cards = "".join(
            _card(exchange, items[0].passage, items, words, documents) for items in cited.values()
        )
        parts.append(f'<h3 class="mb-group">{plain(words.cited)}</h3>{cards}')
    if others:
        cards = "".join(_card(exchange, hit.passage, (), words, documents) for hit in others)
        parts.append(f'<h3 class="mb-group">{plain(heading)}</h3>')
        parts.append(f'<div class="{"mb-others" if cited else "mb-found"}">{cards}</div>')
    parts.append("</aside>")
    return "".join(parts)


def _card(
    exchange: Exchange,
    passage: Passage,
    citations: Sequence[Citation],
    words: Strings,
    documents: Mapping[str, Document],
) -> str:
    """A source: title and excerpt closed, the passage in its surroundings when opened."""
    # Ranks would be taken for citation numbers, so they go when the first citation comes.
    ranks = (
        {} if exchange.citations else {hit.passage.passage_id: hit.rank for hit in exchange.hits}
    )
    key = plain(f"{exchange.number}-{passage.passage_id}")
    numbers = "".join(f"<b>{citation.number}</b>" for citation in citations)
    unnumbered = f"<i>{ranks.get(passage.passage_id, '')}</i>"
    badge = f'<span class="mb-numbers">{numbers or unnumbered}</span>'
    document = documents.get(passage.document_id)
    before, after = surroundings(document, passage) if citations else ("", "")
    wanted = " ".join(str(citation.number) for citation in citations)
    return (
        f'<details class="mb-card{" mb-cited" if citations else ""}" data-key="{key}" '
        f'data-exchange="{exchange.number}" data-citations="{wanted}">'
        f'<summary>{badge}<span class="mb-card-head">'
        f'<span class="mb-title" lang="{passage.language}">{plain(passage.title)}</span>'
        f'<span class="mb-meta">{_meta(passage, words)}</span>'
        f'<span class="mb-excerpt" lang="{passage.language}">{_excerpt(passage, citations)}</span>'
        f'</span><span class="mb-unseen">{plain(words.reveal)}</span></summary>'
        f'<blockquote class="mb-passage" lang="{passage.language}">'
        f'<span class="mb-around">{plain(before)}</span>'
        f"{marked(passage, citations)}"
        f'<span class="mb-around">{plain(after)}</span></blockquote>'
        f"{_links(passage, document, words, cited=bool(citations))}</details>"
    )


def marked(passage: Passage, citations: Sequence[Citation]) -> str:
    """Return the passage's text with the quoted characters of `citations` inside `<mark>`."""
    length = len(passage.text)
    spans = [
        (
            citation.number,
            min(max(citation.start - passage.start, 0), length),
            min(max(citation.end - passage.start, 0), length),
        )
        for citation in citations
    ]
    edges = sorted({0, length, *(edge for _, start, end in spans for edge in (start, end))})
    parts = []
    for start, end in pairwise(edges):
        piece = plain(passage.text[start:end])
        inside = [str(number) for number, first, last in spans if first <= start and end <= last]
        if inside:
            piece = f'<mark data-citations="{" ".join(inside)}">{piece}</mark>'
        parts.append(piece)
    return "".join(parts)


def surroundings(document: Document | None, passage: Passage) -> tuple[str, str]:
    """Return the text just before and just after a passage, cut at words; empty if unknown."""
    if document is None or document.text[passage.start : passage.end] != passage.text:
        return "", ""
    first = max(passage.start - SURROUNDING_CHARS, 0)
    last = min(passage.end + SURROUNDING_CHARS, len(document.text))
    before = document.text[first : passage.start]
    after = document.text[passage.end : last]
    if first > 0:
        before = "… " + before.partition(" ")[2]
    if last < len(document.text):
        after = after.rpartition(" ")[0] + " …"
    return before, after


def _excerpt(passage: Passage, citations: Sequence[Citation]) -> str:
    text = " ".join((citations[0].quote if citations else passage.text).split())
    if len(text) > EXCERPT_CHARS:
        text = text[:EXCERPT_CHARS].rpartition(" ")[0] + "…"
    if not citations:
        return plain(text)
    words = STRINGS[passage.language]
    return f"{plain(words.quote_open)}{plain(text)}{plain(words.quote_close)}"


def _meta(passage: Passage, words: Strings) -> str:
    parts = [spoken_date(passage.date, words), words.document_languages[passage.language]]
    if passage.page is not None:
        parts.append(words.page.format(page=passage.page))
    return " · ".join(plain(part) for part in parts)


def _links(passage: Passage, document: Document | None, words: Strings, *, cited: bool) -> str:
    sources = list(document.sources) if document else []
    if passage.url and passage.url not in {source.url for source in sources}:
        sources.insert(0, Source(title="", url=passage.url))
    links = "".join(_link(source, words) for source in sources[:MOST_LINKS])
    if cited:
        links += f'<button type="button" class="mb-back">{plain(words.back)}</button>'
    return f'<p class="mb-links">{links}</p>' if links else ""


def _link(source: Source, words: Strings) -> str:
    address = safe_address(source.url)
    if address is None:
        return ""
    host = urlsplit(address).hostname or ""
    return (
        f'<a href="{plain(address)}" target="_blank" rel="noopener noreferrer">'
        f"{plain(source.title or words.official)} "
        f'<span class="mb-host">{plain(host)}</span>'
        f'<span class="mb-unseen"> {plain(words.new_tab)}</span></a>'
    )
