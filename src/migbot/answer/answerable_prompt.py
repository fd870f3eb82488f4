"""The prompt that asks the generator whether extracts answer a question; its beginning is constant.

It is asked about passages that a question brings: there the reply ranks questions better than the
probability of NONE (AUROC 0.78 and 0.72 on 1,093 questions of NoMIRACL, SQuAD 2.0 and PIAF), and
both together better than either. Among the passages of the index it adds nothing.
"""

from collections.abc import Sequence

from migbot.answer.generate.protocol import Message
from migbot.answer.prompt import BRIDGE, CHOIR, LIBRARY, PRIZE, with_numbers
from migbot.answer.worked_examples import prompt_beginning

_INSTRUCTIONS = (
    "You judge strictly whether extracts answer a question. Reply yes only if the very thing that "
    "is asked stands in an extract; reply no if the extracts are only about the same subject, or "
    "about another person, place, body, date or measure than the one asked about."
)
_EXAMPLES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (LIBRARY, "combien de manuscrits a la bibliotheque ?", "yes"),
    (LIBRARY, "quel est le salaire du directeur ?", "no"),
    (PRIZE, "Who sits on the jury of the prize, and how often is it given?", "yes"),
    (CHOIR, "How much does a concert ticket cost?", "no"),
    (BRIDGE, "est-ce que les camions peuvent passer, et quand le pont a-t-il ouvert ?", "yes"),
    (
        ("La chorale a été fondée en 1962 par Ruth Adler.", "La chorale répète le lundi."),
        "who founded the choir?",
        "yes",
    ),
    (
        ("The Harbour Prize is awarded every two years in Elmsford.",),
        "Who won the Harbour Prize last year?",
        "no",
    ),
)


def answerable_prompt(question: str, extracts: Sequence[str]) -> tuple[Message, ...]:
    """Return the messages that ask, for a reply of yes or no, whether `extracts` answer."""
    beginning = prompt_beginning(
        _INSTRUCTIONS, ((_ask(texts, asked), reply) for texts, asked, reply in _EXAMPLES)
    )
    return (*beginning, Message(role="user", text=_ask(extracts, question)))


def _ask(extracts: Sequence[str], question: str) -> str:
    asked = f"Question: {question}\nDo the extracts answer the question? Reply yes or no."
    return f"{with_numbers(extracts)}\n\n{asked}"
