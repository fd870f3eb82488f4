"""How a vote went: which of its figures were cast for, against, or not at all."""

import re
from collections.abc import Mapping

from migbot.answer.claims import figures_in_order, words_to_digits
from migbot.answer.turns import TURNS
from migbot.index.terms import fold
from migbot.types import Language

_VOTES = ("in favour", "against", "abstain")
# "152 votes to 5" says 152 for and 5 against.
_RESULT = re.compile(r"\b(\d+) (?:votes?|voix) (?:to|against|contre) (\d+)\b")
_CLAUSE = re.compile(r"[;,.\n]|\b(?:and|et|while|tandis que|mais|but)\b")


def votes_by_figure(text: str, language: Language) -> Mapping[str, frozenset[str]]:
    """Return for each number of `text` that stands beside votes how those were cast, as turns."""
    found: dict[str, frozenset[str]] = {}
    told = fold(words_to_digits(text, language))
    for clause in _CLAUSE.split(_RESULT.sub(r"\1 votes for, \2 votes against", told)):
        votes = frozenset(vote for vote in _VOTES if TURNS[vote].search(clause))
        for number in figures_in_order(clause, language) if votes else ():
            found[number] = found.get(number, frozenset()) | votes
    return found
