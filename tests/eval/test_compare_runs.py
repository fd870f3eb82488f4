import io
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from rich.console import Console

from eval.agreement import ABSENT, Report, Setting, Texts, compare_reports
from eval.cases import ALL, Figure, Item, SuiteResult
from eval.compare import print_comparison, read_report
from eval.differences import compare_suite, is_better_lower
from eval.intervals import figures
from eval.retrieval import BOTH
from migbot.errors import UsageError

ROOT = Path(__file__).parents[2]
MADE_WITH = {
    "commit": "c1",
    "changed": False,
    "code_sha256": "s1",
    "index_id": "i1",
    "models": {"generator": "m1"},
    "settings": {"candidates": 50},
    "versions": {"python": "3.11.9"},
    "machine": {"cores": 2},
    "limit": None,
}


def item(item_id, scores=None, verdict=None, answer=None, language="en", kind="fact", **detail):
    if answer is not None:
        detail["answer"] = {"text": answer}
    elif "error" in detail:
        detail["answer"] = None
    return Item(
        item_id=item_id,
        language=language,
        kind=kind,
        text=f"What of {item_id}?",
        scores=scores or {},
        verdict=verdict,
        detail=detail,
    )


def suite(*items, name="dev", data="d1", more=()):
    return SuiteResult(
        suite=name, data_sha256=data, items=items, figures=(*figures(items), *more), notes=()
    )


def set_figure(value):
    return Figure(metric="auroc", language="en", kind=ALL, n=9, value=value, low=value, high=value)


def report(*suites, **made_with):
    return Report(suites={one.suite: one for one in suites}, made_with={**MADE_WITH, **made_with})


def change_of(compared, metric, language=ALL, kind=ALL):
    (found,) = [
        one
        for one in compared.changes
        if (one.metric, one.language, one.kind) == (metric, language, kind)
    ]
    return found


def compared_scores(metric, old, new):
    before = [item(str(at), {metric: value}) for at, value in enumerate(old)]
    after = [item(str(at), {metric: value}) for at, value in enumerate(new)]
    # Pairs are made by id, whatever the order.
    compared = compare_suite(suite(*before), suite(*reversed(after)), by_kind=False)
    return change_of(compared, metric)


def test_a_difference_is_of_the_same_items_with_its_interval_and_p_value():
    change = compared_scores("right", [0.0] * 8 + [1.0] * 2, [1.0] * 10)
    assert (change.old, change.new) == (0.2, 1.0)
    assert change.paired.n == 10
    assert change.paired.difference == pytest.approx(0.8)
    # Draws of ten at 0.8: at most 4 in 0.6 %, at most 5 in 3.3 %, all ten in 11 %.
    assert (change.paired.low, change.paired.high) == pytest.approx((0.5, 1.0))
    # Eight that moved, all upwards: two of 2⁸ signs are as far from nought.
    assert change.paired.p_value == pytest.approx(2 / 256)
    assert change.mark == "better"


def test_a_run_compared_the_other_way_round_is_worse():
    change = compared_scores("right", [1.0] * 10, [0.0] * 8 + [1.0] * 2)
    assert change.paired.difference == pytest.approx(-0.8)
    assert change.mark == "worse"


@pytest.mark.parametrize(
    ("metric", "mark"),
    [
        ("right", "better"),
        ("tokens_per_s", "better"),
        ("recall@5", "better"),
        ("wrong", "worse"),
        ("declined_wrongly", "worse"),
        ("confidently_wrong", "worse"),
        ("first_source_s", "worse"),
        ("total_s", "worse"),
        ("prompt_tokens", "worse"),
        ("partly", "higher"),
        ("confidence", "higher"),
    ],
)
def test_a_rise_is_marked_by_what_the_metric_measures(metric, mark):
    assert compared_scores(metric, [1.0] * 8, [2.0] * 8).mark == mark


def test_a_fall_of_a_neutral_metric_is_lower():
    assert compared_scores("partly", [1.0] * 8, [0.0] * 8).mark == "lower"


def test_errors_of_a_whole_set_are_better_lower():
    assert is_better_lower("calibration_error")
    assert is_better_lower("area_under_risk_coverage")
    assert not is_better_lower("auroc")


