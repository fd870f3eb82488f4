import pytest

from migbot.answer.lacking import lacks_what_is_asked

FUND = "The fund had a target of USD 70 million in May 2022. Six joint programmes were its first."
FONDS = "Le fonds a financé six programmes communs, depuis mai 2019, car il aide les États."


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("How much did the fund pay to Ghana?", "The fund dates from May 2019.", "en"),
        ("Combien a coûté la conférence ?", "Elle a duré deux jours.", "fr"),
        ("combien d'argent a reçu le fonds ?", "Le fonds a sept contributeurs.", "fr"),
        ("c'est quel budget ?", "Le fonds a sept contributeurs.", "fr"),
        ("what's the annual budget of the fund?", "The fund has seven donors.", "en"),
        ("quel est l'age de la présidente ?", "La présidente est en poste depuis 2019.", "fr"),
        ("Quel âge a la présidente ?", "La présidente est en poste depuis 2019.", "fr"),
        ("At what time was the vote?", "The vote was held on 19 December 2018.", "en"),
        ("Combien de temps dure la procédure ?", "La procédure est prévue par la loi.", "fr"),
        ("How many pages does the text have?", "The text has 23 objectives.", "en"),
        ("Combien de mots compte le texte ?", "Le texte compte 23 objectifs.", "fr"),
        ("How many were there in 1990?", "There were 304 million in 2024.", "en"),
        ("When was it founded?", "It was founded by several States.", "en"),
    ],
)
def test_a_passage_on_the_subject_may_lack_the_very_thing_that_is_asked_for(
    question, text, language
):
    assert lacks_what_is_asked(question, {text: language}, language=language)


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("How much was to be collected for the fund?", FUND, "en"),
        ("How many joint programmes were there?", FUND, "en"),
        ("What was the target in 2022?", FUND, "en"),
        ("Depuis combien de temps le fonds existe-t-il ?", FONDS, "fr"),
        ("Pourquoi ce fonds a-t-il été fermé ?", FONDS, "fr"),
        ("Combien de programmes le fonds a-t-il financés ?", FONDS, "fr"),
        ("À quelle heure ouvre la salle ?", "La salle ouvre à 9 h et ferme à midi.", "fr"),
        ("How old is the treaty's author?", "Its author, born in 1958, still teaches.", "en"),
        ("What is the fund for?", FUND, "en"),
    ],
)
def test_a_passage_that_holds_what_is_asked_for_lacks_nothing(question, text, language):
    assert not lacks_what_is_asked(question, {text: language}, language=language)


def test_any_passage_may_hold_a_duration_but_the_first_must_hold_a_number():
    duration = {"The council has members.": "en", "Their term is five years.": "en"}
    number = {"The fund has donors.": "en", "There are 38 donors.": "en"}

    assert not lacks_what_is_asked("How long do members serve?", duration, language="en")
    assert lacks_what_is_asked("How many donors are there?", number, language="en")


def test_what_another_language_counts_has_another_name():
    counted = {"There were 164 governments.": "en"}

    assert not lacks_what_is_asked("Combien de pays y avait-il ?", counted, language="fr")
