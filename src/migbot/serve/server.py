"""The server: the page behind its gate, on a socket that is known to be free."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from migbot.answer.support import SupportChecker
from migbot.errors import UsageError
from migbot.serve.answer_cache import AnswerCache
from migbot.serve.api import Api
from migbot.serve.connection import DeadlineProtocol
from migbot.serve.desk import Answering, Desk
from migbot.serve.gate import Gate
from migbot.serve.metrics import CountedAssistant, DeskState, Metrics, MetricsServer
from migbot.serve.mount import mount
from migbot.serve.openai_api import OpenAIApi
from migbot.serve.page import Page
from migbot.serve.rate import Rate
from migbot.settings import Settings
from migbot.types import Document

# How long the answer that is being written may still take once the server was told to stop, and
# then how long what was written may be on its way. Together they stay below the ten seconds after
# which containers are killed.
FINISH_S = 7.0
GRACE_S = 2
_LOOK_S = 0.1


def claim(host: str, port: int) -> socket.socket:
    """Return a listening-ready socket on `host` and `port`; port 0 takes any free one.

    Raises:
        UsageError: the port is taken, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    claimed = socket.socket(family, socket.SOCK_STREAM)
    claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        claimed.bind((host, port))
        claimed.listen()
    except OSError as error:
        claimed.close()
        raise UsageError(
            f"cannot listen on {host}:{port} ({error.strerror or error}): "
            "stop what uses the port, or choose another with --port"
        ) from error
    return claimed


def address(listening: socket.socket) -> str:
    """Return the address to open in a browser."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - read, not bound
    return f"http://{host}:{port}"


def build_server(
    assistant: Answering,
    settings: Settings,
    documents: Mapping[str, Document] | None = None,
    *,
    warm_up: Callable[[], None] | None = None,
    is_degraded: Callable[[], bool] = lambda: False,
    build_id: Callable[[], str | None] = lambda: None,
    checker: SupportChecker | None = None,
) -> uvicorn.Server:
    """Return the server of the page, ready to `run(sockets=[claim(…)])` until it is stopped.

    `documents` maps document ids to documents, for the text around a cited passage. `warm_up` is
    run before the first answer, while the page is already open. `is_degraded` is asked at each
    `GET /health`, which says `ok` or `degraded`. `build_id` tells which index a search uses now;
    while it tells none, no answer is kept. `checker` grades claims in the page's staff mode.

    Raises:
        UsageError: the port of the metrics is taken.
    """
    metrics = Metrics()
    desk = Desk(
        CountedAssistant(assistant, metrics),
        places=settings.waiting_visitors,
        answers=AnswerCache(build_id),
    )
    metrics.registry.register(DeskState(desk, build_id))
    if warm_up is not None:
        desk.prepare(warm_up)

    async def health(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("degraded" if is_degraded() else "ok")

    rate = Rate(settings.visitor_questions_per_minute)

    async def build() -> Gate:
        known = documents or {}
        routes = [
            Route("/health", health),
            *Api(desk, settings, known, rate).routes(),
            *OpenAIApi(desk, settings, known, rate).routes(),
        ]
        page = Page(desk, settings, known, rate, checker, build_id)
        return Gate(
            mount(Starlette(routes=routes), page, settings),
            refusal=page.calls.refusal,
            count=metrics.refused,
        )

    # Built where no event loop runs, the toolkit makes loops of its own and never closes them.
    config = uvicorn.Config(
        asyncio.run(build()),
        log_level="warning",
        access_log=False,
        server_header=False,
        http=DeadlineProtocol,
        timeout_graceful_shutdown=GRACE_S,
    )
    served = MetricsServer(metrics, settings.metrics_port) if settings.metrics_port else None
    return _Server(config, desk, served)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, desk: Desk, metrics: MetricsServer | None) -> None:
        super().__init__(config)
        self._desk = desk
        self._metrics = metrics
        self._is_hurried = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal; at the second, cut what is being written too."""
        if self.should_exit and not self._is_hurried:
            self._is_hurried = True
        else:
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the answer that is being written come to its end, then close."""
        self._desk.take_no_more()
        end_s = time.monotonic() + FINISH_S
        while self._is_to_wait(end_s):  # noqa: ASYNC110 - a signal ends it too
            await asyncio.sleep(_LOOK_S)
        self._desk.close()
        if self._metrics is not None:
            self._metrics.close()
        await super().shutdown(sockets)

    def _is_to_wait(self, end_s: float) -> bool:
        return self._desk.is_writing and not self._is_hurried and time.monotonic() < end_s
