"""`migbot search`: the passages that bear on a question, without a word of the model's."""

import argparse
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migbot.answer.retrieve import Retriever
    from migbot.index.embed import Embedder
    from migbot.settings import Settings
    from migbot.types import Question


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `search` to the command line."""
    parser = commands.add_parser(
        "search",
        help="find the passages that bear on a question",
        description="Find the passages that bear on a question, in French or English. A file of "
        "questions holds one JSON object a line, with `id` and `question`.",
    )
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="what to look for")
    parser.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="a file of questions")
    parser.add_argument("--index", type=Path, metavar="DIR", help="folder of the built indexes")
    parser.add_argument("--top-k", type=int, metavar="N", help="passages shown for a question")
    parser.add_argument("--json", action="store_true", help="print JSON on standard output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Search each question and print its passages, or its fault, in the order of the questions."""
    from migbot.cli.output import print_json
    from migbot.cli.questions import Fault, exit_status, read_questions
    from migbot.settings import load_settings

    settings = load_settings(index=options.index, top_k=options.top_k)
    questions = read_questions(
        options.question, options.questions, question_chars=settings.question_chars
    )
    searcher = _Searcher(settings)
    for question in questions:
        if isinstance(question, Fault):
            print_json(question.to_json())
        else:
            searcher.print_passages(question, as_json=options.json)
    return exit_status(questions)


class _Searcher:
    """Loads the embedder once, and the index only for questions that bring no passages."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    def print_passages(self, question: "Question", *, as_json: bool) -> None:
        from migbot.answer.as_json import hit_to_json
        from migbot.cli.output import hit_to_lines, print_json
        from migbot.documents.language import detect_language

        retriever = self._retriever_for(question)
        language = question.language or detect_language(question.text)
        start = time.perf_counter()
        hits = retriever.search(question.text, language=language, top_k=self._settings.top_k)
        result: dict[str, Any] = {
            "id": question.question_id,
            "question": question.text,
            "language": language,
            "seconds": round(time.perf_counter() - start, 4),
            "passages": [hit_to_json(hit) for hit in hits],
        }
        if as_json:
            print_json(result)
        else:
            print("\n\n".join([question.text, *(hit_to_lines(hit) for hit in hits)]) + "\n")

    def _retriever_for(self, question: "Question") -> "Retriever":
        if question.passages is None:
            return self._index_retriever
        from migbot.answer.retrieve import Retriever

        return Retriever.over(question.passages, self._embedder, self._settings.candidates)

    @cached_property
    def _index_retriever(self) -> "Retriever":
        from migbot.answer.retrieve import Retriever
        from migbot.index.milvus import milvus_server
        from migbot.index.store import current_build, open_for_questions

        # First, because it is quick to say that there is no index, and slow to load a model.
        current_build(self._settings.index)
        index = open_for_questions(
            self._settings.index, self._embedder, milvus=milvus_server(self._settings)
        )
        return Retriever(index, self._embedder, self._settings.candidates)

    @cached_property
    def _embedder(self) -> "Embedder":
        from migbot.index.embed import load_embedder

        return load_embedder(self._settings)
