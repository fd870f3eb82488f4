import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from eval.baselines.answers import Found, Reply, renumber, to_answer
from eval.baselines.asking import InputError, main, read_lines, unanswered
from eval.baselines.decline import only_cannot_find
from eval.baselines.export import passage_to_json, question_to_json
from eval.baselines.sentences import split_sentences
from eval.cases import Case
from migbot.answer.as_json import hit_to_json
from migbot.settings import load_settings
from migbot.types import Hit, Passage, Question, Turn

ROOT = Path(__file__).parents[2]
QUESTION = {"id": "q1", "question": "How many states voted for it?", "language": "en"}


def a_passage(number, text="152 states voted for it."):
    return Passage(
        passage_id=f"p{number}",
        document_id=f"en/{number}.md",
        path=f"en/{number}.md",
        title=f"Document {number}",
        url=None,
        language="en",
        date="2018-12-19",
        page=None,
        start=10,
        end=10 + len(text),
        text=text,
        headings=(),
        section=0,
        translation_key=None,
    )


def a_reply(text, passages=2):
    return Reply(
        text=text,
        found=tuple(
            Found(score=1 - number / 10, passage=passage_to_json(a_passage(number)))
            for number in range(1, passages + 1)
        ),
        retrieval_s=0.5,
        first_sentence_s=1.5,
        total_s=2.0,
    )


class Parrot:
    """Stands where a model would: says the question again, and fails on one."""

    def __init__(self):
        self.asked = []

    def reply(self, question):
        self.asked.append(question)
        if question == "fail":
            raise RuntimeError("the model failed")
        return a_reply(f"{question} [1].")


def write_lines(file, lines):
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def options(folder, questions):
    passages = write_lines(
        folder / "passages.jsonl", [passage_to_json(a_passage(number)) for number in (1, 2)]
    )
    asked = [{"id": name, "question": text, "language": "en"} for name, text in questions]
    return [
        f"--passages={passages}",
        f"--questions={write_lines(folder / 'questions.jsonl', asked)}",
        f"--models={folder}",
        f"--out={folder / 'out' / 'answers.jsonl'}",
    ]


def answers_in(folder):
    lines = (folder / "out" / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "I cannot find it.",
        "I'm sorry, but I couldn’t find this in the sources.",
        "The sources do not say how many states abstained [2].",
        "The provided documents don't mention a budget for Mars. Please consult the website.",
        "The budget is not mentioned in the provided sources.",
        "There is no information about Mars in these sources.",
        "The answer cannot be found in the sources.",
        "Je ne trouve pas la réponse.",
        "Désolé, mais je n’ai trouvé aucune information à ce sujet.",
        "Je ne peux pas répondre à cette question.",
        "Les sources ne disent pas combien d'États se sont abstenus.",
        "Les documents fournis ne contiennent aucune information sur ce budget. [1]",
        "Le budget n'est pas mentionné dans les sources.",
        "Aucune information n'est donnée sur ce point.",
    ],
)
def test_a_reply_that_only_says_it_cannot_find_is_known(text):
    assert only_cannot_find(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "152 states voted for it [1].",
        "The sources do not give the date. It was adopted in Marrakech [1].",
        "I cannot find the date, but 152 states voted for it [1].",
        "The Compact does not mention climate visas [1].",
        "The Compact is not legally binding [1].",
        "No state voted twice.",
        "Les sources ne donnent pas la date, mais 152 États ont voté pour [1].",
        "Le Pacte n'est pas juridiquement contraignant [1].",
        "Le Réseau ne compte pas 40 membres [1].",
        "Please find the answer here: 152 [1].",
    ],
)
def test_a_reply_that_says_anything_more_is_an_answer(text):
    assert not only_cannot_find(text)


def test_markers_are_numbered_in_order_of_first_use():
    text, cited = renumber("A [3]. B [1, 3]. C [Source 2].", 3)

    assert text == "A [1]. B [2][1]. C [3]."
    assert cited == (3, 1, 2)


def test_a_marker_to_no_passage_cites_nothing_and_stays_to_be_seen():
    text, cited = renumber("A [7]. B [2] [0].", 5)

    assert text == "A [7]. B [1] [0]."
    assert cited == (2,)


def test_sentences_end_at_full_stops_before_capitals_and_at_line_ends():
    text = (
        "M. Vitorino led it in 2018. [1], [2] It grew by 3.7 % [2]!\n- Then it met\n[3]\n1. Last."
    )

    assert split_sentences(text) == (
        "M. Vitorino led it in 2018. [1], [2]",
        "It grew by 3.7 % [2]!",
        "Then it met[3]",
        "Last.",
    )


def test_an_answer_has_the_form_that_migbot_prints():
    answer = to_answer(QUESTION, a_reply("  152 states did [2], [9]. Few did not. [2], [1]\n"))

    source = {
        "path": "en/2.md",
        "title": "Document 2",
        "url": None,
        "language": "en",
        "date": "2018-12-19",
        "page": None,
        "start": 10,
        "end": 34,
    }
    assert answer["outcome"] == "answered"
    assert answer["text"] == "152 states did [1], [9]. Few did not. [1], [2]"
    assert answer["sentences"] == [
        {"text": "152 states did.", "citations": [1]},
        {"text": "Few did not.", "citations": [1, 2]},
    ]
    assert answer["citations"][0] == {
        "number": 1,
        "passage_id": "p2",
        "document_id": "en/2.md",
        **source,
        "quote": "152 states voted for it.",
    }
    assert [citation["number"] for citation in answer["citations"]] == [1, 2]
    assert answer["passages"][0] == hit_to_json(
        Hit(rank=1, score=0.9, cosine=0.9, passage=a_passage(1))
    )
    assert answer["seconds"] == {"retrieval": 0.5, "first_sentence": 1.5, "total": 2.0}
    assert "reason" not in answer


