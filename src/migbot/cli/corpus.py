"""`migbot corpus`: check the documents before they are indexed, and pull official ones."""

import argparse
import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migbot.cli import corpus_pull
from migbot.errors import CorpusError
from migbot.settings import load_settings

if TYPE_CHECKING:
    from migbot.documents.corpus import Entry


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `migbot corpus` and its actions."""
    parser = subparsers.add_parser("corpus", help="check the documents, and pull official ones")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say of every file: accepted, or refused and why")
    check.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="folder to check")
    check.add_argument(
        "--strict",
        action="store_true",
        help="exit with status 1 if a file is refused or a document names no source",
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
    rows = [_row(entry) for entry in report.entries]
    counts = {
        "accepted": len(report.documents),
        "refused": len(report.refused),
        "duplicates": len(report.duplicates),
        "without_source": sum(not document.url for document in report.documents),
        "publications": publications,
    }
    if options.json:
        print(json.dumps({"files": rows, "counts": counts}, ensure_ascii=False, indent=2))
    else:
        _print(rows, counts)
    if fault:
        raise fault
    return int(options.strict and bool(counts["refused"] or counts["without_source"]))


def _publications(corpus: Path) -> tuple[int, CorpusError | None]:
    from migbot.documents.sources import SOURCES_FILE, read_sources

    listed = corpus / SOURCES_FILE
    if not listed.exists():
        return 0, None
    try:
        return len(read_sources(listed).publications), None
    except CorpusError as error:
        return 0, error


def _row(entry: "Entry") -> dict[str, Any]:
    from migbot.documents.corpus import Duplicate, Refused

    if isinstance(entry, Refused):
        return {"path": entry.path, "status": "refused", "reason": entry.reason}
    if isinstance(entry, Duplicate):
        return {"path": entry.path, "status": "duplicate", "duplicate_of": entry.first}
    document, publication = entry.document, entry.publication
    return {
        "path": entry.path,
        "status": "accepted",
        "title": document.title,
        "language": document.language,
        "date": document.date,
        "url": document.url,
        "publisher": publication.publisher if publication else None,
        "terms": publication.terms.name if publication else None,
        "characters": len(document.text),
        "sections": len(document.sections),
        "warnings": list(entry.warnings),
    }


def _print(rows: Sequence[Mapping[str, Any]], counts: Mapping[str, int]) -> None:
    for row in rows:
        print(on_one_line(f"{row['status']:9}  {row['path']}: {_about(row)}"))
    print(
        f"{counts['accepted']} accepted, {counts['refused']} refused, "
        f"{counts['duplicates']} duplicates, {counts['without_source']} without source; "
        f"{counts['publications']} publications listed in sources.toml"
    )


def _about(row: Mapping[str, Any]) -> str:
    if row["status"] == "refused":
        return str(row["reason"])
    if row["status"] == "duplicate":
        return f"same text as {row['duplicate_of']}, taken once"
    size = f"{row['characters']} characters, {row['sections']} sections"
    facts = f"“{row['title']}”, {row['language']}, {row['date'] or 'undated'}, {size}"
    terms = (f"terms: {row['terms']}",) if row["terms"] else ()
    return "; ".join((facts, *terms, *(f"warning: {warning}" for warning in row["warnings"])))


def on_one_line(text: str) -> str:
    """Return `text` with control characters, which a file's name may hold, written as escapes."""
    return "".join(
        ascii(character)[1:-1] if unicodedata.category(character)[0] == "C" else character
        for character in text
    )
