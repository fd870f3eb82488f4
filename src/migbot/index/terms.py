"""Words of French and English text as the sparse index counts them.

A term is a word in lower case, stemmed (Snowball) and without accents. Accents are often left out
of a question, and the French stemmer reads some endings by their accents, so a word stands for
both of its forms: stemmed then folded, and folded then stemmed. "adoptée" thus meets "adopté" and
"adoptee".
"""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import Any

from migbot.types import LANGUAGES, Language

_REMEMBERED_WORDS = 1 << 16  # text repeats its words, and stemming is most of indexing it

_WORD = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
_ALGORITHMS: dict[Language, str] = {"fr": "french", "en": "english"}

# Folded. Apostrophes split words, so elided articles and contractions stand here as their pieces.
# Raise it with any change to what counts as a term: an index built before is then built anew.
TERMS_VERSION = 5

_FRENCH_STOPWORDS = """
    a actuellement ai aie aient ait as au aucun aujourd auquel aura aurait auront aussi autre aux
    avaient avait avec avez avons ayant c car ce ceci cela celle celles celui ces cet cette ceux
    chaque ci combien comme comment d dans de depuis des donc dont du elle elles en encore es est
    et etaient etait etant ete etes eu eux faire fait font furent fut hui il ils j je jusqu l la
    laquelle le lequel les lesquelles lesquels leur leurs lors lorsqu lui m ma mais me meme memes
    merci mes moi mon n ne ni nos notre nous on ont ou par parce pas peut plus pour pourquoi puis
    puisqu qu quand que quel quelle quelles quels qui quoi s sa sans se sera serait seront ses si
    soient soit sommes son sont sous stp suis sur svp t ta te tes toi ton tous tout toute toutes
    tres tu un une vers vos votre vous y
"""
_ENGLISH_STOPWORDS = """
    a about above after again all also am an and any are as at be because been before being between
    both but by can could currently did do does doing don down during each few for from further get
    gets got had has have having he her here hers him his how i if in into is isn it its itself
    just ll many me more most much my no nor not now of off on once ones only or other our ours out
    over own please pls plz re s same she should since so some such t than thanks that the their
    theirs them then there these they this those through to today too under until up ve very was
    wasn we were what when where which while who whom whose why will with would you your yours
"""
STOPWORDS = frozenset(_FRENCH_STOPWORDS.split() + _ENGLISH_STOPWORDS.split())


def fold(text: str) -> str:
    """Return `text` in lower case, without accents and ligatures."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    # Some letters have capitals only once they are taken apart.
    return "".join(char for char in apart if not unicodedata.combining(char)).casefold()


def passage_terms(text: str, language: Language) -> list[str]:
    """Return the terms of a passage, repeated as often as they occur, by its language's stemmer."""
    return [term for word in _words(text) for term in _stems(word, language)]


def question_terms(text: str) -> list[str]:
    """Return the distinct terms of a question by both stemmers, so that either language meets it.

    Empty where the question holds nothing but stop words.
    """
    found = (
        term for word in _words(text) for language in LANGUAGES for term in _stems(word, language)
    )
    return list(dict.fromkeys(found))


def _words(text: str) -> list[str]:
    """Return the words of `text` that are not stop words; abbreviations such as WHO never are."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return [word for word in words if is_abbreviation(word) or not _is_stop_word(word)]


def is_abbreviation(word: str) -> bool:
    """Return whether `word` is written in capitals alone: WHO, but not who."""
    return len(word) > 1 and word.isupper()


@lru_cache(_REMEMBERED_WORDS)
def _is_stop_word(word: str) -> bool:
    return fold(word) in STOPWORDS


@lru_cache(_REMEMBERED_WORDS)
def _stems(word: str, language: Language) -> tuple[str, ...]:
    stem = _stemmers().by_language[language].stemWord
    return tuple(dict.fromkeys((fold(stem(word.casefold())), stem(fold(word)))))


class _Stemmers(threading.local):
    """A stemmer for each language and thread: one must not serve two threads at once."""

    def __init__(self) -> None:
        import Stemmer  # noqa: PLC0415 - compiled code, loaded only when text is searched

        self.by_language: dict[Language, Any] = {
            language: Stemmer.Stemmer(algorithm) for language, algorithm in _ALGORITHMS.items()
        }


@cache
def _stemmers() -> _Stemmers:
    return _Stemmers()
