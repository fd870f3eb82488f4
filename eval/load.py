"""What many visitors at once do to the server: errors, waits, crossed answers, what it holds.

    python -m eval.load --visitors 100 --seconds 300

Serves a made-up index in a process of its own, with a model that copies and takes its time; all
else is the real server. Round after round, all visitors ask in the same instant, or over
--spread-s, each for its own number: most are programs that ask over HTTP, the others speak to the
page as a browser does. After each round prints the server's memory, threads and open descriptors
on standard error, and at the end the figures of programs and page, each by itself, as JSON. The
exit status is 1 where anybody got an error or a number that is another's.
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import numpy as np

from eval.load_process import ProcessLog
from eval.load_visitors import FILES, FIRST_OFFICE, PageEvents, Seen, visit_api, visit_page
from migbot.answer.assistant import Assistant
from migbot.answer.generate.protocol import Message, Piece
from migbot.index.build import build_index
from migbot.index.embed import load_embedder
from migbot.index.fakes import HashEmbedder
from migbot.index.store import open_index
from migbot.serve.server import address, build_server, claim
from migbot.settings import load_settings

_OFFICE = re.compile(r"office (\d+)")
_WAIT_S = 600.0
_WAYS = ("api", "page")
# Has no divisor in common with a round number of visitors.
_STRIDE = 37


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
        offices = _OFFICE.findall(prompt)
        said = offices and re.search(
            rf"\[(\d+)\] (?:(?!\[\d+\]).)*?(The register of office {offices[-1]} [^.]+)\.",
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
    parser.add_argument("--page", type=int, default=30, help="how many of them open the page")
    parser.add_argument("--seconds", type=float, default=20, help="begin no round after these")
    parser.add_argument("--answer-s", type=float, default=0.1, help="time the model takes")
    parser.add_argument(
        "--spread-s", type=float, default=0.0, help="time over which a round's visitors come"
    )
    parser.add_argument(
        "--embedder", action="store_true", help="search with the real embedder, not a quick one"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        _serve(options.visitors, options.answer_s, real_embedder=options.embedder)
        return 0
    figures = measure(
        options.visitors,
        options.seconds,
        options.answer_s,
        page=options.page,
        spread_s=options.spread_s,
        real_embedder=options.embedder,
    )
    print(json.dumps(figures, indent=2))
    return 1 if any(figures[one]["errors"] or figures[one]["crossed"] for one in _WAYS) else 0


def measure(
    visitors: int,
    seconds: float,
    answer_s: float,
    *,
    page: int = 0,
    spread_s: float = 0.0,
    real_embedder: bool = False,
) -> dict[str, Any]:
    """Return the figures of as many rounds as begin within `seconds`, at least two.

    `page` of the `visitors` open the page, the others ask over HTTP, all in the same instant or
    one after the other over `spread_s`. With `real_embedder` their questions are embedded by the
    installed model.
    """
    seen = {way: Seen() for way in _WAYS}
    with _server(visitors, answer_s, real_embedder=real_embedder) as (url, process_id):
        log = ProcessLog(process_id)
        end = time.monotonic() + seconds
        while log.rounds < 2 or time.monotonic() < end:  # noqa: PLR2004 - a slope needs two
            asyncio.run(_ask_all(url, visitors, min(page, visitors), spread_s, seen, log))
            log.end_round()
        log.settle()
    return {
        "visitors": visitors,
        "rounds": log.rounds,
        **{way: _figures(seen[way]) for way in _WAYS},
        **log.figures(),
    }


def _figures(seen: Seen) -> dict[str, Any]:
    return {
        "answered": seen.answered,
        "told_their_place": seen.told_place,
        "waited": seen.waited,
        "waited_untold": seen.untold,
        "told_to_come_back": seen.come_back,
        "errors": len(seen.errors),
        "first_error": next(iter(seen.errors), None),
        "crossed": seen.crossed,
        **_percentiles("sources_ms", seen.sources_s, 1000),
        **_percentiles("first_sentence_s", seen.first_sentence_s, 1),
        **_percentiles("answer_s", seen.total_s, 1),
    }


def _percentiles(name: str, values_s: Sequence[float], factor: float) -> dict[str, float]:
    if not values_s:
        return {}
    scaled = np.array(values_s) * factor
    return {f"{name}_p{at}": round(float(np.percentile(scaled, at)), 1) for at in (50, 95)}


async def _ask_all(
    url: str,
    visitors: int,
    page: int,
    spread_s: float,
    seen: Mapping[str, Seen],
    log: ProcessLog,
) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with (
        httpx.AsyncClient(base_url=url, timeout=_WAIT_S, limits=limits) as client,
        log.watching(),
        asyncio.TaskGroup() as group,
    ):
        calls = PageEvents.of((await client.get("/config")).json())
        for number in range(visitors):
            if number < page:
                visit = visit_page(client, calls, number, seen["page"])
            else:
                visit = visit_api(client, number, seen["api"])
            # Page and API take turns.
            place = number * _STRIDE % visitors
            group.create_task(_after(spread_s * place / visitors, visit))


async def _after(delay_s: float, visit: Coroutine[Any, Any, None]) -> None:
    await asyncio.sleep(delay_s)
    await visit


@contextmanager
def _server(visitors: int, answer_s: float, *, real_embedder: bool) -> Iterator[tuple[str, int]]:
    """Serve in a process of its own; give its address and process id."""
    command = [sys.executable, "-m", "eval.load", "--serve"]
    command += ["--visitors", str(visitors), "--answer-s", str(answer_s)]
    command += ["--embedder"] * real_embedder
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very module
        try:
            yield (process.stdout.readline().strip() if process.stdout else ""), process.pid
        finally:
            process.terminate()


def _serve(offices: int, answer_s: float, *, real_embedder: bool) -> None:
    with TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number in range(offices):
            office, files = FIRST_OFFICE + number, FILES + number
            sheet = f"# Office {office}\n\nThe register of office {office} holds {files} files.\n"
            (corpus / f"{office}.md").write_text(sheet, encoding="utf-8")
        settings = load_settings(
            corpus=corpus,
            index=Path(folder) / "indexes",
            models=Path(folder) / "models",
            # In a short round each visitor asks more often: here it is the line that is measured.
            visitor_questions_per_minute=0,
        )
        embedder = load_embedder(load_settings()) if real_embedder else HashEmbedder()
        build_index(
            corpus, settings.index, embedder=embedder, passage_tokens=160, document_bytes=10_000
        )
        assistant = Assistant(
            index=open_index(settings.index, embedder=embedder.identity),
            embedder=embedder,
            generator=CopyingModel(answer_s),
            settings=settings,
        )
        assistant.warm_up()
        with claim("127.0.0.1", 0) as listening:
            # No build is named, so that every question reaches the model.
            server = build_server(assistant, settings)
            print(address(listening), flush=True)
            server.run(sockets=[listening])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
