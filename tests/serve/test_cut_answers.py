"""A model that stops short: what was said stays, and the reader is told that more was to come."""

from dataclasses import replace

import pytest
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.answer.as_json import answer_to_json
from migbot.answer.assistant import Assistant
from migbot.answer.decline import caveats
from migbot.answer.generate.protocol import Piece
from migbot.cli.ask import answer_to_text
from migbot.documents.given import given_passage
from migbot.errors import GeneratorError
from migbot.index.fakes import HashEmbedder
from migbot.serve import render
from migbot.serve.chat_text import ChatText
from migbot.serve.conversation import Visit
from migbot.serve.shapes import CitedAnswer
from migbot.settings import load_settings
from migbot.types import Finished, Question

SAID = "The seat of the Network is in Geneva"


class LateModel:
    """Writes one sentence and a half, then runs out of time."""

    name = "late"

    def count_tokens(self, text):
        return len(text.split())

    def generate(self, _messages, **_options):
        for word in f"{SAID} [1]. It was set".split():
            yield Piece(text=f"{word} ")
        raise GeneratorError("the model took longer than 1 s: ask again")


@pytest.fixture(scope="module")
def answer():
    assistant = Assistant(
        index=None, embedder=HashEmbedder(), generator=LateModel(), settings=load_settings()
    )
    question = Question(
        question_id="q",
        text="Where is the seat of the Network?",
        passages=(given_passage(f"{SAID}. It was set up in 2018."),),
    )
    *_, end = assistant.answer(question)
    assert isinstance(end, Finished)
    return end.answer


def test_what_was_said_before_the_time_was_up_stays(answer):
    assert (answer.outcome, answer.is_cut) == ("answered", True)
    assert answer.text == f"{SAID} [1]."


def test_every_reader_is_told(answer):
    (told,) = caveats(answer)

    assert told in answer_to_text(answer)
    assert told in ChatText(DOCUMENTS).close(answer)
    assert answer_to_json(answer)["cut"] is True
    assert CitedAnswer.model_validate(answer_to_json(answer)).cut


@pytest.mark.parametrize(("language", "told"), [("en", "may not answer"), ("fr", "peut-être")])
def test_every_reader_is_told_that_an_answer_may_be_none(answer, language, told):
    unsure = replace(answer, is_cut=False, is_unsure=True, language=language)

    assert told in answer_to_text(unsure)
    assert told in ChatText(DOCUMENTS).close(unsure)
    assert answer_to_json(unsure)["unsure"] is True
    assert "cut" not in answer_to_json(unsure)


@pytest.mark.parametrize("is_cut", [True, False])
@pytest.mark.parametrize("text", ["When was IOM founded?", "Quand l’OIM a-t-elle été créée ?"])
def test_the_page_says_so_below_the_answer(text, is_cut):
    visit = Visit(language="en")
    exchange = visit.begin(text)
    for event in ScriptedAssistant(pause_s=0).answer(Question(question_id="1", text=text)):
        exchange = exchange.after(event)
    visit.update(replace(exchange, answer=replace(exchange.answer, is_cut=is_cut)))

    page = render.conversation_html(visit, DOCUMENTS)

    (told,) = caveats(replace(exchange.answer, is_cut=True))
    assert (told in page) == is_cut
    assert page.count('class="mb-sentence"') == 3


@pytest.mark.parametrize(
    ("language", "told"), [("en", "12 questions come before"), ("fr", "12 questions passent avant")]
)
def test_who_waits_is_told_the_place(language, told):
    visit = Visit(language=language)
    visit.update(replace(visit.begin("When?"), stage="waiting", ahead=12))

    assert told in render.status_text(visit)
