"""French or English, from a document's pages or from a question of two words.

Counts what only one of the two languages has: function words, accents, endings, and the
abbreviations of the field (OIM against IOM). It knows no third language.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from migbot.types import Language


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that both languages write alike ("a", "on", "an", "me", "or", "plus") are left out.
_FRENCH_WORDS = _words(
    """
    ai alors après au aucun aucune aussi autre autres aux avant avec avez avoir avons c ca ce cela
    celle celles celui ces cet cette ceux chaque chez chose comment contre d dans de depuis des
    dites donc donne donner dont du elle elles en encore entre es est et etait etaient etc ete etes
    etre eu eux explique expliquer fait faire faut font hors il ils j jusque l la le les leur leurs
    liste lui ma mais mes même meme mon n ne ni nos notre nous où ou oui ont par parle parmi
    pas pendant peu peut peux peuvent pour pourquoi pouvez puis qu quand que quel quelle quelles
    quels quelque quelques qui quoi sa sans selon sera ses si soit son sont sous suis sur t ta te
    tes toi ton tous tout toute toutes très tres trop tu un une va vers veut veux voici vont vos
    votre vous vrai vu y été être était étaient ça à
    combien merci bonjour salut svp stp pays membres objectifs pacte mondial siège siege
    """
)
_ENGLISH_WORDS = _words(
    """
    about after against all also am and any are as at be because been before being between both
    but by can could did do does doing during each every explain few find for from give had has
    have he her here him his how i if in into is it its it's just least less list many may might
    more most much must my near no not now of off only other our out over own please same say she
    should since so some such tell than that the their them then there these they this those
    through to too under until up us very was we were what when where whether which while who whom
    whose why will with within without would yes you your
    hello hi thanks don didn doesn isn wasn s countries member members objectives compact global
    network headquarters
    """
)
_FRENCH_ABBREVIATIONS = _words(
    "oim onu hcr hcdh pnud oit oms pmm femi onudc daes onusida oci picmme ag"
)
_ENGLISH_ABBREVIATIONS = _words(
    "iom un unhcr ohchr undp ilo who gcm imrf unodc desa unaids gfmd icm icem dg"
)
_FRENCH_ENDINGS = re.compile(
    r"(?:[^\W\d_]{2}(?:eux|euse|euses|aux|ité|ités|ite|ites|ée|ées|és|aire|aires|ique|iques|elle"
    r"|elles|eur|eurs|isme|ière|ières|ement|ements|oire|oires|er|ez|ir|ie|ies))$"
)
_ENGLISH_ENDINGS = re.compile(
    r"(?:[^\W\d_]{2}(?:y|ing|ings|ness|ship|ships|ities|ed|ght|ll|ck|th|ths|ful|less|ward|ism"
    r"|ic|ive|ives|or|ors|ee|ow|sh|tch|ers|ar|nd|nds|rd|ld|er))$"
)
# Letters and pairs that French hardly writes, or English does not.
_FRENCH_LETTERS = re.compile(r"[éèêëàâçùûîïôœæ]")
_ENGLISH_LETTERS = re.compile(r"w|k|th|sh|ee|oo|gh")
_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"\s*([^\W\d_]+)")
_NAMES: Mapping[str, Language] = {
    **dict.fromkeys(("fr", "fra", "fre", "french", "français"), "fr"),
    **dict.fromkeys(("en", "eng", "english", "anglais"), "en"),
}
_CLEAR_MARGIN = 0.1
_FEWEST_WORDS_TO_BE_CLEAR = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageScores:
    """How much in a text is French and how much is English; `words` is how many words it has."""

    french: float
    english: float
    words: int

    @property
    def language(self) -> Language:
        """The likelier language; French where nothing tells them apart."""
        return "en" if self.english > self.french else "fr"

    @property
    def is_clear(self) -> bool:
        """Whether the text is long enough, and one language far enough ahead, to be believed."""
        margin = abs(self.french - self.english)
        return self.words >= _FEWEST_WORDS_TO_BE_CLEAR and margin >= _CLEAR_MARGIN * self.words


def named_language(stated: str) -> Language | None:
    """Return the language that a tag such as fr-CH, or a name, stands for; None where another."""
    found = _TAG.match(stated.lower())
    return _NAMES.get(found[1]) if found else None


def detect_language(text: str) -> Language:
    """Return the language of `text`, be it a document or a question of a word or two."""
    return score_languages(text).language


def clear_language(text: str) -> Language | None:
    """Return the language of a stretch of a document; None where it is too short or mixed."""
    scores = score_languages(text)
    return scores.language if scores.is_clear else None


def score_languages(text: str) -> LanguageScores:
    """Return what in `text` speaks for French and for English."""
    words = _WORD.findall(text.replace("’", " ").replace("'", " "))
    shouting = text.isupper()
    weights = [_weights(word, shouting=shouting) for word in words]
    french, english = sum(pair[0] for pair in weights), sum(pair[1] for pair in weights)
    return LanguageScores(french=french, english=english, words=len(words))


# A corpus has few words beside their uses, and each costs several regular expressions.
@lru_cache(maxsize=50_000)
def _weights(word: str, *, shouting: bool) -> tuple[float, float]:
    return _french(word, shouting=shouting), _english(word, shouting=shouting)


def _french(word: str, *, shouting: bool) -> float:
    lower = word.lower()
    is_abbreviation = len(word) > 1 and word.isupper() and not shouting
    return (
        _in(lower, _FRENCH_WORDS) * (not is_abbreviation)
        + 0.5 * _in(lower, _FRENCH_ABBREVIATIONS)
        + 0.5 * bool(_FRENCH_LETTERS.search(lower))
        + 0.3 * bool(_FRENCH_ENDINGS.search(lower))
    )


def _english(word: str, *, shouting: bool) -> float:
    lower = word.lower()
    is_abbreviation = len(word) > 1 and word.isupper() and not shouting
    return (
        _in(lower, _ENGLISH_WORDS) * (not is_abbreviation or lower == "who")
        + 0.5 * _in(lower, _ENGLISH_ABBREVIATIONS) * (lower not in {"un", "who"} or is_abbreviation)
        + 0.2 * bool(_ENGLISH_LETTERS.search(lower))
        + 0.3 * bool(_ENGLISH_ENDINGS.search(lower))
    )


def _in(word: str, words: AbstractSet[str]) -> float:
    return float(word in words)
