"""One HTTP request to an address that was looked up once, checked, and then connected to.

A name is resolved here and nowhere else: the connection is made to the very address that passed
the check, while the request and the certificate keep the name. Nobody's answer, and no redirect,
can lead to a private address.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from ssl import SSLContext

import httpx

from migbot import __version__
from migbot.errors import DocumentError, DownloadError

Address = IPv4Address | IPv6Address

AGENT = "migbot"
USER_AGENT = f"{AGENT}/{__version__}"

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Special uses that the standard library's notion of a global address lets through.
_SPECIAL = tuple(ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3"))


def is_public(address: Address) -> bool:
    """Tell whether `address`, and one that it carries within it, is one of the public Internet."""
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_public(carried)
        if address not in _GLOBAL_UNICAST or address.scope_id is not None:
            return False
    return address.is_global and not any(address in network for network in _SPECIAL)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that packets to `address` end up at, where there is one."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo


def _resolve(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


@cache
def _trusted() -> SSLContext:
    return httpx.create_ssl_context()


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """What a pull takes from the world: names, addresses that may be asked, trust, and time.

    Only tests give other values than these: a local server has a name of the test's own and a
    loopback address, and nobody waits between two requests to it.
    """

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    may_reach: Callable[[Address], bool] = is_public
    tls: Callable[[], SSLContext] = _trusted
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


INTERNET = Network()


@asynccontextmanager
async def request(
    url: httpx.URL, headers: Mapping[str, str], *, network: Network, silence_s: float
) -> AsyncIterator[httpx.Response]:
    """Send a GET request and yield the response, its body still unread.

    Args:
        url: an http or https address.
        headers: in addition to those that every request has.
        network: how to resolve the name and which addresses may be asked.
        silence_s: longest wait for a connection or for more bytes, in seconds.

    Raises:
        DocumentError: the name leads to an address that may not be asked.
        DownloadError: the name leads nowhere.
        httpx.HTTPError: no connection, or it broke.
    """
    addresses = await _checked_addresses(url, network)
    # A client of its own for each request: kept connections are told apart by address, and two
    # hosts that share one would share them.
    async with httpx.AsyncClient(
        verify=network.tls(), trust_env=False, follow_redirects=False, timeout=silence_s
    ) as client:
        response = await _send(client, url, addresses, headers)
        try:
            yield response
        finally:
            await response.aclose()


async def _checked_addresses(url: httpx.URL, network: Network) -> tuple[str, ...]:
    port = url.port or {"http": 80, "https": 443}[url.scheme]
    try:
        found = await asyncio.to_thread(network.resolve, _name(url), port)
    except (OSError, UnicodeError) as error:
        raise DownloadError(f"the name {url.host} cannot be resolved: {error}") from error
    for text in found:
        if not network.may_reach(ip_address(text)):
            raise DocumentError(f"{url.host} leads to the address {text}, which is not public")
    if not found:
        raise DownloadError(f"the name {url.host} has no address")
    return tuple(found)


async def _send(
    client: httpx.AsyncClient,
    url: httpx.URL,
    addresses: Sequence[str],
    headers: Mapping[str, str],
) -> httpx.Response:
    for address in addresses[:-1]:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await _send_to(client, url, address, headers)
    return await _send_to(client, url, addresses[-1], headers)


async def _send_to(
    client: httpx.AsyncClient, url: httpx.URL, address: str, headers: Mapping[str, str]
) -> httpx.Response:
    named = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        # Compressed transfer would make ranges count something else than the file's bytes.
        "Accept-Encoding": "identity",
        "Connection": "close",
        **headers,
    }
    extensions = {"sni_hostname": _name(url)}
    asked = client.build_request(
        "GET", url.copy_with(host=address), headers=named, extensions=extensions
    )
    return await client.send(asked, stream=True)


def _name(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")
