"""The GBNF grammar that closes each sentence with valid markers, and the reading of replies.

Syntax: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migbot.answer.prompt import NONE

_SENTENCES_AT_MOST = 2
_MARKED = re.compile(r"\s*(?P<text>[^\[\]]+?)\s*(?P<markers>(?:\[\d+(?:,\s*\d+)*\]\s*)+)[.!?]?")
_NOT_A_MARKER = re.compile(r"\s*[^\s\[]")
_AROUND = re.compile(r"^[\s.!?]+|[\s.!?]+$")
_SENTENCE_ENDS = frozenset(".!?")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_DIGITS = re.compile(r"\d+")
_THOUGHT = "<think>"
# What a model that no grammar holds may write for its server: thoughts and control tokens.
_NOT_SAID = re.compile(
    r"<think>.*?</think>|<\|[^|<>\s]+\|>|</[a-z_]+>|<(?!think>)[a-z_]+>", re.DOTALL
)
_MAY_BE_TOKEN = re.compile(r"<[^<>\s]{0,40}$")

# A full stop stays inside a sentence only in a decimal, after an initial or a known abbreviation;
# everywhere else a marker must follow. Where none could, the model would glue its next sentence on.
_GRAMMAR = r"""root ::= "%(none)s" | sentence (" " sentence){0,%(more)d}
sentence ::= first char{6,900} "."? " [" number "]" ("[" number "]")? "."?
number ::= %(numbers)s
first ::= [A-ZÀ-ÖØ-ÞŒ0-9«“]
char ::= [^.!?\[\]\n\r\t] | [0-9] "." [0-9] | " " [A-Z] ". " [A-Z] | " Jr. " | " St. " | " No. "
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A sentence as the model wrote it, without markers, and the extracts that it cites."""

    text: str
    numbers: tuple[int, ...]


def answer_grammar(extracts: int) -> str:
    """Return the grammar of a reply over `extracts` numbered extracts, at least one.

    A reply is NONE, or one or two sentences that each end in one or two markers.
    """
    numbers = " | ".join(f'"{number}"' for number in range(1, extracts + 1))
    return _GRAMMAR % {"none": NONE, "more": _SENTENCES_AT_MOST - 1, "numbers": numbers}


def read_drafts(pieces: Iterable[str]) -> Iterator[Draft]:
    """Yield each sentence of a reply as soon as its markers are closed.

    Also reads replies that no grammar held: a whole sentence after the last marker comes without
    citations, and a cut one does not come at all. NONE yields nothing. Control tokens and what
    stands between `<think>` and `</think>` are no part of a sentence.
    """
    pending = ""
    for piece in _said(pieces):
        pending += piece
        # One marker may follow another, so a sentence is closed once something else comes.
        while (match := _MARKED.match(pending)) and _NOT_A_MARKER.match(pending, match.end()):
            yield _draft(match)
            pending = pending[match.end() :]
    if match := _MARKED.match(pending):
        yield _draft(match)
        pending = pending[match.end() :]
    rest = pending.strip()
    text = _trimmed(rest)
    is_whole = rest[-1:] in _SENTENCE_ENDS and "[" not in rest
    if text and is_whole and not rest.startswith(NONE):
        yield Draft(text=text, numbers=())


def _said(pieces: Iterable[str]) -> Iterator[str]:
    """Yield what a reply says as it comes; a thought that has no end is none of it."""
    held = ""
    for piece in pieces:
        held = _NOT_SAID.sub("", held + _SURROGATES.sub("", piece))
        token = _MAY_BE_TOKEN.search(held)
        end = held.find(_THOUGHT) if _THOUGHT in held else token.start() if token else len(held)
        yield held[:end]
        held = held[end:]
    if not held.startswith(_THOUGHT):
        yield held


def _trimmed(text: str) -> str:
    return _AROUND.sub("", text)


def _draft(match: re.Match[str]) -> Draft:
    numbers = tuple(dict.fromkeys(int(digits) for digits in _DIGITS.findall(match["markers"])))
    return Draft(text=_trimmed(match["text"]), numbers=numbers)
