"""Errors as the programs that ask see them: one JSON shape, whatever went wrong."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from migbot.errors import BusyError, QuestionError, UsageError
from migbot.serve.desk import FullError

# About the time in which a server that was stopped is back.
RESTART_S = 60
# The program that asked has gone: nobody reads this status.
GONE = 499

logger = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


class RefusalError(UsageError):
    """A request that is not taken; `status` and `code` say so to programs.

    `retry_s` is in how many seconds it may be, None where the request itself is at fault.
    """

    def __init__(self, status: int, code: str, message: str, *, retry_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_s = retry_s
        self.status = status
        self.code = code


def refused(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return the response to a request that is not answered."""
    return JSONResponse(
        error_fields(code, message), status, {"cache-control": "no-store", **(headers or {})}
    )


def error_fields(code: str, message: str) -> dict[str, dict[str, str]]:
    """Return the one shape of all errors."""
    return {"error": {"code": code, "message": message}}


def as_refusal(error: Exception) -> RefusalError:
    """Return what a program is told of `error`; what nobody foresaw is logged."""
    if isinstance(error, RefusalError):
        return error
    if isinstance(error, QuestionError):
        return RefusalError(422, "invalid_question", str(error))
    if isinstance(error, BusyError):
        retry_s = error.retry_s if isinstance(error, FullError) else RESTART_S
        return RefusalError(503, "busy", str(error), retry_s=retry_s)
    # Nobody but the log learns the details; the visitor's words are in neither.
    logger.error("a request failed", exc_info=error)
    return RefusalError(500, "failed", "the answer could not be written: ask again")


def guarded(endpoint: Endpoint) -> Endpoint:
    """Return `endpoint` with every error it raises turned into a response."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor gets the one shape
            told = as_refusal(error)
            later = {} if told.retry_s is None else {"retry-after": str(told.retry_s)}
            return refused(told.status, told.code, str(told), later)

    return answer
