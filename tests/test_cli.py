import json
import re
import sys
from subprocess import PIPE, Popen

import pytest

from migbot import __version__
from migbot.cli import GROUPS, main

COMMANDS = (
    ("models", "install"),
    ("models", "list"),
    ("models", "verify"),
    ("corpus", "check"),
    ("corpus", "pull"),
    ("index", "build"),
    ("index", "info"),
    ("index", "check"),
    ("index", "rollback"),
    ("search",),
    ("ask",),
    ("check",),
    ("serve",),
    ("mcp",),
)


@pytest.fixture(autouse=True)
def nothing(monkeypatch, tmp_path):
    """A folder with nothing in it, where models and index are looked for."""
    monkeypatch.setenv("MIGBOT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("MIGBOT_INDEX", str(tmp_path / "indexes"))
    return tmp_path


def exits(*arguments):
    """Run a command that ends in the parser and return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_the_version_is_printed(capsys):
    assert exits("--version") == 0

    assert capsys.readouterr().out == f"migbot {__version__}\n"


def test_help_names_every_group(capsys):
    assert exits("--help") == 0

    printed = capsys.readouterr().out
    assert all(f"    {group} " in printed for group in GROUPS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command, capsys):
    assert exits(*command, "--help") == 0

    captured = capsys.readouterr()
    assert captured.out.startswith(f"usage: migbot {' '.join(command)}")
    assert captured.err == ""


def test_the_commands_tested_are_all_there_are(capsys):
    for group in GROUPS:
        assert exits(group, "--help") == 0
        actions = set(re.findall(r"^ {4}(\w+)", capsys.readouterr().out, re.MULTILINE))
        assert {command[1:] for command in COMMANDS if command[0] == group} == (
            {(action,) for action in actions} or {()}
        )


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("models",),
        ("ask", "Who?", "--language", "de"),
        ("serve", "--port", "many"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_says_why_in_the_last_line(arguments, capsys):
    assert exits(*arguments) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[-1].startswith("migbot")
    assert "error: " in captured.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "status", "remedy"),
    [
        (("search", "Who?", "--top-k", "0"), 2, "MIGBOT_TOP_K is 0"),
        (("search",), 2, "--questions"),
        (("ask", ""), 2, "write what you want to know"),
        (("ask", "Who?", "--questions", "q.jsonl"), 2, "give one question, or a file"),
        (("ask", "--questions", "no-such-file.jsonl"), 2, "no-such-file.jsonl cannot be read"),
        (("corpus", "check", "no-such-folder"), 2, "no corpus at no-such-folder"),
        (("models", "install", "no-such-model"), 2, "the models are"),
        (("models", "verify", "multilingual-e5-small"), 3, "run `migbot models install"),
        (("search", "Who?"), 3, "`migbot index build`"),
        (("ask", "Who?"), 3, "`migbot index build`"),
        (("mcp",), 3, "`migbot index build`"),
        (("index", "info"), 3, "`migbot index build`"),
        (("index", "check"), 3, "`migbot index build`"),
        (("index", "build"), 3, "`migbot models install multilingual-e5-small`"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_an_error_is_one_line_on_standard_error_that_says_what_to_do(
    arguments, status, remedy, capsys
):
    assert main(arguments) == status

    # A progress display that ends leaves a blank line.
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("migbot: ")
    assert remedy in line


def test_a_failed_check_exits_with_1(nothing, capsys):
    (nothing / "corpus").mkdir()
    (nothing / "corpus" / "empty.md").touch()

    assert main(["corpus", "check", str(nothing / "corpus"), "--strict"]) == 1

    assert "refused    empty.md: empty" in capsys.readouterr().out


def test_a_wrong_setting_exits_with_2_whatever_the_command(monkeypatch, capsys):
    monkeypatch.setenv("MIGBOT_PORT", "none")

    assert main(["models", "list"]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("migbot: setting MIGBOT_PORT is 'none'")


def test_json_stands_alone_on_standard_output(capsys):
    assert main(["models", "list", "--json"]) == 0

    captured = capsys.readouterr()
    assert [model["installed"] for model in json.loads(captured.out)["models"]] == [False] * 3
    assert captured.err == ""


def test_output_that_nobody_reads_on_ends_the_command_in_silence():
    program = "import sys; from migbot.cli import main; sys.exit(main(['models', 'list']))"
    with Popen([sys.executable, "-c", program], stdout=PIPE, stderr=PIPE) as command:
        command.stdout.close()
        told = command.stderr.read()

    assert told == b""
    assert command.returncode == 0
