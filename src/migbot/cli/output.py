"""The JSON and the text in which commands print what they found."""

import json
from collections.abc import Mapping
from typing import Any

from migbot.types import Hit, Passage


def print_json(value: Mapping[str, Any]) -> None:
    """Print `value` as one line of JSON and flush, so that a reader at a pipe sees it at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def hit_to_json(hit: Hit) -> dict[str, Any]:
    """Return a hit as `search` and `ask` print it: `text` is `start:end` of the document's text."""
    return {"rank": hit.rank, "score": hit.score, **passage_to_json(hit.passage)}


def passage_to_json(passage: Passage) -> dict[str, Any]:
    """Return a passage as commands print it, with its place in its document and its text."""
    return {
        **source_to_json(passage),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
    }


def source_to_json(passage: Passage) -> dict[str, Any]:
    """Return what a passage is and where it is from, without its place in its document."""
    return {
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "path": passage.path,
        "title": passage.title,
        "url": passage.url,
        "language": passage.language,
        "date": passage.date,
        "page": passage.page,
    }


def hit_to_lines(hit: Hit) -> str:
    """Return a hit for a person at a terminal: what it is, where it stands, what it says."""
    passage = hit.passage
    facts = [passage.language, passage.date, passage.page and f"page {passage.page}"]
    where = ", ".join(str(fact) for fact in facts if fact)
    heading = " > ".join((passage.title, *passage.headings))
    place = passage.url or passage.path or passage.passage_id
    text = "\n".join(f"   {line}" for line in passage.text.splitlines())
    return f"{hit.rank}. {heading} ({where})\n   {place}\n{text}"
