"""Words that turn a sentence round: negations, and what rejects, ends, blames or limits."""

import re

from migbot.index.terms import fold, passage_terms
from migbot.types import Language

_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|pas|jamais|aucune?|ni|sans|non)\b|n['’]t\b|"
    r"\bn(?:e\s|['’])\S{1,40}\s+(?:plus|guère|nullement)\b",
    re.IGNORECASE,
)
# What negates all that its clause says of anybody.
_NEGATION_OF_ALL = re.compile(
    r"\b(?:nothing|none|nobody|no one|rien|personne(?=\s+n(?:e\b|['’])))\b", re.IGNORECASE
)
_NEGATED_WINDOW_CHARS = 40
_NEGATED_CLAUSE_CHARS = 150
# Words that turn a sentence round, by what they say: where one side has one, so must the other.
TURNS = {
    "deny": re.compile(r"\b(?:reject|rejet|refus|fail|echou|oppos)"),
    "end": re.compile(r"\b(?:dissol|dissou|abolish|suppri|repeal|abrog|annul|suspen)"),
    "leave": re.compile(r"\b(?:withdr|retir|retrait|quitt|abandon|leav|left)"),
    "blame": re.compile(r"\b(?:critic|critiqu|denounc|denonc)"),
    "more": re.compile(r"\b(?:more than|over|at least|plus de|au moins)\b"),
    "less": re.compile(r"\b(?:fewer than|less than|at most|moins de|au plus)\b"),
    "only": re.compile(r"\b(?:only|seule?s?|seulement|uniquement)\b"),
    "against": re.compile(r"\b(?:against|contre)\b"),
    "in favour": re.compile(
        r"\b(?:in favou?r|en faveur|vot\w* (?:for|pour)|(?:votes?|voix) (?:for|pour)|"
        r"(?:votes?|voix) (?:to|against|contre) \d)"
    ),
    "abstain": re.compile(r"\babst(?:ain|en)"),
    "former": re.compile(r"\b(?:former|ancien)"),
    "before": re.compile(r"\b(?:before|prior to|until|avant|jusqu)\b"),
    "after": re.compile(r"\b(?:after|following|apres|a la suite)\b"),
    "not yet": re.compile(r"\bbefore (?:\w+ ){0,2}bec(?:ame|om)|\bavant de deven"),
}


def turns_of(text: str) -> frozenset[str]:
    """Return the turns that `text` takes."""
    folded = fold(text)
    return frozenset(turn for turn, words in TURNS.items() if words.search(folded))


def negated_terms(text: str, language: Language) -> tuple[frozenset[str], ...]:
    """Return what each negation of `text` negates: the terms of the first two words after it.

    "Nothing" and the like negate their whole clause.
    """
    found = []
    for match in _NEGATION.finditer(text):
        clause = _clause(text, match.end(), _NEGATED_WINDOW_CHARS)
        found.append(passage_terms(" ".join(clause.split()[:3]), language)[:2])
    for match in _NEGATION_OF_ALL.finditer(text):
        clause = _clause(text, match.end(), _NEGATED_CLAUSE_CHARS)
        found.append(passage_terms(clause, language))
    return tuple(frozenset(terms) for terms in found if terms)


def _clause(text: str, start: int, chars: int) -> str:
    return re.split(r"[,;:.]", text[start : start + chars])[0]
