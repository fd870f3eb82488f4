"""Whoever stops or goes away frees the model within a second, wherever its answer is read."""

import asyncio
import json
import socket
import time
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest
from endless_model import EndlessModel
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, MAIN, ScriptedAssistant

from migbot.answer.assistant import Assistant
from migbot.documents.given import given_passage
from migbot.index.fakes import HashEmbedder
from migbot.serve.asking import ask
from migbot.serve.conversation import Visit
from migbot.serve.desk import Desk
from migbot.serve.rate import Rate
from migbot.settings import load_settings

FREED_S = 1.0
ASKED = "When was IOM founded?"


class OneDocument(Assistant):
    """Answers each question from one document, as the page cannot bring passages."""

    def answer(self, question):
        text = MAIN["en"].text
        yield from super().answer(replace(question, passages=(given_passage(text),)))


@pytest.fixture
def generator():
    return EndlessModel()


@pytest.fixture
def url(generator, tmp_path, caplog):
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)
    parts = {"index": None, "embedder": HashEmbedder(), "generator": generator}
    with live_page(OneDocument(settings=settings, **parts), settings, DOCUMENTS) as address:
        yield address
    # Who leaves is no failure.
    assert [one.getMessage() for one in caplog.get_records("call")] == []


@pytest.fixture
def visitor(url):
    visitor = Visitor(url=url, session="visitor1", language="en")
    visitor.arrive()
    yield visitor
    visitor.client.close()


def wait_until_at_work(generator):
    end = time.monotonic() + 30
    while not generator.is_at_work:
        assert time.monotonic() < end, "the model did not begin"
        time.sleep(0.01)


def seconds_until_free(generator, since):
    end = since + 20
    while generator.is_at_work and time.monotonic() < end:
        time.sleep(0.01)
    assert not generator.is_at_work
    return generator.freed_at - since


def test_a_program_that_leaves_a_stream(url, generator):
    headers = {"accept": "text/event-stream"}
    with (
        httpx.Client(base_url=url, timeout=30) as client,
        client.stream("POST", "/api/v1/ask", json={"question": ASKED}, headers=headers) as stream,
    ):
        lines = stream.iter_lines()
        next(lines)
        wait_until_at_work(generator)
        left = time.monotonic()

    assert seconds_until_free(generator, left) < FREED_S


def test_a_program_that_leaves_before_its_whole_answer(url, generator):
    host, port = url.removeprefix("http://").split(":")
    body = json.dumps({"question": ASKED})
    head = f"POST /api/v1/ask HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        wait_until_at_work(generator)
        left = time.monotonic()

    assert seconds_until_free(generator, left) < FREED_S


def test_a_visitor_who_presses_stop(visitor, generator):
    pages = visitor.follow(ASKED)
    next(pages)
    wait_until_at_work(generator)

    pressed = time.monotonic()
    visitor.act("mb-stop")

    assert seconds_until_free(generator, pressed) < FREED_S
    list(pages)
    assert "Answer stopped" in visitor.page["mb-status"]


def test_a_visitor_who_begins_anew(visitor, generator):
    pages = visitor.follow(ASKED)
    next(pages)
    wait_until_at_work(generator)

    pressed = time.monotonic()
    visitor.act("mb-new")

    assert seconds_until_free(generator, pressed) < FREED_S
    list(pages)


def test_a_stop_need_not_wait_for_anything_to_happen():
    asked = []

    class Listening(ScriptedAssistant):
        def answer(self, question):
            asked.append(question)
            return super().answer(question)

    visit = Visit(language="en")

    async def ask_and_stop():
        desk = Desk(Listening(pause_s=0.01), places=3)
        changes = ask(desk, load_settings(), f"{ASKED} slow", visit, visitor="v", rate=Rate(0))
        async with aclosing(changes):
            await anext(changes)
            await anext(changes)
            was_wanted = asked[0].is_wanted()
            visit.halt()
            is_wanted = asked[0].is_wanted()
        desk.close()
        return was_wanted, is_wanted

    assert asyncio.run(ask_and_stop()) == (True, False)


def test_a_visitor_who_closes_the_page(visitor, generator):
    pages = visitor.follow(ASKED)
    next(pages)
    wait_until_at_work(generator)

    left = time.monotonic()
    pages.close()

    assert seconds_until_free(generator, left) < FREED_S
