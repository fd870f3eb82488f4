"""The units of evidence: sentences of a passage, a list kept whole with its introduction."""

import re

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


def unit_spans(passage: Passage) -> tuple[Span, ...]:
    """Return the spans of the passage's units, as offsets into its text, in order.

    A unit is a sentence, a heading, or a run of list items with the line that introduces them.
    """
    merged: list[Span] = []
    in_list = False
    for start, end in split_sentences(passage.text, passage.language):
        bullet = bool(BULLET.match(passage.text[start:end]))
        opens_list = bool(merged) and passage.text[: merged[-1][1]].endswith(":")
        if bullet and merged and (in_list or opens_list):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
        in_list = bullet
    return tuple(merged)
