"""Every command that the README pages show is run here, or, for make, looked up."""

import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from migbot.documents.load import load_document
from migbot.settings import load_settings

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.fr.md")}
WITHOUT_MODELS = ("corpus", "models list", "index info")


def blocks(page, language):
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)


def commands(page):
    return [line.strip() for block in blocks(page, "sh") for line in block.splitlines() if line]


COMMANDS = commands(PAGES["README.md"])
MAKE = [line for line in COMMANDS if line.startswith("make ")]
MIGBOT = [line for line in COMMANDS if not line.startswith("make ")]


def with_models(line):
    """Mark a command that needs the real models."""
    free = line.startswith(tuple(f".venv/bin/migbot {start}" for start in WITHOUT_MODELS))
    return pytest.param(line, marks=() if free else pytest.mark.models)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """A copy of the built index, so that the commands change nothing of this clone."""
    built = load_settings().index
    if not (built / "CURRENT").is_file():
        pytest.skip("no index is built: run `make setup`")
    return shutil.copytree(built, tmp_path_factory.mktemp("readme") / "indexes")


def run(line, index):
    """Run a command of a page as a reader would; return what it printed on standard output."""
    done = subprocess.run(
        shlex.split(line),
        cwd=ROOT,
        env={**os.environ, "MIGBOT_INDEX": str(index)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_pages_show_the_same_commands_and_settings():
    english, french = PAGES.values()

    assert commands(english) == commands(french)
    assert blocks(english, "toml") == blocks(french, "toml")
    assert re.findall("^#+ ", english, re.MULTILINE) == re.findall("^#+ ", french, re.MULTILINE)


def test_both_pages_name_the_same_places_and_links():
    english, french = (
        set(re.findall(r"\]\(([^)]+)\)|<(http[^>]+)>", page)) for page in PAGES.values()
    )

    assert english - {("README.fr.md", "")} == french - {("README.md", "")}


def test_the_two_commands_stand_first():
    assert COMMANDS[:2] == ["make run", "make test"]


@pytest.mark.parametrize("line", MAKE)
def test_every_make_target_is_there(line):
    program, target = line.split()

    # The rest of the plan depends on what is built already; the target must be known in any case.
    planned = subprocess.run(
        [program, "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert planned.returncode == 0, planned.stderr


def test_there_is_nothing_but_make_and_migbot():
    assert MIGBOT
    assert all(line.startswith(".venv/bin/migbot ") for line in MIGBOT)


@pytest.mark.parametrize("line", [with_models(line) for line in MIGBOT])
def test_every_command_does_what_the_page_says(line, index):
    words = shlex.split(line)[1:]

    printed = run(line, index)

    if "--json" in words:
        result = json.loads(printed)
        assert result["question"] == words[-1]
        assert result["passages"]
        if words[0] == "ask":
            assert result["outcome"] == "answered"
            assert all(sentence["citations"] for sentence in result["sentences"])
    elif words[0] == "ask":
        text, *sources = printed.strip().split("\n\n")
        assert "[1]" in text
        assert sources[0].startswith("[1] ")
    else:
        expected = {
            ("corpus", "check"): r"\b[1-9]\d* accepted\b.*\b0 refused",
            ("index", "build"): r"^Index [0-9a-f]{16} (is in force|was up to date)",
            ("index", "info"): r"^passages +[1-9]\d* \(\d+ en, \d+ fr\)",
            ("index", "check"): r"^Index [0-9a-f]{16} is whole\.",
            ("models", "list"): r"^multilingual-e5-small: embedder, MIT, ",
            ("models", "verify"): r"^qwen2\.5-coder-1\.5b-instruct: installed$",
        }[words[0], words[1]]
        assert re.search(expected, printed, re.MULTILINE)


@pytest.mark.parametrize("block", blocks(PAGES["README.md"], "toml"))
def test_every_example_of_settings_is_allowed(block, tmp_path, monkeypatch):
    file = tmp_path / "migbot.toml"
    file.write_text(block, encoding="utf-8")
    monkeypatch.setenv("MIGBOT_SETTINGS_FILE", str(file))

    settings = load_settings()

    assert tomllib.loads(block).items() <= settings.model_dump().items()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_the_example_of_front_matter_is_read_as_written(page, tmp_path):
    (block,) = blocks(page, "yaml")
    text = re.sub(r"^   ", "", block, flags=re.MULTILINE) + "\nThe group met in Geneva.\n"
    (tmp_path / "report.md").write_text(text, encoding="utf-8")

    loaded = load_document(tmp_path, tmp_path / "report.md", document_bytes=10_000)

    document = loaded.document
    assert loaded.warnings == ()
    assert (document.language, document.date) == ("en", "2024-05-31")
    assert (document.title, document.url) == (
        "Report of the working group",
        "https://example.org/report",
    )
    assert document.text == "The group met in Geneva."
