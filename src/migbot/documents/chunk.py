"""A document to passages: what is embedded, retrieved and cited, with exact offsets."""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from migbot.documents.language import clear_language
from migbot.documents.sentences import split_sentences
from migbot.types import Document, Language, Passage, Section

Span = tuple[int, int]
_CLAUSE_MARKS = frozenset(";:,»)]–—")
_MOST_HEADING_LINES = 8
# Bounds the text counted at once; no tokenizer of French or English comes near it on prose.
_MOST_CHARS_A_TOKEN = 16
_SPACES = re.compile(r"\s*")
_WORD_END = re.compile(r"(?<=\S)\s")


def chunk_document(
    document: Document, *, count_tokens: Callable[[str], int], max_tokens: int
) -> tuple[Passage, ...]:
    """Cut `document` into passages of at most `max_tokens`, in reading order, without overlap.

    A passage takes whole paragraphs while they fit, then whole sentences; only a sentence that is
    too long by itself is cut, at a clause or between words. It stays within one section, its
    sentences begin on one page, and its paragraphs are in one language as far as that is clear:
    its `language` is that one, or else the document's. A section's headings stand in its first
    passage, with words after them. Every character that is not a space lies in exactly one
    passage, and `text` is exactly `document.text[start:end]`. A single word longer than
    `max_tokens` is cut between characters.

    Args:
        document: the document.
        count_tokens: how many tokens the embedder makes of a text; called a few times a sentence.
        max_tokens: longest passage, in those tokens; at least the tokens of one character.
    """
    cutter = _Cutter(document, count_tokens, max_tokens)
    return tuple(
        _passage(document, span, position)
        for position, section in enumerate(document.sections)
        for span in cutter.cut(section)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A sentence, or a piece of one, with its tokens, its page and the number of its paragraph."""

    start: int
    end: int
    tokens: int
    page: int
    paragraph: int


class _Cutter:
    def __init__(
        self, document: Document, count_tokens: Callable[[str], int], max_tokens: int
    ) -> None:
        self._document = document
        self._count = count_tokens
        self._max = max_tokens
        # Tokenizers that add marks at both ends add them to the empty text too.
        self._ends = count_tokens("")
        self._widest = max_tokens * _MOST_CHARS_A_TOKEN

    def cut(self, section: Section) -> Iterator[Span]:
        """Yield the spans of the section's passages."""
        units = tuple(self._units(section))
        paragraphs = Counter[int]()
        for unit in units:
            paragraphs[unit.paragraph] += unit.tokens
        languages = self._languages(units)
        first = 0
        while first < len(units):
            last = self._extent(units, first, paragraphs)
            last = _within_one_language(units, first, last, languages)
            # Tokens of joined sentences may be a few more than the sum of theirs.
            while last > first and not self._fits(units[first].start, units[last].end):
                last -= 1
            yield units[first].start, units[last].end
            first = last + 1

    def _extent(self, units: Sequence[_Unit], first: int, paragraphs: Counter[int]) -> int:
        """Return the last unit of the passage that begins with the unit at `first`."""
        total = self._ends + units[first].tokens
        for position in range(first + 1, len(units)):
            before, unit = units[position - 1], units[position]
            total += unit.tokens
            if total > self._max or unit.page != units[first].page:
                return position - 1
            if unit.paragraph != before.paragraph and not self._introduces(before):
                whole = paragraphs[unit.paragraph]
                if total - unit.tokens + whole > self._max >= self._ends + whole:
                    return position - 1
        return len(units) - 1

    def _languages(self, units: Sequence[_Unit]) -> dict[int, Language | None]:
        """Return the language of each paragraph, by its number; None where it is not clear."""
        ends = {unit.paragraph: unit.end for unit in units}
        starts = {unit.paragraph: unit.start for unit in reversed(units)}
        return {
            paragraph: clear_language(self._document.text[start : ends[paragraph]])
            for paragraph, start in starts.items()
        }

    def _introduces(self, unit: _Unit) -> bool:
        return self._document.text[unit.start : unit.end].endswith(":")

    def _units(self, section: Section) -> Iterator[_Unit]:
        text, paragraph, previous_end = self._document.text, 0, section.start
        lead = _lead_end(self._document, section)
        for start, end in self._sentences(section, lead):
            paragraph += "\n\n" in text[previous_end:start]
            previous_end = end
            for piece in self._pieces(start, end, max(start, lead)):
                yield self._unit(piece, paragraph)

    def _unit(self, span: Span, paragraph: int) -> _Unit:
        start, end = span
        tokens = self._count(self._document.text[start:end]) - self._ends
        page = bisect_right(self._document.page_starts, start)
        return _Unit(start=start, end=end, tokens=tokens, page=page, paragraph=paragraph)

    def _sentences(self, section: Section, lead: int) -> Iterator[Span]:
        """Yield the section's sentences, its heading lines as part of the first."""
        text = self._document.text[section.start : section.end]
        begin = None
        end = section.start
        for from_start, from_end in split_sentences(text, self._document.language):
            start, end = section.start + from_start, section.start + from_end
            begin = start if begin is None else begin
            if end > lead:
                yield begin, end
                begin = None
        if begin is not None:
            yield begin, end

    def _pieces(self, start: int, end: int, least: int) -> Iterator[Span]:
        """Yield `start:end` whole if it fits, else cut; the first piece reaches past `least`."""
        while not self._fits(start, end):
            cut = self._longest_fit(start, end, least)
            yield start, cut
            start = cut + _leading_spaces(self._document.text, cut)
            least = start
        yield start, end

    def _fits(self, start: int, end: int) -> bool:
        wide = end - start > self._widest
        return not wide and self._count(self._document.text[start:end]) <= self._max

    def _longest_fit(self, start: int, end: int, least: int) -> int:
        text = self._document.text
        stop = min(end, start + self._widest)
        words = [found.start() for found in _WORD_END.finditer(text, start + 1, stop)]
        fitting = words[: self._how_many_fit(start, words)]
        if not fitting:
            letters = range(start + 1, stop)
            return letters[max(self._how_many_fit(start, letters) - 1, 0)]
        # A clause mark in the second half of what fits makes a better end than a mere word.
        earliest = max(least, start + (fitting[-1] - start) // 2)
        clauses = [cut for cut in fitting if cut > earliest and text[cut - 1] in _CLAUSE_MARKS]
        return clauses[-1] if clauses else fitting[-1]

    def _how_many_fit(self, start: int, cuts: Sequence[int]) -> int:
        """Return how many of the rising `cuts` leave `start:cut` within the limit."""
        return bisect_left(cuts, True, key=lambda cut: not self._fits(start, cut))


def _within_one_language(
    units: Sequence[_Unit], first: int, last: int, languages: Mapping[int, Language | None]
) -> int:
    """Return the last unit up to `last` before a paragraph that is clearly in another language."""
    language = languages[units[first].paragraph]
    for position in range(first + 1, last + 1):
        here = languages[units[position].paragraph]
        if language and here and here != language:
            return position - 1
        language = language or here
    return last


def _leading_spaces(text: str, position: int) -> int:
    found = _SPACES.match(text, position)
    return found.end() - found.start() if found else 0


def _lead_end(document: Document, section: Section) -> int:
    """Return where the section's heading lines end; its start where it has none."""
    name = section.headings[-1] if section.headings else document.title
    start = section.start
    for _ in range(_MOST_HEADING_LINES):
        newline = document.text.find("\n", start, section.end)
        end = section.end if newline < 0 else newline
        if document.text[start:end] == name:
            return end
        start = end + 1
        if start >= section.end:
            break
    return section.start


def _passage(document: Document, span: Span, section: int) -> Passage:
    start, end = span
    text = document.text[start:end]
    key = f"{document.path}\0{start}\0{text}".encode()
    return Passage(
        passage_id=hashlib.sha256(key).hexdigest()[:16],
        document_id=document.document_id,
        path=document.path,
        title=document.title,
        url=document.source_url,
        language=clear_language(text) or document.language,
        date=document.date,
        page=bisect_right(document.page_starts, start) or None,
        start=start,
        end=end,
        text=text,
        headings=document.sections[section].headings,
        section=section,
        translation_key=document.translation_key,
    )
