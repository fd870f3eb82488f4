"""The real server on a free loopback port, and visitors who speak to it as a browser does."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from eval.load_visitors import outputs_after
from migbot.serve.desk import Answering
from migbot.serve.server import address, build_server, claim
from migbot.settings import Settings
from migbot.types import Document

READY_S = 60


@contextmanager
def live_page(
    assistant: Answering, settings: Settings, documents: Mapping[str, Document], **options: Any
) -> Iterator[str]:
    """Serve the page while the block runs and give its address; `options` as `build_server`'s."""
    # All on one thread of its own: a browser's test keeps an event loop on the main one.
    with claim("127.0.0.1", 0) as listening, ThreadPoolExecutor(max_workers=1) as thread:
        server = thread.submit(build_server, assistant, settings, documents, **options).result()
        running = thread.submit(server.run, sockets=[listening])
        try:
            until = time.monotonic() + READY_S
            while not server.started:
                assert time.monotonic() < until, "the server did not start"
                assert not running.done(), "the server ended before it started"
                time.sleep(0.05)
            yield address(listening)
        finally:
            server.should_exit = True
            running.result(READY_S)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def scripted_process(
    port: int, *, pause_s: float = 0.3, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Serve the scripted assistant in a process of its own and give it, once it answers."""
    script = Path(__file__).with_name("scripted_assistant.py")
    with subprocess.Popen(
        [sys.executable, script, str(port), str(pause_s)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
    ) as process:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, timeout=READY_S) as client:
            assert client.get(f"http://127.0.0.1:{port}/health").text == "ok"
        try:
            yield process
        finally:
            process.kill()


@dataclass(kw_only=True)
class Visitor:
    """One session. `seen` holds what the page showed after each change, by component name.

    `address` is whom a proxy on this machine says that it speaks for, "" where there is no proxy.
    """

    url: str
    session: str
    language: str = "fr"
    address: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.url, timeout=60, headers={"accept-language": self.language}
        )
        if self.address:
            self.client.headers["x-forwarded-for"] = self.address
        config = self.client.get("/config").json()
        self.names = {
            part["id"]: part["props"].get("elem_id") or f"#{part['id']}"
            for part in config["components"]
        }
        self.events = config["dependencies"]
        self.page: dict[str, Any] = {}

    def event(self, name: str, kind: str = "click") -> dict[str, Any]:
        if kind == "load":
            return next(e for e in self.events if e["targets"][0][1] == "load")
        return next(
            event
            for event in self.events
            for target, action in event["targets"]
            if action == kind and self.names.get(target) == name
        )

    def arrive(self) -> None:
        self.act("", "load", [])

    def act(self, name: str, kind: str = "click", data: list[Any] | None = None) -> None:
        """Do something that answers at once."""
        event = self.event(name, kind)
        reply = self.client.post(
            "/gradio_api/run/predict",
            json={
                "data": [None] if data is None else data,
                "fn_index": event["id"],
                "session_hash": self.session,
            },
        )
        reply.raise_for_status()
        self._show(event, reply.json()["data"])

    def ask(self, question: object) -> None:
        """Ask and follow the answer to its end."""
        for _ in self.follow(question):
            pass

    def follow(self, question: object, button: str = "mb-send") -> Iterator[dict[str, Any]]:
        """Ask, or check a claim, and yield what the page shows after each change."""
        event = self.event(button)
        joined = self.client.post(
            "/gradio_api/queue/join",
            # Escaped, as a browser sends it: half of a surrogate pair must reach the server.
            content=json.dumps(
                {"data": [question, None], "fn_index": event["id"], "session_hash": self.session}
            ),
            headers={"content-type": "application/json"},
        )
        joined.raise_for_status()
        mine = joined.json()["event_id"]
        data: list[Any] = []
        path = f"/gradio_api/queue/data?session_hash={self.session}"
        with self.client.stream("GET", path) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line.removeprefix("data:"))
                if message.get("event_id") != mine:
                    continue
                if message["msg"] in {"process_generating", "process_completed"}:
                    data = outputs_after(message, data)
                    self._show(event, data)
                    yield self.page
                if message["msg"] == "process_completed":
                    return

    def _show(self, event: dict[str, Any], data: list[Any]) -> None:
        for part, value in zip(event["outputs"], data, strict=True):
            shown = value.get("value") if isinstance(value, dict) else value
            if shown is not None:
                self.page[self.names[part]] = shown
        self.seen.append(dict(self.page))
