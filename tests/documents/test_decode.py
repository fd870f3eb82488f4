import pytest

from migbot.documents.decode import decode
from migbot.errors import DocumentError

FRENCH = "Déclaration du Réseau : « une coopération où l’œuvre compte » à Genève"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
def test_reads_french_in_every_known_encoding(encoding):
    assert decode(FRENCH.encode(encoding)).text == FRENCH


def test_names_the_encoding_it_guessed():
    assert decode("é".encode("windows-1252") + b"tat").encoding == "windows-1252"


@pytest.mark.parametrize("text", ["le cœur de l’œuvre", "Œuvre", "un vœu à Genève", "SŒUR"])
def test_reads_latin_9_where_a_fraction_would_stand_in_a_word(text):
    text = text.replace("’", "'")

    found = decode(text.encode("iso-8859-15"))

    assert found.text == text
    assert found.warnings == ("read as Latin-9 (ISO 8859-15); save it as UTF-8 to be sure",)


@pytest.mark.parametrize("text", ["1½kg de thé", "½ – à l’œuvre"])
def test_a_fraction_by_itself_is_a_fraction(text):
    assert decode(text.encode("windows-1252")).text == text


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [
        ("iso-8859-15", "iso-8859-15"),
        ("windows-1250", "windows-1250"),
        ("latin-1", "windows-1252"),
        ("utf-16", "utf-8"),
        ("iso-8859-15", "utf-8"),
    ],
)
def test_a_stated_encoding_is_believed_where_the_bytes_are_not_utf_8(stated, encoding):
    text = "L'été des États" if encoding == "windows-1250" else "Où sont les États, l'œuvre"

    found = decode(text.encode(encoding), stated=stated)

    assert found.text == text
    assert found.warnings == ()


@pytest.mark.parametrize("stated", ["iso-8859-99", "unicode_escape", "rot13", ""])
def test_a_stated_encoding_that_is_not_known_is_passed_over(stated):
    assert decode("été".encode("windows-1252"), stated=stated).encoding == "windows-1252"


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x00\x00",
        b"PK\x03\x04\x14\x00\x06\x00",
        bytes(range(256)),
        b"\xff\xfe\x00\xd8",
        b"\x01\x02\x03\x04 abc",
        "Пакт о миграции".encode("koi8-r"),
        "移住グローバル・コンパクト".encode("shift-jis"),
        b"-- ** 12 --",
    ],
)
def test_refuses_what_is_not_text_it_knows(data):
    with pytest.raises(DocumentError, match="not text"):
        decode(data)
