"""What a program sends: its JSON, read strictly, and whether it still listens."""

import asyncio
import json
import threading
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from migbot.answer.asked import object_of
from migbot.errors import GeneratorError, QuestionError
from migbot.serve.desk import Desk
from migbot.serve.rate import visitor_of
from migbot.serve.refusals import GONE, RefusalError
from migbot.types import Finished, Question

NOBODY = Response(status_code=GONE)
# What passages that a question brings may come to: each is read, whole, before the first reply.
MOST_PASSAGES = 50
PASSAGES_CHARS = 50_000


async def json_fields(request: Request) -> Mapping[str, Any]:
    """Return the object that a request's body holds.

    Raises:
        RefusalError: the body is not declared as JSON, or is none.
        QuestionError: it is JSON, and no object.
    """
    # A page of another site can send a form or plain text unasked, but not this type.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusalError(415, "not_json", "send JSON, with Content-Type: application/json")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise RefusalError(400, "not_json", "the body is not JSON: send one JSON object") from error
    return object_of(value, "the body")


def bounded(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a question, if the passages that it brings are few and short enough.

    Raises:
        QuestionError: they are too many, or too long together.
    """
    passages = fields.get("passages")
    if not isinstance(passages, list):
        return fields
    if len(passages) > MOST_PASSAGES:
        raise QuestionError(
            f'"passages" holds {len(passages)}: give at most {MOST_PASSAGES}, the likeliest ones'
        )
    texts = [
        one.get(name) for one in passages if isinstance(one, dict) for name in ("text", "title")
    ]
    chars = sum(len(text) for text in texts if isinstance(text, str))
    if chars > PASSAGES_CHARS:
        raise QuestionError(
            f"the passages have {chars} characters together: they may have {PASSAGES_CHARS}"
        )
    return fields


async def finished(desk: Desk, question: Question, request: Request) -> Finished | None:
    """Return the end of an answer, or None where the program that asked has gone.

    Raises:
        FullError: all places are taken.
        QuestionError: the question cannot be taken as it is.
        GeneratorError: the answer ended before it was finished.
    """
    left = threading.Event()
    watching = asyncio.ensure_future(_watch(request, left))
    try:
        async with aclosing(desk.ask(question, visitor_of(request), left)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event
                if left.is_set():
                    break
    finally:
        watching.cancel()
    if left.is_set():
        return None
    raise GeneratorError("the answer ended before it was finished: ask again")


async def _watch(request: Request, left: threading.Event) -> None:
    """Set `left` as soon as the program that asked has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    left.set()
