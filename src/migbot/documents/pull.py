"""Pulling: what `sources.toml` lists, from its addresses to files that the index is built of.

A file that is there stays until a new one has arrived whole and was read as a document. A process
that ends at any moment leaves the old file or the new one.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import httpx

from migbot.documents.pull_check import check_arrived
from migbot.documents.pull_courtesy import Courtesy, Limits, Reach, place_of
from migbot.documents.pull_ledger import Ledger, Record, now, only_puller
from migbot.documents.pull_network import INTERNET, Network
from migbot.documents.pull_transfer import Found, Transfer, Wanted
from migbot.documents.pull_unfinished import Unfinished
from migbot.documents.pulled import PULLED, PulledFile, pulled_files
from migbot.documents.sources import Sources
from migbot.errors import DocumentError, DownloadError, MigbotError

State = Literal["new", "changed", "unchanged", "vanished", "refused", "failed"]

_UNFINISHED = ".unfinished"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one file.

    `path` is under the corpus folder, `url` the address in the list. `reason` says what happened
    and what to do where `state` is "vanished", "refused" or "failed". `moved_to` is where the
    address has moved for good.
    """

    path: str
    url: str
    state: State
    bytes: int = 0
    reason: str | None = None
    moved_to: str | None = None


# Told of a file's path, how many of its bytes are there, and how many there will be.
Progress = Callable[[str, int, int | None], None]
# Told of each file as its result is known.
Finished = Callable[[Result], None]


def pull(
    corpus: Path,
    sources: Sources,
    files: Sequence[PulledFile],
    *,
    limits: Limits,
    on_progress: Progress,
    on_result: Finished,
    network: Network = INTERNET,
) -> tuple[Result, ...]:
    """Fetch `files` into `corpus` where they are new or have changed; one never stops the rest.

    Args:
        corpus: the folder of the documents.
        sources: the whole list, which says which hosts may be asked.
        files: what to fetch, of that list.
        limits: sizes, times and pauses.
        on_progress: told as bytes arrive.
        on_result: told as each file is done, in the order in which they are.
        network: how to reach hosts; only tests give another than the Internet.

    Returns:
        What became of each file, in the order of `files`.

    Raises:
        BusyError: another process pulls into `corpus`.
        CorpusError: `corpus` cannot hold pulled files.
        MigbotError: the disk cannot be written; what was pulled before stays.
    """
    try:
        with only_puller(corpus):
            puller = _Puller(corpus, sources, limits, network, on_progress)
            return asyncio.run(_pull_all(puller, files, limits.hosts, on_result))
    except OSError as error:
        raise MigbotError(
            f"{corpus / PULLED} cannot be written ({error.strerror}): free space or make the "
            "folder writable, then pull again; what was pulled before stays"
        ) from error


async def _pull_all(
    puller: "_Puller", files: Sequence[PulledFile], hosts: int, on_result: Finished
) -> tuple[Result, ...]:
    by_host = defaultdict[str, list[PulledFile]](list)
    for file in files:
        by_host[_place(file.url)[0]].append(file)
    results: dict[str, Result] = {}
    free = asyncio.Semaphore(hosts)

    async def pull_from_host(listed: Sequence[PulledFile]) -> None:
        async with free:
            for file in listed:
                results[file.path] = await puller.pull(file)
                on_result(results[file.path])

    await asyncio.gather(*(pull_from_host(listed) for listed in by_host.values()))
    return tuple(results[file.path] for file in files)


def _place(address: str) -> tuple[str, int]:
    try:
        return place_of(httpx.URL(address))
    except httpx.InvalidURL:
        return "", 0  # no host: what is listed there is refused when its turn comes


def _reach(sources: Sources) -> Reach:
    listed = {_place(file.url) for file in pulled_files(sources)}
    return Reach(places=frozenset(listed | {(host, 443) for host in sources.redirect_hosts}))


class _Puller:
    """Fetches one file, looks at it, and puts it where it belongs."""

    def __init__(
        self,
        corpus: Path,
        sources: Sources,
        limits: Limits,
        network: Network,
        on_progress: Progress,
    ) -> None:
        reach = _reach(sources)
        courtesy = Courtesy(reach=reach, limits=limits, network=network)
        self._transfer = Transfer(courtesy=courtesy, reach=reach, limits=limits, network=network)
        self._corpus, self._limits, self._on_progress = corpus, limits, on_progress
        self._ledger = Ledger(corpus)

    async def pull(self, file: PulledFile) -> Result:
        """Fetch a file where it is new or has changed, and say what became of it."""
        try:
            return await self._pull(file)
        except DocumentError as error:
            return self._kept(file, "refused", str(error))
        except DownloadError as error:
            return self._kept(file, "failed", str(error))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Whatever else a server comes up with costs its own file alone.
            return self._kept(
                file,
                "failed",
                f"what the server answered cannot be handled ({error}): look at the address in a "
                "browser",
            )

    async def _pull(self, file: PulledFile) -> Result:
        unfinished = Unfinished(self._corpus / PULLED / _UNFINISHED / file.language / file.name)
        target = self._corpus / file.path
        there = _sha256(target) if target.is_file() else None
        found = await self._transfer.fetch(
            self._wanted(file, there), unfinished, partial(self._on_progress, file.path)
        )
        if found.state == "gone":
            unfinished.drop()
            return self._kept(
                file,
                "vanished",
                f"nothing is at {found.version.url} any more: look for the new address and put it "
                "into sources.toml, or take the entry out",
            )
        if found.state == "fetched":
            await self._accept(file, unfinished, found, there)
        sha256 = _sha256(target)
        state: State = "new" if there is None else "unchanged" if sha256 == there else "changed"
        record = self._note(file, found, sha256, is_unchanged=state == "unchanged")
        return Result(
            path=file.path,
            url=file.url,
            state=state,
            bytes=record.bytes,
            moved_to=found.moved_to,
        )

    def _wanted(self, file: PulledFile, there: str | None) -> Wanted:
        record = self._ledger.get(file.path)
        is_known = record is not None and (record.url, record.sha256) == (file.url, there)
        return Wanted(
            url=file.url,
            kind=file.publication.kind,
            known=record.version if record and is_known else None,
        )

    async def _accept(
        self, file: PulledFile, unfinished: Unfinished, found: Found, there: str | None
    ) -> None:
        """Put what arrived in place where it differs from what is there."""
        if _sha256(unfinished.path) == there:
            unfinished.drop()
            return
        try:
            await asyncio.to_thread(
                check_arrived,
                self._corpus,
                unfinished.path,
                file,
                is_delimited=found.is_delimited,
                document_bytes=self._limits.document_bytes,
            )
        except DocumentError:
            unfinished.drop()
            raise
        unfinished.move_to(self._corpus / file.path)

    def _note(self, file: PulledFile, found: Found, sha256: str, *, is_unchanged: bool) -> Record:
        """Write down what is there now."""
        earlier, moment = self._ledger.get(file.path), now()
        record = Record(
            url=file.url,
            version=found.version,
            sha256=sha256,
            bytes=(self._corpus / file.path).stat().st_size,
            fetched=earlier.fetched if earlier and is_unchanged else moment,
            checked=moment,
        )
        self._ledger.put(file.path, record)
        return record

    def _kept(self, file: PulledFile, state: State, reason: str) -> Result:
        record = self._ledger.get(file.path)
        if (self._corpus / file.path).exists():
            since = f" of {record.fetched[:10]}" if record else ""
            reason = f"{reason}. The copy{since} stays"
        return Result(path=file.path, url=file.url, state=state, reason=reason)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
