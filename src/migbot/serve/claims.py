"""Do the documents state a claim? The passages that are found for it, graded one by one."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from migbot.answer.check import quotable_spans
from migbot.answer.compare import compare, read_claim
from migbot.answer.support import Grade, Statement, SupportChecker, SupportVerdict
from migbot.answer.units import unit_spans
from migbot.serve.desk import Desk
from migbot.serve.search import passages_for
from migbot.types import Hit, Language, Passage, Question

# The verdict on a claim is the first of these that any passage gives.
_ORDER: tuple[SupportVerdict, ...] = ("supported", "contradicted", "not_found")


@dataclass(frozen=True, kw_only=True, slots=True)
class GradedPassage:
    """A passage, its grade, and `quote`, the words in it that come nearest to the claim."""

    hit: Hit
    grade: Grade
    quote: str


async def grade_claim(
    desk: Desk, checker: SupportChecker, claim: str
) -> AsyncGenerator[tuple[GradedPassage, ...], None]:
    """Yield what the passages found for `claim` say of it so far, the surest first.

    Each waits for its turn where the model runs, so that answers come in between.

    Raises:
        BusyError: all places are taken.
        QuestionError: the claim cannot be taken as it is.
        GeneratorError: the model failed.
    """
    found = await passages_for(desk, Question(question_id="claim", text=claim))
    graded: list[GradedPassage] = []
    for hit in found.hits:
        statement = Statement(claim=claim, language=found.language, passage=hit.passage)
        (grade,) = await desk.run(lambda one=statement: checker.grade((one,)))  # type: ignore[misc]
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
