"""`migbot check`: is a claim stated by a passage?"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migbot.answer.support import Grade, Statement, SupportChecker

# Claims are embedded together, but those with the generator's word come one by one.
_BATCH = 8


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `check` to the command line."""
    parser = commands.add_parser(
        "check",
        help="tell whether passages state claims",
        description="Tell whether a passage states a claim, in French, in English or one in each: "
        "the comparison that decides which sentences of an answer are shown and, where the "
        "generator is installed, its word on each claim, one to two seconds apiece. "
        "A file of claims holds one JSON object a line, with `id`, `claim` and `passage`, and may "
        "name the claim's `language`.",
    )
    parser.add_argument(
        "--claims", type=Path, required=True, metavar="FILE.jsonl", help="a file of claims"
    )
    parser.add_argument("--json", action="store_true", help="print JSON on standard output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade each claim, in order; a faulty line is reported in its place."""
    from migbot.cli.output import print_json
    from migbot.cli.questions import Fault, exit_status, read_lines

    lines = read_lines(options.claims, _statement)
    faults = [line for line in lines if isinstance(line, Fault)]
    if len(faults) == len(lines):
        # No model is needed to say so.
        for fault in faults:
            print_json(fault.to_json())
        return exit_status(lines)
    checker = _load_checker()
    for start in range(0, len(lines), _BATCH):
        batch = lines[start : start + _BATCH]
        read = [line for line in batch if not isinstance(line, Fault)]
        grades = iter(checker.grade([statement for _, statement in read]))
        for line in batch:
            if isinstance(line, Fault):
                print_json(line.to_json())
            elif options.json:
                print_json(_to_json(line[0], next(grades)))
            else:
                print(_to_text(line[0], next(grades)), flush=True)
    return exit_status(lines)


def _load_checker() -> "SupportChecker":
    """Return the check with the generator, or with the comparison alone where there is none."""
    from migbot.answer.generate import make_generator
    from migbot.answer.support import SupportChecker
    from migbot.errors import ModelMissingError
    from migbot.index.embed import load_embedder
    from migbot.settings import load_settings

    settings = load_settings()
    print("migbot: loading the models", file=sys.stderr)
    embedder = load_embedder(settings)
    try:
        generator = make_generator(settings)
    except ModelMissingError as error:
        print(f"migbot: claims are compared without the generator: {error}", file=sys.stderr)
        generator = None
    return SupportChecker(embedder, generator)


def _statement(claim_id: str, fields: Mapping[str, Any]) -> "tuple[str, Statement]":
    from migbot.answer.asked import language_of, text_of
    from migbot.answer.support import statement_of
    from migbot.documents.clean import clean_text
    from migbot.errors import QuestionError

    claim, passage = (clean_text(text_of(fields, name)) for name in ("claim", "passage"))
    if not claim or not passage:
        raise QuestionError('"claim" and "passage" should be text that can be read')
    return claim_id, statement_of(claim, passage, language_of(fields.get("language")))


def _to_json(claim_id: str, grade: "Grade") -> dict[str, Any]:
    return {
        "id": claim_id,
        "support": round(grade.support, 4),
        "verdict": grade.verdict,
        "reasons": list(grade.reasons),
    }


def _to_text(claim_id: str, grade: "Grade") -> str:
    reasons = f": {'; '.join(grade.reasons)}" if grade.reasons else ""
    return f"{claim_id}  {grade.verdict} ({grade.support:.2f}){reasons}"
