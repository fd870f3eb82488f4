"""Which questions want a list, and which texts are that list.

"What are the objectives?" is in the words of every passage on them; the one that answers lists
twenty-three things, or as many as it says that there are.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from migbot.answer.claims import counted, list_sizes
from migbot.answer.units import unit_spans
from migbot.answer.words import Word, held_terms, question_words
from migbot.types import Language, Passage

# Fewer are as often told one after the other as listed.
_SHORTEST = 3
_WANTS_LIST = re.compile(
    r"\blist(?:e[rsz]?|ing)?\b|\b[ée]num[èée]r|\bcite[rsz]?\b|\bnomme[rsz]?\b|\bname\b|\bwhich\b|"
    r"\bwh(?:at|o) (?:are|were)\b|\bquel(?:le)?s\b|\bqui (?:sont|[ée]taient)\b|\blesquel(?:le)?s\b|"
    r"\bc['’ ]?(?:est )?(?:quoi|koi|qui) les\b|\btou(?:s|tes) les\b|\ball (?:the |of )?\w+|"
    r"\b(?:il (?:me|nous) faut|donne[rz]?|give|i need|je (?:veux|cherche))\b|^\W*(?:les|the)\b",
    re.IGNORECASE,
)
# All things of a kind, whose name comes next.
_WANTS_ALL = re.compile(
    r"(?:\b(?:wh(?:at|o) (?:are|were)|(?:quel(?:le)?s|qui) (?:sont|[ée]taient)|"
    r"c['’ ]?(?:est )?(?:quoi|koi|qui)|"
    r"list(?:e[rsz]?)?|[ée]num[èée]re[rz]?|cite[rsz]?|nomme[rsz]?|name|donne[rz]?|give)"
    r"(?:[\s-](?:moi|nous|me|us))?\s+|^\W*)(?:(?:all|of|tous|toutes)\s+)*(?:the|its|their|les|ses|leurs)\s+",
    re.IGNORECASE,
)
# All members of a body, by what they do there. A body may have others within it.
_BODY = re.compile(
    r"\b(?:committee|council|board|secretariat|comit[ée]|conseil|bureau|secr[ée]tariat)\b",
    re.IGNORECASE,
)
_WANTS_MEMBERS = re.compile(
    r"\bwh(?:o|ich|at)\b(?: [\w’'-]+){0,3}? (?:is|are|was|were|sits?|sat|serves?)(?: \w+)?"
    r" (?:on|in|part of) |"
    r"\b(?:made up|composed) of\b|\bcomposition\b|\bcompos(?:e|ent|[ée])\b|"
    r"\b(?:qui|quel(?:le)?s|lesquel(?:le)?s)\b(?: [\w’'-]+){0,3}?"
    r" (?:si[èe]ge(?:nt)?|fait partie|font partie|est dans|sont dans|[ée]tai(?:en)?t dans)\b|"
    r"^\W*(?:the |les )?(?:members|membres)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\bcombien\b|\bhow many\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedList:
    """A list that is wanted: of so many things, as canonical numbers, or of all things of a kind.

    The first of `words` is that kind and the others tell whose they are; there are none where
    things of a number are asked for in a question that wants more of them than their names.
    """

    sizes: frozenset[str] = frozenset()
    words: tuple[Word, ...] = ()

    def is_in(self, text: str, language: Language, around: str = "") -> bool:
        """Return whether `text`, a sentence or a list, is this list; `around` is its heading.

        A list of all things of a kind opens with how many there are, and lists as many.
        """
        if self.sizes:
            return bool(self.sizes & list_sizes(text))
        opening, _, rest = text.partition(":")
        if not rest or not _are_held(self.words, text, language, around):
            return False
        bodies = {term for body in _BODY.findall(opening) for term in held_terms(body, language)}
        if not all(any(word.is_held({body}) for word in self.words) for body in bodies):
            return False
        told = {
            number
            for number, things in counted(opening, language).items()
            if self.words[0].is_held(things)
        }
        return bool(told & list_sizes(text))

    def is_all_of(self, text: str, language: Language, around: str = "") -> bool:
        """Return whether `text` is this list and, by its heading or opening, of what was named."""
        named = tuple(word for word in self.words if not word.terms & self.sizes)
        is_named = bool(named) and _are_held(named, text, language, around)
        return is_named and self.is_in(text, language, around)


@lru_cache(maxsize=64)
def wanted_list(question: str, language: Language) -> WantedList | None:
    """Return the list that `question` wants; mostly None."""
    if _COUNTS.search(question):
        return None
    if _BODY.search(question) and _WANTS_MEMBERS.search(question):
        whose = question_words(_WANTS_MEMBERS.sub(" ", question))
        return WantedList(words=(_members(), *whose))
    if not _WANTS_LIST.search(question):
        return None
    sizes = (number for number, things in counted(question, language).items() if things)
    enough = frozenset(one for one in sizes if one.isdecimal() and int(one) >= _SHORTEST)
    wants_all = _WANTS_ALL.search(question)
    words = question_words(question[wants_all.end() :]) if wants_all else ()
    return WantedList(sizes=enough, words=words) if enough or words else None


@cache
def _members() -> Word:
    return Word(frozenset().union(*(word.terms for word in question_words("members membres"))))


def lists(passage: Passage, wanted: WantedList) -> bool:
    """Return whether a sentence or list of `passage` is the list that is wanted."""
    around = _around(passage)
    texts = (passage.text[start:end] for start, end in unit_spans(passage))
    return any(wanted.is_in(text, passage.language, around) for text in texts)


def is_whole_list(question: str, quote: str, passage: Passage, language: Language) -> bool:
    """Return whether `quote`, of `passage`, answers `question` by itself: all that it wants listed.

    It does so for readers of its own language, which `language` is that of the answer.
    """
    wanted = wanted_list(question, language) if passage.language == language else None
    return wanted is not None and wanted.is_all_of(quote, language, _around(passage))


def _around(passage: Passage) -> str:
    return " ".join((passage.title, *passage.headings))


def _are_held(words: tuple[Word, ...], text: str, language: Language, around: str) -> bool:
    """Return whether the heading of `text` and what comes before its list hold all `words`."""
    opening = text.partition(":")[0]
    held = held_terms(f"{around}\n{opening}", language)
    return all(word.is_held(held) for word in words)
