"""What the page says of itself with these settings: its limits, and where questions go."""

import ipaddress
from urllib.parse import urlsplit

from migbot.serve.strings import Strings
from migbot.settings import Settings


def quotes_alone(settings: Settings) -> bool:
    """Return whether no language model writes."""
    return settings.generator == "extractive"


def limits_of(words: Strings, settings: Settings) -> tuple[str, ...]:
    """Return what migbot does not do, first of all who writes; `{privacy}` is to be filled in."""
    return (words.quotes_alone, *words.limits[1:]) if quotes_alone(settings) else words.limits


def privacy(words: Strings, settings: Settings) -> str:
    """Return the sentence on where questions go."""
    if settings.generator != "openai":
        return words.questions_stay
    host = urlsplit(settings.generator_url).hostname or settings.generator_url
    return words.questions_beside if _is_here(host) else words.questions_leave.format(host=host)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
