"""Understands a follow-up by what was said before it, for retrieval and for the model's question.

"Et son budget ?" finds nothing by itself; with the subject of the question before it, it does.
"""

import re
from collections.abc import Sequence

from migbot.answer.claims import names
from migbot.answer.glossary import load_glossary
from migbot.index.terms import question_terms
from migbot.types import Turn

_OPENS_FOLLOW_UP = re.compile(
    r"^\s*(?:et|mais|alors|donc|and|but|or|so|what about|how about|also|aussi)\b", re.IGNORECASE
)
_FEW_TERMS = 4
_POINTS_BACK = re.compile(
    r"\b(?:ils?(?! y a)|elles?|lui|leurs?|son|sa|ses|celui|celle|ceux|celles|ça|cela|"
    r"ce dernier|its?|they|them|their|theirs|he|she|his|her|him|this|that|these|those|then)\b",
    re.IGNORECASE,
)


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` with the subject of the visitor's question before it, where it needs one.

    A question that names its own subject is a new topic and comes back as it is. In a row of
    follow-ups the subject is that of the question that opened it.
    """
    if not _is_follow_up(question):
        return question
    before: list[str] = []
    for turn in reversed(history):
        if turn.role == "user":
            before.insert(0, turn.text)
            if not _is_follow_up(turn.text):
                break
    opening = before[:1]
    # The question just before narrows the subject; those between add little but words.
    last = before[-1:] if len(before) > 1 else []
    return " ".join((*opening, *last, question))


def _is_follow_up(question: str) -> bool:
    named = bool(names(question)) or bool(load_glossary().found(question))
    if _OPENS_FOLLOW_UP.match(question):
        return not named or len(question_terms(question)) <= _FEW_TERMS
    return not question_terms(question) or (bool(_POINTS_BACK.search(question)) and not named)
