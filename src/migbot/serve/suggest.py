"""Questions that the documents do answer, from the headings of the passages that were found."""

from collections.abc import Sequence

from migbot.answer.typography import spaced
from migbot.serve.strings import STRINGS
from migbot.types import Hit, Language

MOST_SUGGESTIONS = 2


def suggested_questions(hits: Sequence[Hit], language: Language) -> tuple[str, ...]:
    """Return at most two questions in `language` about what the nearest passages say."""
    headings = [
        (passage.headings or (passage.title,))[-1]
        for passage in (hit.passage for hit in hits)
        if passage.language == language
    ]
    form = STRINGS[language].suggestion
    questions = [
        heading if heading.endswith("?") else form.format(heading=spaced(heading, language))
        for heading in headings
    ]
    return tuple(dict.fromkeys(questions))[:MOST_SUGGESTIONS]
