"""Understands a follow-up by what was said before it, for retrieval and for the model's question.

"Et son budget ?" finds nothing by itself; with the subject of the question before it, it does.
Joining the two questions takes no time and finds most passages. The generator makes one question
of them, and code decides whether that still asks what the visitor asked.
"""

import re
from collections.abc import Callable, Sequence

from migbot.answer.claims import names
from migbot.answer.generate.protocol import Generator
from migbot.answer.glossary import load_glossary
from migbot.answer.rewrite_prompt import example_terms, rewrite_prompt
from migbot.answer.wanted import while_wanted
from migbot.answer.words import question_words
from migbot.documents.clean import clean_text
from migbot.errors import PromptTooLongError
from migbot.index.terms import fold, question_terms
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
# Of these, what points back even where a question names something: not "compte-t-il" nor "that".
_POINTS_BACK_ALL_THE_SAME = re.compile(
    r"(?<!-)\b(?:ils?(?! y a)|elles?|celui|celle|ceux|celles|ce dernier|its?|they|them|their|"
    r"theirs|he|she|his|her|him|one)\b",
    re.IGNORECASE,
)
# Whoever writes more says what it is about.
_LONGEST_CHARS = 200
_REPLY_TOKENS = 64
_OWNER = re.compile(r"['’]s?$")
_FIGURE = re.compile(r"\d+")
# "When was the first meeting?" for "when was the first one?".
_NEW_WORDS = 1


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` with the subject of the visitor's question before it, where it needs one.

    A question that names its own subject is a new topic and comes back as it is. In a row of
    follow-ups the subject is that of the question that opened it.
    """
    if not _is_follow_up(question):
        return question
    return " ".join((*(turn.text for turn in _asked_before(history)), question))


def completed_question(
    question: str, history: Sequence[Turn], generator: Generator, is_wanted: Callable[[], bool]
) -> str | None:
    """Return `question` as the generator completes it by `history`.

    None where it seems complete, or where what the generator makes of it is another question.

    Raises:
        GeneratorError: the model failed.
        GivenUpError: `is_wanted` said no while the model was at work.
    """
    if not history or not _may_be_incomplete(question):
        return None
    before = (*_asked_before(history), *_answered_before(history))
    prompt = rewrite_prompt(question, before)
    try:
        pieces = generator.generate(prompt, max_tokens=_REPLY_TOKENS)
    except PromptTooLongError:
        return None
    said = "".join(piece.text for piece in while_wanted(pieces, is_wanted))
    completed = " ".join(clean_text(said).split())
    return completed if _asks_the_same(completed, question, before) else None


def _is_follow_up(question: str) -> bool:
    named = _is_named(question)
    if _OPENS_FOLLOW_UP.match(question):
        return not named or len(question_terms(question)) <= _FEW_TERMS
    return not question_terms(question) or (bool(_POINTS_BACK.search(question)) and not named)


def _is_named(question: str) -> bool:
    return bool(names(question)) or bool(load_glossary().found(question))


def _may_be_incomplete(question: str) -> bool:
    if len(question) > _LONGEST_CHARS:
        return False
    points_back = _OPENS_FOLLOW_UP.match(question) or _POINTS_BACK_ALL_THE_SAME.search(question)
    return bool(points_back) or not _is_named(question)


def _asked_before(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the visitor's question that opened a row of follow-ups, and the last one.

    The last one narrows the subject; those between add little but words.
    """
    before: list[Turn] = []
    for turn in reversed(history):
        if turn.role == "user":
            before.insert(0, turn)
            if not _is_follow_up(turn.text):
                break
    return (*before[:1], *(before[-1:] if len(before) > 1 else ()))


def _answered_before(history: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(turn for turn in history if turn.role == "assistant")[-1:]


def _asks_the_same(completed: str, question: str, before: Sequence[Turn]) -> bool:
    """Return whether `completed` may be `question`, made whole by what was said `before`.

    It must be a question that was not asked yet, hold the names and figures of `question` and
    something that the visitor said, for an answer may quote a document that gives orders. It must
    add what was said before, and of other words one at most, which is no name.
    """
    texts = [turn.text for turn in before]
    if not completed.endswith("?") or fold(completed) in map(fold, texts):
        return False
    named = _names_and_figures(completed)
    if (
        not _names_and_figures(question)
        <= named
        <= _names_and_figures(" ".join((*texts, question)))
    ):
        return False
    asked = set(question_terms(question))
    of_visitor = asked.union(*(question_terms(turn.text) for turn in before if turn.role == "user"))
    said = of_visitor.union(*map(question_terms, texts))
    words = question_words(completed)
    new = [word for word in words if not word.is_held(said)]
    return (
        any(word.is_held(of_visitor) for word in words)
        and not asked.issuperset(said.intersection(question_terms(completed)))
        and len(new) <= _NEW_WORDS
        and not any(word.is_held(example_terms()) for word in new)
    )


def _names_and_figures(text: str) -> frozenset[str]:
    """Return the names of `text`, but not the word that opens it, and its figures."""
    is_word = text[1:2].islower()
    opened = text[:1].lower() + text[1:] if is_word else text
    bare = (fold(_OWNER.sub("", name)) for name in names(opened))
    return frozenset((*bare, *_FIGURE.findall(text)))
