"""`migbot serve`: the page, until it is stopped."""

import argparse
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migbot.index.store import Index
    from migbot.settings import Settings


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("serve", help="serve the page until it is stopped")
    parser.add_argument("--host", help="address to listen on (127.0.0.1: this machine alone)")
    parser.add_argument("--port", type=int, help="port to listen on (7860)")
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve the page; return 0 once it was stopped."""
    from migbot.settings import load_settings

    return serve(load_settings(host=options.host, port=options.port, index=options.index))


def serve(settings: "Settings") -> int:
    """Load the models and the index, then serve the page until it is stopped.

    Raises:
        UsageError: the port is taken.
        MissingError: a model or the index is missing.
    """
    from migbot.answer.assistant import load_assistant
    from migbot.index.live import LiveIndex, following
    from migbot.serve.server import address, build_server, claim

    # The port is claimed first: a taken one is known before the models take their seconds.
    listening = claim(settings.host, settings.port)
    try:
        print("migbot: loading the models and the index…", file=sys.stderr)
        assistant = load_assistant(settings, with_index=False)
        # The page says so where quotes alone answer in the place of a model.
        has_fallen_back = assistant.settings.generator != settings.generator
        live = LiveIndex(settings.index, assistant.open_index)
        assistant.use(live.index)
        server = build_server(
            assistant,
            assistant.settings,
            live.documents,
            warm_up=assistant.warm_up,
            is_degraded=lambda: has_fallen_back or live.fault is not None,
            build_id=lambda: assistant.index.build_id if assistant.index else None,
            checker=assistant.claim_checker(),
        )

        def use(index: "Index") -> None:
            assistant.use(index)
            told = f"migbot: index {index.build_id} answers from the next question on"
            print(told, file=sys.stderr, flush=True)

        print(f"migbot: open {address(listening)} (stop with Ctrl-C)", file=sys.stderr)
        # The server stops in good order first, then raises the interrupt again.
        with (
            following(live, use, every_s=settings.index_look_s),
            suppress(KeyboardInterrupt),
        ):
            server.run(sockets=[listening])
    finally:
        listening.close()
    print("migbot: stopped", file=sys.stderr)
    return 0
