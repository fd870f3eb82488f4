"""The default generator: a GGUF model run by llama.cpp inside this process.

The engine keeps the last prompt it read, so a prompt that begins alike is read from where it
differs. To read a constant beginning ahead of time, write one token after it:
`list(generator.generate(prefix, max_tokens=1))`.
"""

import math
import os
import queue
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from migbot.answer.generate.chatml import chatml_tokens
from migbot.answer.generate.deadline import Deadline
from migbot.answer.generate.protocol import Message, Piece
from migbot.answer.tokens import count_tokens, encoding_from_gguf, read_gguf_metadata
from migbot.errors import GeneratorError, ModelIntegrityError, PromptTooLongError
from migbot.models.memory import require_memory
from migbot.settings import Settings

# The engine looks at whether it should stop between batches of the prompt: the smaller the batch
# the sooner it stops. Measured on 2 cores, 64 reads 3 % slower than 512, and 32 reads 10 % slower.
_BATCH_TOKENS = 64
# So long the engine waits for the reader of an empty piece to go on or to give up.
_READER_S = 1.0
# Whole prompts set aside when another one comes: a few, at about 30 kB a token.
_CACHE_MIB = 128
# Both in 16 bits.
_BYTES_PER_KEY_AND_VALUE = 4
# What the engine computes in, measured with the default model: 0.15 GB.
_WORKING_BYTES = 150_000_000


