import pytest

from eval.curves import Point, area_under_risk_coverage, auroc, calibration_error, risk_coverage
from migbot.errors import UsageError


def test_risk_is_taken_from_the_most_confident_item_down():
    points = risk_coverage([0.2, 0.9, 0.6, 0.4], [True, False, True, False])
    assert points == (
        Point(coverage=0.25, risk=0),
        Point(coverage=0.5, risk=1 / 2),
        Point(coverage=0.75, risk=1 / 3),
        Point(coverage=1, risk=1 / 2),
    )


def test_items_of_equal_confidence_are_taken_together_in_whatever_order_they_come():
    expected = (Point(coverage=0.75, risk=1 / 3), Point(coverage=1, risk=1 / 2))
    assert risk_coverage([0.8, 0.8, 0.8, 0.1], [True, False, False, True]) == expected
    assert risk_coverage([0.8, 0.1, 0.8, 0.8], [False, True, False, True]) == expected


def test_the_area_is_the_mean_of_the_risks_where_no_confidence_is_tied():
    area = area_under_risk_coverage([0.9, 0.6, 0.4, 0.2], [False, True, False, True])
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_the_area_of_one_confidence_for_all_is_the_risk_of_all():
    assert area_under_risk_coverage([0.5] * 4, [True, False, False, False]) == 0.25


def test_auroc_counts_the_pairs_in_order_and_half_of_the_ties():
    # Pairs (true, false): 0.8 > 0.3, 0.8 > 0.5, 0.5 > 0.3, 0.5 = 0.5.
    assert auroc([True, True, False, False], [0.8, 0.5, 0.3, 0.5]) == pytest.approx(3.5 / 4)


def test_auroc_of_one_class_is_refused():
    with pytest.raises(UsageError, match="true and false items"):
        auroc([True, True], [0.1, 0.9])


def test_calibration_error_weighs_each_bins_gap_by_its_items():
    # Bin (0.8, 0.9]: stated 0.9, true 1/2. Bin (0.1, 0.2]: stated 0.2 and 0.15, true 0.
    error = calibration_error([True, False, False, False], [0.9, 0.9, 0.2, 0.15])
    assert error == pytest.approx((2 * 0.4 + 2 * 0.175) / 4)


def test_calibration_error_of_certainties_that_hold_is_nought_and_that_fail_is_one():
    assert calibration_error([True, False], [1, 0]) == 0
    assert calibration_error([False, True], [1, 0]) == 1


def test_fewer_bins_hide_gaps_that_cancel():
    assert calibration_error([True, False], [0.6, 0.4]) == pytest.approx(0.4)
    assert calibration_error([True, False], [0.6, 0.4], bins=1) == pytest.approx(0)


def test_what_is_no_probability_is_refused():
    with pytest.raises(UsageError, match="outside 0 to 1"):
        calibration_error([True], [1.2])


@pytest.mark.parametrize("measure", [risk_coverage, area_under_risk_coverage])
def test_values_that_pair_with_nothing_are_refused(measure):
    with pytest.raises(UsageError, match="2 and 1 values"):
        measure([0.1, 0.2], [True])
    with pytest.raises(UsageError, match="0 and 0 values"):
        measure([], [])
