import pytest

from migbot.documents.sources import read_sources
from migbot.errors import CorpusError

TERMS = '[terms.un]\nname = "UN"\nsummary = "Free to read."\nredistribute = false\n'
SOURCE = """[[source]]
id = "a-res-73-195"
title = { en = "Global Compact", fr = "Pacte mondial" }
publisher = "United Nations"
url = { en = "https://example.org/en", fr = "https://example.org/fr" }
date = "2018-12-19"
symbol = "A/RES/73/195"
kind = "pdf"
terms = "un"
note = "Adopted."
"""


def read(tmp_path, text):
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return read_sources(path)


def test_reads_a_publication_with_its_terms(tmp_path):
    (publication,) = read(tmp_path, SOURCE + TERMS).publications

    assert publication.source_id == "a-res-73-195"
    assert publication.titles == {"en": "Global Compact", "fr": "Pacte mondial"}
    assert publication.urls["fr"] == "https://example.org/fr"
    assert (publication.kind, publication.date, publication.symbol) == (
        "pdf",
        "2018-12-19",
        "A/RES/73/195",
    )
    assert (publication.terms.name, publication.terms.redistribute) == ("UN", False)


def test_optional_fields_may_be_absent(tmp_path):
    kept = [
        line for line in SOURCE.splitlines() if line.split()[0] not in {"date", "symbol", "note"}
    ]

    (publication,) = read(tmp_path, "\n".join([*kept, TERMS])).publications

    assert (publication.date, publication.symbol, publication.note) == (None, None, None)


def test_reads_the_further_hosts_that_addresses_may_lead_to(tmp_path):
    hosts = 'redirect_hosts = ["files.example.org"]\n'

    assert read(tmp_path, hosts + SOURCE + TERMS).redirect_hosts == {"files.example.org"}
    assert read(tmp_path, SOURCE + TERMS).redirect_hosts == frozenset()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('kind = "pdf"', 'kind = "doc"', "'a-res-73-195': kind is 'doc'"),
        ('kind = "pdf"\n', "", "'a-res-73-195': kind is missing"),
        ('terms = "un"', 'terms = "x"', r"'a-res-73-195': terms 'x' has no table \[terms.x\]"),
        ('"2018-12-19"', '"19/12/2018"', "'a-res-73-195': date is"),
        ('"2018-12-19"', "2018-12-19", "'a-res-73-195': date should be text"),
        ('"https://example.org/fr"', '"ftp://x"', "'a-res-73-195': url.fr should begin"),
        ('fr = "https', 'es = "https', "'a-res-73-195': url.es is of no known language"),
        (', fr = "Pacte mondial"', "", "'a-res-73-195': url.fr has no title"),
        ('"United Nations"', '""', "'a-res-73-195': publisher should be text"),
        ('note = "Adopted."', 'licence = "x"', "'a-res-73-195': unknown field 'licence'"),
        ('id = "a-res-73-195"', 'id = "../up"', "source '../up': id should be"),
        ('id = "a-res-73-195"\n', "", "source 'number 1': id is missing"),
        ("[[source]]", "[source]", "in double brackets"),
        ("[[source]]", "[[sources]]", "unknown table 'sources'"),
        ("[[source]]", "[[source", "not valid TOML"),
        ("[[source]]", 'redirect_hosts = "x.org"\n[[source]]', "should be a list of host names"),
        ("[[source]]", 'redirect_hosts = ["https://x.org"]\n[[source]]', "has 'https://x.org'"),
        ("[[source]]", "redirect_hosts = [1]\n[[source]]", "redirect_hosts has 1"),
        ('summary = "Free to read."\n', "", "terms.un: summary is missing"),
        ("redistribute = false", "redistribute = 0", "terms.un: redistribute should be true or"),
    ],
)
def test_names_the_entry_and_its_fault(tmp_path, old, new, fault):
    assert old in SOURCE + TERMS

    with pytest.raises(CorpusError, match=fault):
        read(tmp_path, (SOURCE + TERMS).replace(old, new))


def test_an_id_is_there_once(tmp_path):
    with pytest.raises(CorpusError, match="'a-res-73-195': the id is there twice"):
        read(tmp_path, SOURCE + SOURCE + TERMS)


def test_says_that_the_file_is_absent(tmp_path):
    with pytest.raises(CorpusError, match="cannot be read"):
        read_sources(tmp_path / "sources.toml")
