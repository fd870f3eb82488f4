"""A generator from any Hugging Face directory of an instruct model, on a GPU where there is one.

Only safetensors are read, no code of the directory is run but its chat template, in the sandbox of
transformers, and nothing is fetched.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from migbot.answer.generate.deadline import Deadline
from migbot.answer.generate.protocol import Message, Piece
from migbot.errors import (
    GeneratorError,
    GeneratorMemoryError,
    ModelIntegrityError,
    ModelMissingError,
    PromptTooLongError,
    SettingsError,
)
from migbot.models.memory import require_memory
from migbot.settings import Settings

_BROKEN = "\N{REPLACEMENT CHARACTER}"


class HuggingFaceGenerator:
    """Runs the model of a directory, one reply at a time: a second caller waits for the first.

    The grammar is ignored: callers check what comes. `alternatives` are probabilities under the
    model, over its whole vocabulary; the token that was written is among them. Every reply reads
    its prompt from the start. Closing the iterator stops the model at its current token.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Load the model, on the first GPU where there is one.

        Raises:
            ModelMissingError: `folder` is no directory.
            ModelIntegrityError: it holds no whole model in safetensors.
            MemoryMissingError: there is too little memory for it.
            SettingsError: the model has no chat template.
        """
        import torch  # noqa: PLC0415 -- seconds to import, needed only by those who use it

        if not folder.is_dir():
            raise ModelMissingError(
                f"{folder} is no directory of a model: set generator_model to one, or generator "
                "to llamacpp"
            )
        weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        require_memory(folder.name, weights)
        self._tokenizer, self._model = _load(folder)
        if self._tokenizer.chat_template is None:
            raise SettingsError(
                f"{folder} has no chat template: set generator_model to an instruct model"
            )
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self._torch = torch
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model.to(self._device).eval()
        self._name = folder.name
        self._ends = _numbers(self._model.generation_config.eos_token_id)
        self._context_tokens = min(
            settings.context_tokens, self._model.config.max_position_embeddings
        )
        self._settings = settings
        self._busy = threading.Lock()
        # Cutting a text into tokens sets a flag of the tokenizer, which all threads share.
        self._tokenizing = threading.Lock()

    @property
    def name(self) -> str:
        """Return the name of the model's directory."""
        return self._name

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens `text` takes, special tokens not counted."""
        return len(self._tokens(text, plain=True))

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,  # noqa: ARG002 -- the class says that it is ignored
        alternatives: int = 0,
    ) -> Iterator[Piece]:
        """Write the reply to `messages`; see `Generator.generate`.

        Raises:
            PromptTooLongError: the prompt and reply do not fit the context.
            GeneratorMemoryError: the model ran out of memory.
            GeneratorError: it failed otherwise, or the time was up; see `Deadline`. A prompt is
                read in one go, so its time is looked at when it was read.
        """
        prompt = self._prompt(messages)
        if len(prompt) + max_tokens > self._context_tokens:
            raise PromptTooLongError(
                f"the prompt takes {len(prompt)} tokens and the reply up to {max_tokens}: ask "
                f"something shorter; the context is {self._context_tokens}"
            )
        return self._write(prompt, max_tokens, alternatives)

    def _write(self, prompt: Sequence[int], max_tokens: int, alternatives: int) -> Iterator[Piece]:
        deadline = Deadline(self._settings)
        if not self._busy.acquire(timeout=deadline.left_s):
            raise deadline.error()
        deadline.begin()
        try:
            reply: list[int] = []
            shown = ""
            cache: Any = None
            unread = list(prompt)
            while len(reply) < max_tokens:
                token, likely, cache = self._next(unread, cache, alternatives)
                deadline.check()
                deadline.heard()
                if token in self._ends:
                    if likely:
                        yield Piece(text="", alternatives=likely)
                    return
                reply.append(token)
                unread = [token]
                text = self._text(reply)
                # A character of several tokens is shown once it is whole.
                new = "" if text.endswith(_BROKEN) else text.removeprefix(shown)
                shown += new
                if new or likely:
                    yield Piece(text=new, alternatives=likely)
        finally:
            self._busy.release()

    def _next(
        self, tokens: Sequence[int], cache: Any, alternatives: int
    ) -> tuple[int, Mapping[str, float], Any]:
        """Read `tokens` after `cache`; return the likeliest next one, its rivals and the cache."""
        torch = self._torch
        try:
            with torch.inference_mode():
                output = self._model(
                    input_ids=torch.tensor([tokens], device=self._device),
                    past_key_values=cache,
                    use_cache=True,
                    logits_to_keep=1,
                )
                logits = output.logits[0, -1].float()
                best = int(logits.argmax())
                likely: dict[str, float] = {}
                if alternatives:
                    top = logits.softmax(dim=-1).topk(min(alternatives, len(logits)))
                    for probability, number in zip(*map(torch.Tensor.tolist, top), strict=True):
                        word = self._text([number])
                        likely[word] = likely.get(word, 0.0) + probability
        except torch.OutOfMemoryError as error:
            raise GeneratorMemoryError(
                f"model {self._name} ran out of memory: set evidence_tokens lower or use a smaller "
                "model"
            ) from error
        except RuntimeError as error:
            raise GeneratorError(
                f"model {self._name} failed, perhaps for want of memory: set context_tokens lower "
                "or use a smaller model"
            ) from error
        return best, likely, output.past_key_values

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """Return the tokens of the prompt: control tokens from the chat template alone.

        The template is filled with stand-ins for the texts, and each text becomes tokens by itself,
        so that nothing in it can close a turn.
        """
        rest = self._tokenizer.apply_chat_template(
            [{"role": m.role, "content": _stand_in(i)} for i, m in enumerate(messages)],
            tokenize=False,
            add_generation_prompt=True,
        )
        prompt: list[int] = []
        for place, message in enumerate(messages):
            before, found, rest = rest.partition(_stand_in(place))
            if not found:
                raise SettingsError(
                    f"the chat template of {self._name} drops {message.role} messages: set "
                    "generator_model to another model"
                )
            prompt += self._tokens(before, plain=False) + self._tokens(message.text, plain=True)
        return prompt + self._tokens(rest, plain=False)

    def _tokens(self, text: str, *, plain: bool) -> list[int]:
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        with self._tokenizing:
            numbers: list[int] = self._tokenizer(
                whole, add_special_tokens=False, split_special_tokens=plain, verbose=False
            )["input_ids"]
        return numbers

    def _text(self, tokens: Sequence[int]) -> str:
        with self._tokenizing:
            text: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return text


def _load(folder: Path) -> tuple[Any, Any]:
    """Return the tokenizer and the model of a directory."""
    import safetensors  # noqa: PLC0415 -- as below
    import transformers  # noqa: PLC0415 -- seconds to import, needed only by those who use it

    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **offline)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype="auto", use_safetensors=True, **offline
        )
    except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
        raise ModelIntegrityError(
            f"{folder} holds no whole causal model in safetensors: copy it again from its source"
        ) from error
    return tokenizer, model


def _stand_in(place: int) -> str:
    return f"MIGBOT{place}TEXT"


def _numbers(value: int | Sequence[int] | None) -> frozenset[int]:
    if value is None:
        return frozenset()
    return frozenset([value] if isinstance(value, int) else value)
