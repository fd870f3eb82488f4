"""Answers given before: the same question is answered again without the model.

In memory and bounded. Settings and models are those of the process, so they need no place in a key.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from migbot.documents.clean import clean_line
from migbot.types import Event, Finished, Language, Question, Seconds

KEPT_ANSWERS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """What two questions must have in common to have the same answer."""

    text: str
    language: Language | None
    build_id: str


class AnswerCache:
    """Keeps the events of whole answers; used on the server's event loop only."""

    def __init__(self, build_id: Callable[[], str | None], *, answers: int = KEPT_ANSWERS) -> None:
        """`build_id` tells which index a search begun now would use; None keeps nothing.

        Beyond `answers`, the one that was not asked for the longest time is forgotten.
        """
        self._build_id = build_id
        self._most = answers
        self._kept: OrderedDict[Key, tuple[Event, ...]] = OrderedDict()

    def key(self, question: Question) -> Key | None:
        """Return what `question` is kept under, None where its answer depends on more."""
        build_id = self._build_id()
        if build_id is None or question.history or question.passages is not None:
            return None
        text = clean_line(question.text)
        return Key(text=text, language=question.language, build_id=build_id)

    def find(self, key: Key, question_id: str) -> tuple[Event, ...]:
        """Return the events of the answer kept under `key`, for another question; or none."""
        events = self._kept.get(key, ())
        if events:
            self._kept.move_to_end(key)
        return tuple(_again(event, question_id) for event in events)

    def keep(self, key: Key, events: Sequence[Event]) -> None:
        """Keep an answer, from its first event to its last, unless it failed or was cut."""
        ends = [event.answer for event in events if isinstance(event, Finished)]
        if any(answer.is_cut or answer.outcome == "failed" for answer in ends):
            return
        self._kept[key] = tuple(events)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _again(event: Event, question_id: str) -> Event:
    """Return an event as it is told once more, at once."""
    if not isinstance(event, Finished):
        return event
    seconds = Seconds(
        retrieval=0.0, first_sentence=0.0 if event.answer.sentences else None, total=0
    )
    return Finished(
        answer=replace(event.answer, question_id=question_id, seconds=seconds),
        trace=replace(event.trace, is_cached=True),
    )
