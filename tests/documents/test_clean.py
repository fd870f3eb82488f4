import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.documents.clean import clean_line, clean_text

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    "a\u0301\u0344 \u00a0\n\r\u200b\ufb01"
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("e\u0301migre\u0301", "émigré"),
        ("\ufb01nance, e\ufb00et", "finance, effet"),
        ("co\u00adopé\u200bration\ufeff", "coopération"),
        ("a\u202eb\u2066c", "abc"),
        ("nul\x00, bell\x07, escape\x1b[31m", "nul, bell, escape[31m"),
        ("a\ud800b", "ab"),
        ("«\u00a0Le Pacte\u00a0» :\u202f1\u202f117", "« Le Pacte » : 1 117"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("a  b\t\tc", "a b c"),
        ("a \n b", "a\nb"),
        ("\n\na\n\n\n\n\nb \n", "a\n\nb"),
        ("\uff29\uff2f\uff2d \U0001d408\U0001d40e\U0001d40c", "IOM IOM"),
        ("x² ½ № … 😀", "x² ½ № … 😀"),
    ],
)
def test_brings_text_to_one_normal_form(raw, clean):
    assert clean_text(raw) == clean


def test_one_line_of_text_has_no_line_breaks():
    assert clean_line("\tone\r\ntwo\n\n three ") == "one two three"


def test_composed_and_decomposed_spellings_become_equal():
    text = "Réfugiés, déplacés — « où çà ? »"

    assert clean_text(unicodedata.normalize("NFD", text)) == clean_text(text)


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text):
    once = clean_text(text)

    assert clean_text(once) == once


@given(ANY_TEXT)
def test_result_can_be_encoded_and_holds_no_control_but_the_newline(text):
    clean = clean_text(text)

    clean.encode("utf-8")
    assert {c for c in clean if unicodedata.category(c) in {"Cc", "Cf"}} <= {"\n"}
    assert "  " not in clean
    assert "\n\n\n" not in clean


def test_a_tower_of_marks_is_cut_before_it_costs_time():
    marks = "\u0316\u0301" * 200_000
    begun = time.perf_counter()

    clean = clean_text(f"e{marks}!")

    assert len(clean) < 10
    assert time.perf_counter() - begun < 5
