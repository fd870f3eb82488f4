"""Server-sent events: an answer on its way to a program, freed when the program leaves."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from migbot.serve.desk import Beat
from migbot.types import Event

Events = AsyncGenerator[Event | Beat, None]


class EventStream(StreamingResponse):
    """Sends `lines`, made from `events`; however the connection ends, `events` is closed."""

    def __init__(self, lines: AsyncGenerator[str, None], events: Events) -> None:
        # The second header asks proxies not to hold lines back.
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        super().__init__(lines, headers=headers, media_type="text/event-stream")
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream over one connection."""
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


def named_event(name: str, value: object) -> str:
    """Return one event with `value` as its JSON."""
    return f"event: {name}\ndata: {_json(value)}\n\n"


def unnamed_event(value: object) -> str:
    """Return one event without a name."""
    return f"data: {_json(value)}\n\n"


def told(beat: Beat) -> str:
    """Return a line that readers pass over: it keeps the connection and tells a person why."""
    return f": {beat.stage}, {beat.ahead} before\n\n" if beat.ahead else f": {beat.stage}\n\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
