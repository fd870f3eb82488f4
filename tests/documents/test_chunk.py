import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_files import make_pdf

from migbot.documents.blocks import Block, lay_out
from migbot.documents.chunk import chunk_document
from migbot.documents.html import parse_html
from migbot.documents.markdown import parse_markdown
from migbot.documents.pdf import parse_pdf
from migbot.documents.plain import parse_plain
from migbot.errors import DocumentError
from migbot.types import Document

SENTENCE = "Le Réseau regroupe trente-huit entités du système. "


def count_words(text):
    return len(text.split())


def document_of(blocks, title="Titre"):
    layout = lay_out(blocks, title=title)
    return Document(
        document_id="fr/a.md",
        path="fr/a.md",
        title=title,
        language="fr",
        date="2018-12",
        url="https://example.org/a",
        sources=(),
        topics=(),
        translation_key="a",
        text=layout.text,
        sections=layout.sections,
        page_starts=layout.page_starts,
        sha256="",
    )


def chunk(document, max_tokens=20, count_tokens=count_words):
    return chunk_document(document, count_tokens=count_tokens, max_tokens=max_tokens)


def texts(markdown, max_tokens=20):
    return [p.text for p in chunk(document_of(parse_markdown(markdown).blocks), max_tokens)]


def check_promises(document, passages, max_tokens, count_tokens=count_words):
    """Every promise of `chunk_document` that can be stated for any document."""
    covered = [False] * len(document.text)
    for passage in passages:
        section = document.sections[passage.section]
        assert passage.text == document.text[passage.start : passage.end]
        assert section.start <= passage.start < passage.end <= section.end
        assert passage.headings == section.headings
        assert passage.text == passage.text.strip()
        assert count_tokens(passage.text) <= max_tokens or len(passage.text) == 1
        assert not any(covered[passage.start : passage.end])
        covered[passage.start : passage.end] = [True] * (passage.end - passage.start)
    missed = [c for c, is_covered in zip(document.text, covered, strict=True) if not is_covered]
    assert not "".join(missed).strip()
    assert len({p.passage_id for p in passages}) == len(passages)


def test_a_short_document_is_one_passage_with_all_that_is_known_of_it():
    document = document_of([Block(text="Titre", kind="heading"), Block(text=SENTENCE)])

    (passage,) = chunk(document)

    assert passage.text == document.text == f"Titre\n{SENTENCE.strip()}"
    assert (passage.path, passage.title, passage.language) == ("fr/a.md", "Titre", "fr")
    assert (passage.date, passage.url) == ("2018-12", "https://example.org/a")
    assert (passage.translation_key, passage.page, passage.section) == ("a", None, 0)


def test_no_passage_crosses_a_heading():
    assert texts("Un.\n\n## A\n\nDeux.\n\n## B\n\nTrois.") == ["Un.", "A\nDeux.", "B\nTrois."]


def test_whole_paragraphs_are_kept_together_where_they_fit():
    paragraph = "un deux trois quatre cinq six sept huit."

    assert texts("\n\n".join([paragraph] * 3)) == [f"{paragraph}\n\n{paragraph}", paragraph]


def test_a_paragraph_that_fits_alone_is_not_split_to_fill_a_passage():
    first, second = "Un deux trois quatre cinq six.", "Sept huit neuf. " * 6

    assert texts(f"{first}\n\n{second}") == [first, second.strip()]


def test_a_long_paragraph_is_cut_between_sentences():
    paragraph = SENTENCE * 4

    assert texts(paragraph, max_tokens=16) == [(SENTENCE * 2).strip()] * 2


def test_a_line_that_ends_in_a_colon_keeps_the_list_it_opens():
    items = [f"- entité numéro {number}" for number in range(6)]

    first, *_ = texts("Les membres sont :\n\n" + "\n".join(items))

    assert first.startswith("Les membres sont :\n\n- entité numéro 0")


def test_a_sentence_that_is_too_long_is_cut_at_a_clause():
    sentence = "Un deux trois quatre cinq six, sept huit neuf dix onze douze."

    assert texts(sentence, max_tokens=8) == [
        "Un deux trois quatre cinq six,",
        "sept huit neuf dix onze douze.",
    ]


def test_a_heading_is_never_alone_even_before_a_sentence_that_is_too_long():
    words = " ".join(f"mot{number}" for number in range(30))

    passages = texts(f"## Un titre, de cinq mots\n\n{words}.", max_tokens=9)

    assert passages[0] == "Un titre, de cinq mots\nmot0 mot1 mot2 mot3"


def test_headings_without_text_of_their_own_join_the_next_section():
    assert texts("## A\n\n## B\n\nTexte.\n\n## C") == ["A\nB\nTexte.\n\nC"]


