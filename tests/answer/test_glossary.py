import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.glossary import load_glossary, read_glossary


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("IOM", "OIM"),
        ("General Assembly", "Assemblée générale"),
        ("Executive Committee", "Comité de direction"),
        (
            "United Nations Network on Migration",
            "Réseau des Nations Unies sur les migrations",
        ),
    ],
)
def test_official_terms_go_both_ways(english, french):
    glossary = load_glossary()

    assert glossary.translate(english, "fr") == french
    assert glossary.translate(french, "en") == english


def test_the_longest_term_wins():
    found = load_glossary().translate("the United Nations Network on Migration", "fr")

    assert found == "the Réseau des Nations Unies sur les migrations"


def test_accents_capitals_apostrophes_and_kinds_of_space_do_not_matter():
    glossary = load_glossary()

    for written in ("assemblee generale", "Assemblée Générale", "assemblée\u00a0générale"):
        assert glossary.translate(written, "en") == "General Assembly"


def test_an_abbreviation_becomes_an_abbreviation():
    glossary = load_glossary()

    assert glossary.translate("UN", "fr") == "ONU"
    assert glossary.translate("United Nations", "fr") == "Nations Unies"


def test_only_whole_words_are_terms():
    assert load_glossary().translate("networking, IOMs, unIOM", "fr") == "networking, IOMs, unIOM"


@pytest.mark.parametrize(
    "text", ["States who signed", "people who will move", "Who is it?", "un accord", "Un accord"]
)
def test_a_common_word_is_no_official_term(text):
    assert load_glossary().translate(text, "fr") == load_glossary().translate(text, "en") == text
    assert load_glossary().found(text) == ()


def test_a_word_without_its_capital_is_not_the_name():
    assert load_glossary().translate("a compact office", "fr") == "a compact office"


def test_an_abbreviation_in_capitals_is_translated_though_a_common_word_is_spelt_alike():
    assert load_glossary().translate("WHO and the UN", "fr") == "OMS and the ONU"


def test_the_words_around_a_term_stay_as_they_are():
    text = "  In 2018 IOM’s\n\noffice — 38% — [1] "

    assert load_glossary().translate(text, "fr") == text.replace("IOM", "OIM")


def test_text_that_is_already_in_the_language_stays_as_it_is():
    text = "L’OIM coordonne le Réseau des Nations Unies sur les migrations."

    assert load_glossary().translate(text, "fr") == text


def test_found_gives_each_term_with_its_other_form():
    assert ("OIM", "IOM") in load_glossary().found("Qui dirige l’OIM ?")
    assert load_glossary().found("xyzzy") == ()


def test_an_empty_glossary_changes_nothing():
    empty = read_glossary("")

    assert empty.translate("IOM", "fr") == "IOM"
    assert empty.found("IOM") == ()


@given(st.text(), st.sampled_from(["fr", "en"]))
def test_translating_twice_changes_nothing_more(text, language):
    once = load_glossary().translate(text, language)

    assert load_glossary().translate(once, language) == once


def shipped_terms():
    text = files("migbot.answer").joinpath("glossary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["term"]


def test_the_preferred_forms_of_the_glossary_are_stable():
    for term in shipped_terms():
        for language in ("fr", "en"):
            preferred = term[language][0]
            assert load_glossary().translate(preferred, language) == preferred


def test_every_term_has_both_languages_and_no_empty_form():
    for term in shipped_terms():
        assert set(term) == {"en", "fr"}
        assert all(form.strip() == form != "" for forms in term.values() for form in forms)


def test_a_thing_goes_by_all_its_names_of_one_language():
    glossary = load_glossary()

    assert "International Organization for Migration" in glossary.other_names("the IOM", "en")
    assert "PNUD" in glossary.other_names("Programme des Nations Unies pour le développement", "fr")
    assert glossary.other_names("people who move", "en") == ()


def test_a_term_has_the_longer_names_that_hold_it_and_a_common_word_has_none():
    glossary = load_glossary()

    assert "United Nations Network on Migration" in glossary.names_of("réseau", "en")
    assert "International Organization for Migration" in glossary.names_of("oim", "en")
    assert glossary.names_of("migrant", "en") == ()


def test_everyday_words_mean_what_the_documents_say():
    ((said, meant),) = load_glossary().meant("who is the boss here?")

    assert said == "boss"
    assert {"Director General", "Directrice générale"} <= set(meant)


def test_every_everyday_word_has_its_forms_in_both_languages():
    text = files("migbot.answer").joinpath("glossary.toml").read_text(encoding="utf-8")
    for word in tomllib.loads(text)["everyday"]:
        assert set(word) == {"said", "en", "fr"}
        assert all(word.values())


@pytest.mark.parametrize(
    "typed", ["chef de l’OIM", "chef de l'oim", "chef de l oim", "chef de loim"]
)
def test_an_everyday_word_is_known_however_its_apostrophe_is_typed(typed):
    meant = load_glossary().meant(f"c qui le {typed}")

    assert any("Directrice générale" in official for _, official in meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c'est quoi loim", "c'est quoi l’oim"),
        ("LONU et lOIT", "L’ONU et l’OIT"),
        ("le chef de loim ?", "le chef de l’oim ?"),
        ("l oim, la loi, lunaire, doit", "l oim, la loi, lunaire, doit"),
        ("what is IOM?", "what is IOM?"),
    ],
)
def test_an_article_that_lost_its_apostrophe_gets_it_back(typed, meant):
    assert load_glossary().with_apostrophes(typed) == meant


def test_a_glossary_without_abbreviations_gives_no_apostrophes():
    assert read_glossary("").with_apostrophes("l oim, loim") == "l oim, loim"
