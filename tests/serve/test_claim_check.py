"""A claim that staff check is let in like a question: limit, line, leaving."""

import asyncio
import re
import threading
import time
from contextlib import ExitStack

import pytest
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant, checker

from migbot.serve.arrival import arrival
from migbot.serve.conversation import Visit
from migbot.serve.desk import Desk
from migbot.serve.rate import Rate
from migbot.serve.render import footer_html
from migbot.serve.staff import told_claim
from migbot.settings import load_settings

CLAIM = "IOM joined the United Nations system in September 2016."
SLOW = "When was IOM founded, slow?"


class HeldChecker:
    """A check of claims that takes as long as it is held, and counts how often it was asked."""

    def __init__(self):
        self.go_on = threading.Event()
        self.asked = 0
        self._checker = checker()

    def grade(self, statements):
        self.asked += 1
        self.go_on.wait(30)
        return self._checker.grade(statements)


@pytest.fixture
def held():
    held = HeldChecker()
    yield held
    held.go_on.set()


@pytest.fixture
def serve(tmp_path):
    """Serve the page with these settings and this check, to one member of staff."""

    def served(check, **settings):
        found = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path, **settings)
        return live_page(ScriptedAssistant(pause_s=0.02), found, DOCUMENTS, checker=check)

    return served


@pytest.fixture
def arrive():
    """Let a visitor arrive on the page, in staff mode where that is offered."""
    with ExitStack() as leaving:

        def new_visitor(url, session="staff1"):
            visitor = Visitor(url=url, session=session, language="en", address="192.0.2.1")
            leaving.callback(visitor.client.close)
            visitor.arrive()
            visitor.act("mb-staff-switch")
            return visitor

        yield new_visitor


def check(visitor, claim=CLAIM):
    return list(visitor.follow(claim, "mb-check"))[-1]["mb-graded"]


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def test_a_claim_counts_as_a_question_of_the_minute(serve, arrive):
    with serve(checker(), visitor_questions_per_minute=1) as url:
        visitor = arrive(url)
        assert "The documents say so" in check(visitor)

        assert "Ask again in" in check(visitor)
        visitor.ask("When was IOM founded?")

    assert "Ask again in" in visitor.page["mb-status"]


def test_a_claim_waits_for_its_turn_behind_a_question_and_is_told_so(serve, arrive):
    with serve(checker()) as url:
        other, visitor = arrive(url, "other1"), arrive(url)
        pages = other.follow(SLOW)
        next(page for page in pages if "mb-sentence" in page["mb-conversation"])

        told = [page["mb-graded"] for page in visitor.follow(CLAIM, "mb-check")]

    assert any("Ahead of it: 1." in html for html in told)
    assert "mb-verdict" in told[-1]


def test_a_claim_takes_a_place_and_finds_the_line_full_like_a_question(serve, held, arrive):
    with serve(held, waiting_visitors=1) as url:
        first, second = arrive(url), arrive(url, "staff2")
        checking = first.follow(CLAIM, "mb-check")
        next(checking)
        assert until(lambda: held.asked == 1)

        told = check(second)
        second.ask("When was IOM founded?")
        held.go_on.set()
        list(checking)

    assert "Try again in 10 seconds" in told
    assert "Try again in 10 seconds" in second.page["mb-status"]
    assert "mb-verdict" in first.page["mb-graded"]


def test_a_visit_checks_one_claim_at_a_time():
    visit = Visit(language="en", is_staff=True, is_checking=True)
    desk = Desk(ScriptedAssistant(pause_s=0), places=3)

    async def check_again():
        parts = (desk, checker(), load_settings())
        telling = told_claim(*parts, CLAIM, visit, visitor="v", rate=Rate(0))
        return [html async for html in telling]

    assert asyncio.run(check_again()) == []
    desk.close()


def test_leaving_ends_the_check_of_a_claim(serve, held, arrive):
    with serve(held) as url:
        visitor = arrive(url)
        checking = visitor.follow(CLAIM, "mb-check")
        next(checking)
        assert until(lambda: held.asked == 1)

        checking.close()
        time.sleep(1)
        held.go_on.set()
        other = arrive(url, "other1")
        other.ask("When was IOM founded?")

    assert "Answer complete" in other.page["mb-status"]
    assert held.asked == 1


def test_without_staff_mode_nobody_checks_claims(serve, held, arrive):
    with serve(held, staff_mode=False) as url:
        visitor = arrive(url)
        list(visitor.follow(CLAIM, "mb-check"))
        visitor.ask("When was IOM founded?")

    assert held.asked == 0
    assert "mb-trace" not in visitor.page["mb-conversation"]


def test_without_staff_mode_neither_button_nor_address_leads_there():
    off = load_settings(staff_mode=False)

    assert not arrival({"staff": "1"}, {}, off)[0].is_staff
    assert arrival({"staff": "1"}, {}, load_settings())[0].is_staff
    assert not re.search("staff", footer_html("en", off))
    assert "mb-staff-switch" in footer_html("en", load_settings())
