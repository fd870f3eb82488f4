import numpy as np
import pytest

from eval.cases import Item
from eval.curves import area_under_risk_coverage, auroc
from eval.intervals import bootstrap_interval, figures, paired_difference, paired_interval
from migbot.errors import UsageError


def test_equal_values_and_a_single_value_have_an_interval_of_no_width():
    assert bootstrap_interval([0.4, 0.4, 0.4]) == (0.4, 0.4)
    assert bootstrap_interval([7.0]) == (7.0, 7.0)


def test_the_interval_of_a_share_is_near_the_normal_one_and_the_same_every_time():
    values = [1.0] * 60 + [0.0] * 40
    low, high = bootstrap_interval(values)
    # 0.6 ± 1.96 · √(0.6 · 0.4 / 100)
    assert low == pytest.approx(0.504, abs=0.02)
    assert high == pytest.approx(0.696, abs=0.02)
    assert bootstrap_interval(values) == (low, high)


def test_the_interval_of_a_median_stays_clear_of_an_outlier():
    low, high = bootstrap_interval([1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 500.0], np.median)
    assert 1 <= low <= 2 <= high <= 3


def test_no_value_has_no_interval():
    with pytest.raises(UsageError, match="at least one"):
        bootstrap_interval([])


def test_rows_of_several_columns_are_drawn_whole():
    confidences = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]

    def mean_gap(left, right):
        return sum(a - b for a, b in zip(left, right, strict=True)) / len(left)

    # Each row's gap is 1, so that every draw's is.
    raised = [value + 1 for value in confidences]
    assert paired_interval(mean_gap, raised, confidences) == pytest.approx((1, 1))


def test_an_area_has_an_interval_around_it():
    confidences = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]
    wrong = [False, False, True, False, False, True, True, True]
    low, high = paired_interval(area_under_risk_coverage, confidences, wrong)
    assert 0 <= low < area_under_risk_coverage(confidences, wrong) < high <= 1


def test_draws_of_one_class_are_left_out_of_the_interval_of_an_auroc():
    assert paired_interval(auroc, [True, False], [0.9, 0.1]) == (1, 1)


def test_a_statistic_that_is_never_defined_has_no_interval():
    with pytest.raises(UsageError, match="so few values"):
        paired_interval(auroc, [True, True], [0.9, 0.1])


def test_five_pairs_that_all_improve_have_the_exact_p_value_of_two_in_thirty_two():
    result = paired_difference([0, 0, 0, 0, 0, 1, 1], [1, 1, 1, 1, 1, 1, 1])
    assert result.n == 7
    assert result.difference == pytest.approx(5 / 7)
    assert result.p_value == pytest.approx(2 / 32)
    assert 0 < result.low <= 5 / 7 <= result.high <= 1


def test_gains_and_losses_that_cancel_are_no_sign_of_a_difference():
    result = paired_difference([0, 0, 1, 1], [1, 1, 0, 0])
    assert result.difference == 0
    assert result.p_value == 1
    assert result.low < 0 < result.high


@pytest.mark.parametrize("new", [[0.5, 0.5], [0.5, 0.7]])
def test_no_pair_or_one_pair_that_differs_proves_nothing(new):
    assert paired_difference([0.5, 0.5], new).p_value == 1


def test_a_large_clear_gain_is_significant():
    result = paired_difference([0.0] * 40, [1.0] * 30 + [0.0] * 10)
    assert result.p_value < 0.001
    assert result.low > 0.5


def test_runs_of_different_length_cannot_be_paired():
    with pytest.raises(UsageError, match="2 and 1 scores"):
        paired_difference([1, 0], [1])
    with pytest.raises(UsageError, match="0 and 0 scores"):
        paired_difference([], [])


def _item(item_id, language, kind, **scores):
    return Item(item_id=item_id, language=language, kind=kind, text="?", scores=scores)


def test_each_metric_is_summed_up_over_all_by_language_by_kind_and_by_both():
    found = figures(
        [
            _item("a", "fr", "date", right=1.0),
            _item("b", "fr", "list", right=0.0),
            _item("c", "en", "date", right=1.0),
            _item("d", "en", "date"),
        ]
    )
    values = {(figure.language, figure.kind): (figure.n, figure.value) for figure in found}
    assert values == {
        ("all", "all"): (3, pytest.approx(2 / 3)),
        ("all", "date"): (2, 1),
        ("all", "list"): (1, 0),
        ("en", "all"): (1, 1),
        ("en", "date"): (1, 1),
        ("fr", "all"): (2, 0.5),
        ("fr", "date"): (1, 1),
        ("fr", "list"): (1, 0),
    }
    keys = [(figure.metric, figure.language, figure.kind) for figure in found]
    assert keys == sorted(keys)


def test_seconds_are_summed_up_by_their_median_and_tokens_by_their_mean():
    items = [
        _item(str(at), "fr", "date", total_s=value, prompt_tokens=value)
        for at, value in enumerate((1.0, 2.0, 60.0))
    ]
    values = {figure.metric: figure.value for figure in figures(items)}
    assert values == {"total_s": 2, "prompt_tokens": 21}
