"""The cards of the sources: title and excerpt when closed, the marked passage when opened."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from urllib.parse import urlsplit

from migbot.answer.typography import spaced
from migbot.serve.answers import sentence_key
from migbot.serve.conversation import Exchange
from migbot.serve.escaping import plain, safe_address
from migbot.serve.references import Reference, date_words, reference_line, reference_of
from migbot.serve.strings import STRINGS, Strings
from migbot.serve.text_fragment import address_at
from migbot.types import Citation, Document, Language, Passage

# Characters of the document shown before and after a cited passage.
SURROUNDING_CHARS = 240
# Characters of a passage shown on its closed card: three lines beside an answer, four on a phone.
EXCERPT_CHARS = 110
# Links to sources that a card shows at once, and one more rather than a fold with one inside.
MOST_LINKS = 3
_CLOSING: Mapping[str, str] = {"«": "\u00a0»", "“": "”"}
# Characters of a sentence that a source leads back to.
NAMED_CHARS = 70


def sources_html(exchange: Exchange, words: Strings, documents: Mapping[str, Document]) -> str:
    """Return the cards of an exchange: the cited ones first, by number, then the others."""
    cited: dict[str, list[Citation]] = {}
    for citation in exchange.citations:
        cited.setdefault(citation.passage.passage_id, []).append(citation)
    others = [hit for hit in exchange.hits if hit.passage.passage_id not in cited]
    if not cited and not others:
        if not exchange.running:
            return ""
        ghosts = '<div class="mb-ghost"></div>' * 3
        return f'<aside class="mb-sources" aria-hidden="true">{ghosts}</aside>'
    answer = exchange.answer
    declined = answer is not None and answer.outcome == "declined"
    heading = words.nearest if declined else words.others if cited else words.found
    # Of what was not looked for in the documents, the titles are enough.
    brief = cited or (answer is not None and answer.reason not in {None, "not_found"})
    label = f"{words.sources} {exchange.number}"
    parts = [f'<aside class="mb-sources" aria-label="{plain(label)}">']
    if cited:
        cards = "".join(
            _card(exchange, items[0].passage, items, words, documents) for items in cited.values()
        )
        parts.append(f'<h3 class="mb-group">{plain(words.cited)}</h3>{cards}')
    if others:
        cards = "".join(_card(exchange, hit.passage, (), words, documents) for hit in others)
        parts.append(f'<h3 class="mb-group">{plain(heading)}</h3>')
        parts.append(f'<div class="{"mb-others" if brief else "mb-found"}">{cards}</div>')
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
    # Beside an answer, ranks would be taken for citation numbers.
    ranked = () if exchange.citations or exchange.answer else exchange.hits
    ranks = {hit.passage.passage_id: hit.rank for hit in ranked}
    key = plain(f"{exchange.number}-{passage.passage_id}")
    numbers = "".join(f"<b>{citation.number}</b>" for citation in citations)
    unnumbered = f"<i>{ranks.get(passage.passage_id, '')}</i>"
    badge = f'<span class="mb-numbers">{numbers or unnumbered}</span>'
    document = documents.get(passage.document_id)
    before, after = surroundings(document, passage) if citations else ("", "")
    reference = reference_of(passage, document)
    wanted = " ".join(str(citation.number) for citation in citations)
    return (
        f'<details class="mb-card{" mb-cited" if citations else ""}" data-key="{key}" '
        f'data-exchange="{exchange.number}" data-citations="{wanted}">'
        f'<summary>{badge}<span class="mb-card-head">'
        f'<span class="mb-title" lang="{passage.language}">'
        f"{plain(spaced(passage.title, passage.language))}</span>"
        f"{_heading(passage)}"
        f'<span class="mb-meta">{_meta(passage, reference, words)}</span>'
        f'<span class="mb-excerpt" lang="{passage.language}">{_excerpt(passage, citations)}</span>'
        f'</span><span class="mb-unseen">{plain(words.reveal)}</span></summary>'
        f'<blockquote class="mb-passage" tabindex="0" lang="{passage.language}">'
        f'<span class="mb-around">{plain(before)}</span>'
        f"{marked(passage, citations)}"
        f'<span class="mb-around">{plain(after)}</span></blockquote>'
        f"{_uses(exchange, citations, words)}"
        f"{_links(passage, reference, citations, words, key)}</details>"
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
    """Return the text of its section just before and just after a passage, cut at words.

    Both are empty where the document is not known.
    """
    if document is None or document.text[passage.start : passage.end] != passage.text:
        return "", ""
    section = document.sections[passage.section]
    first = max(passage.start - SURROUNDING_CHARS, section.start)
    last = min(passage.end + SURROUNDING_CHARS, section.end)
    before = document.text[first : passage.start]
    after = document.text[passage.end : last]
    if first > section.start:
        before = "… " + before.partition(" ")[2]
    if last < section.end:
        after = after.rpartition(" ")[0] + " …"
    return before.lstrip(), after.rstrip()


def _heading(passage: Passage) -> str:
    """The section's heading: several passages of one document look alike without it."""
    if not passage.headings:
        return ""
    heading = spaced(passage.headings[-1], passage.language)
    return f'<span class="mb-heading" lang="{passage.language}">{plain(heading)}</span>'


