import asyncio
import threading
from contextlib import aclosing

import pytest
from scripted_assistant import ScriptedAssistant

from migbot.errors import BusyError
from migbot.serve.desk import Beat, Desk, StoppingError
from migbot.types import Finished, Question, Retrieved

QUESTION = Question(question_id="1", text="When was IOM founded?")


def test_a_question_during_the_warm_up_is_told_that_the_model_is_being_prepared():
    ready = threading.Event()
    desk = Desk(ScriptedAssistant(pause_s=0), places=3)
    desk.prepare(lambda: ready.wait(30) and None)

    async def ask() -> list[object]:
        seen: list[object] = []
        async with aclosing(desk.ask(QUESTION)) as events:
            async for event in events:
                seen.append(event)
                if isinstance(event, Beat):
                    ready.set()
        return seen

    first, beat, *others = asyncio.run(asyncio.wait_for(ask(), 30))
    desk.close()

    assert isinstance(first, Retrieved)
    assert beat == Beat(stage="preparing")
    assert isinstance(others[-1], Finished)


def test_a_question_behind_another_one_is_told_so_once_the_model_is_ready():
    desk = Desk(ScriptedAssistant(pause_s=0.05), places=3)
    desk.prepare(lambda: None)
    slow = Question(question_id="0", text="When was IOM founded, slow?")

    async def ask_behind() -> list[object]:
        async with aclosing(desk.ask(slow)) as earlier:
            await anext(earlier)
            await anext(earlier)
            async with aclosing(desk.ask(QUESTION)) as events:
                return [await anext(events) for _ in range(2)]

    _, beat = asyncio.run(asyncio.wait_for(ask_behind(), 30))
    desk.close()

    assert beat == Beat(stage="waiting", ahead=1)


def test_one_question_more_than_there_are_places_is_turned_away():
    desk = Desk(ScriptedAssistant(pause_s=0), places=1)

    async def ask_twice() -> None:
        async with aclosing(desk.ask(QUESTION)) as first, aclosing(desk.ask(QUESTION)) as second:
            await anext(first)
            await anext(second)

    with pytest.raises(BusyError, match="try again"):
        asyncio.run(asyncio.wait_for(ask_twice(), 30))
    desk.close()


def test_questions_inside_and_at_the_door_are_told_that_the_server_is_being_stopped():
    desk = Desk(ScriptedAssistant(pause_s=0.1), places=3)
    slow = Question(question_id="0", text="When was IOM founded, slow?")

    async def stop_while_asking() -> None:
        async with aclosing(desk.ask(slow)) as events:
            await anext(events)
            await anext(events)
            desk.close()
            with pytest.raises(BusyError, match="stopped"):
                async for _ in events:
                    pass
        with pytest.raises(BusyError, match="stopped"):
            await anext(desk.ask(QUESTION))

    asyncio.run(asyncio.wait_for(stop_while_asking(), 30))
    assert desk.inside == 0


def test_a_visitor_may_leave_a_desk_that_is_closed():
    desk = Desk(ScriptedAssistant(pause_s=0), places=3)

    async def leave_after_the_end() -> None:
        async with aclosing(desk.ask(QUESTION)) as events:
            await anext(events)
            desk.close()

    asyncio.run(asyncio.wait_for(leave_after_the_end(), 30))
    assert desk.inside == 0


def test_work_beside_answers_waits_for_those_before_it():
    assistant = ScriptedAssistant(pause_s=0.05)
    desk = Desk(assistant, places=3)

    async def ask_then_work() -> int:
        async with aclosing(desk.ask(QUESTION)) as events:
            await anext(events)
            await anext(events)
            work = asyncio.ensure_future(desk.run(lambda: assistant.at_work))
            async for _ in events:
                pass
            return await work

    assert asyncio.run(asyncio.wait_for(ask_then_work(), 30)) == 0
    desk.close()


def test_sources_of_several_visitors_are_looked_for_at_once():
    meeting = threading.Barrier(3, timeout=20)

    class Meeting(ScriptedAssistant):
        def answer(self, question):
            meeting.wait()
            yield from super().answer(question)

    desk = Desk(Meeting(pause_s=0), places=5)

    async def first_of(number):
        question = Question(question_id=str(number), text="When was IOM founded?")
        async with aclosing(desk.ask(question, f"visitor {number}")) as events:
            return await anext(events)

    async def all_of_them():
        return await asyncio.gather(*(first_of(number) for number in range(3)))

    found = asyncio.run(asyncio.wait_for(all_of_them(), 30))
    desk.close()
    assert all(isinstance(one, Retrieved) for one in found)


def test_who_leaves_while_sources_are_looked_for_is_let_go_when_they_are_found():
    looking, found = threading.Event(), threading.Event()
    ends, ended = [], threading.Event()

    class Slow(ScriptedAssistant):
        def answer(self, question):
            try:
                looking.set()
                found.wait(20)
                yield from super().answer(question)
            finally:
                ends.append(question.text)
                ended.set()

    desk = Desk(Slow(pause_s=0), places=5)

    async def leave():
        asked = asyncio.ensure_future(anext(desk.ask(Question(question_id="q", text="When?"))))
        await asyncio.to_thread(looking.wait, 20)
        asked.cancel()
        await asyncio.wait([asked])
        await asyncio.sleep(0.1)
        was_ended = list(ends)
        found.set()
        await asyncio.to_thread(ended.wait, 20)
        return was_ended

    assert asyncio.run(asyncio.wait_for(leave(), 40)) == []
    desk.close()
    assert ends == ["When?"]


def test_a_desk_that_takes_no_more_ends_what_is_written_and_refuses_the_rest():
    desk = Desk(ScriptedAssistant(pause_s=0.02), places=5)
    slow = Question(question_id="0", text="When was IOM founded, slow?")

    async def stop_taking():
        async with aclosing(desk.ask(slow)) as first, aclosing(desk.ask(QUESTION)) as second:
            await anext(first)
            await anext(first)
            await anext(second)
            desk.take_no_more()
            assert desk.is_writing
            with pytest.raises(StoppingError):
                async for _ in second:
                    pass
            with pytest.raises(StoppingError):
                await anext(desk.ask(QUESTION))
            return [event async for event in first if not isinstance(event, Beat)]

    events = asyncio.run(asyncio.wait_for(stop_taking(), 30))
    desk.close()

    assert isinstance(events[-1], Finished)
    assert not desk.is_writing
