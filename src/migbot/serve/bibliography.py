"""Cited documents for reference managers: CSL-JSON 1.0 and RIS.

A sheet is followed by the official publications that it retells, as those are what a paper cites.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from migbot.serve.references import Kind, Reference
from migbot.serve.strings import Strings

CSL_TYPES: dict[Kind, str] = {"sheet": "document", "page": "webpage", "report": "report"}
RIS_TYPES: dict[Kind, str] = {"sheet": "GEN", "page": "ELEC", "report": "RPRT"}


def csl_json(cited: Sequence[Reference], words: Strings) -> str:
    """Return the references as a JSON array of CSL items."""
    items = [item for reference in cited for item in _csl_items(reference, words)]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def ris(cited: Sequence[Reference], words: Strings) -> str:
    """Return the references as RIS records, one tag a line."""
    return "".join(
        "".join(f"{tag}  - {' '.join(value.split())}\n" for tag, value in record) + "ER  - \n\n"
        for reference in cited
        for record in _ris_records(reference, words)
    )


def _csl_items(reference: Reference, words: Strings) -> Iterator[dict[str, Any]]:
    item: dict[str, Any] = {
        "id": reference.document_id,
        "type": CSL_TYPES[reference.kind],
        "title": reference.title,
        "language": reference.language,
        "publisher": _publisher(reference),
        "issued": _csl_date(reference.date),
        "page": ", ".join(map(str, reference.pages)),
        "URL": reference.url,
        "note": " ".join(_notes(reference, words)),
    }
    yield {name: value for name, value in item.items() if value}
    for number, source in enumerate(reference.sources, start=1):
        yield {
            "id": f"{reference.document_id}#source-{number}",
            "type": "webpage",
            "title": source.title,
            "URL": source.url,
        }


def _ris_records(reference: Reference, words: Strings) -> Iterator[list[tuple[str, str]]]:
    record = [
        ("TY", RIS_TYPES[reference.kind]),
        ("TI", reference.title),
        ("PB", _publisher(reference) or ""),
        ("PY", (reference.date or "")[:4]),
        # Year, month and day, each may be missing but not the slashes between.
        ("DA", "/".join([*(reference.date or "").split("-"), "", "", ""][:3]) + "/"),
        ("SP", ", ".join(map(str, reference.pages))),
        ("LA", reference.language),
        ("UR", reference.url or ""),
        *(("N1", note) for note in _notes(reference, words)),
    ]
    yield [(tag, value) for tag, value in record if value.strip("/")]
    for source in reference.sources:
        yield [("TY", "ELEC"), ("TI", source.title), ("UR", source.url)]


def _publisher(reference: Reference) -> str | None:
    return "migbot" if reference.kind == "sheet" else reference.publisher


def _csl_date(date: str | None) -> dict[str, Any] | None:
    parts = (date or "").split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return {"literal": date} if date else None
    return {"date-parts": [[int(part) for part in parts]]}


def _notes(reference: Reference, words: Strings) -> list[str]:
    """Return the quoted words, each with its number in the answer."""
    return [
        f"[{one.number}] {words.quote_open}{' '.join(one.quote.split())}{words.quote_close}"
        for one in reference.citations
    ]
