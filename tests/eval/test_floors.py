import pytest

from eval.cases import Figure, SuiteResult
from eval.floors import Floor, check_floors, read_floors
from migbot.errors import UsageError


def run(metric, language, value):
    figure = Figure(metric=metric, language=language, kind="all", n=9, value=value, low=0, high=1)
    return SuiteResult(suite="dev", data_sha256="", items=(), figures=(figure,))


REFUSED = Floor(suite="dev", metric="refused", language="fr", at_least=0.8)
WRONG = Floor(suite="dev", metric="confidently_wrong", language="fr", at_most=0.1)


@pytest.mark.parametrize(("value", "holds"), [(0.8, True), (0.9, True), (0.79, False)])
def test_a_figure_must_be_at_least_its_floor(value, holds):
    (outcome,) = check_floors((REFUSED,), (run("refused", "fr", value),))

    assert outcome.holds == holds


@pytest.mark.parametrize(("value", "holds"), [(0.1, True), (0.0, True), (0.11, False)])
def test_a_figure_that_is_better_lower_must_be_at_most_its_floor(value, holds):
    (outcome,) = check_floors((WRONG,), (run("confidently_wrong", "fr", value),))

    assert outcome.holds == holds


def test_a_figure_below_its_floor_is_told_with_how_far_it_is():
    (low,) = check_floors((REFUSED,), (run("refused", "fr", 0.65),))
    (high,) = check_floors((WRONG,), (run("confidently_wrong", "fr", 0.25),))

    assert str(low) == ("dev refused (fr, all): 0.650 is 0.150 below its floor of at least 0.8")
    assert str(high) == (
        "dev confidently_wrong (fr, all): 0.250 is 0.150 above its floor of at most 0.1"
    )


def test_a_language_that_got_worse_does_not_hide_behind_the_other():
    outcomes = check_floors((REFUSED,), (run("refused", "en", 1.0),))

    assert [outcome.holds for outcome in outcomes] == [False]
    assert "not measured" in str(outcomes[0])


@pytest.mark.parametrize(("least_n", "holds"), [(9, False), (10, True)])
def test_a_figure_over_too_few_items_is_told_and_not_judged(least_n, holds):
    floor = Floor(suite="dev", metric="right", language="fr", at_least=0.8, least_n=least_n)

    (outcome,) = check_floors((floor,), (run("right", "fr", 0.6),))

    assert outcome.holds == holds
    assert outcome.judged != holds
    assert ("0.600 of 9, judged from 10 on" in str(outcome)) == holds


def test_floors_of_suites_that_were_not_run_are_not_asked_for():
    other = Floor(suite="test", metric="refused", at_least=0.8)

    assert check_floors((other,), (run("refused", "fr", 0.1),)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[floor]]\nsuite = 'dev'\n",
        "[[floor]]\nsuite = 'dev'\nmetric = 'right'\n",
        "[[floor]]\nsuite = 'dev'\nmetric = 'right'\nat_least = 1\nat_most = 1\n",
        "[[floor]]\nsuite = 'dev'\nmetric = 'right'\nlest = 1\n",
    ],
)
def test_floors_that_say_nothing_are_refused(tmp_path, text):
    file = tmp_path / "thresholds.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError):
        read_floors(file)


def test_the_floors_that_ship_hold_each_language_to_declining_what_is_not_known():
    floors = read_floors()

    for suite in ("dev", "test"):
        assert {
            floor.language for floor in floors if (floor.suite, floor.metric) == (suite, "refused")
        } >= {"fr", "en"}
