"""How a vote went: which of its figures were cast for, against, or not at all."""

import re
from collections.abc import Mapping
from typing import Literal

from migbot.answer.claims import figures_in_order, words_to_digits
from migbot.index.terms import fold
from migbot.types import Language

Vote = Literal["for", "against", "abstained"]

_WORDS: Mapping[Vote, re.Pattern[str]] = {
    "for": re.compile(
        r"\b(?:in favou?r|en faveur|vot\w* (?:for|pour)|(?:votes?|voix) (?:for|pour))\b"
    ),
    "against": re.compile(r"\b(?:against|contre)\b"),
    "abstained": re.compile(r"\babst(?:ain|ent|en)"),
}
# "152 votes to 5" says 152 for and 5 against.
_RESULT = re.compile(r"\b(\d+) (?:votes?|voix) (?:to|against|contre) (\d+)\b")
_CLAUSE = re.compile(r"[;,.\n]|\b(?:and|et|while|tandis que|mais|but)\b")


def votes_by_figure(text: str, language: Language) -> Mapping[str, frozenset[Vote]]:
    """Return for each number of `text` that stands beside votes how those were cast."""
    found: dict[str, frozenset[Vote]] = {}
    told = fold(words_to_digits(text, language))
    for clause in _CLAUSE.split(_RESULT.sub(r"\1 votes for, \2 votes against", told)):
        votes = frozenset(vote for vote, words in _WORDS.items() if words.search(clause))
        for number in figures_in_order(clause, language) if votes else ():
            found[number] = found.get(number, frozenset()) | votes
    return found
