"""What many visitors at once do to the server: errors, waits, crossed answers and memory.

    python -m eval.load --visitors 100 --seconds 300

Serves a made-up index in a process of its own, with a model that copies and takes its time; all
else is the real server. Round after round, all visitors ask over HTTP at once, each for its own
number. Prints the figures as JSON. The exit status is 1 where anybody got an error or a number
that is another's.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from migbot.answer.assistant import Assistant
from migbot.answer.generate.protocol import Message, Piece
from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder
from migbot.index.store import open_index
from migbot.serve.server import address, build_server, claim
from migbot.settings import load_settings

# Offices and files have as many digits each, so that no number holds another.
_FIRST_OFFICE, _FILES = 1000, 70_000
_OFFICE = re.compile(r"office (\d+)")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_WAIT_S = 600.0
_BUSY = 503


@dataclass(kw_only=True)
class Seen:
    """What visitors saw; times are in seconds from the question on."""

    answered: int = 0
    come_back: int = 0
    told_place: int = 0
    errors: list[str] = field(default_factory=list)
    crossed: int = 0
    sources_s: list[float] = field(default_factory=list)
    total_s: list[float] = field(default_factory=list)


class CopyingModel:
    """Copies the sentence on the office that is asked for, spread over `answer_s` seconds."""

    def __init__(self, answer_s: float) -> None:
        self._answer_s = answer_s

    @property
    def name(self) -> str:
        """Return the model's name."""
        return "copying"

    def count_tokens(self, text: str) -> int:
        """Return how many words `text` has."""
        return len(text.split())

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,  # noqa: ARG002 - it obeys without
        alternatives: int = 0,  # noqa: ARG002 - it has no doubts
    ) -> Iterator[Piece]:
        """Say what the extracts say of the office."""
        prompt = messages[-1].text
        office = _OFFICE.findall(prompt)[-1]
        said = re.search(
            rf"\[(\d+)\] (?:(?!\[\d+\]).)*?(The register of office {office} [^.]+)\.",
            prompt,
            re.DOTALL,
        )
        words = f"{said[2]} [{said[1]}].".split() if said else ["NONE"]
        for word in words[:max_tokens]:
            time.sleep(self._answer_s / len(words))
            yield Piece(text=f"{word} ")


def main(arguments: Sequence[str]) -> int:
    """Serve or ask, as the arguments say, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m eval.load")
    parser.add_argument("--visitors", type=int, default=100, help="how many ask at once")
    parser.add_argument("--seconds", type=float, default=20, help="begin no round after these")
    parser.add_argument("--answer-s", type=float, default=0.1, help="time the model takes")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        _serve(options.visitors, options.answer_s)
        return 0
    figures = measure(options.visitors, options.seconds, options.answer_s)
    print(json.dumps(figures, indent=2))
    return 1 if figures["errors"] or figures["crossed"] else 0


def measure(visitors: int, seconds: float, answer_s: float) -> dict[str, object]:
    """Return the figures of as many rounds as begin within `seconds`, at least two."""
    seen = Seen()
    rss_mb: list[float] = []
    with _server(visitors, answer_s) as (url, process_id):
        end = time.monotonic() + seconds
        while len(rss_mb) < 2 or time.monotonic() < end:  # noqa: PLR2004 - a slope needs two
            asyncio.run(_ask_all(url, visitors, seen))
            rss_mb.append(_rss_mb(process_id))
    return {
        "visitors": visitors,
        "rounds": len(rss_mb),
        "answered": seen.answered,
        "told_their_place": seen.told_place,
        "told_to_come_back": seen.come_back,
        "errors": len(seen.errors),
        "first_error": next(iter(seen.errors), None),
        "crossed": seen.crossed,
        **_percentiles("sources_ms", seen.sources_s, 1000),
        **_percentiles("answer_s", seen.total_s, 1),
        "rss_mb_after_first_round": round(rss_mb[0], 1),
        "rss_mb_at_end": round(rss_mb[-1], 1),
        "rss_kb_per_round": _slope_kb(rss_mb),
    }


def _percentiles(name: str, values_s: Sequence[float], factor: float) -> dict[str, float]:
    scaled = np.array(values_s or [float("nan")]) * factor
    return {f"{name}_p{at}": round(float(np.percentile(scaled, at)), 1) for at in (50, 95)}


def _slope_kb(rss_mb: Sequence[float]) -> float:
    """Return by how much memory grows in a round, by least squares over the later half."""
    later = rss_mb[len(rss_mb) // 2 :] if len(rss_mb) > 3 else rss_mb  # noqa: PLR2004 - enough
    return round(1024 * float(np.polyfit(range(len(later)), later, 1)[0]), 1)


def _rss_mb(process_id: int) -> float:
    pages = int(Path(f"/proc/{process_id}/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE_BYTES / 2**20


async def _ask_all(url: str, visitors: int, seen: Seen) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        httpx.AsyncClient(base_url=url, timeout=_WAIT_S, limits=limits) as client,
        asyncio.TaskGroup() as group,
    ):
        for number in range(visitors):
            group.create_task(_visit(client, number, seen))


async def _visit(client: httpx.AsyncClient, number: int, seen: Seen) -> None:
    """Ask for one's own number until it is answered, coming back when told to."""
    try:
        while (back_s := await _ask(client, number, seen)) is not None:
            seen.come_back += 1
            await asyncio.sleep(back_s)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        seen.errors.append(repr(error))


