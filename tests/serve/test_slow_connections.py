"""Connections that half of a request came over, or that nobody reads from, end by themselves."""

import socket
import time

import httpx
import pytest
from live_page import live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.serve.connection import DeadlineProtocol
from migbot.settings import load_settings

HEAD_S = 0.5
TAKE_S = 1.0
WHOLE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
# Far more than the buffers of a connection hold.
REPLIES = 400


@pytest.fixture(autouse=True)
def _little_time(monkeypatch):
    monkeypatch.setattr(DeadlineProtocol, "head_s", HEAD_S)
    monkeypatch.setattr(DeadlineProtocol, "take_s", TAKE_S)


@pytest.fixture
def url(tmp_path):
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)
    with live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as address:
        yield address


def connect(url):
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def trickle(connection, data):
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(HEAD_S / 10)


def everything_from(connection):
    """All that still comes, however the other side ends it."""
    parts = []
    try:
        while part := connection.recv(1 << 20):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize(
    "sent", [b"", b"GET /heal", b"GET /health HTTP/1.1\r\nHost: x\r\nAccept: text"]
)
def test_a_head_that_does_not_become_whole_ends_its_connection(url, sent):
    with connect(url) as connection:
        began = time.monotonic()
        connection.sendall(sent)

        assert everything_from(connection) == b""
        assert HEAD_S * 0.9 < time.monotonic() - began < HEAD_S + 5


def test_each_byte_of_a_head_does_not_begin_its_time_anew(url):
    with connect(url) as connection:
        began = time.monotonic()
        with pytest.raises(OSError, match=r"pipe|reset"):
            trickle(connection, b"x" * 500)

        assert time.monotonic() - began < HEAD_S + 5


def test_the_second_head_of_a_connection_has_its_time_too(url):
    with connect(url) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        connection.sendall(WHOLE[:9])

        everything_from(connection)


def test_who_reads_a_byte_now_and_then_is_left_and_the_others_are_answered(url):
    size = len(httpx.get(f"{url}/config").content)
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = url.removeprefix("http://").split(":")
    slow.connect((host, int(port)))
    with slow:
        slow.sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n" * REPLIES)
        until = time.monotonic() + 3 * TAKE_S
        while time.monotonic() < until:
            slow.recv(1)
            reply = httpx.post(f"{url}/api/v1/ask", json={"question": "When was IOM founded?"})
            assert reply.status_code == 200

        slow.settimeout(20)
        assert len(everything_from(slow)) < REPLIES * size / 2


def test_an_answer_that_takes_its_time_is_not_cut_off(tmp_path):
    asked = {"question": "When was IOM founded, slow?"}
    patient = ScriptedAssistant(pause_s=0.05)
    settings = load_settings(corpus=tmp_path, index=tmp_path, models=tmp_path)
    with (
        live_page(patient, settings, DOCUMENTS) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        reply = client.post("/api/v1/ask", json=asked)

    assert reply.elapsed.total_seconds() > HEAD_S + TAKE_S
    assert len(reply.json()["sentences"]) == 3
