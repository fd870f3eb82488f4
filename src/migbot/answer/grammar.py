"""The GBNF grammar that closes each sentence with valid markers, and the reading of replies.

Syntax: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migbot.answer.prompt import NONE

_SENTENCES_AT_MOST = 4
_MARKED = re.compile(r"\s*(?P<text>[^\[\]]+?)\s*(?P<markers>(?:\[\d+(?:,\s*\d+)*\]\s*)+)[.!?]?")
_DIGITS = re.compile(r"\d+")

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

    A reply is NONE, or one to four sentences that each end in one or two markers.
    """
    numbers = " | ".join(f'"{number}"' for number in range(1, extracts + 1))
    return _GRAMMAR % {"none": NONE, "more": _SENTENCES_AT_MOST - 1, "numbers": numbers}


def read_drafts(pieces: Iterable[str]) -> Iterator[Draft]:
    """Yield each sentence of a reply as soon as its markers are closed.

    Also reads replies that no grammar held: what follows the last marker comes as a sentence
    without citations. NONE yields nothing.
    """
    pending = ""
    for piece in pieces:
        pending += piece
        # A marker may be followed by another, so it counts once something else comes.
        while (match := _MARKED.match(pending)) and match.end() < len(pending):
            yield _draft(match)
            pending = pending[match.end() :]
    if match := _MARKED.match(pending):
        yield _draft(match)
        pending = pending[match.end() :]
    rest = pending.strip()
    if len(rest) > 1 and not rest.startswith(NONE):
        yield Draft(text=rest.strip(".!? \n"), numbers=())


def _draft(match: re.Match[str]) -> Draft:
    numbers = tuple(dict.fromkeys(int(digits) for digits in _DIGITS.findall(match["markers"])))
    return Draft(text=match["text"].strip(".!? \n"), numbers=numbers)
