import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.index.terms import fold, passage_terms, question_terms


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("emigre", "émigré"),
        ("adoptee", "adoptée"),
        ("adoptée", "adopté"),
        ("regulieres", "régulières"),
        ("régulier", "régulières"),
        ("ETATS", "États"),
        ("reseaux", "réseau"),
        ("oeuvre", "œuvre"),
    ],
)
def test_a_french_word_meets_its_forms_with_and_without_accents(asked, written):
    assert set(question_terms(asked)) & set(passage_terms(written, "fr"))


def test_an_english_word_meets_its_other_forms():
    assert set(question_terms("adopting")) & set(passage_terms("adopted", "en"))


def test_composed_and_decomposed_accents_are_the_same():
    text = "Les émigrés protégés"

    decomposed = passage_terms(unicodedata.normalize("NFD", text), "fr")

    assert decomposed == passage_terms(text, "fr")


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_elided_articles_are_split_off(apostrophe):
    assert passage_terms(f"l{apostrophe}OIM", "fr") == ["oim"]
    assert passage_terms(f"qu{apostrophe}aujourd{apostrophe}hui", "fr") == []


@pytest.mark.parametrize("word", ["OIM", "A/RES/73/195", "Vitorino", "152", "UNHCR"])
def test_names_numbers_and_abbreviations_match_across_languages(word):
    asked = set(question_terms(word))

    assert asked & set(passage_terms(word, "fr"))
    assert asked & set(passage_terms(word, "en"))


def test_stop_words_are_dropped_but_not_the_abbreviation_that_looks_like_one():
    assert question_terms("Who is the what of all this?") == []
    assert passage_terms("la WHO et les autres", "fr")[0] == "who"


@given(st.text())
def test_any_text_gives_folded_terms(text):
    assert all(term and term == fold(term) for term in question_terms(text))
