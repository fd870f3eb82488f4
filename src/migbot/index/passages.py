"""Passages and documents as JSON lines, and what of a passage is embedded and indexed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from migbot.errors import IndexIntegrityError
from migbot.types import Document, Passage, Section, Source


def frame_text(title: str, headings: Iterable[str]) -> str:
    """Return what stands before a passage's own text when it is embedded and indexed."""
    return "".join(f"{line}\n" for line in (title, *headings) if line)


def indexed_text(passage: Passage) -> str:
    """Return the title, the headings and the text: a passage rarely names its own subject."""
    return frame_text(passage.title, passage.headings) + passage.text


def to_lines(items: Iterable[Document | Passage]) -> bytes:
    """Return one JSON object a line, UTF-8, the same bytes for the same values."""
    return b"".join(
        json.dumps(asdict(item), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        for item in items
    )


def passages_from_lines(content: bytes) -> tuple[Passage, ...]:
    """Read passages that `to_lines` wrote.

    Raises:
        IndexIntegrityError: a line is not a passage.
    """
    try:
        return tuple(
            Passage(**{**fields, "headings": tuple(fields["headings"])})
            for fields in _objects(content)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"the passages cannot be read: {error}") from error


def documents_from_lines(content: bytes) -> tuple[Document, ...]:
    """Read documents that `to_lines` wrote.

    Raises:
        IndexIntegrityError: a line is not a document.
    """
    try:
        return tuple(_document(fields) for fields in _objects(content))
    except (KeyError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"the documents cannot be read: {error}") from error


def _objects(content: bytes) -> list[dict[str, Any]]:
    # Not splitlines: a text may hold other line ends, and JSON leaves some of them unescaped.
    return [json.loads(line) for line in content.split(b"\n") if line]


def _document(fields: Mapping[str, Any]) -> Document:
    sections = tuple(
        Section(start=item["start"], end=item["end"], headings=tuple(item["headings"]))
        for item in fields["sections"]
    )
    changed = {
        "sources": tuple(Source(**source) for source in fields["sources"]),
        "topics": tuple(fields["topics"]),
        "sections": sections,
        "page_starts": tuple(fields["page_starts"]),
    }
    return Document(**{**fields, **changed})
