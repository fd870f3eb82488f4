import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migbot.errors import SettingsError
from migbot.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def settings_file(monkeypatch, tmp_path):
    """A settings file of the test's own, and no setting of this machine's."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    file = tmp_path / "migbot.toml"
    monkeypatch.setenv(f"{PREFIX}SETTINGS_FILE", str(file))
    return file


def test_the_defaults_hold_where_nothing_is_said():
    assert load_settings() == Settings.model_construct()


def test_the_file_wins_over_the_defaults(settings_file):
    settings_file.write_text('top_k = 7\ngenerator = "openai"\n', encoding="utf-8")

    settings = load_settings()

    assert (settings.top_k, settings.generator, settings.candidates) == (7, "openai", 50)


def test_the_environment_wins_over_the_file(settings_file, monkeypatch):
    settings_file.write_text("top_k = 7\nport = 8000\n", encoding="utf-8")
    monkeypatch.setenv("MIGBOT_TOP_K", "9")

    settings = load_settings()

    assert (settings.top_k, settings.port) == (9, 8000)


def test_an_option_of_the_command_line_wins_over_all_else(settings_file, monkeypatch):
    settings_file.write_text("top_k = 7\n", encoding="utf-8")
    monkeypatch.setenv("MIGBOT_TOP_K", "9")

    assert load_settings(top_k=3).top_k == 3


def test_an_option_that_is_not_given_changes_nothing(monkeypatch):
    monkeypatch.setenv("MIGBOT_TOP_K", "9")

    assert load_settings(top_k=None).top_k == 9


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("TOP_K", "0", "greater than or equal to 1"),
        ("TOP_K", "101", "less than or equal to 100"),
        ("TOP_K", "five", "a valid integer"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("GENERATOR", "gpt", "'llamacpp', 'transformers', 'openai' or 'extractive'"),
        ("GENERATOR_TIMEOUT_S", "0", "greater than 0"),
        ("GENERATOR_ENDPOINT_GRAMMAR", "perhaps", "a valid boolean"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(monkeypatch, name, value, allowed):
    monkeypatch.setenv(f"MIGBOT_{name}", value)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    message = str(refused.value)
    assert f"MIGBOT_{name} is {value!r}" in message
    assert allowed in message
    assert "\n" not in message


def test_every_wrong_value_is_named_at_once(monkeypatch):
    monkeypatch.setenv("MIGBOT_TOP_K", "0")
    monkeypatch.setenv("MIGBOT_PORT", "0")

    with pytest.raises(SettingsError, match=r"MIGBOT_TOP_K .*; .*MIGBOT_PORT "):
        load_settings()


def test_an_unknown_name_in_the_file_is_refused_with_the_known_ones(settings_file):
    settings_file.write_text("topk = 7\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"unknown setting 'topk': .*\btop_k\b"):
        load_settings()


def test_a_file_that_is_not_toml_is_refused(settings_file):
    settings_file.write_text("top_k: 7\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"migbot\.toml cannot be read"):
        load_settings()


def test_the_key_of_the_endpoint_is_in_no_printed_settings(monkeypatch):
    monkeypatch.setenv("MIGBOT_GENERATOR_API_KEY", "a-secret")

    settings = load_settings()

    assert settings.generator_api_key == "a-secret"
    assert "a-secret" not in repr(settings)


def test_the_table_of_the_documentation_is_the_code():
    printed = subprocess.run(
        [sys.executable, "scripts/settings_table.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    assert printed in page, "put the output of scripts/settings_table.py into docs/settings.md"
    assert set(re.findall(r"^\| `MIGBOT_(\w+)`", page, re.MULTILINE)) == {
        name.upper() for name in Settings.model_fields
    }


def test_every_setting_says_what_it_is_for():
    for name, field in Settings.model_fields.items():
        assert field.description, name
