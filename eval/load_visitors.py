"""Visitors of `eval.load`: programs that ask over HTTP, and browsers that speak to the page.

Each asks for its own number, so that whatever is another's is noticed.
"""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from gradio_client.utils import apply_diff

# Offices and files have as many digits each, so that no number holds another.
FIRST_OFFICE, FILES = 1000, 70_000
_BUSY = 503
_PLACE = re.compile(r"\d+ questions come before yours|Another answer is being written")
# What the page says of a full line.
_FULL = re.compile(r"Many questions are waiting\. Try again in (?:(\d+)|a) (seconds|minutes?)\.")
_UNIT_S = {"seconds": 1.0, "minute": 60.0, "minutes": 60.0}
# Who waits so long between sources and first sentence should be told the place in line by then.
_WAITED_S = 2.0
# Where the toolkit's own line is full, it does not say when to come back.
_BACK_S = 60.0


@dataclass(kw_only=True)
class Seen:
    """What visitors saw; times are in seconds from the question on.

    `waited` counts those whose first sentence came long after their sources, `untold` those of them
    who were not told that others come before.
    """

    answered: int = 0
    come_back: int = 0
    told_place: int = 0
    waited: int = 0
    untold: int = 0
    errors: list[str] = field(default_factory=list)
    crossed: int = 0
    sources_s: list[float] = field(default_factory=list)
    first_sentence_s: list[float] = field(default_factory=list)
    total_s: list[float] = field(default_factory=list)

    def add_wait(self, sources_s: float, first_sentence_s: float, *, was_told: bool) -> None:
        """Count one visitor who got an answer, `was_told` if the place in line was shown."""
        self.sources_s.append(sources_s)
        self.first_sentence_s.append(first_sentence_s)
        self.told_place += was_told
        has_waited = first_sentence_s - sources_s > _WAITED_S
        self.waited += has_waited
        self.untold += has_waited and not was_told


async def visit_api(client: httpx.AsyncClient, number: int, seen: Seen) -> None:
    """Ask over HTTP for one's own number until it is answered, coming back when told to."""
    try:
        while (back_s := await _ask_api(client, number, seen)) is not None:
            seen.come_back += 1
            await asyncio.sleep(back_s)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        seen.errors.append(repr(error))


async def visit_page(
    client: httpx.AsyncClient, page: "PageEvents", number: int, seen: Seen
) -> None:
    """Open the page anew and ask on it, as a browser does, coming back when told to."""
    browser = _Browser(client, page, number)
    try:
        async with browser.open():
            while (back_s := await _ask_page(browser, number, seen)) is not None:
                seen.come_back += 1
                await asyncio.sleep(back_s)
    except (httpx.HTTPError, ValueError, KeyError, IndexError) as error:
        seen.errors.append(repr(error))


def question_for(number: int) -> str:
    """Return the question of the visitor of that number."""
    return f"How many files does the register of office {FIRST_OFFICE + number} hold?"


def outputs_after(message: Mapping[str, Any], outputs: list[Any]) -> list[Any]:
    """Return what the page's parts hold after an event of its queue, `outputs` being before it.

    While an answer grows, the queue sends what changed alone.

    Raises:
        ValueError: the server failed.
    """
    if not message["success"]:
        raise ValueError(f"the page's call failed: {message}")
    sent: list[Any] = message["output"]["data"]
    if message["msg"] == "process_generating" and outputs:
        return [
            apply_diff(old, new) if isinstance(new, list) else new
            for old, new in zip(outputs, sent, strict=True)
        ]
    return sent or outputs


def come_back_s(status: str) -> float | None:
    """Return in how many seconds the page asks its visitor to come back, None where it does not."""
    full = _FULL.search(status)
    return float(full[1] or 1) * _UNIT_S[full[2]] if full else None


def _is_crossed(text: str, number: int) -> bool:
    found = re.findall(rf"\b{FILES // 10_000}\d{{4}}\b", text)
    return {int(digits) for digits in found} != {FILES + number}


def _headers(number: int) -> dict[str, str]:
    """A proxy on this machine says whom it speaks for."""
    return {"x-forwarded-for": f"198.18.0.{number}"}


async def _ask_api(client: httpx.AsyncClient, number: int, seen: Seen) -> float | None:
    """Ask once; return in how many seconds to come back, None once there is an answer."""
    began = time.monotonic()
    async with client.stream(
        "POST",
        "/api/v1/ask",
        json={"question": question_for(number)},
        headers={"accept": "text/event-stream", **_headers(number)},
    ) as reply:
        if reply.status_code == _BUSY:
            return float(reply.headers["retry-after"])
        reply.raise_for_status()
        # When each kind of event first came.
        came_s: dict[str, float] = {}
        async for name, data in _events(reply):
            came_s.setdefault(name, time.monotonic() - began)
            if name == "error":
                raise ValueError(data)
            if name == "answer":
                was_told = "place" in came_s
                seen.add_wait(came_s["passages"], came_s["sentence"], was_told=was_told)
                seen.total_s.append(came_s["answer"])
                seen.answered += 1
                seen.crossed += _is_crossed(json.loads(data)["text"], number)
    return None


