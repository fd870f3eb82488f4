"""What holds for the project as a whole; the directions of imports are import-linter's part."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from migbot import __version__, errors
from migbot.settings import Settings

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src/migbot").rglob("*.py"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = [re.match(r"[\w-]+", line)[0] for line in PYPROJECT["project"]["dependencies"]]
MODELS = tomllib.loads((ROOT / "models.toml").read_text(encoding="utf-8"))["models"]
MARKDOWN = (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))

# Seconds to load, or much memory: each is imported in the one module that needs it, when it is
# used. torch has two, as each of its users sets the number of threads, and gradio has the page and
# what puts it among the routes.
HEAVY = {
    "Stemmer": {"index/terms.py"},
    "bm25s": {"index/sparse.py"},
    "docx": {"documents/docx.py"},
    "faiss": {"index/dense.py"},
    "gradio": {"serve/mount.py", "serve/page.py"},
    "markdown_it": {"documents/markdown.py"},
    "mcp": {"serve/mcp_tools.py"},
    "prometheus_client": {"serve/metrics.py"},
    "pymilvus": {"index/milvus.py"},
    "pypdf": {"documents/pdf_extract.py"},
    "safetensors": {"answer/generate/huggingface.py"},
    "sentence_transformers": {"index/embed.py"},
    "text_to_num": {"answer/claims.py"},
    "torch": {"answer/generate/huggingface.py", "index/embed.py"},
    "trafilatura": {"documents/html.py"},
    "transformers": {"answer/generate/huggingface.py"},
    "uvicorn": {"serve/connection.py", "serve/server.py"},
    "xllamacpp": {"answer/generate/llamacpp.py"},
    "yaml": {"documents/frontmatter.py"},
}
# Used in several modules, and still nothing that a command should load before it needs it.
NOT_AT_START = {*HEAVY, "httpx", "numpy", "rich", "starlette", "tiktoken"}
LONGEST_FILE_LINES = 340


def imports():
    """Return the modules of migbot that import each top-level package, by its name."""
    found = defaultdict(set)
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            for name in names:
                found[name.split(".")[0]].add(path.relative_to(ROOT / "src/migbot").as_posix())
    return found


def tracked_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the git of whoever works on the project
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(
    "statement",
    [
        "import migbot",
        "from migbot.cli import main; main(['--help'])",
        "from migbot.cli import main; main(['ask', '--help'])",
        "from migbot.cli import main; main(['models', 'list'])",
    ],
)
def test_no_heavy_library_is_loaded_before_it_is_needed(statement):
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('LOADED', *{name.split('.')[0] for name in sys.modules}))\n"
        f"{statement}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "migbot" in loaded
    assert loaded & NOT_AT_START == set()


def test_each_heavy_library_is_imported_where_it_is_known_to_be():
    found = imports()

    assert {name: found[name] for name in HEAVY} == HEAVY


def test_every_direct_dependency_is_imported():
    distributions = {
        name.lower().replace("_", "-")
        for package in imports()
        for name in packages_distributions().get(package, ())
    }

    assert set(DEPENDENCIES) - distributions == set()


def test_nothing_in_the_package_can_unpickle():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8").replace("allow_pickle=False", "")
        assert "pickle" not in text, path


def test_no_file_is_much_over_300_lines():
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in SOURCES}

    assert {path for path, lines in lengths.items() if lines > LONGEST_FILE_LINES} == set()


def test_the_entry_of_the_page_is_a_few_lines():
    assert (ROOT / "app.py").read_text(encoding="utf-8").count("\n") <= 15


def test_no_file_names_a_package_registry_or_a_path_of_one_machine():
    # In pieces, so that this file does not hold what it looks for.
    hosts = ("pypi" + ".org", "python" + "hosted", "download." + "pytorch", "anaconda" + ".org")
    hosts += ("npm" + "js", "crates" + ".io", "rubygems" + ".org")
    folders = ("root", "home", "work", "Users", "mnt", "workspace")
    paths = tuple(f"{before}/{folder}" + "/" for folder in folders for before in " \"'`(=:\n")
    found = {
        (path.relative_to(ROOT).as_posix(), text)
        for path in tracked_files()
        for text in (*hosts, *paths)
        if text.encode() in b"\n" + path.read_bytes()
    }

    assert found == set()


def test_the_tree_of_errors_that_is_drawn_is_the_real_one():
    drawn = {}
    above = []
    for indent, name, status in re.findall(
        r"^( *)[*x+] (\w+)(?: +exit status (\d))?", errors.__doc__, re.MULTILINE
    ):
        depth = len(indent) // 2
        above[depth:] = [(name, int(status) if status else above[depth - 1][1])]
        drawn[name] = (above[depth - 1][0] if depth else "Exception", above[depth][1])

    real = {
        name: (kind.__base__.__name__, kind.exit_status)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.MigbotError)
    }
    assert drawn == real


def test_the_version_is_the_same_wherever_it_stands():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert PYPROJECT["project"]["version"] == __version__
    assert re.search(rf"^## \[{re.escape(__version__)}\] - ", changes, re.MULTILINE)


@pytest.mark.parametrize("name", DEPENDENCIES)
def test_every_direct_dependency_stands_in_the_notice(name):
    assert re.search(rf"^- {name}: \S", (ROOT / "NOTICE").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_locked_package_stands_in_the_notice():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    words = set(re.findall(r"[\w.-]*\w", (ROOT / "NOTICE").read_text(encoding="utf-8")))

    assert set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)) - words == set()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model["name"])
def test_every_model_stands_in_the_notice_with_its_licence_and_origins(model):
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    entry = re.search(rf"^- {re.escape(model['name'])}: (.*(?:\n  .*)*)", notice, re.MULTILINE)

    assert entry is not None
    words = " ".join(entry[1].split())
    assert model["licence"] in words
    for source in model["sources"]:
        if source["kind"] == "hub":
            assert source["repository"] in words
        else:
            packages = {
                re.sub(r"\d*==.*", "", part["package"]).removesuffix("-part")
                for part in source["parts"]
            }
            assert all(package in words for package in packages)


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_within_the_project_leads_somewhere(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    own = {target.partition("#")[0] for target in targets if not re.match(r"\w+:", target)} - {""}

    assert {target for target in own if not (page.parent / target).exists()} == set()


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_setting_and_target_that_a_page_names_is_there(page):
    spoken = set(re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8")))
    files = {
        name.partition(":")[0]
        for name in spoken
        if re.match(r"(src|tests|scripts|docs|corpus|eval|\.ci)/[\w./-]+$", name)
    }
    targets = {name.split()[1] for name in spoken if re.match(r"make [a-z-]+$", name)}
    settings = {name for line in spoken for name in re.findall(r"\bMIGBOT_([A-Z_]+[A-Z])\b", line)}

    assert {name for name in files if not (ROOT / name).exists()} == set()
    assert targets <= set(re.findall(r"^([a-z-]+):", _makefile(), re.MULTILINE))
    assert settings <= _setting_names()


def _makefile():
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def _setting_names():
    # Two are none of the program's own: where its file is, and what its tests may ask.
    return {"SETTINGS_FILE", "TEST_MILVUS_URI", *(name.upper() for name in Settings.model_fields)}
