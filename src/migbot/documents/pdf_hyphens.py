"""Words that a hyphen parts at the end of a PDF's line: is the hyphen the word's own?"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SOFT = "\xad"
# A chain of words with hyphens. None is given up once it is taken, so that time is linear.
_CHAIN = r"[^\W\d_]++(?:[-\u2010][^\W\d_]++)*+"
_WORD = re.compile(_CHAIN)
_AT_LINE_END = re.compile(
    rf"(?<![\w\u2010-])(?P<first>{_CHAIN})(?P<mark>[-\xad\u2010])\n"
    rf"(?=(?P<rest>[a-zà-ÿœ](?:[^\W\d_]*+(?:[-\u2010][^\W\d_]++)++|[^\W\d_]++)))"
)
_AT_PAGE_END = re.compile(rf"(?<![\w\u2010-])(?P<first>{_CHAIN})[-\u2010]$")
# What French adds to a verb or a pronoun. Also ends of words that are parted at that place.
_CLITICS = _words("ci là même mêmes elle elles il ils je nous on vous")
_WHOLE = _words("ceci delà merci souci voici voilà")
_FIRST_PARTS = _words("demi non peut quasi self sous vice")
_PAIRS = frozenset({("e", "mail"), ("follow", "on"), ("follow", "up"), ("well", "being")})
# In the midst of a compound, as in "vis-à-vis" and "state-of-the-art".
_LINKS = _words("à au by d de des du en in la le of sur t the to")
# The hyphen stands for a word that comes later, as in "short- and long-term".
_AFTER_A_PART = _words("and et or ou")


@dataclass(frozen=True, slots=True)
class Hyphens:
    """The words that stand whole in a document, and what they make of hyphens at line ends.

    A soft hyphen goes. Another one stays where the document has the word with its hyphen
    elsewhere and never without. Where the document has neither, it stays in a chain that a link
    such as "à" or "of" goes before ("vis-à-/vis"), after a first part that is hardly ever
    written together with its second (non-, self-, sous-, vice-, quasi-, demi-, peut-; follow-up,
    follow-on, well-being, e-mail), and before what French adds with a hyphen (-ci, -là, -même(s),
    -il(s), -elle(s), -on, -je, -nous, -vous). Otherwise the word is joined, as most are.
    """

    words: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Hyphens":
        """Return the words of lines of text."""
        return cls(frozenset(_plain(word) for text in texts for word in _WORD.findall(text)))

    def join_lines(self, text: str) -> str:
        """Return `text` with the words whole that are parted at its line ends."""
        return _AT_LINE_END.sub(self._joined, text)

    def join_pages(self, last: str, rest: str) -> str | None:
        """Return the text `last` of a page ended with the word `rest`; None where it is whole."""
        found, word = _AT_PAGE_END.search(last), _WORD.match(rest)
        if found is None or word is None or _is_apart(found["first"], word[0]):
            return None
        glue = self._glue(found["first"], word[0])
        return None if glue.endswith(" ") else f"{last[:-1]}{glue}{rest}"

    def _joined(self, found: re.Match[str]) -> str:
        first, rest = found["first"], found["rest"]
        if found["mark"] == _SOFT:
            return first
        return found[0] if _is_apart(first, rest) else first + self._glue(first, rest)

    def _glue(self, first: str, rest: str) -> str:
        """Return what stands between the two parts: nothing, a hyphen, or a hyphen and a space."""
        first, rest = _plain(first), _plain(rest)
        if first + rest in self.words:
            return ""
        if f"{first}-{rest}" in self.words:
            return "-"
        if rest in _AFTER_A_PART:
            return "- "
        return "-" if _is_compound(first, rest) else ""


def _is_compound(first: str, rest: str) -> bool:
    *before, last = first.split("-")
    following = rest.partition("-")[0]
    if (before and last in _LINKS) or last in _FIRST_PARTS or (last, following) in _PAIRS:
        return True
    return following in _CLITICS and last + following not in _WHOLE


def _is_apart(first: str, rest: str) -> bool:
    """Return whether a letter alone, as that of a list, stands before the hyphen."""
    return len(first) == 1 and (first.lower(), rest) not in _PAIRS


def _plain(chain: str) -> str:
    return chain.replace("\u2010", "-").lower()
