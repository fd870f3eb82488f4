"""What a host's `robots.txt` lets migbot ask for, and how slowly.

The standard library reads the file. It knows no wildcards, and takes the first rule that fits
where RFC 9309 takes the longest, so the rules are weighed here first, for the one address that is
asked about, and handed to it as rules that fit everything or are gone.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from urllib.robotparser import RobotFileParser

import httpx

from migbot.documents.pull_network import AGENT

_RULES = frozenset({"allow", "disallow"})
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
# A group without any rule would run into the next one.
_NO_RULE = (0, "disallow:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Robots:
    """A host's `robots.txt`; an empty one allows everything."""

    text: str

    def allows(self, url: httpx.URL) -> bool:
        """Tell whether migbot may ask for `url`."""
        path = url.raw_path.decode("ascii")
        return self._parsed(path).can_fetch(AGENT, path)

    @property
    def delay_s(self) -> float:
        """The time that the host wants between two requests, in seconds; 0 where it says none."""
        return float(self._parsed("/").crawl_delay(AGENT) or 0)

    def _parsed(self, path: str) -> RobotFileParser:
        parser = RobotFileParser()
        parser.parse(_weighed(self.text, unquote(path)))
        return parser


def _weighed(text: str, path: str) -> Iterator[str]:
    """Yield the groups of `text`, each with the one rule that decides on `path`."""
    decisive: tuple[int, str] | None = None
    for name, value in _fields(text):
        if name == "user-agent":
            if decisive:
                yield decisive[1]
            decisive = None
            yield f"{name}: {value}"
        elif name == "crawl-delay" and _SECONDS.fullmatch(value):
            # The standard library takes whole seconds alone.
            yield f"{name}: {math.ceil(float(value))}"
        elif name in _RULES:
            decisive = max(decisive or _NO_RULE, _weigh(name, value, path))
    if decisive:
        yield decisive[1]


def _weigh(name: str, value: str, path: str) -> tuple[int, str]:
    """Return a rule that fits everything, with its weight; one of no weight if it does not fit."""
    if not value or not _fits(unquote(value), path):
        return _NO_RULE
    # Of two that are as long, the one that allows.
    return 2 * len(value) + (name == "allow"), f"{name}: /"


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _fits(pattern: str, path: str) -> bool:
    """Tell whether `path` begins with `pattern`, `*` standing for anything and `$` for the end."""
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    end = len(first)
    for part in others:
        found = path.find(part, end)
        if found < 0:
            return False
        end = found + len(part)
    to_the_end = end == len(path) or (bool(others) and path.endswith(others[-1]))
    return to_the_end or not pattern.endswith("$")
