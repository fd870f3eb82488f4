import json
from dataclasses import replace

import numpy as np
import pytest
from builds import CountingEmbedder, build, corpus_of, write

from migbot.errors import BusyError, CorpusError, IndexIntegrityError
from migbot.index.check import check_index
from migbot.index.fakes import HashEmbedder
from migbot.index.manifest import new_manifest
from migbot.index.passages import indexed_text
from migbot.index.publish import only_builder, publish
from migbot.index.recall import nearest, recall
from migbot.index.reuse import embed_batch
from migbot.index.store import open_index
from migbot.index.vector_cache import VectorCache, text_key

SHEETS = {
    "en/vote.md": "---\ntitle: The vote\nlanguage: en\npair: vote\nas_of: '2018-12-19'\n---\n"
    "# The vote\n\n## Result\nThe General Assembly adopted the Compact by 152 votes to 5.\n",
    "fr/vote.md": "---\ntitle: Le vote\nlanguage: fr\npair: vote\nas_of: '2018-12-19'\n---\n"
    "# Le vote\n\n## Résultat\nL’Assemblée générale a adopté le Pacte par 152 voix contre 5.\n",
    "en/seat.md": "---\ntitle: Headquarters\nlanguage: en\n---\n"
    "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
}


# What stands beside the builds.
BESIDE = (".documents", ".lock", "CURRENT")


class NarrowEmbedder(HashEmbedder):
    """Takes so few tokens that a long title leaves no room for text."""

    max_tokens = 50


@pytest.fixture
def corpus(tmp_path):
    return corpus_of(tmp_path / "corpus", SHEETS)


@pytest.fixture
def indexes(tmp_path):
    return tmp_path / "indexes"


def test_builds_an_index_that_opens_and_checks(corpus, indexes):
    report = build(corpus, indexes)

    index = open_index(indexes, embedder=HashEmbedder().identity)
    assert (report.build_id, report.published) == (index.build_id, True)
    assert sorted(index.documents) == sorted(SHEETS)
    assert index.manifest.counts.documents_by_language == {"en": 2, "fr": 1}
    assert check_index(indexes, HashEmbedder()) == ()


