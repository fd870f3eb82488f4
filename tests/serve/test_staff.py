import asyncio
from dataclasses import replace

import pytest
from scripted_assistant import DOCUMENTS, ScriptedAssistant, checker, hits
from test_render import HOSTILE, Inventory

from migbot.answer.support import Grade
from migbot.serve import render, staff
from migbot.serve.claims import GradedPassage, grade_claim, nearest_words, verdict_of
from migbot.serve.conversation import Visit
from migbot.serve.desk import Beat, Desk
from migbot.serve.rate import Rate
from migbot.serve.strings import ENGLISH
from migbot.settings import load_settings
from migbot.types import Question


def visit_of(*, is_staff: bool) -> Visit:
    visit = Visit(language="en", is_staff=is_staff)
    exchange = visit.begin("When was IOM founded?")
    asked = Question(question_id="1", text=exchange.question)
    for event in ScriptedAssistant(pause_s=0).answer(asked):
        exchange = exchange.after(event)
    visit.update(exchange)
    return visit


def test_staff_see_how_an_answer_came_about():
    text = Inventory(render.conversation_html(visit_of(is_staff=True), DOCUMENTS)).text

    assert "Question as searchedWhen was IOM founded?" in text
    assert "en/the-history-of-iom.md#0-" in text
    assert "[1] After the Second World War" in text
    assert "dropped: 175 <b>years</b>. (number 175)" in text
    assert "coverage0.75" in text
    assert "prompt_tokens700" in text


def test_visitors_do_not():
    assert "mb-trace" not in render.conversation_html(visit_of(is_staff=False), DOCUMENTS)


def graded(verdict: str, quote: str = "words") -> GradedPassage:
    grade = Grade(support=0.5, verdict=verdict, reasons=("number 38 is not in the passage",))
    return GradedPassage(hit=hits("en")[0], grade=grade, quote=quote)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ((), "not_found"),
        (("not_found",), "not_found"),
        (("not_found", "contradicted"), "contradicted"),
        (("contradicted", "supported", "not_found"), "supported"),
    ],
)
def test_one_passage_that_states_a_claim_is_enough(verdicts, verdict):
    assert verdict_of([graded(one) for one in verdicts]) == verdict


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_of_a_passage_mean_nothing_to_staff(text):
    hit = replace(hits("en")[0], passage=replace(hits("en")[0].passage, title=text))
    found = Inventory(staff.graded_html([replace(graded("supported", text), hit=hit)], ENGLISH))

    assert set(found.elements) <= {"p", "ol", "li", "b", "blockquote"}
    assert not [name for name, _ in found.attributes if name.startswith("on")]


def check(claim: object) -> list[str]:
    async def told() -> list[str]:
        desk = Desk(ScriptedAssistant(pause_s=0), places=3)
        settings = load_settings(question_chars=200)
        visit = Visit(language="en", is_staff=True)
        try:
            telling = staff.told_claim(
                desk, checker(), settings, claim, visit, visitor="v", rate=Rate(0)
            )
            return [html async for html in telling if html is not None]
        finally:
            desk.close()

    return asyncio.run(told())


def test_a_claim_is_graded_against_the_passages_found_for_it_with_their_words():
    checking, empty, *growing, told = check(
        "In 1989 it became the International Organization for Migration."
    )

    assert ENGLISH.claim_checking in checking
    assert "<li>" not in empty
    assert [one.count("<li>") for one in growing] == [1, 2, 3, 4, 5]
    assert all(ENGLISH.claim_checking in one for one in growing)
    assert "In 1989 it became the International Organization for Migration (IOM)." in told
    assert told.count("<li>") == 5


@pytest.mark.parametrize("claim", [None, 7, "", " \n", "\x00"])
def test_what_is_no_claim_is_not_checked(claim):
    (told,) = check(claim)

    assert ENGLISH.empty_claim in told


def test_a_claim_that_is_too_long_is_told_so_plainly(caplog):
    (told,) = check("x" * 201)

    assert "over 200 characters" in told
    assert caplog.text == ""


def test_the_surest_passage_comes_first():
    async def grade() -> tuple[GradedPassage, ...]:
        desk = Desk(ScriptedAssistant(pause_s=0), places=3)
        try:
            claim = "IOM joined the United Nations in 2016."
            steps = [step async for step in grade_claim(desk, checker(), claim)]
            return [step for step in steps if not isinstance(step, Beat)][-1]
        finally:
            desk.close()

    found = asyncio.run(grade())

    order = ["supported", "contradicted", "not_found"]
    places = [order.index(one.grade.verdict) for one in found]
    assert places == sorted(places)


def test_the_quote_is_the_sentence_that_lacks_least_of_the_claim():
    passage = hits("en")[1].passage

    words = nearest_words("IOM joined the United Nations system in September 2016.", "en", passage)

    assert words == (
        "In September 2016 IOM joined the United Nations system as a related organization."
    )
