"""A build parses none of the files that the build before has read."""

import pytest
from builds import build, corpus_of, write

from migbot.documents import load, reader
from migbot.errors import MigbotError
from migbot.index.store import open_index

SHEETS = {
    "en/seat.md": "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
    "en/vote.md": "# The vote\n\nThe Compact was adopted in Marrakech by acclamation.\n",
    "fr/vote.md": "# Le vote\n\nLe Pacte a été adopté à Marrakech par acclamation.\n",
}


@pytest.fixture
def corpus(tmp_path):
    return corpus_of(tmp_path / "corpus", SHEETS)


@pytest.fixture
def indexes(tmp_path):
    return tmp_path / "indexes"


@pytest.fixture
def parsed(monkeypatch):
    """Return the files that are parsed from now on, by what stands in them."""
    texts = []
    parse = load.parse_markdown

    def parse_and_note(text):
        texts.append(text)
        return parse(text)

    monkeypatch.setitem(load._PARSERS, ".md", parse_and_note)
    return texts


def rebuilt_from_nothing(corpus, tmp_path):
    return build(corpus, tmp_path / "from-nothing").build_id


def test_only_a_new_file_is_parsed_and_the_build_is_that_of_all_files(
    corpus, indexes, parsed, tmp_path
):
    build(corpus, indexes)
    assert sorted(parsed) == sorted(SHEETS.values())
    parsed.clear()
    added = "# Labour\n\nA new sheet about labour migration and its rules.\n"
    write(corpus / "en/new.md", added)

    report = build(corpus, indexes)

    assert parsed == [added]
    assert report.documents == 4
    assert report.build_id == rebuilt_from_nothing(corpus, tmp_path)


def test_a_changed_file_and_a_file_of_another_name_are_parsed(corpus, indexes, parsed, tmp_path):
    build(corpus, indexes)
    parsed.clear()
    changed = SHEETS["en/seat.md"].replace("headquarters of", "seat of")
    write(corpus / "en/seat.md", changed)
    (corpus / "en/vote.md").rename(corpus / "en/adopted.md")

    report = build(corpus, indexes)

    assert sorted(parsed) == sorted([changed, SHEETS["en/vote.md"]])
    assert report.build_id == rebuilt_from_nothing(corpus, tmp_path)


def test_all_is_parsed_anew_once_what_reads_has_changed(corpus, indexes, parsed, monkeypatch):
    first = build(corpus, indexes)
    parsed.clear()
    monkeypatch.setattr(reader, "reader_version", lambda: "another")

    second = build(corpus, indexes)

    assert sorted(parsed) == sorted(SHEETS.values())
    assert second.build_id == first.build_id


def test_the_version_of_what_reads_is_one_of_code_and_libraries(monkeypatch):
    reader.reader_version.cache_clear()
    before = reader.reader_version()
    reader.reader_version.cache_clear()
    assert reader.reader_version() == before

    monkeypatch.setattr(reader, "version", lambda _name: "99.0")
    reader.reader_version.cache_clear()
    assert reader.reader_version() != before
    reader.reader_version.cache_clear()


def damaged_at(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("damage", "parsed_anew"),
    [
        (lambda content: content.replace(b"Switzerland", b"Swatzerland"), ["en/seat.md"]),
        (lambda content: content[:-1], ["fr/vote.md"]),
        (lambda content: content[: -len(content) // 6], ["fr/vote.md"]),
        (lambda content: damaged_at(content, content.index(b"\n") + 3), ["en/seat.md"]),
        (lambda content: damaged_at(content, content.index(b"\n") + 70), ["en/seat.md"]),
        (lambda content: content.replace(b"documents 1", b"documents 0"), list(SHEETS)),
        (lambda _content: b"", list(SHEETS)),
        (lambda _content: b"\xff\x00\n\n" * 50, list(SHEETS)),
    ],
    ids=["text", "end", "torn", "key", "hash", "format", "empty", "rubbish"],
)
def test_what_is_damaged_is_noticed_and_its_file_parsed_again(
    corpus, indexes, parsed, damage, parsed_anew
):
    first = build(corpus, indexes)
    cache = indexes / ".documents"
    whole = cache.read_bytes()
    cache.write_bytes(damage(whole))
    parsed.clear()

    second = build(corpus, indexes)

    assert sorted(parsed) == sorted(SHEETS[name] for name in parsed_anew)
    assert second.build_id == first.build_id
    assert "Switzerland" in open_index(indexes).documents["en/seat.md"].text
    assert cache.read_bytes() == whole


def test_a_file_that_is_gone_or_refused_leaves_nothing_behind(corpus, indexes):
    write(corpus / "en/word.md", "Word\n")
    build(corpus, indexes)
    assert b"word.md" not in (indexes / ".documents").read_bytes()
    (corpus / "en/seat.md").unlink()

    build(corpus, indexes)

    assert b"Switzerland" not in (indexes / ".documents").read_bytes()


def test_a_file_that_was_refused_is_read_again(corpus, indexes, parsed):
    write(corpus / "en/word.md", "Word\n")
    build(corpus, indexes)
    parsed.clear()

    report = build(corpus, indexes)

    assert parsed == ["Word\n"]
    assert [refused.path for refused in report.refused] == ["en/word.md"]


def test_what_sources_toml_states_of_a_file_decides_how_it_is_read():
    keys = {
        reader.reading_key("a.pdf", "0" * 64, stated)
        for stated in (
            None,
            load.FrontMatter(),
            load.FrontMatter(title="One"),
            load.FrontMatter(title="Two"),
        )
    }

    assert len(keys) == 4


def test_a_build_that_fails_while_reading_leaves_the_cache_as_it_was(
    corpus, indexes, parsed, monkeypatch
):
    build(corpus, indexes)
    before = (indexes / ".documents").read_bytes()
    write(corpus / "en/zz.md", "# Labour\n\nA new sheet about labour migration.\n")

    def fail(_text):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setitem(load._PARSERS, ".md", fail)
        with pytest.raises(MigbotError, match="No space left"):
            build(corpus, indexes)

    assert (indexes / ".documents").read_bytes() == before
    assert not list(indexes.glob(".tmp-*"))
    parsed.clear()
    build(corpus, indexes)
    assert len(parsed) == 1
