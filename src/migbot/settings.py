"""All settings, from the environment (`MIGBOT_…`) and an optional `migbot.toml`.

The environment wins over the file, the file over the defaults. `migbot.toml` is looked for in the
project's folder, or where `MIGBOT_SETTINGS_FILE` says. Names carry their unit.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from migbot.errors import SettingsError

PREFIX = "MIGBOT_"


def _project_folder() -> Path:
    """Return the clone this package runs from, or the working directory where it was installed."""
    clone = Path(__file__).resolve().parents[2]
    return clone if (clone / "models.toml").is_file() else Path.cwd()


PROJECT = _project_folder()


class Settings(BaseSettings):
    """Every setting with its default. Field `top_k` is `MIGBOT_TOP_K` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True
    )

    corpus: Path = Field(PROJECT / "corpus", description="folder of the documents")
    index: Path = Field(PROJECT / "indexes", description="folder of the built indexes")
    models: Path = Field(
        user_data_path("migbot", appauthor=False) / "models",
        description="folder of the installed models, shared by several clones",
    )
    models_file: Path = Field(
        PROJECT / "models.toml", description="file that lists every model and its sources"
    )
    hub_url: str = Field(
        "https://huggingface.co", description="address of the model hub that models may come from"
    )
    document_bytes: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        20_000_000, description="largest file of the corpus that is read, in bytes"
    )

    pull_silence_s: Annotated[float, Field(gt=0, le=600)] = Field(
        30.0, description="longest wait for a host to answer or to go on, when pulling"
    )
    pull_transfer_s: Annotated[float, Field(gt=0, le=86400)] = Field(
        300.0, description="longest time that pulling one file may take"
    )
    pull_delay_s: Annotated[float, Field(ge=0.5, le=3600)] = Field(
        2.0, description="shortest pause between two requests to one host, when pulling"
    )
    pull_longest_delay_s: Annotated[float, Field(ge=0.5, le=3600)] = Field(
        30.0, description="longest pause that a host may ask for, when pulling"
    )
    pull_hosts: Annotated[int, Field(ge=1, le=16)] = Field(
        4, description="hosts asked at the same time, when pulling"
    )

    embedder: str = Field(
        "multilingual-e5-small",
        description="name in models.toml, or path of any sentence-transformers directory",
    )
    embedder_query_prefix: str = Field("query: ", description="put before a question")
    embedder_passage_prefix: str = Field("passage: ", description="put before a passage")
    embedder_batch_passages: Annotated[int, Field(ge=1, le=1024)] = Field(
        16, description="passages embedded together"
    )
    passage_tokens: Annotated[int, Field(ge=32, le=8192)] = Field(
        160, description="longest passage, in the embedder's tokens"
    )

    vector_index: Literal["faiss", "milvus"] = Field(
        "faiss", description="what keeps the vectors: a file of the index, or a Milvus database"
    )
    milvus_uri: str = Field(
        "http://127.0.0.1:19530",
        description="address of Milvus, or the path of a local `.db` for milvus-lite",
    )
    milvus_token: str = Field("", description="token for Milvus, never logged", repr=False)

    top_k: Annotated[int, Field(ge=1, le=100)] = Field(5, description="passages shown and read")
    candidates: Annotated[int, Field(ge=1, le=1000)] = Field(
        50, description="passages each of dense and sparse search proposes before fusion"
    )

    generator: Literal["llamacpp", "transformers", "openai", "extractive"] = Field(
        "llamacpp",
        description="what writes the answer; extractive writes nothing: answers are quotes alone",
    )
    generator_fallback: Literal["none", "extractive"] = Field(
        "none",
        description="what answers where the model is missing, damaged or too large: nothing, so "
        "that the start is refused, or quotes alone",
    )
    generator_model: str = Field(
        "qwen2.5-coder-1.5b-instruct",
        description="name in models.toml, a model directory (transformers) or the endpoint's name",
    )
    generator_url: str = Field(
        "http://127.0.0.1:8080/v1", description="address of the OpenAI-compatible endpoint"
    )
    generator_api_key: str = Field("", description="key of the endpoint, never logged", repr=False)
    generator_endpoint_grammar: bool = Field(
        True,
        description="send the endpoint the grammar as llama.cpp and vLLM take it; false for an "
        "endpoint that refuses a field it does not know",
    )
    generator_timeout_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        120.0, description="longest time one answer may take to write"
    )
    generator_first_token_s: Annotated[float, Field(gt=0, le=3600)] = Field(
        100.0, description="longest time until its first word, reading the passages included"
    )
    generator_cache_reuse_tokens: Annotated[int, Field(ge=0, le=8192)] = Field(
        0,
        description="shortest run of the last prompt reused at another place; 0 reuses beginnings "
        "alone, so that an answer does not depend on what was asked before",
    )
    threads: Annotated[int, Field(ge=0, le=1024)] = Field(
        0, description="processor threads for the models; 0 means all cores"
    )
    context_tokens: Annotated[int, Field(ge=1024, le=131072)] = Field(
        4096, description="the generator's context"
    )
    evidence_tokens: Annotated[int, Field(ge=64, le=8192)] = Field(
        400, description="evidence put before the generator, in its tokens"
    )
    answer_tokens: Annotated[int, Field(ge=16, le=4096)] = Field(
        260, description="longest answer, in the generator's tokens"
    )

    question_chars: Annotated[int, Field(ge=20, le=20000)] = Field(
        1000, description="longest question"
    )
    history_turns: Annotated[int, Field(ge=0, le=50)] = Field(
        6, description="earlier messages looked at to understand a follow-up"
    )

    eval_data: Path | None = Field(
        None, description="folder of the third-party evaluation sets, which only the eval reads"
    )

    host: str = Field("127.0.0.1", description="address the page binds to")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(7860, description="port of the page")
    visitor_questions_per_minute: Annotated[int, Field(ge=0, le=10000)] = Field(
        10,
        description="questions that one address may ask in a minute, on the page and over HTTP; 0 "
        "for no limit; whoever asks on this very machine, without a proxy, has none",
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0,
        description="port of 127.0.0.1 on which `/metrics` is served for Prometheus; 0 serves none",
    )
    feedback_file: Path | None = Field(
        None,
        description="file to which what visitors say of answers is added, and what turns the "
        "buttons for it on; none keeps nothing",
    )
    staff_mode: bool = Field(
        True,
        description="offer staff mode on the page to whoever opens it: how an answer came about, "
        "and checks of claims; false hides both",
    )
    index_look_s: Annotated[float, Field(ge=0.1, le=86400)] = Field(
        5, description="how often a running page looks for a newly built index, in seconds"
    )
    waiting_visitors: Annotated[int, Field(ge=1, le=10000)] = Field(
        100, description="questions that may wait before new ones are turned away"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over file over defaults; command-line options come in as `init_settings`."""
        file = Path(os.environ.get(f"{PREFIX}SETTINGS_FILE", PROJECT / "migbot.toml"))
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file))


def load_settings(**overrides: Any) -> Settings:
    """Return the settings in force; `overrides` (command-line options) win over all else.

    Raises:
        SettingsError: a value is not allowed, or `migbot.toml` has an unknown name.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(item) for item in error.errors())) from error
    except ValueError as error:
        raise SettingsError(f"migbot.toml cannot be read: {error}") from error


def _explain(fault: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"unknown setting {name!r}: the settings are {', '.join(Settings.model_fields)}"
    allowed = str(fault["msg"]).removeprefix("Input should be ")
    return f"setting {PREFIX}{name.upper()} is {fault['input']!r}: it should be {allowed}"
