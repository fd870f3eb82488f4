"""What kind of thing a question asks for, and whether a text holds one."""

import re
from typing import Literal

from migbot.answer.claims import counted, is_year, months, names, numbers
from migbot.types import Language

Kind = Literal["share", "number", "date", "name", "any"]

# Accents are often left out, so both spellings stand here.
_SHARE = re.compile(
    r"\b(?:pourcentage|proportion|quelle part|percentage|per ?cent|what share)\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"\bcombien\b|\bquel (?:est le )?(?:nombre|montant)\b|"
    r"\bhow (?:many|much|often|long|old)\b|\bwhat (?:is the )?number of\b",
    re.IGNORECASE,
)
# Within a sentence, "quand" and "when" mostly say at which time the rest holds: "when he left".
_DATE = re.compile(
    r"^\W*(?:(?:et|mais|ou|and|but|so) )?(?:quand|when)\b|\b(?:quand|when)\W*$|"
    r"\b(?:quand|when) (?:et|ou|and|or|sur|au|en|par|exactement|exactly)\b|"
    r"\b(?:depuis|jusqu['’][àa]|et|c['’ ]est|pour|since|until|till|and) (?:quand|when)\b|"
    r"\bquand (?:a|est|ont|sont|[ée]tait|fut|aura|auront|doi\w+)\b|\bquand \w+-t-|"
    r"\bwhen (?:is|are|was|were|did|do|does|will|has|have|had|can|should)\b|"
    r"\bquelle (?:date|ann[ée]e)\b|\bdate d[eu]\b|\b(?:what|which) (?:date|year|day)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\bqui (?:est|sont|[ée]tait|a|ont|dirige|pr[ée]side|coordonne|occupe)\b|^\s*qui\b|"
    r"^\W*(?:(?:and|so|by|to|with|from) )*who(?:se|m)?\b|"
    r"\bo[uù] (?:est|se|a|sont|ont)\b|^\s*o[uù]\b|\bwhere\b|"
    r"\bquels?(?: sont les)?(?: \w+)? (?:pays|membres|[ée]tats|organismes)\b|"
    r"\bwhich(?: \w+)? (?:countries|states|members|bodies)\b",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"^\W*ou\b|\b(?:who(?:m|se)?|what|when|where|which|why|how|qui|que|quoi|quand|où|quel(?:le)?s?|comment|"
    r"pourquoi|combien|qu['’]est-ce)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%|\bper ?cent\b|\bpour cent\b", re.IGNORECASE)
_FREQUENCY = re.compile(
    r"\b(?:once|twice|every|each|yearly|annual\w*|tous les|toutes les|chaque|fois|annuel\w*)\b",
    re.IGNORECASE,
)

_NOW = re.compile(
    r"\baujourd['’ ]?hui\b|\bactuel(?:le)?(?:s|ment)?\b|\bmaintenant\b|\ben ce moment\b|"
    r"\bde nos jours\b|\btoujours\b|\bencore\b|\bderni[eè]res? (?:chiffre|date|estimation)|"
    r"\bnow(?:adays)?\b|\btoday\b|\bthese days\b|\bcurrent(?:ly)?\b|\bstill\b|\bat present\b|"
    r"\bat the moment\b|\b(?:latest|newest|newer|most recent)\b",
    re.IGNORECASE,
)


def asks_for_now(question: str) -> bool:
    """Return whether `question` asks how something is today rather than how it was."""
    return _NOW.search(question) is not None


def latest_year(text: str, language: Language) -> int:
    """Return the latest calendar year that `text` names; 0 where it names none."""
    return max((int(one) for one in numbers(text, language) if is_year(one)), default=0)


def asks_once(question: str) -> bool:
    """Return whether `question` asks for one thing, as far as its interrogative words tell."""
    return len(_INTERROGATIVE.findall(question)) <= 1


def expected_kind(question: str) -> Kind:
    """Return what `question` asks for, by its interrogative words; "any" where they do not say."""
    if _SHARE.search(question):
        return "share"
    if _DATE.search(question):
        return "date"
    if _NUMBER.search(question):
        return "number"
    return "name" if _NAME.search(question) else "any"


def holds(kind: Kind, text: str, language: Language) -> bool:
    """Return whether `text` holds something of the kind asked for."""
    if kind == "share":
        return bool(_PERCENT.search(text))
    if kind == "number":
        return bool(counted(text, language)) or bool(_FREQUENCY.search(text))
    if kind == "date":
        return bool(months(text)) or any(_is_year(number) for number in numbers(text, language))
    return kind == "any" or bool(names(text))


def _is_year(number: str) -> bool:
    return re.fullmatch(r"1[5-9]\d\d|20\d\d", number) is not None
