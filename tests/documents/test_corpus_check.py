import argparse
import json

import pytest

from migbot.cli.corpus import add_parser
from migbot.errors import CorpusError

TEXT = "The Network brings together the entities of the United Nations system on migration."
FRONT = "as_of: 2018\nurl: https://example.org/a\nlicence: CC BY 4.0\n"
SOURCED = f"---\n{FRONT}---\n{TEXT}"


@pytest.fixture(autouse=True)
def _embedder_without_a_model(monkeypatch):
    monkeypatch.setenv("MIGBOT_EMBEDDER", "hash")


def check(*arguments):
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    options = parser.parse_args(["corpus", "check", *map(str, arguments)])
    return options.run(options)


def test_says_of_each_file_what_became_of_it(tmp_path, capsys):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")
    (tmp_path / "b.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "c\n.txt").write_text("", encoding="utf-8")
    (tmp_path / "d.txt").write_text(f"{TEXT} More.", encoding="utf-8")

    status = check(tmp_path)

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert lines[0].startswith("accepted   a.md: “The Network brings")
    assert lines[0].endswith(f"en, 2018, 1 passages, {len(TEXT)} characters, 1 sections")
    assert lines[1] == (
        "duplicate  b.md: same text as a.md, taken once; warning: no source; warning: no licence"
    )
    assert lines[2] == "refused    c\\n.txt: empty: it holds no text"
    assert lines[3].endswith("; warning: no source; warning: no date; warning: no licence")
    assert lines[4].startswith("2 accepted with 2 passages, 1 refused, 1 duplicates, 1 without")


def test_json_alone_is_printed_on_request(tmp_path, capsys):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")

    check(tmp_path, "--json")

    found = json.loads(capsys.readouterr().out)
    assert found["files"][0]["status"] == "accepted"
    assert found["counts"]["accepted"] == 1


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (SOURCED, 0),
        (TEXT, 1),
        ("", 1),
        (SOURCED.replace("licence: CC BY 4.0\n", ""), 1),
        (SOURCED.replace("url: https://example.org/a\n", ""), 1),
    ],
)
def test_strict_fails_on_a_refusal_or_a_file_without_source_or_licence(tmp_path, content, status):
    (tmp_path / "a.md").write_text(content, encoding="utf-8")

    assert check(tmp_path, "--strict") == status
    assert check(tmp_path) == 0


@pytest.mark.parametrize(
    ("second", "status"),
    [(SOURCED, 0), (TEXT, 1), (SOURCED.replace("licence: CC BY 4.0\n", ""), 1)],
)
def test_strict_fails_on_a_duplicate_without_source_or_licence(tmp_path, second, status):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")
    (tmp_path / "b.md").write_text(second, encoding="utf-8")

    assert check(tmp_path, "--strict") == status


def test_json_says_of_a_duplicate_what_it_says_of_its_source_and_terms(tmp_path, capsys):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")

    check(tmp_path, "--json")

    assert json.loads(capsys.readouterr().out)["files"][1] == {
        "path": "b.txt",
        "status": "duplicate",
        "duplicate_of": "a.md",
        "url": None,
        "licence": None,
        "warnings": ["no source", "no licence"],
    }


def test_the_summary_counts_hidden_files_and_folders_but_not_those_of_migbot(tmp_path, capsys):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")
    (tmp_path / ".draft.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / ".old").mkdir()
    (tmp_path / ".old" / "b.md").write_text(f"{TEXT} B.", encoding="utf-8")
    (tmp_path / "pulled" / ".unfinished").mkdir(parents=True)

    check(tmp_path)
    told = capsys.readouterr().out
    check(tmp_path, "--json")
    counts = json.loads(capsys.readouterr().out)["counts"]

    assert told.endswith("; 2 hidden files or folders passed over\n")
    assert (counts["accepted"], counts["hidden"]) == (1, 2)


def test_a_text_in_its_writer_s_own_words_needs_no_licence_of_its_own(tmp_path):
    front = "sources: [{title: A report, url: 'https://example.org/r'}]\n"
    (tmp_path / "a.md").write_text(f"---\n{front}---\n{TEXT}", encoding="utf-8")

    assert check(tmp_path, "--strict") == 0


def test_passages_are_left_uncounted_without_an_embedder_and_that_is_said(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("MIGBOT_EMBEDDER", str(tmp_path / "absent"))
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")

    assert check(tmp_path) == 0

    *_, summary, why = capsys.readouterr().out.splitlines()
    assert summary.startswith("1 accepted, 0 refused")
    assert why.startswith("Passages are not counted: ")


def test_a_document_whose_title_leaves_no_room_is_refused_as_the_build_does(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("migbot.index.fakes.HashEmbedder.max_tokens", 40)
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")

    check(tmp_path)

    assert "refused    a.md: its title and headings leave no room" in capsys.readouterr().out


def test_a_wrong_sources_file_is_an_error_after_the_report(tmp_path, capsys):
    (tmp_path / "a.md").write_text(SOURCED, encoding="utf-8")
    (tmp_path / "sources.toml").write_text("[[source]]\n", encoding="utf-8")

    with pytest.raises(CorpusError, match="'number 1': id is missing"):
        check(tmp_path)

    assert "accepted   a.md" in capsys.readouterr().out
