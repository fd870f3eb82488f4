"""A chat, as OpenAI's chat completions are asked, read as a question with its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migbot.answer.asked import object_of, question_of
from migbot.errors import QuestionError
from migbot.serve.refusals import RefusalError
from migbot.types import Question

MODEL = "migbot"

# What cannot be had, with the values that ask for nothing. Sampling is passed over instead: every
# program sends it, and an answer that is checked does not depend on it.
_ASKS_NOTHING: Mapping[str, tuple[object, ...]] = {
    "tools": (None, []),
    "functions": (None, []),
    "n": (None, 1),
    "logprobs": (None, False),
    "modalities": (None, ["text"]),
    "response_format": (None, {"type": "text"}),
}
# Instructions of whoever set up the program that asks; documents alone decide what is said.
_PASSED_OVER = ("system", "developer")


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatRequest:
    """A question, whether its answer is streamed, and whether the stream ends in token counts."""

    question: Question
    stream: bool
    include_usage: bool


def read_chat(fields: Mapping[str, Any], question_id: str, question_chars: int) -> ChatRequest:
    """Return what a chat completion asks: the last user message, after those before it.

    Raises:
        RefusalError: another model is named.
        QuestionError: a field is malformed, or asks for what cannot be had.
    """
    model = fields.get("model", MODEL)
    if model != MODEL:
        raise RefusalError(
            404, "model_not_found", f'"model" should be "{MODEL}": there is no other'
        )
    for name, values in _ASKS_NOTHING.items():
        if fields.get(name) not in values:
            raise QuestionError(f'"{name}" is not offered here: leave it out')
    turns = _turns(fields.get("messages"))
    last = max((at for at, turn in enumerate(turns) if turn["role"] == "user"), default=None)
    if last is None:
        raise QuestionError('"messages" holds no message of a user: put the question there')
    asked = {"question": turns[last]["text"], "history": turns[:last]}
    options = object_of(fields.get("stream_options") or {}, '"stream_options"')
    return ChatRequest(
        question=question_of(question_id, asked, question_chars),
        stream=_switch(fields, "stream"),
        include_usage=_switch(options, "include_usage"),
    )


def _turns(messages: object) -> list[dict[str, str]]:
    """Return what user and assistant said, each with words, as turns of a history."""
    if not isinstance(messages, list):
        raise QuestionError('"messages" should be a list of messages')
    read = [object_of(message, "a message") for message in messages]
    for message in read:
        if message.get("role") not in ("user", "assistant", *_PASSED_OVER):
            raise QuestionError('"role" of a message should be "user", "assistant" or "system"')
    turns = [
        {"role": str(message["role"]), "text": _text(message.get("content"))}
        for message in read
        if message["role"] not in _PASSED_OVER
    ]
    return [turn for turn in turns if turn["text"].strip()]


def _text(content: object) -> str:
    """Return the text of a message, given whole, in parts, or not at all."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise QuestionError('"content" of a message should be text, or a list of text parts')
    parts = [object_of(part, "a part of a message") for part in content]
    texts = [part.get("text") for part in parts if part.get("type") == "text"]
    if len(texts) < len(parts) or not all(isinstance(text, str) for text in texts):
        raise QuestionError("a message may hold text alone: leave images and sound out")
    return "\n".join(str(text) for text in texts)


def _switch(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise QuestionError(f'"{name}" should be true or false')
    return bool(value)
