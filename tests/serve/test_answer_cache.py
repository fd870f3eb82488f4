import asyncio
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, MAIN, ScriptedAssistant, passage

from migbot.serve.answer_cache import AnswerCache
from migbot.serve.desk import Desk
from migbot.settings import load_settings
from migbot.types import Finished, Question, Turn

QUESTION = Question(question_id="1", text="When was IOM founded?")


class Building:
    """An index whose id the test changes."""

    def __init__(self):
        self.id = "first"

    def __call__(self):
        return self.id


def desk_of(assistant, build_id, **options):
    return Desk(assistant, places=3, answers=AnswerCache(build_id, **options))


def asked(desk, *questions):
    """Return the last event of each answer, asked one after the other."""

    async def ask_all():
        ends = []
        for question in questions:
            async with aclosing(desk.ask(question)) as events:
                ends += [event async for event in events if isinstance(event, Finished)]
        return ends

    return asyncio.run(asyncio.wait_for(ask_all(), 30))


def test_the_same_question_is_answered_again_without_the_assistant():
    assistant = ScriptedAssistant(pause_s=0)
    desk = desk_of(assistant, Building())
    spaced = replace(QUESTION, question_id="2", text=" When  was IOM\nfounded? ")

    first, second = asked(desk, QUESTION, spaced)
    desk.close()

    assert len(assistant.heard) == desk.answered_again == 1
    assert (first.trace.is_cached, second.trace.is_cached) == (False, True)
    assert second.answer.question_id == "2"
    assert second.answer.text == first.answer.text


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, text="When was IOM founded, and where?"),
        replace(QUESTION, language="fr"),
        replace(QUESTION, history=(Turn(role="user", text="What is IOM?"),)),
        replace(QUESTION, passages=(passage(MAIN["en"]),)),
    ],
)
def test_another_question_is_asked(other):
    assistant = ScriptedAssistant(pause_s=0)
    desk = desk_of(assistant, Building())

    asked(desk, QUESTION, other, other)
    desk.close()

    # The other one is kept only where its answer depends on nothing that it brings.
    brings = bool(other.history or other.passages)
    assert len(assistant.heard) == 2 + brings


@pytest.mark.parametrize("text", ["please fail", "please crash"])
def test_a_failure_is_not_kept(text):
    assistant = ScriptedAssistant(pause_s=0)
    desk = desk_of(assistant, Building())

    for _ in range(2):
        try:
            asked(desk, replace(QUESTION, text=text))
        except RuntimeError:
            continue
    desk.close()

    assert len(assistant.heard) == 2


def test_another_index_answers_anew():
    assistant, building = ScriptedAssistant(pause_s=0), Building()
    desk = desk_of(assistant, building)

    asked(desk, QUESTION)
    building.id = "second"
    asked(desk, QUESTION)
    desk.close()

    assert len(assistant.heard) == 2


def test_what_was_asked_while_the_index_changed_is_not_kept():
    assistant, building = ScriptedAssistant(pause_s=0), Building()
    desk = desk_of(assistant, building)
    real_answer = assistant.answer

    def changing(question):
        events = real_answer(question)
        building.id = "second"
        return events

    assistant.answer = changing
    asked(desk, QUESTION)
    asked(desk, QUESTION, QUESTION)
    desk.close()

    assert len(assistant.heard) == 2


def test_nothing_is_kept_where_no_index_is_known():
    assistant = ScriptedAssistant(pause_s=0)
    desk = desk_of(assistant, lambda: None)

    asked(desk, QUESTION, QUESTION)
    desk.close()

    assert len(assistant.heard) == 2


def test_the_answer_that_was_not_asked_for_the_longest_time_is_forgotten():
    assistant = ScriptedAssistant(pause_s=0)
    desk = desk_of(assistant, Building(), answers=2)
    first, second, third = (replace(QUESTION, text=f"Question {n}?") for n in range(3))

    asked(desk, first, second, first, third, first, second)
    desk.close()

    heard = [question.text for question in assistant.heard]
    assert heard == ["Question 0?", "Question 1?", "Question 2?", "Question 1?"]


def test_programs_and_staff_see_that_an_answer_is_an_earlier_one(tmp_path):
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)
    assistant = ScriptedAssistant(pause_s=0)
    with (
        live_page(assistant, settings, DOCUMENTS, build_id=lambda: "first") as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        fields = {"question": QUESTION.text}
        first, again = (client.post("/api/v1/ask", json=fields).json() for _ in range(2))
        visitor = Visitor(url=url, session="staff1", language="en")
        visitor.arrive()
        visitor.act("mb-staff-switch")
        visitor.ask(QUESTION.text)
        visitor.client.close()

    assert "cached" not in first
    assert again["cached"] is True
    assert again["sentences"] == first["sentences"]
    assert "repeated" in visitor.page["mb-conversation"]
    assert len(assistant.heard) == 1
