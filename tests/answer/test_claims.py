import pytest
from hypothesis import given
from hypothesis import strategies as st

from migbot.answer.claims import (
    counted,
    days,
    figures_in_order,
    list_sizes,
    months,
    names,
    numbers,
)
from migbot.index.terms import is_abbreviation


@pytest.mark.parametrize(
    ("french", "english", "value"),
    [
        ("38 entités", "38 entities", "38"),
        ("trente-huit entités", "thirty-eight entities", "38"),
        ("quatre-vingt-dix-huit", "ninety-eight", "98"),
        ("cent cinquante-deux voix", "one hundred fifty-two votes", "152"),
        ("180 000 réfugiés", "180,000 refugees", "180000"),
        ("180\u00a0000 réfugiés", "180 000 refugees", "180000"),
        ("180\u202f000 réfugiés", "180000 refugees", "180000"),
        ("11 millions de personnes", "11 million people", "11000000"),
        ("onze millions", "eleven million", "11000000"),
        ("11 000 000", "11,000,000", "11000000"),
        ("1,5 milliard", "1.5 billion", "1500000000"),
        ("un million", "one million", "1000000"),
        ("3,6 %", "3.6%", "3.6"),
        ("la 113e session", "the 113th session", "113"),
        ("le 21ème objectif", "the 21st objective", "21"),
        ("la onzième directrice", "the eleventh director", "11"),
        ("les années 1950", "the 1950s", "1950"),
        ("180.000 réfugiés", "180,000 refugees", "180000"),
    ],
)
def test_a_number_is_the_same_in_words_and_digits_and_in_both_languages(french, english, value):
    assert numbers(french, "fr") == numbers(english, "en") == {value}


@pytest.mark.parametrize("text", ["un accord", "une session de l’Assemblée", "l’un des membres"])
def test_french_articles_are_no_numbers(text):
    assert numbers(text, "fr") == frozenset()


@pytest.mark.parametrize("text", ["one of the members", "no one", "a session"])
def test_english_pronouns_are_no_numbers(text):
    assert numbers(text, "en") == frozenset()


def test_the_digit_one_is_a_number():
    assert numbers("le 1er janvier", "fr") == numbers("1 January", "en") == {"1"}


def test_neighbouring_numbers_stay_apart():
    assert numbers("152 voix contre 5, avec 12 abstentions", "fr") == {"152", "5", "12"}
    assert numbers("objectives 1, 2 and 14", "en") == {"1", "2", "14"}
    assert numbers("on 19 December 2018, 152 States", "en") == {"19", "2018", "152"}


@pytest.mark.parametrize(
    "text", ["A/RES/73/195", "(A/RES/73/195),", "in A/RES/73/195.", "a/res/73/195"]
)
def test_a_document_symbol_is_one_whole(text):
    assert numbers(text, "en") == {"a/res/73/195"}


@pytest.mark.parametrize("text", ["migrants and/or refugees", "New York/Genève", "UN/IOM"])
def test_words_with_a_stroke_are_no_document_symbol(text):
    assert numbers(text, "en") == frozenset()


@given(st.integers(2, 10**9), st.sampled_from([" ", "\u00a0", "\u202f", ","]))
def test_separators_of_thousands_do_not_change_a_number(value, separator):
    written = f"{value:,}".replace(",", separator)

    assert numbers(f"{written} people", "en") == {str(value)}


@given(st.text(), st.sampled_from(["fr", "en"]))
def test_any_text_can_be_read(text, language):
    assert all(isinstance(number, str) for number in numbers(text, language))
    assert all(1 <= month <= 12 for month in months(text))
    assert all(name in text for name in names(text))
    assert all(int(size) >= 3 for size in list_sizes(text))
    assert all(len(things) <= 3 for things in counted(text, language).values())
    assert all(day[4] == day[7] == "-" and len(day) == 10 for day in days(text))
    assert all(float(figure) >= 0 for figure in figures_in_order(text, language))


@pytest.mark.parametrize(
    ("french", "english", "month"),
    [
        ("le 19 décembre 2018", "19 December 2018", 12),
        ("fevrier 2019", "February 2019", 2),
        ("Août", "August", 8),
        ("le 4 mai 1991", "May 4, 1991", 5),
        ("mars 2019", "March 2019", 3),
        ("en mai", "in May", 5),
        ("en mars dernier", "since March", 3),
    ],
)
def test_a_month_is_the_same_in_both_languages_with_or_without_accents(french, english, month):
    assert months(french) == months(english) == {month}


@pytest.mark.parametrize(
    "text", ["States may join.", "a march for rights", "la planète Mars", "They may, or may not."]
)
def test_words_that_only_look_like_months_are_none(text):
    assert months(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "le 19 décembre 2018",
        "le 19\u00a0décembre 2018",
        "19 December 2018",
        "the 19th of December 2018",
        "December 19, 2018",
        "19 DECEMBRE 2018",
    ],
)
def test_a_whole_date_is_the_same_in_both_languages(text):
    assert days(text) == {"2018-12-19"}


def test_the_first_of_a_month_is_a_day():
    assert days("le 1er mai 2019") == days("on May 1st, 2019") == {"2019-05-01"}


@pytest.mark.parametrize("text", ["décembre 2018", "19 December", "in 2018", "19 entities, 2018"])
def test_a_part_of_a_date_is_no_day(text):
    assert days(text) == frozenset()


