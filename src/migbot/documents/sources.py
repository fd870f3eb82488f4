"""`sources.toml`: the official publications that the corpus draws on, and the terms of each."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from migbot.errors import CorpusError
from migbot.types import LANGUAGES, Language

SOURCES_FILE = "sources.toml"

Kind = Literal["pdf", "html"]
Table = dict[str, object]

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s<>\"]+")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_SOURCE_FIELDS = {
    "id": str,
    "title": dict,
    "publisher": str,
    "url": dict,
    "kind": str,
    "terms": str,
    "date": str,
    "symbol": str,
    "note": str,
}
_SOURCE_OPTIONAL = frozenset({"date", "symbol", "note"})
_TERMS_FIELDS = {"name": str, "summary": str, "redistribute": bool, "url": str}
_TERMS_OPTIONAL = frozenset({"url"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Under which terms a publisher lets its publications be used."""

    key: str
    name: str
    summary: str
    url: str | None
    redistribute: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """One official publication; `urls` has an address for each language it can be pulled in."""

    source_id: str
    titles: Mapping[Language, str]
    publisher: str
    urls: Mapping[Language, str]
    kind: Kind
    terms: Terms
    date: str | None
    symbol: str | None
    note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """All publications, and the hosts besides their own that their addresses may lead to."""

    publications: tuple[Publication, ...]
    redirect_hosts: frozenset[str]


def read_sources(path: Path) -> Sources:
    """Return what the file at `path` lists, its publications in its order.

    Raises:
        CorpusError: the file cannot be read, or an entry is wrong; the message names it by its id.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"{path.name} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CorpusError(f"{path.name} is not valid TOML: {error}") from error
    try:
        return _read(content)
    except ValueError as error:
        raise CorpusError(f"{path.name}: {error}") from error


def _read(content: Table) -> Sources:
    unknown = sorted(content.keys() - {"redirect_hosts", "source", "terms"})
    if unknown:
        raise ValueError(
            f"unknown table {unknown[0]!r}: there are redirect_hosts, [[source]] and [terms.NAME]"
        )
    terms = {key: _terms(key, table) for key, table in _table(content, "terms").items()}
    entries = content.get("source", [])
    if not isinstance(entries, list):
        raise ValueError("write each publication as [[source]], in double brackets")  # noqa: TRY004
    publications = tuple(
        _publication(entry, number, terms) for number, entry in enumerate(entries, start=1)
    )
    _check_unique(publications)
    return Sources(publications=publications, redirect_hosts=_redirect_hosts(content))


def _redirect_hosts(content: Table) -> frozenset[str]:
    hosts = content.get("redirect_hosts", [])
    if not isinstance(hosts, list):
        raise ValueError("redirect_hosts should be a list of host names")  # noqa: TRY004
    for host in hosts:
        if not (isinstance(host, str) and _HOST.fullmatch(host)):
            raise ValueError(f"redirect_hosts has {host!r}: write names such as docs.example.org")
    return frozenset(hosts)


def _table(content: Table, name: str) -> Table:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise ValueError(f"{name} should be a table")  # noqa: TRY004 - all faults are one kind
    return table


def _terms(key: str, table: object) -> Terms:
    fields = _checked(table, f"terms.{key}", _TERMS_FIELDS, _TERMS_OPTIONAL)
    url = cast("str | None", fields.get("url"))
    if url is not None and not _URL.fullmatch(url):
        raise ValueError(f"terms.{key}: url should begin with https://")
    return Terms(
        key=key,
        name=str(fields["name"]),
        summary=str(fields["summary"]),
        url=url,
        redistribute=bool(fields["redistribute"]),
    )


def _publication(entry: object, number: int, terms: Mapping[str, Terms]) -> Publication:
    name = (
        str(entry.get("id", f"number {number}")) if isinstance(entry, dict) else f"number {number}"
    )
    where = f"source {name!r}"
    fields = _checked(entry, where, _SOURCE_FIELDS, _SOURCE_OPTIONAL)
    if not _ID.fullmatch(str(fields["id"])):
        raise ValueError(f"{where}: id should be small letters, digits and hyphens")
    kind, key, date = fields["kind"], str(fields["terms"]), fields.get("date")
    if kind not in {"pdf", "html"}:
        raise ValueError(f"{where}: kind is {kind!r}: it should be pdf or html")
    if key not in terms:
        raise ValueError(f"{where}: terms {key!r} has no table [terms.{key}]")
    if date is not None and not _DATE.fullmatch(str(date)):
        raise ValueError(f"{where}: date is {date!r}: write 2018, 2018-12 or 2018-12-19")
    titles, urls = _by_language(fields, "title", where), _by_language(fields, "url", where)
    for language, url in urls.items():
        if not _URL.fullmatch(url):
            raise ValueError(f"{where}: url.{language} should begin with https://")
        if language not in titles:
            raise ValueError(f"{where}: url.{language} has no title in that language")
    return Publication(
        source_id=str(fields["id"]),
        titles=titles,
        publisher=str(fields["publisher"]),
        urls=urls,
        kind=kind,
        terms=terms[key],
        date=cast("str | None", date),
        symbol=cast("str | None", fields.get("symbol")),
        note=cast("str | None", fields.get("note")),
    )


def _checked(
    table: object, where: str, kinds: Mapping[str, type], optional: frozenset[str]
) -> Table:
    """Return `table` once its fields are known, of the right kind, not blank, none missing."""
    if not isinstance(table, dict):
        raise ValueError(f"{where} should be a table")  # noqa: TRY004 - all faults are one kind
    unknown = sorted(table.keys() - kinds.keys())
    if unknown:
        raise ValueError(f"{where}: unknown field {unknown[0]!r}: known are {', '.join(kinds)}")
    missing = [name for name in kinds if name not in table and name not in optional]
    if missing:
        raise ValueError(f"{where}: {missing[0]} is missing")
    for name, value in table.items():
        if not isinstance(value, kinds[name]) or value in ("", {}):
            wanted = {str: "text", dict: "a table by language", bool: "true or false"}[kinds[name]]
            raise ValueError(f"{where}: {name} should be {wanted}")
    return table


def _by_language(fields: Table, name: str, where: str) -> Mapping[Language, str]:
    table = cast("Table", fields[name])
    found: dict[Language, str] = {}
    for key, value in table.items():
        language = next((known for known in LANGUAGES if known == key), None)
        if language is None:
            raise ValueError(f"{where}: {name}.{key} is of no known language: fr or en")
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{where}: {name}.{key} should be text")
        found[language] = value
    return found


def _check_unique(publications: tuple[Publication, ...]) -> None:
    seen: set[str] = set()
    for publication in publications:
        if publication.source_id in seen:
            raise ValueError(f"source {publication.source_id!r}: the id is there twice")
        seen.add(publication.source_id)
