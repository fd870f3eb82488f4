"""The prompt, constant first so that it is read once and stays in the model's cache.

The worked examples are about things that migbot knows nothing of, so that their names and numbers
cannot pass for facts: the check of each sentence finds them in no passage.
"""

from collections.abc import Sequence

from migbot.answer.evidence import Extract
from migbot.answer.generate.protocol import Message
from migbot.answer.worked_examples import prompt_beginning
from migbot.types import Language

NONE = "NONE"

_INSTRUCTIONS = (
    "You answer questions strictly from the numbered extracts. Write one or two complete "
    "sentences in the language of the question, name the subject in each, and end every sentence "
    "with the number of the extract that states it, such as [1]. Keep names, numbers and dates "
    "exactly as the extracts give them. If a question rests on a mistake, state what the extracts "
    f"say instead. If no extract answers the question, reply with the single word {NONE}."
)
_LANGUAGE_NAMES: dict[Language, str] = {"fr": "French", "en": "English"}

# The extracts of the worked examples.
LIBRARY = (
    "La Bibliothèque de Valmorin possède 412 manuscrits. Elle a ouvert ses portes en 1907.",
    "Le directeur de la bibliothèque, Paul Ferrand, est nommé par la mairie.",
)
PRIZE = (
    "Le jury du prix compte trois membres : Anna Petri, Marc Olsen et Luz Ibarra.",
    "The Harbour Prize is awarded every two years in Elmsford.",
)
CHOIR = (
    "The choir was founded in 1962 by Ruth Adler. It has 54 singers.",
    "The choir rehearses on Mondays.",
)
BRIDGE = (
    "The bridge is not open to lorries. It was opened in Tolm on 4 May 1991.",
    "The bridge is run by the county.",
)
_EXAMPLES: tuple[tuple[tuple[str, ...], str, Language, str], ...] = (
    (
        LIBRARY,
        "combien de manuscrits a la bibliotheque ?",
        "fr",
        "La Bibliothèque de Valmorin possède 412 manuscrits [1].",
    ),
    (LIBRARY, "quel est le salaire du directeur ?", "fr", NONE),
    (
        PRIZE,
        "Who sits on the jury of the prize, and how often is it given?",
        "en",
        (
            "The members of the jury are Anna Petri, Marc Olsen and Luz Ibarra [1]. "
            "The Harbour Prize is awarded every two years [2]."
        ),
    ),
    (
        CHOIR,
        "Why did Oskar Lind found the choir?",
        "en",
        "The choir was founded by Ruth Adler in 1962, not by Oskar Lind [1].",
    ),
    (CHOIR, "How much does a concert ticket cost?", "en", NONE),
    (
        BRIDGE,
        "est-ce que les camions peuvent passer, et quand le pont a-t-il ouvert ?",
        "fr",
        "Le pont n’est pas ouvert aux camions [1]. Le pont a ouvert à Tolm le 4 mai 1991 [1].",
    ),
)


def constant_messages() -> tuple[Message, ...]:
    """Return the beginning that all prompts share: instructions and worked examples."""
    return prompt_beginning(
        _INSTRUCTIONS,
        (
            (_ask(extracts, question, language), reply)
            for extracts, question, language, reply in _EXAMPLES
        ),
    )


def build_prompt(
    question: str, extracts: Sequence[Extract], language: Language
) -> tuple[Message, ...]:
    """Return the messages that ask for an answer to `question` from `extracts`."""
    texts = [extract.text for extract in extracts]
    return (*constant_messages(), Message(role="user", text=_ask(texts, question, language)))


def with_numbers(extracts: Sequence[str]) -> str:
    """Return the extracts one below the other, each after its number in brackets."""
    return "\n".join(f"[{number}] {text}" for number, text in enumerate(extracts, 1))


def _ask(extracts: Sequence[str], question: str, language: Language) -> str:
    asked = f"Question: {question}\nAnswer in {_LANGUAGE_NAMES[language]}."
    return f"{with_numbers(extracts)}\n\n{asked}"
