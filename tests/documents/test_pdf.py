import pytest
from pdf_files import make_pdf
from reportlab.lib.pdfencrypt import StandardEncryption

from migbot.documents.child import Parsers
from migbot.documents.pdf import parse_pdf
from migbot.errors import DocumentError

LINE = "Le Réseau regroupe des entités du système des Nations Unies"


def test_keeps_the_page_of_each_paragraph():
    pdf = make_pdf([f"{LINE}."], [f"{LINE} aussi."], [f"{LINE} enfin."])

    assert [(b.page, b.text) for b in parse_pdf(pdf).blocks] == [
        (1, f"{LINE}."),
        (2, f"{LINE} aussi."),
        (3, f"{LINE} enfin."),
    ]


def test_joins_wrapped_lines_and_hyphenated_words():
    pdf = make_pdf(
        [f"{LINE} pour la coopé-", "ration internationale en matière de migration et plus."]
    )

    assert [block.text for block in parse_pdf(pdf).blocks] == [
        f"{LINE} pour la coopération internationale en matière de migration et plus."
    ]


def test_a_paragraph_that_runs_over_the_page_goes_on():
    first, second = parse_pdf(make_pdf([LINE], ["qui travaillent sur les migrations."])).blocks

    assert (first.page, second.page, second.continues) == (1, 2, True)


def test_drops_running_heads_and_page_numbers():
    pages = [
        ["United Nations A/RES/73/195", f"{LINE} {name}.", f"{n}/3"]
        for n, name in enumerate("abc", 1)
    ]

    assert [block.text for block in parse_pdf(make_pdf(*pages)).blocks] == [
        f"{LINE} a.",
        f"{LINE} b.",
        f"{LINE} c.",
    ]


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Le Pacte mondial", "Le Pacte mondial"),
        ("Microsoft Word - N1845199.docx", None),
        ("N1", None),
    ],
)
def test_takes_a_title_from_metadata_only_if_it_is_one(stated, title):
    assert parse_pdf(make_pdf([f"{LINE}."], title=stated)).title == title


def test_the_day_of_creation_counts_only_where_the_page_names_its_year():
    pdf = make_pdf([f"{LINE}."])

    assert parse_pdf(pdf).date is None


def test_reads_a_pdf_that_opens_with_an_empty_password():
    encryption = StandardEncryption("", ownerPassword="owner")

    assert LINE in parse_pdf(make_pdf([f"{LINE}."], encrypt=encryption)).blocks[0].text


def refusal(pdf):
    with Parsers() as parsers, pytest.raises(DocumentError) as caught:
        parsers.parse("pdf", pdf)
    return str(caught.value)


def test_refuses_encrypted_pdf():
    encryption = StandardEncryption("secret", ownerPassword="owner")

    assert "encrypted" in refusal(make_pdf([LINE], encrypt=encryption))


def test_refuses_a_pdf_of_blank_pages():
    assert "needs OCR" in refusal(make_pdf([], []))


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6])
def test_refuses_a_torn_pdf(kept):
    pdf = make_pdf([f"{LINE}."])

    said = refusal(b"%PDF-1.4\n" + pdf[9 : 9 + int(kept * len(pdf))])

    assert "unreadable PDF" in said or "no text" in said
