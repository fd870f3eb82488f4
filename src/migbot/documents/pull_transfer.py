"""From an address to an unfinished file: redirects, conditions, resumption, second attempts."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ssl import SSLError
from typing import Literal

import httpx

from migbot.documents.pull_body import check_announced_size, read_body
from migbot.documents.pull_courtesy import MOST_REDIRECTS, Courtesy, Limits, Reach, redirect_of
from migbot.documents.pull_network import Network, request
from migbot.documents.pull_unfinished import Unfinished, Version, sendable
from migbot.documents.sources import Kind
from migbot.errors import DocumentError, DownloadError

# Told how many bytes of a file are there, and how many there will be, where that is known.
Arrived = Callable[[int, int | None], None]

_ATTEMPTS = 3
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_CLOSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})
_TYPES = {
    "pdf": frozenset({"application/pdf", "application/x-pdf"}),
    "html": frozenset({"text/html", "application/xhtml+xml"}),
}
# Some servers say of any file that it is one, or nothing; its first bytes will tell.
_UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
# No file is longer than that many digits say, and Python reads no number of thousands of them.
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be fetched: from where, what kind, and the version that is there already."""

    url: str
    kind: Kind
    known: Version | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What an address answered.

    `state` is "fetched" where the unfinished file is now what the address holds, "same" where it
    still holds the version that is known, and "gone" where it holds nothing any more. `moved_to`
    is where the address has moved for good. `is_delimited` is False where the server did not
    say how long the file is, so that its end may be missing.
    """

    state: Literal["fetched", "same", "gone"]
    version: Version
    moved_to: str | None = None
    is_delimited: bool = True


class _TryAgainError(Exception):
    """The attempt failed in a way that the next may not; `wait_s` is the time the host asks for."""

    def __init__(self, reason: str, *, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class Transfer:
    """Fetches files to where they wait until they have been looked at."""

    def __init__(
        self, *, courtesy: Courtesy, reach: Reach, limits: Limits, network: Network
    ) -> None:
        """Keep to these turns, hosts and limits."""
        self._courtesy, self._reach = courtesy, reach
        self._limits, self._network = limits, network

    async def fetch(self, wanted: Wanted, unfinished: Unfinished, arrived: Arrived) -> Found:
        """Fetch what is wanted, going on where an earlier attempt at the same version stopped.

        Raises:
            DocumentError: it may not be fetched, or is not what should come.
            DownloadError: it could not be fetched this time.
            OSError: the disk cannot be written.
        """
        attempt = 1
        while True:
            try:
                return await self._follow(wanted, unfinished, arrived)
            except (_TryAgainError, httpx.TransportError, SSLError, ConnectionError) as error:
                asked_s = error.wait_s if isinstance(error, _TryAgainError) else 0.0
                if attempt == _ATTEMPTS or asked_s > self._limits.longest_delay_s:
                    reason = str(error) or type(error).__name__
                    raise DownloadError(f"{reason}: pull again later") from error
                await self._network.pause(max(asked_s, self._limits.delay_s * 2**attempt))
                attempt += 1
            except TimeoutError as error:
                raise DownloadError(
                    f"took more than {self._limits.transfer_s:g} s: pull again to go on, or raise "
                    "MIGBOT_PULL_TRANSFER_S"
                ) from error
            except DocumentError:
                unfinished.drop()
                raise

    async def _follow(self, wanted: Wanted, unfinished: Unfinished, arrived: Arrived) -> Found:
        url, seen = _parse(wanted.url), list[httpx.URL]()
        moved_to, permanent = None, True
        while len(seen) <= MOST_REDIRECTS:
            self._reach.check(url, before=seen[-1] if seen else None)
            if url in seen:
                raise DocumentError(f"it leads round in a loop by {url}: correct the address")
            seen.append(url)
            waiting = unfinished.waiting_for(str(url))
            headers = _conditions(url, waiting, wanted.known)
            async with (
                self._courtesy.turn(url),
                asyncio.timeout(self._limits.transfer_s),
                request(
                    url, headers, network=self._network, silence_s=self._limits.silence_s
                ) as response,
            ):
                target = redirect_of(response, url)
                if target is None:
                    taking = _Taking(
                        url=url,
                        headers=headers,
                        wanted=wanted,
                        unfinished=unfinished,
                        arrived=arrived,
                    )
                    return await self._take(response, taking, moved_to)
                permanent = permanent and response.status_code in _PERMANENT
                moved_to = str(target) if permanent else moved_to
                url = target
        raise DocumentError(f"it leads on more than {MOST_REDIRECTS} times: correct the address")

    async def _take(
        self, response: httpx.Response, taking: "_Taking", moved_to: str | None
    ) -> Found:
        """Return what the response says, its body in the unfinished file."""
        status, headers = response.status_code, response.headers
        version = Version(
            url=str(taking.url),
            etag=sendable(headers.get("ETag")),
            last_modified=sendable(headers.get("Last-Modified")),
        )
        if status in _GONE:
            return Found(state="gone", version=version, moved_to=moved_to)
        known = taking.wanted.known
        if status == HTTPStatus.NOT_MODIFIED and known and taking.headers.keys() & _CONDITIONS:
            return Found(state="same", version=known, moved_to=moved_to)
        if status not in {HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT}:
            raise _fault(response, taking.unfinished)
        _check_type(response, taking.wanted.kind)
        check_announced_size(response, limit_bytes=self._limits.document_bytes)
        if status == HTTPStatus.OK:
            await self._take_all(response, taking, version)
        else:
            await self._take_rest(response, taking)
        lengths = ("Content-Length", "Content-Range", "Transfer-Encoding")
        is_delimited = any(name in headers for name in lengths)
        return Found(state="fetched", version=version, moved_to=moved_to, is_delimited=is_delimited)

    async def _take_all(
        self, response: httpx.Response, taking: "_Taking", version: Version
    ) -> None:
        is_plain = "Content-Encoding" not in response.headers
        announced = response.headers.get("Content-Length", "")
        total = int(announced) if is_plain and announced.isdecimal() else None
        done = 0
        with taking.unfinished.begin(version, can_go_on=is_plain) as file:
            async for piece in read_body(response, limit_bytes=self._limits.document_bytes):
                file.write(piece)
                done += len(piece)
                taking.arrived(done, total)

    async def _take_rest(self, response: httpx.Response, taking: "_Taking") -> None:
        waiting = taking.unfinished.waiting_for(str(taking.url))
        stated = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        encoded = "Content-Encoding" in response.headers
        if waiting is None or stated is None or int(stated[1]) != waiting[0] or encoded:
            taking.unfinished.drop()
            raise _TryAgainError("the server sent another part of the file than was asked for")
        done, total = waiting[0], int(stated[2])
        with taking.unfinished.go_on() as file:
            async for piece in read_body(
                response, limit_bytes=self._limits.document_bytes, before_bytes=done
            ):
                file.write(piece)
                done += len(piece)
                taking.arrived(done, total)
        if done != total:
            if done > total:
                taking.unfinished.drop()
            raise _TryAgainError(f"ended after {done} of {total} bytes")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taking:
    """Where a response comes from, what was asked for, and where it goes to."""

    url: httpx.URL
    headers: Mapping[str, str]
    wanted: Wanted
    unfinished: Unfinished
    arrived: Arrived


def _parse(address: str) -> httpx.URL:
    try:
        return httpx.URL(address).copy_with(fragment=None)
    except httpx.InvalidURL as error:
        raise DocumentError(f"{address} is no address: correct it") from error


def _conditions(
    url: httpx.URL, waiting: tuple[int, str] | None, known: Version | None
) -> dict[str, str]:
    """Return the headers that ask for the rest of a file alone, or for a newer version alone."""
    if waiting:
        done, mark = waiting
        return {"Range": f"bytes={done}-", "If-Range": mark}
    if known is None or known.url != str(url):
        return {}
    stated = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in stated.items() if value}


def _check_type(response: httpx.Response, kind: Kind) -> None:
    stated = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if stated not in _TYPES[kind] | _UNTYPED:
        raise DocumentError(
            f"the server sends {stated} where sources.toml promises {kind}: look at the address, "
            "then correct url or kind"
        )


def _fault(response: httpx.Response, unfinished: Unfinished) -> Exception:
    """Return what to raise for a status that brings no file."""
    status = response.status_code
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        unfinished.drop()
        return _TryAgainError("what arrived earlier is of another version")
    if status == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error:
        wait_s = wait_asked_for(response.headers.get("Retry-After", ""), datetime.now(UTC))
        return _TryAgainError(f"the server answered {status}", wait_s=wait_s)
    if status in _CLOSED:
        return DocumentError(
            f"the server answered {status}, it does not give this to programs: download it by "
            "hand, or take it out of sources.toml"
        )
    return DownloadError(f"the server answered {status}: look at the address in a browser")


def wait_asked_for(stated: str, moment: datetime) -> float:
    """Return how many seconds from `moment` on a `Retry-After` asks to wait: a number, or a day."""
    if stated.isdecimal():
        return float(stated)
    try:
        until = parsedate_to_datetime(stated)
    except (ValueError, OverflowError):
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - moment).total_seconds())
