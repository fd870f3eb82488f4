"""What visitors, other sites and slow or vanishing connections cannot do to the real server."""

import asyncio
import ipaddress
import json
import logging
import socket
import sys
import threading
import time
from contextlib import aclosing, contextmanager

import httpx
import pytest
from api_replies import error_of
from endless_model import EndlessModel
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.answer.assistant import Assistant
from migbot.documents.given import given_passage
from migbot.errors import BusyError
from migbot.index.fakes import HashEmbedder
from migbot.serve.desk import Desk
from migbot.serve.gate import Gate
from migbot.settings import load_settings
from migbot.types import Finished, Question, Retrieved

ASKED = {"question": "When was IOM founded?"}
SEAT = {"id": "p1", "text": "The seat of the Network is in Geneva."}


@pytest.fixture
def settings(tmp_path):
    return load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)


@pytest.fixture
def url(settings):
    with live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as address:
        yield address


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def test_who_asks_many_questions_does_not_hold_up_the_others():
    desk = Desk(ScriptedAssistant(pause_s=0.01), places=20)
    order = []

    async def ask(visitor, number):
        question = Question(question_id=f"{visitor}{number}", text="When was IOM founded?")
        async with aclosing(desk.ask(question, visitor)) as events:
            ends = [event async for event in events if isinstance(event, Finished)]
        order.append(ends[0].answer.question_id)

    async def crowd():
        greedy = [asyncio.ensure_future(ask("greedy", number)) for number in range(10)]
        await asyncio.sleep(0.1)
        await ask("other", 0)
        await asyncio.gather(*greedy)

    asyncio.run(asyncio.wait_for(crowd(), 60))
    desk.close()

    assert len(order) == 11
    assert order.index("other0") < 9


def test_the_last_places_are_for_those_who_have_no_question_inside():
    desk = Desk(ScriptedAssistant(pause_s=0.02), places=10)
    question = Question(question_id="q", text="When was IOM founded, slow?")

    async def fill():
        inside = [desk.ask(question, "greedy") for _ in range(9)]
        for events in inside:
            await anext(events)
        with pytest.raises(BusyError, match="9 questions"):
            await anext(desk.ask(question, "greedy"))
        other = desk.ask(question, "other")
        assert isinstance(await anext(other), Retrieved)
        for events in (*inside, other):
            await events.aclose()

    asyncio.run(asyncio.wait_for(fill(), 60))
    desk.close()
    assert desk.inside == 0


def test_an_answer_that_nobody_reads_gives_its_place_back():
    desk = Desk(ScriptedAssistant(pause_s=0), places=1)
    question = Question(question_id="q", text="When was IOM founded?")

    async def stall():
        stalled = desk.ask(question, "slow reader")
        await anext(stalled)
        await anext(stalled)
        await desk.run(lambda: None)
        async with aclosing(desk.ask(question, "other")) as events:
            seen = [event async for event in events]
        await stalled.aclose()
        return seen

    seen = asyncio.run(asyncio.wait_for(stall(), 30))
    desk.close()
    assert isinstance(seen[-1], Finished)


