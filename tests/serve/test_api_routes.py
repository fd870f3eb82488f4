"""Every route that exists behind the gate, and those that it lets through."""

import re
from pathlib import Path

import pytest
from scripted_assistant import DOCUMENTS, ScriptedAssistant
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from migbot.serve.gate import ROUTES, Gate
from migbot.serve.server import build_server
from migbot.settings import load_settings

# Each on a line of its own, open or shut: a route that the toolkit adds is to be looked at first.
KNOWN = Path(__file__).with_name("routes.txt").read_text("utf-8").splitlines()


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


def test_every_route_that_exists_is_known_to_be_open_or_shut(routes):
    found = {
        f"{'open' if is_open(method, path) else 'shut'} {method} {path}" for method, path in routes
    }

    assert sorted(found - set(KNOWN)) == []
    assert sorted(set(KNOWN) - found) == []


def test_a_route_that_the_toolkit_adds_is_found():
    async def added(_request):
        raise AssertionError("nobody calls it")

    inner = Starlette(routes=[Route("/new", added, methods=["POST"])])
    gate = Gate(Starlette(routes=[Mount("/gradio_api", inner)]))

    assert list(routes_behind(gate)) == [("POST", "/gradio_api/new")]


def test_no_method_is_open_but_those_of_the_list():
    assert set(ROUTES) == {"GET", "HEAD", "POST"}