def test_a_declined_answer_states_nothing_and_says_why():
    answer = to_answer(QUESTION, a_reply("I cannot find it [1]."))

    assert (answer["outcome"], answer["reason"]) == ("declined", "not_found")
    assert answer["sentences"] == answer["citations"] == []
    assert answer["seconds"]["first_sentence"] is None


def test_a_reply_of_nothing_has_failed():
    assert to_answer(QUESTION, a_reply(" \n"))["outcome"] == "failed"


def test_a_run_started_again_asks_only_what_is_left_and_mends_half_a_line(tmp_path):
    first, second = Parrot(), Parrot()

    assert main("", lambda *_: first, options(tmp_path, [("a", "one")])) == 0
    with (tmp_path / "out" / "answers.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "b", "out')
    given = options(tmp_path, [("a", "one"), ("b", "fail"), ("c", "three")])
    assert main("", lambda *_: second, given) == 0

    assert (first.asked, second.asked) == (["one"], ["fail", "three"])
    told = answers_in(tmp_path)
    assert [answer["id"] for answer in told] == ["a", "b", "c"]
    assert told[1] == {"id": "b", "error": "RuntimeError: the model failed"}
    assert told[2]["sentences"] == [{"text": "three.", "citations": [1]}]


def test_a_run_with_nothing_left_to_ask_loads_no_model(tmp_path):
    given = options(tmp_path, [("a", "one")])
    main("", lambda *_: Parrot(), given)

    assert main("", lambda *_: pytest.fail("loaded"), given) == 0
    assert len(answers_in(tmp_path)) == 1


@pytest.mark.parametrize("changed", ["question", "passage"])
def test_answers_to_other_questions_or_from_other_passages_are_not_gone_on_with(tmp_path, changed):
    main("", lambda *_: Parrot(), options(tmp_path, [("a", "one")]))
    asked = "two" if changed == "question" else "one"
    text = "181 states." if changed == "passage" else "152 states voted for it."
    questions = ({"id": "a", "question": asked, "language": "en"},)
    passages = tuple(passage_to_json(a_passage(number, text)) for number in (1, 2))

    with pytest.raises(InputError, match="delete it to ask anew"):
        unanswered(questions, passages, tmp_path / "out" / "answers.jsonl")


def test_a_faulty_line_stops_the_run_and_is_named(tmp_path, capsys):
    given = options(tmp_path, [("a", "one")])
    write_lines(tmp_path / "questions.jsonl", [QUESTION, {"id": "q2", "question": "When?"}])

    assert main("", lambda *_: Parrot(), given) == 2
    assert "questions.jsonl, line 2: lacks language" in capsys.readouterr().err


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="is empty"):
        read_lines(write_lines(tmp_path / "none.jsonl", []), ("id",))


def test_a_question_is_written_as_migbot_reads_it():
    case = Case(
        case_id="c1",
        question=Question(
            question_id="c1", text="Et en 2020 ?", history=(Turn(role="user", text="En 2024 ?"),)
        ),
        language="fr",
        kind="follow_up",
        topic="data",
        expected="decline",
    )

    assert question_to_json(case) == {
        "id": "c1",
        "question": "Et en 2020 ?",
        "language": "fr",
        "history": [{"role": "user", "text": "En 2024 ?"}],
    }


def test_the_baselines_import_nothing_of_migbot():
    for path in (ROOT / "eval/baselines").glob("*.py"):
        found = re.findall(
            r"^(?:from|import) (migbot|eval\.(?!baselines|progress))",
            path.read_text(),
            re.MULTILINE,
        )
        assert (path.name, bool(found)) == (path.name, path.name == "export.py")


@pytest.mark.models
@pytest.mark.parametrize("baseline", ["plain", "haystack_rag"])
def test_a_baseline_answers_from_its_passages_and_declines_what_they_do_not_say(tmp_path, baseline):
    environment = ROOT / "eval/baselines/.venv"
    subprocess.run(
        ["make", "-s", environment.relative_to(ROOT) / ".installed"],  # noqa: S607 - the make at hand
        cwd=ROOT,
        check=True,
    )
    given = [
        a_passage(1, "The General Assembly endorsed the Compact by 152 votes to 5."),
        a_passage(2, "The Network on Migration was established in 2018."),
    ]
    passages = write_lines(tmp_path / "passages.jsonl", [passage_to_json(one) for one in given])
    questions = write_lines(
        tmp_path / "questions.jsonl",
        [
            {
                "id": "q1",
                "question": "By how many votes was the Compact endorsed?",
                "language": "en",
            },
            {"id": "q2", "question": "What does an IOM office on Mars cost?", "language": "en"},
        ],
    )
    out = tmp_path / "answers.jsonl"

    done = subprocess.run(
        [
            environment / "bin/python",
            ROOT / f"eval/baselines/{baseline}.py",
            f"--passages={passages}",
            f"--questions={questions}",
            f"--models={load_settings().models}",
            f"--out={out}",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"},
    )

    first, second = (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert first["outcome"] == "answered"
    assert "152" in first["text"]
    assert first["passages"][0]["passage_id"] == "p1"
    assert {one["passage_id"] for one in first["passages"]} == {"p1", "p2"}
    assert second["outcome"] == "declined"
    assert "2/2" in done.stderr
