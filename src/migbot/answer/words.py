"""The words of a question, each with all the forms under which a passage may hold it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from migbot.answer.claims import numbers, words_to_digits
from migbot.answer.glossary import load_glossary
from migbot.index.terms import passage_terms, question_terms
from migbot.types import LANGUAGES, Language

# "abstentionniste" meets "abstention", "coordonne" meets "coordination".
_COMMON_BEGINNING_CHARS = 6


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: its stems in both languages, its official translations, its value."""

    terms: frozenset[str]

    def is_held(self, terms: Iterable[str]) -> bool:
        """Return whether any of `terms` is this word, or begins like it."""
        beginnings = {_beginning(term) for term in self.terms}
        return any(term in self.terms or _beginning(term) in beginnings - {None} for term in terms)


# Bounded, as visitors' words pass through for as long as a server runs.
@lru_cache(maxsize=64)
def question_words(question: str) -> tuple[Word, ...]:
    """Return the words of `question`, stop words apart, each once."""
    words = [frozenset(terms) for text in question.split() if (terms := _terms(text))]
    return tuple(dict.fromkeys(Word(word | _translations(word, question)) for word in words))


@lru_cache(maxsize=1024)
def held_terms(text: str, language: Language) -> frozenset[str]:
    """Return the terms of `text`, and its numbers as digits."""
    words = {
        *passage_terms(text, language),
        *passage_terms(words_to_digits(text, language), language),
    }
    return frozenset(words) | numbers(text, language)


def _terms(text: str) -> set[str]:
    values = {number for language in LANGUAGES for number in numbers(text, language)}
    return set(question_terms(text)) | values


def _translations(word: frozenset[str], question: str) -> frozenset[str]:
    """Return the terms of what the documents say for `word`, as it stands in `question`.

    Those are the translations of official terms that hold it, and what is meant by everyday ones.
    """
    return frozenset(
        term
        for form, official in load_glossary().otherwise(question)
        if word & frozenset(question_terms(form))
        for name in official
        for term in question_terms(name)
    )


def _beginning(term: str) -> str | None:
    return term[:_COMMON_BEGINNING_CHARS] if len(term) >= _COMMON_BEGINNING_CHARS else None
