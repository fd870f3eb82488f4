"""How often one visitor may ask: a sliding minute for each address, in bounded memory."""

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping

from starlette.requests import Request

from migbot.serve.refusals import RefusalError

WINDOW_S = 60.0
# Beyond this, the visitor who has not asked for the longest time is forgotten.
MOST_VISITORS = 10_000
# What one household or machine has at least: counting single addresses would count nobody.
IPV6_NETWORK_BITS = 64
# Whoever sits at this machine owns it, and is not counted.
HERE = "this machine"
# What a proxy adds, whatever it then leaves out.
OF_PROXIES = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


class Rate:
    """Counts each visitor's questions of the last minute; used on the server's event loop only."""

    def __init__(
        self, questions_per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`questions_per_minute` 0 sets no limit; `clock` tells seconds."""
        self._most = questions_per_minute
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, visitor: str) -> None:
        """Count one question of `visitor`, as `visitor_from` names them; none of `HERE`.

        Raises:
            RefusalError: too many came in the last minute; it says when to ask again.
        """
        if not self._most or visitor == HERE:
            return
        now_s = self._clock()
        asked = self._asked.setdefault(visitor, deque())
        self._asked.move_to_end(visitor)
        while asked and asked[0] <= now_s - WINDOW_S:
            asked.popleft()
        if len(asked) >= self._most:
            retry_s = math.ceil(asked[0] + WINDOW_S - now_s)
            raise RefusalError(
                429,
                "too_many_questions",
                f"{self._most} questions a minute may be asked: ask again in {retry_s} s",
                retry_s=retry_s,
            )
        asked.append(now_s)
        if len(self._asked) > MOST_VISITORS:
            self._asked.popitem(last=False)

    def admit_request(self, request: Request) -> None:
        """Count a request as a question of whoever sent it, as `admit` does."""
        self.admit(visitor_of(request))


def visitor_of(request: Request) -> str:
    """Return the name under which questions of whoever sent `request` are counted and queued."""
    return visitor_from(request.client.host if request.client else "", request.headers)


def visitor_from(address: str, headers: Mapping[str, str]) -> str:
    """Return what counts as one visitor: an IPv4 address, a network of IPv6, or this machine.

    Where a proxy that is trusted says whom it speaks for, the server has put that into `address`.
    An address of this machine is this machine's own only where no proxy is in between.
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    # A socket for both kinds of addresses names those of IPv4 in this way.
    if known.version == 6 and known.ipv4_mapped:  # noqa: PLR2004 - of the Internet Protocol
        known = known.ipv4_mapped
    if known.is_loopback and not any(name in headers for name in OF_PROXIES):
        return HERE
    if known.version == 4:  # noqa: PLR2004 - as above
        return str(known)
    return str(ipaddress.ip_network((int(known), IPV6_NETWORK_BITS), strict=False).network_address)
