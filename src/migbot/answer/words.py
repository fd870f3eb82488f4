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
    official = _official_terms(question)
    meant = (frozenset().union(*(said for held, said in official if held & word)) for word in words)
    return tuple(dict.fromkeys(Word(word | said) for word, said in zip(words, meant, strict=True)))


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


def _official_terms(question: str) -> set[tuple[frozenset[str], frozenset[str]]]:
    """Return the terms of what in `question` the documents say otherwise, each with those of that.

    Those are official terms, with their translations, and everyday words, with what they mean.
    """
    return {
        (frozenset(question_terms(form)), frozenset(question_terms(" ".join(official))))
        for form, official in load_glossary().otherwise(question)
    }


def _beginning(term: str) -> str | None:
    return term[:_COMMON_BEGINNING_CHARS] if len(term) >= _COMMON_BEGINNING_CHARS else None
