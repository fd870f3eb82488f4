import re
from dataclasses import fields

import pytest

from migbot.serve.strings import (
    ENGLISH,
    FRENCH,
    STRINGS,
    Strings,
    preferred_language,
    spoken_date,
    spoken_state,
    spoken_wait,
)


def sentences(strings: Strings) -> list[str]:
    values = [getattr(strings, item.name) for item in fields(Strings)]
    flat = [value for value in values if isinstance(value, str)]
    flat += [text for value in values if isinstance(value, tuple) for text in value]
    return flat + [text for value in values if isinstance(value, dict) for text in value.values()]


def placeholders(value: object) -> list[str]:
    return sorted(re.findall(r"{\w+}", str(value)))


def test_both_languages_fill_in_the_same_names():
    for item in fields(Strings):
        french, english = getattr(FRENCH, item.name), getattr(ENGLISH, item.name)
        assert placeholders(french) == placeholders(english), item.name
        assert len(french) == len(english) or isinstance(french, str)


def test_french_sets_a_narrow_space_before_high_punctuation_and_never_one_that_breaks():
    for text in sentences(FRENCH):
        assert not re.search(r" [:;!?»]|« |'", text), text
        assert not re.search(r"[\w»\u00a0][;!?](?=\s|$)", text), text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("de,fr;q=0.3,en;q=0.2", "fr"),
        ("de", "en"),
        ("", "en"),
        ("fr;q=0,en;q=0.1", "en"),
        ("fr;q=nonsense, en", "en"),
        (";;;,,,=", "en"),
    ],
)
def test_page_takes_the_language_that_the_browser_prefers(header, language):
    assert preferred_language(header) == language


@pytest.mark.parametrize(
    ("date", "french", "english"),
    [
        ("2018-12-19", "19 décembre 2018", "19 December 2018"),
        ("2023-10-01", "1er octobre 2023", "1 October 2023"),
        ("2018-12", "décembre 2018", "December 2018"),
        ("2018", "2018", "2018"),
        (None, "sans date", "undated"),
        ("2018-13", "2018", "2018"),
        ("since 2022", "since 2022", "since 2022"),
    ],
)
def test_dates_are_said_as_precisely_as_they_are_known(date, french, english):
    assert spoken_date(date, STRINGS["fr"]) == french
    assert spoken_date(date, STRINGS["en"]) == english


@pytest.mark.parametrize(
    ("date", "french", "english"),
    [
        ("2024-12-31", "à jour au 31 décembre 2024", "as of 31 December 2024"),
        ("2023-10-01", "à jour au 1er octobre 2023", "as of 1 October 2023"),
        ("2018-12", "à jour en décembre 2018", "as of December 2018"),
        ("2018", "à jour en 2018", "as of 2018"),
    ],
)
def test_the_state_of_a_sheet_is_said_as_precisely_as_it_is_known(date, french, english):
    assert spoken_state(date, STRINGS["fr"]) == french
    assert spoken_state(date, STRINGS["en"]) == english


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (10, "10 secondes", "10 seconds"),
        (11, "20 secondes", "20 seconds"),
        (50, "50 secondes", "50 seconds"),
        (51, "une minute", "a minute"),
        (60, "une minute", "a minute"),
        (61, "2 minutes", "2 minutes"),
        (900, "15 minutes", "15 minutes"),
    ],
)
def test_a_wait_is_said_in_round_figures_and_never_too_short(seconds, french, english):
    assert spoken_wait(seconds, STRINGS["fr"]) == french
    assert spoken_wait(seconds, STRINGS["en"]) == english
