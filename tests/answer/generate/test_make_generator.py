import subprocess
import sys
from pathlib import Path

import pytest

from migbot.answer.generate import make_generator
from migbot.answer.generate.protocol import Message
from migbot.errors import ModelMissingError
from migbot.settings import Settings, load_settings

ASK = (Message(role="user", text="Bonjour !"),)


@pytest.mark.models
def test_llamacpp_runs_the_installed_model(small_settings: Settings):
    generator = make_generator(small_settings)

    assert generator.name == "qwen2.5-coder-0.5b-instruct"
    assert list(generator.generate(ASK, max_tokens=2))


@pytest.mark.parametrize("engine", ["llamacpp", "transformers"])
def test_a_model_not_installed_is_named(engine: str, tmp_path: Path):
    settings = load_settings(
        generator=engine, generator_model="qwen2.5-coder-0.5b-instruct", models=tmp_path
    )

    with pytest.raises(ModelMissingError, match=r"qwen2\.5-coder-0\.5b-instruct"):
        make_generator(settings)


def test_an_endpoint_needs_no_installed_model(tmp_path: Path):
    settings = load_settings(generator="openai", generator_model="gpt", models=tmp_path)

    generator = make_generator(settings)

    assert generator.name == "gpt"
    assert generator.count_tokens("abcdef") == 2


@pytest.mark.models
def test_an_endpoint_counts_with_the_default_model_where_it_is_installed():
    generator = make_generator(load_settings(generator="openai", generator_model="gpt"))

    assert generator.count_tokens("International Organization for Migration") == 4


def test_no_engine_is_loaded_before_it_is_chosen():
    code = (
        "import sys, migbot.answer.generate\n"
        "print(*({'xllamacpp', 'torch', 'transformers', 'httpx', 'tiktoken'} & set(sys.modules)))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert loaded.stdout.strip() == ""
