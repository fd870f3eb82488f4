"""A search at the desk: the first event of an answer, which needs no language model."""

import time
from contextlib import aclosing
from typing import Any

from migbot.answer.as_json import hit_to_json
from migbot.errors import GeneratorError
from migbot.serve.desk import Desk
from migbot.types import Question, Retrieved


async def search(desk: Desk, question: Question, visitor: str = "") -> dict[str, Any]:
    """Return the passages that bear on `question`, as `migbot search --json` prints them.

    Raises:
        FullError: all places are taken.
        QuestionError: the question cannot be taken as it is.
    """
    start = time.perf_counter()
    found = await passages_for(desk, question, visitor)
    return {
        "id": question.question_id,
        "question": question.text,
        "language": found.language,
        "seconds": round(time.perf_counter() - start, 4),
        "passages": [hit_to_json(hit) for hit in found.hits],
    }


async def passages_for(desk: Desk, question: Question, visitor: str = "") -> Retrieved:
    """Return the first event of an answer and leave the desk.

    Raises:
        FullError: all places are taken.
        QuestionError: the question cannot be taken as it is.
    """
    async with aclosing(desk.ask(question, visitor)) as events:
        async for event in events:
            if isinstance(event, Retrieved):
                return event
    raise GeneratorError("the search ended before it was finished: ask again")
