"""One question from asking to answer: retrieve, select, write, check, show.

A synchronous generator of events runs through the whole flow, so that a reader sees the passages
at once and each sentence as soon as it is checked, and closing it stops the model.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from migbot.answer.answerable import load_calibration, none_probability, relevance
from migbot.answer.check import Support, check_sentence
from migbot.answer.decline import decline_message, failure_message, refusal_on_sight
from migbot.answer.evidence import Evidence, Extract, select_evidence
from migbot.answer.expected import expected_kind, holds
from migbot.answer.generate import make_generator
from migbot.answer.generate.protocol import Generator
from migbot.answer.grammar import Draft, answer_grammar, read_drafts
from migbot.answer.prompt import build_prompt, constant_messages
from migbot.answer.retrieve import Retriever
from migbot.answer.rewrite import standalone_question
from migbot.answer.typography import as_printed, quoted
from migbot.documents.clean import clean_text
from migbot.documents.language import detect_language
from migbot.errors import GeneratorError, QuestionError
from migbot.index.embed import Embedder, load_embedder
from migbot.index.store import Index, open_index
from migbot.settings import Settings
from migbot.types import (
    Answer,
    Citation,
    Event,
    Finished,
    Hit,
    Language,
    Outcome,
    Question,
    Reason,
    Retrieved,
    Seconds,
    Sentence,
    Stated,
    Turn,
)

_LOG = logging.getLogger(__name__)
# Enough that NONE is among them whenever it matters.
_ALTERNATIVES = 8


@dataclass(slots=True)
class _Progress:
    """What one answer has come to so far."""

    question: Question
    text: str
    language: Language
    started_s: float
    hits: tuple[Hit, ...] = ()
    retrieval_s: float = 0.0
    first_sentence_s: float | None = None
    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    dropped: int = 0
    none: float = 0.0


class Assistant:
    """Answers questions from one index. Safe to share between threads where its parts are."""

    def __init__(
        self,
        *,
        index: Index | None,
        embedder: Embedder,
        generator: Generator,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the parts; `index` None serves only questions that bring their own passages."""
        self.index = index
        self._embedder = embedder
        self._generator = generator
        self._settings = settings
        self._clock = clock
        self._retriever = (
            Retriever(index, embedder, settings.candidates) if index is not None else None
        )

    def warm_up(self) -> None:
        """Read the constant beginning of the prompt, so that the first visitor need not wait."""
        self._embedder.embed_questions(["migration"])
        list(self._generator.generate(constant_messages(), max_tokens=1))

    def answer(self, question: Question) -> Iterator[Event]:
        """Yield `Retrieved`, a `Stated` for each checked sentence, and `Finished`.

        Closing the iterator stops the model.

        Raises:
            QuestionError: the question is empty or too long.
        """
        started_s = self._clock()
        text = self._cleaned(question.text)
        progress = _Progress(
            question=question,
            text=text,
            language=question.language or detect_language(text),
            started_s=started_s,
        )
        search_text = standalone_question(text, self._recent(question))
        progress.hits = self._retrieve(question, search_text, progress.language)
        progress.retrieval_s = self._clock() - started_s
        yield Retrieved(language=progress.language, hits=progress.hits)
        reason = refusal_on_sight(text)
        if reason is None:
            yield from self._answer_from_hits(progress, search_text)
        else:
            yield self._declined(progress, reason)

    def _answer_from_hits(self, progress: _Progress, search_text: str) -> Iterator[Event]:
        evidence = select_evidence(
            search_text,
            progress.hits,
            language=progress.language,
            embedder=self._embedder,
            count_tokens=self._generator.count_tokens,
            max_tokens=self._settings.evidence_tokens,
        )
        reason = load_calibration().refuse_evidence(evidence)
        if reason is not None:
            yield self._declined(progress, reason)
            return
        try:
            for draft in self._drafts(progress, search_text, evidence):
                yield from self._state(progress, search_text, draft, evidence)
        except GeneratorError as error:
            _LOG.error("the model failed: %s", error)
            yield self._finished(progress, "failed", failure_message(progress.language))
            return
        if not progress.sentences:
            yield from self._quote_best(progress, search_text, evidence)
        if progress.sentences:
            yield self._finished(progress, "answered", _joined(progress.sentences))
        else:
            yield self._declined(progress, "not_found")

    def _drafts(self, progress: _Progress, question: str, evidence: Evidence) -> Iterator[Draft]:
        """Yield the model's sentences; none where its first token says that it would decline."""
        pieces = self._generator.generate(
            build_prompt(question, evidence.extracts, progress.language),
            max_tokens=self._settings.answer_tokens,
            grammar=answer_grammar(len(evidence.extracts)),
            alternatives=_ALTERNATIVES,
        )

        def texts() -> Iterator[str]:
            for position, piece in enumerate(pieces):
                if position == 0:
                    progress.none = none_probability(piece)
                    _LOG.debug(
                        "NONE %.3f, cosine %.3f, coverage %.2f",
                        progress.none,
                        evidence.best_cosine,
                        evidence.best_coverage,
                    )
                    if load_calibration().model_declines(progress.none):
                        return
                yield piece.text

        yield from read_drafts(texts())

    def _state(
        self, progress: _Progress, question: str, draft: Draft, evidence: Evidence
    ) -> Iterator[Event]:
        """Yield the sentence if a passage carries it and it is about the question."""
        cited = [one for one in evidence.extracts if one.number in draft.numbers]
        others = [one for one in evidence.extracts if one.number not in draft.numbers]
        verdict = check_sentence(
            draft.text,
            language=progress.language,
            question=question,
            trusted=load_calibration().trusts(progress.none),
            cited=cited,
            others=others,
            embedder=self._embedder,
        )
        if not verdict.supports:
            _LOG.debug("dropped a sentence: %s", ", ".join(verdict.reasons))
            progress.dropped += 1
            return
        held = {_framed(support): support.passage.language for support in verdict.supports}
        about = relevance(question, {draft.text: progress.language, **held})
        if not load_calibration().sentence_answers(about, progress.none):
            _LOG.debug("dropped a sentence that is not about the question")
            progress.dropped += 1
            return
        text = as_printed(draft.text, progress.language)
        if text not in {sentence.text for sentence in progress.sentences}:
            yield self._stated(progress, text, verdict.supports)

    def _quote_best(
        self, progress: _Progress, question: str, evidence: Evidence
    ) -> Iterator[Event]:
        """Yield the unit that holds most of the question, verbatim, where it holds enough."""
        kind = expected_kind(question)
        candidates = [
            (relevance(question, {_framed(support): support.passage.language}), support)
            for extract in evidence.extracts
            for support in _chosen_units(extract)
            if holds(kind, support.quote, support.passage.language)
        ]
        if not candidates:
            return
        best, support = max(candidates, key=lambda candidate: candidate[0])
        specific = kind != "any"
        if load_calibration().quote_answers(best, progress.none, is_expected_kind=specific):
            yield self._stated(progress, quoted(support.quote, progress.language), (support,))

    def _stated(self, progress: _Progress, text: str, supports: Sequence[Support]) -> Stated:
        if progress.first_sentence_s is None:
            progress.first_sentence_s = self._clock() - progress.started_s
        known = len(progress.citations)
        numbers = tuple(_cite(progress.citations, support) for support in supports)
        sentence = Sentence(text=text, citations=numbers)
        progress.sentences.append(sentence)
        return Stated(sentence=sentence, citations=tuple(progress.citations[known:]))

    def _declined(self, progress: _Progress, reason: Reason) -> Finished:
        message = decline_message(reason, progress.language)
        return self._finished(progress, "declined", message, reason)

    def _finished(
        self, progress: _Progress, outcome: Outcome, text: str, reason: Reason | None = None
    ) -> Finished:
        return Finished(
            answer=Answer(
                question_id=progress.question.question_id,
                question=progress.text,
                language=progress.language,
                outcome=outcome,
                text=text,
                sentences=tuple(progress.sentences),
                citations=tuple(progress.citations),
                hits=progress.hits,
                seconds=Seconds(
                    retrieval=progress.retrieval_s,
                    first_sentence=progress.first_sentence_s,
                    total=self._clock() - progress.started_s,
                ),
                reason=reason,
                dropped=progress.dropped,
            )
        )

    def _retrieve(self, question: Question, text: str, language: Language) -> tuple[Hit, ...]:
        if question.passages is not None:
            if not question.passages:
                return ()
            retriever = Retriever.over(question.passages, self._embedder, self._settings.candidates)
        elif self._retriever is not None:
            retriever = self._retriever
        else:
            raise QuestionError("there is no index: give the question its own passages")
        return retriever.search(text, language=language, top_k=self._settings.top_k)

    def _cleaned(self, text: str) -> str:
        cleaned = " ".join(clean_text(text).split())
        if not cleaned:
            raise QuestionError("the question is empty: write a question")
        if len(cleaned) > self._settings.question_chars:
            raise QuestionError(
                f"the question has {len(cleaned)} characters: shorten it to "
                f"{self._settings.question_chars}"
            )
        return cleaned

    def _recent(self, question: Question) -> Sequence[Turn]:
        turns = question.history[-self._settings.history_turns :]
        return turns if self._settings.history_turns else ()


