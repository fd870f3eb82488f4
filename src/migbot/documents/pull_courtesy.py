"""Who may be asked, and when: listed hosts, as their `robots.txt` allows, one request at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from migbot.documents.pull_body import read_body
from migbot.documents.pull_network import Network, request
from migbot.documents.pull_robots import Robots
from migbot.errors import DocumentError, DownloadError, MigbotError

MOST_REDIRECTS = 5

_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535
_ROBOTS_BYTES = 512 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY = 401, 403, 429


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much a pull may take, in bytes and seconds, and how gently it goes about it.

    `silence_s` is the longest wait for more bytes, `transfer_s` the longest time of one request.
    Between two requests to a host pass `delay_s`, or what the host asks for up to
    `longest_delay_s`. `hosts` may be asked at the same time.
    """

    document_bytes: int
    silence_s: float
    transfer_s: float
    delay_s: float
    longest_delay_s: float
    hosts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The places that may be asked: host and port of every listed address, and further hosts."""

    places: frozenset[tuple[str, int]]

    def check(self, url: httpx.URL, *, before: httpx.URL | None = None) -> None:
        """Let `url` pass as an address to ask for, `before` being the one that led to it.

        Raises:
            DocumentError: it may not be asked for; the message says why.
        """
        if url.scheme not in _PORTS or not url.host or (url.port or 0) > _HIGHEST_PORT:
            raise DocumentError(f"it leads to {url}, which is no address of http or https")
        if url.userinfo:
            raise DocumentError(f"it leads to an address of {url.host} with a user name in it")
        if before is not None and (before.scheme, url.scheme) == ("https", "http"):
            raise DocumentError(f"it leads from https to {url}, which is not encrypted")
        host, port = place_of(url)
        same_host_encrypted = port == _PORTS["https"] and host in {name for name, _ in self.places}
        if (host, port) not in self.places and not same_host_encrypted:
            raise DocumentError(
                f"it leads to {url}, of a host that sources.toml does not list: look at it, then "
                "correct the address, or add the host to redirect_hosts"
            )


def place_of(url: httpx.URL) -> tuple[str, int]:
    """Return the host's name in small letters and the port."""
    return url.host.lower().rstrip("."), url.port or _PORTS[url.scheme]


def redirect_of(response: httpx.Response, url: httpx.URL) -> httpx.URL | None:
    """Return where the response to a request for `url` leads, without fragment; None if nowhere."""
    location = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or not location:
        return None
    return url.join(location).copy_with(fragment=None)


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    asked: bool = False
    robots: dict[tuple[str, int], Robots | MigbotError] = field(default_factory=dict)


class Courtesy:
    """The turns of one pull at the hosts that it asks."""

    def __init__(self, *, reach: Reach, limits: Limits, network: Network) -> None:
        """Begin with no host asked yet."""
        self._reach, self._limits, self._network = reach, limits, network
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, url: httpx.URL) -> AsyncIterator[None]:
        """Hold the right to send one request for `url` to its host.

        Raises:
            DocumentError: the host may not be asked, or its `robots.txt` forbids it.
            DownloadError: the host cannot say whether it does.
        """
        host = self._hosts.setdefault(place_of(url)[0], _Host())
        async with host.lock:
            place = place_of(url)
            if place not in host.robots:
                host.robots[place] = await self._robots(url, host)
            robots = host.robots[place]
            if isinstance(robots, MigbotError):
                raise robots
            if not robots.allows(url):
                raise DocumentError(
                    f"robots.txt of {url.host} forbids programs to fetch {url}: download it by "
                    "hand, or take it out of sources.toml"
                )
            await self._pause(host, robots)
            yield

    async def _robots(self, url: httpx.URL, host: _Host) -> Robots | MigbotError:
        wanted = url.copy_with(raw_path=b"/robots.txt", fragment=None)
        try:
            async with asyncio.timeout(self._limits.transfer_s):
                return await self._read_robots(wanted, host)
        except TimeoutError:
            fault = f"took more than {self._limits.transfer_s:g} s"
        except DocumentError as error:
            return DocumentError(f"{wanted}: {error}")
        except (DownloadError, httpx.HTTPError, OSError) as error:
            fault = str(error) or type(error).__name__
        return DownloadError(
            f"{wanted}: {fault}; without it nothing more is asked of {url.host}: pull again later"
        )

    async def _read_robots(self, url: httpx.URL, host: _Host) -> Robots:
        for _ in range(MOST_REDIRECTS + 1):
            await self._pause(host, Robots(text=""))
            async with request(
                url, {}, network=self._network, silence_s=self._limits.silence_s
            ) as response:
                target = redirect_of(response, url)
                if target is None:
                    return await _robots_in(response)
                self._reach.check(target, before=url)
                if target.host != url.host:
                    raise DownloadError(f"it leads to another host, {target.host}")
                url = target
        raise DownloadError(f"it leads on more than {MOST_REDIRECTS} times")

    async def _pause(self, host: _Host, robots: Robots) -> None:
        if host.asked:
            wanted = min(robots.delay_s, self._limits.longest_delay_s)
            await self._network.pause(max(wanted, self._limits.delay_s))
        host.asked = True


async def _robots_in(response: httpx.Response) -> Robots:
    status = response.status_code
    if status == httpx.codes.OK:
        content = bytearray()
        async for piece in read_body(response, limit_bytes=_ROBOTS_BYTES):
            content += piece
        return Robots(text=content.decode("utf-8", "replace").removeprefix("\ufeff"))
    if response.is_client_error and status not in {_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY}:
        return Robots(text="")
    raise DownloadError(f"answered {status}")
