"""One answer while it grows: its sentences, its citations, and how long they took."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from migbot.answer.check import Support
from migbot.answer.dated import date_note
from migbot.answer.decline import (
    SmallTalk,
    decline_message,
    failure_message,
    small_talk_reply,
)
from migbot.answer.expected import asks_for_now
from migbot.answer.order import as_read
from migbot.answer.typography import quoted, with_note
from migbot.types import (
    Answer,
    Citation,
    Considered,
    Finished,
    Hit,
    Language,
    Outcome,
    Question,
    Reason,
    Seconds,
    Sentence,
    Stated,
    Trace,
)


class Reply:
    """Collects what one question's answer shows, and numbers its citations from 1 on.

    While it grows they count in the order in which they are stated; at its end, in that in which
    they are read.

    `question` is the visitor's, `text` its cleaned words; `clock` tells seconds.
    """

    def __init__(
        self, question: Question, text: str, language: Language, clock: Callable[[], float]
    ) -> None:
        self.text = text
        self.language = language
        self.hits: tuple[Hit, ...] = ()
        self.trace = Trace(standalone=text)
        self._question = question
        self._clock = clock
        self._started_s = clock()
        self._retrieval_s: float | None = None
        self._first_sentence_s: float | None = None
        self._sentences: list[Sentence] = []
        self._citations: list[Citation] = []
        self._is_cut = False
        self._is_unsure = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was stated so far."""
        return not self._sentences

    def note(self, **changes: Any) -> None:
        """Change fields of the trace, by their names."""
        self.trace = replace(self.trace, **changes)

    def consider(self, text: str, why_not: Sequence[str] = ()) -> None:
        """Note a sentence that the model wrote: fit to be shown, or left out for these reasons."""
        considered = Considered(text=text, shown=not why_not, reasons=tuple(why_not))
        self.note(considered=(*self.trace.considered, considered))

    def token_came(self) -> None:
        """Count one token of the model's reply and note when it came."""
        now_s = self._clock() - self._started_s
        first_s = self.trace.first_token_s
        self.note(
            answer_tokens=self.trace.answer_tokens + 1,
            first_token_s=now_s if first_s is None else first_s,
            last_token_s=now_s,
        )

    def found(self, hits: tuple[Hit, ...]) -> None:
        """Take the passages that were found; those found anew are not what a reader waits for."""
        self.hits = hits
        if self._retrieval_s is None:
            self._retrieval_s = self._clock() - self._started_s

    def has_said(self, text: str) -> bool:
        """Return whether this very sentence was stated already."""
        return any(one.text == with_note(text, one.note) for one in self._sentences)

    def state(self, text: str, supports: Sequence[Support]) -> Stated:
        """Add a sentence and return the event that shows it, with the citations that are new."""
        known = len(self._citations)
        cited = tuple(self._cite(one) for one in supports)
        note = self._note(text, supports[0])
        dated = with_note(text, note)
        return self._stated(Sentence(text=dated, citations=cited, note=note), known)

    def quote(self, support: Support) -> Stated:
        """Add the words of a passage as they stand, and return the event that shows them."""
        known = len(self._citations)
        note = self._note(support.quote, support)
        text = quoted(support.quote, self.language, note)
        cited = (self._cite(support),)
        return self._stated(Sentence(text=text, citations=cited, is_quote=True, note=note), known)

    def _note(self, text: str, support: Support) -> str:
        """Return when `text` was so, where the question asks how it is today."""
        is_for_now = asks_for_now(self.text) or asks_for_now(self.trace.standalone)
        return date_note(text, support, self.language) if is_for_now else ""

    def _stated(self, sentence: Sentence, known: int) -> Stated:
        if self._first_sentence_s is None:
            self._first_sentence_s = self._clock() - self._started_s
        self._sentences.append(sentence)
        return Stated(sentence=sentence, citations=tuple(self._citations[known:]))

    def cut(self) -> None:
        """Note that more was to come."""
        self._is_cut = True

    def doubt(self) -> None:
        """Note that what is stated may well not answer the question."""
        self._is_unsure = True

    def finish(self) -> Finished:
        """Return the last event: answered where something was stated, else declined."""
        if self.is_empty:
            return self.decline("not_found")
        sentences, _ = self._read
        return self._finished("answered", " ".join(map(with_markers, sentences)))

    def decline(self, reason: Reason) -> Finished:
        """Return the last event of an answer that is declined for `reason`."""
        return self._finished("declined", decline_message(reason, self.language), reason)

    def chat(self, kind: SmallTalk) -> Finished:
        """Return the last event of a reply to a question that asks nothing of the documents."""
        return self._finished("declined", small_talk_reply(kind, self.language), "out_of_scope")

    def fail(self) -> Finished:
        """Return the last event of an answer that the model's failure ended.

        What was stated before it stays, as an answer that was cut.
        """
        if not self.is_empty:
            self.cut()
            return self.finish()
        return self._finished("failed", failure_message(self.language))

    def _cite(self, support: Support) -> int:
        place = (support.passage.passage_id, support.start, support.end)
        for citation in self._citations:
            if (citation.passage.passage_id, citation.start, citation.end) == place:
                return citation.number
        number = len(self._citations) + 1
        self._citations.append(
            Citation(
                number=number,
                passage=support.passage,
                start=support.start,
                end=support.end,
                quote=support.quote,
            )
        )
        return number

    @property
    def _read(self) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
        return as_read(self._sentences, self._citations)

    def _finished(self, outcome: Outcome, text: str, reason: Reason | None = None) -> Finished:
        sentences, citations = self._read
        return Finished(
            answer=Answer(
                question_id=self._question.question_id,
                question=self.text,
                language=self.language,
                outcome=outcome,
                text=text,
                sentences=sentences,
                citations=citations,
                hits=self.hits,
                seconds=Seconds(
                    retrieval=self._retrieval_s or 0.0,
                    first_sentence=self._first_sentence_s,
                    total=self._clock() - self._started_s,
                ),
                reason=reason,
                dropped=sum(not one.shown for one in self.trace.considered),
                is_cut=self._is_cut and outcome == "answered",
                is_unsure=self._is_unsure and outcome == "answered",
            ),
            trace=self.trace,
        )


def with_markers(sentence: Sentence) -> str:
    """Return a sentence with its markers before the full stop."""
    markers = "".join(f"[{number}]" for number in sentence.citations)
    return f"{sentence.text.removesuffix('.')} {markers}."
