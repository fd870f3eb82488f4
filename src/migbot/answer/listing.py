"""Which questions want a list, and of how many things.

"What are the 23 objectives?" is in the words of every passage on them; the one that answers lists
twenty-three things.
"""

import re
from functools import lru_cache

from migbot.answer.claims import counted, list_sizes
from migbot.answer.units import unit_spans
from migbot.types import Language, Passage

# Fewer are as often told one after the other as listed.
_SHORTEST = 3
_WANTS_LIST = re.compile(
    r"\blist(?:e[rsz]?|ing)?\b|\b[ée]num[èée]r|\bcite[rsz]?\b|\bnomme[rsz]?\b|\bname\b|\bwhich\b|"
    r"\bwh(?:at|o) (?:are|were)\b|\bquel(?:le)?s\b|\bqui (?:sont|[ée]taient)\b|\blesquel(?:le)?s\b|"
    r"\btou(?:s|tes) les\b|\ball (?:the |of )?\w+|"
    r"\b(?:il (?:me|nous) faut|donne[rz]?|give|i need|je (?:veux|cherche))\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\bcombien\b|\bhow many\b", re.IGNORECASE)


@lru_cache(maxsize=64)
def things_to_list(question: str, language: Language) -> frozenset[str]:
    """Return of how many things `question` wants a list, as canonical numbers; mostly none."""
    if not _WANTS_LIST.search(question) or _COUNTS.search(question):
        return frozenset()
    sizes = (number for number, things in counted(question, language).items() if things)
    return frozenset(one for one in sizes if one.isdecimal() and int(one) >= _SHORTEST)


def lists(passage: Passage, sizes: frozenset[str]) -> bool:
    """Return whether a sentence or list of `passage` names as many things as `sizes` say."""
    texts = (passage.text[start:end] for start, end in unit_spans(passage))
    return any(sizes & list_sizes(text) for text in texts)
