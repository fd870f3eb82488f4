import json
import shutil
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from migbot.errors import BusyError, IndexIntegrityError, IndexMissingError, MigbotError
from migbot.index.collection import build_collection
from migbot.index.fakes import HashEmbedder
from migbot.index.manifest import (
    FORMAT,
    FileEntry,
    build_id_of,
    manifest_from_bytes,
    manifest_to_bytes,
    new_manifest,
    sha256_of,
)
from migbot.index.passages import indexed_text, to_lines
from migbot.index.probe import PROBE, Probe
from migbot.index.publish import only_builder, publish, roll_back
from migbot.index.store import open_for_questions, open_index
from migbot.types import Document, Passage, Section, Source

EMBEDDER = HashEmbedder()


def document(number):
    text = f"Sheet {number} is about migration.\u2028It has number {number}."
    return Document(
        document_id=f"en/{number}.md",
        path=f"en/{number}.md",
        title=f"Sheet {number}",
        language="en",
        date="2018-12",
        url=None,
        sources=(Source(title="A source", url="https://www.un.org/"),),
        topics=("gcm",),
        translation_key=None,
        text=text,
        sections=(Section(start=0, end=len(text), headings=("Numbers",)),),
        page_starts=(),
        sha256="0" * 64,
    )


def passage_of(document):
    return Passage(
        passage_id=f"{document.document_id}#0",
        document_id=document.document_id,
        path=document.path,
        title=document.title,
        url=None,
        language="en",
        date=document.date,
        page=None,
        start=0,
        end=len(document.text),
        text=document.text,
        headings=("Numbers",),
        section=0,
        translation_key=None,
    )


def build_of(numbers, *, created="2024-01-01T00:00:00+00:00"):
    """Return the manifest and the files of a build of the sheets with these numbers."""
    documents = tuple(document(number) for number in numbers)
    passages = tuple(passage_of(item) for item in documents)
    vectors = EMBEDDER.embed_passages([indexed_text(item) for item in passages])
    collection = build_collection(passages, vectors)
    with TemporaryDirectory() as folder:
        written = {**collection.dense.write(Path(folder)), **collection.sparse.write(Path(folder))}
        files = {
            "documents.jsonl": to_lines(documents),
            "passages.jsonl": to_lines(passages),
            **{name: path.read_bytes() for name, path in written.items()},
        }
    manifest = new_manifest(
        build_id=build_id_of(
            files["documents.jsonl"], files["passages.jsonl"], EMBEDDER.identity, 160
        ),
        created=created,
        embedder=EMBEDDER.identity,
        probe=Probe.of(EMBEDDER),
        dimension=vectors.shape[1],
        passage_tokens=160,
        corpus_sha256="0" * 64,
        documents=documents,
        passages=passages,
        files=files,
    )
    return manifest, files


