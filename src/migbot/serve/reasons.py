"""Why a sentence or a claim does not stand, in the language of the page.

The check says it in English, as programs read it; each of its wordings has a French one here.
"""

import re
from collections.abc import Iterable, Mapping

from migbot.answer.typography import MONTHS
from migbot.serve.strings import FRENCH, Strings

_TURNS: Mapping[str, str] = {
    "abstain": "s’abstenir",
    "after": "après",
    "against": "contre",
    "before": "avant",
    "blame": "critiquer",
    "deny": "refuser",
    "end": "mettre fin",
    "former": "ancien",
    "in favour": "pour",
    "leave": "quitter",
    "less": "moins de",
    "more": "plus de",
    "not yet": "pas encore",
    "only": "seulement",
}


def _of(month: str) -> str:
    return f"d’{month}" if month[0] in "ao" else f"de {month}"


# What the check says, and how French says it; \1 and \2 are the words that the check names.
_FRENCH: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(english), french)
    for english, french in (
        (r"number (.+) is not in the passage", r"le nombre \1 ne figure pas dans le passage"),
        (r"number (.+) is not there, but (.+)", r"le passage ne dit pas \1, mais \2"),
        *(
            (
                rf"month {number} is not in the passage",
                f"le mois {_of(month)} ne figure pas dans le passage",
            )
            for number, month in enumerate(MONTHS["fr"], start=1)
        ),
        (r"date (.+) is not in the passage", r"la date \1 ne figure pas dans le passage"),
        (r"name (.+) is not in the passage", r"le nom « \1 » ne figure pas dans le passage"),
        (
            r"enough of what it says is not in the passage",
            r"trop peu de ce qu’elle dit figure dans le passage",
        ),
        (
            r"the person it speaks of is not in the passage",
            r"la personne dont elle parle ne figure pas dans le passage",
        ),
        (r"“(.+)” is the question's word", r"« \1 » est un mot de la question"),
        (r"the passage does not speak of “(.+)”", r"le passage ne parle pas de « \1 »"),
        (r"negated only here", r"la négation n’est que d’un côté"),
        (r"negation of (.+) differs", r"la négation de « \1 » diffère"),
        *(
            (rf"turned round \({turn}\)", f"le sens est inversé ({french})")
            for turn, french in _TURNS.items()
        ),
        (r"(.+) counts something else", r"\1 compte autre chose"),
        (r"(.+) voted otherwise", r"\1 ont voté autrement"),
        (
            r"says of today what was so at a date",
            r"elle dit d’aujourd’hui ce qui était vrai à une date",
        ),
        (r"numbers in another order", r"les nombres sont dans un autre ordre"),
        (
            r"speaks of the extracts, not of the subject",
            r"elle parle des extraits, non du sujet",
        ),
        (r"no whole sentence", r"ce n’est pas une phrase entière"),
        (r"there is no passage", r"il n’y a pas de passage"),
        (r"too far in meaning", r"le sens est trop éloigné"),
        (r"the passage says too little of it", r"le passage en dit trop peu"),
        (r"not about the question", r"elle ne porte pas sur la question"),
        (
            r"the model doubts that the passage states it \((\d)\.(\d+)\)",
            r"le modèle doute que le passage le dise (\1,\2)",
        ),
    )
)


def told_reasons(reasons: Iterable[str], words: Strings) -> str:
    """Return the check's reasons as one line; one without French words stays as it is."""
    return "\u202f; ".join(map(_in_french, reasons)) if words is FRENCH else "; ".join(reasons)


def _in_french(reason: str) -> str:
    for english, french in _FRENCH:
        match = english.fullmatch(reason)
        if match:
            return match.expand(french)
    return reason
