import io

import pytest
from pdf_files import make_pdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from migbot.documents.child import Parsers
from migbot.documents.pdf import _blocks, parse_pdf
from migbot.documents.pdf_extract import Line, Piece
from migbot.documents.pdf_layout import lay_out_pages
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


def placed(*lines, size=11):
    """Return a page of `(x, y, text)`, each drawn by itself."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("Times-Roman", size)
    for x, y, text in lines:
        canvas.drawString(x, y, text)
    canvas.save()
    return buffer.getvalue()


def test_columns_are_read_one_after_the_other_between_lines_that_cross_them():
    left = [f"The left column has its line {number} of prose here" for number in range(8)]
    right = [f"and the right column has line {number} of its own" for number in range(8)]
    across = (
        "This sentence runs across both columns of the page, from the left edge to the right one."
    )
    rows = [
        (x, 700 - 14 * number, text)
        for number, pair in enumerate(zip(left, right, strict=True))
        for x, text in zip((50, 310), pair, strict=True)
    ]

    blocks = parse_pdf(placed((50, 760, across), *rows, (50, 500, across))).blocks

    text = "\n".join(block.text for block in blocks).replace("\n", " ")
    assert text.index(left[7]) < text.index(right[0])
    assert text.startswith(across)
    assert text.endswith(across)


def test_a_table_is_a_row_a_line():
    cells = [("Name", "Seat", "Year"), ("IOM", "Geneva", "1951"), ("UNHCR", "Geneva", "1950")]
    drawn = [
        (x, 600 - 20 * row, text)
        for row, texts in enumerate(cells)
        for x, text in zip((60, 200, 330), texts, strict=True)
    ]

    page = placed((50, 700, f"{LINE} :"), *drawn, (50, 500, f"{LINE}."))

    assert [block.text for block in parse_pdf(page).blocks] == [
        f"{LINE} :",
        "Name | Seat | Year\nIOM | Geneva | 1951\nUNHCR | Geneva | 1950",
        f"{LINE}.",
    ]


def test_a_cell_that_wraps_is_one_cell():
    drawn = [
        (60, 600, "Name"),
        (200, 600, "What it does"),
        (60, 570, "IOM"),
        (200, 570, "It serves migrants,"),
        (200, 557, "wherever they are"),
        (60, 530, "UNHCR"),
        (200, 530, "It protects refugees"),
    ]

    assert parse_pdf(placed(*drawn)).blocks[0].text == (
        "Name | What it does\n"
        "IOM | It serves migrants, wherever they are\n"
        "UNHCR | It protects refugees"
    )


def test_the_marks_of_a_list_make_no_table():
    drawn = [
        place
        for number in range(4)
        for place in ((50, 600 - 15 * number, "•"), (80, 600 - 15 * number, f"{LINE}."))
    ]

    assert " | " not in "\n".join(block.text for block in parse_pdf(placed(*drawn)).blocks)


def test_a_wide_gap_ends_a_paragraph():
    rest = "mandat porte sur les migrations et sur les personnes."
    drawn = [(50, y, text) for y, text in ((700, f"{LINE} dont le"), (686, rest))]
    drawn += [(50, y - 50, text) for _, y, text in drawn]

    assert [block.text for block in parse_pdf(placed(*drawn)).blocks] == [
        f"{LINE} dont le {rest}",
        f"{LINE} dont le {rest}",
    ]


def test_heads_of_several_lines_and_of_left_and_right_pages_go():
    pages = [
        ["United Nations", f"{number}/6", f"{LINE} {name}.", ("Left", "Right")[number % 2], "Foot"]
        for number, name in enumerate("abcdef", 1)
    ]

    assert [block.text for block in parse_pdf(make_pdf(*pages)).blocks] == [
        f"{LINE} {name}." for name in "abcdef"
    ]


def test_a_word_parted_at_the_end_of_a_page_is_whole_on_that_page():
    first, second = parse_pdf(
        make_pdf([f"{LINE} pour la coopé-"], ["ration internationale sur les migrations."])
    ).blocks

    assert first.text.endswith("pour la coopération")
    assert (second.text, second.page) == ("internationale sur les migrations.", 2)


def test_ligatures_are_spelt_out_and_soft_hyphens_join():
    text = "The ﬁrst oﬃce"
    lines = (Line(pieces=(Piece(text=text, x=50.0),), y=700.0, size=12.0),)
    parted = (
        Line(pieces=(Piece(text=f"{LINE} pour la migra\xad", x=50.0),), y=700.0, size=12.0),
        Line(pieces=(Piece(text="tion.", x=50.0),), y=686.0, size=12.0),
    )

    found = [_blocks(lay_out_pages([page]))[0].text for page in (lines, parted)]

    assert found == ["The first office", f"{LINE} pour la migration."]