def test_a_passage_names_the_page_it_begins_on():
    document = document_of(
        [
            Block(text="Une phrase commence", page=1),
            Block(text="et finit ici. Une autre.", page=2, continues=True),
            Block(text="La dernière.", page=4),
        ]
    )

    assert [(p.page, p.text) for p in chunk(document)] == [
        (1, "Une phrase commence et finit ici."),
        (2, "Une autre."),
        (4, "La dernière."),
    ]


def test_the_identity_of_a_passage_does_not_change():
    document = document_of([Block(text="Une phrase.")])

    assert chunk(document)[0].passage_id == "9cb4164d54be7ab1"


def test_tokens_are_counted_a_few_times_a_sentence_and_never_over_the_whole():
    document = document_of([Block(text=SENTENCE * 2_000)])
    counted = []

    def count(text):
        counted.append(len(text))
        return count_words(text)

    chunk(document, count_tokens=count)

    assert len(counted) < 4 * 2_000
    assert max(counted) < 1_000


def test_one_endless_word_is_cut_in_time():
    document = document_of([Block(text="a" * 50_000)])

    passages = chunk(document, 20, len)

    check_promises(document, passages, 20, len)


words = st.text(alphabet="aé1AM’-.", min_size=1, max_size=9)
lines = st.lists(
    words | st.sampled_from(["fin.", "« oui »", "M.", "a, b ;", "- c"]), max_size=30
).map(" ".join)
block_lists = st.lists(
    st.builds(
        Block,
        text=st.lists(lines, min_size=1, max_size=4).map("\n".join),
        kind=st.sampled_from(["heading", "body", "body", "menu"]),
        level=st.integers(1, 4),
        page=st.none(),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(block_lists, st.integers(2, 40))
def test_promises_hold_for_any_blocks(blocks, max_tokens):
    document = document_of(blocks)

    check_promises(document, chunk(document, max_tokens), max_tokens)


@settings(deadline=None)
@given(block_lists, st.integers(1, 30))
def test_promises_hold_when_every_character_is_a_token(blocks, max_tokens):
    document = document_of(blocks)

    check_promises(document, chunk(document, max_tokens, len), max_tokens, len)


@settings(deadline=None)
@given(st.lists(st.tuples(lines, st.booleans()), max_size=10), st.integers(2, 40))
def test_promises_hold_for_pages(pages, max_tokens):
    blocks = [
        Block(text=text, page=number, continues=continues)
        for number, (text, continues) in enumerate(pages, start=1)
    ]
    document = document_of(blocks)

    passages = chunk(document, max_tokens)

    check_promises(document, passages, max_tokens)
    starts = document.page_starts
    assert all(starts[p.page - 1] <= p.start for p in passages if p.page)
    assert all(p.start < starts[p.page] for p in passages if p.page and p.page < len(starts))


@settings(deadline=None)
@given(st.lists(lines, max_size=20).map("\n".join) | st.text(max_size=300), st.integers(4, 40))
def test_promises_hold_for_plain_text_and_markdown(text, max_tokens):
    for parse in (parse_plain, parse_markdown):
        document = document_of(parse(text).blocks)

        check_promises(document, chunk(document, max_tokens), max_tokens)


@given(st.lists(lines, min_size=1, max_size=8), st.integers(4, 40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_promises_hold_for_web_pages(paragraphs, max_tokens):
    body = "".join(f"<h2>{SENTENCE}</h2><p>{text}</p>" for text in paragraphs)
    try:
        page = parse_html(f"<html><body><article>{body}</article></body></html>".encode())
    except DocumentError:
        return
    document = document_of(page.blocks)

    check_promises(document, chunk(document, max_tokens), max_tokens)


def test_promises_hold_for_a_pdf():
    pdf = make_pdf(*[[SENTENCE] * 12 + [f"{number}. Titre"] for number in range(4)])
    document = document_of(parse_pdf(pdf).blocks)

    check_promises(document, chunk(document), 20)
    assert {p.page for p in chunk(document)} == {1, 2, 3, 4}


FRENCH = (
    "Le Réseau regroupe les entités du système des Nations Unies qui agissent sur les migrations."
)
ENGLISH = (
    "The Network brings together the entities of the United Nations system that work on migration."
)


@pytest.mark.parametrize("texts", [(FRENCH, FRENCH, ENGLISH, ENGLISH), (FRENCH, ENGLISH) * 2])
def test_a_passage_holds_one_language_and_names_it(texts):
    document = document_of([Block(text=text) for text in texts])

    passages = chunk(document, 1_000)

    found = [(passage.language, passage.text) for passage in passages]
    assert all(
        (FRENCH in text, ENGLISH in text) == (language == "fr", language == "en")
        for language, text in found
    )
    assert {language for language, _ in found} == {"fr", "en"}


def test_a_passage_too_short_to_tell_has_the_language_of_its_document():
    document = document_of([Block(text="António Vitorino, 2018")])

    assert [passage.language for passage in chunk(document, 100)] == [document.language]
