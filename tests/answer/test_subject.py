"""Whom a sentence speaks of must be whom the passage speaks of."""

import pytest
from answer_parts import passage

from migbot.answer.compare import compare, read_claim
from migbot.answer.subject import names_others, subject_terms, without_others

DEPUTIES = passage(
    "L’un des directeurs généraux adjoints de l’OIM est chargé des opérations.",
    language="fr",
    title="La direction de l’OIM",
    headings=("Les adjoints",),
)
AT_HEADQUARTERS = passage(
    "The Deputy Director General of IOM is in charge of operations at headquarters."
)


def carries(source, sentence, question=""):
    claim = read_claim(sentence, source.language, question)
    return compare(claim, source, (0, len(source.text))).is_sound


@pytest.mark.parametrize(
    "sentence",
    [
        "Un directeur général adjoint de l’OIM est chargé des opérations",
        "L’un des adjoints de l’OIM est chargé des opérations",
    ],
)
def test_what_a_deputy_does_is_said_of_a_deputy(sentence):
    assert carries(DEPUTIES, sentence)


@pytest.mark.parametrize(
    "subject",
    ["Le Directeur général", "Le directeur", "Le chef", "Le patron", "Le président", "Le Conseil"],
)
def test_what_a_deputy_does_is_said_of_nobody_else(subject):
    assert not carries(DEPUTIES, f"{subject} de l’OIM est chargé des opérations")


@pytest.mark.parametrize("question", ["", "c qui le chef de l’OIM", "Who is the boss of IOM?"])
def test_a_question_for_the_head_makes_no_head_of_a_deputy(question):
    assert not carries(DEPUTIES, "Le chef de l’OIM est chargé des opérations", question)


def test_a_deputy_is_no_head_in_english_either():
    said = "Director General of IOM is in charge of operations at headquarters"

    assert carries(AT_HEADQUARTERS, f"The Deputy {said}")
    assert not carries(AT_HEADQUARTERS, f"The {said}")


def test_a_head_beside_deputies_is_still_a_head():
    source = passage("The Director General of IOM is elected; two Deputy Directors General serve.")

    assert carries(source, "The Director General of IOM is elected")


@pytest.mark.parametrize(
    "sentence",
    [
        "The donors of the Fund were the United States and Sweden",
        "The minister of the Fund was the United States",
    ],
)
def test_a_subject_that_the_passage_does_not_name_drops_the_sentence(sentence):
    source = passage("In May 2022 the target of the Fund was 70 million United States dollars.")

    assert not carries(source, sentence)


def test_a_name_of_the_subject_may_stand_in_the_title():
    source = passage(
        "The Network was established at the request of the Secretary-General.",
        title="The United Nations Network on Migration",
    )

    assert carries(
        source,
        "The Migration Network was established at the request of the Secretary-General",
    )


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("the Deputy Director General of IOM", "the of IOM"),
        ("two Deputy Directors General", "two"),
        ("la Directrice générale adjointe de l’OIM", "la de l’OIM"),
        ("deux directeurs généraux adjoints", "deux"),
        ("the vice-president and the president", "the and the president"),
        ("le vice-président", "le"),
        ("the Director General", "the Director General"),
        ("le service des Nations Unies", "le service des Nations Unies"),
    ],
)
def test_deputies_are_left_out_with_their_office(text, rest):
    deputy = "A Deputy Director General leads operations."

    assert " ".join(without_others(text, "").split()) == rest
    assert (without_others(deputy, text) == deputy) == (rest != text)


def test_a_sentence_without_a_verb_of_being_has_no_subject_to_compare():
    assert subject_terms("IOM defines a migrant as a person who moves", "en") == frozenset()
    assert subject_terms("IOM is an organization", "en") == {"iom"}


BEFORE_HER = passage(
    "Ana Costa of Brazil was the head of the Fund until 2019.",
    title="The heads of the Fund",
    headings=("Mary Jones before her election",),
)


def test_what_one_person_was_is_not_said_of_the_one_in_the_heading():
    assert carries(BEFORE_HER, "Ana Costa was the head of the Fund until 2019")
    assert not carries(BEFORE_HER, "Mary Jones was the head of the Fund until 2019")


def test_who_was_at_work_before_becoming_head_was_not_head():
    source = passage("Mary Jones was at work in the Fund before she became its head.")

    assert carries(source, "Mary Jones was at work in the Fund before she became its head")
    assert not carries(source, "Mary Jones was the head of the Fund at work before")


@pytest.mark.parametrize(
    ("claim", "text", "differ"),
    [
        ("Amy Pope leads IOM", "António Vitorino led IOM.", True),
        ("Amy Pope leads IOM", "Amy E. Pope leads IOM.", False),
        ("Amy Pope leads IOM", "IOM was led by António Vitorino, then by Amy Pope.", False),
        ("Amy Pope leads IOM", "The Director General leads IOM.", False),
        ("The Director General leads IOM", "António Vitorino led IOM.", False),
        ("In December Amy Pope spoke", "In December she spoke.", False),
    ],
)
def test_only_another_person_in_full_is_another(claim, text, differ):
    assert names_others(claim, text) == differ
