import socket
from dataclasses import replace

import numpy as np
import pytest
from builds import build, corpus_of

from migbot.errors import ModelIntegrityError
from migbot.index.check import check_index
from migbot.index.fakes import HashEmbedder
from migbot.index.reuse import reserve
from migbot.index.store import open_index

SHEETS = {
    "en/seat.md": "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
    "en/vote.md": "# The vote\n\nThe Compact was adopted in Marrakech by acclamation.\n",
    "fr/vote.md": "# Le vote\n\nLe Pacte a été adopté à Marrakech par acclamation.\n",
}


class SpoiltEmbedder(HashEmbedder):
    """Gives one vector that is no direction."""

    def __init__(self, value):
        self._value = value

    def embed_passages(self, texts, *, on_batch=None):
        vectors = super().embed_passages(texts, on_batch=on_batch)
        vectors[-1] = self._value
        return vectors


class WiderEmbedder(HashEmbedder):
    """Gives longer vectors than it did when the index was built."""

    def embed_questions(self, texts):
        return np.pad(super().embed_questions(texts), ((0, 0), (0, 8)))


@pytest.fixture
def indexes(tmp_path):
    return tmp_path / "indexes"


def corpus_with(folder, names):
    return corpus_of(folder, {name: SHEETS[name] for name in names})


def test_a_removed_file_is_gone_from_every_part_and_nothing_is_embedded(tmp_path, indexes):
    corpus = corpus_with(tmp_path / "corpus", SHEETS)
    build(corpus, indexes)
    (corpus / "en/seat.md").unlink()

    report = build(corpus, indexes)

    index = open_index(indexes)
    assert (report.embedded, report.documents) == (0, 2)
    assert sorted(index.documents) == ["en/vote.md", "fr/vote.md"]
    assert {passage.document_id for passage in index.passages} == set(index.documents)
    assert len(index.dense) == len(index.sparse) == len(index.passages) == report.passages
    assert index.sparse.search("headquarters Geneva Switzerland", 5) == ()
    for path in (indexes / report.build_id).iterdir():
        assert b"seat.md" not in path.read_bytes()
        assert b"Switzerland" not in path.read_bytes()
    assert check_index(indexes, HashEmbedder()) == ()


def test_the_order_in_which_files_came_does_not_matter(tmp_path):
    ids = {
        build(corpus_with(tmp_path / name, names), tmp_path / f"{name}-indexes").build_id
        for name, names in (("one", list(SHEETS)), ("other", list(reversed(SHEETS))))
    }

    assert len(ids) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_vector_that_is_no_direction_is_refused_and_the_old_index_serves(
    tmp_path, indexes, value
):
    corpus = corpus_with(tmp_path / "corpus", ["en/vote.md"])
    first = build(corpus, indexes)
    corpus_with(corpus, SHEETS)

    with pytest.raises(ModelIntegrityError, match="of length 1"):
        build(corpus, indexes, SpoiltEmbedder(value))

    assert open_index(indexes).build_id == first.build_id
    assert build(corpus, indexes).embedded == 2
    assert check_index(indexes, HashEmbedder()) == ()


def test_an_index_of_a_single_passage_is_searched(tmp_path, indexes):
    build(corpus_with(tmp_path / "corpus", ["en/seat.md"]), indexes)

    index = open_index(indexes)

    (question,) = HashEmbedder().embed_questions(["Where are the headquarters?"])
    assert [at for at, _ in index.dense.search(question, 50)] == [0]
    assert [at for at, _ in index.sparse.search("headquarters", 50)] == [0]
    assert check_index(indexes, HashEmbedder()) == ()


def test_building_opening_and_checking_ask_no_network(tmp_path, indexes, monkeypatch):
    def refuse(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    build(corpus_with(tmp_path / "corpus", SHEETS), indexes)

    assert check_index(indexes, HashEmbedder()) == ()


def test_the_check_finds_vectors_of_another_length(tmp_path, indexes):
    build(corpus_with(tmp_path / "corpus", SHEETS), indexes)

    problems = check_index(indexes, WiderEmbedder())

    assert problems
    assert all("now gets another vector" in problem for problem in problems)


def test_a_build_of_another_embedder_takes_over_no_vector(tmp_path, indexes):
    class OtherEmbedder(HashEmbedder):
        @property
        def identity(self):
            return replace(super().identity, passage_prefix="passage: ")

    corpus = corpus_with(tmp_path / "corpus", SHEETS)
    first = build(corpus, indexes)

    second = build(corpus, indexes, OtherEmbedder())

    assert second.build_id != first.build_id
    assert second.embedded == second.passages


def test_a_build_is_the_same_where_the_system_reserves_no_space(tmp_path, indexes, monkeypatch):
    corpus = corpus_with(tmp_path / "corpus", SHEETS)
    build(corpus, indexes)
    monkeypatch.delattr("os.posix_fallocate")

    report = build(corpus, tmp_path / "other")

    assert check_index(tmp_path / "other", HashEmbedder()) == ()
    assert np.array_equal(
        open_index(indexes).dense.vectors(), open_index(tmp_path / "other").dense.vectors()
    )
    assert report.build_id == open_index(indexes).build_id


@pytest.mark.parametrize("reserves", [True, False])
def test_the_disk_holds_all_vectors_before_the_first_is_written(tmp_path, monkeypatch, reserves):
    if not reserves:
        monkeypatch.delattr("os.posix_fallocate")
    path = tmp_path / "vectors"
    with path.open("w+b") as file:
        file.write(b"head")
        file.truncate(5_000_000)

        reserve(file, 4_999_996)

    assert path.stat().st_blocks * 512 >= 5_000_000
    assert path.read_bytes() == b"head" + bytes(4_999_996)
