"""Has the model write, and states what passes the check; where nothing does, the best quote."""

import logging
from collections.abc import Iterator, Sequence

from migbot.answer.answerable import load_calibration, none_probability, relevance
from migbot.answer.check import Support, check_sentence, support_from
from migbot.answer.evidence import Evidence
from migbot.answer.expected import asks_once, expected_kind, holds
from migbot.answer.generate.protocol import Generator
from migbot.answer.grammar import Draft, answer_grammar, read_drafts
from migbot.answer.prompt import NONE, build_prompt
from migbot.answer.reply import Reply
from migbot.answer.typography import as_printed, quoted
from migbot.answer.words import question_words
from migbot.index.embed import Embedder
from migbot.types import Stated

_LOG = logging.getLogger(__name__)
# Enough that NONE is among them whenever it matters.
_ALTERNATIVES = 8


class Writer:
    """Writes the answer to one question from its evidence.

    `question` is the standalone one.
    """

    def __init__(
        self,
        question: str,
        evidence: Evidence,
        reply: Reply,
        *,
        embedder: Embedder,
        generator: Generator,
        max_tokens: int,
    ) -> None:
        self._question = question
        self._evidence = evidence
        self._reply = reply
        self._embedder = embedder
        self._generator = generator
        self._max_tokens = max_tokens
        self._calibration = load_calibration()

    @property
    def _none(self) -> float | None:
        """The model's probability of replying NONE, once its first token is known."""
        return self._reply.trace.none

    def write(self) -> Iterator[Stated]:
        """Yield each sentence that a passage carries, as soon as it is checked.

        Raises:
            GeneratorError: the model failed.
        """
        for draft in read_drafts(self._texts()):
            yield from self._state(draft)
        if self._reply.is_empty:
            yield from self._quote_best()

    def _texts(self) -> Iterator[str]:
        """Yield the model's reply; nothing where its first token says that it would decline."""
        prompt = build_prompt(self._question, self._evidence.extracts, self._reply.language)
        self._reply.note(
            prompt_tokens=sum(self._generator.count_tokens(message.text) for message in prompt)
        )
        pieces = self._generator.generate(
            prompt,
            max_tokens=self._max_tokens,
            grammar=answer_grammar(len(self._evidence.extracts)),
            alternatives=_ALTERNATIVES,
        )
        written = ""
        for position, piece in enumerate(pieces):
            self._reply.token_came()
            if position == 0:
                self._reply.note(none=none_probability(piece))
                if self._calibration.model_declines(self._none):
                    return
            written += piece.text
            yield piece.text
        if written.strip() == NONE and self._none is None:
            self._reply.note(none=1.0)

    def _state(self, draft: Draft) -> Iterator[Stated]:
        """Yield the sentence if a passage carries it and it is about the question."""
        extracts = self._evidence.extracts
        verdict = check_sentence(
            draft.text,
            language=self._reply.language,
            question=self._question,
            trusted=self._calibration.trusts(self._none),
            cited=[one for one in extracts if one.number in draft.numbers],
            others=[one for one in extracts if one.number not in draft.numbers],
            embedder=self._embedder,
        )
        if verdict.support is None:
            self._drop(draft, verdict.reasons)
        elif not self._is_about_question(draft, verdict.support):
            self._drop(draft, ("not about the question",))
        else:
            language = self._reply.language
            quote = quoted(verdict.support.quote, language)
            text = quote if verdict.quote_only else as_printed(draft.text, language)
            self._reply.consider(draft.text)
            if not self._reply.has_said(text):
                yield self._reply.state(text, (verdict.support,))

    def _drop(self, draft: Draft, reasons: Sequence[str]) -> None:
        self._reply.consider(draft.text, reasons)
        _LOG.debug("dropped (NONE %s): %s | %s", self._none, ", ".join(reasons), draft.text)

    def _is_about_question(self, draft: Draft, support: Support) -> bool:
        """Return whether a carried sentence says something that was asked.

        A question for one thing, a date or a number, say, is answered by nothing else.
        """
        said = {
            draft.text: self._reply.language,
            _framed(support): support.passage.language,
        }
        kind = expected_kind(self._question)
        is_of_kind = any(holds(kind, text, in_language) for text, in_language in said.items())
        if asks_once(self._question) and not is_of_kind:
            return False
        words = len(question_words(self._question))
        about = relevance(self._question, said)
        return self._calibration.sentence_answers(about, words, self._none)

    def _quote_best(self) -> Iterator[Stated]:
        """Yield the best unit of the kind that was asked for, verbatim, if it holds enough."""
        kind = expected_kind(self._question)
        for extract, position in self._evidence.best_first:
            support = support_from(extract.passage, extract.units[position])
            language = support.passage.language
            about = relevance(self._question, {_framed(support): language})
            specific = kind != "any"
            if holds(kind, support.quote, language) and self._calibration.quote_answers(
                about, self._none, is_expected_kind=specific
            ):
                yield self._reply.state(quoted(support.quote, self._reply.language), (support,))
                return


def _framed(support: Support) -> str:
    """Return a quote with the headings it stands under, which may name what it speaks of."""
    return " ".join((*support.passage.headings, support.quote))
