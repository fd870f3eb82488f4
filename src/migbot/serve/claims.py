"""Do the documents state a claim? The passages that are found for it, graded one by one."""

from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

from migbot.answer.check import quotable_spans
from migbot.answer.compare import compare, read_claim
from migbot.answer.support import Grade, Statement, SupportChecker, SupportVerdict
from migbot.answer.units import unit_spans
from migbot.serve.desk import Answering, Beat, Desk
from migbot.types import Event, Hit, Language, Passage, Question, Retrieved

# The verdict on a claim is the first of these that any passage gives.
_ORDER: tuple[SupportVerdict, ...] = ("supported", "contradicted", "not_found")


@dataclass(frozen=True, kw_only=True, slots=True)
class GradedPassage:
    """A passage, its grade, and `quote`, the words in it that come nearest to the claim."""

    hit: Hit
    grade: Grade
    quote: str


Graded = tuple[GradedPassage, ...]


def grade_claim(
    desk: Desk, checker: SupportChecker, claim: str, visitor: str = ""
) -> AsyncGenerator[Graded | Beat, None]:
    """Yield what the passages found for `claim` say of it so far, the surest first.

    A claim waits for its turn as a question does, under the same name `visitor`, and ends like one
    when the generator is closed.

    Raises:
        FullError: all places are taken.
        StoppingError: the server is being stopped.
        QuestionError: the claim cannot be taken as it is.
        GeneratorError: the model failed.
    """

    def begin(assistant: Answering, is_wanted: Callable[[], bool]) -> Iterator[Graded]:
        question = Question(question_id="claim", text=claim, is_wanted=is_wanted)
        return _grades(assistant.answer(question), checker, claim)

    return desk.attend(begin, visitor)


def _grades(events: Iterator[Event], checker: SupportChecker, claim: str) -> Iterator[Graded]:
    """Yield nothing yet once passages are found, then a grade more for each of them."""
    found = next(events, None)
    if isinstance(events, Generator):
        # Passages are all that is wanted of the answer.
        events.close()
    yield ()
    graded: list[GradedPassage] = []
    if not isinstance(found, Retrieved):
        return
    for hit in found.hits:
        statement = Statement(claim=claim, language=found.language, passage=hit.passage)
        (grade,) = checker.grade([statement])
        quote = nearest_words(claim, found.language, hit.passage)
        graded.append(GradedPassage(hit=hit, grade=grade, quote=quote))
        graded.sort(key=lambda one: (_ORDER.index(one.grade.verdict), -one.grade.support))
        yield tuple(graded)


def verdict_of(graded: Sequence[GradedPassage]) -> SupportVerdict:
    """Return the verdict on a claim of which `graded` says what each passage makes of it."""
    given = {one.grade.verdict for one in graded}
    return next((verdict for verdict in _ORDER if verdict in given), "not_found")


def nearest_words(claim: str, language: Language, passage: Passage) -> str:
    """Return the sentence or list of `passage` that lacks and contradicts least of `claim`."""
    read = read_claim(claim, language, "")
    spans = quotable_spans(passage, unit_spans(passage))
    matches = [compare(read, passage, span) for span in spans]
    if not matches:
        return passage.text
    best = min(matches, key=lambda one: one.order)
    return passage.text[best.start : best.end]
