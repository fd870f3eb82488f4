import json
import re
from dataclasses import replace

import pytest
from scripted_assistant import DOCUMENTS, OTHERS, ScriptedAssistant, passage

from migbot.serve.conversation import Exchange, Visit
from migbot.serve.export import as_markdown, as_text, exported, exports_html, file_name
from migbot.serve.strings import ENGLISH, FRENCH
from migbot.types import Citation, Question, Sentence


def answered(question: str = "When was IOM founded?") -> Exchange:
    exchange = Exchange(number=1, question=question)
    for event in ScriptedAssistant(pause_s=0).answer(Question(question_id="1", text=question)):
        exchange = exchange.after(event)
    return exchange


def quoting_a_report() -> Exchange:
    """Return an answer that ends in a quote from page 4 of a report."""
    exchange = answered()
    report = OTHERS["en"][1]
    words = "It is not legally binding."
    start = report.text.index(words)
    citation = Citation(
        number=4,
        passage=passage(report, page=4),
        start=start,
        end=start + len(words),
        quote=words,
    )
    quote = Sentence(text=f"“{words}”", citations=(4,), is_quote=True)
    return replace(
        exchange,
        sentences=(quote, *exchange.sentences),
        citations=(*exchange.citations, citation),
    )


def records(text: str) -> list[dict[str, list[str]]]:
    """Read RIS as its importers do: a tag of two characters, two spaces, a dash, a space."""
    found: list[dict[str, list[str]]] = []
    for line in filter(None, text.splitlines()):
        tag, value = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line).groups()
        if tag == "TY":
            found.append({})
        found[-1].setdefault(tag, []).append(value)
    assert all([*record][:: len(record) - 1] == ["TY", "ER"] for record in found)
    return found


def test_text_holds_question_answer_and_numbered_references():
    text = as_text(quoting_a_report(), ENGLISH, DOCUMENTS)

    question, written, quote, heading, sheet, report = text.strip().split("\n\n")
    assert question == "When was IOM founded?"
    assert written.startswith("IOM goes back to 5 December 1951")
    assert written.endswith("[3]")
    assert quote == "“It is not legally binding.” [4]"
    assert heading == "Sources"
    assert sheet.startswith("[1][2][3] “The history of IOM”, migbot sheet, as of")
    assert report.startswith("[4] IOM, “The Global Compact for Safe")
    assert "p.\u00a04, https://www.iom.int/iom-history" in report


def test_a_stopped_answer_says_so():
    exchange = replace(answered(), answer=None, stage="stopped")

    assert ENGLISH.stopped in as_text(exchange, ENGLISH, DOCUMENTS)


def test_markdown_shows_what_a_visitor_wrote_as_it_is():
    exchange = replace(answered(), question="# [x](javascript:alert(1)) <b> *a* `c` ![i](u)")

    first = as_markdown(exchange, ENGLISH, DOCUMENTS).splitlines()[0]

    assert first == (r"# \# \[x\](javascript:alert(1)) \<b\> \*a\* \`c\` \!\[i\](u)")


def test_markdown_gives_the_quoted_words_below_their_reference():
    text = as_markdown(answered(), ENGLISH, DOCUMENTS)

    assert (
        "> \\[2\\] “In 1989 it became the International Organization for Migration (IOM).”" in text
    )


def test_csl_items_have_the_fields_of_their_type():
    items = json.loads(exported(quoting_a_report(), ENGLISH, DOCUMENTS)["csl"])

    sheet, source, report = items
    assert sheet["type"] == "document"
    assert sheet["publisher"] == "migbot"
    assert sheet["issued"] == {"date-parts": [[2022, 11, 30]]}
    assert source == {
        "id": f"{sheet['id']}#source-1",
        "type": "webpage",
        "title": "IOM History",
        "URL": "https://www.iom.int/iom-history",
    }
    assert report["type"] == "report"
    assert report["publisher"] == "IOM"
    assert report["page"] == "4"
    assert report["language"] == "en"
    assert report["note"] == "[4] “It is not legally binding.”"
    assert len({item["id"] for item in items}) == 3


@pytest.mark.parametrize(
    ("date", "issued", "day"),
    [
        ("2018-12-19", {"date-parts": [[2018, 12, 19]]}, ["2018/12/19/"]),
        ("2018-12", {"date-parts": [[2018, 12]]}, ["2018/12//"]),
        ("2018", {"date-parts": [[2018]]}, ["2018///"]),
        (None, None, None),
    ],
)
def test_dates_are_exported_as_precisely_as_they_are_known(date, issued, day):
    exchange = answered()
    dated = tuple(
        replace(one, passage=replace(one.passage, date=date)) for one in exchange.citations
    )
    made = exported(replace(exchange, citations=dated), ENGLISH, DOCUMENTS)

    assert json.loads(made["csl"])[0].get("issued") == issued
    assert records(made["ris"])[0].get("DA") == day


def test_ris_records_are_whole_and_keep_one_value_a_line():
    exchange = quoting_a_report()
    broken = replace(exchange.citations[0], quote="first line\nER  - \nTY  - BOOK")
    made = exported(
        replace(exchange, citations=(broken, *exchange.citations[1:])), ENGLISH, DOCUMENTS
    )["ris"]

    sheet, source, report = records(made)
    assert sheet["TY"] == ["GEN"]
    assert sheet["N1"][0] == "[1] “first line ER - TY - BOOK”"
    assert source["TY"] == ["ELEC"]
    assert source["UR"] == ["https://www.iom.int/iom-history"]
    assert report == {
        "TY": ["RPRT"],
        "TI": [OTHERS["en"][1].title],
        "PB": ["IOM"],
        "PY": ["2022"],
        "DA": ["2022/11/30/"],
        "SP": ["4"],
        "LA": ["en"],
        "UR": ["https://www.iom.int/iom-history"],
        "N1": ["[4] “It is not legally binding.”"],
        "ER": [""],
    }


def test_only_answers_with_references_are_exported():
    visit = Visit(language="fr")
    for question in ("Qui a gagné au loto ?", "Quand l’OIM a-t-elle été créée ?"):
        number = visit.begin(question).number
        visit.exchanges[number] = replace(answered(question), number=number)

    html = exports_html(visit, DOCUMENTS)

    assert re.findall('data-exchange="(.)"', html) == ["2"] * 4
    assert 'data-name="migbot-quand-l-oim-a-t-elle-ete-creee.md"' in html


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("../../etc/passwd\x00", "migbot-etc-passwd.txt"),
        ("مرحبا", "migbot-answer.txt"),
        ("a" * 100, f"migbot-{'a' * 48}.txt"),
    ],
)
def test_a_saved_answer_has_a_plain_name(question, name):
    assert file_name(question, "txt") == name


def test_references_follow_the_language_of_the_page():
    assert "fiche\u00a0de\u00a0migbot, à jour au 30 novembre 2022" in as_text(
        answered(), FRENCH, DOCUMENTS
    )
