"""A model that stops short: what was said stays, and the reader is told that more was to come."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import replace
from itertools import islice

import pytest
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.answer.as_json import answer_to_json
from migbot.answer.assistant import Assistant
from migbot.answer.decline import caveats
from migbot.answer.generate.protocol import Piece
from migbot.cli.ask import answer_to_text
from migbot.documents.given import given_passage
from migbot.errors import GeneratorError, GivenUpError
from migbot.index.fakes import HashEmbedder
from migbot.serve import render
from migbot.serve.asking import ask
from migbot.serve.chat_text import ChatText
from migbot.serve.conversation import Visit
from migbot.serve.desk import Desk
from migbot.serve.export import as_text
from migbot.serve.rate import Rate
from migbot.serve.shapes import CitedAnswer
from migbot.serve.strings import STRINGS
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
    ("changed", "told"),
    [
        ({"is_cut": True}, "The answer is incomplete. Cited sources: 3."),
        ({"is_unsure": True}, "This may not answer exactly what you asked. Cited sources: 3."),
        ({"is_cut": True, "is_unsure": True}, "The answer is incomplete. Cited sources: 3."),
        ({}, "Answer complete. Cited sources: 3."),
    ],
)
def test_the_status_line_says_what_an_answer_is(changed, told):
    visit = visit_after(4)
    answer = replace(visit.latest.answer, **changed)
    visit.exchanges[1] = replace(visit.latest, answer=answer)

    assert render.status_text(visit) == told


def visit_after(events, language="en"):
    """A visit in which that many events of an answer have arrived."""
    visit = Visit(language=language)
    exchange = visit.begin("When was IOM founded?")
    asked = Question(question_id="1", text=exchange.question)
    for event in islice(ScriptedAssistant(pause_s=0).answer(asked), events + 1):
        exchange = exchange.after(event)
    visit.update(exchange)
    return visit


def test_a_failure_in_the_middle_leaves_the_sentences_that_were_shown():
    visit = visit_after(2)
    visit.halt("broken")

    page = render.conversation_html(visit, DOCUMENTS)

    assert page.count('class="mb-sentence"') == 2
    assert page.index("mb-sentence") < page.index("mb-failed")
    assert render.status_text(visit) == "The answer is incomplete. Cited sources: 2."


def test_a_failure_before_the_first_sentence_is_told_alone():
    visit = visit_after(0)
    visit.halt("broken")

    page = render.conversation_html(visit, DOCUMENTS)

    assert "mb-failed" in page
    assert "mb-text" not in page
    assert render.status_text(visit) == STRINGS["en"].failed_heading


class EndlessAssistant(ScriptedAssistant):
    """Goes on until it is not wanted, and then fails as the real one does."""

    def answer(self, question):
        first, *sentences, _ = super().answer(question)
        yield first
        yield from sentences[:2]
        while question.is_wanted():
            time.sleep(0.01)
        raise GivenUpError("nobody waits for this answer any more")


@pytest.mark.parametrize(("language", "told"), [("en", "is being stopped"), ("fr", "s’arrête")])
def test_a_server_that_stops_leaves_what_was_read_and_says_so(language, told, caplog):
    visit = Visit(language=language)

    async def ask_and_stop():
        desk = Desk(EndlessAssistant(pause_s=0), places=3)
        parts = (desk, load_settings(), "When was IOM founded?", visit)
        async with aclosing(ask(*parts, visitor="v", rate=Rate(0))) as changes:
            async for _ in changes:
                if len(visit.latest.sentences) == 2:
                    desk.close()

    asyncio.run(asyncio.wait_for(ask_and_stop(), 30))

    page = render.conversation_html(visit, DOCUMENTS)
    assert page.count('class="mb-sentence"') == 2
    assert told in page
    assert told in render.status_text(visit)
    assert told in as_text(visit.latest, STRINGS[language], DOCUMENTS)
    assert visit.notice == ""
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("language", "told"), [("en", "12 questions come before"), ("fr", "12 questions passent avant")]
)
def test_who_waits_is_told_the_place(language, told):
    visit = Visit(language=language)
    visit.update(replace(visit.begin("When?"), stage="waiting", ahead=12))

    assert told in render.status_text(visit)
