"""What the page's own scripts may call, and what others make of those calls."""

import asyncio

import httpx
import pytest
from api_replies import error_of
from live_page import Visitor, live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.serve.gate import Gate
from migbot.settings import load_settings

HERE = "visitor1"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    settings = load_settings(corpus=folder, index=folder, models=folder)
    with live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as address:
        yield address


@pytest.fixture(scope="module")
def stop(url):
    """The number of the event that the button for stopping calls; it takes one value."""
    visitor = Visitor(url=url, session=HERE)
    visitor.client.close()
    return visitor.event("mb-stop")["id"]


def call(url, path, body):
    return httpx.post(f"{url}/gradio_api/{path}", json=body, timeout=30)


@pytest.mark.parametrize("path", ["run/predict", "run/predict/", "queue/join"])
@pytest.mark.parametrize("event", [None, 999, -1, "stop", "6", True, 1.0, [6], {"6": 6}])
def test_an_event_that_the_page_does_not_have_is_refused_in_one_line(url, path, event, caplog):
    reply = call(url, path, {"data": [None], "fn_index": event, "session_hash": HERE})

    assert reply.status_code == 400
    assert error_of(reply) == "no_such_call"
    assert "\n" not in reply.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("path", ["run/predict", "queue/join"])
@pytest.mark.parametrize(
    "odd",
    [
        {"data": []},
        {"data": None},
        {"data": {"0": None}},
        {"session_hash": None},
        {"session_hash": ""},
        {"session_hash": "a b"},
        {"session_hash": "x" * 65},
    ],
)
def test_a_call_without_its_values_or_its_session_is_refused(url, stop, path, odd, caplog):
    reply = call(url, path, {"data": [None], "fn_index": stop, "session_hash": HERE, **odd})

    assert reply.status_code == 400
    assert error_of(reply) == "no_such_call"
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[1]", b'"s"', b"null", b"[" * 60_000])
def test_a_call_that_is_no_object_is_refused(url, body):
    reply = httpx.post(f"{url}/gradio_api/run/predict", content=body)

    assert reply.status_code == 400
    assert error_of(reply) == "no_such_call"


def test_the_calls_of_the_page_itself_are_taken(url, stop):
    asked = {"data": [None], "fn_index": stop, "session_hash": HERE}

    assert call(url, "run/predict", asked).status_code == 200


@pytest.mark.parametrize("query", ["", "?session_hash=", "?session_hash=nobody"])
def test_who_listens_where_nothing_waits_is_told_so(url, query, caplog):
    reply = httpx.get(f"{url}/gradio_api/queue/data{query}")

    assert reply.status_code == 404
    assert error_of(reply) == "not_found"
    assert "Traceback" not in caplog.text


def test_a_web_socket_is_closed_at_once():
    sent, counted = [], []

    async def application(_scope, _receive, _send):
        raise AssertionError("nothing should get this far")

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    gate = Gate(application, count=counted.append)
    asyncio.run(gate({"type": "websocket", "path": "/"}, receive, send))

    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert counted == [403]
