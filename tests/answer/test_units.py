from answer_parts import passage
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.units import unit_spans


def units(text, language="en"):
    return [text[start:end] for start, end in unit_spans(passage(text, language=language))]


def test_each_sentence_is_a_unit():
    assert units("IOM is in Geneva. It has members. Who leads it?") == [
        "IOM is in Geneva.",
        "It has members.",
        "Who leads it?",
    ]


def test_a_list_stays_whole_with_the_line_that_introduces_it():
    text = "The members are:\n- DESA\n- ILO\n- IOM"

    assert units(text) == [text]


def test_a_numbered_list_stays_whole_too():
    text = "Les objectifs :\n1. Données\n2. Facteurs\n3. Information"

    assert units(text, "fr") == [text]


def test_what_follows_a_list_is_a_unit_of_its_own():
    text = "The members are:\n- DESA\n- ILO\n\nThey meet monthly."

    assert units(text) == ["The members are:\n- DESA\n- ILO", "They meet monthly."]


def test_a_text_without_punctuation_is_cut_between_words():
    text = "entities of the system " * 300

    cut = units(text)

    assert len(cut) > 3
    assert max(map(len, cut)) <= 1500
    assert " ".join(cut) == text.strip()


def test_a_text_without_spaces_is_cut_all_the_same():
    cut = units("A-" * 2000)

    assert "".join(cut) == "A-" * 2000
    assert max(map(len, cut)) <= 1500


def test_a_list_without_introduction_stays_together_and_apart_from_the_sentence_before():
    assert units("A sentence.\n\n- DESA\n- ILO") == ["A sentence.", "- DESA\n- ILO"]


def test_a_heading_is_a_unit():
    assert units("Headquarters\n\nThey are in Geneva.") == ["Headquarters", "They are in Geneva."]


def test_a_text_without_words_has_no_unit():
    assert units("") == units(" \n ") == []


@given(st.text(alphabet=st.sampled_from("aB .:;\n-*1é•")), st.sampled_from(["fr", "en"]))
def test_units_hold_every_character_once_and_in_order(text, language):
    spans = unit_spans(passage(text, language=language))

    inside = [position for span in spans for position in range(*span)]
    assert inside == sorted(set(inside))
    assert not "".join(text[at] for at in set(range(len(text))) - set(inside)).strip()
