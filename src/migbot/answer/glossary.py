"""Official terms in both languages, from `glossary.toml` beside this file.

The model reads foreign passages with their official names already in the language of the answer,
and the check of an answer knows that OIM is IOM.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from migbot.index.terms import STOPWORDS, fold
from migbot.types import LANGUAGES, Language

_Term = Mapping[Language, Sequence[str]]
_Names = tuple[re.Pattern[str], Sequence[str]]
_Matcher = tuple[re.Pattern[str] | None, Mapping[str, str]]

_APOSTROPHES = str.maketrans({"’": "'"})
_VOWELS = "AEIOU"


@dataclass(frozen=True, kw_only=True, slots=True)
class Glossary:
    """Finds official terms and gives them in the other language.

    `terms` are the entries of the file. `matchers` hold for each language what finds the other's
    forms, and their translations by key; `synonyms` for each language the terms of several forms:
    what finds one, and all of them. `everyday` finds what people say, and holds what the documents
    say for it in both languages. `run_together` finds an article that lost its apostrophe.
    """

    terms: Sequence[_Term]
    matchers: Mapping[Language, _Matcher]
    synonyms: Mapping[Language, Sequence[_Names]]
    everyday: Sequence[_Names]
    run_together: re.Pattern[str]

    def with_apostrophes(self, text: str) -> str:
        """Return `text` with l’OIM and the like for what was typed as one word, such as loim."""
        return self.run_together.sub(r"\g<article>’", text)

    def translate(self, text: str, language: Language) -> str:
        """Return `text` with each known term of the other language put into `language`.

        The longest term wins where several match. All else stays as it is.
        """
        pattern, preferred = self.matchers[language]
        if pattern is None:
            return text
        return pattern.sub(lambda found: _translation(found, preferred), text)

    def found(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return the terms that stand in `text`, each with its form in the other language."""
        pairs = []
        for language in LANGUAGES:
            pattern, preferred = self.matchers[language]
            matches = pattern.finditer(text) if pattern is not None else ()
            pairs += [
                (match.group(), preferred[_key(match.group())])
                for match in matches
                if not _is_stop_word(match.group())
            ]
        return tuple(pairs)

    def meant(self, text: str) -> tuple[tuple[str, Sequence[str]], ...]:
        """Return the everyday words that stand in `text`, each with what the documents say."""
        return tuple(
            (found.group(), official)
            for pattern, official in self.everyday
            for found in pattern.finditer(text)
        )

    def otherwise(self, text: str) -> tuple[tuple[str, Sequence[str]], ...]:
        """Return the words of `text` for which documents say something else, each with that.

        Those are terms, which the other language has other words for, and everyday words.
        """
        translated = ((form, (translation,)) for form, translation in self.found(text))
        return (*translated, *self.meant(text))

    def other_names(self, text: str, language: Language) -> tuple[str, ...]:
        """Return all forms of the terms that stand in `text` and have several in `language`."""
        return tuple(
            form
            for pattern, forms in self.synonyms[language]
            if any(not _is_stop_word(found.group()) for found in pattern.finditer(text))
            for form in forms
        )

    def names_of(self, thing: str, language: Language) -> tuple[str, ...]:
        """Return the names in `language` of `thing`, itself a term: Network is the UN Network."""
        key = _key(thing)
        own = [
            term
            for term in self.terms
            if any(_key(form) == key for one in LANGUAGES for form in term[one])
        ]
        held = [_pattern([_key(form)]) for term in own for form in term[language]]
        forms = (form for term in self.terms for form in term[language])
        return tuple(form for form in forms if any(pattern.search(form) for pattern in held))


def read_glossary(text: str) -> Glossary:
    """Return the glossary that `text`, in TOML, holds."""
    tables = tomllib.loads(text)
    terms, everyday = tables.get("term", []), tables.get("everyday", [])
    return Glossary(
        terms=terms,
        matchers={language: _matcher(terms, language) for language in LANGUAGES},
        synonyms={language: _synonyms(terms, language) for language in LANGUAGES},
        everyday=[
            (_pattern(_as_typed(word["said"])), (*word["en"], *word["fr"])) for word in everyday
        ],
        run_together=_article_before(
            form for term in terms for form in term["fr"] if form.isupper() and form[0] in _VOWELS
        ),
    )


@cache
def load_glossary() -> Glossary:
    """Return the glossary that ships with migbot."""
    return read_glossary(
        files("migbot.answer").joinpath("glossary.toml").read_text(encoding="utf-8")
    )


def _matcher(terms: Sequence[_Term], language: Language) -> _Matcher:
    """Return what finds the other language's forms, and how each is said in `language`."""
    other: Language = "en" if language == "fr" else "fr"
    preferred: dict[str, str] = {}
    for term in terms:
        own = {_key(form) for form in term[language]}
        for form in term[other]:
            # A form that both languages share needs no translation.
            if _key(form) not in own:
                preferred.setdefault(_key(form), _same_length(form, term[language]))
    return _pattern(preferred) if preferred else None, preferred


def _synonyms(terms: Sequence[_Term], language: Language) -> tuple[_Names, ...]:
    """Return the terms that `language` has several names for."""
    several = (term[language] for term in terms if len(term[language]) > 1)
    return tuple((_pattern([_key(form) for form in forms]), forms) for forms in several)


def _article_before(abbreviations: Iterable[str]) -> re.Pattern[str]:
    """Return what finds the French article that is written as one word with an abbreviation."""
    either = "|".join(map(re.escape, abbreviations)) or "(?!)"
    return re.compile(rf"(?<!\w)(?P<article>l)(?=(?:{either})(?!\w))", re.IGNORECASE)


def _translation(found: re.Match[str], preferred: Mapping[str, str]) -> str:
    """Return the term in the other language, or the word itself where it is none after all."""
    word = found.group()
    translation = preferred[_key(word)]
    is_name = len(word.split()) == 1 and translation[0].isupper()
    return word if _is_stop_word(word) or (is_name and word.islower()) else translation


def _is_stop_word(word: str) -> bool:
    """Return whether `word` is a common word that only capitals make an abbreviation: un, who."""
    return fold(word) in STOPWORDS and not word.isupper()


def _key(form: str) -> str:
    return fold(form).translate(_APOSTROPHES)


def _as_typed(forms: Sequence[str]) -> set[str]:
    """Return the folded `forms`, and how they are typed in haste: l oim, loim for l'OIM."""
    keys = [_key(form) for form in forms]
    return {key.replace("'", apostrophe) for key in keys for apostrophe in ("'", " ", "")}


def _same_length(form: str, choices: Sequence[str]) -> str:
    """Return the preferred form, or the first abbreviation where `form` is one itself."""
    if form.isupper():
        return next((choice for choice in choices if choice.isupper()), choices[0])
    return choices[0]


def _pattern(forms: Collection[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the folded `forms` in unfolded text, longest first."""
    alternatives = "|".join(
        "".join(_letter(char) for char in form) for form in sorted(forms, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


_ACCENTED = {
    "a": "aàâä",
    "c": "cç",
    "e": "eéèêë",
    "i": "iîï",
    "o": "oôö",
    "u": "uùûü",
    "'": "'’",
    " ": " \u00a0\u202f\n",
}


def _letter(char: str) -> str:
    choices = _ACCENTED.get(char)
    return f"[{choices}]" if choices else re.escape(char)
