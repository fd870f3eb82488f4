"""Whom a sentence speaks of, and who is another though named alike: a deputy, South Sudan."""

import re

from migbot.answer.person import persons
from migbot.answer.words import Word
from migbot.index.terms import passage_terms
from migbot.types import Language

_VERB = {
    "en": re.compile(r"\b(?:is|are|was|were|has|have|had)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:est|sont|était|étaient|a|ont|avait|avaient)\b", re.IGNORECASE),
}
# A deputy with the office below which the deputy stands, as that is another's.
_DEPUTY = re.compile(
    r"\b(?:deputy|deputies|vice|assistant)[\s-]+(?:to the )?\w+(?:[\s-]general)?\b|"
    r"\b(?:vice-)?\w+(?:\s+général\w*|\s+généraux)?\s+adjointe?s?\b|\bvice-\w+",
    re.IGNORECASE,
)
# Countries whose name holds that of another: South Sudan, Guinée équatoriale.
_LONGER_COUNTRY = re.compile(
    r"\b(?:South|North|Equatorial) [A-Z]\w+|\b[A-ZÀ-Ý]\w+ (?:du Sud|du Nord|équatoriale)\b|"
    r"\bDemocratic (?:People['’]s )?Republic of (?:the )?[A-Z]\w+|"
    r"\bRépublique (?:populaire )?démocratique (?:du|de) [A-Z]\w+"
)


def has_verb(text: str, language: Language) -> bool:
    """Return whether `text` says that somebody or something is or has something."""
    return _VERB[language].search(text) is not None


def subject_terms(text: str, language: Language) -> frozenset[str]:
    """Return the terms before the first verb of being or having; none where there is no such."""
    verb = _VERB[language].search(text)
    return frozenset(passage_terms(text[: verb.start()], language)) if verb else frozenset()


def without_others(text: str, claim: str) -> str:
    """Return `text` less the deputies and longer countries in it, unless `claim` names such too.

    What a deputy does, the superior need not, nor Sudan what South Sudan does.
    """
    for others in (_DEPUTY, _LONGER_COUNTRY):
        if not others.search(claim):
            text = others.sub(" ", text)
    return text


def names_others(claim: str, text: str) -> bool:
    """Return whether `claim` and `text` both name persons in full, and no person is in both."""
    claimed, named = persons(claim), persons(text)
    return bool(claimed and named) and not any(one & other for one in claimed for other in named)


def strangers(subject: frozenset[str], known: frozenset[str]) -> set[str]:
    """Return those terms of a subject that are not `known` in any form, as faults."""
    strange = (term for term in subject if not Word(frozenset({term})).is_held(known))
    return {f"the passage does not speak of “{term}”" for term in strange}
