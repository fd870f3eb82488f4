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


def to_line(item: Document | Passage) -> bytes:
    """Return a JSON object on one line, UTF-8, the same bytes for the same value."""
    return json.dumps(asdict(item), ensure_ascii=False, sort_keys=True).encode() + b"\n"


def to_lines(items: Iterable[Document | Passage]) -> bytes:
    """Return one line of each of `items`."""
    return b"".join(to_line(item) for item in items)


def passage_from_line(line: bytes) -> Passage:
    """Read a passage that `to_line` wrote.

    Raises:
        IndexIntegrityError: the line is not a passage.
    """
    try:
        fields = json.loads(line)
        return Passage(**{**fields, "headings": tuple(fields["headings"])})
    except (KeyError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"a passage cannot be read: {error}") from error


def document_from_line(line: bytes) -> Document:
    """Read a document that `to_line` wrote.

    Raises:
        IndexIntegrityError: the line is not a document.
    """
    try:
        return document_from_fields(json.loads(line))
    except (KeyError, TypeError, ValueError) as error:
        raise IndexIntegrityError(f"a document cannot be read: {error}") from error


def document_from_fields(fields: Mapping[str, Any]) -> Document:
    """Return the document whose `asdict` was written as JSON; what is amiss raises as it does."""
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
