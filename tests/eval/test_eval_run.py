import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.judge import Judge
from eval.replies import read_replies
from eval.run import build_parser, judged_baseline
from eval.suites import cases_of
from migbot.errors import UsageError

ROOT = Path(__file__).parents[2]


def evaluate(program, *arguments, **changed):
    env = {name: value for name, value in os.environ.items() if name != "MIGBOT_EVAL_DATA"}
    return subprocess.run(
        [sys.executable, str(ROOT / "eval" / program), *map(str, arguments)],
        env={**env, **changed},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory):
    """The reports of two runs of the same retrieval sample."""
    folder = tmp_path_factory.mktemp("reports")
    for _ in range(2):
        done = evaluate("run.py", "--suite", "retrieval", "--limit", 6, "--reports", folder)
        assert done.returncode in {0, 1}, done.stderr
    first, second = sorted(folder.iterdir())
    return first, second


def report(folder):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.mark.models
def test_two_runs_have_the_same_retrieval_figures(two_runs):
    first, second = (report(folder)["suites"] for folder in two_runs)

    assert first == second
    assert {figure["metric"] for figure in first[0]["figures"]} >= {
        "recall@5",
        "recall@20",
        "nDCG@10",
        "MRR",
    }


@pytest.mark.models
def test_a_report_says_what_it_was_made_with(two_runs):
    made = report(two_runs[0])

    assert len(made["code_sha256"]) == 64
    assert len(made["index_id"]) == 16
    assert set(made["models"]) == {"multilingual-e5-small", "qwen2.5-coder-1.5b-instruct"}
    assert made["settings"]["top_k"] == 5
    assert "generator_api_key" not in made["settings"]
    assert made["versions"]["python"].startswith("3.11")
    assert made["started"] <= made["finished"]
    assert made["suites"][0]["items"]
    assert made["embedded_passages_per_s"] > 0
    assert made["peak_memory_bytes"] > 100_000_000


@pytest.mark.models
def test_the_comparison_of_two_equal_runs_finds_no_difference(two_runs):
    done = evaluate("compare.py", *two_runs, "--json")

    assert done.returncode == 0, done.stderr
    changes = [change for suite in json.loads(done.stdout)["suites"] for change in suite["changes"]]
    assert changes
    assert {change["mark"] for change in changes} == {"no clear difference"}


@pytest.mark.models
def test_a_suite_that_needs_data_says_how_to_give_them_and_all_goes_without(tmp_path):
    done = evaluate("run.py", "--suite", "support", "--reports", tmp_path)

    assert done.returncode == 2
    assert "MIGBOT_EVAL_DATA" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_is_not_where_it_should_be_is_told_before_anything_is_asked(tmp_path):
    done = evaluate(
        "run.py", "--suite", "abstention", "--reports", tmp_path, MIGBOT_EVAL_DATA=str(tmp_path)
    )

    assert done.returncode == 2
    assert "nomiracl" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_suite_and_a_limit_of_nothing_are_refused():
    for arguments in (["--suite", "tests"], ["--limit", "0"], ["--baseline", "plain"]):
        with pytest.raises(SystemExit) as raised:
            build_parser().parse_args(arguments)
        assert raised.value.code == 2


def test_answers_of_another_program_are_read_and_a_faulty_line_is_told(tmp_path):
    file = tmp_path / "answers.jsonl"
    file.write_text('{"id": "a", "outcome": "declined"}\n{"id": "b", "error": "it broke"}\n')

    replies = read_replies(file)

    assert replies["a"].answer == {"id": "a", "outcome": "declined"}
    assert (replies["b"].answer, replies["b"].error) == (None, "it broke")
    file.write_text('{"id": "a"}\n[]\n')
    with pytest.raises(UsageError, match="line 2"):
        read_replies(file)


def test_another_program_is_judged_by_the_questions_that_it_was_asked(tmp_path, capsys):
    first, second, third = cases_of("dev", data=None, limit=None)[:3]
    file = tmp_path / "answers.jsonl"
    file.write_text(
        json.dumps({"id": first.case_id, "error": "too slow"})
        + "\n"
        + json.dumps({"id": second.case_id, "error": "it broke"})
        + "\n"
    )
    parts = SimpleNamespace(judge=Judge({}, lambda *_: True))

    found = judged_baseline("plain", file, {"dev": (first, second, third)}, parts)

    (suite,) = found["suites"]
    assert [item["item_id"] for item in suite["items"]] == [first.case_id, second.case_id]
    assert "2 of the 3 questions of dev" in capsys.readouterr().err
    with pytest.raises(UsageError, match="none of the questions"):
        judged_baseline("plain", file, {"dev": (third,)}, parts)
