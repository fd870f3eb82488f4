"""How an index of many passages is built and searched: time, disk, memory and recall.

    python -m eval.bench_index --passages 10000 100000

A million passages take about an hour on two cores, and about 6 GB of disk while they do: an index,
the one that one document more makes, what the build of it needs, and all vectors unrounded.

Documents and vectors are made up (`eval/synthetic.py`), so that no model's time is in the figures;
all else is what `migbot index build` and a search do. Building and serving are each measured in a
process of its own. Prints a table, and the same as JSON with `--json FILE`.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np

from eval.synthetic import PASSAGE_TOKENS, SyntheticDocuments, WordSumEmbedder
from migbot.answer.retrieve import Retriever
from migbot.index.build import BuildReport, index_documents
from migbot.index.passages import indexed_text
from migbot.index.publish import only_builder
from migbot.index.recall import nearest, recall
from migbot.index.store import Index, open_index

_QUESTIONS = 300
_CANDIDATES, _TOP_K = 50, 5  # as the settings have them
_BLOCK = 20_000  # passages embedded at a time

T = TypeVar("T")
Figures = dict[str, float | int]

_ROWS = (
    ("build_s", "build, s"),
    ("build_processor_s", "build, processor time, s"),
    ("one_more_embedded", "one document more: embedded"),
    ("one_more_s", "one document more: build, s"),
    ("build_peak_mb", "peak memory of the build, MB"),
    ("disk_mb", "disk, MB"),
    ("open_s", "open and verify, s"),
    ("serving_mb", "memory while serving, MB"),
    ("serving_own_mb", "of it not a file's, MB"),
    ("recall_at_10", "recall@10"),
    ("dense_p50_ms", "dense search, p50, ms"),
    ("dense_p95_ms", "dense search, p95, ms"),
    ("sparse_p50_ms", "sparse search, p50, ms"),
    ("sparse_p95_ms", "sparse search, p95, ms"),
    ("whole_p50_ms", "whole search, p50, ms"),
    ("whole_p95_ms", "whole search, p95, ms"),
)


def main(arguments: Sequence[str]) -> int:
    """Measure each number of passages in turn and print the table; return 0."""
    parser = argparse.ArgumentParser(
        description="Measure an index of many passages.",
        epilog="100,000 passages take some minutes and 0.6 GB of disk; a million, about an hour "
        "on two cores and 6 GB. The disk is free again at the end.",
    )
    parser.add_argument(
        "--passages",
        type=int,
        nargs="+",
        default=[10_000, 100_000, 1_000_000],
        metavar="N",
        help="one index for each number (by default 10000 100000 1000000)",
    )
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step is not None:
        print(json.dumps(_STEPS[options.step](options.folder, options.passages[0])))
        return 0
    measured = {}
    for passages in options.passages:
        with TemporaryDirectory(dir=options.folder) as folder:
            measured[passages] = _measure(Path(folder), passages)
    _print_table(measured)
    if options.json is not None:
        options.json.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return 0


def _measure(folder: Path, passages: int) -> Figures:
    """Return the figures of all steps, each run in a process whose memory is its own."""
    figures: Figures = {"passages": passages}
    for step in _STEPS:
        _tell(f"{passages} passages: {step}")
        command = [sys.executable, "-m", "eval.bench_index", "--step", step]
        command += ["--folder", str(folder), "--passages", str(passages)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - ours
        figures.update(json.loads(done.stdout))
    return figures


def _build(folder: Path, passages: int) -> Figures:
    seconds = _seconds_of(lambda: _index(folder, SyntheticDocuments(passages)))
    processor_s = time.process_time()
    index = open_index(folder)
    return {
        "build_s": round(seconds, 1),
        "build_processor_s": round(processor_s, 1),
        "build_peak_mb": _peak_mb(),
        "disk_mb": round(sum(file.bytes for file in index.manifest.files.values()) / 1e6, 1),
    }


def _add_one(folder: Path, passages: int) -> Figures:
    # One document more leaves those before it as they are.
    start = time.perf_counter()
    report = _index(folder, SyntheticDocuments(passages + 1))
    seconds = round(time.perf_counter() - start, 1)
    _tell(f"one document more: embedded {report.embedded}, {seconds} s")
    return {"one_more_embedded": report.embedded, "one_more_s": seconds}


def _serve(folder: Path, _passages: int) -> Figures:
    start = time.perf_counter()
    index = open_index(folder)
    opened_s = time.perf_counter() - start
    embedder = WordSumEmbedder()
    questions = _questions(index)
    vectors = embedder.embed_questions(questions)
    retriever = Retriever(index, embedder, _CANDIDATES)
    times = {
        "dense": _times(lambda vector: index.dense.search(vector, _CANDIDATES), vectors),
        "sparse": _times(lambda text: index.sparse.search(text, _CANDIDATES), questions),
        "whole": _times(
            lambda text: retriever.search(text, language="en", top_k=_TOP_K), questions
        ),
    }
    return {
        "open_s": round(opened_s, 1),
        "serving_mb": _status_mb("VmRSS"),
        "serving_own_mb": _status_mb("RssAnon"),
        **{
            f"{name}_p{percent}_ms": round(1000 * float(np.percentile(taken, percent)), 2)
            for name, taken in times.items()
            for percent in (50, 95)
        },
    }


def _recall(folder: Path, _passages: int) -> Figures:
    """Compare with the vectors as the embedder gives them, which the index may have rounded."""
    index = open_index(folder)
    embedder = WordSumEmbedder()
    vectors = embedder.embed_questions(_questions(index))
    exact = np.lib.format.open_memmap(
        folder / "exact.npy",
        mode="w+",
        dtype=np.float32,
        shape=(len(index.dense), index.dense.dimension),
    )
    for first in range(0, len(exact), _BLOCK):
        passages = index.passages[first : first + _BLOCK]
        exact[first : first + _BLOCK] = embedder.embed_passages(
            [indexed_text(passage) for passage in passages]
        )
    expected = nearest(exact, vectors)
    return {"recall_at_10": round(recall(index.dense.search, vectors, expected), 4)}


_STEPS: dict[str, Callable[[Path, int], Figures]] = {
    "build": _build,
    "add-one": _add_one,
    "serve": _serve,
    "recall": _recall,
}


def _index(folder: Path, documents: SyntheticDocuments) -> BuildReport:
    with only_builder(folder):
        return index_documents(
            documents, folder, embedder=WordSumEmbedder(), passage_tokens=PASSAGE_TOKENS
        )


def _tell(line: str) -> None:
    """Say how far it is; standard output holds the figures alone."""
    print(line, file=sys.stderr)


def _questions(index: Index) -> list[str]:
    """Return questions about passages spread over the whole index."""
    random = np.random.default_rng(1)
    documents = SyntheticDocuments(1)
    asked_about = random.choice(len(index.passages), size=_QUESTIONS, replace=False)
    return [documents.question(index.passages[int(at)].text, random) for at in asked_about]


def _seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _times(work: Callable[[T], object], items: Iterable[T]) -> list[float]:
    return [_seconds_of(partial(work, item)) for item in items]


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


def _status_mb(name: str) -> int:
    """Return a figure of this process's memory, as Linux counts it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kilobytes) // 1000


def _print_table(measured: dict[int, Figures]) -> None:
    head = "".join(f"{passages:>12,}" for passages in measured)
    print(f"{'passages':34}{head}")
    for key, label in _ROWS:
        cells = (f"{one[key]:,}" for one in measured.values())
        print(f"{label:34}{''.join(f'{cell:>12}' for cell in cells)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
