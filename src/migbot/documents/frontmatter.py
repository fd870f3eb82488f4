"""The YAML lines between two `---` at the top of a file that say what the file is."""

import re
from dataclasses import dataclass
from datetime import date, datetime

import yaml

from migbot.documents.clean import clean_text
from migbot.errors import DocumentError
from migbot.types import LANGUAGES, Language, Source

_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_KEY = re.compile(r"^[A-Za-z_]+[ \t]*:", re.MULTILINE)
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_LAST_YEAR = 9999
# YAML is read at some hundred kilobytes a second, and nobody describes a file at such length.
_LONGEST_CHARS = 64_000
_KEYS = frozenset({"title", "language", "topics", "as_of", "url", "pair", "licence", "sources"})


@dataclass(frozen=True, kw_only=True, slots=True)
class FrontMatter:
    """What a file says of itself; None or empty where it says nothing.

    `unknown` names the fields that mean nothing here, in order.
    """

    title: str | None = None
    language: Language | None = None
    topics: tuple[str, ...] = ()
    as_of: str | None = None
    url: str | None = None
    pair: str | None = None
    licence: str | None = None
    sources: tuple[Source, ...] = ()
    unknown: tuple[str, ...] = ()


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return the front matter of `text` and the rest; all of `text` where there is none.

    Raises:
        DocumentError: the front matter is too long or not YAML, or a field is of the wrong kind.
    """
    found = _FRONT_MATTER.match(text)
    if not found or not _KEY.search(found["yaml"]):
        return FrontMatter(), text
    if len(found["yaml"]) > _LONGEST_CHARS:
        raise DocumentError(
            f"front matter is longer than {_LONGEST_CHARS} characters: shorten it, or take away "
            "the --- in the first line if it is none"
        )
    try:
        fields = yaml.safe_load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 2}" if where else ""
        raise DocumentError(f"front matter is not valid YAML{line}: correct it") from error
    return _read(fields), text[found.end() :]


def _read(fields: object) -> FrontMatter:
    if not isinstance(fields, dict):
        raise DocumentError("front matter: write one `field: value` a line")
    return FrontMatter(
        title=_text(fields, "title"),
        language=_language(fields),
        topics=_topics(fields),
        as_of=_date(fields),
        url=_url(fields.get("url"), "url"),
        pair=_text(fields, "pair"),
        licence=_text(fields, "licence"),
        sources=_sources(fields),
        unknown=tuple(clean_text(str(name)) for name in fields if name not in _KEYS),
    )


def _text(fields: dict[object, object], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    cleaned = " ".join(clean_text(value).split()) if isinstance(value, str) else ""
    if not cleaned:
        raise DocumentError(f"front matter: {name} should be text (put it in quotes)")
    return cleaned


def _language(fields: dict[object, object]) -> Language | None:
    value = fields.get("language")
    if value is None:
        return None
    for language in LANGUAGES:
        if value == language:
            return language
    raise DocumentError("front matter: language should be fr or en")


def _topics(fields: dict[object, object]) -> tuple[str, ...]:
    value = fields.get("topics", [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DocumentError("front matter: topics should be a list of words")
    return tuple(clean_text(item) for item in value)


def _date(fields: dict[object, object]) -> str | None:
    value = fields.get("as_of")
    if value is None:
        return None
    # YAML reads 2018-12-19 as a date and 2018 as a number.
    if isinstance(value, datetime):
        value = value.date()
    # Compared first, as Python refuses to write out a number of thousands of digits.
    is_year = isinstance(value, int) and 0 <= value <= _LAST_YEAR
    text = str(value) if is_year or isinstance(value, str | date) else ""
    if not _DATE.fullmatch(text):
        raise DocumentError("front matter: as_of should be like 2018, 2018-12 or 2018-12-19")
    return text


def _url(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not is_address(value):
        raise DocumentError(f"front matter: {name} should be an address that begins with https://")
    return value


def is_address(text: str) -> bool:
    """Return whether `text` is an address on the web, of characters that can be written."""
    return bool(_ADDRESS.fullmatch(text)) and clean_text(text) == text


def _sources(fields: dict[object, object]) -> tuple[Source, ...]:
    value = fields.get("sources", [])
    if not isinstance(value, list):
        raise DocumentError("front matter: sources should be a list of title and url")
    return tuple(_source(item) for item in value)


def _source(item: object) -> Source:
    if not isinstance(item, dict) or set(item) != {"title", "url"}:
        raise DocumentError("front matter: each of sources should have a title and a url")
    title, url = _text(item, "title"), _url(item["url"], "a source's url")
    if title is None or url is None:
        raise DocumentError("front matter: each of sources should have a title and a url")
    return Source(title=title, url=url)