async def _ask(client: httpx.AsyncClient, number: int, seen: Seen) -> float | None:
    """Ask once; return in how many seconds to come back, None once there is an answer."""
    office = _FIRST_OFFICE + number
    began = time.monotonic()
    async with client.stream(
        "POST",
        "/api/v1/ask",
        json={"question": f"How many files does the register of office {office} hold?"},
        # A proxy on this machine says whom it speaks for.
        headers={"accept": "text/event-stream", "x-forwarded-for": f"198.18.0.{number}"},
    ) as reply:
        if reply.status_code == _BUSY:
            return float(reply.headers["retry-after"])
        reply.raise_for_status()
        was_told = False
        async for name, data in _events(reply):
            if name == "passages":
                seen.sources_s.append(time.monotonic() - began)
            elif name == "place":
                was_told = True
            elif name == "error":
                raise ValueError(data)
            elif name == "answer":
                seen.total_s.append(time.monotonic() - began)
                seen.answered += 1
                seen.crossed += set(_numbers(json.loads(data)["text"])) != {_FILES + number}
        seen.told_place += was_told
    return None


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(rf"\b{_FILES // 10_000}\d{{4}}\b", text)]


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


@contextmanager
def _server(visitors: int, answer_s: float) -> Iterator[tuple[str, int]]:
    """Serve in a process of its own; give its address and process id."""
    command = [sys.executable, "-m", "eval.load", "--serve"]
    command += ["--visitors", str(visitors), "--answer-s", str(answer_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very module
        try:
            yield (process.stdout.readline().strip() if process.stdout else ""), process.pid
        finally:
            process.terminate()


def _serve(offices: int, answer_s: float) -> None:
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number in range(offices):
            office, files = _FIRST_OFFICE + number, _FILES + number
            sheet = f"# Office {office}\n\nThe register of office {office} holds {files} files.\n"
            (corpus / f"{office}.md").write_text(sheet, encoding="utf-8")
        settings = load_settings(
            corpus=corpus,
            index=Path(folder) / "indexes",
            models=Path(folder) / "models",
            # In a short round each visitor asks more often: here it is the line that is measured.
            visitor_questions_per_minute=0,
        )
        embedder = HashEmbedder()
        build_index(
            corpus, settings.index, embedder=embedder, passage_tokens=160, document_bytes=10_000
        )
        assistant = Assistant(
            index=open_index(settings.index, embedder=embedder.identity),
            embedder=embedder,
            generator=CopyingModel(answer_s),
            settings=settings,
        )
        with claim("127.0.0.1", 0) as listening:
            # No build is named, so that every question reaches the model.
            server = build_server(assistant, settings)
            print(address(listening), flush=True)
            server.run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
