"""`migbot index`: build the index, say what it holds, check it thoroughly, roll it back."""

import argparse
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.progress import TaskID

    from migbot.index.content import Progress, Stage
    from migbot.index.manifest import Manifest
    from migbot.index.store import Index
    from migbot.types import Document


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
    info.add_argument("--documents", action="store_true", help="list the documents too")
    info.set_defaults(run=run_info)

    check = actions.add_parser(
        "check",
        help="verify every hash, count, passage and vector",
        description="Verify every hash and count, that every passage is the text of its document, "
        "and that the embedder still gives the stored vectors. Exit status 1 says what is wrong.",
    )
    check.set_defaults(run=run_check)

    rollback = actions.add_parser(
        "rollback",
        help="put the build before in force again",
        description="Put the newest other build that is kept and whole in force. A running page "
        "goes over to it. The next `migbot index build` indexes the documents as they are then.",
    )
    rollback.set_defaults(run=run_rollback)

    for action in (build, info, check, rollback):
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
    """Print what the index in force holds, and which other builds are kept."""
    from migbot.cli.output import print_json
    from migbot.documents.corpus import on_one_line
    from migbot.index.milvus import milvus_server
    from migbot.index.store import builds_newest_first, open_index, read_manifest
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    index = open_index(settings.index, milvus=milvus_server(settings))
    kept = [
        read_manifest(settings.index / build)
        for build in builds_newest_first(settings.index)
        if build != index.build_id
    ]
    if options.json:
        documents = [_document_to_json(one, passages) for one, passages in _documents(index)]
        others = [{"build_id": one.build_id, "created": one.created} for one in kept]
        more = {"fault": index.fault, "documents": documents, "kept": others}
        print_json({**index.manifest.to_json(), **more})
        return 0
    print(f"Index {index.build_id} at {settings.index}")
    _print_manifest(index.manifest)
    for one in kept:
        print(f"kept      {one.build_id} of {one.created}, {one.counts.passages} passages")
    if index.fault is not None:
        print(f"degraded  {index.fault}")
    if options.documents:
        for document, passages in _documents(index):
            facts = ", ".join(filter(None, (document.language, document.date)))
            many = "passage" if passages == 1 else "passages"
            print(on_one_line(f"{document.path}: {document.title} ({facts}, {passages} {many})"))
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Check the index and print what is wrong; exit status 1 when anything is."""
    from migbot.cli.output import print_json
    from migbot.documents.corpus import on_one_line
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
        print(on_one_line(f"migbot: {problem}"), file=sys.stderr)
    return 1 if problems else 0


def run_rollback(options: argparse.Namespace) -> int:
    """Put the build before in force again and say which it is."""
    from migbot.cli.output import print_json
    from migbot.index.milvus import milvus_server
    from migbot.index.publish import roll_back
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    manifest = roll_back(settings.index, milvus_server(settings))
    if options.json:
        print_json({"build_id": manifest.build_id, "created": manifest.created})
    else:
        print(
            f"Index {manifest.build_id} of {manifest.created} is in force again: "
            f"{manifest.counts.documents} documents, {manifest.counts.passages} passages."
        )
    return 0


def _print_manifest(manifest: "Manifest") -> None:
    counts = manifest.counts
    print(f"built     {manifest.created} by {manifest.built_by}, format {manifest.format}")
    print(f"embedder  {manifest.embedder.name}, {manifest.dimension} dimensions")
    print(f"documents {counts.documents} ({_by_language(counts.documents_by_language)})")
    print(f"passages  {counts.passages} ({_by_language(counts.passages_by_language)})")
    print(f"size      {sum(file.bytes for file in manifest.files.values()) / 1e6:.1f} MB")


def _documents(index: "Index") -> "list[tuple[Document, int]]":
    """Return the documents of an index, each with how many passages it has."""
    passages = Counter(passage.document_id for passage in index.passages)
    return [(one, passages[one.document_id]) for one in index.documents.values()]


def _document_to_json(document: "Document", passages: int) -> "dict[str, str | int | None]":
    return {
        "path": document.path,
        "title": document.title,
        "language": document.language,
        "date": document.date,
        "passages": passages,
    }


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
