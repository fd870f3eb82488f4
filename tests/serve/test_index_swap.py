"""A new index is put in force while visitors ask."""

import gc
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from live_page import Visitor, live_page

from migbot.answer.assistant import Assistant
from migbot.answer.generate.protocol import Piece
from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder
from migbot.index.live import LiveIndex, following
from migbot.settings import load_settings
from migbot.types import Finished, Question, Retrieved

VISITORS = 20
QUESTION = "How many dollars did the fund of the Network hold in Geneva?"
# Every sheet of a build says its number: a page with two numbers is of two builds.
SHEETS = {
    "fund.md": "The fund of the Network held {number} dollars in Geneva.",
    "board.md": "The board of the Network counted the {number} dollars of the fund in Geneva.",
    "audit.md": "The audit of the fund of the Network found {number} dollars in Geneva.",
}
OLD, NEW = "111", "222"
WAIT_S = 120


class CopyingGenerator:
    """Says the first sentence of the first extract, a word at a time and slowly."""

    name = "copying"

    def count_tokens(self, text):
        return len(text.split())

    def generate(self, messages, **_options):
        (sentence,) = re.findall(r"\A\[1\] .*?(\S[^.\n]+)\.", messages[-1].text, re.DOTALL)
        for word in f"{sentence} [1].".split():
            time.sleep(0.002)
            yield Piece(text=f"{word} ", alternatives={})


@pytest.fixture
def settings(tmp_path):
    return load_settings(
        corpus=tmp_path / "corpus", index=tmp_path / "indexes", models=tmp_path / "models"
    )


@pytest.fixture
def build(settings):
    """Put an index in force all of whose sheets say this number."""

    def build_one(number):
        settings.corpus.mkdir(exist_ok=True)
        for name, text in SHEETS.items():
            sheet = f"# Money\n\n{text.format(number=number)}\n"
            (settings.corpus / name).write_text(sheet, encoding="utf-8")
        return build_index(
            settings.corpus,
            settings.index,
            embedder=HashEmbedder(),
            passage_tokens=160,
            document_bytes=1_000_000,
        ).build_id

    return build_one


@pytest.fixture
def assistant(build, settings):
    build(OLD)
    return Assistant(
        index=None, embedder=HashEmbedder(), generator=CopyingGenerator(), settings=settings
    )


@pytest.fixture
def live(assistant, settings):
    index = LiveIndex(settings.index, assistant.open_index)
    assistant.use(index.index)
    return index


def numbers_in(text):
    return set(re.findall(f"{OLD}|{NEW}", text))


def until(condition):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_question_in_progress_ends_on_the_index_it_began_with(assistant, live, build):
    events = assistant.answer(Question(question_id="q", text=QUESTION))
    began = next(events)
    build(NEW)
    live.look()
    assistant.use(live.index)

    *_, ended = events

    assert isinstance(began, Retrieved)
    assert isinstance(ended, Finished)
    assert ended.answer.hits == began.hits
    assert numbers_in(ended.answer.text) == {OLD}
    *_, next_one = assistant.answer(Question(question_id="q", text=QUESTION))
    assert numbers_in(next_one.answer.text) == {NEW}


class Crowd:
    """Visitors who ask the same question over and over, each answer on a fresh page.

    `answers` holds when a question was asked and answered, in seconds, and what the page showed.
    """

    def __init__(self, url):
        self.answers = []
        self._over = threading.Event()
        self._pool = ThreadPoolExecutor(VISITORS)
        self._visits = [self._pool.submit(self._visit, url, number) for number in range(VISITORS)]

    def _visit(self, url, number):
        visitor = Visitor(url=url, session=f"swap{number:02}", language="en")
        with closing(visitor.client):
            visitor.arrive()
            while not self._over.is_set():
                visitor.act("mb-new")
                asked = time.monotonic()
                visitor.ask(QUESTION)
                self.answers.append((asked, time.monotonic(), visitor.page["mb-conversation"]))

    def wait_for_answers(self, *, asked_after=0.0):
        """Wait for as many answers as there are visitors, to questions of that time or later."""
        until(
            lambda: (
                any(visit.done() for visit in self._visits)
                or sum(asked > asked_after for asked, _, _ in list(self.answers)) >= VISITORS
            )
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Let everybody finish; raise what went wrong for any of them."""
        self._over.set()
        self._pool.shutdown()
        for visit in self._visits:
            visit.result()


# Which alone tells a process what it has mapped.
ON_LINUX = sys.platform == "linux"
PARTS = ("documents", "passages", "dense", "sparse")


def builds_in_memory(folder):
    """Return the builds under `folder` of which this process has files mapped."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8")
    return set(re.findall(rf"{re.escape(str(folder))}/([0-9a-f]{{16}})/", maps))


