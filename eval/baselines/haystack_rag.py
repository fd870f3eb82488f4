"""Retrieve-then-generate by Haystack's own components, as its documentation joins them.

README.md beside this file says how to run it.
"""

import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from eval.baselines.answers import Found, Reply
from eval.baselines.asking import PASSAGE_FIELDS, TOP_K, FirstSentence, Lines, main
from eval.baselines.engine import (
    ANSWER_TOKENS,
    PASSAGE_PREFIX,
    QUESTION_PREFIX,
    Engine,
    embedder_folder,
    go_offline,
    load_generator,
)

_TEMPLATE = """\
Given the documents below, answer the question in its own language, in full sentences. Cite after \
each sentence the document that it comes from, as in [1] or [2]. If the documents do not hold the \
answer, say that you cannot find it.

Documents:
{% for document in documents %}
[{{ loop.index }}] {{ document.meta.title }}
{{ document.content }}
{% endfor %}
Question: {{ question }}
Answer:"""
_REPLY_TIMEOUT_S = 600.0


class HaystackRag:
    """A pipeline that searches and one that writes: apart, so that each can be timed.

    `passages` are as `export.py` writes them; `models` is migbot's folder of models.
    """

    def __init__(self, passages: Lines, models: Path) -> None:
        go_offline()
        folder = str(embedder_folder(models))
        self._engine = load_generator(models)
        self._search = _search_pipeline(passages, folder)
        self._write = _write_pipeline(self._engine)

    def reply(self, question: str) -> Reply:
        """Return what the model replies to `question` alone, without what was said before."""
        started_s = time.perf_counter()
        search = self._search.run({"embedder": {"text": question}})
        retrieved_s = time.perf_counter()
        first = FirstSentence()
        written = self._write.run(
            {
                "prompt": {"documents": search["retriever"]["documents"], "question": question},
                "generator": {"streaming_callback": lambda chunk: first.hear(chunk.content)},
                "answer": {"query": question, "documents": search["retriever"]["documents"]},
            }
        )
        ended_s = time.perf_counter()
        answer = written["answer"]["answers"][0]
        return Reply(
            text=answer.data,
            found=tuple(_found(document) for document in answer.documents),
            retrieval_s=retrieved_s - started_s,
            first_sentence_s=(first.heard_at_s or ended_s) - started_s,
            total_s=ended_s - started_s,
        )


def _search_pipeline(passages: Lines, folder: str) -> Any:
    """Return the pipeline from a question to documents, all passages embedded and stored."""
    from haystack import Document, Pipeline  # type: ignore[import-not-found]  # noqa: PLC0415
    from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found]  # noqa: PLC0415
        InMemoryEmbeddingRetriever,
    )
    from haystack.components.writers import (  # type: ignore[import-not-found]  # noqa: PLC0415
        DocumentWriter,
    )
    from haystack.document_stores.in_memory import (  # type: ignore[import-not-found]  # noqa: PLC0415
        InMemoryDocumentStore,
    )
    from haystack_integrations.components.embedders import (  # type: ignore[import-not-found]  # noqa: PLC0415
        sentence_transformers as embedders,
    )

    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    indexing = Pipeline()
    indexing.add_component(
        "embedder",
        embedders.SentenceTransformersDocumentEmbedder(
            model=folder,
            prefix=PASSAGE_PREFIX,
            meta_fields_to_embed=["title"],
            local_files_only=True,
        ),
    )
    indexing.add_component("writer", DocumentWriter(document_store=store))
    indexing.connect("embedder.documents", "writer.documents")
    documents = [
        Document(
            id=one["passage_id"],
            content=one["text"],
            meta={name: one[name] for name in PASSAGE_FIELDS if name != "text"},
        )
        for one in passages
    ]
    indexing.run({"embedder": {"documents": documents}})
    search = Pipeline()
    search.add_component(
        "embedder",
        embedders.SentenceTransformersTextEmbedder(
            model=folder, prefix=QUESTION_PREFIX, local_files_only=True, progress_bar=False
        ),
    )
    search.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP_K))
    search.connect("embedder.embedding", "retriever.query_embedding")
    return search


def _write_pipeline(engine: Engine) -> Any:
    """Return the pipeline from documents and a question to an answer with its documents."""
    from haystack import Pipeline  # noqa: PLC0415
    from haystack.components.builders import (  # type: ignore[import-not-found]  # noqa: PLC0415
        AnswerBuilder,
        ChatPromptBuilder,
    )
    from haystack.components.generators.chat import (  # type: ignore[import-not-found]  # noqa: PLC0415
        OpenAIChatGenerator,
    )
    from haystack.dataclasses import ChatMessage  # type: ignore[import-not-found]  # noqa: PLC0415
    from haystack.utils import Secret  # type: ignore[import-not-found]  # noqa: PLC0415

    pipeline = Pipeline()
    pipeline.add_component("prompt", ChatPromptBuilder([ChatMessage.from_user(_TEMPLATE)]))
    pipeline.add_component(
        "generator",
        OpenAIChatGenerator(
            api_key=Secret.from_token(engine.key),
            model="qwen2.5-coder-1.5b-instruct",
            api_base_url=engine.url,
            generation_kwargs={"max_tokens": ANSWER_TOKENS, "temperature": 0},
            timeout=_REPLY_TIMEOUT_S,
            max_retries=0,
            # A proxy that the environment names must not come between two parts of one machine.
            http_client_kwargs={"trust_env": False},
        ),
    )
    pipeline.add_component(
        "answer",
        AnswerBuilder(reference_pattern=r"\[(\d+)\]", return_only_referenced_documents=False),
    )
    pipeline.connect("prompt.prompt", "generator.messages")
    pipeline.connect("generator.replies", "answer.replies")
    return pipeline


def _found(document: Any) -> Found:
    fields = {**document.meta, "text": document.content}
    return Found(
        score=float(document.score), passage={name: fields[name] for name in PASSAGE_FIELDS}
    )


if __name__ == "__main__":
    sys.exit(main(__doc__.split("\n")[0], HaystackRag, None))
