import io
import os
from pathlib import Path

import pytest
from docx import Document
from pdf_files import make_pdf

from migbot.documents.frontmatter import FrontMatter
from migbot.documents.load import load_document
from migbot.errors import DocumentError
from migbot.types import Section, Source

SEED = Path(__file__).parents[3] / "shared" / "domain" / "declaration-reseau-2018.fr.txt"
FRENCH = (
    "Le Réseau regroupe actuellement les entités du système des Nations Unies sur la migration."
)
ENGLISH = "The Network brings together the entities of the United Nations system on migration."


def load(folder, name, content, **options):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return load_document(folder, path, **{"document_bytes": 1_000_000, **options})


def test_front_matter_says_what_a_document_is(tmp_path):
    front = (
        "---\ntitle: Le Pacte\nlanguage: fr\ntopics: [gcm]\nas_of: 2018-12\npair: gcm\n"
        "sources: [{title: Résolution, url: 'https://example.org/r'}]\n---\n"
    )

    loaded = load(tmp_path, "fr/pacte.md", f"{front}# Le Pacte\n\n{FRENCH}\n\n## Vote\n\nVoté.")

    document = loaded.document
    assert document.document_id == document.path == "fr/pacte.md"
    assert (document.title, document.language, document.date) == ("Le Pacte", "fr", "2018-12")
    assert (document.url, document.source_url) == (None, "https://example.org/r")
    assert document.retells
    assert document.sources == (Source(title="Résolution", url="https://example.org/r"),)
    assert (document.topics, document.translation_key) == (("gcm",), "gcm")
    assert document.text == f"Le Pacte\n{FRENCH}\n\nVote\nVoté."
    assert document.sections == (
        Section(start=0, end=len(f"Le Pacte\n{FRENCH}\n\n"), headings=()),
        Section(start=len(f"Le Pacte\n{FRENCH}\n\n"), end=len(document.text), headings=("Vote",)),
    )
    assert loaded.warnings == ()


def test_headings_carry_the_path_above_them(tmp_path):
    text = f"# T\n\n## A\n\n{FRENCH}\n\n### B\n\n{FRENCH}\n\n## C\n\n### D\n\n{FRENCH}\n\n## End"

    sections = load(tmp_path, "a.md", text).document.sections

    assert [section.headings for section in sections] == [("A",), ("A", "B"), ("C", "D")]


def test_without_front_matter_the_text_says_it(tmp_path):
    loaded = load(tmp_path, "note.txt", ENGLISH)

    assert (loaded.document.title, loaded.document.language) == (ENGLISH, "en")
    assert (loaded.document.date, loaded.document.url) == (None, None)
    assert loaded.warnings == ("no source", "no date")


def test_the_file_name_is_the_last_title_to_take(tmp_path):
    assert load(tmp_path, "le-pacte_2018.txt", FRENCH * 3).document.title == "le pacte 2018"


@pytest.mark.parametrize(("folder", "language"), [("fr", "fr"), ("en", "en")])
def test_the_folder_tells_the_language_of_a_text_too_short_to_tell(tmp_path, folder, language):
    loaded = load(tmp_path, f"{folder}/a.txt", "António Vitorino")

    assert loaded.document.language == language
    assert "its language is unclear" in loaded.warnings[0]


def test_the_folder_never_overrules_the_text(tmp_path):
    assert load(tmp_path, "fr/a.txt", ENGLISH).document.language == "en"


def page(language, text=ENGLISH):
    return f"<html lang='{language}'><body><article><p>{text * 4}</p></article></body></html>"


SPANISH = "La Red reúne a las entidades del sistema de las Naciones Unidas sobre la migración. "


def word_document(language, text):
    document, file = Document(), io.BytesIO()
    document.core_properties.language = language
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.html", page("es-MX", SPANISH)), ("a.docx", word_document("es-MX", SPANISH))],
)
def test_a_document_that_states_a_third_language_is_warned_of(tmp_path, name, content):
    loaded = load(tmp_path, name, content)

    searched = {"fr": "French", "en": "English"}[loaded.document.language]
    assert loaded.warnings[0] == (
        f"states another language, es-MX, which is not handled: it is searched as {searched}"
    )


THIRD = {
    "Spanish": "La Red reúne a las entidades del sistema de las Naciones Unidas sobre migración.",
    "German": "Das Netzwerk vereint die Teile des Systems der Vereinten Nationen und wirkt.",
    "Italian": "La Rete riunisce gli enti del sistema delle Nazioni Unite sulla migrazione.",
    "Portuguese": "A Rede reúne as entidades do sistema das Nações Unidas pela migração.",
}


@pytest.mark.parametrize("language", THIRD)
@pytest.mark.parametrize("front", ["", "---\nlanguage: fr\n---\n"])
def test_a_text_in_a_third_language_is_warned_of_whatever_its_file_states(
    tmp_path, language, front
):
    loaded = load(tmp_path, "a.md", f"{front}{THIRD[language]}")

    searched = {"fr": "French", "en": "English"}[loaded.document.language]
    assert loaded.warnings[0] == (
        f"is in another language, {language}, which is not handled: it is searched as {searched}"
    )


def test_a_text_that_quotes_a_third_language_is_not_in_it(tmp_path):
    loaded = load(tmp_path, "a.txt", f"{FRENCH}\n\n{THIRD['Spanish']}\n\n{FRENCH}\n\n{ENGLISH}")

    assert not any("another language" in warning for warning in loaded.warnings)