def load_assistant(settings: Settings, *, with_index: bool = True) -> Assistant:
    """Return an assistant on the real parts that `settings` name.

    Without an index it serves only questions that bring their own passages.

    Raises:
        ModelMissingError, ModelIntegrityError: a model is absent or altered.
        IndexMissingError, IndexIntegrityError: no index can be opened.
    """
    embedder = load_embedder(settings)
    index = open_index(settings.index, embedder=embedder.identity) if with_index else None
    return Assistant(
        index=index, embedder=embedder, generator=make_generator(settings), settings=settings
    )


def final_answer(events: Iterable[Event]) -> Answer:
    """Return the answer that `events` end in."""
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise GeneratorError("the answer ended before it was finished: ask again")


def _framed(support: Support) -> str:
    """Return a quote with the headings it stands under, which may name what it speaks of."""
    return " ".join((*support.passage.headings, support.quote))


def _cite(citations: list[Citation], support: Support) -> int:
    """Return the number of the citation of `support`, added to `citations` if it is new."""
    place = (support.passage.passage_id, support.start, support.end)
    for citation in citations:
        if (citation.passage.passage_id, citation.start, citation.end) == place:
            return citation.number
    citations.append(
        Citation(
            number=len(citations) + 1,
            passage=support.passage,
            start=support.start,
            end=support.end,
            quote=support.quote,
        )
    )
    return len(citations)


def _chosen_units(extract: Extract) -> Iterator[Support]:
    passage = extract.passage
    for position in extract.chosen:
        start, end = extract.units[position]
        yield Support(
            passage=passage,
            start=passage.start + start,
            end=passage.start + end,
            quote=passage.text[start:end],
        )


def _joined(sentences: Sequence[Sentence]) -> str:
    """Return the answer as one text, the markers before each full stop."""
    return " ".join(_with_markers(sentence) for sentence in sentences)


def _with_markers(sentence: Sentence) -> str:
    markers = "".join(f"[{number}]" for number in sentence.citations)
    return f"{sentence.text.removesuffix('.')} {markers}."