def test_a_few_answers_that_all_moved_alike_are_no_clear_difference():
    # The interval is (1, 1), but five signs that agree have a p value of 2 / 2⁵.
    change = compared_scores("right", [0.0] * 5, [1.0] * 5)
    assert (change.paired.low, change.paired.p_value) == (1.0, 0.0625)
    assert change.mark == "no clear difference"


def test_an_interval_of_some_width_that_excludes_0_is_clear():
    # Draws of five at 0.8: at most 1 in 0.7 %, at most 2 in 5.8 %.
    change = compared_scores("right", [0.0] * 4 + [1.0], [1.0] * 5)
    assert (change.paired.low, change.paired.high) == pytest.approx((0.4, 1.0))
    assert change.mark == "better"


def test_gains_that_equal_the_losses_are_no_clear_difference():
    change = compared_scores("right", [1.0, 0.0] * 5, [0.0, 1.0] * 5)
    assert change.paired.difference == 0
    assert change.mark == "no clear difference"


def test_only_items_that_have_the_metric_in_both_runs_are_paired():
    metric = "citation_precision"
    old = suite(item("a", {metric: 1.0}), item("b", {metric: 0.5}), item("c", {metric: 0.0}))
    new = suite(item("a", {metric: 0.5}), item("b", {metric: 0.5}), item("c", {"right": 1.0}))
    compared = compare_suite(old, new, by_kind=False)
    change = change_of(compared, metric)
    assert (change.old, change.new) == (0.5, 0.5)
    assert (change.paired.n, change.paired.difference) == (2, -0.25)
    new_alone = change_of(compared, "right")
    assert (new_alone.old, new_alone.new, new_alone.paired, new_alone.mark) == (
        None,
        1.0,
        None,
        None,
    )


def test_figures_are_compared_by_language_and_by_kind_where_asked():
    old = suite(
        item("a", {"right": 0.0}, language="fr", kind="fact"),
        item("b", {"right": 0.0}, language="en", kind="fact"),
        item("c", {"right": 0.0}, language="en", kind="list"),
    )
    new = suite(
        item("a", {"right": 1.0}, language="fr", kind="fact"),
        item("b", {"right": 0.0}, language="en", kind="fact"),
        item("c", {"right": 1.0}, language="en", kind="list"),
    )
    by_kind = compare_suite(old, new, by_kind=True)
    differences = {
        (one.language, one.kind): (one.paired.n, one.paired.difference) for one in by_kind.changes
    }
    assert differences == {
        (ALL, ALL): (3, pytest.approx(2 / 3)),
        (ALL, "fact"): (2, 0.5),
        (ALL, "list"): (1, 1.0),
        ("fr", ALL): (1, 1.0),
        ("fr", "fact"): (1, 1.0),
        ("en", ALL): (2, 0.5),
        ("en", "fact"): (1, 0.0),
        ("en", "list"): (1, 1.0),
    }
    without = compare_suite(old, new, by_kind=False)
    assert [one.language for one in without.changes] == [ALL, "en", "fr"]


def test_retrieval_over_all_kinds_is_of_own_questions_alone():
    def searched(own, theirs):
        own_items = [
            item("q1/fr→en", {"recall@5": own}, language="fr→en", kind="number"),
            item(f"q1/fr→{BOTH}", {"recall@5": own}, language=f"fr→{BOTH}", kind="number"),
        ]
        their_items = [item("law-7/fr→en", {"recall@5": theirs}, language="fr→en", kind="law")]
        summed_up = (*figures(own_items), *(one for one in figures(their_items) if one.kind != ALL))
        return SuiteResult(
            suite="retrieval",
            data_sha256="d1",
            items=(*own_items, *their_items),
            figures=summed_up,
        )

    compared = compare_suite(searched(0.0, 0.5), searched(1.0, 0.0), by_kind=True)
    own = change_of(compared, "recall@5", "fr→en")
    assert (own.old, own.new, own.paired.n, own.paired.difference) == (0.0, 1.0, 1, 1.0)
    assert change_of(compared, "recall@5").paired.n == 2
    theirs = change_of(compared, "recall@5", "fr→en", "law")
    assert (theirs.paired.n, theirs.paired.difference) == (1, -0.5)


def test_a_figure_of_a_whole_set_is_shown_without_a_paired_difference():
    old, new = suite(item("a"), more=[set_figure(0.7)]), suite(item("a"), more=[set_figure(0.8)])
    change = change_of(compare_suite(old, new, by_kind=False), "auroc", "en")
    assert (change.old, change.new, change.paired, change.mark) == (0.7, 0.8, None, None)


