"""Questions that ask who somebody is, and the passages that name that person."""

import pytest
from answer_parts import passage

from migbot.answer.person import names_person, wants_person
from migbot.answer.retrieve import Retriever
from migbot.index.fakes import HashEmbedder

RULES = "The Director General leads IOM and is elected by the Council, where each State votes."


@pytest.mark.parametrize(
    "question",
    [
        "Qui dirige l’OIM ?",
        "c'est qui le chef",
        "et qui est-ce ?",
        "Who's the boss of IOM?",
        "who was the president",
        "c qui le chef de l'oim",
        "C’est qui la patronne de l’OIM ?",
        "What is IOM? And who leads it?",
    ],
)
def test_a_person_is_wanted_by_those_who_ask_who(question):
    assert wants_person(question)


@pytest.mark.parametrize(
    "question",
    [
        "Qui sont les membres ?",
        "c qui les membres",
        "Who are the members?",
        "Who leads it? And what is IOM?",
        "",
        "?",
    ],
)
def test_members_and_things_are_no_person(question):
    assert not wants_person(question)


@pytest.mark.parametrize(
    ("question", "language", "text"),
    [
        ("Who leads IOM?", "en", "Ada M. Example leads IOM."),
        ("Qui dirige l’OIM ?", "fr", "Ada Exemple dirige l’OIM."),
        ("Who led IOM?", "en", "Ada Example led IOM."),
        ("Who led IOM?", "en", "In 1999 Ada Example was elected and led IOM."),
    ],
)
def test_a_sentence_with_a_full_name_and_all_words_of_the_question_names_them(
    question, language, text
):
    assert names_person(passage(text, language=language), question, language)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who leads IOM?", RULES),
        ("Who leads IOM?", "The International Organization for Migration leads IOM."),
        ("Who leads the Council?", "Ada Example leads a school."),
        ("Who leads IOM?", "Ada Example was at the lead of IOM."),
        ("Qui est à la tête de l’OIM ?", "Ada Exemple a été à la tête de l’OIM."),
    ],
)
def test_offices_others_and_those_of_the_past_are_not_who_is_asked_for(question, text):
    language = "fr" if question.startswith("Qui") else "en"

    assert not names_person(passage(text, language=language), question, language)


def test_the_headings_may_hold_the_words_of_the_question():
    source = passage("Ada Example has the post.", headings=("Who leads IOM",))

    assert names_person(source, "Who leads IOM?", "en")


def test_who_it_is_is_found_before_how_they_are_chosen():
    named = passage("Ada Example is the one who leads IOM and its staff today.", name="named")
    retriever = Retriever.over([passage(RULES, name="rules"), named], HashEmbedder())

    (hit,) = retriever.search("Who leads IOM?", language="en", top_k=1)

    assert hit.passage.passage_id == "named"
