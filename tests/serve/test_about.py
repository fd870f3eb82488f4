import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_assistant import DOCUMENTS, MAIN
from test_render import HOSTILE, Inventory

from migbot.serve import render
from migbot.serve.about import Listing, about_html, measured
from migbot.serve.notices import privacy
from migbot.serve.strings import STRINGS
from migbot.settings import load_settings
from migbot.types import Language

SCRIPT = Path(__file__).parents[2] / "scripts" / "measured_figures.py"


def about(language: Language = "en", documents=DOCUMENTS, **settings: str) -> str:
    chosen = load_settings(**settings)
    told = privacy(STRINGS[language], chosen)
    return Inventory(about_html(language, listing(documents, language), chosen, told)).text


def listing(documents, language: Language = "en") -> str:
    return Listing(documents, lambda: "a build").html(language)


class CountedDocuments(dict):
    """Documents that count how often all of them are read."""

    readings = 0

    def values(self):
        self.readings += 1
        return super().values()


def test_it_says_what_it_knows_with_the_date_of_each_document():
    assert "3\u00a0documents in English and 3 in French" in about()
    assert "The history of IOM as of 30 November 2022" in about()
    assert "L’histoire de l’OIM à jour au 30 novembre 2022" in about("fr")


def test_it_reads_all_documents_once_for_each_index():
    documents, build = CountedDocuments(DOCUMENTS), "first"
    known = Listing(documents, lambda: build)

    told = [known.html(language) for language in ("en", "fr", "en", "fr")]

    assert documents.readings == 1
    assert told[:2] == told[2:]

    build = "second"
    documents["new"] = replace(MAIN["en"], document_id="new", title="A new report")

    assert "A new report" in known.html("en")
    assert documents.readings == 2


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "The first 300 of 301"), ("fr", "Les 300 premiers sur 301")],
)
def test_a_long_list_says_that_it_is_cut_and_where_the_rest_is(language, told):
    def shown(count):
        titles = {str(at): replace(MAIN[language], title=f"Sheet {at}") for at in range(count)}
        return about(language, titles)

    assert told in shown(301)
    assert "/api/v1/documents" in shown(301)
    assert "migbot index info --documents" in shown(301)
    assert "/api/v1/documents" not in shown(300)


def test_it_shows_the_measured_figures_of_both_languages():
    figures = measured()["figures"]

    for language in ("fr", "en"):
        share = f"{100 * figures['right'][language]:.0f}"
        assert f"{share}%" in about("en")
        assert f"{share}\u00a0%" in about("fr")
    assert f"On {measured()['questions']} test questions" in about()


def test_it_says_where_other_models_are_used_than_were_measured():
    assert STRINGS["en"].about_other_models not in about()
    assert STRINGS["en"].about_other_models in about(generator_model="/models/another.gguf")


def test_it_tells_no_folder_of_the_machine():
    told = about(generator_model="/srv/models/another.gguf", embedder="/srv/models/embedder")

    assert "another.gguf" in told
    assert "/srv" not in told


def test_it_says_where_questions_go():
    assert "stay on the machine" in about()
    assert "are sent to models.example.org" in about(
        generator="openai", generator_url="https://models.example.org/v1"
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "up to 3 of your questions"), ("fr", "jusqu’à 3 de vos questions")],
)
def test_it_says_what_is_kept_of_feedback_where_that_is_asked_for(language, told):
    assert told in about(language, feedback_file="feedback.jsonl")
    assert told not in about(language)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_mean_nothing(text):
    document = replace(MAIN["en"], title=text, date=text)
    html = about_html("en", listing({"a": document}), load_settings(), "")

    assert "<script" not in html
    assert not [name for name, _ in Inventory(html).attributes if name.startswith("on")]


def test_the_shipped_figures_come_from_a_whole_report():
    spec = importlib.util.spec_from_file_location("measured_figures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    names = [(metric, language) for metric in script.METRICS for language in script.LANGUAGES]
    report = {
        "started": "2026-01-02T03:04:05+00:00",
        "commit": "abc",
        "limit": None,
        "models": {"b": "", "a": ""},
        "suites": [
            {
                "suite": "test",
                "items": [{}, {}],
                "figures": [
                    {"metric": metric, "language": language, "kind": "all", "value": 0.12345}
                    for metric, language in names
                ],
            }
        ],
    }

    made = script.figures_of(json.loads(json.dumps(report)), "test")

    assert made["questions"] == 2
    assert made["date"] == "2026-01-02"
    assert made["models"] == ["a", "b"]
    assert made["figures"]["right"] == {"all": 0.1235, "en": 0.1235, "fr": 0.1235}
    assert set(made) == set(measured())
    with pytest.raises(SystemExit, match="whole suite"):
        script.figures_of({**report, "limit": 12}, "test")
    with pytest.raises(SystemExit, match="whole suite"):
        script.figures_of(report, "dev")


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Answers are quotes alone"), ("fr", "Les réponses sont des citations, mot pour mot")],
)
def test_page_and_dialog_say_that_no_model_writes(language, told):
    quoting = load_settings(generator="extractive")
    words = STRINGS[language]

    assert told in render.footer_html(language, quoting)
    assert told not in render.footer_html(language, load_settings())
    shown = about(language, generator="extractive")
    assert told in shown
    assert words.about_other_models in shown
    assert words.limits[0] not in shown
    assert "qwen" not in shown
