from dataclasses import replace
from pathlib import Path

from scripted_assistant import DOCUMENTS, MAIN, OTHERS, ScriptedAssistant, passage

from migbot.documents.chunk import chunk_document
from migbot.documents.load import load_document
from migbot.serve.references import reference_line, reference_of, references
from migbot.serve.strings import ENGLISH, FRENCH
from migbot.types import Finished, Question

CORPUS = Path(__file__).parents[2] / "corpus"


def test_a_sheet_is_cited_with_the_day_it_holds_and_its_sources():
    sheet = reference_of(passage(MAIN["fr"]), MAIN["fr"])

    assert reference_line(sheet, FRENCH) == (
        "«\u00a0L’histoire de l’OIM\u00a0», fiche\u00a0de\u00a0migbot, à jour au 30 novembre 2022. "
        "D’après\u00a0: IOM History, https://www.iom.int/iom-history"
    )
    assert reference_line(reference_of(passage(MAIN["en"]), MAIN["en"]), ENGLISH) == (
        "“The history of IOM”, migbot sheet, as of 30 November 2022. "
        "Based on: IOM History, https://www.iom.int/iom-history"
    )


def test_the_words_of_a_sheet_of_the_corpus_are_not_ascribed_to_its_sources():
    sheet = load_document(CORPUS, CORPUS / "en" / "iom-history.md", document_bytes=100_000).document
    first, *_ = chunk_document(sheet, count_tokens=len, max_tokens=1000)

    found = reference_of(first, sheet)

    assert (found.kind, found.publisher, found.url) == ("sheet", None, None)
    assert found.sources == sheet.sources
    assert "migbot sheet" in reference_line(found, ENGLISH)


def test_an_official_document_is_cited_with_publisher_date_page_and_address():
    report = OTHERS["en"][1]

    line = reference_line(reference_of(passage(report, page=4), report), ENGLISH)

    assert line == (
        f"IOM, “{report.title}”, 30 November 2022, p.\u00a04, https://www.iom.int/iom-history"
    )


def test_what_is_not_known_of_a_document_is_left_out():
    bare = reference_of(passage(OTHERS["en"][0], url=None, date=None), None)

    assert reference_line(bare, ENGLISH) == f"“{OTHERS['en'][0].title}”, undated."


def test_a_document_that_is_cited_several_times_is_one_reference():
    *_, last = ScriptedAssistant(pause_s=0).answer(Question(question_id="1", text="IOM?"))
    assert isinstance(last, Finished)

    (found,) = references(last.answer.citations, DOCUMENTS)

    assert [one.number for one in found.citations] == [1, 2, 3]
    assert found.pages == ()
    assert replace(found, citations=()) == reference_of(passage(MAIN["en"]), MAIN["en"])
