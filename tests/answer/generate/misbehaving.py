import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Endpoint:
    """A local HTTP server that answers the n-th request with the n-th behaviour, then the last."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.hung_up = threading.Event()


def status(code: int, **headers: str) -> Behaviour:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def stream(*data: bytes) -> Behaviour:
    """Send a body of server-sent events and close the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for part in data:
            handler.wfile.write(part)
            handler.wfile.flush()

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def delta(text: str | None, *, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish, **more}
    return f"data: {json.dumps({'choices': [choice]})}\n\n".encode()


DONE = b"data: [DONE]\n\n"


class _Server(ThreadingHTTPServer):
    served: Endpoint
    behaviours: Sequence[Behaviour]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        served, behaviours = self.server.served, self.server.behaviours
        behaviour = behaviours[min(len(served.bodies), len(behaviours) - 1)]
        size = int(self.headers["Content-Length"])
        served.bodies.append(json.loads(self.rfile.read(size)))
        served.keys.append(self.headers["Authorization"])
        try:
            behaviour(self)
        except OSError:
            served.hung_up.set()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- http.server's name
        pass


@contextmanager
def endpoint(behaviours: Sequence[Behaviour]) -> Iterator[Endpoint]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.behaviours = behaviours
        server.served = Endpoint(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.served
        finally:
            server.shutdown()
            thread.join()
