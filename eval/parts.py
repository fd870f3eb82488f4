"""The real parts that a run measures, each loaded once and only when it is needed."""

import sys
import time
from functools import cached_property

from eval.judge import Judge
from migbot.answer.assistant import Assistant
from migbot.answer.generate import Generator, make_generator
from migbot.answer.support import SupportChecker
from migbot.index.embed import Embedder, load_embedder
from migbot.index.milvus import milvus_server
from migbot.index.passages import indexed_text
from migbot.index.store import Index, open_for_questions
from migbot.settings import Settings

_TIMED_PASSAGES = 64


class Parts:
    """migbot as the settings make it, taken apart for measuring."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder of the settings."""
        return load_embedder(self.settings)

    @cached_property
    def index(self) -> Index:
        """The index in force."""
        return open_for_questions(
            self.settings.index, self.embedder, milvus=milvus_server(self.settings)
        )

    @cached_property
    def generator(self) -> Generator:
        """The generator of the settings."""
        print("loading the model", file=sys.stderr)
        return make_generator(self.settings)

    @cached_property
    def checker(self) -> SupportChecker:
        """The claim check, the generator's word included."""
        return SupportChecker(self.embedder, self.generator)

    @cached_property
    def assistant(self) -> Assistant:
        """The whole assistant, warmed up, so that no question pays for the loading."""
        assistant = Assistant(
            index=self.index,
            embedder=self.embedder,
            generator=self.generator,
            settings=self.settings,
        )
        assistant.warm_up()
        return assistant

    @cached_property
    def judge(self) -> Judge:
        """What judges answers by the texts of the index and the comparison of the claim check."""
        texts = {document.path: document.text for document in self.index.documents.values()}
        return Judge(texts, SupportChecker(self.embedder).is_supported)

    def embedded_passages_per_s(self) -> float:
        """Return how many passages of the index are embedded in a second."""
        texts = [indexed_text(passage) for passage in self.index.passages[:_TIMED_PASSAGES]]
        started_s = time.monotonic()
        self.embedder.embed_passages(texts)
        return len(texts) / (time.monotonic() - started_s)
