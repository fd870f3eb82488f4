"""`migbot ask`: a cited answer, or the reason why there is none."""

import argparse
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migbot.answer.assistant import Assistant
    from migbot.settings import Settings
    from migbot.types import Answer, Question


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `ask` to the command line."""
    parser = commands.add_parser(
        "ask",
        help="answer a question with citations",
        description="Answer a question in French or English, each sentence with its source. A "
        "file of questions holds one JSON object a line, with `id` and `question`, and may bring "
        "`language`, `history` and its own `passages`.",
    )
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="what you want to know")
    parser.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="a file of questions")
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
    parser.add_argument(
        "--language",
        choices=("fr", "en", "auto"),
        default="auto",
        help="language of the answer; auto (the default) takes the question's own",
    )
    parser.add_argument("--json", action="store_true", help="print JSON on standard output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Answer each question, in order; a faulty line of a file is reported in its place."""
    from dataclasses import replace

    from migbot.answer.as_json import answer_to_json
    from migbot.cli.output import print_json
    from migbot.cli.questions import Fault, exit_status, read_questions
    from migbot.settings import load_settings

    settings = load_settings(index=options.index)
    questions = read_questions(
        options.question, options.questions, question_chars=settings.question_chars
    )
    asker = _Asker(settings)
    for question in questions:
        if isinstance(question, Fault):
            print_json(question.to_json())
            continue
        if options.language != "auto" and question.language is None:
            question = replace(question, language=options.language)  # noqa: PLW2901 - same question
        answer = asker.answer(question)
        if options.json:
            print_json(answer_to_json(answer))
        else:
            print(answer_to_text(answer), flush=True)
    return exit_status(questions)


class _Asker:
    """Loads the models once, and the index only for questions that bring no passages."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def answer(self, question: "Question") -> "Answer":
        from migbot.answer.assistant import final_answer

        assistant = self._with_index if question.passages is None else self._without_index
        return final_answer(assistant.answer(question))

    @cached_property
    def _with_index(self) -> "Assistant":
        from migbot.answer.assistant import load_assistant
        from migbot.index.store import current_build

        # First, because it is quick to say that there is no index, and slow to load a model.
        current_build(self._settings.index)
        print("migbot: loading the models", file=sys.stderr)
        return load_assistant(self._settings)

    @cached_property
    def _without_index(self) -> "Assistant":
        from migbot.answer.assistant import load_assistant

        # The assistant with an index also answers from given passages: never two models at once.
        if "_with_index" in self.__dict__:
            return self._with_index
        print("migbot: loading the models", file=sys.stderr)
        return load_assistant(self._settings, with_index=False)


def answer_to_text(answer: "Answer") -> str:
    """Return an answer for a person at a terminal: the text, then each source with its quote."""
    from migbot.answer.decline import caveats
    from migbot.cli.output import harmless
    from migbot.documents.corpus import on_one_line

    lines = [answer.text]
    for caveat in caveats(answer):
        lines += ["", caveat]
    for citation in answer.citations:
        passage = citation.passage
        facts = (passage.title, passage.date, passage.path, passage.url)
        where = on_one_line(", ".join(fact for fact in facts if fact))
        lines += ["", f"[{citation.number}] {where}", f"    “{citation.quote}”"]
    if answer.outcome == "declined":
        nearest = [hit.passage for hit in answer.hits]
        lines += ["", *(f"- {on_one_line(one.title)}: {one.text}" for one in nearest)]
    return harmless("\n".join(lines)) + "\n"
