"""What the numbers of a claim count, measure or vote otherwise than those of a passage."""

from collections.abc import Mapping, Sequence

from migbot.answer.claims import UNITS, figures_in_order
from migbot.answer.votes import votes_by_figure
from migbot.types import Language

# The terms of what each number counts, and how it voted.
Counted = Mapping[str, tuple[str, ...]]
Votes = Mapping[str, frozenset[str]]


def swapped(order: Sequence[str], text: str, language: Language) -> list[str]:
    """Return a fault where the numbers that claim and `text` hold stand in another order."""
    there = figures_in_order(text, language)
    places = [there.index(number) for number in order if number in there]
    return ["numbers in another order"] if places != sorted(places) else []


def voted_otherwise(claimed: Votes, text: str, language: Language) -> list[str]:
    """Return a fault for each number that voted otherwise in `text` than is `claimed`."""
    there = votes_by_figure(text, language) if claimed else {}
    return [
        f"{number} voted otherwise"
        for number, votes in sorted(claimed.items())
        if number in there and not votes <= there[number]
    ]


def of_other_units(claimed: Counted, there: Counted) -> list[str]:
    """Return a fault for each number that is a share or money on one side only, or other money."""
    return [
        f"{number} counts something else"
        for number, things in claimed.items()
        if number in there and UNITS & set(things) != UNITS & set(there[number])
    ]


def miscounted(claimed: Counted, there: Counted) -> set[str]:
    """Return a fault for each number that counts something else there, in the same language."""
    return {
        f"{number} counts something else"
        for number, things in claimed.items()
        if things and there.get(number) and not _same_things(things, there[number])
    }


def _same_things(these: Sequence[str], those: Sequence[str]) -> bool:
    return these[0] in those or those[0] in these
