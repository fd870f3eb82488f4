"""The OpenAPI document of what programs may ask; replies are described by `shapes`."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from migbot import __version__
from migbot.serve.requests import MOST_PASSAGES, PASSAGES_CHARS
from migbot.serve.shapes import (
    CitedAnswer,
    ErrorReply,
    FoundPassages,
    ListedDocuments,
    StreamedSentence,
)
from migbot.settings import Settings

JsonObject = dict[str, Any]

# Documents listed at a time, where the program does not say and where it asks for many.
LISTED_DOCUMENTS = 100
MOST_LISTED_DOCUMENTS = 1000

_ERRORS = {
    "400": "The body is not JSON.",
    "403": "A page of another site asks.",
    "408": "The body did not arrive in 10 seconds.",
    "413": "The body is over 64 KiB.",
    "415": "The body is not declared as application/json.",
    "422": "A field is missing, malformed or too long, or there are too many passages.",
    "429": "Too many questions of one visitor; Retry-After says when to ask again, in seconds.",
    "500": "The answer could not be written.",
    "503": "Too many questions are waiting, or the server is being stopped; Retry-After says when "
    "to ask again, in seconds.",
}
_EVENTS = (
    "With `Accept: text/event-stream`, server-sent events: `passages` (an object with `language` "
    "and `passages`), once more where a follow-up is searched anew, a `sentence` for each checked "
    "one (`StreamedSentence`), then `answer` (`CitedAnswer`), or `error` (`ErrorReply`) in its "
    "place. Lines that begin with a colon keep the connection and tell what the question waits "
    "for. Closing the connection frees the model."
)


def openapi_document(settings: Settings) -> JsonObject:
    """Return the document, an OpenAPI 3.1 object, with the limits that `settings` set."""
    shapes: list[type[BaseModel]] = [
        CitedAnswer,
        StreamedSentence,
        FoundPassages,
        ListedDocuments,
        ErrorReply,
    ]
    _, definitions = models_json_schema(
        [(shape, "serialization") for shape in shapes],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "migbot",
            "version": __version__,
            "description": "Answers with sources, in French and English, from the documents served "
            "here. Every error has the shape `ErrorReply`.",
        },
        "paths": {
            "/api/v1/ask": {"post": _ask()},
            "/api/v1/search": {"get": _search_by_address(settings), "post": _search()},
            "/api/v1/documents": {"get": _documents()},
            "/v1/chat/completions": {"post": _chat()},
            "/v1/models": {"get": _models()},
            "/health": {"get": _health()},
        },
        "components": {"schemas": {**definitions["$defs"], "Question": _question(settings)}},
    }


def _ask() -> JsonObject:
    return {
        "operationId": "ask",
        "summary": "Answer a question, each sentence with its source",
        "description": _EVENTS,
        "requestBody": _body("Question"),
        "responses": {
            "200": {
                "description": "The answer, or the reason why there is none.",
                "content": {
                    "application/json": {"schema": _ref("CitedAnswer")},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            **_refusals("400", "403", "408", "413", "415", "422", "429", "500", "503"),
        },
    }


def _search() -> JsonObject:
    return {
        "operationId": "search",
        "summary": "Find passages, without a word of the language model's",
        "description": "A greeting finds nothing.",
        "requestBody": _body("Question"),
        "responses": {
            "200": _json("The passages found, best first.", "FoundPassages"),
            **_refusals("400", "403", "408", "413", "415", "422", "429", "500", "503"),
        },
    }


def _search_by_address(settings: Settings) -> JsonObject:
    fields = _question(settings)["properties"]
    return {
        "operationId": "searchByAddress",
        "summary": "The same for a question in the address",
        "parameters": [
            _parameter("question", fields["question"], required=True),
            _parameter("language", fields["language"]),
            _parameter("id", fields["id"]),
        ],
        "responses": {
            "200": _json("The passages found, best first.", "FoundPassages"),
            **_refusals("422", "429", "500", "503"),
        },
    }


def _documents() -> JsonObject:
    return {
        "operationId": "documents",
        "summary": "List the documents that answers may come from",
        "parameters": [
            _parameter("offset", {"type": "integer", "minimum": 0, "default": 0}),
            _parameter(
                "limit",
                {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": MOST_LISTED_DOCUMENTS,
                    "default": LISTED_DOCUMENTS,
                },
            ),
        ],
        "responses": {
            "200": _json("A part of the list.", "ListedDocuments"),
            **_refusals("422", "500"),
        },
    }


def _chat() -> JsonObject:
    return {
        "operationId": "chat",
        "summary": "Ask as a chat, as OpenAI's chat completions are asked",
        "description": "The last user message is the question, those before it the conversation; "
        "system messages and sampling parameters are passed over, tools are refused.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["messages"],
                        "properties": {
                            "model": {"const": "migbot"},
                            "messages": {"type": "array", "items": {"type": "object"}},
                            "stream": {"type": "boolean", "default": False},
                        },
                    }
                }
            },
        },
        "responses": {
            "200": {
                "description": "A chat completion, or its chunks as server-sent events.",
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "text/event-stream": {"schema": {"type": "string"}},
                },
            },
            "404": _json("Another model than migbot is named.", "ErrorReply"),
            **_refusals("400", "403", "408", "413", "415", "422", "429", "500", "503"),
        },
    }


def _models() -> JsonObject:
    return {
        "operationId": "models",
        "summary": "List the one model that chats may name",
        "responses": {
            "200": {
                "description": "A list with one entry.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _health() -> JsonObject:
    return {
        "operationId": "health",
        "summary": "Tell whether questions are answered from the index in force",
        "responses": {
            "200": {
                "description": "ok, or degraded where an earlier index serves or quotes "
                "stand in for a model",
                "content": {
                    "text/plain": {"schema": {"type": "string", "enum": ["ok", "degraded"]}}
                },
            }
        },
    }


def _question(settings: Settings) -> JsonObject:
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "required": ["question"],
        "properties": {
            "id": {**text, "default": "q1", "description": "comes back with the answer"},
            "question": {**text, "maxLength": settings.question_chars},
            "language": {
                "enum": ["fr", "en", "auto", None],
                "default": "auto",
                "description": "language of the answer; auto takes the question's own",
            },
            "history": {
                "type": "array",
                "description": "what was said before, oldest first; the last "
                f"{settings.history_turns} turns are looked at",
                "items": {
                    "type": "object",
                    "required": ["role", "text"],
                    "properties": {"role": {"enum": ["user", "assistant"]}, "text": text},
                },
            },
            "passages": {
                "type": ["array", "null"],
                "minItems": 1,
                "maxItems": MOST_PASSAGES,
                "description": "the only passages to answer from, in place of the documents; at "
                f"most {PASSAGES_CHARS} characters together",
                "items": {
                    "type": "object",
                    "required": ["id", "text"],
                    "properties": {"id": text, "text": text, "title": {"type": ["string", "null"]}},
                },
            },
        },
    }


def _parameter(name: str, schema: JsonObject, *, required: bool = False) -> JsonObject:
    return {"name": name, "in": "query", "required": required, "schema": schema}


def _body(shape: str) -> JsonObject:
    return {"required": True, "content": {"application/json": {"schema": _ref(shape)}}}


def _json(description: str, shape: str) -> JsonObject:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(shape)}},
    }


def _refusals(*statuses: str) -> JsonObject:
    return {status: _json(_ERRORS[status], "ErrorReply") for status in statuses}


def _ref(shape: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{shape}"}
