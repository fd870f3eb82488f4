"""How commands print: a line of JSON, or text for a person at a terminal."""

import json
from collections.abc import Mapping
from typing import Any

from migbot.types import Hit


def print_json(value: Mapping[str, Any]) -> None:
    """Print `value` as one line of JSON and flush, so that a reader at a pipe sees it at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def harmless(text: str) -> str:
    """Return `text` with control characters as escapes, but for the ends of its lines.

    Passages that a question brings are shown as they came, and may hold commands to a terminal.
    """
    from migbot.documents.corpus import on_one_line

    return "\n".join(on_one_line(line) for line in text.split("\n"))


def hit_to_lines(hit: Hit) -> str:
    """Return a hit for a person at a terminal: what it is, where it stands, what it says."""
    from migbot.documents.corpus import on_one_line

    passage = hit.passage
    facts = [passage.language, passage.date, passage.page and f"page {passage.page}"]
    where = ", ".join(str(fact) for fact in facts if fact)
    heading = on_one_line(" > ".join((passage.title, *passage.headings)))
    place = ", ".join(filter(None, (passage.path, passage.url))) or passage.passage_id
    text = harmless("\n".join(f"   {line}" for line in passage.text.splitlines()))
    return f"{hit.rank}. {heading} ({where})\n   {on_one_line(place)}\n{text}"
