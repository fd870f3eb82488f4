import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.documents.sentences import split_sentences


def sentences(text, language="fr"):
    return [text[start:end] for start, end in split_sentences(text, language)]


@pytest.mark.parametrize(
    "text",
    [
        "Il y a 1 117 agents, soit 3.7 % de plus qu’en 2017.",
        "M. Vitorino, Mme. Arbour et L. Arbour y étaient.",
        "Voir l’art. 3, p. ex. au par. 12 et à la p. 5.",
        "« Pourquoi partir ? » demande-t-il.",
        "Les membres sont : le DAES ; l’OIT ; l’OIM ; le HCDH (droits de l’homme).",
        "La résolution A/RES/73/195 date du 19 déc. 2018.",
        "1. Le Réseau regroupe des entités.",
        "(ii) Le Réseau regroupe des entités.",
        "Écrire à info@exemple.org ou voir www.exemple.org.",
    ],
)
def test_never_breaks_within_a_french_sentence(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Department of State and the U.N. Network met Amy E. Pope.",
        "Resolution No. 5 (see art. 12, p. 3) was read by Mr. Vitorino and Dr. Swing.",
        "William Lacy Swing Jr. led the agency, e.g. in Geneva, for 3.5 years.",
        "It met at 5 p.m. on Dec. 19 in New York.",
        "St. Lucia and Prof. J. K. Adams agreed, i.e. nobody objected.",
    ],
)
def test_never_breaks_within_an_english_sentence(text):
    assert sentences(text, "en") == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "« Elle englobe des questions. C’est la mission du Réseau. » Louise Arbour a parlé.",
            [
                "« Elle englobe des questions.",
                "C’est la mission du Réseau. »",
                "Louise Arbour a parlé.",
            ],
        ),
        ("En 2018. 152 États ont voté.", ["En 2018.", "152 États ont voté."]),
        ("Il dit non… Puis oui ! Et après ?", ["Il dit non…", "Puis oui !", "Et après ?"]),
        ("Le Pacte.[3] Il date de 2018.", ["Le Pacte.[3]", "Il date de 2018."]),
        ("L’OIM, l’OIT, etc. Le Réseau décide.", ["L’OIM, l’OIT, etc.", "Le Réseau décide."]),
        ("Fin (déc. 2018). « Bien. »", ["Fin (déc. 2018).", "« Bien. »"]),
    ],
)
def test_breaks_after_each_french_sentence(text, parts):
    assert sentences(text) == parts


def test_breaks_after_an_abbreviation_that_ends_a_sentence():
    text = "It moved to the U.S. The Network stayed. He was King Jr. She was not."

    assert sentences(text, "en") == [
        "It moved to the U.S.",
        "The Network stayed.",
        "He was King Jr.",
        "She was not.",
    ]


def test_headings_and_list_items_are_units_of_their_own():
    text = "Les membres\nIls sont :\n\n- l’OIM ;\n- le HCR\n\nFin"

    assert sentences(text) == ["Les membres", "Ils sont :", "- l’OIM ;", "- le HCR", "Fin"]


def test_a_line_that_goes_on_in_lower_case_is_one_sentence():
    text = "The Network brings together\nentities of the UN system.\nIt meets."

    assert sentences(text, "en") == [
        "The Network brings together\nentities of the UN system.",
        "It meets.",
    ]


@given(st.text(alphabet="aA1M .!?»«\n-;:(é)’…U", max_size=200) | st.text(max_size=200))
def test_every_character_but_spaces_lies_in_one_sentence(text):
    spans = split_sentences(text, "fr")

    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_a_long_line_of_abbreviations_takes_no_quadratic_time():
    assert len(split_sentences("M. " * 100_000, "fr")) == 1
