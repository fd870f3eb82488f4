"""Tells sentences about today from those about the past, by the verbs that say how things are."""

import re

from migbot.types import Language

_PAST = re.compile(
    r"\b(?:had|was|were|counted|comprised|employed|led|avai(?:en)?t|étai(?:en)?t|comptai(?:en)?t|"
    r"comprenai(?:en)?t|regroupai(?:en)?t|employai(?:en)?t|dirigeai(?:en)?t|réunissai(?:en)?t|"
    r"coordonnai(?:en)?t|présidai(?:en)?t|disposai(?:en)?t|représentai(?:en)?t)\b",
    re.IGNORECASE,
)
_PRESENT = {
    "en": re.compile(
        r"\b(?:has|have|is|are|counts?|comprises?|employs?|leads?|coordinates?|chairs?)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:a|ont|est|sont|compte(?:nt)?|compren(?:d|nent)|regroupe(?:nt)?|emploie(?:nt)?|"
        r"dirige(?:nt)?|réuni(?:t|ssent)|coordonne(?:nt)?|préside(?:nt)?|dispose(?:nt)?|"
        r"représente(?:nt)?)\b",
        re.IGNORECASE,
    ),
}


def says_was(text: str) -> bool:
    """Return whether `text`, in either language, says how something was."""
    return _PAST.search(text) is not None


def says_is(text: str, language: Language) -> bool:
    """Return whether `text` says how something is."""
    return _PRESENT[language].search(text) is not None
