import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_assistant import OTHERS, passage

from migbot.serve.text_fragment import address_at, text_directive

PAGE, REPORT = OTHERS["en"]


@pytest.mark.parametrize(
    ("quoted", "directive"),
    [
        ("Two words.", "Two%20words."),
        (
            "a well-known term, and more & so on",
            "a%20well%2Dknown%20term%2C%20and%20more%20%26%20so%20on",
        ),
        (
            "one two three four five six seven eight nine",
            "one%20two%20three%20four%20five,five%20six%20seven%20eight%20nine",
        ),
        ("The two:\n- one thing;\n- another.", "The%20two%3A,another."),
        ("« Été »", "%C2%AB%20%C3%89t%C3%A9%20%C2%BB"),
        ("  \n ", ""),
    ],
)
def test_a_fragment_names_a_quote_by_whole_words_of_one_line(quoted, directive):
    assert text_directive(quoted) == directive


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_a_fragment_has_no_character_with_a_meaning_but_its_one_comma(quoted):
    directive = text_directive(quoted)

    assert re.fullmatch(r"[\w.~%]*(,[\w.~%]*)?", directive, re.ASCII)


@pytest.mark.parametrize(
    ("changed", "address"),
    [
        ({}, "https://www.iom.int/iom-history#:~:text=The%20Network"),
        ({"path": "en/page.md"}, "https://www.iom.int/iom-history"),
        ({"url": "https://www.iom.int/#part"}, "https://www.iom.int/#part"),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": None}, None),
    ],
)
def test_only_what_stands_on_the_page_itself_is_looked_for_there(changed, address):
    assert address_at(passage(PAGE, **changed), "The Network") == address


def test_a_pdf_opens_at_its_page_where_that_is_known():
    assert (
        address_at(passage(REPORT, page=12), "words") == "https://www.iom.int/iom-history#page=12"
    )
    assert address_at(passage(REPORT), "words") == "https://www.iom.int/iom-history"
