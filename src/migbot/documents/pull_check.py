"""A file that has arrived: is it of the promised kind, whole, and a document that can be read?"""

from pathlib import Path

from migbot.documents.load import load_document
from migbot.documents.pulled import PulledFile
from migbot.documents.sources import Kind
from migbot.errors import DocumentError

_EDGE_BYTES = 4096
_LEAST_SHARE = 0.5
_PDF_START, _PDF_START_WITHIN_BYTES, _PDF_END = b"%PDF-", 1024, b"%%EOF"
_HTML_STARTS, _HTML_END = (b"<!doctype html", b"<html", b"<head", b"<body"), b"</html"


def check_arrived(
    corpus: Path, path: Path, file: PulledFile, *, is_delimited: bool, document_bytes: int
) -> None:
    """Let what arrived at `path`, under `corpus`, pass as the next version of `file`.

    Args:
        corpus: the folder of the documents.
        path: what arrived.
        file: what should have arrived.
        is_delimited: whether the server said where the file ends.
        document_bytes: largest file read, in bytes.

    Raises:
        DocumentError: it is something else, its end is missing, it cannot be read, or it holds
            less than half of the text of the copy that is there.
    """
    kind = file.publication.kind
    with path.open("rb") as content:
        start = content.read(_EDGE_BYTES)
        content.seek(max(0, path.stat().st_size - _EDGE_BYTES))
        end = content.read()
    if not _begins_as(kind, start):
        raise DocumentError(
            f"what came is no {kind}, whatever the server calls it: look at the address in a "
            "browser, then correct url or kind"
        )
    # A PDF says where it ends, and a reader that is kind to damaged files would not miss it.
    ends = _PDF_END in end if kind == "pdf" else is_delimited or _HTML_END in end.lower()
    if not ends:
        raise DocumentError("what came has lost its end: pull again later")
    try:
        came = _characters(corpus, path, file, document_bytes)
    except DocumentError as error:
        raise DocumentError(f"what came cannot be read as a document: {error}") from error
    there = _characters_there(corpus, file, document_bytes)
    if came < _LEAST_SHARE * there:
        raise DocumentError(
            f"shrunk from {there} to {came} characters of text, as a page that asks to log in or "
            "to come back later would be: look at the address in a browser; to take it as it is, "
            f"delete {file.path} and pull again"
        )


def _characters(corpus: Path, path: Path, file: PulledFile, document_bytes: int) -> int:
    stated = file.front_matter
    loaded = load_document(corpus, path, document_bytes=document_bytes, stated=stated)
    return len(loaded.document.text)


def _characters_there(corpus: Path, file: PulledFile, document_bytes: int) -> int:
    """Return how long the text of the copy is that is there; 0 where none can be read."""
    path = corpus / file.path
    try:
        return _characters(corpus, path, file, document_bytes) if path.exists() else 0
    except DocumentError:
        return 0


def _begins_as(kind: Kind, start: bytes) -> bool:
    is_pdf = _PDF_START in start[:_PDF_START_WITHIN_BYTES]
    if kind == "pdf":
        return is_pdf
    folded = start.replace(b"\0", b"").lower()  # a page may be in UTF-16
    return not start.startswith(_PDF_START) and any(tag in folded for tag in _HTML_STARTS)
