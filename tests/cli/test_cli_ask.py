import argparse
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from migbot.answer.as_json import answer_to_json
from migbot.answer.assistant import Assistant, final_answer
from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.cli import ask as ask_command
from migbot.cli import index as index_command
from migbot.cli.ask import answer_to_text
from migbot.documents.load import load_document
from migbot.errors import IndexMissingError, UsageError
from migbot.index.fakes import HashEmbedder
from migbot.settings import Settings
from migbot.types import Answer, Citation, Hit, Passage, Question, Seconds, Sentence

STATEMENT = Path(__file__).parents[3] / "shared/domain/declaration-reseau-2018.fr.txt"
FIELDS = ["id", "question", "language", "outcome", "text", "sentences", "citations", "passages"]
CITATION_FIELDS = [
    "number",
    "passage_id",
    "document_id",
    "path",
    "title",
    "url",
    "language",
    "date",
    "page",
    "start",
    "end",
    "quote",
]
PASSAGE = Passage(
    passage_id="a1",
    document_id="en/vote.md",
    path="en/vote.md",
    title="The vote",
    url="https://press.un.org/",
    language="en",
    date="2018-12-19",
    page=3,
    start=40,
    end=99,
    text="Many States met. The Compact was adopted by 152 votes to 5.",
    headings=(),
    section=0,
    translation_key=None,
)
ANSWER = Answer(
    question_id="q7",
    question="How was it adopted?",
    language="en",
    outcome="answered",
    text="The Compact was adopted by 152 votes [1].",
    sentences=(Sentence(text="The Compact was adopted by 152 votes.", citations=(1,)),),
    citations=(
        Citation(
            number=1,
            passage=PASSAGE,
            start=57,
            end=99,
            quote="The Compact was adopted by 152 votes to 5.",
        ),
    ),
    hits=(Hit(rank=1, score=0.5, cosine=0.9, passage=PASSAGE),),
    seconds=Seconds(retrieval=0.123456, first_sentence=1.5, total=2.0),
)
DECLINED = replace(
    ANSWER,
    outcome="declined",
    reason="not_found",
    text="The documents do not answer.",
    sentences=(),
    citations=(),
    seconds=Seconds(retrieval=0.1, first_sentence=None, total=0.2),
)


