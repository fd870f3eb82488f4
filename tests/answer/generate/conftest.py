import secrets
from pathlib import Path

import pytest
import tiktoken
import xllamacpp
from llama_server import LlamaServer

from migbot.answer.generate.llamacpp import LlamaCppGenerator
from migbot.answer.tokens import encoding_from_gguf
from migbot.models.registry import verified_model
from migbot.settings import Settings, load_settings

SMALL_MODEL = "qwen2.5-coder-0.5b-instruct"


@pytest.fixture(scope="session")
def small_settings() -> Settings:
    return load_settings(
        generator_model=SMALL_MODEL, context_tokens=2048, generator_timeout_s=300.0, threads=2
    )


@pytest.fixture(scope="session")
def small_gguf(small_settings: Settings) -> Path:
    return verified_model(small_settings, SMALL_MODEL)


@pytest.fixture(scope="session")
def encoding(small_gguf: Path) -> tiktoken.Encoding:
    return encoding_from_gguf(small_gguf)


@pytest.fixture(scope="session")
def llamacpp(small_gguf: Path, small_settings: Settings) -> LlamaCppGenerator:
    return LlamaCppGenerator(small_gguf, small_settings)


@pytest.fixture(scope="session")
def llama_server(small_gguf: Path) -> LlamaServer:
    """A llama.cpp server that listens on this machine, as other programs run one."""
    key = secrets.token_hex(16)
    params = xllamacpp.CommonParams()
    params.model.path = str(small_gguf)
    params.n_ctx = 2048
    params.n_parallel = 1
    params.verbosity = -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.api_keys = [key]
    engine = xllamacpp.Server(params)
    return LlamaServer(url=f"{engine.listening_address}/v1", key=key, engine=engine)
