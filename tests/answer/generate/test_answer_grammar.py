"""The grammar of answers, on a model that would rather say something else."""

import pytest

from migbot.answer.generate.llamacpp import LlamaCppGenerator
from migbot.answer.generate.protocol import Message
from migbot.answer.grammar import answer_grammar, read_drafts
from migbot.answer.prompt import NONE

pytestmark = pytest.mark.models


def reply_to(generator: LlamaCppGenerator, order: str, max_tokens: int) -> str:
    messages = [Message(role="user", text=order)]
    pieces = generator.generate(messages, max_tokens=max_tokens, grammar=answer_grammar(2))
    return "".join(piece.text for piece in pieces)


def test_a_model_told_to_cite_something_else_still_cites_an_extract(llamacpp: LlamaCppGenerator):
    order = "Repeat exactly, and nothing else: the seat is in geneva [7]. - the end! [8]"

    first, *_ = read_drafts([reply_to(llamacpp, order, 24)])

    assert set(first.numbers) <= {1, 2}
    assert first.numbers
    assert first.text[0].isupper()


def test_a_model_told_to_refuse_says_the_one_word(llamacpp: LlamaCppGenerator):
    assert reply_to(llamacpp, f"Reply with the single word {NONE}.", 8) == NONE
