from dataclasses import replace

import pytest

from migbot.errors import IndexIntegrityError
from migbot.index.mapped import map_file, release_pages
from migbot.index.passage_store import StoredDocuments, StoredPassages
from migbot.index.passages import to_lines
from migbot.types import Document, Passage, Section, Source

PASSAGE = Passage(
    passage_id="en/a.md#0",
    document_id="en/a.md",
    path="en/a.md",
    title="Migration",
    url=None,
    language="en",
    date="2018-12",
    page=None,
    start=0,
    end=3,
    text="Où\u2028?",
    headings=("Numbers", "“Of all”"),
    section=0,
    translation_key=None,
)
PASSAGES = (
    PASSAGE,
    replace(PASSAGE, passage_id="en/a.md#1", translation_key="a"),
    replace(PASSAGE, passage_id="en/a.md#2", text='"translation_key": "not one"\n\x1e\x85'),
    replace(PASSAGE, passage_id="en/a.md#3", translation_key="b"),
)
DOCUMENT = Document(
    document_id="en/a.md",
    path="en/a.md",
    title="Migration",
    language="en",
    date=None,
    url=None,
    sources=(Source(title="A source", url="https://www.un.org/"),),
    topics=("gcm",),
    translation_key=None,
    text="Où\u2028?\n",
    sections=(Section(start=0, end=4, headings=("Numbers",)),),
    page_starts=(0, 2),
    sha256="0" * 64,
)


@pytest.fixture
def stored(tmp_path):
    (tmp_path / "passages.jsonl").write_bytes(to_lines(PASSAGES))
    return StoredPassages(map_file(tmp_path / "passages.jsonl"))


def test_stored_passages_are_those_that_were_written(stored):
    assert len(stored) == len(PASSAGES)
    assert tuple(stored) == PASSAGES
    assert [stored[at] for at in (2, -1)] == [PASSAGES[2], PASSAGES[-1]]
    assert stored[1:3] == PASSAGES[1:3]
    assert PASSAGES[3] in stored
    with pytest.raises(IndexError):
        stored[len(PASSAGES)]


def test_only_passages_with_a_translation_are_walked_through(stored):
    assert list(stored.translated()) == [(1, PASSAGES[1]), (3, PASSAGES[3])]


def test_what_is_given_back_to_the_system_is_read_again_when_it_is_needed(tmp_path):
    (tmp_path / "passages.jsonl").write_bytes(to_lines(PASSAGES))
    content = map_file(tmp_path / "passages.jsonl")
    stored = StoredPassages(content)

    release_pages(content)

    assert tuple(stored) == PASSAGES


def test_a_file_that_is_removed_is_read_on_by_who_has_it_open(tmp_path, stored):
    (tmp_path / "passages.jsonl").unlink()

    assert tuple(stored) == PASSAGES


def test_documents_are_found_by_id_in_their_order():
    other = replace(DOCUMENT, document_id="en/0.md", text="")

    stored = StoredDocuments(to_lines((DOCUMENT, other)))

    assert list(stored) == ["en/a.md", "en/0.md"]
    assert (stored["en/a.md"], stored["en/0.md"]) == (DOCUMENT, other)
    assert stored.get("en/b.md") is None


def test_an_empty_file_holds_nothing(tmp_path):
    (tmp_path / "empty").write_bytes(b"")

    assert len(StoredPassages(map_file(tmp_path / "empty"))) == 0
    assert len(StoredDocuments(b"")) == 0


def test_a_torn_or_wrong_line_is_refused():
    lines = to_lines(PASSAGES)

    with pytest.raises(IndexIntegrityError, match="torn"):
        StoredPassages(lines[:-1])
    with pytest.raises(IndexIntegrityError, match="a passage cannot be read"):
        StoredPassages(b"{}\n")[0]
    with pytest.raises(IndexIntegrityError, match="a document cannot be read"):
        StoredDocuments(b'{"document_id": "en/a.md"}\n')


def test_a_passage_that_was_just_read_is_not_read_again(stored):
    assert stored[1] is stored[1]
    assert stored[1] == PASSAGES[1]
