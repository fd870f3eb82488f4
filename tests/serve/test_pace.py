import asyncio
from contextlib import aclosing

import pytest
from scripted_assistant import ScriptedAssistant

from migbot.serve.desk import Desk, FullError
from migbot.serve.pace import ANSWERS, FIRST_GUESS_S, LEAST_S, MOST_S, Pace
from migbot.types import Question

QUESTION = Question(question_id="1", text="When was IOM founded?")


def pace_of(*seconds):
    pace = Pace()
    for one in seconds:
        pace.add(one)
    return pace


def test_a_full_line_is_over_when_all_inside_had_their_mean_time():
    assert pace_of(4, 8).come_back_s(100) == 600
    assert pace_of(2.5).come_back_s(5) == 13


def test_the_latest_answers_count_alone():
    assert pace_of(*[100] * ANSWERS, *[3] * ANSWERS).come_back_s(10) == 30


def test_before_the_first_answer_the_default_model_is_assumed():
    assert pace_of().come_back_s(100) == 100 * FIRST_GUESS_S


def test_nobody_is_to_come_back_at_once_or_never():
    assert pace_of(0.001).come_back_s(3) == LEAST_S
    assert pace_of(120).come_back_s(100) == MOST_S


def turned_away(desk, questions):
    """Return how one question more is refused, after that many were let in."""

    async def one_more():
        inside = [desk.ask(QUESTION, f"visitor {number}") for number in range(questions)]
        for events in inside:
            await anext(events)
        with pytest.raises(FullError) as full:
            await anext(desk.ask(QUESTION))
        for events in inside:
            await events.aclose()
        return full.value

    return asyncio.run(asyncio.wait_for(one_more(), 30))


def test_who_is_turned_away_is_told_when_the_line_will_be_over():
    desk = Desk(ScriptedAssistant(pause_s=0), places=3)
    full = turned_away(desk, 3)
    desk.close()

    assert full.retry_s == 3 * FIRST_GUESS_S
    assert str(full) == "3 questions are waiting already: try again in 18 s"


def test_one_question_is_not_told_as_several():
    desk = Desk(ScriptedAssistant(pause_s=0), places=1)
    full = turned_away(desk, 1)
    desk.close()

    assert str(full) == f"1 question is waiting already: try again in {LEAST_S} s"


def test_the_desk_learns_how_long_answers_take():
    desk = Desk(ScriptedAssistant(pause_s=0), places=3)

    async def answer():
        async with aclosing(desk.ask(QUESTION)) as events:
            async for _ in events:
                pass
        # The end of an answer is told before its time is counted.
        await desk.run(lambda: None)

    asyncio.run(asyncio.wait_for(answer(), 30))
    full = turned_away(desk, 3)
    desk.close()

    # Scripted answers take no time: far less than what is assumed before the first one.
    assert full.retry_s == LEAST_S
