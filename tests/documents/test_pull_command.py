import argparse
import json
import re
import subprocess
import sys

import pytest
from pdf_files import make_pdf
from pull_server import body, redirect, status, versioned
from pull_sources import make_source, write_sources

from migbot.cli import corpus as corpus_command
from migbot.cli import corpus_pull, main
from migbot.errors import BusyError, CorpusError, UsageError
from migbot.index.store import open_index

PDF = make_pdf(["The Network brings together the entities of the United Nations system."])
MIGBOT = "from migbot.cli import main; raise SystemExit(main())"
INDEX_HINT = "Run `migbot index build` to take them into the index."


def pull(corpus, site, *arguments):
    parser = argparse.ArgumentParser()
    corpus_command.add_parser(parser.add_subparsers())
    options = parser.parse_args(["corpus", "pull", "--corpus", str(corpus), *arguments])
    return corpus_pull.run(options, network=site.network())


def test_says_what_is_new_and_what_to_do_then(corpus, site, capsys):
    write_sources(corpus, make_source("report", en=site.on("/report", versioned(PDF))))

    assert pull(corpus, site) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"[1/1] new        pulled/en/report.pdf: {len(PDF):,} bytes",
        "1 new, 0 changed, 0 unchanged, 0 vanished, 0 refused, 0 failed, 0 moved.",
        INDEX_HINT,
    ]

    assert pull(corpus, site) == 0
    assert "1 unchanged" in capsys.readouterr().out


def test_what_was_pulled_is_indexed_with_what_the_list_says(corpus, site, tmp_path, monkeypatch):
    monkeypatch.setenv("MIGBOT_EMBEDDER", "hash")
    monkeypatch.setenv("MIGBOT_INDEX", str(tmp_path / "indexes"))
    url = site.on("/report", body(PDF))
    write_sources(corpus, make_source("report", en=url, more='date = "2018-12-19"'))
    pull(corpus, site)

    assert main(["index", "build", "--corpus", str(corpus)]) == 0

    passages = open_index(tmp_path / "indexes").passages
    assert {
        (passage.title, passage.url, passage.date, passage.language) for passage in passages
    } == {("The title (en)", url, "2018-12-19", "en")}


def test_one_fault_gives_status_1_and_the_others_are_pulled(corpus, site, capsys):
    site.on("/there", body(PDF))
    write_sources(
        corpus,
        make_source("gone", en=site.on("/gone", status(404))),
        make_source("moved", en=site.on("/moved", redirect("/there", 301))),
    )

    assert pull(corpus, site) == 1

    gone, moved, counts, hint = capsys.readouterr().out.splitlines()
    assert gone.startswith("[1/2] vanished   pulled/en/gone.pdf: nothing is at http://docs.test")
    assert moved.endswith(f"; moved for good: put {site.url('/there')} into sources.toml")
    assert counts == "1 new, 0 changed, 0 unchanged, 1 vanished, 0 refused, 0 failed, 1 moved."
    assert hint == INDEX_HINT


def test_json_alone_is_printed_on_request(corpus, site, capsys):
    write_sources(corpus, make_source("report", en=site.on("/report", status(403))))

    assert pull(corpus, site, "--json") == 1

    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["files"][0]["state"] == "refused"
    assert found["files"][0]["path"] == "pulled/en/report.pdf"
    assert found["counts"]["refused"] == 1
    assert printed.err.startswith("[1/1] refused")


def test_only_what_is_named_is_pulled(corpus, site):
    write_sources(
        corpus,
        make_source("a", en=site.on("/a", body(PDF)), fr=site.on("/a-fr", body(PDF))),
        make_source("b", en=site.on("/b", body(PDF))),
    )

    assert pull(corpus, site, "--only", "a") == 0

    assert len(list(corpus.glob("pulled/*/*.pdf"))) == 2
    assert not site.asked("/b")
    with pytest.raises(UsageError, match="no publication is called 'c'"):
        pull(corpus, site, "--only", "a", "c")


def test_a_faulty_or_absent_list_stops_before_anything_is_asked(corpus, site):
    with pytest.raises(CorpusError, match="cannot be read"):
        pull(corpus, site)

    write_sources(corpus, make_source("report", en=site.url("/report"), kind="doc"))
    with pytest.raises(CorpusError, match="kind is 'doc'"):
        pull(corpus, site)
    assert site.requests == []


def test_what_a_server_says_cannot_command_the_terminal(corpus, site, capsys):
    write_sources(
        corpus, make_source("report", en=site.on("/report", body(b"x", "a/b\x9b31m\x85")))
    )

    pull(corpus, site)

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", capsys.readouterr().out)


def test_two_pulls_at_once_are_one_too_many(corpus, site):
    write_sources(corpus, make_source("report", en=site.on("/report", body(PDF))))
    (corpus / "pulled").mkdir()
    holder = (
        "import sys; from pathlib import Path\n"
        "from migbot.documents.pull_ledger import only_puller\n"
        "with only_puller(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(corpus)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"process {other.pid} since"):
            pull(corpus, site)
        other.stdin.close()

    assert pull(corpus, site) == 0


def test_the_command_itself_reaches_no_address_of_this_machine(corpus, site):
    write_sources(corpus, make_source("report", en=site.url("/report", host="127.0.0.1")))

    done = subprocess.run(
        [sys.executable, "-c", MIGBOT, "corpus", "pull", "--corpus", str(corpus)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "127.0.0.1 leads to the address 127.0.0.1, which is not public" in done.stdout
    assert site.requests == []