def test_questions_that_flipped_are_listed_with_both_texts():
    old = suite(
        item("a", verdict="right", answer="152 votes [1]"),
        item("b", verdict="right", answer="Yes [1]"),
        item("c", verdict="wrong", error="ValueError: broken"),
        item("d", verdict="wrong"),
    )
    new = suite(
        item("a", verdict="wrong", answer="181 votes [1]"),
        item("b", verdict="right", answer="Yes, it is [1]"),
        item("c", verdict="declined_rightly", answer="The documents do not say."),
        item("d", verdict="wrong"),
    )
    flips = compare_suite(old, new, by_kind=False).flips
    assert [
        (one.item_id, one.old_verdict, one.new_verdict, one.old_text, one.new_text) for one in flips
    ] == [
        ("a", "right", "wrong", "152 votes [1]", "181 votes [1]"),
        ("c", "wrong", "declined_rightly", "ValueError: broken", "The documents do not say."),
    ]
    assert flips[0].question == "What of a?"


def test_items_of_one_run_alone_are_named():
    compared = compare_suite(
        suite(item("a"), item("b")), suite(item("b"), item("c")), by_kind=False
    )
    assert (compared.items, compared.only_in_old, compared.only_in_new) == (1, ("a",), ("c",))


def test_two_runs_of_one_commit_say_which_texts_differ_of_how_many():
    old = report(suite(item("a", answer="x"), item("b", answer="y"), item("c", error="broken")))
    new = report(suite(item("a", answer="x"), item("b", answer="z"), item("c", error="broken")))
    repeat = compare_reports(old, new, by_kind=False).repeat
    assert repeat.texts == (Texts(suite="dev", of=3, differ=("b",)),)
    assert repeat.retrieval_figures is None
    same = compare_reports(old, old, by_kind=False).repeat
    assert same.texts == (Texts(suite="dev", of=3, differ=()),)


def test_two_runs_of_one_commit_say_which_retrieval_figures_differ():
    def searched(value):
        one = item("q/en→both", {"MRR": value, "recall@5": 1.0}, language="en→both")
        return report(suite(one, name="retrieval"))

    repeat = compare_reports(searched(0.5), searched(0.25), by_kind=False).repeat
    # Two metrics, over all and for one language, each over all kinds and for one.
    assert repeat.retrieval_figures == 8
    assert repeat.retrieval_differs == (
        "MRR all all",
        "MRR all fact",
        "MRR en→both all",
        "MRR en→both fact",
    )
    assert repeat.texts == ()
    assert (
        compare_reports(searched(0.5), searched(0.5), by_kind=False).repeat.retrieval_differs == ()
    )


@pytest.mark.parametrize(
    "other", [{"commit": "c2"}, {"code_sha256": "s2"}, {"changed": True}, {"commit": None}]
)
def test_runs_of_other_or_unknown_code_are_no_repeat(other):
    old, new = report(suite(item("a", answer="x"))), report(suite(item("a", answer="x")), **other)
    assert compare_reports(old, new, by_kind=False).repeat is None
    assert compare_reports(new, old, by_kind=False).repeat is None


def test_two_runs_of_one_commit_with_uncommitted_changes_are_no_repeat():
    run_of = report(suite(item("a", answer="x")), changed=True)
    assert compare_reports(run_of, run_of, by_kind=False).repeat is None


def test_what_the_runs_were_made_with_is_told_where_it_differs():
    old = report(suite(item("a")), settings={"candidates": 50, "top_k": 5})
    new = report(
        suite(item("a")), settings={"candidates": 80}, index_id="i2", limit=60, started="later"
    )
    assert compare_reports(old, new, by_kind=False).settings == (
        Setting(name="index_id", old="i1", new="i2"),
        Setting(name="settings.candidates", old=50, new=80),
        Setting(name="settings.top_k", old=5, new=ABSENT),
        Setting(name="limit", old=None, new=60),
    )


def test_different_data_are_refused_by_the_name_of_the_suite():
    old = report(suite(item("a")), suite(item("b"), name="test"))
    new = report(suite(item("a")), suite(item("b"), name="test", data="d2"), limit=60)
    with pytest.raises(UsageError, match=r"^test: .* different data \(limits: none and 60\)"):
        compare_reports(old, new, by_kind=False)


