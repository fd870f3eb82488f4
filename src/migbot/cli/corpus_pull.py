"""`migbot corpus pull`: fetch what `sources.toml` lists; the one command that fetches documents."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from migbot.cli.output import print_json
from migbot.errors import UsageError
from migbot.settings import Settings, load_settings

if TYPE_CHECKING:
    from migbot.documents.pull import Finished, Progress, Result
    from migbot.documents.pull_courtesy import Limits
    from migbot.documents.pull_network import Network
    from migbot.documents.pulled import PulledFile
    from migbot.documents.sources import Sources

_BAD = ("vanished", "refused", "failed")


def add_parser(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `pull` to the actions of `migbot corpus`."""
    pull = actions.add_parser(
        "pull",
        help="fetch the publications that sources.toml lists",
        description="Fetch the publications that sources.toml lists, where they are new or have "
        "changed, into the folder pulled/ of the corpus. Exit status 1 says that something could "
        "not be fetched; what was there stays.",
    )
    pull.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the documents")
    pull.add_argument(
        "--only", nargs="+", action="extend", metavar="ID", help="the publications to fetch"
    )
    pull.add_argument("--json", action="store_true", help="print JSON on standard output")
    pull.set_defaults(run=run)


def run(options: argparse.Namespace, *, network: "Network | None" = None) -> int:
    """Pull, and say what became of each file; exit status 1 when one is not as it should be.

    Args:
        options: of the command line.
        network: how to reach hosts; only tests give another than the Internet.
    """
    from migbot.documents.pull import pull
    from migbot.documents.pull_network import INTERNET
    from migbot.documents.sources import SOURCES_FILE, read_sources

    settings = load_settings(corpus=options.corpus)
    sources = read_sources(settings.corpus / SOURCES_FILE)
    files = _chosen(sources, options.only or ())
    with _shown(len(files), json=options.json) as (on_progress, on_result):
        results = pull(
            settings.corpus,
            sources,
            files,
            limits=_limits(settings),
            on_progress=on_progress,
            on_result=on_result,
            network=network or INTERNET,
        )
    counts = _counts(results)
    if options.json:
        print_json({"files": [asdict(result) for result in results], "counts": counts})
    else:
        _print_end(counts)
    return int(any(counts[state] for state in _BAD))


def _chosen(sources: "Sources", only: Sequence[str]) -> "tuple[PulledFile, ...]":
    """Return the files of the publications called `only`, of all where it is empty.

    Raises:
        UsageError: there is no such publication.
    """
    from migbot.documents.pulled import pulled_files

    unknown = set(only) - {publication.source_id for publication in sources.publications}
    if unknown:
        raise UsageError(
            f"no publication is called {min(unknown)!r}: sources.toml has the ids of all"
        )
    return tuple(
        file for file in pulled_files(sources) if not only or file.publication.source_id in only
    )


def _limits(settings: Settings) -> "Limits":
    from migbot.documents.pull_courtesy import Limits

    return Limits(
        document_bytes=settings.document_bytes,
        silence_s=settings.pull_silence_s,
        transfer_s=settings.pull_transfer_s,
        delay_s=settings.pull_delay_s,
        longest_delay_s=settings.pull_longest_delay_s,
        hosts=settings.pull_hosts,
    )


@contextmanager
def _shown(files: int, *, json: bool) -> "Iterator[tuple[Progress, Finished]]":
    """Show bars on a terminal's standard error, and everywhere a line for each file that is done.

    The lines go to standard error where standard output is for JSON.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

    bars: dict[str, TaskID] = {}
    done_files = 0
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
        # Lines for a pipe or a file stay out of the terminal.
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:

        def show(path: str, done: int, total: int | None) -> None:
            if path not in bars:
                bars[path] = progress.add_task(path, total=total)
            progress.update(bars[path], completed=done, total=total)

        def finish(result: "Result") -> None:
            nonlocal done_files
            done_files += 1
            if result.path in bars:
                progress.remove_task(bars.pop(result.path))
            line = f"[{done_files}/{files}] {_line(result)}"
            print(line, file=sys.stderr if json else sys.stdout, flush=True)

        yield show, finish


def _line(result: "Result") -> str:
    from migbot.documents.corpus import on_one_line

    said = result.reason or f"{result.bytes:,} bytes"
    if result.moved_to:
        said += f"; moved for good: put {result.moved_to} into sources.toml"
    return on_one_line(f"{result.state:9}  {result.path}: {said}")


def _counts(results: "Sequence[Result]") -> dict[str, int]:
    from migbot.documents.pull import State

    found = Counter(result.state for result in results)
    moved = sum(result.moved_to is not None for result in results)
    return {**{state: found[state] for state in get_args(State)}, "moved": moved}


def _print_end(counts: Mapping[str, int]) -> None:
    print(", ".join(f"{count} {state}" for state, count in counts.items()) + ".")
    if counts["new"] or counts["changed"]:
        print("Run `migbot index build` to take them into the index.")
