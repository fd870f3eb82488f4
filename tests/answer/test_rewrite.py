import pytest

from migbot.answer.rewrite import standalone_question
from migbot.types import Turn


def conversation(*texts):
    """Return turns of a visitor and migbot, one after the other."""
    return tuple(
        Turn(role="assistant" if n % 2 else "user", text=text) for n, text in enumerate(texts)
    )


def test_without_history_a_question_stands_as_it_is():
    assert standalone_question("Et son budget ?", ()) == "Et son budget ?"


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Qui coordonne le Réseau ?", "Et son budget ?"),
        ("Qui dirige le Comité de direction ?", "et combien de membres ?"),
        ("Qu’est-ce que le Pacte ?", "Quand a-t-il été adopté ?"),
        ("Qu’est-ce que le Pacte ?", "Combien d’objectifs compte-t-il ?"),
        ("Qui dirige l’OIM ?", "Depuis quand ?"),
        ("Qui dirige l’OIM ?", "Pourquoi ?"),
        ("What is the Compact?", "When was it adopted?"),
        ("What is the Network?", "And who coordinates it?"),
        ("Who leads IOM?", "Why?"),
        ("Who leads IOM?", "Since when?"),
        ("Who voted against?", "How many?"),
        ("Who leads IOM?", "How many members does it have?"),
    ],
)
def test_a_follow_up_takes_the_subject_of_the_question_before(before, question):
    found = standalone_question(question, conversation(before, "An answer [1]."))

    assert before in found
    assert question in found


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("What is the Compact?", "Where are the headquarters of IOM?"),
        ("Who leads IOM?", "How many objectives does the Compact have?"),
        ("Qui dirige l’OIM ?", "Qu’est-ce que le Pacte mondial ?"),
        ("Combien d’objectifs a le Pacte ?", "Où se trouve le siège de l’OIM ?"),
        ("Qui dirige l’OIM ?", "Est-ce que le Pacte parle de la santé ?"),
        ("Qu’est-ce que le Pacte ?", "Quand l’OIM a-t-elle été créée ?"),
        ("Qui dirige l’OIM ?", "Il y a combien d’entités dans le Réseau ?"),
        ("Combien d’objectifs a le Pacte ?", "Ou se trouve le siège de l’OIM ?"),
    ],
)
def test_a_new_topic_comes_back_as_it_is(before, question):
    assert standalone_question(question, conversation(before, "An answer [1].")) == question


def test_a_follow_up_of_a_follow_up_still_has_its_subject():
    history = conversation("Qui coordonne le Réseau ?", "L’OIM [1].", "Et depuis quand ?", "2018.")

    found = standalone_question("Et combien d’entités ?", history)

    assert "Réseau" in found
    assert found.endswith("Et combien d’entités ?")


def test_in_a_row_of_follow_ups_the_subject_is_that_of_the_question_that_opened_it():
    history = conversation(
        "Who leads the Network?", "IOM [1].", "And since when?", "2018 [1].", "And where?", "There."
    )

    found = standalone_question("And why?", history)

    assert found == "Who leads the Network? And where? And why?"


def test_what_migbot_said_is_not_asked():
    found = standalone_question("And since when?", conversation("Who leads IOM?", "Amy Pope [1]."))

    assert "Pope" not in found


def test_a_conversation_that_migbot_opened_has_no_subject():
    history = (Turn(role="assistant", text="Ask me about the Compact."),)

    assert standalone_question("And why?", history) == "And why?"
