"""The models that both baselines run: migbot's own, read from its folder of models."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EMBEDDER = "multilingual-e5-small"
GENERATOR = Path("qwen2.5-coder-1.5b-instruct") / "model.gguf"
# What this embedder was trained to see before a question and before a passage.
QUESTION_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "
ANSWER_TOKENS = 260
_CONTEXT_TOKENS = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """A llama.cpp server in this process; it also listens at `url` for whoever has the `key`."""

    server: Any
    url: str
    key: str


def go_offline() -> None:
    """Keep the libraries from the network; call it before they are imported."""
    os.environ.update(
        HAYSTACK_TELEMETRY_ENABLED="false", HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1"
    )


def embedder_folder(models: Path) -> Path:
    """Return the embedder's folder.

    Raises:
        FileNotFoundError: it is not installed.
    """
    return _installed(models / EMBEDDER)


def load_generator(models: Path) -> Engine:
    """Load the generator, in a few seconds.

    Raises:
        FileNotFoundError: it is not installed.
    """
    import xllamacpp  # noqa: PLC0415 - in the baselines' own environment, slow to load

    key = secrets.token_urlsafe(32)
    params = xllamacpp.CommonParams()
    params.model.path = str(_installed(models / GENERATOR))
    params.n_ctx = _CONTEXT_TOKENS
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = len(os.sched_getaffinity(0))
    params.cache_prompt = True
    params.fit_params = False
    params.verbosity = -1
    params.use_jinja = False
    params.chat_template = "chatml"
    params.api_keys = [key]
    params.endpoint_slots = False
    params.ui = False
    server = xllamacpp.Server(params)
    return Engine(server=server, url=f"{server.listening_address}/v1", key=key)


def _installed(path: Path) -> Path:
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: run `migbot models install`")
    return path
