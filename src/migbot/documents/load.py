"""One file of the corpus to a `Document`: read once, safely, and parsed by its kind."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from migbot.documents.blocks import Block, Parsed, lay_out
from migbot.documents.child import Kind, Parsers
from migbot.documents.clean import clean_line, clean_text
from migbot.documents.decode import decode
from migbot.documents.frontmatter import FrontMatter, split_front_matter
from migbot.documents.language import clear_language, detect_language, named_language
from migbot.documents.markdown import parse_markdown
from migbot.documents.names import stored_path
from migbot.documents.orders import find_order
from migbot.documents.plain import parse_plain
from migbot.documents.reader import reading_key
from migbot.documents.third_language import third_language
from migbot.errors import DocumentError
from migbot.types import LANGUAGES, Document, Language

_HAS_TWO_WORDS = re.compile(r"\w\W+\w")
_SIGNATURES = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST_PDF_PREAMBLE_BYTES = 1024
# Some Markdown takes time that grows with the square of its length.
_LARGEST_MARKDOWN_HERE_BYTES = 200_000
_LONGEST_TITLE_CHARS = 200
_LONGEST_LANGUAGE_CHARS = 35
# Undetermined, several, none, or what is agreed on in private.
_NO_LANGUAGE = re.compile(r"(?:und|mul|zxx|x)\b", re.IGNORECASE)
_LANGUAGE_NAMES: Mapping[Language, str] = {"fr": "French", "en": "English"}
_SLICES, _SLICE_CHARS = 100, 2_000
_SHARE_OF_OTHER_LANGUAGE = 0.2
_PARSERS: Mapping[str, Callable[[str], Parsed]] = {".md": parse_markdown, ".txt": parse_plain}
_PARSED_IN_CHILD: Mapping[str, Kind] = {
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
SUFFIXES = (*_PARSERS, *_PARSED_IN_CHILD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A document, what it says of its terms, and what a person should know about it.

    `licence` is stated in front matter.
    """

    document: Document
    licence: str | None
    warnings: tuple[str, ...]


class KnownReadings(Protocol):
    """What was read before, by `reading_key`."""

    def find(self, key: str) -> Loaded | None:
        """Return what was read under this key; None where it is not known."""
        ...

    def keep(self, key: str, loaded: Loaded) -> None:
        """Note what was read under this key."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    parsed: Parsed
    front: FrontMatter
    warnings: tuple[str, ...]


def load_document(
    corpus: Path,
    path: Path,
    *,
    document_bytes: int,
    stated: FrontMatter | None = None,
    parsers: Parsers | None = None,
    known: KnownReadings | None = None,
) -> Loaded:
    """Read the file `path` under the folder `corpus`.

    What its front matter says wins over what its format's metadata says, and that over what the
    text shows. Of the language, the text says more than metadata, where it is clear.

    Args:
        corpus: the folder that document ids are relative to.
        path: the file.
        document_bytes: largest file read, in bytes.
        stated: what is known of the file from elsewhere, in the place of its own front matter.
        parsers: what reads PDF, HTML and DOCX; by default a child process for this file alone.
        known: what was read before, in the place of parsing it again; None parses.

    Raises:
        DocumentError: the file is not one to read, or holds no text; the message is the reason.
    """
    if parsers is None:
        with Parsers() as own:
            return load_document(
                corpus, path, document_bytes=document_bytes, stated=stated, parsers=own, known=known
            )
    relative = stored_path(path.relative_to(corpus))
    data = read_regular_file(corpus, path, document_bytes=document_bytes)
    if known is None:
        return _load(relative, data, path.suffix.lower(), stated, parsers)
    key = reading_key(relative, hashlib.sha256(data).hexdigest(), stated)
    loaded = known.find(key)
    if loaded is None:
        loaded = _load(relative, data, path.suffix.lower(), stated, parsers)
        known.keep(key, loaded)
    return loaded


def _load(
    relative: str, data: bytes, suffix: str, stated: FrontMatter | None, parsers: Parsers
) -> Loaded:
    read = _read(data, suffix, parsers)
    front, parsed = stated or read.front, read.parsed
    title = _title(front, parsed, PurePosixPath(relative))
    layout = lay_out(parsed.blocks, title=title)
    if not layout.text:
        raise DocumentError("empty: it holds no text")
    if not _HAS_TWO_WORDS.search(layout.text):
        raise DocumentError("empty: it holds a single word")
    language, doubts = _language(front, parsed, layout.text, relative)
    document = Document(
        document_id=relative,
        path=relative,
        title=title,
        language=language,
        date=front.as_of or parsed.date,
        url=front.url or parsed.url,
        sources=front.sources,
        topics=front.topics,
        translation_key=front.pair,
        text=layout.text,
        sections=layout.sections,
        page_starts=layout.page_starts,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    warnings = (*read.warnings, *doubts, *_orders(document), *_lacks(document))
    return Loaded(
        document=document,
        licence=front.licence,
        warnings=warnings,
    )


def read_regular_file(corpus: Path, path: Path, *, document_bytes: int) -> bytes:
    """Return the bytes of `path`, which must be a regular file that lies under `corpus`.

    Raises:
        DocumentError: it is a link that leads out of `corpus`, a pipe, a device or a folder, is
            too large, changes while it is read, or cannot be read.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(corpus.resolve(strict=True)):
            raise DocumentError("a link that leads out of the corpus: copy the file instead")
        # Without O_NONBLOCK, opening a named pipe waits for a writer for ever.
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            os.close(descriptor)
            raise DocumentError("not a regular file")
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(document_bytes + 1)
            # Read twice, as two changes may fall within one tick of a file system's clock.
            file.seek(0)
            is_same = file.read(document_bytes + 1) == data
            is_same &= _is_untouched(before, os.fstat(descriptor), real.stat())
    except (OSError, RuntimeError) as error:
        raise DocumentError(f"cannot be read: {_reason(error)}") from error
    if not is_same:
        raise DocumentError("changed while it was read: try again once it is written")
    if len(data) > document_bytes:
        raise DocumentError(
            f"larger than {document_bytes} bytes: split it, or raise MIGBOT_DOCUMENT_BYTES"
        )
    return data


