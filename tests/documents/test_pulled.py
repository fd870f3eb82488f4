import argparse
import json

from pdf_files import make_pdf
from pull_sources import make_source, write_sources

from migbot.cli.corpus import add_parser
from migbot.documents.corpus import Refused, read_corpus
from migbot.types import Source

TEXT = "Le Pacte est un cadre pour la migration, et les pays le suivent tous les quatre ans."
URL = "https://docs.example.org/fr/A/RES/73/195"


def put_pulled(corpus, name="fr/a-res-73-195.pdf"):
    path = corpus / "pulled" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(make_pdf([TEXT], title="Microsoft Word - draft of 2017"))


def resolution(**more):
    return make_source(
        "a-res-73-195", fr=URL, more='date = "2018-12-19"\nsymbol = "A/RES/73/195"', **more
    )


def test_a_pulled_file_is_what_the_list_says_it_is(tmp_path):
    write_sources(tmp_path, resolution())
    put_pulled(tmp_path)

    (entry,) = read_corpus(tmp_path).entries

    document = entry.document
    assert (document.path, document.title) == ("pulled/fr/a-res-73-195.pdf", "The title (fr)")
    assert (document.language, document.date, document.url) == ("fr", "2018-12-19", URL)
    assert document.sources == (Source(title="United Nations, A/RES/73/195", url=URL),)
    assert (entry.publication.publisher, entry.publication.terms.name, entry.warnings) == (
        "United Nations",
        "UN documents",
        (),
    )


def test_the_check_shows_publisher_and_terms(tmp_path, capsys):
    write_sources(tmp_path, resolution())
    put_pulled(tmp_path)
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    for arguments in (("--json",), ()):
        options = parser.parse_args(["corpus", "check", str(tmp_path), *arguments])
        assert options.run(options) == 0

    printed, _, lines = capsys.readouterr().out.partition("\n}\n")
    row = json.loads(printed + "}")["files"][0]
    assert (row["publisher"], row["licence"]) == ("United Nations", "UN documents")
    assert "; terms: UN documents" in lines


def test_a_pulled_file_that_is_no_longer_listed_is_left_out(tmp_path):
    write_sources(tmp_path, resolution())
    put_pulled(tmp_path, "fr/another.pdf")
    put_pulled(tmp_path, "fr/a-res-73-195.html")

    assert [entry.reason.partition(":")[0] for entry in read_corpus(tmp_path).entries] == [
        "not in sources.toml",
        "not in sources.toml",
    ]


def test_a_faulty_list_leaves_out_what_was_pulled_and_nothing_else(tmp_path):
    write_sources(tmp_path, resolution(kind="doc"))
    put_pulled(tmp_path)
    (tmp_path / "sheet.txt").write_text(TEXT, encoding="utf-8")

    pulled, sheet = read_corpus(tmp_path).entries

    assert isinstance(pulled, Refused)
    assert "sources.toml: source 'a-res-73-195': kind is 'doc'" in pulled.reason
    assert sheet.document.text == TEXT
