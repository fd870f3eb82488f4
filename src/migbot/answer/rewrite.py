"""Understands a follow-up by what was said before it, for retrieval and for the model's question.

"Et son budget ?" finds nothing by itself; with the subject of the question before it, it does.
Joining the two questions takes no time and finds most passages. The generator makes one question
of them, and code decides whether that still asks what the visitor asked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from migbot.answer.claims import names
from migbot.answer.decline import small_talk
from migbot.answer.generate.protocol import Generator
from migbot.answer.glossary import load_glossary
from migbot.answer.rewrite_prompt import rewrite_prompt
from migbot.answer.wanted import while_wanted
from migbot.answer.words import held_terms, question_words
from migbot.documents.clean import clean_line
from migbot.errors import PromptTooLongError
from migbot.index.terms import fold, question_terms
from migbot.types import Hit, Turn

_OPENS_FOLLOW_UP = re.compile(
    r"^\s*(?:et|mais|alors|donc|and|but|or|so|what about|how about|also|aussi)\b", re.IGNORECASE
)
_FEW_TERMS = 4
_PRONOUN = (
    r"ils?(?! y a)|elles?|celui|celle|ceux|celles|ce dernier|its?|they|them|their|theirs|he|she|"
    r"his|her|him|ones?"
)
_POINTS_BACK = re.compile(
    rf"\b(?:{_PRONOUN}|lui|leurs?|son|sa|ses|ça|cela|this|that|these|those|then)\b", re.IGNORECASE
)
# What points back even where a question names something: not "compte-t-il" nor "that".
_POINTS_BACK_ALL_THE_SAME = re.compile(rf"(?<!-)\b(?:{_PRONOUN})\b", re.IGNORECASE)
# Whoever writes more says what it is about.
_LONGEST_CHARS = 200
_REPLY_TOKENS = 64
_NEW_WORDS = 1
_OWNER = re.compile(r"['’]s?$")
_FIGURE = re.compile(r"\d+")


def telling_turns(history: Sequence[Turn], *, turn_chars: int) -> tuple[Turn, ...]:
    """Return the turns that tell what a follow-up is about, of long ones the beginning.

    Courtesies tell nothing, nor do the replies to them: "thanks" leaves the subject as it was.
    """
    telling: list[Turn] = []
    is_courtesy = False
    for turn in history:
        if turn.role == "user":
            is_courtesy = small_talk(turn.text) is not None
        if not is_courtesy:
            telling.append(replace(turn, text=turn.text[:turn_chars]))
    return tuple(telling)


def standalone_question(question: str, history: Sequence[Turn]) -> str:
    """Return `question` with the subject of the visitor's question before it, where it needs one.

    A question that names its own subject is a new topic and comes back as it is. In a row of
    follow-ups the subject is that of the question that opened it.
    """
    if not _is_follow_up(question):
        return question
    asked = _asked_before(history, _is_follow_up)
    return " ".join((*(turn.text for turn in asked), question))


def completed_question(
    question: str,
    history: Sequence[Turn],
    hits: Sequence[Hit],
    generator: Generator,
    is_wanted: Callable[[], bool],
) -> str | None:
    """Return `question` as the generator completes it by `history`.

    `hits` were found for its standalone form. None where it seems complete, or where what the
    generator makes of it is another question.

    Raises:
        GeneratorError: the model failed.
        GivenUpError: `is_wanted` said no while the model was at work.
    """
    if not history or not _may_be_incomplete(question):
        return None
    before = (*_asked_before(history, _may_be_incomplete), *_answered_before(history))
    prompt = rewrite_prompt(question, before)
    try:
        pieces = generator.generate(prompt, max_tokens=_REPLY_TOKENS)
    except PromptTooLongError:
        return None
    said = "".join(piece.text for piece in while_wanted(pieces, is_wanted))
    completed = clean_line(said)
    return completed if _asks_the_same(completed, question, before, hits) else None


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


def _asked_before(history: Sequence[Turn], leans: Callable[[str], bool]) -> tuple[Turn, ...]:
    """Return the visitor's question that opened a row of those that `leans` tells, and the last.

    The last one narrows the subject; those between add little but words.
    """
    before: list[Turn] = []
    for turn in reversed(history):
        if turn.role == "user":
            before.insert(0, turn)
            if not leans(turn.text):
                break
    return (*before[:1], *(before[-1:] if len(before) > 1 else ()))


def _answered_before(history: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(turn for turn in history if turn.role == "assistant")[-1:]


def _asks_the_same(
    completed: str, question: str, before: Sequence[Turn], hits: Sequence[Hit]
) -> bool:
    """Return whether `completed` may be `question`, made whole by what was said `before`.

    It must be a question that was not asked yet and hold the names and figures of `question`, one
    of its other words if it has any, some word of the visitor's and something that was said
    before. Of an answer, which may quote a document that gives orders, it takes names, figures and
    official terms. Other words may be one at most, which the passages found hold: "meeting" for
    "the first one", but nothing made up.
    """
    texts = [turn.text for turn in before]
    if not completed.endswith("?") or fold(completed) in map(fold, texts):
        return False
    if not _are_in(_names_and_figures(question), completed):
        return False
    # Visitors write names without capitals.
    if not _are_in(_names_and_figures(completed), " ".join((*texts, question))):
        return False
    asked = set(question_terms(question))
    kept = set(question_terms(completed))
    of_visitor = asked.union(*(question_terms(turn.text) for turn in before if turn.role == "user"))
    named = (_named_in(turn.text) for turn in before if turn.role == "assistant")
    said = of_visitor.union(*(question_terms(name) for names_of in named for name in names_of))
    words = question_words(completed)
    new = [word for word in words if not word.is_held(said)]
    found = [held_terms(hit.passage.text, hit.passage.language) for hit in hits]
    return (
        len(new) <= _NEW_WORDS
        and (not asked or bool(asked & kept))
        and all(any(map(word.is_held, found)) for word in new)
        and any(word.is_held(of_visitor) for word in words)
        and not asked.issuperset(said & kept)
    )


def _named_in(text: str) -> Iterator[str]:
    """Yield the names, figures and official terms of `text`."""
    yield from names(text)
    yield from _FIGURE.findall(text)
    yield from (form for form, _ in load_glossary().found(text))


def _names_and_figures(text: str) -> frozenset[str]:
    """Return the names of `text`, but not the word that opens it, and its figures."""
    is_word = text[1:2].islower()
    opened = text[:1].lower() + text[1:] if is_word else text
    bare = (_OWNER.sub("", name) for name in names(opened))
    return frozenset((*bare, *_FIGURE.findall(text)))


def _are_in(words: Iterable[str], text: str) -> bool:
    folded = fold(text)
    return all(re.search(rf"(?<!\w){re.escape(fold(word))}(?!\w)", folded) for word in words)
