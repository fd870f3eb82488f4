"""`migbot mcp`: tools for other assistants, over standard input and output."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `mcp` to the command line."""
    parser = commands.add_parser(
        "mcp",
        help="offer ask, search and check_claim to other assistants",
        description="Speak the Model Context Protocol over standard input and output, for a "
        "program that starts migbot as one of its tools. Offers `ask`, `search` and "
        "`check_claim`; ends when standard input does.",
    )
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Offer the tools until standard input ends; return 0."""
    from migbot.index.store import current_build
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    # First, because it is quick to say that there is no index, and slow to load what follows.
    current_build(settings.index)
    from migbot.answer.assistant import load_assistant
    from migbot.serve.desk import Desk
    from migbot.serve.mcp_tools import build_mcp_server

    with stray_output_on_standard_error():
        print("migbot: loading the models and the index…", file=sys.stderr)
        assistant = load_assistant(settings)
    desk = Desk(assistant, places=settings.waiting_visitors)
    desk.prepare(assistant.warm_up)
    try:
        build_mcp_server(desk, assistant.claim_checker(), settings).run("stdio")
    finally:
        desk.close()
    return 0


@contextmanager
def stray_output_on_standard_error() -> Iterator[None]:
    """Send what engines print while they load where it does not break the protocol."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
