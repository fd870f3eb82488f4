"""The answer's side of an exchange: sentences and quotes with their markers, or why there are none.

What is written stands above what is quoted, though the first quote arrives before it: its place
is kept free, so that nothing that is being read moves away.
"""

from collections.abc import Mapping

from migbot.answer.decline import caveats
from migbot.answer.typography import spaced, with_note
from migbot.serve.actions import actions_html
from migbot.serve.conversation import Exchange
from migbot.serve.escaping import plain
from migbot.serve.strings import STRINGS, Strings
from migbot.serve.suggest import suggested_questions
from migbot.types import Answer, Language, Sentence

# The longest word that may not be parted from the marker after it.
TAIL_CHARS = 24
# Lines that an answer usually needs.
AWAITED_LINES = 3


def answer_html(exchange: Exchange, words: Strings) -> str:
    """Return as much of the answer as there is; `words` are those of the page.

    What is in the answer's own language says so: screen readers read all else in the page's.
    """
    parts = [f'<h3 class="mb-unseen">{plain(words.answer)}</h3>']
    answer = exchange.answer
    has_failed = exchange.stage == "broken" or (answer is not None and answer.outcome == "failed")
    if answer is not None and answer.outcome == "declined":
        parts.append(_declined(exchange, answer, words))
    elif exchange.sentences or not has_failed:
        # What was shown once stays.
        parts.append(_said(exchange, words))
    if has_failed:
        parts.append(_failed(answer, words))
    if exchange.stage in ("stopped", "interrupted"):
        ended = words.stopped if exchange.stage == "stopped" else words.interrupted
        # The status line says the same, and is spoken.
        parts.append(f'<p class="mb-aside" data-told>{plain(ended)}</p>')
    if answer is not None:
        spoken = answer.language
        parts += [
            f'<p class="mb-aside" lang="{spoken}">{plain(one)}</p>' for one in caveats(answer)
        ]
    if not exchange.running:
        parts.append(actions_html(exchange, words))
    return "".join(parts)


def _failed(answer: Answer | None, words: Strings) -> str:
    told = f"<p>{plain(words.failed)}</p>"
    if answer and answer.text:
        told = f'<p lang="{answer.language}">{plain(answer.text)}</p>'
    return (
        f'<div class="mb-box mb-failed"><p class="mb-box-heading">'
        f"{plain(words.failed_heading)}</p>{told}</div>"
    )


def _declined(exchange: Exchange, answer: Answer, words: Strings) -> str:
    """Return why there is no answer, what was looked for, and what the documents do speak of."""
    text = spaced(answer.text, answer.language)
    parts = [f'<p lang="{answer.language}">{plain(text)}</p>']
    if exchange.hits and exchange.standalone != answer.question:
        question = plain(spaced(exchange.standalone, answer.language))
        looked_for = plain(words.looked_for).format(
            question=f'<span lang="{answer.language}">{question}</span>'
        )
        parts.append(f'<p class="mb-looked-for">{looked_for}</p>')
    # What lies nearest to a question about something else is a guess that helps nobody.
    near = () if answer.reason == "out_of_scope" else exchange.hits
    if questions := suggested_questions(near, answer.language):
        own = STRINGS[answer.language]
        items = "".join(
            f'<li><button type="button" class="mb-suggestion" data-ask="{plain(question)}">'
            f"{plain(question)}</button></li>"
            for question in questions
        )
        parts.append(
            f'<div lang="{answer.language}"><p class="mb-suggest">{plain(own.suggestions)}</p>'
            f"<ul>{items}</ul></div>"
        )
    return (
        f'<div class="mb-box mb-declined" data-key="declined-{exchange.number}">'
        f"{''.join(parts)}</div>"
    )


def _said(exchange: Exchange, words: Strings) -> str:
    """Return what was written as one paragraph, then each quote as a block of its own."""
    written = [one for one in exchange.sentences if not one.is_quote]
    quotes = [one for one in exchange.sentences if one.is_quote]
    said = " ".join(
        _sentence(one, spaced(one.text, exchange.language), exchange.language, exchange, words)
        for one in written
    )
    parts = [f'<p class="mb-text">{said}</p>'] if written else []
    if exchange.running:
        lines = 1 if written else AWAITED_LINES
        parts.append(f'<div class="mb-lines" aria-hidden="true">{"<i></i>" * lines}</div>')
    # Its room stays while the rest arrives.
    parts = [f'<div class="mb-written">{"".join(parts)}</div>'] if parts else []
    if quotes:
        parts.append(f'<p class="mb-quotes-label">{plain(words.quotes_label)}</p>')
    verbatim = {citation.number: citation for citation in exchange.citations}
    for one in quotes:
        cited = verbatim.get(one.citations[0])
        text, spoken = (
            (cited.quote, cited.passage.language) if cited else (one.text, exchange.language)
        )
        quote = _sentence(one, with_note(text, one.note), spoken, exchange, words)
        parts.append(f'<blockquote class="mb-quote">{quote}</blockquote>')
    return "".join(parts)


def _sentence(
    sentence: Sentence, said: str, spoken: Language | None, exchange: Exchange, words: Strings
) -> str:
    text = said.strip()
    lang = f' lang="{spoken}"' if spoken else ""
    # Markers stay on the line of the word before them, unless that word could fill a line.
    start, space, last = text.rpartition(" ")
    tail = "mb-tail" if len(last) <= TAIL_CHARS else "mb-long-tail"
    return (
        f'<span class="mb-sentence" data-sentence="{sentence_key(exchange, sentence)}"{lang}>'
        f"{plain(start + space)}"
        f'<span class="{tail}">{plain(last)}{_markers(sentence, exchange, words)}</span></span>'
    )


def sentence_key(exchange: Exchange, sentence: Sentence) -> str:
    """Return a name of a sentence on the page that stays while others are put in above it."""
    alike = [one for one in exchange.sentences if one.is_quote == sentence.is_quote]
    return f"{'quote' if sentence.is_quote else 'written'}-{alike.index(sentence)}"


def _markers(sentence: Sentence, exchange: Exchange, words: Strings) -> str:
    titles: Mapping[int, str] = {one.number: one.passage.title for one in exchange.citations}
    # A marker that points to nothing is not shown: each number has its citation.
    return "".join(
        f'<button type="button" class="mb-marker" data-exchange="{exchange.number}" '
        f'data-citation="{number}" lang="{words.language}" '
        f'aria-label="{plain(words.source_marker.format(number=number, title=titles[number]))}">'
        f"{number}</button>"
        for number in sentence.citations
        if number in titles
    )
