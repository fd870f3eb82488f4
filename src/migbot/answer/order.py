"""The order in which an answer is read: what is written, then what is quoted."""

from collections.abc import Sequence
from dataclasses import replace

from migbot.types import Citation, Sentence


def as_read(
    sentences: Sequence[Sentence], citations: Sequence[Citation]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Return both as they are read, the citations numbered from 1 in the order of their first use.

    The best quote is stated before the first sentence and stands below it, so that numbers given
    as things are stated would not rise for the reader. A number without its citation is left out.
    """
    known = {citation.number: citation for citation in citations}
    read = sorted(sentences, key=lambda sentence: sentence.is_quote)
    used = dict.fromkeys(number for sentence in read for number in sentence.citations)
    numbers = {old: new for new, old in enumerate((one for one in used if one in known), start=1)}
    return (
        tuple(
            replace(one, citations=tuple(numbers[old] for old in one.citations if old in numbers))
            for one in read
        ),
        tuple(replace(known[old], number=new) for old, new in numbers.items()),
    )
