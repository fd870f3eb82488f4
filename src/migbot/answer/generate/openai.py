"""A generator behind any OpenAI-compatible endpoint: a llama.cpp or vLLM server, for instance.

What the endpoint says about an error is never repeated, since it may hold the key or the prompt.
Proxies of the environment are not used and redirects not followed: the prompt goes to the address
in the settings or nowhere.
"""

import json
import logging
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import httpx
import tiktoken

from migbot.answer.generate.deadline import Deadline
from migbot.answer.generate.extractive import estimated_tokens
from migbot.answer.generate.protocol import Message, Piece
from migbot.answer.tokens import count_tokens
from migbot.errors import GeneratorError, SettingsError
from migbot.settings import Settings

_log = logging.getLogger(__name__)

_CONNECT_TIMEOUT_S = 10.0
_RETRY_AFTER_S = 0.5
# The HTTP library takes no time at all for no limit.
_LEAST_S = 0.001
# The API's own limit, which endpoints keep to.
_MOST_ALTERNATIVES = 20
_MAX_BYTES = 16 * 2**20
# Brackets that may open a control token of some model: <|im_end|>, </s>, <start_of_turn>, [INST].
_CONTROL = re.compile(r"<(?=[^\s\d=])|\[(?=/?[A-Z_]{4,}\])")

_ADVICE: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "shorten the prompt, or set generator_endpoint_grammar to false if the "
    "endpoint takes no grammar",
    HTTPStatus.UNAUTHORIZED: "set generator_api_key to a valid key",
    HTTPStatus.FORBIDDEN: "set generator_api_key to a key that may use this model",
    HTTPStatus.NOT_FOUND: "check generator_url and generator_model",
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests: ask again in a while",
}


class _PassingError(GeneratorError):
    """A failure that may be gone at the next attempt."""


