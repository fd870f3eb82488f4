"""Every route that exists behind the gate, and those that it lets through."""

import re

import pytest
from live_page import TOOLKIT_WARNINGS
from scripted_assistant import DOCUMENTS, ScriptedAssistant
from starlette.routing import Mount

from migbot.serve.gate import ROUTES, Gate
from migbot.serve.server import build_server
from migbot.settings import load_settings

pytestmark = TOOLKIT_WARNINGS

OPEN = {
    "GET /",
    "GET /api/v1/documents",
    "GET /api/v1/openapi.json",
    "GET /api/v1/search",
    "GET /assets/{path:path}",
    "GET /config",
    "GET /config/",
    "GET /favicon.ico",
    "GET /gradio_api/heartbeat/{session_hash}",
    "GET /gradio_api/queue/data",
    "GET /gradio_api/startup-events",
    "GET /health",
    "GET /robots.txt",
    "GET /static/{path:path}",
    "GET /theme.css",
    "GET /v1/models",
    "HEAD /",
    "HEAD /health",
    "POST /api/v1/ask",
    "POST /api/v1/search",
    "POST /gradio_api/cancel",
    "POST /gradio_api/queue/join",
    "POST /gradio_api/reset",
    "POST /gradio_api/reset/",
    "POST /gradio_api/run/{api_name}",
    "POST /gradio_api/run/{api_name}/",
    "POST /v1/chat/completions",
}


def routes_behind(gate):
    """Yield method and path of each route of the application, the toolkit's included."""
    waiting = [(gate._app, "")]
    while waiting:
        application, before = waiting.pop()
        for route in application.routes:
            if isinstance(route, Mount):
                waiting.append((route.app, before + route.path))
            elif hasattr(route, "original_router"):
                # The toolkit's routers carry their own prefix.
                waiting.append((route.original_router, before))
            else:
                for method in sorted(route.methods or ()):
                    yield method, before + route.path


def is_open(method, path):
    filled = path.replace("{api_name}", "predict")
    filled = re.sub(r"\{[^}]*\}", "x", filled)
    return Gate._refusal({"type": "http", "method": method, "path": filled, "headers": []}) is None


@pytest.fixture(scope="module")
def routes():
    server = build_server(ScriptedAssistant(), load_settings(), DOCUMENTS)
    return set(routes_behind(server.config.app))


def test_the_routes_that_are_open_are_those_of_the_list(routes):
    assert {f"{method} {path}" for method, path in routes if is_open(method, path)} == OPEN


def test_far_more_routes_exist_than_are_open(routes):
    closed = {path for method, path in routes if not is_open(method, path)}

    assert {
        "/login",
        "/monitoring",
        "/gradio_api/upload",
        "/gradio_api/file={path_or_url:path}",
    } <= (closed)


def test_no_method_is_open_but_those_of_the_list():
    assert set(ROUTES) == {"GET", "HEAD", "POST"}
