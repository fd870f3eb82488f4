"""What a question asks for that extracts do not hold, whatever else they say on its subject.

A passage on the very subject of a question looks like an answer to every model that compares
meanings. That it names no sum of money, though one is asked for, is plain to see.
"""

import re
from collections.abc import Mapping

from migbot.answer.claims import counted, is_year, numbers
from migbot.answer.expected import expected_kind, holds
from migbot.answer.words import question_words
from migbot.types import LANGUAGES, Language


def _either(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# What asks for a thing, and what holds one, by the thing. Accents are often left out of questions.
_ASKED = {
    "sum of money": (
        _either(
            r"combien\b[^?,]{0,40}\b(?:co[uû]t|pai|pay[eé]|gagn|d[ée]pens|vers[eé]|donne|"
            r"donné|rapport)",
            r"combien d(?:['’ ]|e )(?:argent|euros?|dollars?|francs?|sous|fonds)\b",
            r"co[uû]t\w* combien",
            r"quel\w* (?:est |sont |[ée]tait )?(?:le |son |leur |la |les )?"
            r"(?:budget|montant|salaire|somme|co[uû]t|prix)\b",
            r"how much\b(?! (?:time|longer|more|of))",
            r"how many (?:dollars|euros|francs)\b",
            r"what(?:['’]?s| is| was| will)?[^?]{0,20}\b(?:budget|salary|cost|price)\b",
        ),
        _either(r"\b(?:usd|eur|dollars?|euros?|francs?|pounds?|per cent|pour cent)\b", "[$€£%]"),
    ),
    "age": (
        _either(
            r"quel(?: est (?:son |l['’]))? ?[aâ]ge",
            r"how old (?:is|was|are|were)",
            r"what(?:['’]?s| is| was) (?:the |her |his )?age\b",
        ),
        _either(
            r"\d+[ \u00a0](?:ans|years? old)\b",
            r"\baged?\b",
            r"\bn[ée]e?s? (?:le|en|à)\b",
            r"\bborn\b",
        ),
    ),
    "time of day": (
        _either(r"[àa] quelle heure", r"what time\b"),
        _either(
            r"\b\d{1,2}[ \u00a0]?(?:h\b|heures?|[ap]\.?m\b|o’clock)",
            r"\d:\d\d",
            r"\b(?:midi|noon)\b",
        ),
    ),
    "duration": (
        _either(
            r"combien de (?:temps|jours|mois|ann[ée]es)",
            r"quelle (?:est la )?dur[ée]e",
            r"how long\b",
            r"how many (?:days|weeks|months|years)",
        ),
        _either(
            r"\b(?:ans?|ann[ée]es?|mois|semaines?|jours?|heures?|minutes?|depuis|jusqu)\b",
            r"\b(?:(?:year|month|week|day|hour)s?|since|until|from)\b",
        ),
    ),
}
_COUNT = re.compile(
    r"\b(?:combien (?:de |d['’])|how many |(?:quel|le) (?:est le )?nombre (?:total )?(?:de |d['’])|"
    r"what (?:is |was )?the number of )(?:the |les |des )?(?P<noun>[\w’'-]+)",
    re.IGNORECASE,
)


def lacks_what_is_asked(
    question: str, texts: Mapping[str, Language], *, language: Language
) -> bool:
    """Return whether `question`, in `language`, asks for a thing that none of `texts` holds.

    That is a sum of money, an age, a time of day, a duration, a number of the very things
    that are to be counted, or what is said of a year that the question names. A number, a date, a
    share or a name must stand in the first of `texts`, the best. Reasons are not looked for: who
    asks why something happened that did not is best shown what did.
    """
    if _lacks_year(question, texts):
        return True
    asked = [held for asks, held in _ASKED.values() if asks.search(question)]
    if asked:
        # A duration or an age may be told without a number.
        return not all(any(map(held.search, texts)) for held in asked)
    return _lacks_kind(question, texts) or _lacks_count(question, texts, language)


def _lacks_kind(question: str, texts: Mapping[str, Language]) -> bool:
    text, language = next(iter(texts.items()))
    return not holds(expected_kind(question), text, language)


def _lacks_count(question: str, texts: Mapping[str, Language], language: Language) -> bool:
    """Return whether things are to be counted that no number of `texts` counts.

    What is counted has another name in another language, so that nothing is known there.
    """
    asked = _COUNT.search(question)
    if asked is None or set(texts.values()) != {language}:
        return False
    nouns = question_words(asked["noun"])
    found = {term for text in texts for terms in counted(text, language).values() for term in terms}
    return bool(nouns) and not any(noun.is_held(found) for noun in nouns)


def _lacks_year(question: str, texts: Mapping[str, Language]) -> bool:
    """Return whether `question` names a year that stands in none of `texts`."""
    asked = {one for language in LANGUAGES for one in numbers(question, language) if is_year(one)}
    found = {one for text, language in texts.items() for one in numbers(text, language)}
    return not asked <= found
