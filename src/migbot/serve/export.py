"""An answer with its references, as text and as Markdown, to be taken along."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from migbot.answer.typography import spaced, with_note
from migbot.serve.bibliography import csl_json, ris
from migbot.serve.conversation import Exchange, Visit
from migbot.serve.escaping import plain
from migbot.serve.references import reference_line, references
from migbot.serve.strings import STRINGS, Strings
from migbot.types import Document

SUFFIXES: Mapping[str, str] = {"markdown": "md", "text": "txt", "csl": "json", "ris": "ris"}
NAME_CHARS = 48


def exports_html(visit: Visit, documents: Mapping[str, Document]) -> str:
    """Return every finished answer in every form, for the browser to copy or save.

    `documents` maps document ids to documents, for the sources of sheets.
    """
    words = STRINGS[visit.language]
    return "".join(
        f'<pre class="mb-export" data-exchange="{exchange.number}" data-format="{form}" '
        f'data-name="{plain(file_name(exchange.question, SUFFIXES[form]))}">{plain(text)}</pre>'
        for exchange in visit.exchanges.values()
        if exchange.can_be_taken
        for form, text in exported(exchange, words, documents).items()
    )


def exported(
    exchange: Exchange, words: Strings, documents: Mapping[str, Document]
) -> dict[str, str]:
    """Return an answer in each form, by the names of `SUFFIXES`."""
    cited = references(exchange.citations, documents)
    return {
        "markdown": as_markdown(exchange, words, documents),
        "text": as_text(exchange, words, documents),
        "csl": csl_json(cited, words),
        "ris": ris(cited, words),
    }


def as_text(exchange: Exchange, words: Strings, documents: Mapping[str, Document]) -> str:
    """Return the question, the answer and the numbered references, without any markup."""
    said = _paragraphs(exchange, words, lambda text: text)
    lines = [exchange.question, *said, words.sources]
    for reference in references(exchange.citations, documents):
        numbers = "".join(f"[{one.number}]" for one in reference.citations)
        lines.append(f"{numbers} {reference_line(reference, words)}")
    return "\n\n".join(lines) + "\n"


def as_markdown(exchange: Exchange, words: Strings, documents: Mapping[str, Document]) -> str:
    """Return the answer as Markdown, with the quoted words below each reference."""
    said = _paragraphs(exchange, words, _literal)
    lines = [f"# {_literal(exchange.question)}", *said, f"## {_literal(words.sources)}"]
    for reference in references(exchange.citations, documents):
        numbers = "".join(_literal(f"[{one.number}]") for one in reference.citations)
        lines.append(f"{numbers} {_literal(reference_line(reference, words))}")
        lines += [
            f"> {_literal(f'[{one.number}]')} "
            f"{words.quote_open}{_literal(one.quote)}{words.quote_close}"
            for one in reference.citations
        ]
    return "\n\n".join(lines) + "\n"


def file_name(question: str, suffix: str) -> str:
    """Return a name for a saved answer: words of the question in ASCII, at most `NAME_CHARS`."""
    folded = (
        unicodedata.normalize("NFKD", question.replace("’", " "))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    words = "-".join(re.findall("[a-z0-9]+", folded))[:NAME_CHARS]
    return f"migbot-{words.strip('-') or 'answer'}.{suffix}"


def _paragraphs(exchange: Exchange, words: Strings, set_as: Callable[[str], str]) -> list[str]:
    """Return what the page says of an answer, in the order in which it stands there."""
    verbatim = {one.number: " ".join(one.quote.split()) for one in exchange.citations}
    written, quotes = [], []
    for sentence in exchange.sentences:
        markers = set_as("".join(f"[{number}]" for number in sentence.citations))
        if sentence.is_quote:
            quote = set_as(verbatim[sentence.citations[0]])
            said = with_note(f"{words.quote_open}{quote}{words.quote_close}", sentence.note)
            quotes.append(f"{said} {markers}")
        else:
            written.append(f"{set_as(spaced(sentence.text, exchange.language))} {markers}")
    endings = {"stopped": words.stopped, "interrupted": words.interrupted}
    ended = [endings[exchange.stage]] if exchange.stage in endings else []
    return [*([" ".join(written)] if written else []), *quotes, *map(set_as, ended)]


def _literal(text: str) -> str:
    """Return `text` as Markdown that shows exactly these characters."""
    escaped = re.sub(r"([\\`*_\[\]<>#|~!&])", r"\\\1", " ".join(re.split(r"[ \t\n]+", text)))
    # What would begin a list or a heading at the start of a line.
    return re.sub(r"^(\s*)([-+=]|\d+(?=[.)]))", r"\1\\\2", escaped).strip(" ")
