"""Many visitors on the page at once: the desk alone bounds and orders them."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings

BEHIND = 45
# Only a test that fails waits so long.
HELD_S = 240


class HeldAssistant(ScriptedAssistant):
    """Finds sources at once; writes nothing until `go_on` is set, or `HELD_S` have passed."""

    def __init__(self):
        super().__init__(pause_s=0)
        self.go_on = threading.Event()

    def _write(self, *parts):
        self.go_on.wait(HELD_S)
        self.go_on.set()
        yield from super()._write(*parts)


@pytest.fixture
def assistant():
    return HeldAssistant()


@pytest.fixture
def serve(tmp_path, assistant):
    @contextmanager
    def served(places):
        folders = dict.fromkeys(("corpus", "index", "models"), tmp_path)
        settings = load_settings(**folders, waiting_visitors=places)
        with live_page(assistant, settings, DOCUMENTS) as url:
            try:
                yield url
            finally:
                assistant.go_on.set()

    return served


@pytest.fixture
def arrive():
    """Let a visitor arrive from an address of their own."""
    with ExitStack() as leaving:

        def new_visitor(url, number):
            address = f"198.18.0.{number}"
            visitor = Visitor(url=url, session=f"visitor{number}", language="en", address=address)
            leaving.callback(visitor.client.close)
            visitor.arrive()
            return visitor

        yield new_visitor


def status(visitor):
    return re.sub("<[^>]+>", "", visitor.page["mb-status"])


def test_all_who_wait_behind_a_slow_answer_read_their_sources_and_their_place(serve, arrive):
    with serve(places=BEHIND + 1) as url:
        visitors = [arrive(url, number) for number in range(BEHIND + 1)]
        asked = [visitor.follow("When was IOM founded?") for visitor in visitors]
        for pages in asked:
            next(page for page in pages if "mb-card" in page["mb-conversation"])
        last = visitors[-1]
        next(page for page in asked[-1] if "questions come before" in page["mb-status"])
        one_more = arrive(url, BEHIND + 1)
        one_more.ask("When was IOM founded?")

    assert status(last) == f"{BEHIND} questions come before yours; the passages are already shown…"
    assert status(one_more) == "Many questions are waiting. Try again in 5 minutes."


def test_a_crowd_at_the_door_is_turned_away_in_the_words_of_the_page(serve, arrive, assistant):
    with serve(places=1) as url:
        first = arrive(url, 0)
        pages = first.follow("When was IOM founded?")
        next(page for page in pages if "mb-card" in page["mb-conversation"])
        crowd = [arrive(url, number) for number in range(1, 25)]
        with ThreadPoolExecutor(len(crowd)) as together:
            list(together.map(lambda visitor: visitor.ask("When was IOM founded?"), crowd))

    assert {status(visitor) for visitor in crowd} == {
        "Many questions are waiting. Try again in 10 seconds."
    }
    assert len(assistant.heard) == 1
