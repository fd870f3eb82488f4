"""What the tests of the index share: files written and built, and an embedder that remembers."""

from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder
from migbot.index.probe import PROBE


class CountingEmbedder(HashEmbedder):
    """Remembers the passages that it embedded."""

    def __init__(self):
        self.embedded = []

    def embed_passages(self, texts, *, on_batch=None):
        self.embedded += [text for text in texts if text != PROBE]
        return super().embed_passages(texts, on_batch=on_batch)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def corpus_of(folder, sheets):
    """Write `sheets`, contents by path, under `folder`, and return it."""
    for name, content in sheets.items():
        write(folder / name, content)
    return folder


def build(corpus, indexes, embedder=None, **options):
    return build_index(
        corpus,
        indexes,
        embedder=embedder or HashEmbedder(),
        **{"passage_tokens": 160, "document_bytes": 1_000_000, **options},
    )
