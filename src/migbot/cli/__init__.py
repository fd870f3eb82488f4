"""The `migbot` command: one module for each group of subcommands, loaded only when it is used.

Exit status: 0 done, 1 a check failed, 2 wrong usage or input, 3 something needed is missing.
`--json` prints JSON alone on standard output; progress and errors go to standard error.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from migbot import __version__
from migbot.errors import MigbotError

GROUPS = ("models", "corpus", "index", "search", "ask", "check", "serve", "mcp")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="migbot",
        description="Answers with sources, in French and English, about migration governance.",
    )
    parser.add_argument("--version", action="version", version=f"migbot {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for group in GROUPS:
        import_module(f"migbot.cli.{group}").add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = build_parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except MigbotError as error:
        print(f"migbot: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # Whoever reads the output has read enough; what is flushed at the end must not fail anew.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("migbot: stopped", file=sys.stderr)
        return 130
    else:
        return status
