"""The gate on purpose-made failures: the same questions to migbot made worse."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from eval.answering import AnswerStore, ask_all
from eval.floors import check_floors, read_floors
from eval.parts import Parts
from eval.suites import answer_result, cases_of
from migbot.answer.assistant import Assistant
from migbot.answer.check import support_from
from migbot.answer.evidence import select_evidence
from migbot.answer.generate import make_generator
from migbot.answer.grammar import answer_grammar, read_drafts
from migbot.answer.prompt import build_prompt
from migbot.answer.reply import Reply
from migbot.answer.retrieve import Retriever
from migbot.documents.language import detect_language
from migbot.settings import load_settings

pytestmark = pytest.mark.models
QUESTIONS = 5


@pytest.fixture(scope="module")
def parts():
    return Parts(load_settings())


@pytest.fixture(scope="module")
def generator(parts):
    return make_generator(parts.settings)


class WithoutChecks:
    """Shows whatever the model writes, under the citation that the model gives it."""

    def __init__(self, parts, generator):
        self.assistant = self
        self._generator = generator
        self._retriever = Retriever(parts.index, parts.embedder)

    def answer(self, question):
        language = detect_language(question.text)
        reply = Reply(question, question.text, language, lambda: 0.0)
        reply.found(self._retriever.search(question.text, language=language, top_k=5))
        extracts = select_evidence(
            question.text,
            reply.hits,
            language=language,
            count_tokens=self._generator.count_tokens,
            max_tokens=300,
        )
        # A reply of NONE is the only other that the grammar allows.
        units = answer_grammar(len(extracts)).replace('root ::= "NONE" | ', "root ::= ")
        pieces = self._generator.generate(
            build_prompt(question.text, extracts, language), max_tokens=120, grammar=units
        )
        for draft in read_drafts(piece.text for piece in pieces):
            extract = extracts[draft.numbers[0] - 1]
            whole = support_from(extract.passage, (0, len(extract.passage.text)))
            yield reply.state(draft.text, (whole,))
        yield reply.finish()


def with_wrong_passages(parts, generator):
    """Return the real assistant on an index whose vectors and words point to other passages."""
    passages = parts.index.passages
    # Not by a half: the French twins of the English passages stand there.
    by = len(passages) // 3
    index = replace(parts.index, passages=(*passages[by:], *passages[:by]))
    return SimpleNamespace(
        assistant=Assistant(
            index=index, embedder=parts.embedder, generator=generator, settings=parts.settings
        )
    )


def outcomes(measured, parts, folder):
    """Return the floors that the answers to a small sample break, by metric."""
    cases = cases_of("dev", data=None, limit=QUESTIONS)
    replies = ask_all(cases, measured, AnswerStore(folder), lambda: None)
    assert all(reply.error is None for reply in replies.values())
    result = answer_result("dev", cases, replies, parts.judge)
    floors = [floor for floor in read_floors() if floor.suite == "dev"]
    return {
        outcome.floor.metric
        for outcome in check_floors(floors, (result,))
        if not outcome.holds and outcome.value is not None
    }


def test_without_its_checks_migbot_fails_the_gate(parts, generator, tmp_path):
    broken = outcomes(WithoutChecks(parts, generator), parts, tmp_path)

    assert {"refused", "confidently_wrong"} <= broken


def test_with_wrong_passages_migbot_fails_the_gate(parts, generator, tmp_path):
    assert "right" in outcomes(with_wrong_passages(parts, generator), parts, tmp_path)
