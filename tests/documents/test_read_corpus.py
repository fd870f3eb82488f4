import os
import shutil
import sys

import pytest

from migbot.documents import corpus
from migbot.documents.corpus import Accepted, Duplicate, Refused, read_corpus
from migbot.documents.load import load_document
from migbot.errors import CorpusError
from migbot.types import Source

TEXT = "The Network brings together the entities of the United Nations system on migration."


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_txt", ".txt").replace("_md", ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def test_reads_every_file_in_order_of_path(tmp_path):
    put(tmp_path, en__b_txt=f"{TEXT} B.", en__a_md=f"{TEXT} A.", fr__a_md=f"{TEXT} F.", z_txt=TEXT)

    report = read_corpus(tmp_path)

    assert [document.path for document in report.documents] == [
        "en/a.md",
        "en/b.txt",
        "fr/a.md",
        "z.txt",
    ]
    assert report.refused == ()


def test_one_bad_file_never_stops_the_rest(tmp_path):
    put(tmp_path, a_txt="", b_txt=TEXT)
    (tmp_path / "c.exe").write_bytes(b"MZ\0")
    (tmp_path / "d.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "e.md")

    report = read_corpus(tmp_path)

    assert [type(entry) for entry in report.entries] == [
        Refused,
        Accepted,
        Refused,
        Refused,
        Refused,
    ]
    assert all(refused.reason and "\n" not in refused.reason for refused in report.refused)


@pytest.mark.parametrize("error", [MemoryError, RecursionError, KeyError])
def test_an_error_that_nobody_foresaw_costs_its_own_file_alone(
    tmp_path, monkeypatch, caplog, error
):
    put(tmp_path, a_txt=f"{TEXT} A.", b_txt=f"{TEXT} B.", c_txt=f"{TEXT} C.")

    def load_or_fail(folder, path, **options):
        if path.name == "b.txt":
            raise error
        return load_document(folder, path, **options)

    monkeypatch.setattr(corpus, "load_document", load_or_fail)
    with caplog.at_level("DEBUG"):
        report = read_corpus(tmp_path)

    name = error.__name__
    assert [document.path for document in report.documents] == ["a.txt", "c.txt"]
    assert report.refused == (
        Refused(path="b.txt", reason=f"cannot be read ({name}): save it anew, or take it out"),
    )
    assert caplog.records[0].exc_info[0] is error


def test_what_disappears_while_the_corpus_is_read_is_told_and_the_rest_is_read(
    tmp_path, monkeypatch
):
    put(tmp_path, a_txt=f"{TEXT} A.", b_txt=f"{TEXT} B.", c__d_txt=f"{TEXT} D.", e_txt=f"{TEXT} E.")

    def load_while_others_clear_up(folder, path, **options):
        (tmp_path / "b.txt").unlink(missing_ok=True)
        shutil.rmtree(tmp_path / "c", ignore_errors=True)
        return load_document(folder, path, **options)

    monkeypatch.setattr(corpus, "load_document", load_while_others_clear_up)
    report = read_corpus(tmp_path)

    assert [document.path for document in report.documents] == ["a.txt", "e.txt"]
    assert report.refused == tuple(
        Refused(path=path, reason="cannot be read: no such file or directory")
        for path in ("b.txt", "c")
    )


def test_sources_readme_and_hidden_files_are_no_documents(tmp_path):
    put(tmp_path, README_md=TEXT, en__README_md=TEXT)
    (tmp_path / "sources.toml").write_text("", encoding="utf-8")
    (tmp_path / ".gitkeep").write_text("", encoding="utf-8")

    assert [entry.path for entry in read_corpus(tmp_path).entries] == ["en/README.md"]


def test_the_same_text_is_taken_once_with_the_sources_of_both(tmp_path):
    source = "---\nsources: [{{title: {0}, url: 'https://example.org/{0}'}}]\n---\n"
    put(tmp_path, a_md=source.format("a") + TEXT, b_txt=source.format("b") + f"{TEXT}\r\n\r\n")

    report = read_corpus(tmp_path)

    assert [source.title for source in report.documents[0].sources] == ["a", "b"]
    own = (Source(title="b", url="https://example.org/b"),)
    assert report.duplicates == (
        Duplicate(
            path="b.txt", first="a.md", sources=own, url=own[0].url, licence=corpus.OWN_WORDS
        ),
    )


def test_the_address_of_a_file_that_says_the_same_is_a_source_too(tmp_path):
    published = "---\ntitle: {0}\nurl: https://example.org/{0}\n---\n"
    put(
        tmp_path,
        a_md=published.format("a") + TEXT,
        b_md=published.format("b") + TEXT,
        c_md=published.format("a") + TEXT,
    )

    (document,) = read_corpus(tmp_path).documents

    assert document.url == "https://example.org/a"
    assert document.sources == (Source(title="b", url="https://example.org/b"),)


def test_a_file_over_the_limit_is_refused(tmp_path):
    put(tmp_path, a_txt=TEXT)

    assert "larger than 10 bytes" in read_corpus(tmp_path, document_bytes=10).refused[0].reason


def test_links_to_folders_are_not_followed(tmp_path):
    put(tmp_path, en__a_txt=TEXT)
    (tmp_path / "en" / "loop").symlink_to(tmp_path)
    (tmp_path / "out").symlink_to("/etc")

    report = read_corpus(tmp_path)

    assert [entry.path for entry in report.refused] == ["en/loop", "out"]


def test_folders_come_in_the_order_of_their_names_among_files(tmp_path):
    names = ("a/z.txt", "a-b.txt", "a.txt", "b/c/d.txt", "b/c.txt", "B/e.txt", "é.txt")
    for number, name in enumerate(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{TEXT} {number}", encoding="utf-8")

    assert [entry.path for entry in read_corpus(tmp_path).entries] == [
        "B/e.txt",
        "a/z.txt",
        "a-b.txt",
        "a.txt",
        "b/c/d.txt",
        "b/c.txt",
        "é.txt",
    ]


def test_folders_may_lie_deeper_than_functions_may_call(tmp_path):
    made = [tmp_path]
    for _ in range(sys.getrecursionlimit() + 200):
        made.append(made[-1] / "d")
        made[-1].mkdir()
    try:
        put(made[-1], a_txt=TEXT)
        put(tmp_path, z_txt=f"{TEXT} Z.")

        report = read_corpus(tmp_path)

        assert [len(document.path.split("/")) for document in report.documents] == [len(made), 1]
    finally:
        # Whoever clears up after the tests would go down too deep.
        (made[-1] / "a.txt").unlink()
        for folder in reversed(made[1:]):
            folder.rmdir()


def test_a_path_that_is_too_long_for_the_system_is_refused_and_the_others_are_read(tmp_path):
    put(tmp_path, z_txt=TEXT)
    above = os.open(tmp_path, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 250, dir_fd=above)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    os.close(above)

    refused, accepted = read_corpus(tmp_path).entries

    assert refused.reason == "cannot be read: file name too long"
    assert accepted.path == "z.txt"


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "😀.txt", "<img onerror=x>.txt", "é" * 120 + ".txt"]
)
def test_odd_names_are_names(tmp_path, name):
    (tmp_path / name).write_text(TEXT, encoding="utf-8")

    assert read_corpus(tmp_path).documents[0].path == name


def test_a_refused_file_whose_name_is_not_utf_8_is_named_so_that_it_can_be_printed(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("Word", encoding="utf-8")

    (refused,) = read_corpus(tmp_path).refused

    assert refused == Refused(path="caf\\xe9.txt", reason="empty: it holds a single word")


def test_an_empty_folder_gives_an_empty_report(tmp_path):
    assert read_corpus(tmp_path).entries == ()


def test_an_absent_folder_is_an_error(tmp_path):
    with pytest.raises(CorpusError, match="no corpus at"):
        read_corpus(tmp_path / "absent")
