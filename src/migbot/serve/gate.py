"""What the server lets through: known routes, small bodies of its own pages, strict headers.

The toolkit brings far more routes than the page uses (uploads, files, proxies, monitoring). All
but those named here answer 404 before it sees them.
"""

import asyncio
import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from migbot.serve.refusals import GONE, refused

BODY_BYTES = 64 * 1024
# A body this small that takes longer holds a connection for nothing.
BODY_S = 10.0
# What a WebSocket is closed with (RFC 6455, section 7.4.1): there is none here.
POLICY_VIOLATION = 1008
# What the server then answers.
WEBSOCKET_STATUS = 403

ROUTES = {
    "GET": re.compile(
        r"/|/config/?|/theme\.css|/favicon\.ico|/robots\.txt|/health"
        r"|/(assets|static)/(?!.*\.\.)[\w./@-]+"
        r"|/gradio_api/(queue/data|startup-events|heartbeat/\w+)"
        r"|/api/v1/(search|documents|openapi\.json)|/v1/models"
    ),
    "HEAD": re.compile(r"/|/health"),
    "POST": re.compile(
        r"/gradio_api/(queue/join|run/predict|cancel|reset)/?"
        r"|/api/v1/(ask|search)|/v1/chat/completions"
    ),
}

# The toolkit's own scripts need inline code and `new Function`; nothing may come from elsewhere.
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


# How a request is answered that cannot be taken, by what it is and its body; None to any other.
Refusal = Callable[[Scope, bytes], Response | None]


class Gate:
    """ASGI middleware in front of the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        refusal: Refusal = lambda *_: None,
        count: Callable[[int], None] = lambda _: None,
        body_s: float = BODY_S,
    ) -> None:
        """`refusal` looks at whole requests; `body_s` is how long a body may take, in seconds.

        `count` is told the status of each request that is refused, here or behind.
        """
        self._app = app
        self._count = count
        self._refuses = refusal
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a wanted request on, answer any other with 400, 403, 404, 405, 408 or 413."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await receive()
            self._note(WEBSOCKET_STATUS)
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        try:
            body = await _read_within(self._body_s, receive) if scope["method"] == "POST" else b""
        except TimeoutError:
            told = f"the body did not arrive within {self._body_s:g} s: send it at once"
            refusal = refused(408, "too_slow", told, {"connection": "close"})
            await refusal(scope, receive, send_with_headers)
            return
        if body is None:
            refusal = refused(413, "too_large", f"the body is over {BODY_BYTES} bytes: send less")
            await refusal(scope, receive, send_with_headers)
            return
        refusal = self._refuses(scope, body)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(
            scope,
            _replay(body, receive) if scope["method"] == "POST" else receive,
            send_with_headers,
        )

    def _note(self, status: int) -> None:
        """Count a refusal; who has gone was not refused, and a failure is none."""
        if (400 <= status < 500 and status != GONE) or status == 503:  # noqa: PLR2004 - RFC 9110
            self._count(status)

    @staticmethod
    def _refusal(scope: Scope) -> Response | None:
        path = scope["path"]
        methods = [method for method, routes in ROUTES.items() if routes.fullmatch(path)]
        if scope["method"] in methods:
            if scope["method"] == "POST" and _is_from_elsewhere(Headers(scope=scope)):
                told = "a page of another site may not ask here: open migbot itself"
                return refused(403, "other_site", told)
            return None
        if methods or scope["method"] not in ROUTES:
            allowed = ", ".join(methods)
            told = f"the method is not allowed here: use {allowed or 'GET or POST'}"
            return refused(405, "method_not_allowed", told, {"allow": allowed})
        return refused(404, "not_found", "there is nothing at this address")


def _is_from_elsewhere(headers: Headers) -> bool:
    """Return whether a browser sent a request for a page of another site.

    Browsers say so by themselves, and nothing on a page can change it; programs say nothing. Over
    plain HTTP from another machine they name the page's origin alone.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


async def _read_within(seconds: float, receive: Receive) -> bytes | None:
    """Return what `_read` does.

    Raises:
        TimeoutError: the body has not arrived.
    """
    reading = asyncio.ensure_future(_read(receive))
    try:
        # `asyncio.timeout` would cut a body that arrived while a busy machine held the loop up.
        done, _ = await asyncio.wait({reading}, timeout=seconds)
        if not done:
            raise TimeoutError
        return await reading
    finally:
        reading.cancel()


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None as soon as it is over the limit."""
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > BODY_BYTES:
            return None
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once and then what the connection says."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
