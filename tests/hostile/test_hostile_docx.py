import io
import struct
import zipfile

import pytest
from hostile_files import WORDS, docx_of, part_of, with_part

from migbot.documents.child import Parsers
from migbot.errors import DocumentError

BODY = "word/document.xml"
GOOD = docx_of(WORDS)
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
DECLARED = f'<!DOCTYPE w [<!ENTITY a0 "ha">{LAUGHS}]>'


@pytest.fixture(scope="module")
def parsers():
    with Parsers() as opened:
        yield opened


def refusal(parsers, docx):
    with pytest.raises(DocumentError) as caught:
        parsers.parse("docx", docx)
    return str(caught.value)


def with_declaration(declaration, words, encoding="utf-8"):
    body = part_of(GOOD, BODY).decode("utf-8").replace(WORDS, words)
    _, _, rest = body.partition("?>")
    text = f"<?xml version='1.0' encoding='{encoding}'?>{declaration}{rest}"
    return with_part(GOOD, BODY, text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        (DECLARED, "&a11;"),
        ('<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        ('<!DOCTYPE w SYSTEM "http://127.0.0.1:9/a.dtd">', WORDS),
    ],
)
def test_a_document_that_defines_entities_is_refused(parsers, declaration, words, encoding):
    assert "defines entities" in refusal(parsers, with_declaration(declaration, words, encoding))
    assert parsers.parse("docx", GOOD).blocks[0].text == WORDS


def test_a_document_that_unpacks_without_measure_is_refused(parsers):
    bomb = with_part(GOOD, "word/media/image1.png", b"\0" * 200_000_000)

    assert "unpacks to more than" in refusal(parsers, bomb)


def test_a_document_of_thousands_of_parts_is_refused(parsers):
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(5_000):
            archive.writestr(f"word/media/{number}.png", b"")

    assert "unpacks to more than" in refusal(parsers, out.getvalue())


def test_a_part_that_is_larger_than_it_says_is_refused(parsers):
    bomb = bytearray(with_part(GOOD, BODY, part_of(GOOD, BODY) + b" " * 50_000_000))
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 1_000)

    assert refusal(parsers, bytes(bomb)).startswith("unreadable DOCX")


@pytest.mark.parametrize(
    "docx",
    [
        b"PK\x03\x04" + bytes(range(256)) * 10,
        GOOD[: len(GOOD) // 2],
        with_part(GOOD, BODY, b"<w:document"),
        with_part(GOOD, BODY, b"<a/>"),
        with_part(GOOD, "[Content_Types].xml", b"<a/>"),
        with_part(GOOD, "_rels/.rels", b""),
    ],
)
def test_junk_is_refused(parsers, docx):
    assert refusal(parsers, docx).startswith("unreadable DOCX")


def test_deep_nesting_is_refused_or_read_and_never_more(parsers):
    body = part_of(GOOD, BODY).decode("utf-8")
    deep = body.replace("<w:t>", "<w:smartTag>" * 200_000 + "<w:t>", 1)

    assert refusal(parsers, with_part(GOOD, BODY, deep)).startswith("unreadable DOCX")


def test_styles_that_rest_on_each_other_in_a_circle_are_followed_once(parsers):
    styles = part_of(GOOD, "word/styles.xml").decode("utf-8")
    circle = styles.replace(
        'w:styleId="Normal">', 'w:styleId="Normal"><w:basedOn w:val="Normal"/>', 1
    )
    assert circle != styles

    parsed = parsers.parse("docx", with_part(GOOD, "word/styles.xml", circle))

    assert parsed.blocks[0].text == WORDS


def test_nothing_outside_the_document_is_opened(parsers):
    rels = part_of(GOOD, "word/_rels/document.xml.rels").decode("utf-8")
    outside = (
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/attachedTemplate" Target="http://127.0.0.1:9/a.dotm" TargetMode="External"/>'
    )
    docx = with_part(
        GOOD,
        "word/_rels/document.xml.rels",
        rels.replace("</Relationships>", f"{outside}</Relationships>"),
    )

    assert parsers.parse("docx", docx).blocks[0].text == WORDS