def test_each_passage_is_the_text_of_its_document_and_twins_share_a_key(corpus, indexes):
    build(corpus, indexes)

    index = open_index(indexes)
    for passage in index.passages:
        document = index.documents[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
    keys = {passage.document_id: passage.translation_key for passage in index.passages}
    assert keys["en/vote.md"] == keys["fr/vote.md"] is not None


def test_title_and_headings_are_embedded_and_searched_with_the_text(corpus, indexes):
    embedder = CountingEmbedder()

    build(corpus, indexes, embedder)

    french = next(text for text in embedder.embedded if "voix" in text)
    assert french.startswith("Le vote\nRésultat\n")
    index = open_index(indexes)
    found = {index.passages[at].document_id for at, _ in index.sparse.search("headquarters", 5)}
    assert found == {"en/seat.md"}


def test_an_unchanged_corpus_gives_the_same_build_and_embeds_nothing(corpus, indexes):
    first = build(corpus, indexes)
    before = {path: path.stat().st_mtime_ns for path in indexes.rglob("*") if path.is_file()}
    embedder = CountingEmbedder()

    second = build(corpus, indexes, embedder)

    assert (second.build_id, second.published) == (first.build_id, False)
    assert embedder.embedded == []
    del before[indexes / ".lock"], before[indexes / ".documents"]
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_the_same_corpus_elsewhere_gives_the_same_bytes(corpus, indexes, tmp_path):
    moved = tmp_path / "moved"
    build(corpus, indexes)
    corpus.rename(moved)

    report = build(moved, tmp_path / "others")

    assert_same_bytes(indexes / report.build_id, tmp_path / "others" / report.build_id)


def assert_same_bytes(one, other):
    """See that two builds are of one id and alike but for the time that the manifest names."""
    assert one.name == other.name
    contents = [
        {path.name: path.read_bytes() for path in build.iterdir() if path.name != "manifest.json"}
        for build in (one, other)
    ]
    assert contents[0] == contents[1]


def test_only_the_passages_of_an_added_file_are_embedded(corpus, indexes):
    first = build(corpus, indexes)
    old = open_index(indexes)
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration and its rules.\n")
    embedder = CountingEmbedder()

    second = build(corpus, indexes, embedder)

    assert second.build_id != first.build_id
    assert [text for text in embedder.embedded if "labour" not in text] == []
    assert (second.embedded, second.reused) == (1, first.passages)
    new = open_index(indexes)
    by_id = {passage.passage_id: at for at, passage in enumerate(new.passages)}
    for at, passage in enumerate(old.passages):
        kept = new.dense.vectors()[by_id[passage.passage_id]]
        assert np.array_equal(kept, old.dense.vectors()[at])


class Stopped(Exception):  # noqa: N818 - nothing is wrong, it only ends a build early
    """Ends a build, as a kill would."""


def test_a_build_that_was_stopped_goes_on_with_what_it_had_embedded(corpus, indexes):
    long = "\n\n".join(f"Paragraph {number} {'about migration ' * 12}" for number in range(1500))
    write(corpus / "en/long.md", f"# Long\n\n{long}\n")

    def stop(stage, done, total):
        if stage == "embedding passages" and 1024 < done < total + 1:
            raise Stopped

    with pytest.raises(Stopped):
        build(corpus, indexes, passage_tokens=32, on_progress=stop)
    embedder = CountingEmbedder()
    report = build(corpus, indexes, embedder, passage_tokens=32)

    assert report.embedded == len(embedder.embedded) == report.passages - 1024
    index = open_index(indexes)
    again = HashEmbedder().embed_passages([indexed_text(one) for one in index.passages])
    assert np.array_equal(index.dense.vectors(), again)
    assert {path.name for path in indexes.iterdir()} == {*BESIDE, report.build_id}


def test_a_torn_file_of_embedded_passages_is_embedded_anew(corpus, indexes):
    first = VectorCache(indexes, HashEmbedder().identity)
    embed_batch(["Some text."], HashEmbedder(), first)
    ((path,),) = [list((indexes / ".embedded").rglob("*.npy"))]
    assert text_key("Some text.") in VectorCache(indexes, HashEmbedder().identity)

    path.write_bytes(path.read_bytes()[:-1])

    assert text_key("Some text.") not in VectorCache(indexes, HashEmbedder().identity)
    assert build(corpus, indexes).published


def test_vectors_of_another_embedder_are_not_taken_over(indexes):
    other = replace(HashEmbedder().identity, passage_prefix="passage: ")
    embed_batch(["Some text."], HashEmbedder(), VectorCache(indexes, other))

    assert text_key("Some text.") not in VectorCache(indexes, HashEmbedder().identity)


def bytes_of(build_folder):
    return sum(path.stat().st_size for path in build_folder.iterdir())


def test_one_document_more_beside_10_000_passages_embeds_and_adds_only_its_own(corpus, indexes):
    for number in range(20):
        # Two of them are more than a passage may hold.
        lines = (f"\nSheet {number} line {line} {'about migration ' * 7}.\n" for line in range(500))
        write(corpus / f"en/{number}.md", f"# Sheet {number}\n{''.join(lines)}")
    first = build(corpus, indexes, passage_tokens=32)
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration and its rules.\n")
    embedder = CountingEmbedder()

    second = build(corpus, indexes, embedder, passage_tokens=32)

    assert first.passages >= 10_000
    assert second.embedded == len(embedder.embedded) == 1
    assert "labour migration" in embedder.embedded[0]
    assert (second.reused, second.passages) == (first.passages, first.passages + 1)
    assert {path.name for path in indexes.iterdir()} == {
        *BESIDE,
        *(first.build_id, second.build_id),
    }
    assert bytes_of(indexes / second.build_id) - bytes_of(indexes / first.build_id) < 10_000


def sheets_of_many_words(folder):
    """Write sheets that make more passages than are searched exactly, where those are 500."""
    words = [f"word{number}" for number in range(400)]
    for number in range(60):
        lines = "\n\n".join(
            " ".join(words[(7 * number + 3 * line + step * step) % 400] for step in range(20))
            for line in range(20)
        )
        write(folder / f"en/{number}.md", f"# Sheet {number}\n\n{lines}\n")


def test_the_same_corpus_gives_the_same_bytes_where_vectors_are_in_lists(
    corpus, indexes, tmp_path, monkeypatch
):
    monkeypatch.setattr("migbot.index.build_dense.EXACT_VECTORS", 500)
    sheets_of_many_words(corpus)

    first, second = (build(corpus, to, passage_tokens=32) for to in (indexes, tmp_path / "others"))

    assert first.passages > 500
    assert_same_bytes(indexes / first.build_id, tmp_path / "others" / second.build_id)


def test_many_passages_are_searched_in_lists_that_find_nearly_all(corpus, indexes, monkeypatch):
    monkeypatch.setattr("migbot.index.build_dense.EXACT_VECTORS", 500)
    sheets_of_many_words(corpus)

    report = build(corpus, indexes, passage_tokens=32)

    index = open_index(indexes)
    assert report.passages > 500
    texts = [passage.text for passage in index.passages[:100]]
    questions = HashEmbedder().embed_questions(texts)
    assert recall(index.dense.search, questions, nearest(index.dense.vectors(), questions)) >= 0.9
    assert check_index(indexes, HashEmbedder()) == ()


def test_a_damaged_build_of_the_same_corpus_is_made_anew(corpus, indexes):
    first = build(corpus, indexes)
    (indexes / first.build_id / "vectors.faiss").write_bytes(b"torn")

    second = build(corpus, indexes)

    assert (second.build_id, second.published) == (first.build_id, True)
    assert open_index(indexes).fault is None


def test_a_file_that_cannot_be_read_is_reported_and_the_rest_is_built(corpus, indexes):
    (corpus / "en/broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")

    report = build(corpus, indexes)

    assert [refused.path for refused in report.refused] == ["en/broken.pdf"]
    assert report.documents == len(SHEETS)


def test_an_empty_corpus_leaves_the_index_in_force(corpus, indexes):
    first = build(corpus, indexes)
    for name in SHEETS:
        (corpus / name).unlink()

    with pytest.raises(CorpusError, match="holds no document"):
        build(corpus, indexes)

    assert open_index(indexes).build_id == first.build_id


def test_a_title_that_leaves_no_room_for_text_is_refused_with_the_reason(corpus, indexes):
    title = " ".join(["word"] * 40)
    write(corpus / "en/long.md", f"---\ntitle: {title}\nlanguage: en\n---\nSome text about IOM.\n")

    report = build(corpus, indexes, NarrowEmbedder())

    assert [refused.path for refused in report.refused] == ["en/long.md"]
    assert "shorten them" in report.refused[0].reason


def test_tells_each_stage_and_how_far_it_is(corpus, indexes):
    told = []

    report = build(corpus, indexes, on_progress=lambda *step: told.append(step))

    assert told == [
        ("reading documents", 0, None),
        ("reading documents", 3, 3),
        *(("cutting passages", done, 3) for done in (0, 1, 2, 3)),
        ("embedding passages", 0, report.passages),
        ("embedding passages", report.passages, report.passages),
        ("indexing passages", 0, None),
    ]


def test_an_index_of_another_format_is_refused_and_the_next_build_takes_its_place(corpus, indexes):
    old = build(corpus, indexes)
    manifest = indexes / old.build_id / "manifest.json"
    fields = json.loads(manifest.read_bytes())
    other = indexes / "0123456789abcdef"
    manifest.parent.rename(other)
    (other / "manifest.json").write_text(json.dumps({**fields, "format": 1}), encoding="utf-8")
    (indexes / "CURRENT").write_text(f"{other.name}\n", encoding="utf-8")

    with pytest.raises(IndexIntegrityError, match=r"in format 1.*run `migbot index build`"):
        open_index(indexes)
    new = build(corpus, indexes)

    assert (new.published, open_index(indexes).fault) == (True, None)
    there = {path.name for path in indexes.iterdir()}
    assert there == {*BESIDE, new.build_id}


def test_refuses_to_build_beside_another_builder(corpus, indexes):
    with only_builder(indexes), pytest.raises(BusyError, match="wait for it to end"):
        build(corpus, indexes)


def test_the_check_finds_an_embedder_that_gives_other_vectors(corpus, indexes):
    class DriftedEmbedder(HashEmbedder):
        def embed_questions(self, texts):
            return np.roll(super().embed_questions(texts), 1, axis=1)

    build(corpus, indexes)

    problems = check_index(indexes, DriftedEmbedder())

    assert problems
    assert all("now gets another vector" in problem for problem in problems)


def test_the_check_finds_a_passage_that_is_not_the_text_of_its_document(corpus, indexes):
    report = build(corpus, indexes)
    index = open_index(indexes)
    folder = indexes / report.build_id
    files = {name: (folder / name).read_bytes() for name in index.manifest.files}
    files["passages.jsonl"] = files["passages.jsonl"].replace(b"152", b"999")
    manifest = new_manifest(
        build_id=report.build_id,
        created=index.manifest.created,
        embedder=index.manifest.embedder,
        probe=index.manifest.probe,
        dimension=index.manifest.dimension,
        passage_tokens=160,
        corpus_sha256=index.manifest.corpus_sha256,
        documents=tuple(index.documents.values()),
        passages=index.passages,
        files=files,
    )
    publish(indexes, manifest, files)

    problems = check_index(indexes, HashEmbedder())

    assert any("is not the text of en/vote.md" in problem for problem in problems)


def test_the_check_says_that_a_damaged_build_is_served_by_an_earlier_one(corpus, indexes):
    build(corpus, indexes)
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration and its rules.\n")
    second = build(corpus, indexes)
    (indexes / second.build_id / "vectors.faiss").write_bytes(b"torn")

    problems = check_index(indexes, HashEmbedder())

    assert any("vectors.faiss" in problem for problem in problems)


class DriftedQuestions(HashEmbedder):
    """Gives another vector for a question, and the same as ever for a passage."""

    def embed_questions(self, texts):
        return np.roll(super().embed_questions(texts), 1, axis=1)

    def embed_passages(self, texts, *, on_batch=None):
        return HashEmbedder().embed_passages(texts, on_batch=on_batch)


def test_the_check_finds_an_embedder_that_gives_other_vectors_to_questions_alone(corpus, indexes):
    build(corpus, indexes)

    (problem,) = check_index(indexes, DriftedQuestions())

    assert "a fixed sentence as a question now gets another vector: empty the index" in problem


def test_vectors_of_an_embedder_that_has_changed_are_not_put_beside_those_before(corpus, indexes):
    first = build(corpus, indexes)
    write(corpus / "en/new.md", "# Labour\n\nA new sheet about labour migration and its rules.\n")

    second = build(corpus, indexes, DriftedQuestions())

    assert (second.embedded, second.reused) == (first.passages + 1, 0)
    assert check_index(indexes, DriftedQuestions()) == ()


def test_a_build_that_embeds_nothing_keeps_what_its_vectors_were_made_with(corpus, indexes):
    build(corpus, indexes)
    (corpus / "en/seat.md").unlink()

    report = build(corpus, indexes, DriftedQuestions())

    assert report.published
    assert check_index(indexes, HashEmbedder()) == ()
    assert len(check_index(indexes, DriftedQuestions())) == 1


def test_the_id_of_a_build_does_not_depend_on_what_the_embedder_gives(corpus, indexes, tmp_path):
    first = build(corpus, indexes)

    second = build(corpus, tmp_path / "others", DriftedQuestions())

    assert second.build_id == first.build_id
