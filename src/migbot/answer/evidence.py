"""Selects what the model reads and what may be quoted: the best windows of the best passages.

Prompt reading is the slowest step on a CPU, so only passages that score nearly as high as the
first are read, and of a long one only the neighbouring sentences that bear most on the question.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migbot.answer.definition import defines, thing_to_define
from migbot.answer.expected import asks_for_now, expected_kind, holds, latest_year
from migbot.answer.glossary import load_glossary
from migbot.answer.listing import wanted_list
from migbot.answer.units import LEANS_BACK, Span, unit_spans
from migbot.answer.words import held_terms, question_words
from migbot.types import Hit, Language, Passage

_EXTRACTS_AT_MOST = 4
_SHARE_OF_BEST_SCORE = 0.6
# Where something is asked for as it is today, a newer passage may score so much lower.
_SHARE_OF_BEST_SCORE_NOW = 0.5
_SHARE_OF_TOKENS = 0.35
# A unit of the kind that was asked for counts as much as so many words of the question.
_KIND_WORDS = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Extract:
    """What the model reads of one passage, under the number it must cite.

    `text` is in the answer's terms: official names of the other language are translated.
    `units` are all units of the passage, `first` and `last` the positions of those that bound the
    window in `text`.
    """

    number: int
    passage: Passage
    text: str
    units: tuple[Span, ...]
    first: int
    last: int

    @property
    def span(self) -> Span:
        """The window, as offsets into the passage's text."""
        return self.units[self.first][0], self.units[self.last][1]

    @property
    def framed(self) -> str:
        """The words of the window under the headings of its passage."""
        return " ".join((*self.passage.headings, self.passage.text[slice(*self.span)]))


def select_evidence(
    question: str,
    hits: Sequence[Hit],
    *,
    language: Language,
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> tuple[Extract, ...]:
    """Return the windows of the best `hits`, at most four and `max_tokens` together.

    The first hit is always read; of many, another only where its score comes near the first's.
    Where the question asks how things are today, those that name a later year come first. A window
    begins at the unit that holds most of the question's words, grows by its neighbours to at most
    35 % of `max_tokens`, and ends where units hold something of the question.
    """
    extracts: list[Extract] = []
    left = max_tokens
    for hit in _near_the_best(question, hits):
        share = min(left, int(_SHARE_OF_TOKENS * max_tokens))
        heading = _under_heading("", hit.passage)
        units = unit_spans(hit.passage)
        left_for_text = share - count_tokens(heading)
        window = _window(question, hit.passage, units, count_tokens, left_for_text)
        if window is None:
            continue
        extract = _extract(len(extracts) + 1, hit.passage, units, window, language)
        cost = count_tokens(extract.text)
        if extracts and cost > left:
            continue
        extracts.append(extract)
        left -= cost
    return tuple(extracts)


def _near_the_best(question: str, hits: Sequence[Hit]) -> Sequence[Hit]:
    # Of so few passages the scores tell little, and all can be read.
    if len(hits) <= _EXTRACTS_AT_MOST:
        return hits
    is_for_now = asks_for_now(question)
    share = _SHARE_OF_BEST_SCORE_NOW if is_for_now else _SHARE_OF_BEST_SCORE
    near = [hit for hit in hits if hit.score >= hits[0].score - (1 - share) * abs(hits[0].score)]
    if is_for_now:
        near.sort(key=lambda hit: -latest_year(hit.passage.text, hit.passage.language))
    return near[:_EXTRACTS_AT_MOST]


def _window(
    question: str,
    passage: Passage,
    units: Sequence[Span],
    count_tokens: Callable[[str], int],
    max_tokens: int,
) -> tuple[int, int] | None:
    """Return the positions of the first and last unit of the window; None for an empty passage."""
    texts = [passage.text[start:end] for start, end in units]
    # A heading is said with every unit, and is none itself.
    kept = [at for at, text in enumerate(texts) if text not in {passage.title, *passage.headings}]
    if not kept:
        return None
    costs = [count_tokens(texts[at]) for at in kept]
    scores = [_bearing(question, texts[at], passage.language) for at in kept]
    first = last = scores.index(max(scores))
    left = max_tokens - costs[first]
    while True:
        before = first > 0 and costs[first - 1] <= left
        after = last + 1 < len(kept) and costs[last + 1] <= left
        if not before and not after:
            break
        leans = bool(LEANS_BACK.match(texts[kept[first]]))
        if before and (leans or not after or scores[first - 1] > scores[last + 1]):
            first -= 1
            left -= costs[first]
        else:
            last += 1
            left -= costs[last]
    # What bears on nothing that was asked is not said at the ends: an order that somebody hid
    # there, say.
    while first < last and not scores[first] and not LEANS_BACK.match(texts[kept[first + 1]]):
        first += 1
    while first < last and not scores[last]:
        last -= 1
    return kept[first], kept[last]


def _bearing(question: str, text: str, language: Language) -> float:
    held = held_terms(text, language)
    words = sum(word.is_held(held) for word in question_words(question))
    return words + _KIND_WORDS * _is_of_kind(question, text, language)


def _is_of_kind(question: str, text: str, language: Language) -> bool:
    thing = thing_to_define(question)
    if thing is not None:
        return defines(text, language, thing)
    wanted = wanted_list(question, language)
    is_wanted_list = wanted is not None and wanted.is_in(text, language)
    if wanted is not None and (wanted.sizes or is_wanted_list):
        return is_wanted_list
    kind = expected_kind(question)
    return kind != "any" and holds(kind, text, language)


def _extract(
    number: int,
    passage: Passage,
    units: tuple[Span, ...],
    window: tuple[int, int],
    language: Language,
) -> Extract:
    first, last = window
    said = passage.text[units[first][0] : units[last][1]]
    text = _under_heading(said, passage)
    return Extract(
        number=number,
        passage=passage,
        text=text if passage.language == language else load_glossary().translate(text, language),
        units=units,
        first=first,
        last=last,
    )


def _under_heading(text: str, passage: Passage) -> str:
    return f"{passage.headings[-1]}: {text}" if passage.headings else text
