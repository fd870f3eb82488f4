"""Spanish, German, Italian or Portuguese, where a text is clearly in one of them.

What tells French from English finds one of the two in any text. Here those words are counted that
French and English do not write, against those that only French or only English writes.
"""

import re
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THIRD: Mapping[str, frozenset[str]] = {
    "Spanish": _words(
        "al como con cuando del desde donde el ella ellos esta este esto fue han hasta las los más "
        "muy para pero por porque según sin sobre su sus también una"
    ),
    "German": _words(
        "als auch auf aus bei das dem den der durch ein eine einem einen einer für ist mit nach "
        "nicht oder sich sie sind und von vor werden wie wird zu zum zur über"
    ),
    "Italian": _words(
        "agli alla alle anche che con dai dal dalla degli dei del della delle di e gli il nei nel "
        "nella non più sono sulla una è"
    ),
    "Portuguese": _words(
        "ao aos como da das dos e em foi na não o os para pela pelas pelo pelos por "
        "são também um uma é"
    ),
}
_OURS = (
    _words(
        "aux avec ce ces cette comme dans du elle elles est et il ils les leur leurs nous ont où "
        "par pas pour qui sont sur une"
    ),
    _words(
        "and are as be been by for from has have is of on or that the their this to was were which "
        "with"
    ),
)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS = 12
_LEAST_SHARE = 0.15
_TIMES_OURS = 2


def third_language(text: str) -> str | None:
    """Return the English name of a text's language; None for French, English and unclear texts."""
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _FEWEST_WORDS:
        return None
    counts = {name: _count(words, own) for name, own in _THIRD.items()}
    name = max(counts, key=lambda name: counts[name])
    ours = max(_count(words, own) for own in _OURS)
    is_clear = counts[name] >= max(_LEAST_SHARE * len(words), _TIMES_OURS * ours)
    return name if is_clear else None


def _count(words: list[str], own: frozenset[str]) -> int:
    return sum(word in own for word in words)