def test_reports_without_a_shared_suite_are_refused():
    old, new = report(suite(item("a"))), report(suite(item("a"), name="test"))
    with pytest.raises(UsageError, match="the old one has dev, the new one test"):
        compare_reports(old, new, by_kind=False)


def test_suites_of_one_run_alone_are_named():
    both, other = suite(item("a")), suite(item("b"), name="test")
    found = compare_reports(report(both, other), report(both), by_kind=False)
    assert (found.only_in_old, found.only_in_new) == (("test",), ())
    assert [one.suite for one in found.suites] == ["dev"]


def written(folder, *suites, **made_with):
    folder.mkdir()
    content = {
        "schema": 1,
        **MADE_WITH,
        **made_with,
        "suites": [asdict(one) for one in suites],
    }
    (folder / "report.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", "schema 1"),
        ('{"schema": 2}', "schema 1"),
        ('{"schema": 1}', "not a whole report"),
        ('{"schema": 1, "suites": [{"suite": "dev"}]}', "not a whole report"),
        ('{"schema": 1, "suites": 3}', "not a whole report"),
    ],
)
def test_a_file_that_is_no_report_is_refused(tmp_path, content, message):
    file = tmp_path / "report.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_report(file)


def test_an_unfinished_run_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"name the report\.json of a finished run"):
        read_report(tmp_path)


def run(*arguments):
    return subprocess.run(
        [sys.executable, "eval/compare.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def two_runs(tmp_path):
    verdicts = {0.0: "wrong", 1.0: "right"}

    def asked(scores, text):
        return suite(
            *(
                item(f"q{at}", {"right": value}, verdict=verdicts[value], answer=f"{text} {at} [1]")
                for at, value in enumerate(scores)
            )
        )

    old = written(tmp_path / "old", asked([0.0] * 8 + [1.0] * 2, "[red]non\nnon"))
    return old, written(tmp_path / "new", asked([1.0] * 10, "oui\x1b[2J"))


def test_the_command_prints_tables_flips_and_texts(tmp_path):
    done = run(*two_runs(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert "right all 0.2 1 +0.8 (+0.5 to +1) 0.008 10 better" in rows
    assert "8 of 10 verdicts changed" in done.stdout
    assert "q3 (en, fact): wrong → right" in done.stdout
    assert "  old: [red]non non 3 [1]\n  new: oui [2J 3 [1]\n" in done.stdout
    assert "dev: texts differ in 10 of 10: q0, q1, q2, q3, q4, q5, q6, q7, q8, q9\n" in done.stdout


def test_the_command_says_that_nothing_differs(tmp_path):
    old, _ = two_runs(tmp_path)
    done = run(old, old / "report.json")
    assert "0 of 10 verdicts changed" in done.stdout
    assert "dev: texts are the same in all 10\n" in done.stdout
    assert "retrieval was not run in both" in done.stdout


def test_the_command_prints_json_alone(tmp_path):
    done = run(*two_runs(tmp_path), "--json")
    printed = json.loads(done.stdout)
    (compared,) = printed["suites"]
    # By language (all, en) and by kind (all, fact).
    assert [(one["language"], one["kind"]) for one in compared["changes"]] == [
        ("all", "all"),
        ("all", "fact"),
        ("en", "all"),
        ("en", "fact"),
    ]
    assert compared["changes"][0]["mark"] == "better"
    assert compared["changes"][0]["paired"]["n"] == 10
    assert len(compared["flips"]) == 8
    assert printed["repeat"]["texts"][0]["of"] == 10


def test_the_command_refuses_different_data_in_one_line(tmp_path):
    old = written(tmp_path / "old", suite(item("a")))
    new = written(tmp_path / "new", suite(item("a"), data="d2"))
    done = run(old, new, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "eval: dev: the reports asked different data; run both on the same questions\n"
    )


def test_a_narrow_terminal_cuts_no_figure(tmp_path):
    old, new = map(read_report, two_runs(tmp_path))
    printed = io.StringIO()
    print_comparison(compare_reports(old, new, by_kind=False), Console(file=printed, width=40))
    assert "right" in printed.getvalue()
    assert "…" not in printed.getvalue()
