import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.typography import as_printed, quoted


@pytest.mark.parametrize("written", ["Le Pacte", "Le Pacte.", " Le Pacte . ", "Le Pacte.."])
def test_a_sentence_ends_in_one_full_stop(written):
    assert as_printed(written, "fr") == "Le Pacte."


@pytest.mark.parametrize("language", ["fr", "en"])
def test_apostrophes_are_curved(language):
    assert as_printed("l'OIM and IOM's", language) == "l’OIM and IOM’s."


@pytest.mark.parametrize("written", ["Le Pacte : un texte", "Le Pacte: un texte"])
def test_french_colons_stand_off_with_a_no_break_space(written):
    assert as_printed(written, "fr") == "Le Pacte\u00a0: un texte."


@pytest.mark.parametrize("written", ["l’OIM ; l’ONU", "l’OIM; l’ONU", "l’OIM\u00a0; l’ONU"])
def test_french_semicolons_stand_off_with_a_narrow_no_break_space(written):
    assert as_printed(written, "fr") == "l’OIM\u202f; l’ONU."


@pytest.mark.parametrize("written", ["dit « oui » ici", "dit «oui» ici"])
def test_guillemets_hold_no_break_spaces(written):
    assert as_printed(written, "fr") == "dit «\u00a0oui\u00a0» ici."


def test_french_thousands_and_percentages_cannot_break():
    assert as_printed("180 000 personnes, soit 3,6 %", "fr") == (
        "180\u202f000 personnes, soit 3,6\u00a0%."
    )
    assert as_printed("11 000 000", "fr") == "11\u202f000\u202f000."
    assert as_printed("soit 3,6%", "fr") == "soit 3,6\u00a0%."


def test_english_has_none_of_these_spaces():
    written = "IOM: 180,000 people; 3.6% of “them”"

    assert as_printed(written, "en") == f"{written}."


@pytest.mark.parametrize(
    "text",
    [
        "La résolution A/RES/73/195 de la 73e session",
        "à 10:30",
        "voir https://www.iom.int/fr",
        "en 2018 152 États",
    ],
)
def test_symbols_ordinals_times_addresses_and_years_stay_as_they_are(text):
    assert as_printed(text, "fr") == f"{text}."


@given(st.text(alphabet=st.sampled_from("aB1 9,.;:!?«»%'’\u00a0\u202f")))
def test_printing_changes_spaces_apostrophes_and_the_end_alone(text):
    def bare(value):
        return "".join(value.replace("'", "’").split()).rstrip(".")

    assert bare(as_printed(text, "fr")) == bare(text)


@given(st.text(), st.sampled_from(["fr", "en"]))
def test_printing_twice_changes_nothing_more(text, language):
    once = as_printed(text, language)

    assert as_printed(once, language) == once


def test_a_quote_stands_between_the_marks_of_its_reader_in_one_sentence():
    assert quoted("Un\nmot.", "fr") == "«\u00a0Un mot\u00a0»."
    assert quoted("One\nword.", "en") == "“One word”."
    assert quoted("Who?", "en") == "“Who?”."
