"""Where sentences begin and end, in French and English text.

A short splitter of its own: it works on offsets, leaves the text as it is, and knows the two
languages' abbreviations, which no library among the dependencies does.
"""

import re
from collections.abc import Iterator

from migbot.types import Language

# After a mark that ends a sentence: closing quotes and brackets, and note marks such as [3].
_END = re.compile(r"[.!?…]+(?:\s?»|[\"”’')\]]|\[\d+\])*+(?=\s|\Z)")
_NEXT = re.compile(r"\s+(?:[«“\"‘'(\[—–-]\s?)*(\w*)")
_LAST_WORD = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$|[^\W_]+°?$")
_LIST_MARK = re.compile(r"\s*\(?(?:\d{1,3}|[A-Za-z]|[ivxlIVXL]+)$")
_BULLET = re.compile(r"\s*(?:[-–—•*·▪►]|\(?(?:\d{1,3}|[A-Za-z])[.)])\s")
_LINE_END = re.compile(r"[.!?…:;][\s»”\"')\]]*$")

_LONGEST_ABBREVIATION_CHARS = 40


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "m mm mme mmes mlle mr mrs ms dr drs pr prof me mgr st ste gen gén gov sen sén rep hon"
)
_BEFORE_NUMBERS = _words(
    """
    no nos n° nº art arts p pp par para paras al vol fig chap sect sec cf réf ref res rés doc
    ann app tab ch ed éd col cap c janv jan févr fév feb mar avr apr juil jul aug sept sep oct
    nov déc dec tél tel av v
    """
)
_BEFORE_LOWER_OR_NAMES = _words(
    """
    etc jr sr inc ltd co corp dept env approx est vs viz al ibid op cit e.g i.e p.ex p.m a.m
    ph.d ex resp suiv s.a c.-à-d
    """
)
# A capital after an abbreviation that may close a sentence opens a new one with these words.
_OPENERS = {
    "fr": _words(
        """
        le la les l un une des du de d ce cet cette ces c il elle ils elles on nous vous je en au
        aux à a dans pour par sur avec selon depuis après avant lors mais or et son sa ses leur
        leurs qui que tout tous toute toutes chaque plusieurs ainsi cependant toutefois
        """
    ),
    "en": _words(
        """
        the a an this that these those it he she they we you i in on at for from with by to as
        after before since during while when where who what which its his her their our my but
        and or all each every some many most both however there if although
        """
    ),
}


def split_sentences(text: str, language: Language) -> tuple[tuple[int, int], ...]:
    """Return `(start, end)` of each sentence of `text`, in order, without space at either end.

    Each character that is not a space lies in exactly one sentence. A line that ends without a
    full stop (a heading, a list item) is a unit of its own, unless the next line goes on in lower
    case; a list written with semicolons in one line stays one sentence.
    """
    return tuple(
        span
        for line_start, line_end in _lines(text)
        for span in _sentences_of_line(text, line_start, line_end, language)
    )


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of `text`, those that only wrap a sentence joined with the next."""
    start = 0
    for found in re.finditer(r"\n|\Z", text):
        if found.end() < len(text) and _wraps(text, start, found.start()):
            continue
        if found.start() > start:
            yield start, found.start()
        start = found.end()


def _wraps(text: str, start: int, newline: int) -> bool:
    """Return whether the line that ends at `newline` goes on in the next line."""
    line = text[text.rfind("\n", 0, newline) + 1 : newline]
    following = text[newline + 1 : newline + 2]
    return (
        following.islower()
        and bool(line.strip())
        and not _LINE_END.search(line)
        and (not _BULLET.match(text, newline + 1) and start < newline)
    )


def _sentences_of_line(
    text: str, start: int, end: int, language: Language
) -> Iterator[tuple[int, int]]:
    line = text[start:end]
    begin = 0
    for found in _END.finditer(line):
        if found.end() < len(line) and _ends_sentence(line, begin, found, language):
            yield from _trimmed(line, begin, found.end(), start)
            begin = found.end()
    yield from _trimmed(line, begin, len(line), start)


def _trimmed(line: str, begin: int, end: int, offset: int) -> Iterator[tuple[int, int]]:
    piece = line[begin:end]
    if piece.strip():
        left = begin + len(piece) - len(piece.lstrip())
        yield offset + left, offset + begin + len(piece.rstrip())


def _ends_sentence(line: str, begin: int, found: re.Match[str], language: Language) -> bool:
    following = _NEXT.match(line, found.end())
    if following is None:
        return False
    word = following[1]
    if word[:1].islower():
        return False
    if found[0] != ".":
        return True
    # Bounded, so that a line of nothing but abbreviations does not take quadratic time.
    before = line[max(begin, found.start() - _LONGEST_ABBREVIATION_CHARS) : found.start()]
    if _LIST_MARK.fullmatch(before):
        return False
    last = _LAST_WORD.search(before)
    return last is None or not _is_abbreviation(last[0], word, language)


def _is_abbreviation(last: str, following: str, language: Language) -> bool:
    lower = last.lower()
    opens = following.lower() in _OPENERS[language]
    if lower in _TITLES:
        return last[0].isupper() or not opens
    if lower in _BEFORE_NUMBERS and following[:1].isdigit():
        return True
    initial = len(last) == 1 and last.isupper()
    if initial or lower in _BEFORE_LOWER_OR_NAMES or "." in last:
        return not opens
    return False
