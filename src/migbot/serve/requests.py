"""What a program sends: its JSON, read strictly, and whether it still listens."""

import json
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from migbot.answer.asked import object_of
from migbot.errors import GeneratorError
from migbot.serve.desk import Desk
from migbot.serve.rate import visitor_of
from migbot.serve.refusals import RefusalError
from migbot.types import Finished, Question

# The program that asked has gone: nobody reads this.
NOBODY = Response(status_code=499)


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


async def finished(desk: Desk, question: Question, request: Request) -> Finished | None:
    """Return the end of an answer, or None where the program that asked has gone.

    Raises:
        BusyError: all places are taken.
        QuestionError: the question cannot be taken as it is.
        GeneratorError: the answer ended before it was finished.
    """
    async with aclosing(desk.ask(question, visitor_of(request))) as events:
        async for event in events:
            if isinstance(event, Finished):
                return event
            if await request.is_disconnected():
                return None
    raise GeneratorError("the answer ended before it was finished: ask again")
