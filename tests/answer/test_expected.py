import pytest

from migbot.answer.expected import asks_once, expected_kind, holds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Combien d’entités regroupe le Réseau ?", "number"),
        ("Quel est le nombre de membres ?", "number"),
        ("Quelle part de la population mondiale ?", "share"),
        ("How many objectives does the Compact have?", "number"),
        ("What percentage of people migrate?", "share"),
        ("Quand le Pacte a-t-il été adopté ?", "date"),
        ("Depuis quand l’OIM existe-t-elle ?", "date"),
        ("En quelle annee ?", "date"),
        ("Le Pacte a été adopté quand ?", "date"),
        ("Où et quand a-t-il été adopté ?", "date"),
        ("Where was it adopted and when?", "date"),
        ("Who led IOM when the Compact was adopted?", "name"),
        ("Combien de voix pour lui quand il a été élu ?", "number"),
        ("When was it adopted?", "date"),
        ("In what year was IOM founded?", "date"),
        ("Qui coordonne le Réseau ?", "name"),
        ("Qui est la Directrice générale ?", "name"),
        ("Who coordinates the Network?", "name"),
        ("Where are the headquarters?", "name"),
        ("Où se trouve le siège ?", "name"),
        ("ou se trouve le siege", "name"),
        ("Which countries voted against?", "name"),
        ("Quels pays ont voté contre ?", "name"),
        ("Quel pourcentage de femmes ?", "share"),
        ("What share of migrants are women?", "share"),
        ("Quelle est la date de l’adoption ?", "date"),
        ("How old is IOM?", "number"),
        ("Quels sont les huit membres du Comité ?", "name"),
        ("Does WHO sit on the Committee?", "any"),
        ("Does the Compact protect those who migrate?", "any"),
        ("Le Pacte est-il contraignant ?", "any"),
        ("Is the Compact legally binding?", "any"),
        ("Qu’est-ce que le Pacte ?", "any"),
        ("Does the Compact protect migrants or refugees?", "any"),
    ],
)
def test_the_interrogative_says_what_is_asked_for(question, kind):
    assert expected_kind(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "is_held"),
    [
        ("number", "It has 23 objectives.", True),
        ("number", "It has twenty-three objectives.", True),
        ("number", "It was adopted in 2018.", False),
        ("number", "It has objectives.", False),
        ("number", "It is reviewed every year.", True),
        ("share", "They are 3.6 % of all people.", True),
        ("share", "They are 3.6 per cent of all people.", True),
        ("share", "Elles sont 3,6 pour cent.", True),
        ("share", "They are 281 million people.", False),
        ("date", "It was adopted in 2018.", True),
        ("date", "It was adopted in December.", True),
        ("date", "It has 23 objectives.", False),
        ("name", "It is led by Amy Pope.", True),
        ("name", "It is led by a director.", False),
        ("any", "", True),
    ],
)
def test_a_text_holds_what_is_asked_for_or_not(kind, text, is_held):
    assert holds(kind, text, "en") is is_held


@pytest.mark.parametrize(
    ("question", "is_one"),
    [
        ("Quand le Pacte a-t-il été adopté ?", True),
        ("Is the Compact legally binding?", True),
        ("Quand et par qui le Pacte a-t-il été adopté ?", False),
        ("When was it adopted, and how many States voted?", False),
    ],
)
def test_a_question_asks_once_or_more_by_its_interrogatives(question, is_one):
    assert asks_once(question) is is_one
