"""The prompt that has the generator complete a follow-up by what was said before it.

Its beginning is constant. The worked examples are about things that migbot knows nothing of, so
that what slips from them into a reply was not said and is found out.
"""

import re
from collections.abc import Sequence

from migbot.answer.generate.protocol import Message
from migbot.answer.worked_examples import prompt_beginning
from migbot.types import Turn

# What an answer says first tells what it speaks of, and each token takes its time to read.
_LONGEST_CHARS = 200
_MARKER = re.compile(r"\s*\[\d+\]")

_INSTRUCTIONS = (
    "Rewrite the last question of a conversation so that it can be understood without the "
    "conversation. Keep its language, its meaning and all its words, and put in what its pronouns "
    "and missing words stand for, in the words of the conversation. If it is complete by itself "
    "or on another subject, repeat it unchanged. "
    "Reply with the question only and never answer it."
)
_EXAMPLES = (
    (
        ("quand la bibliothèque de Valmorin a-t-elle ouvert ?",),
        "Elle a ouvert en 1907.",
        "et combien de manuscrits ?",
        "Combien de manuscrits possède la bibliothèque de Valmorin ?",
    ),
    (
        ("who conducts the Tolm choir?",),
        "Ruth Adler has conducted it since 1962.",
        "and before her",
        "Who conducted the Tolm choir before Ruth Adler?",
    ),
    (
        ("qui dirige la bibliothèque ?",),
        "Paul Ferrand dirige la bibliothèque depuis 2004.",
        "et jusqu'à quand ?",
        "Jusqu'à quand Paul Ferrand dirige-t-il la bibliothèque ?",
    ),
    (
        ("how many people judge the Harbour Prize?",),
        "Its jury has three members.",
        "which ones?",
        "Which are the three members of the jury of the Harbour Prize?",
    ),
    (
        ("que dit l'article 4 du règlement du pont ?",),
        "L’article 4 interdit le pont aux camions.",
        "et le 5 ?",
        "Que dit l'article 5 du règlement du pont ?",
    ),
    (
        ("what is the ODS?", "how many rooms does it have?"),
        "It has 12 rooms.",
        "who paid for the first one?",
        "Who paid for the first room of the ODS?",
    ),
    (
        ("quand le pont a-t-il été ouvert ?",),
        "Le pont a été ouvert le 4 mai 1991.",
        "et aux camions ?",
        "Quand le pont a-t-il été ouvert aux camions ?",
    ),
    (
        ("who owns the mill?",),
        "The county has owned the mill since 1991.",
        "what does a library card cost?",
        "What does a library card cost?",
    ),
)


def rewrite_prompt_beginning() -> tuple[Message, ...]:
    """Return the messages before the one with the conversation, the same for every question."""
    return prompt_beginning(
        _INSTRUCTIONS,
        ((_ask(asked, answer, question), reply) for asked, answer, question, reply in _EXAMPLES),
    )


def rewrite_prompt(question: str, before: Sequence[Turn]) -> tuple[Message, ...]:
    """Return the messages that ask for `question` as it would be put without the turns `before`.

    Of long turns only the beginning is read.
    """
    asked = [_shortened(turn.text) for turn in before if turn.role == "user"]
    answers = [_shortened(turn.text) for turn in before if turn.role == "assistant"]
    text = _ask(asked, " ".join(answers), question)
    return (*rewrite_prompt_beginning(), Message(role="user", text=text))


def _shortened(text: str) -> str:
    return _MARKER.sub("", text)[:_LONGEST_CHARS]


def _ask(asked: Sequence[str], answer: str, question: str) -> str:
    before = "\n".join(f"Question: {text}" for text in asked)
    return f"{before}\nAnswer: {answer}\nLast question: {question}"
