import argparse
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from migbot import __version__
from migbot.cli import index as index_command
from migbot.cli import search as search_command
from migbot.errors import IndexIntegrityError, IndexMissingError, MigbotError, UsageError
from migbot.index.manifest import FORMAT
from migbot.index.store import open_index

SHEETS = {
    "en/vote.md": "---\ntitle: The vote\nlanguage: en\npair: vote\nas_of: '2018-12-19'\n"
    "url: https://press.un.org/\n---\n# The vote\n\nThe Compact was adopted by 152 votes to 5.\n",
    "fr/vote.md": "---\ntitle: Le vote\nlanguage: fr\npair: vote\nas_of: '2018-12-19'\n---\n"
    "# Le vote\n\nLe Pacte a été adopté par 152 voix contre 5.\n",
    "en/seat.md": "# Headquarters\n\nThe headquarters of IOM are in Geneva, in Switzerland.\n",
}
PASSAGE_FIELDS = [
    "rank",
    "score",
    "passage_id",
    "document_id",
    "path",
    "title",
    "url",
    "language",
    "date",
    "page",
    "start",
    "end",
    "text",
]


def run(*arguments):
    """Run one command as `migbot` does, and return its exit status."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    index_command.add_parser(commands)
    search_command.add_parser(commands)
    options = parser.parse_args([str(argument) for argument in arguments])
    return options.run(options)


@pytest.fixture(autouse=True)
def _without_model(monkeypatch):
    monkeypatch.setenv("MIGBOT_EMBEDDER", "hash")


@pytest.fixture
def folders(tmp_path):
    for name, content in SHEETS.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "corpus", tmp_path / "indexes"


@pytest.fixture
def indexes(folders, capsys):
    corpus, indexes = folders
    run("index", "build", "--corpus", corpus, "--index", indexes)
    capsys.readouterr()
    return indexes


def printed(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_build_prints_json_alone_and_names_refused_files_on_standard_error(folders, capsys):
    corpus, indexes = folders
    (corpus / "en/empty.md").write_text("", encoding="utf-8")

    assert run("index", "build", "--corpus", corpus, "--index", indexes, "--json") == 0

    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert (report["documents"], report["published"]) == (3, True)
    assert [refused["path"] for refused in report["refused"]] == ["en/empty.md"]
    assert "en/empty.md is left out" in captured.err


def test_build_tells_its_stages_and_how_long_it_took(folders, capsys):
    corpus, indexes = folders

    assert run("index", "build", "--corpus", corpus, "--index", indexes) == 0

    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "reading documents",
        "cutting passages",
        "embedding passages",
        "indexing passages",
    ]
    assert re.search(r"3 documents, 3 passages .*; \d+\.\d s\.$", captured.out)


def test_info_says_what_the_index_holds(indexes, capsys):
    assert run("index", "info", "--index", indexes, "--json") == 0

    (info,) = printed(capsys)
    assert info["counts"]["documents_by_language"] == {"en": 2, "fr": 1}
    assert (info["embedder"]["name"], info["dimension"]) == ("hash", 256)
    assert info["fault"] is None


def test_a_person_reads_what_the_index_holds_of_what_and_when_it_was_built(indexes, capsys):
    build_id = (indexes / "CURRENT").read_text(encoding="utf-8").strip()
    files = [path for path in (indexes / build_id).iterdir() if path.name != "manifest.json"]
    megabytes = sum(path.stat().st_size for path in files) / 1e6

    assert run("index", "info", "--index", indexes) == 0

    lines = capsys.readouterr().out.splitlines()
    created = open_index(indexes).manifest.created
    assert lines[0] == f"Index {build_id} at {indexes}"
    assert datetime.now(UTC) - datetime.fromisoformat(created) < timedelta(minutes=10)
    assert lines[1:] == [
        f"built     {created} by migbot {__version__}, format {FORMAT}",
        "embedder  hash, 256 dimensions",
        "documents 3 (2 en, 1 fr)",
        "passages  3 (2 en, 1 fr)",
        f"size      {megabytes:.1f} MB",
    ]


def test_info_lists_documents_and_the_builds_that_are_kept(folders, indexes, capsys):
    first = (indexes / "CURRENT").read_text(encoding="utf-8").strip()
    (folders[0] / "en/more.md").write_text("# More\n\nOne more sheet.\n", encoding="utf-8")
    run("index", "build", "--corpus", folders[0], "--index", indexes)
    capsys.readouterr()

    run("index", "info", "--index", indexes, "--json")
    run("index", "info", "--index", indexes, "--documents")

    lines = capsys.readouterr().out.splitlines()
    info = json.loads(lines[0])
    assert [kept["build_id"] for kept in info["kept"]] == [first]
    assert info["documents"][-1] == {
        "path": "fr/vote.md",
        "title": "Le vote",
        "language": "fr",
        "date": "2018-12-19",
        "passages": 1,
    }
    assert any(line.startswith(f"kept      {first} of 20") for line in lines)
    assert lines[-1] == "fr/vote.md: Le vote (fr, 2018-12-19, 1 passage)"
    assert "en/more.md: More (en, 1 passage)" in lines


def test_rollback_puts_the_build_before_in_force_and_a_build_the_newer_one_again(
    folders, indexes, capsys
):
    first = (indexes / "CURRENT").read_text(encoding="utf-8").strip()
    (folders[0] / "en/more.md").write_text("# More\n\nOne more sheet.\n", encoding="utf-8")
    run("index", "build", "--corpus", folders[0], "--index", indexes)
    second = (indexes / "CURRENT").read_text(encoding="utf-8").strip()
    capsys.readouterr()

    assert run("index", "rollback", "--index", indexes) == 0

    assert f"Index {first} of 20" in capsys.readouterr().out
    assert (indexes / "CURRENT").read_text(encoding="utf-8").strip() == first
    run("index", "build", "--corpus", folders[0], "--index", indexes)
    assert "(0 embedded now" in capsys.readouterr().out
    assert (indexes / "CURRENT").read_text(encoding="utf-8").strip() == second


def test_rollback_says_where_there_is_nothing_to_go_back_to(indexes, tmp_path):
    with pytest.raises(IndexIntegrityError, match="no other build"):
        run("index", "rollback", "--index", indexes)
    with pytest.raises(IndexMissingError):
        run("index", "rollback", "--index", tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_check_succeeds_on_a_whole_index_and_fails_on_a_damaged_one(indexes, capsys):
    assert run("index", "check", "--index", indexes, "--json") == 0
    (report,) = printed(capsys)
    assert (report["ok"], report["problems"]) == (True, [])

    path = indexes / report["build_id"] / "passages.jsonl"
    path.write_bytes(path.read_bytes().replace(b"152", b"153"))

    assert run("index", "check", "--index", indexes, "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["ok"] is False
    assert "passages.jsonl" in captured.err


def test_search_prints_the_contract(indexes, capsys):
    question = "By how many votes was the Compact adopted?"

    assert run("search", question, "--index", indexes, "--top-k", 2, "--json") == 0

    (result,) = printed(capsys)
    assert list(result) == ["id", "question", "language", "seconds", "passages"]
    assert (result["id"], result["question"], result["language"]) == ("q1", question, "en")
    assert result["seconds"] >= 0
    assert [list(passage) for passage in result["passages"]] == [PASSAGE_FIELDS] * 2
    first = result["passages"][0]
    assert (first["rank"], first["path"], first["date"]) == (1, "en/vote.md", "2018-12-19")
    assert first["url"] == "https://press.un.org/"
    assert first["end"] - first["start"] == len(first["text"])


def test_search_shows_the_passage_of_the_language_asked_in(indexes, capsys):
    run("search", "Par combien de voix le Pacte a-t-il été adopté ?", "--index", indexes, "--json")

    (result,) = printed(capsys)
    assert result["language"] == "fr"
    paths = [passage["path"] for passage in result["passages"]]
    assert paths[0] == "fr/vote.md"
    assert "en/vote.md" not in paths


def test_search_answers_a_file_line_by_line_in_order(indexes, tmp_path, capsys):
    file = tmp_path / "questions.jsonl"
    lines = [
        '{"id": "a", "question": "Where are the headquarters?"}',
        "not json",
        '{"id": "b", "question": ""}',
        '{"id": "c", "question": "Où ?", "passages": [{"id": "p9", "text": "À  Genève."}]}',
    ]
    file.write_text("\n".join(lines), encoding="utf-8")

    assert run("search", "--questions", file, "--index", indexes, "--json") == 0

    results = printed(capsys)
    assert [result["id"] for result in results] == ["a", None, "b", "c"]
    assert ["error" in result for result in results] == [False, True, True, False]
    (given,) = results[3]["passages"]
    assert (given["passage_id"], given["path"], given["text"]) == ("p9", "", "À  Genève.")


def test_questions_that_bring_passages_need_no_index(tmp_path, capsys):
    file = tmp_path / "questions.jsonl"
    file.write_text(
        '{"id": "a", "question": "Où ?", "passages": [{"id": "p", "text": "À Genève."}]}',
        encoding="utf-8",
    )

    assert run("search", "--questions", file, "--index", tmp_path / "absent", "--json") == 0

    assert len(printed(capsys)) == 1


def test_a_file_without_a_good_line_is_wrong_input(tmp_path, capsys):
    file = tmp_path / "questions.jsonl"
    file.write_text("no\n", encoding="utf-8")

    assert run("search", "--questions", file, "--json") == 2

    assert list(printed(capsys)[0]) == ["id", "error"]


def test_a_person_reads_title_place_and_text(indexes, capsys):
    run("search", "headquarters", "--index", indexes, "--top-k", "1")

    out = capsys.readouterr().out
    assert "1. Headquarters" in out
    assert "en/seat.md" in out
    assert "Geneva" in out


def test_errors_carry_their_exit_status(tmp_path):
    with pytest.raises(IndexMissingError) as missing:
        run("search", "Who?", "--index", tmp_path)
    with pytest.raises(UsageError) as wrong:
        run("search", "Who?", "--top-k", "0")

    assert (missing.value.exit_status, wrong.value.exit_status) == (3, 2)


def test_another_embedder_is_refused(indexes, monkeypatch):
    folder = indexes / (indexes / "CURRENT").read_text(encoding="utf-8").strip()
    manifest = json.loads((folder / "manifest.json").read_bytes())

    assert manifest["embedder"]["name"] == "hash"
    monkeypatch.setenv("MIGBOT_EMBEDDER", "no-such-model")
    with pytest.raises(MigbotError, match="no-such-model"):
        run("search", "Who?", "--index", indexes)