def test_leaving_frees_a_model_that_has_not_written_a_word(settings):
    generator = EndlessModel()
    assistant = Assistant(
        index=None, embedder=HashEmbedder(), generator=generator, settings=settings
    )
    fields = {"question": "Where is the seat of the Network?", "passages": [SEAT]}
    with (
        live_page(assistant, settings, DOCUMENTS) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        headers = {"accept": "text/event-stream"}
        with client.stream("POST", "/api/v1/ask", json=fields, headers=headers) as stream:
            # An iterator that is forgotten hangs up.
            lines = stream.iter_lines()
            next(lines)
            assert until(lambda: generator.is_at_work)

        assert until(lambda: not generator.is_at_work)


@pytest.mark.parametrize("path", ["/api/v1/ask", "/v1/chat/completions", "/gradio_api/queue/join"])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_a_page_of_another_site_may_not_ask(url, path, headers):
    reply = httpx.post(f"{url}{path}", json=ASKED, headers=headers)

    assert reply.status_code == 403
    assert error_of(reply) == "other_site"


def test_the_page_itself_and_programs_may_ask_and_get_no_cookie(url):
    own = {"origin": url, "sec-fetch-site": "same-origin"}
    # A proxy that does TLS may put another host in; the browser still knows whose page asks.
    behind_proxy = {"origin": "https://migbot.example", "sec-fetch-site": "same-origin"}
    for headers in (own, behind_proxy, {"origin": url}, {}):
        reply = httpx.post(f"{url}/api/v1/ask", json=ASKED, headers=headers)
        assert reply.status_code == 200
        assert "set-cookie" not in reply.headers
    assert "set-cookie" not in httpx.get(url).headers


def test_a_body_that_does_not_arrive_is_given_up():
    sent, waiting = [], []

    async def application(_scope, _receive, _send):
        raise AssertionError("nothing should get this far")

    async def receive():
        if waiting:
            await asyncio.Event().wait()
        waiting.append(True)
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/ask", "headers": []}
    asyncio.run(Gate(application, body_s=0.05)(scope, receive, send))

    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["error"]["code"] == "too_slow"


def test_a_body_that_arrives_while_the_loop_is_held_up_is_taken():
    sent, read = [], []

    async def application(_scope, receive, _send):
        read.append((await receive())["body"])

    async def ask():
        arrived, (ours, theirs) = asyncio.Event(), socket.socketpair()
        loop = asyncio.get_running_loop()
        loop.add_reader(ours, arrived.set)

        async def receive():
            await arrived.wait()
            return {"type": "http.request", "body": ours.recv(10), "more_body": False}

        async def send(message):
            sent.append(message)

        def hold_up():
            theirs.send(b"{}")
            time.sleep(0.2)

        loop.call_later(0.02, hold_up)
        scope = {"type": "http", "method": "POST", "path": "/api/v1/ask", "headers": []}
        with ours, theirs:
            await Gate(application, body_s=0.1)(scope, receive, send)
            loop.remove_reader(ours)

    asyncio.run(ask())

    assert read == [b"{}"]
    assert sent == []


@contextmanager
def half_open(url, count):
    host, port = url.removeprefix("http://").split(":")
    connections = [socket.create_connection((host, int(port))) for _ in range(count)]
    try:
        for at, connection in enumerate(connections):
            line = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
            connection.sendall(line + (b"\r\n{" if at % 2 else b""))
        yield
    finally:
        for connection in connections:
            connection.close()


def test_connections_that_say_nothing_hold_nobody_up(url):
    with half_open(url, 40):
        assert httpx.post(f"{url}/api/v1/ask", json=ASKED, timeout=60).status_code == 200


def test_the_log_holds_no_words_and_no_addresses_and_nobody_writes_a_line_of_it(url, caplog):
    forged = "pamplemousse\nERROR forged by a visitor\r\n2026-01-01 WARNING again"
    with caplog.at_level(logging.INFO):
        for text in (forged, f"crash {forged}", f"fail {forged}", "x" * 5000 + forged):
            httpx.post(
                f"{url}/api/v1/ask",
                json={"question": text},
                headers={"x-forwarded-for": "203.0.113.77"},
            )
            visitor = Visitor(url=url, session="logged1")
            visitor.arrive()
            visitor.ask(text)
            visitor.client.close()
        httpx.get(f"{url}/api/v1/search", params={"question": forged})

    # Clients of this test log what they do themselves.
    formatter = logging.Formatter()
    lines = [
        formatter.format(record)
        for record in caplog.records
        if record.name.split(".")[0] != "httpx"
    ]
    logged = "\n".join(lines)
    assert "the script says crash" in logged
    for word in ("pamplemousse", "forged", "203.0.113.77", "127.0.0.1", "logged1"):
        assert word not in logged


class Guard:
    """Notes whom this process looks up or connects to while it is on; audit hooks stay for good."""

    def __init__(self):
        self.is_on = False
        self.hosts = set()
        sys.addaudithook(self._hear)

    def _hear(self, event, arguments):
        if not self.is_on:
            return
        if event == "socket.getaddrinfo":
            self.hosts.add(str(arguments[0]))
        elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
            self.hosts.add(str(arguments[1][0]))


def is_here(host):
    if host in ("localhost", "None"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def test_page_programs_and_answers_connect_to_no_other_host(settings):
    guard = Guard()
    guard.is_on = True
    try:
        with live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as url:
            visitor = Visitor(url=url, session="egress1")
            visitor.arrive()
            visitor.ask("Quand l’OIM a-t-elle été créée ?")
            visitor.client.close()
            for path in ("/", "/api/v1/documents", "/theme.css", "/health"):
                assert httpx.get(url + path).status_code == 200
            assert httpx.post(f"{url}/api/v1/ask", json=ASKED).status_code == 200
    finally:
        guard.is_on = False

    assert guard.hosts
    assert [host for host in guard.hosts if not is_here(host)] == []


def test_an_address_is_believed_from_a_trusted_proxy_alone(tmp_path):
    settings = load_settings(
        corpus=tmp_path, index=tmp_path, models=tmp_path, visitor_questions_per_minute=1
    )
    told = [{"x-forwarded-for": f"198.51.100.{number}"} for number in range(2)]
    # Another address of this machine, which no proxy was set up at.
    stranger = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as url,
        httpx.Client(base_url=url, timeout=60) as near,
        httpx.Client(base_url=url, timeout=60, transport=stranger) as far,
    ):
        from_proxy, from_stranger = (
            [client.post("/api/v1/ask", json=ASKED, headers=one).status_code for one in told]
            for client in (near, far)
        )

    assert from_proxy == [200, 200]
    assert from_stranger == [200, 429]


def test_the_model_of_a_visitor_who_stops_is_free_for_the_next():
    generator = EndlessModel()
    settings = load_settings()
    assistant = Assistant(
        index=None, embedder=HashEmbedder(), generator=generator, settings=settings
    )
    desk = Desk(assistant, places=3)
    ran = threading.Event()

    async def leave():
        question = _brought("Where is the seat of the Network?")
        async with aclosing(desk.ask(question)) as events:
            while not generator.is_at_work:
                await anext(events)
        await desk.run(ran.set)

    asyncio.run(asyncio.wait_for(leave(), 30))
    desk.close()
    assert ran.is_set()
    assert not generator.is_at_work


def _brought(text):
    return Question(question_id="q", text=text, passages=(given_passage(SEAT["text"]),))