@pytest.mark.parametrize("language", ["en", "EN-gb", "fr", "und", "mul", "x-none", ""])
def test_a_statement_of_no_third_language_is_no_reason_to_warn(tmp_path, language):
    for loaded in (
        load(tmp_path, "a.html", page(language)),
        load(tmp_path, "a.docx", word_document(language, ENGLISH)),
    ):
        assert loaded.document.language == "en"
        assert not any("language" in warning for warning in loaded.warnings)


def test_a_text_too_short_to_tell_is_in_the_language_that_its_file_states(tmp_path):
    loaded = load(tmp_path, "en/a.docx", word_document("fr-CH", "António Vitorino"))

    assert loaded.document.language == "fr"
    assert "its language is unclear" in loaded.warnings[0]


def test_what_is_known_from_elsewhere_overrules_what_a_file_states(tmp_path):
    stated = FrontMatter(language="en")

    loaded = load(tmp_path, "a.html", page("es"), stated=stated)

    assert loaded.document.language == "en"
    assert not any("language" in warning for warning in loaded.warnings)


def test_a_good_part_in_the_other_language_is_told_of(tmp_path):
    mostly = f"{FRENCH}\n\n" * 3

    both = load(tmp_path, "both.txt", f"{mostly}{ENGLISH}")
    hardly = load(tmp_path, "hardly.txt", f"{mostly * 3}{ENGLISH}")

    assert both.document.language == hardly.document.language == "fr"
    assert both.warnings[0] == (
        "in two languages: the document is taken as fr, each passage as what it is"
    )
    assert hardly.warnings == ("no source", "no date")


def test_pdf_pages_begin_where_their_text_does(tmp_path):
    document = load(tmp_path, "a.pdf", make_pdf([f"{FRENCH[:60]}."], [], [ENGLISH])).document

    first, second, third = document.page_starts
    assert (first, second) == (0, third)
    assert document.text[third:] == ENGLISH


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1252"])
def test_the_same_words_in_any_encoding_are_the_same_text(tmp_path, encoding):
    assert load(tmp_path, "a.txt", FRENCH.encode(encoding)).document.text == FRENCH


def test_warns_of_a_guessed_encoding_and_of_unknown_fields(tmp_path):
    content = f"---\ntitel: a\n---\n{FRENCH}".encode("windows-1252")

    warnings = load(tmp_path, "a.txt", content).warnings

    assert "means nothing here" in warnings[0]
    assert "read as Windows-1252" in warnings[1]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.md", b" \n\t\n", "empty"),
        ("a.md", b"---\ntitle: T\n---\n", "empty"),
        ("a.txt", b"\x7fELF\x00\x00", "not text"),
        ("a.pdf", b"<html><body>Not a PDF</body></html>", "not of the kind"),
        ("a.txt", b"%PDF-1.4 ...", "not of the kind"),
        ("a.docx", b"text", "not of the kind"),
        ("a.txt", b"PK\x03\x04 ...", "not of the kind"),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1"), "of the old kind"),
        ("a.odt", b"text", "is not read"),
        ("a", b"text", "is not read"),
        ("a.pdf", b"%PDF-1.4 torn", "unreadable PDF"),
        ("a.html", b"<html></html>", "no main text"),
    ],
)
def test_refuses_with_the_reason(tmp_path, name, content, reason):
    with pytest.raises(DocumentError, match=reason):
        load(tmp_path, name, content)


def test_refuses_a_file_over_the_limit(tmp_path):
    assert load(tmp_path, "a.txt", "ab cd", document_bytes=5).document.text == "ab cd"
    with pytest.raises(DocumentError, match="larger than 5 bytes"):
        load(tmp_path, "b.txt", "ab cde", document_bytes=5)


def test_refuses_links_that_lead_out_pipes_and_folders(tmp_path):
    corpus, outside = tmp_path / "corpus", tmp_path / "secret.txt"
    corpus.mkdir()
    outside.write_text(FRENCH, encoding="utf-8")
    (corpus / "link.txt").symlink_to(outside)
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    (corpus / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "folder.txt").mkdir()

    reasons = {}
    for path in corpus.iterdir():
        with pytest.raises(DocumentError) as caught:
            load_document(corpus, path, document_bytes=1000)
        reasons[path.name] = str(caught.value)

    assert "leads out of the corpus" in reasons["link.txt"]
    assert "leads out of the corpus" in reasons["device.txt"]
    assert "cannot be read" in reasons["loop.txt"]
    assert reasons["pipe.txt"] == reasons["folder.txt"] == "not a regular file"


def test_follows_a_link_within_the_corpus(tmp_path):
    (tmp_path / "a.txt").write_text(FRENCH, encoding="utf-8")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")

    assert load_document(tmp_path, tmp_path / "b.txt", document_bytes=1000).document.path == "b.txt"


@pytest.mark.skipif(not SEED.exists(), reason="the shared statement is not here")
def test_a_statement_copied_with_its_site_s_menus_is_useful():
    document = load_document(SEED.parent, SEED, document_bytes=1_000_000).document

    assert document.title.startswith("Déclaration du Réseau des Nations Unies")
    assert (document.language, document.date) == ("fr", None)
    statement = document.sections[-1]
    assert document.text[statement.start :].startswith(document.title)
    menus = document.text[: statement.start]
    assert "Données et recherche" in menus
    assert "salue la validation officielle" not in menus
