"""Understands a follow-up by what was said before it, for retrieval and for the model's question.

"Et son budget ?" finds nothing by itself; with the subject of the question before it, it does.
"""

import re
from collections.abc import Sequence

from migbot.answer.claims import names
from migbot.index.terms import question_terms
from migbot.types import Turn

_OPENS_FOLLOW_UP = re.compile(
    r"^\s*(?:et|mais|ou|alors|donc|and|but|or|so|what about|how about|also|aussi)\b", re.IGNORECASE
)
_POINTS_BACK = re.compile(
    r"\b(?:ils?|elles?|lui|leurs?|son|sa|ses|celui|celle|ceux|celles|ça|cela|y|en|ce dernier|"
    r"its?|they|them|their|theirs|he|she|his|her|him|this|that|these|those|one|there)\b",
    re.IGNORECASE,
)
_FEW_TERMS = 4


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` with the subject of the visitor's question before it, where it needs one.

    A question that names its own subject is a new topic and comes back as it is.
    """
    before = _last_question(history)
    if before is None or not _is_follow_up(question):
        return question
    return f"{before} {question}"


def _last_question(history: Sequence[Turn]) -> str | None:
    """Return the visitor's last question, with the one before where it was a follow-up itself."""
    asked = [turn.text for turn in history if turn.role == "user"]
    if not asked:
        return None
    if len(asked) > 1 and _is_follow_up(asked[-1]):
        return f"{asked[-2]} {asked[-1]}"
    return asked[-1]


def _is_follow_up(question: str) -> bool:
    few = len(question_terms(question)) <= _FEW_TERMS
    if _OPENS_FOLLOW_UP.match(question) or _POINTS_BACK.search(question):
        return few or not names(question)
    return not question_terms(question)
