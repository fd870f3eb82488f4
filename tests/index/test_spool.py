import tracemalloc

import pytest

from migbot.documents.corpus import read_corpus
from migbot.errors import MigbotError
from migbot.index.build import build_index
from migbot.index.fakes import HashEmbedder
from migbot.index.spool import spooled
from migbot.index.store import open_index

TEXT = "The Network brings together the entities of the United Nations system on migration."


def sheet(number, *, text=TEXT):
    source = f"sources: [{{title: S{number}, url: 'https://example.org/{number}'}}]"
    return f"---\n{source}\n---\n{text}\n"


@pytest.fixture
def corpus(tmp_path):
    """Return a corpus of a bad file and four sheets, three of which say the same."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    files = {
        "a.md": sheet(1),
        "b.txt": "Word",
        "c.md": sheet(2, text=f"{TEXT}\u2028It is in Geneva."),
        "d.md": sheet(3),
        "e.md": sheet(4),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_what_is_read_by_way_of_the_disk_is_what_is_read_in_memory(corpus, tmp_path):
    read = read_corpus(corpus)

    with spooled(corpus, tmp_path, document_bytes=1_000_000) as held:
        assert tuple(held.documents) == read.documents
        assert held.refused == read.refused
        assert len(held.documents) == 2
        assert all(document in held.documents for document in read.documents)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".documents", "corpus"]


def test_a_text_under_three_names_is_indexed_once_with_the_sources_of_all(corpus, tmp_path):
    report = build_index(
        corpus,
        tmp_path / "indexes",
        embedder=HashEmbedder(),
        passage_tokens=160,
        document_bytes=1_000_000,
    )

    documents = open_index(tmp_path / "indexes").documents
    assert report.documents == 2
    assert [source.title for source in documents["a.md"].sources] == ["S1", "S3", "S4"]


def test_the_texts_of_a_corpus_are_never_in_memory_together(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(20):
        paragraphs = (f"Sheet {number}, part {part}. {TEXT * 10}" for part in range(40))
        (corpus / f"{number}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")

    tracemalloc.start()
    try:
        with spooled(corpus, tmp_path, document_bytes=1_000_000) as held:
            after_reading, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            texts = sum(len(document.text) for document in held.documents)
            _, while_cut = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert texts > 500_000
    assert after_reading < 0.3 * texts
    assert while_cut < 0.6 * texts


def test_a_folder_that_takes_no_file_is_told(corpus, tmp_path):
    with (
        pytest.raises(MigbotError, match="cannot be written"),
        spooled(corpus, tmp_path / "absent", document_bytes=1_000_000),
    ):
        pass
