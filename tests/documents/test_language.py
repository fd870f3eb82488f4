import json
from pathlib import Path

import pytest

from migbot.documents.language import detect_language, score_languages

DEV_QUESTIONS = Path(__file__).parents[3] / "shared" / "domain" / "questions.dev.jsonl"


@pytest.mark.parametrize(
    "text",
    [
        "qui dirige l oim ?",
        "budget oim",
        "Combien d'entités ?",
        "objectifs du pacte",
        "QUI DIRIGE L’OIM",
        "IOM c'est quoi",
        "comite executif",
        "Le mot « network » veut dire réseau.",
    ],
)
def test_knows_french_even_when_short(text):
    assert detect_language(text) == "fr"


@pytest.mark.parametrize(
    "text",
    [
        "IOM budget?",
        "who runs iom",
        "WHO RUNS IOM",
        "UN network members",
        "GCM objectives",
        "what does OIM stand for",
        "Executive Committee",
        "The word « réseau » means network.",
    ],
)
def test_knows_english_even_when_short(text):
    assert detect_language(text) == "en"


@pytest.mark.skipif(not DEV_QUESTIONS.exists(), reason="the shared questions are not here")
def test_knows_the_language_of_every_development_question():
    lines = DEV_QUESTIONS.read_text(encoding="utf-8").splitlines()

    wrong = [
        q["id"] for q in map(json.loads, lines) if detect_language(q["question"]) != q["language"]
    ]

    assert wrong == []


@pytest.mark.parametrize("text", ["", "12 34", "António Vitorino", "¿Qué es la OIM?"])
def test_says_that_it_is_unsure_of_little_or_strange_text(text):
    assert not score_languages(text).is_clear


def test_is_sure_of_a_sentence():
    assert score_languages("Le Réseau regroupe les entités du système des Nations Unies.").is_clear
    assert score_languages("The Network brings the entities of the UN system together.").is_clear
