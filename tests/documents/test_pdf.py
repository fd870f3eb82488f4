import io

import pytest
from pdf_files import make_pdf
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)
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


@pytest.mark.parametrize("algorithm", ["AES-128", "AES-256"])
def test_reads_a_pdf_of_strong_encryption_that_opens_with_an_empty_password(algorithm):
    writer, file = PdfWriter(clone_from=io.BytesIO(make_pdf([f"{LINE}."]))), io.BytesIO()
    writer.encrypt("", "owner", algorithm=algorithm)
    writer.write(file)

    with Parsers() as parsers:
        assert parsers.parse("pdf", file.getvalue()).blocks[0].text == f"{LINE}."


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


def rewritten(pdf, change):
    """Return a PDF after `change` of its catalog."""
    writer, file = PdfWriter(clone_from=io.BytesIO(pdf)), io.BytesIO()
    change(writer.root_object)
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("blank", "warning"),
    [
        ({2}, "page 2 holds no text; if scanned, run recognition (OCR) first"),
        ({*range(2, 42)}, "pages 2–41 hold no text; if scanned, run recognition (OCR) first"),
        ({3, 4, 9}, "pages 3–4, 9 hold no text; if scanned, run recognition (OCR) first"),
    ],
)
def test_pages_without_text_are_told_of(blank, warning):
    pages = [[] if number in blank else [f"{LINE} {'x' * number}."] for number in range(1, 43)]

    assert parse_pdf(make_pdf(*pages)).warnings == (warning,)


def test_of_very_many_pages_without_text_some_are_named_and_all_are_counted():
    pages = [[] if number % 2 else [f"{'x' * number} {LINE}."] for number in range(1, 61)]

    (warning,) = parse_pdf(make_pdf(*pages)).warnings

    assert warning.startswith("pages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, and others, 30 in all,")


def without_a_page(root):
    root["/Pages"]["/Kids"][1] = NullObject()


def with_a_higher_count(root):
    root["/Pages"][NameObject("/Count")] = NumberObject(5)


@pytest.mark.parametrize(
    ("damage", "counted", "there"), [(without_a_page, 3, 2), (with_a_higher_count, 5, 3)]
)
def test_a_pdf_that_lacks_pages_is_refused_as_later_ones_would_be_misnumbered(
    damage, counted, there
):
    pages = [[f"{LINE} {number}."] for number in range(3)]

    assert refusal(rewritten(make_pdf(*pages), damage)).startswith(
        f"unreadable PDF: it says that it has {counted} pages, and {there} are there"
    )


def test_its_language_is_the_one_that_its_catalog_states():
    pdf = make_pdf([f"{LINE}."])

    def state(root):
        root[NameObject("/Lang")] = TextStringObject("fr-CH")

    assert parse_pdf(pdf).language is None
    assert parse_pdf(rewritten(pdf, state)).language == "fr-CH"


@pytest.mark.parametrize(
    ("parted", "read"),
    [
        (["a follow-", "up to"], "a follow-up to"),
        (["celui-", "ci regroupe"], "celui-ci regroupe"),
        (["là-bas, a-t-", "il dit"], "là-bas, a-t-il dit"),
        (["vis-à-", "vis des États"], "vis-à-vis des États"),
        (["c’est-à-", "dire des États"], "c’est-à-dire des États"),
        (["la sous-", "traitance du"], "la sous-traitance du"),
        (["le non-", "refoulement des"], "le non-refoulement des"),
        (["un e-", "mail des"], "un e-mail des"),
        (["short- and long-", "term plans"], "short- and longterm plans"),
        (["the long-", "term of long-term plans"], "the long-term of long-term plans"),
        (["co-", "operation, or co-operation"], "co-operation, or co-operation"),
        (["short-", "and long-term"], "short- and long-term"),
        (["la coopé-", "ration des États"], "la coopération des États"),
        (["co-", "operation of States"], "cooperation of States"),
        (["voi-", "là les États"], "voilà les États"),
        (["outils, les out-", "ils des États"], "outils, les outils des États"),
        (["la coopé\u2010", "ration des"], "la coopération des"),
        (["la coopé\xad", "ration des"], "la coopération des"),
    ],
)
def test_a_hyphen_at_a_line_s_end_stays_where_it_is_the_word_s_own(parted, read):
    before, after = (
        "Le Réseau regroupe des entités du système, et",
        "le système regroupe tout le reste.",
    )
    texts = (f"{before} {parted[0]}", f"{parted[1]} {after}")
    lines = [
        Line(pieces=(Piece(text=text, x=50.0),), y=700.0 - 14 * number, size=12.0)
        for number, text in enumerate(texts)
    ]
    over_pages = [[line] for line in lines]

    (joined,) = _blocks(lay_out_pages([lines]))
    turned = " ".join(block.text for block in _blocks(lay_out_pages(over_pages)))

    assert joined.text == f"{before} {read} {after}"
    if "\xad" not in parted[0]:
        assert turned == joined.text


def test_ligatures_of_a_font_are_spelt_out():
    def encode(root):
        differences = [NumberObject(123), NameObject("/fi"), NumberObject(125), NameObject("/ffi")]
        (font,) = root["/Pages"]["/Kids"][0]["/Resources"]["/Font"].values()
        font.get_object()[NameObject("/Encoding")] = DictionaryObject(
            {NameObject("/Differences"): ArrayObject(differences)}
        )

    pdf = rewritten(make_pdf(["The {rst o}ce of the Network is in Geneva."]), encode)

    assert PdfReader(io.BytesIO(pdf)).pages[0].extract_text().startswith("The ﬁrst oﬃce")
    assert parse_pdf(pdf).blocks[0].text == "The first office of the Network is in Geneva."


def test_ligatures_are_spelt_out_and_soft_hyphens_join():
    text = "The ﬁrst oﬃce"
    lines = (Line(pieces=(Piece(text=text, x=50.0),), y=700.0, size=12.0),)
    parted = (
        Line(pieces=(Piece(text=f"{LINE} pour la migra\xad", x=50.0),), y=700.0, size=12.0),
        Line(pieces=(Piece(text="tion.", x=50.0),), y=686.0, size=12.0),
    )

    found = [_blocks(lay_out_pages([page]))[0].text for page in (lines, parted)]

    assert found == ["The first office", f"{LINE} pour la migration."]
