"""Which questions want a person named, and which passages name one for them.

"Who leads IOM?" is in the words of every passage on how its head is elected; the one that answers
says who that is, today if the question does not say otherwise.
"""

import re
from functools import cache, lru_cache

from migbot.answer.claims import MONTH_NAMES
from migbot.answer.glossary import load_glossary
from migbot.answer.tense import says_is, says_was
from migbot.answer.units import unit_spans
from migbot.answer.words import held_terms, question_words
from migbot.index.terms import STOPWORDS, fold
from migbot.types import Language, Passage

_WANTS_PERSON = re.compile(
    r"^\W*(?:(?:et|and|so|alors|mais|but) )?"
    r"(?:qui(?! sont| ont| [ée]taient)|who(?! are| were| have)(?:['’]s)?)\b|"
    r"\bc['’ ]?(?:(?:est|[ée]tait) )?qui(?! les\b)\b|\bqui c['’ ]?est\b|"
    r"\bqui (?:est|[ée]tait|dirige|pr[ée]side)\b",
    re.IGNORECASE,
)
_QUESTION_END = re.compile(r"\?\s*")
# Two names at least, an initial perhaps between them.
_FULL_NAME = re.compile(
    r"\b[^\W\d_a-zß-öø-ÿ][\w’-]{1,40}(?: [^\W\d_]\.)?(?: [^\W\d_a-zß-öø-ÿ][\w’-]{1,40})+"
)
_IS_OVER = re.compile(r"\b(?:a|ont) été\b(?!.*\bdepuis\b)", re.IGNORECASE)


def wants_person(question: str) -> bool:
    """Return whether `question`, or the last one in it, asks who somebody is or was."""
    asked = [one for one in _QUESTION_END.split(question) if one]
    return bool(asked) and _WANTS_PERSON.search(asked[-1]) is not None


def names_person(passage: Passage, question: str, language: Language) -> bool:
    """Return whether a sentence of `passage` names a person for whom `question` asks.

    It names somebody in full and holds, with its headings, all words of the question; where the
    question is in the present, so is the sentence.
    """
    is_now = says_is(question, language) and not says_was(question)
    around = "\n".join(passage.headings)
    texts = (passage.text[start:end] for start, end in unit_spans(passage))
    return any(
        _has_full_name(text)
        and (not is_now or _is_so(text, passage.language))
        and _holds_all(question, f"{around}\n{text}", passage.language)
        for text in texts
    )


def _holds_all(question: str, text: str, language: Language) -> bool:
    held = held_terms(text, language)
    return all(word.is_held(held) for word in question_words(question))


def _is_so(text: str, language: Language) -> bool:
    return says_is(text, language) and not says_was(text) and not _IS_OVER.search(text)


# A claim is compared with one unit after the other.
@lru_cache(maxsize=1024)
def persons(text: str) -> tuple[frozenset[str], ...]:
    """Return the words of each full name in `text`, folded: names of which none is official.

    What opens a sentence or names a month is no name.
    """
    found = (frozenset(fold(name.group()).split()) for name in _FULL_NAME.finditer(text))
    named = (words - STOPWORDS - frozenset(MONTH_NAMES) for words in found)
    return tuple(words for words in named if len(words) > 1 and not words & _official_words())


def _has_full_name(text: str) -> bool:
    return bool(persons(text))


@cache
def _official_words() -> frozenset[str]:
    return frozenset(
        word
        for term in load_glossary().terms
        for forms in term.values()
        for form in forms
        for word in fold(form).split()
    )
