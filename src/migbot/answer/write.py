"""Quotes what answers, has the model write, and states what of it passes the check."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from migbot.answer.answerable import (
    brings_passages,
    load_calibration,
    none_probability,
    relevance,
    sign_of_none,
    sign_of_yes,
)
from migbot.answer.answerable_prompt import answerable_prompt
from migbot.answer.check import Support, check_sentence, covers, says_in_its_words, support_from
from migbot.answer.claim_prompt import claim_prompt
from migbot.answer.evidence import Extract
from migbot.answer.expected import asks_once, expected_kind, holds
from migbot.answer.generate.extractive import NAME as EXTRACTIVE
from migbot.answer.generate.protocol import Generator, Piece
from migbot.answer.grammar import Draft, answer_grammar, read_drafts
from migbot.answer.listing import is_whole_list
from migbot.answer.prompt import build_prompt
from migbot.answer.repetition import goes_in_circles
from migbot.answer.reply import Reply
from migbot.answer.typography import as_printed
from migbot.answer.wanted import while_wanted
from migbot.answer.words import question_words
from migbot.answer.yesno import yes_probability
from migbot.errors import GeneratorMemoryError, PromptTooLongError
from migbot.index.embed import Embedder
from migbot.types import Stated

_LOG = logging.getLogger(__name__)
# A model that would rather answer still differs in how far down NONE is: with the probability of
# the 8 likeliest tokens alone, that of NONE ranks unanswerable questions worse (AUROC 0.66 instead
# of 0.80 on NoMIRACL).
ALTERNATIVES = 200
Asked = TypeVar("Asked")


class Writer:
    """Writes the answer to one question from its extracts, at least one.

    `question` is the standalone one; `signs` are those of `answerable.signs_of`. Where
    `is_calibrated` is False, nothing is known of how the models' signs are to be read: the
    probability of NONE alone decides, and a quote only stands in where no sentence is left. The
    model is stopped once `is_wanted` says no, and where it goes round in circles.
    """

    def __init__(
        self,
        question: str,
        extracts: Sequence[Extract],
        reply: Reply,
        *,
        signs: Mapping[str, float],
        is_calibrated: bool,
        embedder: Embedder,
        generator: Generator,
        max_tokens: int,
        is_wanted: Callable[[], bool],
    ) -> None:
        self._question = question
        self._extracts = extracts
        self._quotes = [support_from(one.passage, one.span) for one in extracts]
        self._reply = reply
        self._signs = signs
        self._is_calibrated = is_calibrated
        self._embedder = embedder
        self._generator = generator
        self._max_tokens = max_tokens
        self._is_wanted = is_wanted
        self._calibration = load_calibration()
        self._shown: list[Support] = []

    def write(self) -> Iterator[Stated]:
        """Yield the best quote, each sentence that a passage carries once checked, other quotes.

        The quote comes with the model's first token, seconds before its first sentence. Nothing
        comes where the passages do not seem to answer, which that token helps tell.

        Raises:
            GeneratorError: the model failed.
            GivenUpError: the answer is not wanted any more.
        """
        if self._generator.name == EXTRACTIVE:
            yield from self._quote_alone()
            return
        self._ask_whether_answered()
        pieces = self._pieces()
        first = next(pieces, None)
        self._weigh(None if first is None else none_probability(first))
        if first is None or not self._is_answerable:
            return
        if self._is_unsure:
            self._reply.doubt()
        if self._is_calibrated:
            yield self._reply.quote(self._quotes[0])
        if self._is_told_by_quote:
            return
        yield from self._state_each(read_drafts(piece.text for piece in chain((first,), pieces)))
        yield from self._quote_others() if self._is_calibrated else self._quote_instead()

    @property
    def _is_told_by_quote(self) -> bool:
        """Whether the best quote is the list that is wanted, which the model would but copy."""
        best, language = self._quotes[0], self._reply.language
        return self._is_calibrated and is_whole_list(
            self._question, best.quote, best.passage, language
        )

    def _quote_alone(self) -> Iterator[Stated]:
        """Yield the passages that seem to answer, word for word, where no model writes."""
        # How passages that a question brings are to be weighed, only a model's word can tell.
        self._is_calibrated = self._is_calibrated and not brings_passages(self._signs)
        self._weigh(None)
        if not self._is_calibrated:
            yield from self._quote_instead()
        elif self._is_answerable:
            if self._is_unsure:
                self._reply.doubt()
            yield from map(self._reply.quote, self._quotes)

    def _ask_whether_answered(self) -> None:
        """Have the model say whether passages that the question brought answer it."""
        if self._is_calibrated and brings_passages(self._signs):
            said = self._fitting(self._yes)
            self._signs = {**self._signs, **sign_of_yes(said)}

    def _yes(self) -> float | None:
        texts = [one.text for one in self._extracts]
        prompt = answerable_prompt(self._question, texts)
        return yes_probability(self._generator, prompt, is_wanted=self._is_wanted)

    def _fitting(self, ask: Callable[[], Asked]) -> Asked:
        """Return what `ask` gives, with so many passages as the model's context has room for."""
        while True:
            try:
                return ask()
            except PromptTooLongError:
                if len(self._extracts) == 1:
                    raise
                self._keep(len(self._extracts) - 1)

    def _keep(self, extracts: int) -> None:
        """Leave out the last extracts: the first ones bear most on the question."""
        self._extracts = self._extracts[:extracts]
        self._quotes = self._quotes[:extracts]
        self._reply.note(evidence=tuple((one.number, one.text) for one in self._extracts))

    @property
    def _is_answerable(self) -> bool:
        probability = self._reply.trace.answerable
        return probability is not None and self._calibration.answers(probability, self._signs)

    @property
    def _is_unsure(self) -> bool:
        """Whether the answer that is shown may well be none; not known without calibration."""
        probability = self._reply.trace.answerable
        if probability is None or not self._is_calibrated:
            return False
        return not self._calibration.is_sure(probability, self._signs)

    def _pieces(self) -> Iterator[Piece]:
        """Yield the model's reply as it comes; to half the passages where memory was short."""
        try:
            yield from self._reply_of_model()
        except GeneratorMemoryError:
            if self._reply.trace.answer_tokens or len(self._extracts) == 1:
                raise
            self._keep(len(self._extracts) // 2)
            yield from self._reply_of_model()

    def _reply_of_model(self) -> Iterator[Piece]:
        yield from self._written(while_wanted(self._fitting(self._asked), self._is_wanted))

    def _asked(self) -> Iterator[Piece]:
        """Have the model begin its reply."""
        prompt = build_prompt(self._question, self._extracts, self._reply.language)
        self._reply.note(
            prompt_tokens=sum(self._generator.count_tokens(message.text) for message in prompt)
        )
        return self._generator.generate(
            prompt,
            max_tokens=self._max_tokens,
            grammar=answer_grammar(len(self._extracts)),
            alternatives=ALTERNATIVES,
        )

    def _written(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Yield what the model writes, until it goes round in circles."""
        said = last = ""
        for piece in pieces:
            if piece.is_empty:
                continue
            self._reply.token_came()
            yield piece
            last = piece.text
            said += last
            if goes_in_circles(said):
                self._reply.cut()
                return
        if last and self._reply.trace.answer_tokens >= self._max_tokens:
            self._reply.cut()

    def _weigh(self, none: float | None) -> None:
        """Note how probable an answer is, now that the model's first token is known."""
        known = self._calibration.thresholds["answerable"]["none_unknown"] if none is None else none
        signs = {**self._signs, **sign_of_none(known)}
        probability = self._calibration.answerable(signs) if self._is_calibrated else 1 - known
        self._reply.note(none=none, signs=signs, answerable=probability)

    def _state_each(self, drafts: Iterator[Draft]) -> Iterator[Stated]:
        """Yield the sentences that stand, in their order, the first ones while others are written.

        From the first one on that the model is to be asked about they wait for the end of its
        reply, since it does one thing at a time.
        """
        waiting: list[tuple[Draft, Support]] = []
        for draft in drafts:
            support = self._carried(draft)
            if support is None:
                continue
            if waiting or self._is_to_be_asked(draft, support):
                waiting.append((draft, support))
            else:
                yield from self._state(draft, support)
        for draft, support in waiting:
            if not self._is_to_be_asked(draft, support) or self._model_agrees(draft, support):
                yield from self._state(draft, support)

    def _is_to_be_asked(self, draft: Draft, support: Support) -> bool:
        """Return whether a sentence says in words of its own what no quote above it says."""
        return (
            self._is_calibrated
            and not says_in_its_words(support, draft.text)
            and not self._repeats_quote(support)
        )

    def _model_agrees(self, draft: Draft, support: Support) -> bool:
        """Return whether the model, asked anew, says that the words which carry it state it."""
        claim = as_printed(draft.text, self._reply.language)
        prompt = claim_prompt(support.framed, claim)
        said = yes_probability(self._generator, prompt, is_wanted=self._is_wanted)
        if said is None or self._calibration.agrees(said):
            return True
        self._drop(draft, (f"the model doubts that the passage states it ({said:.2f})",))
        return False

    def _carried(self, draft: Draft) -> Support | None:
        """Return what carries the sentence; None, and a note, where nothing does."""
        verdict = check_sentence(
            draft.text,
            language=self._reply.language,
            question=self._question,
            cited=[one for one in self._extracts if one.number in draft.numbers],
            others=[one for one in self._extracts if one.number not in draft.numbers],
            embedder=self._embedder,
        )
        if verdict.support is None:
            self._drop(draft, verdict.reasons)
        elif not self._is_about_question(draft, verdict.support):
            self._drop(draft, ("not about the question",))
        else:
            return verdict.support
        return None

    def _state(self, draft: Draft, support: Support) -> Iterator[Stated]:
        """Yield a sentence that stands, unless it was said already."""
        text = as_printed(draft.text, self._reply.language)
        self._reply.consider(draft.text)
        self._shown.append(support)
        if not (self._reply.has_said(text) or self._repeats_quote(support)):
            yield self._reply.state(text, (support,))

    def _repeats_quote(self, support: Support) -> bool:
        """Return whether a sentence that rests on `support` says what the quote above it says."""
        first = self._quotes[0]
        is_same_language = support.passage.language == self._reply.language
        return self._is_calibrated and is_same_language and covers((support,), first)

    def _drop(self, draft: Draft, reasons: Sequence[str]) -> None:
        self._reply.consider(draft.text, reasons)
        _LOG.debug("dropped: %s | %s", ", ".join(reasons), draft.text)

    def _is_about_question(self, draft: Draft, support: Support) -> bool:
        """Return whether a carried sentence says something that was asked.

        A question for one thing, a date or a number, say, is answered by nothing else.
        """
        said = {
            draft.text: self._reply.language,
            " ".join((*support.passage.headings, support.quote)): support.passage.language,
        }
        kind = expected_kind(self._question)
        is_of_kind = any(holds(kind, text, in_language) for text, in_language in said.items())
        if asks_once(self._question) and not is_of_kind:
            return False
        words = len(question_words(self._question))
        # The standalone question of a follow-up holds the words of two.
        about = max(relevance(self._question, said), relevance(self._reply.text, said))
        return self._calibration.is_about(about, words)

    def _quote_others(self) -> Iterator[Stated]:
        """Yield what else was read verbatim, but for what the sentences have shown already.

        It is for what they may lack, so it is left out where one thing was asked for and told.
        """
        is_settled = bool(self._shown) and self._asks_for_one_thing
        for quote in () if is_settled else self._quotes[1:]:
            if not covers(self._shown, quote):
                yield self._reply.quote(quote)

    def _quote_instead(self) -> Iterator[Stated]:
        """Yield the best quote where no sentence is left and it holds most of the question."""
        first = self._extracts[0]
        about = relevance(self._question, {first.framed: first.passage.language})
        if self._reply.is_empty and self._calibration.quote_stands_in(about):
            yield self._reply.quote(self._quotes[0])

    @property
    def _asks_for_one_thing(self) -> bool:
        """Whether one number, date or name is asked for."""
        return expected_kind(self._question) != "any" and asks_once(self._question)
