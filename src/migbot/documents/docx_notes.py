"""What a Word document holds beside its body: notes, headers, footers and text boxes."""

from collections.abc import Callable, Iterator
from typing import Any

from migbot.documents.docx_styles import W

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_REFERENCES = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}


class Notes:
    """A document's footnotes and endnotes, each found by the place that refers to it."""

    def __init__(self, document: Any, parse: Callable[[bytes], Any]) -> None:
        """Read the notes of `document` with what parses a part's XML."""
        self._notes = {
            (kind, note.get(f"{W}id")): note
            for kind in _REFERENCES.values()
            for blob in _parts(document, f"{kind}s")
            for note in parse(blob).iter(f"{W}{kind}")
        }

    def take(self, element: Any) -> Iterator[Any]:
        """Yield the paragraphs of the notes that `element` refers to, each note once."""
        for reference in element.iter(*_REFERENCES):
            note = self._notes.pop((_REFERENCES[reference.tag], reference.get(f"{W}id")), None)
            if note is not None:
                yield from note.iter(f"{W}p")


def beside_the_body(document: Any, parse: Callable[[bytes], Any]) -> tuple[str, ...]:
    """Return a warning for headers and footers, and for text boxes, that hold text."""
    margins = sum(
        _letters(parse(blob)) for kind in ("header", "footer") for blob in _parts(document, kind)
    )
    # What newer versions draw is there once more for older ones.
    boxes = sum(
        _letters(box)
        for box in document.element.body.iter(f"{W}txbxContent")
        if not any(around.tag == _FALLBACK for around in box.iterancestors())
    )
    counts = {"headers and footers": margins, "text boxes": boxes}
    return tuple(
        f"not read: {count} characters of {where}" for where, count in counts.items() if count
    )


def _parts(document: Any, kind: str) -> Iterator[bytes]:
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            yield relation.target_part.blob


def _letters(element: Any) -> int:
    texts = (text.text or "" for text in element.iter(f"{W}t"))
    return sum(not character.isspace() for text in texts for character in text)
