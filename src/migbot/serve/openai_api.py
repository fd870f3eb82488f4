"""The part of OpenAI's API that chat programs use, so that they can ask migbot."""

import time
import uuid
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from migbot.serve.chat_request import MODEL, ChatRequest, read_chat
from migbot.serve.chat_text import ChatText
from migbot.serve.desk import Beat, Desk
from migbot.serve.event_stream import Events, EventStream, told, unnamed_event
from migbot.serve.rate import Rate, visitor_of
from migbot.serve.refusals import as_refusal, error_fields, guarded
from migbot.serve.requests import NOBODY, finished, json_fields
from migbot.settings import Settings
from migbot.types import Answer, Document, Event, Finished, Retrieved, Stated, Trace

JsonObject = dict[str, Any]


class OpenAIApi:
    """The endpoints below `/v1`; the one model's name is `migbot`."""

    def __init__(
        self, desk: Desk, settings: Settings, documents: Mapping[str, Document], rate: Rate
    ) -> None:
        """`documents` maps document ids to documents, for the addresses of their sources."""
        self._desk = desk
        self._rate = rate
        self._question_chars = settings.question_chars
        self._documents = documents

    def routes(self) -> list[Route]:
        """Return what is served; every error in it has the one JSON shape."""
        return [
            Route("/v1/chat/completions", guarded(self.chat), methods=["POST"]),
            Route("/v1/models", guarded(self.models), methods=["GET"]),
        ]

    async def chat(self, request: Request) -> Response:
        """Answer the last user message of a chat."""
        completion = Completion()
        chat = read_chat(await json_fields(request), completion.id, self._question_chars)
        self._rate.admit_request(request)
        text = ChatText(self._documents)
        if chat.stream:
            events = self._desk.ask(chat.question, visitor_of(request))
            # The first step tells whether the question is taken at all, before the status is sent.
            first = await anext(events)
            return EventStream(_chunks(first, events, completion, text, chat), events)
        end = await finished(self._desk, chat.question, request)
        return NOBODY if end is None else _whole(end, completion, text)

    async def models(self, _request: Request) -> Response:
        """List the one model."""
        model = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return JSONResponse({"object": "list", "data": [model]})


class Completion:
    """The frame of one chat completion and of its chunks, all with one id and time."""

    def __init__(self) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())

    def whole(self, message: JsonObject, usage: JsonObject, outcome: JsonObject) -> JsonObject:
        """Return the completion that holds a whole message."""
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._frame("chat.completion"),
            "choices": [choice],
            "usage": usage,
            MODEL: outcome,
        }

    def chunk(self, delta: JsonObject, finish_reason: str | None = None) -> JsonObject:
        """Return a chunk that adds `delta` to the message."""
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return {**self._frame("chat.completion.chunk"), "choices": [choice]}

    def usage(self, usage: JsonObject) -> JsonObject:
        """Return the chunk that adds token counts alone."""
        return {**self._frame("chat.completion.chunk"), "choices": [], "usage": usage}

    def _frame(self, kind: str) -> JsonObject:
        return {"id": self.id, "object": kind, "created": self._created, "model": MODEL}


def _whole(end: Finished, completion: Completion, text: ChatText) -> Response:
    answer = end.answer
    pieces = [text.say(sentence, answer.citations) for sentence in answer.sentences]
    message = {
        "role": "assistant",
        "content": "".join((*pieces, text.close(answer))),
        "refusal": None,
        "annotations": text.annotations,
    }
    return JSONResponse(
        completion.whole(message, _usage(end.trace), _outcome(answer)),
        headers={"cache-control": "no-store"},
    )


async def _chunks(
    first: Event | Beat, events: Events, completion: Completion, text: ChatText, chat: ChatRequest
) -> AsyncGenerator[str, None]:
    """Yield the chunks of an answer as lines of the stream; an error ends them."""
    try:
        yield unnamed_event(completion.chunk({"role": "assistant", "content": ""}))
        for line in _lines(first, completion, text, chat):
            yield line
        async for event in events:
            for line in _lines(event, completion, text, chat):
                yield line
    except Exception as error:  # noqa: BLE001 - the status is sent: an event must tell
        refusal = as_refusal(error)
        yield unnamed_event(error_fields(refusal.code, str(refusal)))
    yield "data: [DONE]\n\n"


def _lines(
    event: Event | Beat, completion: Completion, text: ChatText, chat: ChatRequest
) -> list[str]:
    if isinstance(event, Beat):
        return [told(event)]
    if isinstance(event, Retrieved):
        chunks = []
    elif isinstance(event, Stated):
        chunks = [completion.chunk({"content": text.say(event.sentence, event.citations)})]
    else:
        last = {"content": text.close(event.answer), "annotations": text.annotations}
        end = {**completion.chunk({}, "stop"), MODEL: _outcome(event.answer)}
        chunks = [completion.chunk(last), end]
        if chat.include_usage:
            chunks.append(completion.usage(_usage(event.trace)))
    return [unnamed_event(chunk) for chunk in chunks]


def _usage(trace: Trace) -> JsonObject:
    return {
        "prompt_tokens": trace.prompt_tokens,
        "completion_tokens": trace.answer_tokens,
        "total_tokens": trace.prompt_tokens + trace.answer_tokens,
    }


def _outcome(answer: Answer) -> JsonObject:
    return {"outcome": answer.outcome, "reason": answer.reason}
