"""The units of evidence: sentences of a passage, a list kept whole with its introduction."""

import re
from collections.abc import Iterator

from migbot.documents.sentences import split_sentences
from migbot.types import Passage

# The mark that opens an item of a list, at the beginning of any line.
BULLET = re.compile(r"^[^\S\n]*(?:[-*•–]|\d{1,2}[.)])\s", re.MULTILINE)

# A sentence that opens so says little without the one before it.
LEANS_BACK = re.compile(
    r"^(?:ils?|elles?|cel(?:a|le|ui|les)|ce(?:ux|tte|t|s)?|leurs?|son|sa|ses|cependant|toutefois|"
    r"its?|he|she|they|this|that|these|those|their|his|her|however|both|such)\b",
    re.IGNORECASE,
)

Span = tuple[int, int]

_LONGEST_SENTENCE_CHARS = 1500


def unit_spans(passage: Passage) -> tuple[Span, ...]:
    """Return the spans of the passage's units, as offsets into its text, in order.

    A unit is a sentence, a heading, or a run of list items with the line that introduces them. What
    goes on without an end, as a text without punctuation does, is cut between words.
    """
    merged: list[Span] = []
    in_list = False
    for start, end in _sentences(passage):
        bullet = bool(BULLET.match(passage.text[start:end]))
        opens_list = bool(merged) and passage.text[: merged[-1][1]].endswith(":")
        if bullet and merged and (in_list or opens_list):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
        in_list = bullet
    return tuple(merged)


def _sentences(passage: Passage) -> Iterator[Span]:
    for start, end in split_sentences(passage.text, passage.language):
        yield from _cut_between_words(passage.text, start, end)


def _cut_between_words(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > _LONGEST_SENTENCE_CHARS:
        longest = start + _LONGEST_SENTENCE_CHARS
        space = text.rfind(" ", start + 1, longest)
        cut, following = (longest, longest) if space < 0 else (space, space + 1)
        yield start, cut
        start = following
    yield start, end
