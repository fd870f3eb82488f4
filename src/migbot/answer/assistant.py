"""One question from asking to answer: retrieve, select, write, check, show.

A synchronous generator of events runs through the whole flow, so that a reader sees the passages
at once and each sentence as soon as it is checked, and closing it stops the model.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from migbot.answer.answerable import load_calibration, refusal, signs_of
from migbot.answer.claim_prompt import claim_prompt_beginning
from migbot.answer.decline import refusal_on_sight, small_talk
from migbot.answer.evidence import select_evidence
from migbot.answer.generate import make_generator
from migbot.answer.generate.protocol import Generator
from migbot.answer.glossary import load_glossary
from migbot.answer.prompt import constant_messages
from migbot.answer.reply import Reply
from migbot.answer.retrieve import Retriever
from migbot.answer.rewrite import completed_question, standalone_question, telling_turns
from migbot.answer.rewrite_prompt import rewrite_prompt_beginning
from migbot.answer.support import SupportChecker
from migbot.answer.write import Writer
from migbot.documents.clean import clean_line
from migbot.documents.language import detect_language
from migbot.errors import GeneratorError, IntegrityError, MissingError, QuestionError
from migbot.index.embed import Embedder, load_embedder
from migbot.index.milvus import milvus_server
from migbot.index.store import Index, open_for_questions
from migbot.settings import Settings
from migbot.types import Answer, Event, Finished, Hit, Language, Question, Retrieved, Turn

_LOG = logging.getLogger(__name__)


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
        self._embedder = embedder
        self._generator = generator
        self._settings = settings
        self._clock = clock
        self._is_calibrated = load_calibration().is_for(generator.name, embedder.identity.name)
        if not self._is_calibrated:
            _LOG.warning(
                "not calibrated for %s with %s: answers keep to the strictest checks; "
                "see docs/evaluation.md",
                generator.name,
                embedder.identity.name,
            )
        self.use(index)

    def use(self, index: Index | None) -> None:
        """Search `index` from the next question on; one in progress has its passages already."""
        candidates = self._settings.candidates
        retriever = None if index is None else Retriever(index, self._embedder, candidates)
        # In one step: whoever reads which index serves must not be told one that is not searched.
        self._serving = (index, retriever)

    @property
    def settings(self) -> Settings:
        """Return the settings in force: `generator` is what answers, the fallback perhaps."""
        return self._settings

    @property
    def index(self) -> Index | None:
        """Return the index that a question asked now is searched in."""
        return self._serving[0]

    def open_index(self, *, falls_back: bool = True) -> Index:
        """Return the index that the settings name, which this assistant does not use yet.

        Args:
            falls_back: False takes no other build than the one in force.

        Raises:
            IndexMissingError, IndexIntegrityError, VectorServerError: see `open_for_questions`.
        """
        return open_for_questions(
            self._settings.index,
            self._embedder,
            milvus=milvus_server(self._settings),
            falls_back=falls_back,
        )

    def warm_up(self) -> None:
        """Search once, and read the prompts' constant beginnings, so that no visitor waits."""
        if self.index is None:
            self._embedder.embed_questions(["migration"])
        else:
            self._retrieve(Question(question_id="warm-up", text="migration"), "migration", "en")
        # The last one read needs not be fetched from those set aside.
        for messages in (
            rewrite_prompt_beginning(),
            claim_prompt_beginning(),
            constant_messages(),
        ):
            list(self._generator.generate(messages, max_tokens=1))

    def claim_checker(self) -> SupportChecker:
        """Return the check of claims by this assistant's own models; see `SupportChecker`."""
        return SupportChecker(self._embedder, self._generator)

    def answer(self, question: Question) -> Iterator[Event]:
        """Yield `Retrieved`, a `Stated` for each checked sentence, and `Finished`.

        A follow-up that the model makes whole is searched anew: `Retrieved` comes twice then.
        Closing the iterator stops the model.

        Raises:
            QuestionError: the question is empty or too long.
            GivenUpError: it is not wanted any more, as its `is_wanted` says.
        """
        text = self._cleaned(question.text)
        language = question.language or detect_language(text)
        reply = Reply(question, text, language, self._clock)
        chat = small_talk(text)
        if chat is not None:
            yield Retrieved(language=language, hits=())
            yield reply.chat(chat)
            return
        standalone = standalone_question(text, self._recent(question))
        reply.note(standalone=standalone)
        reply.found(self._retrieve(question, standalone, language))
        yield Retrieved(language=language, hits=reply.hits)
        reason = refusal_on_sight(text)
        if reason is not None:
            yield reply.decline(reason)
            return
        try:
            yield from self._understood_and_answered(reply, question)
        except GeneratorError as error:
            _LOG.error("the model failed: %s", error)
            yield reply.fail()

    def _understood_and_answered(self, reply: Reply, question: Question) -> Iterator[Event]:
        completed = completed_question(
            reply.text, self._recent(question), reply.hits, self._generator, question.is_wanted
        )
        if completed is not None:
            reply.note(standalone=completed)
            reply.found(self._retrieve(question, completed, reply.language))
            yield Retrieved(language=reply.language, hits=reply.hits)
        yield from self._answered_from_hits(reply, question, asked=completed or reply.text)

    def _answered_from_hits(
        self, reply: Reply, question: Question, *, asked: str
    ) -> Iterator[Event]:
        standalone = reply.trace.standalone
        extracts = select_evidence(
            standalone,
            reply.hits,
            language=reply.language,
            count_tokens=self._generator.count_tokens,
            max_tokens=self._settings.evidence_tokens,
        )
        reply.note(evidence=tuple((one.number, one.text) for one in extracts))
        signs = signs_of(
            standalone,
            reply.hits,
            extracts,
            asked=asked,
            language=reply.language,
            given=None if question.passages is None else len(question.passages),
        )
        reason = refusal(reply.hits, extracts, signs["coverage"])
        if reason is not None:
            yield reply.decline(reason)
            return
        writer = Writer(
            standalone,
            extracts,
            reply,
            signs=signs,
            is_calibrated=self._is_calibrated,
            embedder=self._embedder,
            generator=self._generator,
            max_tokens=self._settings.answer_tokens,
            is_wanted=question.is_wanted,
        )
        yield from writer.write()
        yield reply.finish()

    def _retrieve(self, question: Question, text: str, language: Language) -> tuple[Hit, ...]:
        if question.passages is not None:
            if not question.passages:
                return ()
            retriever = Retriever.over(question.passages, self._embedder, self._settings.candidates)
        else:
            _, serving = self._serving
            if serving is None:
                raise QuestionError("there is no index: give the question its own passages")
            retriever = serving
        return retriever.search(text, language=language, top_k=self._settings.top_k)

    def _cleaned(self, text: str) -> str:
        cleaned = clean_line(text)
        if not cleaned:
            raise QuestionError("the question is empty: write a question")
        if len(cleaned) > self._settings.question_chars:
            raise QuestionError(
                f"the question has {len(cleaned)} characters: shorten it to "
                f"{self._settings.question_chars}"
            )
        return load_glossary().with_apostrophes(cleaned)

    def _recent(self, question: Question) -> Sequence[Turn]:
        turns = telling_turns(question.history, turn_chars=self._settings.question_chars)
        return turns[-self._settings.history_turns :] if self._settings.history_turns else ()


def load_assistant(settings: Settings, *, with_index: bool = True) -> Assistant:
    """Return an assistant on the real parts that `settings` name.

    Without an index it serves only questions that bring their own passages.

    Raises:
        ModelMissingError, ModelIntegrityError: a model is absent or altered.
        MemoryMissingError: there is too little memory for the language model.
        IndexMissingError, IndexIntegrityError: no index can be opened.
        VectorServerError: the index is on a server that cannot be asked now.
    """
    embedder = load_embedder(settings)
    index = None
    if with_index:
        index = open_for_questions(settings.index, embedder, milvus=milvus_server(settings))
    try:
        generator = make_generator(settings)
    except (MissingError, IntegrityError) as error:
        if settings.generator_fallback == "none":
            raise
        _LOG.error("%s; until then, answers are quotes alone", error)
        settings = settings.model_copy(update={"generator": settings.generator_fallback})
        generator = make_generator(settings)
    return Assistant(index=index, embedder=embedder, generator=generator, settings=settings)


def final_answer(events: Iterable[Event]) -> Answer:
    """Return the answer that `events` end in."""
    for event in events:
        if isinstance(event, Finished):
            return event.answer
    raise GeneratorError("the answer ended before it was finished: ask again")
