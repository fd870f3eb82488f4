"""Plain retrieve-then-generate: the nearest passages into one prompt, no checks.

README.md beside this file says how to run it.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from eval.baselines.answers import Found, Reply
from eval.baselines.asking import TOP_K, FirstSentence, Lines, main
from eval.baselines.engine import (
    ANSWER_TOKENS,
    PASSAGE_PREFIX,
    QUESTION_PREFIX,
    embedder_folder,
    go_offline,
    load_generator,
)

_INSTRUCTIONS = (
    "Answer the question from these numbered sources, in the language of the question. Cite the "
    "sources that you use as [n]. If they do not say, say that you cannot find it."
)


class PlainRag:
    """Dense search over all passages and one prompt.

    `passages` are as `export.py` writes them; `models` is migbot's folder of models.
    """

    def __init__(self, passages: Lines, models: Path) -> None:
        go_offline()
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - once offline

        self._passages = passages
        self._embedder = SentenceTransformer(
            str(embedder_folder(models)), device="cpu", local_files_only=True
        )
        self._generator = load_generator(models)
        texts = [f"{PASSAGE_PREFIX}{one['title']}\n{one['text']}" for one in passages]
        self._vectors = self._embedder.encode(
            texts, normalize_embeddings=True, show_progress_bar=True
        )

    def reply(self, question: str) -> Reply:
        """Return what the model replies to `question` alone, without what was said before."""
        started_s = time.perf_counter()
        found = self._search(question)
        retrieved_s = time.perf_counter()
        first = FirstSentence()
        text = self._write(prompt(question, [one.passage for one in found]), first)
        ended_s = time.perf_counter()
        return Reply(
            text=text,
            found=found,
            retrieval_s=retrieved_s - started_s,
            first_sentence_s=(first.heard_at_s or ended_s) - started_s,
            total_s=ended_s - started_s,
        )

    def _search(self, question: str) -> tuple[Found, ...]:
        """Return the passages whose vectors are nearest by cosine, the nearest first."""
        vector = self._embedder.encode(QUESTION_PREFIX + question, normalize_embeddings=True)
        scores = self._vectors @ vector
        best = (-scores).argsort(kind="stable")[:TOP_K]
        return tuple(Found(score=float(scores[at]), passage=self._passages[at]) for at in best)

    def _write(self, text: str, first: FirstSentence) -> str:
        pieces: list[str] = []

        def hear(event: Mapping[str, Any]) -> bool:
            if "error" in event:
                raise RuntimeError(event["error"])
            piece = event["choices"][0]["delta"].get("content") if event["choices"] else None
            if piece:
                pieces.append(piece)
                first.hear(piece)
            return False

        request = {
            "messages": [{"role": "user", "content": text}],
            "max_tokens": ANSWER_TOKENS,
            "temperature": 0,
            "stream": True,
        }
        self._generator.server.handle_chat_completions(request, hear)
        return "".join(pieces)


def prompt(question: str, passages: Sequence[Mapping[str, Any]]) -> str:
    """Return the one message that the model reads: its orders, the sources, the question."""
    sources = "\n\n".join(
        f"[{number}] {passage['title']}\n{passage['text']}"
        for number, passage in enumerate(passages, start=1)
    )
    return f"{_INSTRUCTIONS}\n\n{sources}\n\nQuestion: {question}"


if __name__ == "__main__":
    sys.exit(main(__doc__.split("\n")[0], PlainRag, None))