async def _events(reply: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Yield name and data of each event; a comment that tells the place is called `place`."""
    name = ""
    async for line in reply.aiter_lines():
        if line.startswith(": ") and "before" in line:
            yield "place", line
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, line.removeprefix("data: ")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageEvents:
    """What a browser learns of the page before it calls anything: events, and their outputs.

    `outputs` maps the number of an event to the names of what it changes.
    """

    load: int
    new: int
    ask: int
    outputs: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "PageEvents":
        """Read them from what the toolkit serves at `/config`."""
        names = {one["id"]: one["props"].get("elem_id") or "" for one in config["components"]}
        events = {
            (names.get(target, ""), action): event["id"]
            for event in config["dependencies"]
            for target, action in event["targets"]
        }
        load = next(number for (_, action), number in events.items() if action == "load")
        return cls(
            load=load,
            new=events["mb-new", "click"],
            ask=events["mb-send", "click"],
            outputs={
                event["id"]: tuple(names.get(part, "") for part in event["outputs"])
                for event in config["dependencies"]
            },
        )


class _Browser:
    """One open page; `shown` is what it shows, by name."""

    def __init__(self, client: httpx.AsyncClient, page: PageEvents, number: int) -> None:
        self._client = client
        self._page = page
        # Each opening of the page is a visit of its own.
        self._session = uuid.uuid4().hex
        self._headers = {
            **_headers(number),
            "accept-language": "en",
            "sec-fetch-site": "same-origin",
        }
        self.shown: dict[str, str] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Open the page, keep its heartbeat going, and begin a new conversation."""
        beating = asyncio.ensure_future(self._beat())
        try:
            await self._at_once(self._page.load, [])
            await self._at_once(self._page.new, [None])
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def ask(self, question: str) -> AsyncIterator[None]:
        """Ask, and come back after each change of what is shown.

        Raises:
            ValueError: the server said that something failed.
        """
        number = self._page.ask
        joined = await self._post("queue/join", number, [question, None])
        mine = joined.json()["event_id"]
        data: list[Any] = []
        address = f"/gradio_api/queue/data?session_hash={self._session}"
        async with self._client.stream("GET", address, headers=self._headers) as stream:
            stream.raise_for_status()
            async for name, line in _events(stream):
                message = json.loads(line)
                if name or message.get("event_id") != mine:
                    continue
                if message["msg"] in {"process_generating", "process_completed"}:
                    data = outputs_after(message, data)
                    self._show(number, data)
                    yield
                if message["msg"] == "process_completed":
                    return

    async def _beat(self) -> None:
        address = f"/gradio_api/heartbeat/{self._session}"
        async with self._client.stream("GET", address, headers=self._headers) as beats:
            async for _ in beats.aiter_bytes():
                pass

    async def _at_once(self, number: int, data: list[Any]) -> None:
        reply = await self._post("run/predict", number, data)
        self._show(number, reply.json()["data"])

    async def _post(self, path: str, number: int, data: list[Any]) -> httpx.Response:
        call = {"data": data, "fn_index": number, "session_hash": self._session}
        address = f"/gradio_api/{path}"
        reply = await self._client.post(address, json=call, headers=self._headers)
        reply.raise_for_status()
        return reply

    def _show(self, number: int, data: list[Any]) -> None:
        for name, value in zip(self._page.outputs[number], data, strict=True):
            shown = value.get("value") if isinstance(value, dict) else value
            if name and isinstance(shown, str):
                self.shown[name] = shown


async def _ask_page(browser: _Browser, number: int, seen: Seen) -> float | None:
    """Ask once; return in how many seconds to come back, None once there is an answer."""
    began = time.monotonic()
    # When each was first seen, by what the page shows then.
    shown_s: dict[str, float] = {}
    was_told = False
    try:
        async for _ in browser.ask(question_for(number)):
            for name in ("mb-card", "mb-sentence"):
                if name in browser.shown["mb-conversation"]:
                    shown_s.setdefault(name, time.monotonic() - began)
            was_told = was_told or bool(_PLACE.search(browser.shown["mb-status"]))
    except httpx.HTTPStatusError as error:
        if error.response.status_code == _BUSY:
            return _BACK_S
        raise
    if (back_s := come_back_s(browser.shown["mb-status"])) is not None:
        return back_s
    # The sources beside the answer hold the numbers of others, by right.
    answer, _, _ = browser.shown["mb-conversation"].partition('class="mb-sources"')
    if "mb-sentence" not in answer:
        raise ValueError(browser.shown["mb-status"])
    seen.add_wait(shown_s["mb-card"], shown_s["mb-sentence"], was_told=was_told)
    seen.total_s.append(time.monotonic() - began)
    seen.answered += 1
    seen.crossed += _is_crossed(re.sub("<[^>]*>", " ", answer), number)
    return None
