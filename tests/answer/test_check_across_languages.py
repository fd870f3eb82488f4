"""Sentences carried by passages in the other language: only real embeddings compare meanings."""

import pytest
from answer_parts import carried, passage, quotes

from migbot.index.embed import load_embedder
from migbot.settings import load_settings

pytestmark = pytest.mark.models

LEGAL = passage("The Compact is not legally binding. It rests on the sovereignty of States.")
VOTE = passage("The Compact was adopted on 19 December 2018 by 152 votes to 5.")
AGAINST = passage("There were 152 votes for the Compact and 5 against it on 19 December 2018.")
NETWORK = passage("The Network brings together 38 entities. The Director General coordinates it.")
RESEAU = passage(
    "Le Réseau regroupe 38 entités. Le Directeur général de l’OIM le coordonne.", language="fr"
)
MEMBERS = passage("L’OIT et l’OIM sont membres du Comité de direction.", language="fr")


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(load_settings(threads=1))


@pytest.mark.parametrize(
    ("sentence", "source", "language"),
    [
        ("Le Pacte n’est pas juridiquement contraignant", LEGAL, "fr"),
        ("Le Pacte a été adopté le 19 décembre 2018 par 152 voix", VOTE, "fr"),
        ("Il y eut 152 voix pour le Pacte et 5 contre le 19 décembre 2018", AGAINST, "fr"),
        ("Le Réseau regroupe trente-huit entités", NETWORK, "fr"),
        ("The Network brings together thirty-eight entities", RESEAU, "en"),
        ("ILO and IOM are members of the Executive Committee", MEMBERS, "en"),
    ],
)
def test_a_true_sentence_is_carried_by_a_passage_in_the_other_language(
    embedder, sentence, source, language
):
    assert carried(sentence, source, language=language, embedder=embedder)


@pytest.mark.parametrize(
    ("sentence", "source", "language"),
    [
        ("Les chats dorment sur le canapé", LEGAL, "fr"),
        ("Migrants eat cheese", RESEAU, "en"),
        ("Le Pacte est juridiquement contraignant", LEGAL, "fr"),
        ("Le Réseau regroupe 38 États membres", NETWORK, "fr"),
        ("Le Réseau regroupe 39 entités", NETWORK, "fr"),
        ("Le Pacte a été adopté le 19 novembre 2018 par 152 voix", VOTE, "fr"),
        ("Le Pacte a été adopté le 5 décembre 2018", VOTE, "fr"),
        ("Le Pacte a été rejeté le 19 décembre 2018 par 152 voix", VOTE, "fr"),
        ("Le Pacte a été adopté le 19 décembre 2018 par 5 voix et 152", VOTE, "fr"),
        ("Il y eut 5 voix pour le Pacte et 152 contre le 19 décembre 2018", AGAINST, "fr"),
        ("Guterres coordonne le Réseau", NETWORK, "fr"),
        ("The Director General of IOM criticises the Network", RESEAU, "en"),
        ("WHO and IOM are members of the Executive Committee", MEMBERS, "en"),
        ("Oui", LEGAL, "fr"),
        ("It is", RESEAU, "en"),
    ],
)
def test_a_false_or_empty_sentence_is_not(embedder, sentence, source, language):
    assert not carried(sentence, source, language=language, embedder=embedder)


def test_the_shortest_quote_is_taken(embedder):
    found = quotes("The Network brings together 38 entities", RESEAU, embedder=embedder)

    assert found == ["Le Réseau regroupe 38 entités."]
