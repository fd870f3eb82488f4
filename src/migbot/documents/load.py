"""One file of the corpus to a `Document`: read once, safely, and parsed by its kind."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from migbot.documents.blocks import Block, Parsed, lay_out
from migbot.documents.clean import clean_text
from migbot.documents.decode import decode
from migbot.documents.frontmatter import FrontMatter, split_front_matter
from migbot.documents.html import parse_html
from migbot.documents.language import score_languages
from migbot.documents.markdown import parse_markdown
from migbot.documents.pdf import parse_pdf
from migbot.documents.plain import parse_plain
from migbot.errors import DocumentError
from migbot.types import LANGUAGES, Document, Language

_PDF_SIGNATURE = b"%PDF-"
_LARGEST_PDF_PREAMBLE_BYTES = 1024
_LONGEST_TITLE_CHARS = 200
_PARSERS: Mapping[str, Callable[[str], Parsed]] = {
    ".md": parse_markdown,
    ".txt": parse_plain,
    ".html": parse_html,
    ".htm": parse_html,
}
_WITH_FRONT_MATTER = frozenset({".md", ".txt"})
SUFFIXES = (*_PARSERS, ".pdf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A document, and what a person should know about how it was read."""

    document: Document
    warnings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    parsed: Parsed
    front: FrontMatter
    warnings: tuple[str, ...]


def load_document(
    corpus: Path, path: Path, *, document_bytes: int, stated: FrontMatter | None = None
) -> Loaded:
    """Read the file `path` under the folder `corpus`.

    What its front matter says wins over what its format's metadata says, and that over what the
    text shows.

    Args:
        corpus: the folder that document ids are relative to.
        path: the file.
        document_bytes: largest file read, in bytes.
        stated: what is known of the file from elsewhere, in the place of its own front matter.

    Raises:
        DocumentError: the file is not one to read, or holds no text; the message is the reason.
    """
    relative = _relative(corpus, path)
    data = read_regular_file(corpus, path, document_bytes=document_bytes)
    read = _read(data, path.suffix.lower())
    front, parsed = stated or read.front, read.parsed
    title = _title(front, parsed, path)
    layout = lay_out(parsed.blocks, title=title)
    if not layout.text:
        raise DocumentError("empty: it holds no text")
    language, doubts = _language(front, parsed, layout.text, relative)
    document = Document(
        document_id=relative,
        path=relative,
        title=title,
        language=language,
        date=front.as_of or parsed.date,
        url=front.url or parsed.url or (front.sources[0].url if front.sources else None),
        sources=front.sources,
        topics=front.topics,
        translation_key=front.pair,
        text=layout.text,
        sections=layout.sections,
        page_starts=layout.page_starts,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    return Loaded(document=document, warnings=(*read.warnings, *doubts, *_lacks(document)))


def read_regular_file(corpus: Path, path: Path, *, document_bytes: int) -> bytes:
    """Return the bytes of `path`, which must be a regular file that lies under `corpus`.

    Raises:
        DocumentError: it is a link that leads out of `corpus`, a pipe, a device or a folder, is
            too large, or cannot be read.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(corpus.resolve(strict=True)):
            raise DocumentError("a link that leads out of the corpus: copy the file instead")
        # Without O_NONBLOCK, opening a named pipe waits for a writer for ever.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise DocumentError("not a regular file")
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(document_bytes + 1)
    except (OSError, RuntimeError) as error:
        raise DocumentError(f"cannot be read: {_reason(error)}") from error
    if len(data) > document_bytes:
        raise DocumentError(
            f"larger than {document_bytes} bytes: split it, or raise MIGBOT_DOCUMENT_BYTES"
        )
    return data


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "a link that leads to itself").lower()


def _relative(corpus: Path, path: Path) -> str:
    relative = path.relative_to(corpus).as_posix()
    try:
        relative.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError("its name is not UTF-8: rename it") from error
    return relative


def _read(data: bytes, suffix: str) -> _Read:
    if suffix not in SUFFIXES:
        raise DocumentError(f"kind {suffix or 'without suffix'} is not read: {', '.join(SUFFIXES)}")
    if not data.strip():
        raise DocumentError("empty: it holds no text")
    # A PDF may have a preamble; other kinds may well speak of PDF in their first lines.
    searched = data[:_LARGEST_PDF_PREAMBLE_BYTES] if suffix == ".pdf" else data[:5]
    is_pdf = _PDF_SIGNATURE in searched
    if is_pdf != (suffix == ".pdf"):
        raise DocumentError("its content is not of the kind that its suffix says: rename it")
    if is_pdf:
        return _Read(parsed=parse_pdf(data), front=FrontMatter(), warnings=())
    decoded = decode(data)
    front, text = FrontMatter(), decoded.text
    if suffix in _WITH_FRONT_MATTER:
        front, text = split_front_matter(text)
    warnings = [f"front matter: {name!r} means nothing here" for name in front.unknown]
    if decoded.encoding == "windows-1252":
        warnings.append("read as Windows-1252; save it as UTF-8 to be sure")
    return _Read(parsed=_PARSERS[suffix](text), front=front, warnings=tuple(warnings))


def _title(front: FrontMatter, parsed: Parsed, path: Path) -> str:
    stated = front.title or parsed.title or _first_line(parsed.blocks)
    title = " ".join(clean_text(stated).split())
    return title if 0 < len(title) <= _LONGEST_TITLE_CHARS else _from_name(path)


def _first_line(blocks: tuple[Block, ...]) -> str:
    return next((clean_text(block.text).split("\n")[0] for block in blocks if block.text), "")


def _from_name(path: Path) -> str:
    return clean_text(re.sub(r"[-_.\s]+", " ", path.stem)) or path.name


def _language(
    front: FrontMatter, parsed: Parsed, text: str, relative: str
) -> tuple[Language, tuple[str, ...]]:
    if front.language:
        return front.language, ()
    scores = score_languages(text)
    if scores.is_clear:
        return scores.language, ()
    folders = PurePosixPath(relative).parts[:-1]
    hints = (parsed.language, *(name for name in LANGUAGES if name in folders))
    language = next((hint for hint in hints if hint), scores.language)
    return language, (f"its language is unclear, taken as {language}: say so in front matter",)


def _lacks(document: Document) -> tuple[str, ...]:
    missing = []
    if document.url is None:
        missing.append("no source")
    if document.date is None:
        missing.append("no date")
    return tuple(missing)