def test_a_month_is_no_name():
    assert names("It was adopted in December 2018 and in Décembre.") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le Réseau est dirigé par António Vitorino.", ("Réseau", "António", "Vitorino")),
        ("The seat is in Geneva. Many staff work in Bern.", ("Geneva", "Bern")),
        ("OIM : elle est à Genève.", ("OIM", "Genève")),
        ("l’OIM et l'ONU", ("OIM", "ONU")),
        ("D’après l’Organisation internationale du Travail", ("Organisation", "Travail")),
        ("Le siège est dans le canton de Genève, en Suisse.", ("Genève", "Suisse")),
        ("Qu’en dit Louise Arbour ?", ("Louise", "Arbour")),
        ("À New York/Genève, on vote.", ("New", "York", "Genève")),
    ],
)
def test_names_are_words_with_a_capital_as_they_are_written(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Guterres coordonne.", ("Guterres",)),
        ("Marie Curie vit ici.", ("Marie", "Curie")),
        ("It was signed. Francis left! Rome? Oslo: yes.", ("Francis", "Rome", "Oslo")),
    ],
)
def test_a_name_that_opens_a_sentence_counts(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It was signed. Many did. Several refused! Today it is. Some came back.",
        "Selon eux, oui. Cependant, non. Aujourd'hui, plusieurs le font.",
        "According to it, yes. However, no. Since then, although few, all did.",
    ],
)
def test_a_word_that_often_opens_a_sentence_is_no_name(text):
    assert names(text) == ()


def test_such_a_word_is_a_name_within_a_sentence():
    assert names("He reads However and Le Cependant.") == ("However", "Cependant")


def test_an_abbreviation_is_told_from_the_word_that_is_spelt_like_it():
    assert names("Who leads WHO, and who is who?") == ("WHO",)
    assert [is_abbreviation(word) for word in ("WHO", "Who", "who", "W")] == [
        True,
        False,
        False,
        False,
    ]


def test_an_initial_does_not_end_the_sentence():
    assert "Pope" in names("The Director General is Amy E. Pope.")
    assert "Pope" in names("Amy E. Pope is the Director General.")


def test_a_name_is_listed_once():
    assert names("He met Arbour, and then Arbour met Arbour.") == ("Arbour",)


def test_capitals_in_a_document_symbol_are_no_names():
    assert names("It stands in A/RES/73/195 and in A/CONF.231/3.") == ()


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("DESA, ILO, IOM and UNICEF", "4"),
        ("le DAES, l’OIT, l’OIM et l’UNICEF", "4"),
        ("DESA, ILO, IOM, and UNICEF", "4"),
        ("le DAES ; l’OIT ; l’OIM ; et l’UNICEF.", "4"),
        ("The members:\n- DESA\n- ILO\n- IOM\n- UNICEF", "4"),
        ("Les objectifs :\n1. Données\n2. Facteurs\n3. Information\n4. Identité", "4"),
    ],
)
def test_a_list_has_the_size_that_a_reader_counts(text, size):
    assert size in list_sizes(text)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("831 billion dollars", "en", "831000000000"),
        ("831 milliards de dollars", "fr", "831000000000"),
        ("831 billions de dollars", "fr", "831000000000000"),
        ("1.5 trillion dollars", "en", "1500000000000"),
    ],
)
def test_a_french_billion_is_a_thousand_english_ones(text, language, value):
    assert numbers(text, language) == {value}


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("En 2020 281 millions de migrants", "fr", {"2020", "281000000"}),
        ("In December 2018 152 States voted", "en", {"2018", "152"}),
        ("12 345 678 personnes", "fr", {"12345678"}),
    ],
)
def test_a_year_is_no_part_of_the_number_behind_it(text, language, values):
    assert numbers(text, language) == values


def test_shares_and_money_are_counted_by_name():
    assert counted("48 % des migrants", "fr") == counted("48 pour cent des migrants", "fr")
    assert counted("$3 million", "en") == counted("3 million dollars", "en")
    assert counted("3 millions d’euros", "fr") == counted("3 millions €", "fr")


def test_two_things_make_no_list():
    assert list_sizes("IOM and UNICEF") == frozenset()


def test_a_list_that_breaks_off_counts_no_item_after_its_last_mark():
    assert list_sizes("The four members:\n\n- IOM ;\n- ILO ;\n- UNICEF ;\n") == {"3"}
    assert list_sizes("They are: IOM; ILO; UNICEF;") == {"3"}


def test_a_number_counts_the_words_that_follow():
    things = counted("Il regroupe 38 entités du système, dont huit membres.", "fr")

    assert set(things) == {"38", "8"}
    assert things["38"][0] == counted("trente-huit entités", "fr")["38"][0]
    assert things["38"][0] not in counted("38 États membres", "fr")["38"]


def test_at_most_three_words_are_counted_in_their_order():
    (things,) = counted("38 United Nations entities work together.", "en").values()

    assert things == counted("3 United Nations entities", "en")["3"]
    assert len(things) == 3


def test_a_number_counts_nothing_across_a_mark():
    assert counted("It was carried by 152, with no States against.", "en") == {"152": ()}


def test_years_count_nothing():
    assert counted("In 2018 States adopted it.", "en") == {}
    assert set(counted("In 2018, 152 States adopted it.", "en")) == {"152"}


def test_figures_keep_their_order():
    assert figures_in_order("par 152 voix contre 5, avec douze abstentions", "fr") == (
        "152",
        "5",
        "12",
    )
    assert figures_in_order("by 5 votes to 152", "en") == ("5", "152")


def test_dates_and_years_stand_in_no_order():
    assert figures_in_order("On 19 December 2018, 152 States; in 2019, 5.", "en") == ("152", "5")
