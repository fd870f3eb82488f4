import pytest

from migbot.documents.decode import decode
from migbot.errors import DocumentError

FRENCH = "Déclaration du Réseau : « une coopération où l’œuvre compte » à Genève"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
def test_reads_french_in_every_known_encoding(encoding):
    assert decode(FRENCH.encode(encoding)).text == FRENCH


def test_names_the_encoding_it_guessed():
    assert decode("é".encode("windows-1252") + b"tat").encoding == "windows-1252"


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
