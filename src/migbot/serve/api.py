"""The HTTP API: the questions and answers of the command line, for programs.

It asks at the same desk as the page, so all wait in one line.
"""

from collections.abc import AsyncGenerator, Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from migbot.answer.as_json import answer_to_json, citation_to_json, hit_to_json, sentence_to_json
from migbot.answer.asked import id_of, question_of
from migbot.errors import QuestionError
from migbot.serve.desk import Beat, Desk
from migbot.serve.event_stream import Events, EventStream, named_event, told
from migbot.serve.openapi import LISTED_DOCUMENTS, MOST_LISTED_DOCUMENTS, openapi_document
from migbot.serve.rate import Rate, visitor_of
from migbot.serve.refusals import as_refusal, error_fields, guarded
from migbot.serve.requests import NOBODY, bounded, finished, json_fields
from migbot.serve.search import search
from migbot.settings import Settings
from migbot.types import Document, Event, Finished, Question, Retrieved, Stated

SINGLE_ID = "q1"
EVENT_STREAM = "text/event-stream"


class Api:
    """The endpoints below `/api/v1`."""

    def __init__(
        self, desk: Desk, settings: Settings, documents: Mapping[str, Document], rate: Rate
    ) -> None:
        """`documents` maps document ids to the documents that answers may come from."""
        self._desk = desk
        self._rate = rate
        self._question_chars = settings.question_chars
        self._documents = documents
        self._description = openapi_document(settings)

    def routes(self) -> list[Route]:
        """Return what is served; every error in it has the one JSON shape."""
        return [
            Route("/api/v1/ask", guarded(self.ask), methods=["POST"]),
            Route("/api/v1/search", guarded(self.search), methods=["GET", "POST"]),
            Route("/api/v1/documents", guarded(self.documents), methods=["GET"]),
            Route("/api/v1/openapi.json", guarded(self.describe), methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """Answer a question, whole or, where the program asks for it, event by event."""
        question = self._question(await json_fields(request))
        self._rate.admit_request(request)
        if EVENT_STREAM in request.headers.get("accept", ""):
            events = self._desk.ask(question, visitor_of(request))
            # The first step tells whether the question is taken at all, before the status is sent.
            return EventStream(_lines(await anext(events), events), events)
        end = await finished(self._desk, question, request)
        return NOBODY if end is None else _reply(_answer_to_json(end))

    async def search(self, request: Request) -> Response:
        """Find passages; the language model is not asked."""
        if request.method == "POST":
            fields = await json_fields(request)
        else:
            fields = request.query_params
        question = self._question(fields)
        self._rate.admit_request(request)
        return _reply(await search(self._desk, question, visitor_of(request)))

    async def documents(self, request: Request) -> Response:
        """List the documents, a part at a time."""
        offset = _number(request, "offset", 0)
        limit = min(_number(request, "limit", LISTED_DOCUMENTS), MOST_LISTED_DOCUMENTS)
        ids = islice(self._documents, offset, offset + limit)
        # A newly built index may come into force meanwhile, without some of them.
        listed = [one for one in map(self._documents.get, ids) if one is not None]
        return _reply(
            {
                "total": len(self._documents),
                "offset": offset,
                "documents": [_document_to_json(one) for one in listed],
            }
        )

    async def describe(self, _request: Request) -> Response:
        """Return the OpenAPI document."""
        return JSONResponse(self._description)

    def _question(self, fields: Mapping[str, Any]) -> Question:
        question_id = id_of(fields) if "id" in fields else SINGLE_ID
        return question_of(question_id, bounded(fields), self._question_chars)


async def _lines(first: Event | Beat, events: Events) -> AsyncGenerator[str, None]:
    """Yield each event of an answer as it is sent; an error ends them."""
    yield _line(first)
    try:
        async for event in events:
            yield _line(event)
    except Exception as error:  # noqa: BLE001 - the status is sent: an event must tell
        refusal = as_refusal(error)
        yield named_event("error", error_fields(refusal.code, str(refusal)))


def _line(event: Event | Beat) -> str:
    if isinstance(event, Beat):
        return told(event)
    if isinstance(event, Retrieved):
        hits = [hit_to_json(hit) for hit in event.hits]
        return named_event("passages", {"language": event.language, "passages": hits})
    if isinstance(event, Stated):
        new = [citation_to_json(citation) for citation in event.citations]
        return named_event("sentence", {**sentence_to_json(event.sentence), "new_citations": new})
    return named_event("answer", _answer_to_json(event))


def _answer_to_json(end: Finished) -> dict[str, Any]:
    """Return an answer; `cached` is there only where an earlier one is repeated."""
    cached = {"cached": True} if end.trace.is_cached else {}
    return {**answer_to_json(end.answer), **cached}


def _reply(value: Mapping[str, Any]) -> JSONResponse:
    return JSONResponse(value, headers={"cache-control": "no-store"})


def _document_to_json(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "path": document.path,
        "title": document.title,
        "language": document.language,
        "date": document.date,
        "url": document.source_url,
        "topics": list(document.topics),
    }


def _number(request: Request, name: str, default: int) -> int:
    """Return a number of the query, 0 or more."""
    value = request.query_params.get(name)
    if value is None:
        return default
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):  # noqa: PLR2004 - fits
        raise QuestionError(f'"{name}" should be a number of at most nine digits')
    return int(value)
