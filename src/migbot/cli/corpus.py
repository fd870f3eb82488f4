"""`migbot corpus`: check the documents before they are indexed, and pull official ones."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migbot.cli import corpus_pull
from migbot.errors import CorpusError, DocumentError, ModelIntegrityError, ModelMissingError
from migbot.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from migbot.documents.corpus import Accepted, Entry
    from migbot.types import Document

    # How many passages a document is cut into.
    Count = Callable[[Document], int]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `migbot corpus` and its actions."""
    parser = subparsers.add_parser("corpus", help="check the documents, and pull official ones")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say of every file: accepted, or refused and why")
    check.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="folder to check")
    check.add_argument(
        "--strict",
        action="store_true",
        help="exit with status 1 if a file is refused or says no source or no licence",
    )
    check.add_argument("--json", action="store_true", help="print JSON instead of lines")
    check.set_defaults(run=run)
    corpus_pull.add_parser(actions)


def run(options: argparse.Namespace) -> int:
    """Check a corpus and its `sources.toml`; return the exit status.

    Raises:
        CorpusError: the folder cannot be read, or, once its files are reported, its
            `sources.toml` is wrong.
    """
    from migbot.documents.corpus import read_corpus

    settings = load_settings(corpus=options.directory)
    report = read_corpus(settings.corpus, document_bytes=settings.document_bytes)
    publications, fault = _publications(settings.corpus)
    count, uncounted = _counter(settings)
    rows = [_row(entry, count) for entry in report.entries]
    counts = {**_counts(rows, publications), "hidden": report.hidden}
    if options.json:
        found = {"files": rows, "counts": counts, "passages_not_counted": uncounted}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(rows, counts, uncounted)
    if fault:
        raise fault
    faulty = any(row["status"] == "refused" or not row["url"] or not row["licence"] for row in rows)
    return int(options.strict and faulty)


def _counter(settings: Settings) -> "tuple[Count | None, str | None]":
    """Return what counts passages as the build cuts them, or why they cannot be counted."""
    from migbot.index.content import cut_document
    from migbot.index.embed import load_embedder

    try:
        embedder = load_embedder(settings)
    except (ModelMissingError, ModelIntegrityError) as error:
        return None, str(error)
    tokens = settings.passage_tokens
    return lambda document: len(
        cut_document(document, embedder=embedder, passage_tokens=tokens)
    ), None


def _publications(corpus: Path) -> tuple[int, CorpusError | None]:
    from migbot.documents.sources import SOURCES_FILE, read_sources

    listed = corpus / SOURCES_FILE
    if not listed.exists():
        return 0, None
    try:
        return len(read_sources(listed).publications), None
    except CorpusError as error:
        return 0, error


def _row(entry: "Entry", count: "Count | None") -> dict[str, Any]:
    from migbot.documents.corpus import Duplicate, Refused

    if isinstance(entry, Refused):
        return {"path": entry.path, "status": "refused", "reason": entry.reason}
    if isinstance(entry, Duplicate):
        return {
            "path": entry.path,
            "status": "duplicate",
            "duplicate_of": entry.first,
            "url": entry.url,
            "licence": entry.licence,
            "warnings": list(entry.warnings),
        }
    try:
        passages = count(entry.document) if count else None
    except DocumentError as error:
        return {"path": entry.path, "status": "refused", "reason": str(error)}
    return {**_facts(entry), "passages": passages, "warnings": list(entry.warnings)}


def _facts(entry: "Accepted") -> dict[str, Any]:
    document, publication = entry.document, entry.publication
    return {
        "path": entry.path,
        "status": "accepted",
        "title": document.title,
        "language": document.language,
        "date": document.date,
        "url": document.source_url,
        "publisher": publication.publisher if publication else None,
        "licence": entry.licence,
        "characters": len(document.text),
        "sections": len(document.sections),
    }


def _counts(rows: Sequence[Mapping[str, Any]], publications: int) -> dict[str, int | None]:
    accepted = [row for row in rows if row["status"] == "accepted"]
    passages = [row["passages"] for row in accepted]
    return {
        "accepted": len(accepted),
        "refused": sum(row["status"] == "refused" for row in rows),
        "duplicates": sum(row["status"] == "duplicate" for row in rows),
        "without_source": sum(not row["url"] for row in accepted),
        "without_licence": sum(not row["licence"] for row in accepted),
        "with_warnings": sum(bool(row["warnings"]) for row in accepted),
        "passages": None if None in passages else sum(passages),
        "publications": publications,
    }


def _print(
    rows: Sequence[Mapping[str, Any]], counts: Mapping[str, int | None], uncounted: str | None
) -> None:
    from migbot.documents.corpus import on_one_line

    for row in rows:
        print(on_one_line(f"{row['status']:9}  {row['path']}: {_about(row)}"))
    passages = "" if counts["passages"] is None else f" with {counts['passages']} passages"
    hidden = f"; {counts['hidden']} hidden files or folders passed over" if counts["hidden"] else ""
    print(
        f"{counts['accepted']} accepted{passages}, {counts['refused']} refused, "
        f"{counts['duplicates']} duplicates, {counts['without_source']} without source, "
        f"{counts['without_licence']} without licence, {counts['with_warnings']} with warnings; "
        f"{counts['publications']} publications listed in sources.toml{hidden}"
    )
    if uncounted:
        print(f"Passages are not counted: {uncounted}")


def _about(row: Mapping[str, Any]) -> str:
    if row["status"] == "refused":
        return str(row["reason"])
    warnings = (f"warning: {warning}" for warning in row["warnings"])
    if row["status"] == "duplicate":
        return "; ".join((f"same text as {row['duplicate_of']}, taken once", *warnings))
    passages = "" if row["passages"] is None else f"{row['passages']} passages, "
    size = f"{passages}{row['characters']} characters, {row['sections']} sections"
    facts = f"“{row['title']}”, {row['language']}, {row['date'] or 'undated'}, {size}"
    terms = (f"terms: {row['licence']}",) if row["publisher"] else ()
    return "; ".join((facts, *terms, *warnings))
