import io
from datetime import datetime

import pytest
from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Pt, RGBColor

from migbot.documents.docx import parse_docx
from migbot.documents.load import load_document
from migbot.errors import DocumentError

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SENTENCE = "Le Réseau regroupe les entités du système des Nations Unies."


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def texts(document):
    return [block.text for block in parse_docx(saved(document)).blocks if block.text]


def test_headings_keep_their_level_and_paragraphs_their_order():
    document = Document()
    document.add_heading("Le Réseau", 0)
    document.add_heading("Mandat", 1)
    document.add_paragraph(SENTENCE)
    document.add_heading("Secrétariat", 2)

    blocks = parse_docx(saved(document)).blocks

    assert [(block.kind, block.level, block.text) for block in blocks] == [
        ("heading", 1, "Le Réseau"),
        ("heading", 1, "Mandat"),
        ("body", 1, SENTENCE),
        ("heading", 2, "Secrétariat"),
    ]


def test_lists_keep_their_marks_and_numbers():
    document = Document()
    for style in ("List Bullet", "List Bullet", "List Number", "List Number"):
        document.add_paragraph("entry", style=style)
    document.add_paragraph(SENTENCE)

    assert texts(document) == ["- entry\n- entry\n1. entry\n2. entry", SENTENCE]


def numbered(document, kind, *, start=1, shape="%1.", depth=0, list_id=90):
    """Add a kind of list; return what adds an item to it."""
    level = (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{shape}"/></w:lvl>'
    )
    for inside in (
        f'<w:abstractNum {W} w:abstractNumId="{list_id}">{level}</w:abstractNum>',
        f'<w:num {W} w:numId="{list_id}"><w:abstractNumId w:val="{list_id}"/></w:num>',
    ):
        document.part.numbering_part.element.append(parse_xml(inside))

    def add(text):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(
                f'<w:numPr {W}><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
            )
        )

    return add


@pytest.mark.parametrize(
    ("kind", "options", "marks"),
    [
        ("decimal", {"start": 4}, ("4.", "5.")),
        ("lowerLetter", {"shape": "(%1)"}, ("(a)", "(b)")),
        ("upperLetter", {"start": 26, "shape": "%1)"}, ("Z)", "AA)")),
        ("lowerRoman", {"start": 3}, ("iii.", "iv.")),
        ("upperRoman", {"start": 1999}, ("MCMXCIX.", "MM.")),
        ("decimal", {"shape": "Article %1"}, ("1.", "2.")),
        ("decimal", {"start": 0}, ("0.", "1.")),
        ("hebrew1", {}, ("-", "-")),
        ("lowerLetter", {"start": 5_000}, ("-", "-")),
        ("upperRoman", {"start": 5_000}, ("-", "-")),
        ("bullet", {"shape": "•"}, ("-", "-")),
    ],
)
def test_a_list_keeps_its_letters_its_numerals_and_its_start(kind, options, marks):
    document = Document()
    add = numbered(document, kind, **options)
    add("entry")
    add("entry")

    assert texts(document) == ["\n".join(f"{mark} entry" for mark in marks)]


def test_a_list_may_begin_where_another_of_its_kind_ended():
    document = Document()
    add = numbered(document, "decimal")
    (number,) = document.part.numbering_part.element.xpath("w:num[@w:numId='90']")
    number.append(
        parse_xml(f'<w:lvlOverride {W} w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>')
    )
    add("entry")

    assert texts(document) == ["7. entry"]


