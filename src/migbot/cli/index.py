"""`migbot index`: build the index, say what it holds, check it thoroughly."""

import argparse
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import TaskID

    from migbot.index.content import Progress, Stage


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `index` and its subcommands to the command line."""
    parser = commands.add_parser("index", help="build the index of the documents, and check it")
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    build = actions.add_parser(
        "build",
        help="build the index of the corpus",
        description="Build the index of the corpus. Only new or changed passages are embedded; "
        "files that cannot be read are named and left out.",
    )
    build.add_argument("--corpus", type=Path, metavar="DIR", help="folder of the documents")
    build.set_defaults(run=run_build)

    info = actions.add_parser("info", help="say what the index holds and how it was built")
    info.set_defaults(run=run_info)

    check = actions.add_parser(
        "check",
        help="verify every hash, count, passage and vector",
        description="Verify every hash and count, that every passage is the text of its document, "
        "and that the embedder still gives the stored vectors. Exit status 1 says what is wrong.",
    )
    check.set_defaults(run=run_check)

    for action in (build, info, check):
        action.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
        action.add_argument("--json", action="store_true", help="print JSON on standard output")


def run_build(options: argparse.Namespace) -> int:
    """Build the index and say what was done; refused files do not make it fail."""
    from migbot.cli.output import print_json
    from migbot.index.build import build_index
    from migbot.index.embed import load_embedder
    from migbot.index.milvus import milvus_server
    from migbot.settings import load_settings

    settings = load_settings(corpus=options.corpus, index=options.index)
    start = time.perf_counter()
    with _stages() as on_progress:
        report = build_index(
            settings.corpus,
            settings.index,
            embedder=load_embedder(settings),
            passage_tokens=settings.passage_tokens,
            document_bytes=settings.document_bytes,
            milvus=milvus_server(settings),
            on_progress=on_progress,
        )
    seconds = time.perf_counter() - start
    for refused in report.refused:
        print(f"migbot: {refused.path} is left out: {refused.reason}", file=sys.stderr)
    if options.json:
        print_json({**asdict(report), "seconds": round(seconds, 2)})
    else:
        state = "is in force" if report.published else "was up to date"
        print(
            f"Index {report.build_id} {state}: {report.documents} documents, "
            f"{report.passages} passages ({report.embedded} embedded now, {report.reused} kept), "
            f"{len(report.refused)} files left out; {seconds:.1f} s."
        )
    return 0


def run_info(options: argparse.Namespace) -> int:
    """Print what the index in force holds, from its verified manifest."""
    from migbot.cli.output import print_json
    from migbot.index.milvus import milvus_server
    from migbot.index.store import open_index
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    index = open_index(settings.index, milvus=milvus_server(settings))
    manifest = index.manifest
    if options.json:
        print_json({**manifest.to_json(), "fault": index.fault})
        return 0
    counts = manifest.counts
    print(f"Index {manifest.build_id} at {settings.index}")
    print(f"built     {manifest.created} by {manifest.built_by}, format {manifest.format}")
    print(f"embedder  {manifest.embedder.name}, {manifest.dimension} dimensions")
    print(f"documents {counts.documents} ({_by_language(counts.documents_by_language)})")
    print(f"passages  {counts.passages} ({_by_language(counts.passages_by_language)})")
    print(f"size      {sum(file.bytes for file in manifest.files.values()) / 1e6:.1f} MB")
    if index.fault is not None:
        print(f"degraded  {index.fault}")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Check the index and print what is wrong; exit status 1 when anything is."""
    from migbot.cli.output import print_json
    from migbot.index.check import check_index
    from migbot.index.embed import load_embedder
    from migbot.index.milvus import milvus_server
    from migbot.index.store import current_build
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    build_id = current_build(settings.index)
    problems = check_index(settings.index, load_embedder(settings), milvus_server(settings))
    if options.json:
        print_json({"build_id": build_id, "ok": not problems, "problems": problems})
    elif not problems:
        print(f"Index {build_id} is whole.")
    for problem in problems:
        print(f"migbot: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _by_language(counts: "Mapping[str, int]") -> str:
    return ", ".join(f"{count} {language}" for language, count in counts.items())


@contextmanager
def _stages() -> "Iterator[Progress]":
    """Show each stage on standard error: as a bar on a terminal, else as a line when it begins."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed
    from rich.progress import TimeRemainingColumn as TimeLeft

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars: dict[str, TaskID] = {}
    with Progress(
        *columns, Elapsed(), TimeLeft(), console=console, disable=not console.is_terminal
    ) as progress:

        def show(stage: "Stage", done: int, total: int | None) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=total)
                if not console.is_terminal:
                    console.print(stage)
            progress.update(bars[stage], completed=done, total=total)

        yield show