OLD = build_of([1, 2], created="2024-01-01T00:00:00+00:00")
NEW = build_of([1, 2, 3], created="2024-01-02T00:00:00+00:00")
OLD_ID, NEW_ID = OLD[0].build_id, NEW[0].build_id
FILES = sorted([*NEW[1], "manifest.json"])


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two builds, the newer one in force."""
    publish(tmp_path / "indexes", *OLD)
    publish(tmp_path / "indexes", *NEW)
    return tmp_path / "indexes"


@pytest.fixture(autouse=True)
def _made(tmp_path):
    (tmp_path / "indexes").mkdir()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_opens_what_was_published(folder):
    index = open_index(folder, embedder=EMBEDDER.identity)

    assert index.build_id == NEW_ID
    assert index.fault is None
    assert list(index.documents.values()) == [document(1), document(2), document(3)]
    assert tuple(index.passages) == tuple(passage_of(document(number)) for number in (1, 2, 3))
    assert index.sparse.search("number 3", 1)[0][0] == 2


def test_a_moved_folder_opens_and_holds_no_path(folder, tmp_path):
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)

    assert open_index(moved).build_id == NEW_ID
    contents = [path.read_bytes() for path in moved.rglob("*") if path.is_file()]
    assert not any(str(tmp_path).encode() in content for content in contents)


def test_keeps_one_build_to_fall_back_on_and_sweeps_older_ones(folder):
    newest = build_of([1, 2, 3, 4], created="2024-01-03T00:00:00+00:00")

    publish(folder, *newest)

    assert names(folder) == sorted(["CURRENT", NEW_ID, newest[0].build_id])


def test_sweeps_left_overs_and_leaves_other_files_alone(folder):
    (folder / ".tmp-left-over").mkdir()
    (folder / "README.md").write_text("mine", encoding="utf-8")

    publish(folder, *build_of([5]))

    assert ".tmp-left-over" not in names(folder)
    assert "README.md" in names(folder)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def append(path):
    path.write_bytes(path.read_bytes() + b" ")


def empty(path):
    path.write_bytes(b"")


def delete(path):
    path.unlink()


def swap(path):
    path.write_bytes((path.parent.parent / OLD_ID / path.name).read_bytes())


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [flip, truncate, append, empty, delete, swap])
def test_a_damaged_file_is_noticed_and_the_build_before_serves(folder, name, damage, caplog):
    path = folder / NEW_ID / name
    before = path.read_bytes()
    damage(path)
    if path.exists() and path.read_bytes() == before:
        pytest.skip("this file is the same in both builds")

    index = open_index(folder)

    assert index.build_id == OLD_ID
    assert NEW_ID in index.fault
    assert caplog.records[0].levelname == "ERROR"


def test_every_flipped_bit_of_the_manifest_is_noticed():
    content = manifest_to_bytes(OLD[0])

    for at in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[at] ^= 1 << bit
            with pytest.raises(IndexIntegrityError):
                manifest_from_bytes(bytes(flipped))


def test_refuses_when_no_build_is_whole(folder):
    flip(folder / NEW_ID / "vectors.faiss")
    truncate(folder / OLD_ID / "passages.jsonl")

    with pytest.raises(IndexIntegrityError, match="run `migbot index build`"):
        open_index(folder)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"../../etc\n", b"0123456789abcdef\n"])
def test_a_torn_current_falls_back_to_the_newest_build(folder, content):
    (folder / "CURRENT").write_bytes(content)

    assert open_index(folder).build_id == NEW_ID


def test_says_what_to_do_where_no_index_was_built(tmp_path):
    for folder in (tmp_path / "indexes", tmp_path / "absent"):
        with pytest.raises(IndexMissingError, match="run `make setup` or `migbot index build`"):
            open_index(folder)


# Which files are of two sheets, while all others are of three.
PARTS = {
    "documents": ("documents.jsonl",),
    "passages": ("passages.jsonl",),
    "vectors": ("vectors.faiss",),
    "passages in the sparse index": tuple(name for name in NEW[1] if name.startswith("sparse")),
}


@pytest.mark.parametrize("part", PARTS)
def test_refuses_a_part_of_another_build_even_when_each_hash_is_right(folder, part):
    manifest, files = NEW
    assert PARTS[part]
    mixed = {**files, **{name: OLD[1][name] for name in PARTS[part]}}
    publish(folder, listing(manifest, mixed), mixed)

    index = open_index(folder)

    assert index.build_id == OLD_ID
    assert f"2 {part} and there should be 3" in index.fault


@pytest.mark.parametrize("count", ["documents", "passages", "vectors"])
def test_refuses_a_build_that_holds_another_number_than_its_manifest_says(folder, count):
    manifest, files = NEW
    wrong = replace(manifest, counts=replace(manifest.counts, **{count: 4}))
    publish(folder, wrong, files)

    index = open_index(folder)

    assert index.build_id == OLD_ID
    assert f"3 {count} and there should be 4" in index.fault


def test_refuses_vectors_that_agree_with_the_manifest_and_not_with_the_passages(folder):
    manifest, files = NEW
    mixed = {**files, "vectors.faiss": OLD[1]["vectors.faiss"]}
    counted = replace(manifest, counts=replace(manifest.counts, vectors=2))
    publish(folder, listing(counted, mixed), mixed)

    assert "2 vectors and there should be 3" in open_index(folder).fault


def listing(manifest, files):
    """Return `manifest` with the hashes of these files."""
    entries = {
        name: FileEntry(sha256=sha256_of(content), bytes=len(content))
        for name, content in files.items()
    }
    return replace(manifest, files=entries)


class Drifted(HashEmbedder):
    """Has the same files as ever and gives vectors turned by so much."""

    def __init__(self, *, passages=0.0, questions=0.0):
        self._passages, self._questions = passages, questions

    def embed_passages(self, texts, *, on_batch=None):
        return turned(HashEmbedder().embed_passages(texts, on_batch=on_batch), self._passages)

    def embed_questions(self, texts):
        return turned(super().embed_questions(texts), self._questions)


def turned(vectors, much):
    vectors[:, 0] += much
    return vectors


@pytest.mark.parametrize(
    ("drift", "what"),
    [({"passages": 0.002}, "as a passage"), ({"questions": 0.002}, "as a question")],
)
def test_refuses_an_embedder_of_the_same_files_that_gives_other_vectors(folder, drift, what):
    with pytest.raises(IndexIntegrityError, match=f"{what} now.*run `migbot index build`"):
        open_for_questions(folder, Drifted(**drift))

    assert open_index(folder, embedder=Drifted(**drift).identity).fault is None


def test_the_last_digits_of_a_vector_may_differ(folder):
    drifted = Drifted(passages=0.0005, questions=-0.0005)

    assert open_for_questions(folder, drifted).build_id == NEW_ID


def test_the_manifest_keeps_the_vectors_of_a_fixed_sentence_as_text(folder):
    manifest = open_index(folder).manifest

    (expected,) = EMBEDDER.embed_questions([PROBE])
    kept = np.frombuffer(b64decode(manifest.probe.question), dtype="<f4")
    assert np.array_equal(kept, expected)


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "other"), ("sha256", "1" * 64), ("query_prefix", "q: "), ("passage_prefix", "p: ")],
)
def test_refuses_another_embedder(folder, field, value):
    other = replace(EMBEDDER.identity, **{field: value})

    with pytest.raises(IndexIntegrityError, match=f"{field}.*run `migbot index build`"):
        open_index(folder, embedder=other)


def test_refuses_vectors_of_another_length_than_the_manifest_says(folder):
    manifest, files = NEW
    publish(folder, replace(manifest, dimension=3), files)

    assert "256 numbers in a vector and there should be 3" in open_index(folder).fault


@pytest.mark.parametrize("number", [1, FORMAT - 1, FORMAT + 1])
def test_refuses_an_older_and_a_newer_format_and_says_who_wrote_it(folder, number):
    rewrite_manifest(folder / NEW_ID, {"format": number, "built_by": "migbot 0.0.9"})
    rewrite_manifest(folder / OLD_ID, {"format": number, "built_by": "migbot 0.0.9"})

    told = (
        rf"by migbot 0\.0\.9 in format {number}, which migbot \S+ with format {FORMAT} cannot read"
        ".*run `migbot index build`"
    )
    with pytest.raises(IndexIntegrityError, match=told):
        open_index(folder)


def test_refuses_what_another_version_added_and_says_what_it_is(folder):
    rewrite_manifest(folder / NEW_ID, {"colour": "blue", "built_by": "migbot 9.9"})

    index = open_index(folder)

    assert index.build_id == OLD_ID
    assert "the index was built by migbot 9.9 with colour, which migbot" in index.fault


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"{", b"null", b"[]", b"7", b"{}", b"[" * 100_000, b'{"format": ' + b"9" * 9999],
)
def test_refuses_a_manifest_that_is_none(folder, content):
    (folder / NEW_ID / "manifest.json").write_bytes(content)

    index = open_index(folder)

    assert index.build_id == OLD_ID
    assert "the manifest cannot be read" in index.fault


def rewrite_manifest(build, changes):
    path = build / "manifest.json"
    fields = {**json.loads(path.read_bytes()), **changes}
    path.write_text(json.dumps(fields), encoding="utf-8")


def test_a_rolled_back_build_serves_and_both_stay(folder):
    manifest = roll_back(folder)

    assert manifest.build_id == open_index(folder).build_id == OLD_ID
    assert roll_back(folder).build_id == open_index(folder).build_id == NEW_ID
    assert names(folder) == sorted([".lock", "CURRENT", OLD_ID, NEW_ID])


def test_never_rolls_back_to_a_damaged_build(folder):
    flip(folder / OLD_ID / "vectors.faiss")

    with pytest.raises(IndexIntegrityError, match="no other build"):
        roll_back(folder)

    assert open_index(folder).build_id == NEW_ID


def test_only_one_builder_at_a_time(tmp_path):
    with (
        only_builder(tmp_path),
        pytest.raises(BusyError, match="another build is running"),
        only_builder(tmp_path),
    ):
        pass

    with only_builder(tmp_path):
        pass


def test_says_why_a_folder_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(MigbotError, match="cannot be written"), only_builder(tmp_path / "file"):
        pass