def with_notes(document, kind, **notes):
    """Put footnotes or endnotes into a document, by the ids that refer to them."""
    inside = "".join(
        f'<w:{kind} w:id="{name[1:]}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        for name, text in notes.items()
    )
    part = Part(
        PackURI(f"/word/{kind}s.xml"),
        f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml",
        f"<w:{kind}s {W}>{inside}</w:{kind}s>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, f"{RELATIONS}/{kind}s")


def refer(paragraph, kind, number):
    paragraph._p.append(parse_xml(f'<w:r {W}><w:{kind}Reference w:id="{number}"/></w:r>'))


def test_notes_follow_what_refers_to_them_and_what_nothing_refers_to_is_not_read():
    document = Document()
    refer(document.add_paragraph(SENTENCE), "footnote", 2)
    for word in ("one", "two"):
        refer(document.add_paragraph(word, style="List Bullet"), "endnote", int(word == "two"))
    document.add_paragraph(SENTENCE)
    with_notes(document, "footnote", n0="separator", n2="See the Compact.")
    with_notes(document, "endnote", n0="Note on one.", n1="Note on two.")

    assert texts(document) == [
        SENTENCE,
        "See the Compact.",
        "- one\n- two",
        "Note on one.",
        "Note on two.",
        SENTENCE,
    ]
    assert parse_docx(saved(document)).warnings == ()


def test_headers_footers_and_text_boxes_are_left_out_and_told_of():
    document = Document()
    document.sections[0].header.paragraphs[0].text = "United Nations"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    box = "<w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>"
    twice = (
        f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    document.add_paragraph(SENTENCE)._p.append(parse_xml(twice))

    parsed = parse_docx(saved(document))

    assert texts(document) == [SENTENCE]
    assert parsed.warnings == (
        "not read: 18 characters of headers and footers",
        "not read: 6 characters of text boxes",
    )


def test_a_table_is_a_row_a_line_and_a_wide_cell_stands_once():
    document = Document()
    table = document.add_table(2, 3)
    for row, words in zip(table.rows, (("Year", "", "Votes"), ("2018", "for", "152")), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(0, 0).merge(table.cell(0, 1))

    assert texts(document) == ["Year | Votes\n2018 | for | 152"]


def test_words_in_links_controls_and_accepted_changes_are_read_and_deleted_ones_are_not():
    document = Document()
    paragraph = document.add_paragraph("Seen. ")
    for inside in (
        "<w:hyperlink><w:r><w:t>Linked. </w:t></w:r></w:hyperlink>",
        "<w:ins><w:r><w:t>Added. </w:t></w:r></w:ins>",
        "<w:del><w:r><w:delText>Gone. </w:delText></w:r></w:del>",
        "<w:r><w:instrText>FIELD</w:instrText></w:r>",
    ):
        paragraph._p.append(parse_xml(inside.replace(">", f" {W}>", 1)))
    control = (
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>Held.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    paragraph._p.addnext(parse_xml(control))

    assert texts(document) == ["Seen. Linked. Added. ", "Held."]


def test_hidden_text_is_left_out_and_white_and_tiny_text_kept_and_all_is_told_of():
    document = Document()
    paragraph = document.add_paragraph("Seen. ")
    paragraph.add_run("hidden").font.hidden = True
    paragraph.add_run("tiny").font.size = Pt(1)
    paragraph.add_run("white").font.color.rgb = RGBColor(255, 255, 255)

    parsed = parse_docx(saved(document))

    assert parsed.blocks[0].text == "Seen. tinywhite"
    assert [warning.split(" ")[2] for warning in parsed.warnings] == ["6", "5", "4"]


def test_text_that_a_style_hides_is_left_out_too():
    document = Document()
    style = document.styles.add_style("Secret", 1)
    style.font.hidden = True
    document.add_paragraph("Seen by all.")
    document.add_paragraph("hidden", style="Secret")

    assert texts(document) == ["Seen by all."]


def test_white_text_on_a_dark_cell_is_usual():
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.paragraphs[0].add_run("Head").font.color.rgb = RGBColor(255, 255, 255)
    cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {W} w:val="clear" w:fill="003366"/>'))

    parsed = parse_docx(saved(document))

    assert parsed.blocks[0].text == "Head"
    assert parsed.warnings == ()


def test_title_and_language_are_those_of_its_properties():
    document = Document()
    document.core_properties.title = "Le Pacte mondial"
    document.core_properties.language = "fr-CH"
    document.add_paragraph(SENTENCE)

    parsed = parse_docx(saved(document))

    assert (parsed.title, parsed.language) == ("Le Pacte mondial", "fr-CH")


def test_what_word_is_set_to_is_not_what_the_document_says():
    document = Document()
    (setting,) = document.styles.element.xpath(".//w:rPrDefault//w:lang")
    document.add_paragraph(SENTENCE)
    english = parse_docx(saved(document)).language

    setting.set(f"{setting.tag.partition('}')[0]}}}val", "es-ES")

    assert (english, parse_docx(saved(document)).language) == ("en-US", None)


@pytest.mark.parametrize(
    ("words", "date"), [("Genève, mai 2024", "2024-05-31"), ("Genève", None), ("2023", None)]
)
def test_its_date_counts_only_where_the_text_names_the_year(words, date):
    document = Document()
    document.core_properties.modified = datetime(2024, 5, 31)  # noqa: DTZ001 - the format has none
    document.core_properties.created = datetime(2013, 12, 23)  # noqa: DTZ001 - likewise
    document.add_paragraph(words)

    assert parse_docx(saved(document)).date == date


def test_a_document_of_images_alone_is_refused():
    with pytest.raises(DocumentError, match="needs OCR"):
        parse_docx(saved(Document()))


def test_a_word_document_in_a_corpus_is_a_document(tmp_path):
    document = Document()
    document.add_heading("Mandat", 1)
    document.add_paragraph(SENTENCE)
    (tmp_path / "a.docx").write_bytes(saved(document))

    loaded = load_document(tmp_path, tmp_path / "a.docx", document_bytes=10**6).document

    assert (loaded.title, loaded.language) == ("Mandat", "fr")
    assert loaded.text == f"Mandat\n{SENTENCE}"