def _is_untouched(before: os.stat_result, *after: os.stat_result) -> bool:
    """Return whether a file was not written to, and no other was put in its place."""
    first = (before.st_dev, before.st_ino, before.st_size, before.st_mtime_ns)
    return all((now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) == first for now in after)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "a link that leads to itself").lower()


def _read(data: bytes, suffix: str, parsers: Parsers) -> _Read:
    if suffix not in SUFFIXES:
        raise DocumentError(f"kind {suffix or 'without suffix'} is not read: {', '.join(SUFFIXES)}")
    if not data.strip():
        raise DocumentError("empty: it holds no text")
    _check_signature(data, suffix)
    if suffix in _PARSED_IN_CHILD:
        parsed = parsers.parse(_PARSED_IN_CHILD[suffix], data)
        return _Read(parsed=parsed, front=FrontMatter(), warnings=parsed.warnings)
    decoded = decode(data)
    front, text = split_front_matter(decoded.text)
    unknown = tuple(f"front matter: {name!r} means nothing here" for name in front.unknown)
    if suffix == ".md" and len(data) > _LARGEST_MARKDOWN_HERE_BYTES:
        parsed = parsers.parse("markdown", text.encode("utf-8"))
    else:
        parsed = _PARSERS[suffix](text)
    return _Read(parsed=parsed, front=front, warnings=(*unknown, *decoded.warnings))


def _check_signature(data: bytes, suffix: str) -> None:
    """Refuse a file that is of another kind than its suffix says.

    Raises:
        DocumentError: it is.
    """
    found = {kind for kind, signature in _SIGNATURES.items() if data.startswith(signature)}
    # A PDF may have a preamble; other kinds may well speak of PDF in their first lines.
    if suffix == ".pdf" and _SIGNATURES[suffix] in data[:_LARGEST_PDF_PREAMBLE_BYTES]:
        found = {suffix}
    if data.startswith(_OLD_OFFICE):
        raise DocumentError("a Word file of the old kind, or one with a password: save it as .docx")
    if found != {suffix} & _SIGNATURES.keys():
        raise DocumentError("its content is not of the kind that its suffix says: rename it")


def _title(front: FrontMatter, parsed: Parsed, path: PurePosixPath) -> str:
    stated = front.title or parsed.title or _first_line(parsed.blocks)
    title = clean_line(stated)
    return title if 0 < len(title) <= _LONGEST_TITLE_CHARS else _from_name(path)


def _first_line(blocks: tuple[Block, ...]) -> str:
    return next((clean_text(block.text).split("\n")[0] for block in blocks if block.text), "")


def _from_name(path: PurePosixPath) -> str:
    return clean_text(re.sub(r"[-_.\s]+", " ", path.stem)) or path.name


def _language(
    front: FrontMatter, parsed: Parsed, text: str, relative: str
) -> tuple[Language, tuple[str, ...]]:
    text = _sample(text)
    third = third_language(text)
    if front.language:
        doubts = _third(f"is in another language, {third}", front.language) if third else ()
        return front.language, doubts or _other_language(front.language, text)
    name = _name_of_language(parsed.language or "")
    stated = named_language(name)
    clear = clear_language(text)
    folders = PurePosixPath(relative).parts[:-1]
    hints = (clear, stated, *(name for name in LANGUAGES if name in folders))
    language = next((hint for hint in hints if hint), None) or detect_language(text)
    if name and not stated:
        return language, _third(f"states another language, {name}", language)
    if third:
        return language, _third(f"is in another language, {third}", language)
    unclear = f"its language is unclear, taken as {language}: say so in front matter"
    return language, _other_language(language, text) or (() if clear else (unclear,))


def _third(what: str, language: Language) -> tuple[str, ...]:
    # What tells French from English finds one of them in any text.
    return (f"{what}, which is not handled: it is searched as {_LANGUAGE_NAMES[language]}",)


def _name_of_language(stated: str) -> str:
    """Return what a file calls its language, fit to be shown; empty where that names none."""
    name = clean_line(stated)[:_LONGEST_LANGUAGE_CHARS]
    return "" if _NO_LANGUAGE.match(name) else name


def _sample(text: str) -> str:
    """Return slices from all over a long `text`, enough to tell its languages by."""
    if len(text) <= _SLICES * _SLICE_CHARS:
        return text
    step = len(text) // _SLICES
    starts = range(0, step * _SLICES, step)
    return "\n\n".join(text[start : start + _SLICE_CHARS] for start in starts)


def _other_language(language: Language, text: str) -> tuple[str, ...]:
    """Return a warning where a good part of `text` is clearly in the other language."""
    other = sum(
        len(paragraph)
        for paragraph in text.split("\n\n")
        if clear_language(paragraph) not in {None, language}
    )
    if other < _SHARE_OF_OTHER_LANGUAGE * len(text):
        return ()
    return (f"in two languages: the document is taken as {language}, each passage as what it is",)


def _orders(document: Document) -> tuple[str, ...]:
    order = find_order(f"{document.title}\n{document.text}")
    return (f"speaks to an assistant, not to a reader: “{order}”",) if order else ()


def _lacks(document: Document) -> tuple[str, ...]:
    missing = []
    if document.source_url is None:
        missing.append("no source")
    if document.date is None:
        missing.append("no date")
    return tuple(missing)
