import numpy as np
import pytest

from migbot.index.build import build_index
from migbot.index.fakes import HASH_EMBEDDER, HashEmbedder
from migbot.index.probe import PROBE
from migbot.index.publish import only_builder
from migbot.index.store import open_index
from migbot.settings import load_settings
from scripts.embed_with_ray import BatchEmbedder, batch_size, missing_texts


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "corpus").mkdir()
    for number in range(5):
        text = f"# Sheet {number}\n\nSheet {number} is about labour migration and its rules.\n"
        (tmp_path / f"corpus/{number}.md").write_text(text, encoding="utf-8")
    return load_settings(
        corpus=tmp_path / "corpus", index=tmp_path / "indexes", embedder=HASH_EMBEDDER
    )


class UnusedEmbedder(HashEmbedder):
    """Has nothing to do but to say what it would do."""

    def embed_passages(self, texts, *, on_batch=None):
        assert texts == [PROBE]
        return super().embed_passages(texts, on_batch=on_batch)


def test_a_build_takes_over_what_workers_embedded(settings):
    with only_builder(settings.index):
        texts = missing_texts(settings)
    workers = [BatchEmbedder(HashEmbedder, settings.index) for _ in range(2)]

    counts = [
        int(worker({"text": np.array(part)})["passages"].sum())
        for worker, part in zip(workers, (texts[:2], texts[2:]), strict=True)
    ]
    report = build_index(
        settings.corpus,
        settings.index,
        embedder=UnusedEmbedder(),
        passage_tokens=settings.passage_tokens,
        document_bytes=settings.document_bytes,
    )

    assert (counts, report.embedded, report.reused) == ([2, 3], 0, 5)
    assert np.array_equal(
        open_index(settings.index).dense.vectors(), HashEmbedder().embed_passages(texts)
    )


def test_workers_are_given_only_what_no_build_and_no_worker_has_embedded(settings):
    with only_builder(settings.index):
        texts = missing_texts(settings)
        BatchEmbedder(HashEmbedder, settings.index)({"text": np.array(texts[:4])})

        assert missing_texts(settings) == texts[4:]


@pytest.mark.parametrize(
    ("passages", "workers", "expected"), [(528, 2, 264), (7, 2, 4), (1, 8, 1), (100_000, 8, 1024)]
)
def test_every_worker_has_something_to_do(passages, workers, expected):
    assert batch_size(passages, workers) == expected