class OpenAIGenerator:
    """Asks the endpoint `generator_url` for chat completions, streamed.

    `encoding` counts tokens; it is another model's unless the endpoint serves the default one, and
    without it the count is an estimate on the high side. A request that fails before the first
    piece is sent once more where that may help. Text that looks like a control token gets a space
    after its bracket, since the endpoint turns text and turns into tokens together.

    With `generator_endpoint_grammar` the grammar goes into the field `grammar`, which llama.cpp
    obeys and vLLM ignores; which probabilities `alternatives` are is the endpoint's choice
    (llama.cpp: the model's alone, before the grammar).
    """

    def __init__(self, settings: Settings, encoding: tiktoken.Encoding | None = None) -> None:
        """Make ready to ask; nothing is sent yet.

        Raises:
            SettingsError: the address or the key cannot be one.
        """
        self._settings = settings
        self._encoding = encoding
        self._url = _completions_url(settings.generator_url)
        self._where = f"the endpoint at {self._url.host}:{self._url.port or self._url.scheme}"
        self._client = httpx.Client(
            headers=_headers(settings.generator_api_key),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._settings.generator_model

    def count_tokens(self, text: str) -> int:
        """Return how many tokens `text` takes, or an estimate where no encoding was given."""
        if self._encoding is not None:
            return count_tokens(self._encoding, text)
        return estimated_tokens(text)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        alternatives: int = 0,
    ) -> Iterator[Piece]:
        """Write the reply to `messages`; see `Generator.generate`.

        Raises:
            GeneratorError: the endpoint cannot be reached, refuses, breaks off, or answers what is
                no stream of chat completions.
        """
        body: dict[str, Any] = {
            "model": self._settings.generator_model,
            "messages": [{"role": m.role, "content": _as_data(m.text)} for m in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        if grammar is not None and self._settings.generator_endpoint_grammar:
            body["grammar"] = grammar
        if alternatives:
            body |= {"logprobs": True, "top_logprobs": min(alternatives, _MOST_ALTERNATIVES)}
        deadline = Deadline(self._settings, self._where)
        deadline.begin()
        begun = False
        try:
            for piece in self._attempt(body, deadline):
                begun = True
                deadline.heard()
                yield piece
        except _PassingError:
            if begun:
                raise
        else:
            return
        _log.info("%s failed, trying once more", self._where)
        time.sleep(_RETRY_AFTER_S)
        yield from self._attempt(body, deadline)

    def _attempt(self, body: Mapping[str, Any], deadline: Deadline) -> Iterator[Piece]:
        silence_s = max(deadline.left_s, _LEAST_S)
        timeout = httpx.Timeout(silence_s, connect=_CONNECT_TIMEOUT_S)
        try:
            with self._client.stream("POST", self._url, json=body, timeout=timeout) as response:
                self._check_status(response)
                finished = False
                for line in self._lines(response, deadline):
                    event = self._event(line)
                    if event is None:
                        continue
                    piece, last = self._read(event)
                    finished = finished or last
                    if piece is not None:
                        yield piece
        except httpx.TimeoutException as error:
            if deadline.is_over:
                raise deadline.error() from error
            raise GeneratorError(
                f"{self._where} stood still for {silence_s:.1f} s: ask again, and look at its load"
            ) from error
        except httpx.TransportError as error:
            raise _PassingError(
                f"{self._where} cannot be reached or broke off: check that it runs and that "
                "generator_url is its address"
            ) from error
        if not finished:
            raise _PassingError(
                f"{self._where} broke off within the reply: ask again, and check generator_url"
            )

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        if response.is_redirect:
            raise GeneratorError(
                f"{self._where} answers from another address ({status}): set generator_url to it"
            )
        advice = _ADVICE.get(status, "look into the endpoint's own log")
        passing = status == HTTPStatus.TOO_MANY_REQUESTS or response.is_server_error
        kind = _PassingError if passing else GeneratorError
        raise kind(f"{self._where} answered {status}: {advice}")

    def _lines(self, response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
        """Split the body into lines as it comes, within the limits of time and size."""
        received = 0
        line: list[bytes] = []
        for chunk in response.iter_raw():
            received += len(chunk)
            if received > _MAX_BYTES:
                raise GeneratorError(
                    f"{self._where} sent over {_MAX_BYTES // 2**20} MB for one reply: check that "
                    "generator_url is a language model"
                )
            deadline.check()
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                yield b"".join((*line, end))
                line = []
            line.append(rest)
        yield b"".join(line)

    def _event(self, line: bytes) -> Mapping[str, Any] | None:
        """Return the JSON of one `data:` line of server-sent events; None for other lines."""
        name, _, data = line.partition(b":")
        data = data.strip()
        if name != b"data" or data in (b"", b"[DONE]"):
            return None
        try:
            event = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._malformed() from error
        if not isinstance(event, dict):
            raise self._malformed()
        return event

    def _read(self, event: Mapping[str, Any]) -> tuple[Piece | None, bool]:
        """Return what an event adds to the reply, and whether it ends it."""
        if "error" in event:
            raise GeneratorError(f"{self._where} failed within the reply: look into its own log")
        try:
            if not event["choices"]:
                return None, False
            choice = event["choices"][0]
            text = choice["delta"].get("content") or ""
            places = (choice.get("logprobs") or {}).get("content") or ()
            alternatives = _probabilities(places[-1]) if places else {}
            last = choice.get("finish_reason") is not None
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise self._malformed() from error
        if not isinstance(text, str):
            raise self._malformed()
        piece = Piece(text=_clean(text), alternatives=alternatives)
        return (piece if text or alternatives else None), last

    def _malformed(self) -> GeneratorError:
        return GeneratorError(
            f"{self._where} does not answer as an OpenAI-compatible endpoint: check generator_url"
        )


def _completions_url(base: str) -> httpx.URL:
    try:
        url = httpx.URL(base.rstrip("/") + "/chat/completions")
    except httpx.InvalidURL as error:
        raise SettingsError(
            "setting generator_url is not an address: http://host:port/v1"
        ) from error
    # A password in the address would be logged with it.
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise SettingsError(
            "setting generator_url should be like http://host:port/v1, without user or password"
        )
    return url


def _headers(key: str) -> dict[str, str]:
    # Checked here, because the HTTP library would repeat a malformed key in its own error.
    if not (key.isascii() and key.isprintable()):
        raise SettingsError("setting generator_api_key holds characters that no key has")
    # Compressed, a small body could grow without bound before its size is known; and a reply takes
    # so long that a connection kept between two of them saves nothing.
    plain = {"Accept-Encoding": "identity", "Connection": "close"}
    return plain | ({"Authorization": f"Bearer {key}"} if key else {})


def _probabilities(place: Mapping[str, Any]) -> dict[str, float]:
    """Return the probability of each likely token, that of the written one among them."""
    entries = (*(place.get("top_logprobs") or ()), place)
    return {str(entry["token"]): math.exp(min(0.0, entry["logprob"])) for entry in entries}


def _as_data(text: str) -> str:
    return _CONTROL.sub(r"\g<0> ", _clean(text))


def _clean(text: str) -> str:
    """Return `text` with lone surrogates, which no encoding can carry, replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