def _excerpt(passage: Passage, citations: Sequence[Citation]) -> str:
    text = citations[0].quote if citations else passage.text
    for heading in passage.headings:
        # Shown above already; the opened passage keeps it.
        text = text.removeprefix(heading).lstrip()
    # Not the no-break spaces of French.
    text = _shortened(text, EXCERPT_CHARS)
    if not citations:
        return plain(text)
    words = STRINGS[passage.language]
    return f"{plain(words.quote_open)}{plain(text)}{plain(words.quote_close)}"


def _shortened(text: str, limit: int) -> str:
    """Return the first words of `text` on one line, at most `limit` characters.

    Quotation marks that the cut leaves open are closed behind it.
    """
    # Not the no-break spaces of French.
    text = re.sub("[ \t\n]+", " ", text).strip()
    if len(text) <= limit:
        return text
    kept = text[:limit].rpartition(" ")[0].rstrip(" \u00a0\u202f«“(,;:–")
    return f"{kept}…{_closing(kept)}"


def _closing(text: str) -> str:
    """Return what closes the quotation marks that are open at the end of `text`."""
    open_marks: list[str] = []
    for mark in re.findall("[«»“”]", text):
        if mark in _CLOSING:
            open_marks.append(mark)
        elif open_marks:
            open_marks.pop()
    return "".join(_CLOSING[mark] for mark in reversed(open_marks))


def _meta(passage: Passage, reference: Reference, words: Strings) -> str:
    published = words.sheet if reference.kind == "sheet" else reference.publisher
    parts = [
        date_words(passage.date, passage.path, words),
        words.document_languages[passage.language],
    ]
    if passage.page is not None:
        parts.append(words.page.format(page=passage.page))
    if published:
        parts.append(published)
    # No line begins with a point.
    return "\u00a0· ".join(plain(part) for part in parts)


def _uses(exchange: Exchange, citations: Sequence[Citation], words: Strings) -> str:
    """Return the ways back to the sentences that rest on a source."""
    numbers = {citation.number for citation in citations}
    items = "".join(
        '<li><button type="button" class="mb-back" '
        f'data-sentence="{sentence_key(exchange, sentence)}" '
        f'data-to="{next(n for n in sentence.citations if n in numbers)}">'
        f'<span class="mb-unseen">{plain(words.back)} </span>'
        f"<span{_spoken(exchange.language)}>{plain(_shortened(sentence.text, NAMED_CHARS))}</span>"
        "</button></li>"
        for sentence in exchange.sentences
        if numbers & set(sentence.citations)
    )
    return f'<p class="mb-uses-label">{plain(words.uses)}</p><ul>{items}</ul>' if items else ""


def _links(
    passage: Passage,
    reference: Reference,
    citations: Sequence[Citation],
    words: Strings,
    key: str,
) -> str:
    """Return the links to the official document, or to those that a sheet retells."""
    named = [_link(source.title, source.url, words) for source in reference.sources]
    shown = len(named) if len(named) <= MOST_LINKS + 1 else MOST_LINKS
    links = "".join(named[:shown])
    if rest := named[shown:]:
        links += (
            f'<details class="mb-more" data-key="more-{key}">'
            f"<summary>{plain(words.more_sources.format(count=len(rest)))}</summary>"
            f"{''.join(rest)}</details>"
        )
    quoted = citations[0].quote if citations else passage.text
    address = address_at(passage, quoted) if reference.url else None
    if address is not None:
        links = _link(words.official, address, words) + links
    line = plain(reference_line(reference, words))
    copy = (
        f'<button type="button" class="mb-copy" data-copy="{line}">'
        f"{plain(words.copy_reference)}</button>"
    )
    return f'<div class="mb-links">{links}{copy}</div>'


def _link(title: str, url: str, words: Strings) -> str:
    address = safe_address(url)
    if address is None:
        return ""
    host = urlsplit(address).hostname or ""
    return (
        f'<a href="{plain(address)}" target="_blank" rel="noopener noreferrer">'
        f"{plain(title or words.official)} "
        f'<span class="mb-host">{plain(host)}</span>'
        f'<span class="mb-unseen"> {plain(words.new_tab)}</span></a>'
    )


def _spoken(language: Language | None) -> str:
    return f' lang="{language}"' if language else ""