class LlamaCppGenerator:
    """Runs the GGUF model at `path`, one reply at a time: a second caller waits for the first.

    A model that is given up, by closing the iterator, stops before its next token or its next 64
    tokens of prompt; closing does not wait for that, the next reply does. While it reads a prompt
    it gives an empty piece every 64 tokens, so that it can be given up there too.

    `alternatives` are probabilities under the model alone, over its whole vocabulary, before the
    grammar takes its pick: what the model would have liked to say. The token that was written is
    always among them. The empty string stands for the end of the reply.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        """Load the model, in a few seconds.

        Raises:
            ModelMissingError: the file is not there.
            ModelIntegrityError: the engine cannot load it.
            MemoryMissingError: there is too little memory for it.
            SettingsError: it is not a model of a kind known here.
        """
        self._name = settings.generator_model
        self._context_tokens = settings.context_tokens
        self._settings = settings
        self._encoding = encoding_from_gguf(path)
        require_memory(self._name, memory_bytes(path, settings.context_tokens))
        self._engine = _load(path, settings)
        # Held from the start of a reply until the engine has really left it.
        self._busy = threading.Lock()

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._name

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens `text` takes, special tokens not counted."""
        return count_tokens(self._encoding, text)

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
            PromptTooLongError: the prompt and reply do not fit the context.
            GeneratorError: the grammar is faulty, the engine failed, or the time was up; see
                `Deadline`.
        """
        prompt = chatml_tokens(self._encoding, messages)
        if len(prompt) + max_tokens > self._context_tokens:
            raise PromptTooLongError(
                f"the prompt takes {len(prompt)} tokens and the reply up to {max_tokens}: ask "
                f"something shorter or raise context_tokens, now {self._context_tokens}"
            )
        request: dict[str, Any] = {
            "prompt": prompt,
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "cache_prompt": True,
            "return_progress": True,
        }
        if grammar is not None:
            request["grammar"] = grammar
        if alternatives:
            request["logprobs"] = alternatives
        return self._stream(request)

    def _stream(self, request: Mapping[str, Any]) -> Iterator[Piece]:
        deadline = Deadline(self._settings)
        if not self._busy.acquire(timeout=deadline.left_s):
            raise deadline.error()
        deadline.begin()
        reply = _Reply(deadline)
        threading.Thread(
            target=reply.run, args=(self._engine, request, self._busy), name="llama.cpp"
        ).start()
        try:
            while True:
                try:
                    event = reply.events.get(timeout=deadline.left_s)
                except queue.Empty:
                    raise deadline.error() from None
                if event is None:
                    return
                piece = _piece(event)
                if not piece.is_empty:
                    deadline.heard()
                yield piece
                if piece.is_empty:
                    reply.go_on()
        finally:
            reply.give_up()


class _Reply:
    """One reply being written: what the engine says goes into `events`, and None ends it."""

    def __init__(self, deadline: Deadline) -> None:
        self.events: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._given_up = threading.Event()
        self._going_on = threading.Semaphore(0)
        self._deadline = deadline

    def run(self, engine: Any, request: Mapping[str, Any], busy: threading.Lock) -> None:
        """Have the engine write the reply, in a thread of its own; free it for the next caller."""
        try:
            engine.handle_completions(dict(request), self._hear)
        except Exception as error:  # noqa: BLE001 -- the reader raises it, in the caller's thread
            self.events.put({"error": {"message": str(error)}})
        finally:
            busy.release()
            self.events.put(None)

    def go_on(self) -> None:
        """Have the engine go on after an empty piece."""
        self._going_on.release()

    def give_up(self) -> None:
        """Have the engine stop, at once where it waits after an empty piece."""
        self._given_up.set()
        self._going_on.release()

    def _hear(self, event: Mapping[str, Any]) -> bool:
        """Take one event; the engine stops when this returns True."""
        self.events.put(event)
        if "error" not in event and _piece(event).is_empty:
            # Whoever gives up here must not wait for one more batch of the prompt.
            self._going_on.acquire(timeout=_READER_S)
        program_ends = not threading.main_thread().is_alive()
        return program_ends or self._given_up.is_set() or self._deadline.is_over


def _piece(event: Mapping[str, Any]) -> Piece:
    """Return what an event adds to the reply, an empty piece where it tells of progress alone."""
    if "error" in event:
        reason = " ".join(str(event["error"].get("message", event["error"])).split())
        raise GeneratorError(f"llama.cpp cannot write this reply: {reason}")
    choice = event["choices"][0]
    places = (choice.get("logprobs") or {}).get("content") or ()
    alternatives = _probabilities(places[-1]) if places else {}
    return Piece(text=choice["text"], alternatives=alternatives)


def _probabilities(place: Mapping[str, Any]) -> dict[str, float]:
    """Return the probability of each likely token; parts of a character share one entry."""
    tokens = {entry["id"]: entry for entry in (*place["top_logprobs"], place)}
    found: dict[str, float] = {}
    for entry in tokens.values():
        found[entry["token"]] = found.get(entry["token"], 0.0) + math.exp(entry["logprob"])
    return found


def memory_bytes(path: Path, context_tokens: int) -> int:
    """Return about how much memory the model at `path` takes: weights, context, saved prompts."""
    metadata = read_gguf_metadata(path)
    kind = bytes(metadata.get("general.architecture", b"")).decode("ascii", "replace")

    def size(name: str) -> int:
        return int(metadata.get(f"{kind}.{name}", 0))

    heads = max(size("attention.head_count"), 1)
    width = size("embedding_length") // heads * size("attention.head_count_kv")
    context = context_tokens * size("block_count") * width * _BYTES_PER_KEY_AND_VALUE
    return path.stat().st_size + context + _CACHE_MIB * 2**20 + _WORKING_BYTES


def _load(path: Path, settings: Settings) -> Any:
    import xllamacpp  # noqa: PLC0415 -- 100 MB, loaded only when a reply is to be written

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    # The engine keeps the weights rearranged for this processor: mapping the file as well would
    # count them twice, 0.8 GB more.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.n_ctx = settings.context_tokens
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads or _cores()
    params.cache_prompt = True
    params.cache_ram_mib = _CACHE_MIB
    params.n_cache_reuse = settings.generator_cache_reuse_tokens
    params.fit_params = False
    params.verbosity = -1
    # The template in the file would be run; ours needs none.
    params.use_jinja = False
    params.chat_template = "chatml"
    # The engine listens on a free port of this machine besides; nobody is given the key to it.
    params.api_keys = [secrets.token_urlsafe(32)]
    params.endpoint_slots = False
    params.ui = False
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelIntegrityError(
            f"llama.cpp cannot load {path}: run `migbot models verify`"
        ) from error


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
