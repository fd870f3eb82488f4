"""What every response tells a browser not to do, whoever made it: page, API, toolkit or gate."""

import httpx
import pytest
from live_page import live_page
from scripted_assistant import DOCUMENTS, ScriptedAssistant

from migbot.settings import load_settings

ASKED = {"question": "When was IOM founded?"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    settings = load_settings(corpus=folder, index=folder, models=folder)
    with (
        live_page(ScriptedAssistant(pause_s=0), settings, DOCUMENTS) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield client


def policy_of(reply):
    """The content security policy, by directive."""
    (policy,) = reply.headers.get_list("content-security-policy")
    parts = (part.split() for part in policy.split(";"))
    return {name: set(values) for name, *values in parts}


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/", {}, 200),
        ("HEAD", "/", {}, 200),
        ("GET", "/config", {}, 200),
        ("GET", "/theme.css", {}, 200),
        ("GET", "/health", {}, 200),
        ("GET", "/api/v1/documents", {}, 200),
        ("GET", "/api/v1/openapi.json", {}, 200),
        ("POST", "/api/v1/ask", {"json": ASKED}, 200),
        ("POST", "/api/v1/ask", {"json": ASKED, "headers": {"accept": "text/event-stream"}}, 200),
        ("POST", "/api/v1/ask", {"json": {}}, 422),
        ("POST", "/api/v1/ask", {"json": ASKED, "headers": {"sec-fetch-site": "cross-site"}}, 403),
        ("POST", "/gradio_api/run/predict", {"json": {}}, 400),
        ("GET", "/nothing", {}, 404),
        ("DELETE", "/", {}, 405),
        ("POST", "/api/v1/ask", {"content": b"x" * 70_000}, 413),
    ],
)
def test_no_response_may_be_framed_guessed_or_leaked(client, method, path, options, status):
    reply = client.request(method, path, **options)

    assert reply.status_code == status
    assert reply.headers.get_list("x-content-type-options") == ["nosniff"]
    assert reply.headers.get_list("referrer-policy") == ["no-referrer"]
    policy = policy_of(reply)
    assert policy["frame-ancestors"] == {"'self'"}
    assert policy["default-src"] == policy["connect-src"] == policy["form-action"] == {"'self'"}
    assert policy["object-src"] == {"'none'"}
    for sources in policy.values():
        assert sources <= {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:"}
    assert "set-cookie" not in reply.headers
