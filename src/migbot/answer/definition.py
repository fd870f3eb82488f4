"""What a question wants explained, and which sentences explain it.

"What is IOM?" holds one word that any passage on IOM holds as well. The one that answers says so
by its form: the thing itself is its subject, and the verb says what it is.
"""

import re
from functools import lru_cache

from migbot.answer.glossary import load_glossary
from migbot.answer.words import question_words
from migbot.index.terms import passage_terms
from migbot.types import Language, Passage

_ARTICLE = r"(?:l['’ ]|(?:les?|la|une?|des?|du|ce|cet|cette|ces|the|an?|this|that|these|those) )?"
_THING = rf"{_ARTICLE}(?P<thing>[^?!.,;:]{{2,80}}?)"
_FILLER = (
    r"(?: (?:means?|stands? for|do|for|exactly|exactement|en fait|au juste|svp|stp|please))*\W*$"
)
_ASKS = (
    r"c['’ ]?(?:est)? ?(?:quoi|koi)",
    r"qu['’ ]?est[- ]ce qu(?:e c['’ ]est qu)?(?:e|['’])",
    r"que (?:signifie|veut dire|d[ée]signe)",
    r"d[ée]fini(?:r|s|tion d[eu'’]s?)",
    r"what(?:['’ ]?s| is| are|s)",
    r"define",
    r"(?:the )?(?:meaning|definition) of",
    r"what do(?:es)?",
    r"que (?:fait|font)|[àa] quoi (?:sert|servent)|what(?:['’ ]?s| is) the (?:role|purpose) of",
    r"c['’ ]?(?:est)? ?(?:quoi|koi) le r[oô]le d[eu'’]s?|quel est le r[oô]le d[eu'’]s?",
    r"explain",
    r"expli(?:que|quer|quez)(?:[- ]moi)?",
)
# What is asked about stands after these, or before them, as in "le FEMI, c'est quoi ?".
_ASKS_BEFORE = re.compile(
    rf"^\W*(?:(?:et|and|so|alors|donc|bonjour|salut|hello|hi)\b\W*)?(?:{'|'.join(_ASKS)})"
    rf"(?: en fait| exactly| exactement)? ?{_THING}{_FILLER}",
    re.IGNORECASE,
)
_ASKS_AFTER = re.compile(
    rf"^\W*{_THING},? (?:c['’ ]?(?:est)? ?(?:quoi|koi)|"
    rf"(?:[çc]a )?(?:veut dire|signifie|fait|sert [àa]) (?:quoi|koi)|"
    rf"qu['’ ]?est[- ]ce que c['’ ]est|what(?:['’ ]?s| is) (?:it|that|this)){_FILLER}",
    re.IGNORECASE,
)
_SAYS_WHAT = re.compile(
    r"\b(?:is|are) (?:an?|the|any|every|one of|legal|what)\b|\b(?:means?|refers? to|denotes?)\b|"
    r"\b(?:unites?|brings? together|(?<!se )r[ée]unit|(?<!se )regroupe)\b|"
    r"\b(?:est|sont) (?:une?\b|les?\b|la\b|l['’]|des\b|tout)|"
    r"\b(?:d[ée]signe(?:nt)?|signifie(?:nt)?|consiste(?:nt)?|s['’]entend)\b",
    re.IGNORECASE,
)
_SENTENCE_BREAK = re.compile(r"(?<=[?!.])\s+(?=\w)")
# Where a subject ends that names and conditions are added to: "A refugee, under the Convention,".
_SUBJECT_END = re.compile(r"[,;:(]")
_SUBJECT_CHARS = 200
# "The Executive Committee" for that of the Network, but not "the United Nations" for its Network.
_SHARE_OF_NAME = 2 / 3
_ADDED_TO_HEADING = re.compile(
    r"\([^)]*\)|\W*\b(?:an overview|at a glance|vue d['’]ensemble|en bref)\b", re.IGNORECASE
)


@lru_cache(maxsize=64)
def thing_to_define(question: str) -> str | None:
    """Return what `question` wants explained; None where it wants something else.

    Of several sentences, a greeting or the question before a follow-up say, the last one asks.
    """
    asked = _SENTENCE_BREAK.split(question.strip())[-1]
    found = _ASKS_BEFORE.search(asked) or _ASKS_AFTER.search(asked)
    return found["thing"] if found and question_words(found["thing"]) else None


def defines(sentence: str, language: Language, thing: str) -> bool:
    """Return whether `sentence` says of `thing`, under any of its names, what it is."""
    verb = _SAYS_WHAT.search(sentence)
    if verb is None or verb.start() > _SUBJECT_CHARS:
        return False
    subject = _SUBJECT_END.split(sentence[: verb.start()])[0]
    return _is_name(subject, language, thing)


def is_headed(passage: Passage, thing: str) -> bool:
    """Return whether `passage` stands under the name of `thing`, as heading or title."""
    heading = passage.headings[-1] if passage.headings else passage.title
    return _is_name(_ADDED_TO_HEADING.sub("", heading), passage.language, thing)


def _is_name(text: str, language: Language, thing: str) -> bool:
    """Return whether `text` is one of the names of `thing`, or most of one."""
    terms = frozenset(passage_terms(text, language))
    return any(
        terms <= name and len(terms) >= _SHARE_OF_NAME * len(name)
        for name in _names(thing, language)
    )


@lru_cache(maxsize=128)
def _names(thing: str, language: Language) -> tuple[frozenset[str], ...]:
    """Return the terms of each name that `thing` goes by in `language`."""
    named = dict.fromkeys((thing, *load_glossary().names_of(thing, language)))
    return tuple(frozenset(passage_terms(name, language)) for name in named)
