import time

from migbot.documents.plain import parse_plain

PROSE = "Le Réseau regroupe des entités du système des Nations Unies qui s’unissent."


def kinds(text):
    return [(block.kind, block.text) for block in parse_plain(text).blocks]


def test_a_short_line_before_prose_is_its_heading():
    assert kinds(f"Le Réseau\n\n{PROSE}\n\nSes membres\n\n{PROSE}") == [
        ("heading", "Le Réseau"),
        ("body", PROSE),
        ("heading", "Ses membres"),
        ("body", PROSE),
    ]


def test_the_title_is_the_first_heading_of_a_plain_document():
    assert parse_plain(f"Le Réseau\n{PROSE}\nSes membres\n{PROSE}").title == "Le Réseau"


def test_lines_under_a_title_do_not_take_its_place():
    assert parse_plain(f"Le Réseau\nGenève, 2018\n{PROSE}").title == "Le Réseau"


def test_a_menu_is_apart_from_the_prose_around_it():
    menu = "Structure\n- Directrice générale\n- Bureau\nAgir"

    assert kinds(f"{PROSE}\n{menu}\nDéclaration\n{PROSE}") == [
        ("body", PROSE),
        ("menu", menu),
        ("heading", "Déclaration"),
        ("body", PROSE),
    ]


def test_the_title_heads_the_most_prose_where_menus_come_first():
    text = f"Qui sommes-nous\n{PROSE}\nMenu\n- un\n- deux\nAgir\nDéclaration\n{PROSE}\n{PROSE}"

    assert parse_plain(text).title == "Déclaration"


def test_a_list_that_a_sentence_introduces_is_no_menu():
    text = "Les membres du Comité de direction sont :\n- OIM\n- OIT\n- HCR\n- PNUD"

    assert [kind for kind, _ in kinds(text)] == ["body", "body"]


def test_wrapped_lines_are_joined_and_paragraphs_kept():
    text = (
        "The Network brings together the entities of the system\n"
        "that work on migration, so that they support States\n"
        "well.\n"
        "A second paragraph follows here, whose first line is\n"
        "as wide as the first one of the paragraph above it.\n"
    )

    assert [body for _, body in kinds(text)] == [
        (
            "The Network brings together the entities of the system that work on migration, "
            "so that they support States well."
        ),
        (
            "A second paragraph follows here, whose first line is as wide as the first one of the "
            "paragraph above it."
        ),
    ]


def test_a_long_text_without_any_blank_line_takes_no_longer_than_others():
    line = "the Network brings together the entities of the United Nations system that work on"
    begun = time.perf_counter()

    (paragraph,) = kinds(f"{line}\n" * 100_000)

    assert paragraph == ("body", " ".join([line] * 100_000))
    assert time.perf_counter() - begun < 8


def test_lines_without_a_word_are_dropped():
    assert kinds(f"-\n{PROSE}\n***\n") == [("body", PROSE)]


def test_text_without_prose_has_no_title():
    assert parse_plain("a\nb\nc\nd").title is None