def test_twenty_visitors_ask_while_the_index_is_rebuilt(assistant, live, build, settings):
    old = {part: weakref.ref(getattr(live.index, part)) for part in PARTS}
    if ON_LINUX:
        assert live.index.build_id in builds_in_memory(settings.index)
    with (
        following(live, assistant.use, every_s=0.05),
        live_page(assistant, settings, live.documents) as url,
        Crowd(url) as crowd,
    ):
        crowd.wait_for_answers()
        published_after = time.monotonic()
        second = build(NEW)
        until(lambda: assistant.index.build_id == second)
        served_before = time.monotonic()
        crowd.wait_for_answers(asked_after=served_before)

    for asked, answered, page in crowd.answers:
        assert 'class="mb-sentence"' in page
        assert len(numbers_in(page)) == 1, "an answer of two builds"
        if answered < published_after:
            assert numbers_in(page) == {OLD}
        if asked > served_before:
            assert numbers_in(page) == {NEW}
    gc.collect()
    assert [part for part, reference in old.items() if reference() is not None] == []
    if ON_LINUX:
        assert builds_in_memory(settings.index) == {second}


def test_a_new_index_that_cannot_be_opened_leaves_the_old_one_serving(
    assistant, live, build, settings, caplog
):
    with (
        following(live, assistant.use, every_s=0.05),
        live_page(
            assistant, settings, live.documents, is_degraded=lambda: live.fault is not None
        ) as url,
    ):
        assert httpx.get(f"{url}/health").text == "ok"
        settings.index.joinpath("CURRENT").write_text("0123456789abcdef\n", encoding="utf-8")
        until(lambda: httpx.get(f"{url}/health").text == "degraded")

        visitor = Visitor(url=url, session="degraded", language="en")
        with closing(visitor.client):
            visitor.arrive()
            visitor.ask(QUESTION)
        assert numbers_in(visitor.page["mb-conversation"]) == {OLD}
        assert "build 0123456789abcdef" in caplog.text

        build(NEW)
        until(lambda: httpx.get(f"{url}/health").text == "ok")


def test_migbot_serve_goes_over_to_a_new_index_and_tells_its_health(build, settings):
    build(OLD)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    url = f"http://127.0.0.1:{port}/health"
    environment = {
        **os.environ,
        "MIGBOT_EMBEDDER": "hash",
        # Never asked: health and index do not need a model.
        "MIGBOT_GENERATOR": "openai",
        "MIGBOT_GENERATOR_URL": "http://127.0.0.1:9/v1",
        "MIGBOT_INDEX_LOOK_S": "0.1",
    }
    index = ["--index", str(settings.index), "--port", str(port)]
    with subprocess.Popen(
        [sys.executable, "-c", "from migbot.cli import main; main()", "serve", *index],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10), timeout=60) as client:
            until(lambda: client.get(url).text == "ok")
            (settings.index / "CURRENT").write_text("0123456789abcdef\n", encoding="utf-8")
            until(lambda: client.get(url).text == "degraded")
            second = build(NEW)
            until(lambda: client.get(url).text == "ok")
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=WAIT_S)

    assert "build 0123456789abcdef" in told
    assert f"index {second} answers from the next question on" in told
    assert "Traceback" not in told