def run(*arguments):
    """Run one command as `migbot` does, and return its exit status."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    index_command.add_parser(commands)
    ask_command.add_parser(commands)
    options = parser.parse_args([str(argument) for argument in arguments])
    return options.run(options)


def test_json_holds_the_contract_field_by_field():
    printed = answer_to_json(ANSWER)

    assert list(printed) == [*FIELDS, "seconds"]
    assert [printed[name] for name in FIELDS[:5]] == [
        "q7",
        "How was it adopted?",
        "en",
        "answered",
        "The Compact was adopted by 152 votes [1].",
    ]
    assert printed["sentences"] == [
        {"text": "The Compact was adopted by 152 votes.", "citations": [1]}
    ]
    assert printed["seconds"] == {"retrieval": 0.1235, "first_sentence": 1.5, "total": 2.0}
    assert json.loads(json.dumps(printed)) == printed


def test_a_citation_is_printed_with_its_source_and_its_own_place():
    (citation,) = answer_to_json(ANSWER)["citations"]

    assert list(citation) == CITATION_FIELDS
    assert (citation["start"], citation["end"]) == (57, 99)
    assert (citation["date"], citation["page"]) == ("2018-12-19", 3)
    assert citation["quote"] in PASSAGE.text


def test_passages_are_printed_as_search_prints_them():
    (passage,) = answer_to_json(ANSWER)["passages"]

    assert (passage["rank"], passage["score"], passage["text"]) == (1, 0.5, PASSAGE.text)
    assert passage["end"] - passage["start"] == len(passage["text"])


def test_a_refusal_is_printed_with_its_reason_and_nothing_to_cite():
    printed = answer_to_json(DECLINED)

    assert printed["outcome"] == "declined"
    assert printed["reason"] == "not_found"
    assert printed["sentences"] == printed["citations"] == []
    assert printed["seconds"]["first_sentence"] is None
    assert printed["passages"]


def test_an_answer_has_no_reason():
    assert "reason" not in answer_to_json(ANSWER)


def test_what_a_scripted_model_says_is_printed_with_quotes_of_the_given_passages():
    text = "The Network brings together 38 entities. It was set up in 2018."
    given = replace(PASSAGE, passage_id="p1", document_id="p1", path="", text=text, start=0, end=62)
    assistant = Assistant(
        index=None,
        embedder=HashEmbedder(),
        generator=ScriptedGenerator(["The Network brings together 38 entities [1]."]),
        settings=Settings(),
    )
    question = Question(
        question_id="q1", text="How many entities are in the Network?", passages=(given,)
    )

    printed = answer_to_json(final_answer(assistant.answer(question)))

    assert printed["outcome"] == "answered"
    (citation,) = printed["citations"]
    assert citation["passage_id"] == "p1"
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_person_reads_the_answer_and_then_each_source_with_its_quote():
    lines = answer_to_text(ANSWER).splitlines()

    assert lines == [
        "The Compact was adopted by 152 votes [1].",
        "",
        "[1] The vote, 2018-12-19, en/vote.md, https://press.un.org/",
        "    “The Compact was adopted by 152 votes to 5.”",
    ]


def test_a_person_reads_the_nearest_passages_under_a_refusal():
    text = answer_to_text(DECLINED)

    assert text.startswith("The documents do not answer.\n")
    assert PASSAGE.text in text


def test_nothing_that_a_passage_holds_commands_the_terminal():
    odd = replace(PASSAGE, title="A\nB\x9b", url=None, path="\x1b[2J.md", text="\x1b]0;title\x07")
    citation = replace(ANSWER.citations[0], passage=odd, quote="\x1b[31m152 votes")
    hit = replace(DECLINED.hits[0], passage=odd)

    answered = answer_to_text(replace(ANSWER, citations=(citation,)))
    declined = answer_to_text(replace(DECLINED, hits=(hit,)))

    assert r"A\nB\x9b, 2018-12-19, \x1b[2J.md" in answered
    assert r"\x1b[31m152 votes" in answered
    assert r"- A\nB\x9b: \x1b]0;title\x07" in declined


def test_without_an_index_it_says_so_before_any_model_is_loaded(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MIGBOT_EMBEDDER", "hash")

    with pytest.raises(IndexMissingError) as missing:
        run("ask", "Who leads IOM?", "--index", tmp_path, "--json")

    assert missing.value.exit_status == 3
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [(), ("Who?", "--questions", "file.jsonl")])
def test_wants_a_question_or_a_file(arguments):
    with pytest.raises(UsageError, match="--questions"):
        run("ask", *arguments)


def test_a_language_that_migbot_does_not_write_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as wrong:
        run("ask", "Wer?", "--language", "de")

    assert wrong.value.code == 2
    assert "--language" in capsys.readouterr().err


def test_faulty_lines_alone_load_no_model_and_are_wrong_input(tmp_path, capsys):
    file = tmp_path / "questions.jsonl"
    file.write_text('no\n{"id": "b", "question": ""}\n', encoding="utf-8")

    assert run("ask", "--questions", file, "--index", tmp_path, "--json") == 2

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [list(line) for line in lines] == [["id", "error"]] * 2
    assert [line["id"] for line in lines] == [None, "b"]


ANSWERABLE = [
    ("Qui coordonne le Réseau ?", "fr", ["Directeur général", "OIM"]),
    ("Who coordinates the Network?", "en", ["Director General", "IOM"]),
    ("Combien d’entités le Réseau regroupe-t-il ?", "fr", ["38"]),
    ("How many entities does the Network bring together?", "en", ["38"]),
    (
        "Qui sont les huit membres du Comité de direction ?",
        "fr",
        ["OIT", "OIM", "HCDH", "PNUD", "HCR", "UNICEF", "ONUDC"],
    ),
    (
        "Who are the eight members of the Executive Committee of the Network?",
        "en",
        ["ILO|OIT", "IOM|OIM", "OHCHR|HCDH", "UNDP|PNUD", "UNHCR|HCR", "UNICEF", "UNODC|ONUDC"],
    ),
    ("Quand l’Assemblée générale a-t-elle adopté le Pacte ?", "fr", ["19 décembre 2018"]),
    ("When did the General Assembly adopt the Compact?", "en", ["19", "December|décembre", "2018"]),
    ("Le Pacte est-il juridiquement contraignant ?", "fr", ["n’est pas|ne soit pas|non"]),
    ("Is the Compact legally binding?", "en", [r"\bnot\b|ne soit pas"]),
    ("Depuis quand l’OIM promeut-elle une migration humaine et ordonnée ?", "fr", ["1951"]),
    ("Since when has IOM promoted humane and orderly migration?", "en", ["1951"]),
]
UNANSWERABLE = [
    "Quel est le budget annuel du Réseau ?",
    "What is the annual budget of the Network?",
    "Quel temps fera-t-il demain à Genève ?",
    "What will the weather be like tomorrow in Geneva?",
]


@pytest.fixture(scope="session")
def real_answers(tmp_path_factory):
    """What `migbot ask` prints for all of these questions, from the statement alone, by question.

    One process answers them all, so that the models are loaded once.
    """
    if not STATEMENT.is_file():
        pytest.skip("needs the statement of the Network beside the repository")
    folder = tmp_path_factory.mktemp("statement")
    (folder / "corpus").mkdir()
    (folder / "corpus/statement.txt").write_bytes(STATEMENT.read_bytes())
    asked = [question for question, *_ in ANSWERABLE] + UNANSWERABLE
    lines = [json.dumps({"id": question, "question": question}) for question in asked]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    migbot("index", "build", "--corpus", folder / "corpus", "--index", folder / "indexes")
    printed = migbot(
        "ask", "--questions", folder / "questions.jsonl", "--index", folder / "indexes", "--json"
    )
    return {answer["id"]: answer for answer in map(json.loads, printed.splitlines())}


def migbot(*arguments):
    command = Path(sys.executable).with_name("migbot")
    done = subprocess.run(
        [command, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.models
@pytest.mark.parametrize(("question", "language", "facts"), ANSWERABLE)
def test_the_statement_answers_with_its_facts(real_answers, question, language, facts):
    answer = real_answers[question]

    assert (answer["outcome"], answer["language"]) == ("answered", language)
    for fact in facts:
        assert re.search(fact, answer["text"]), f"{fact} is not in: {answer['text']}"


@pytest.mark.models
@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_the_statement_does_not_say_is_declined(real_answers, question):
    answer = real_answers[question]

    assert answer["outcome"] == "declined", answer["text"]
    assert answer["sentences"] == answer["citations"] == []


@pytest.mark.models
def test_every_sentence_has_a_verbatim_quote_of_a_passage_shown(real_answers):
    loaded = load_document(STATEMENT.parent, STATEMENT, document_bytes=10**6)
    document = loaded.document.text

    for answer in real_answers.values():
        used = [number for sentence in answer["sentences"] for number in sentence["citations"]]
        assert list(dict.fromkeys(used)) == list(range(1, len(answer["citations"]) + 1))
        assert all(sentence["citations"] for sentence in answer["sentences"])
        shown = {passage["passage_id"] for passage in answer["passages"]}
        for citation in answer["citations"]:
            assert citation["quote"] == document[citation["start"] : citation["end"]] != ""
            assert citation["passage_id"] in shown
