import math

import pytest
from scipy import stats

from experiments.summaries.statistics import Summary, paired_gain, summarize

REFINED = [46.6, 46.7, 46.8, 46.5, 46.9]
GENERATED = [45.7, 46.9, 46.1, 46.8, 46.4]


def test_mean_and_deviation_by_hand():
    summary = summarize([40.0, 42.0])
    assert summary.mean == 41.0
    assert summary.deviation == pytest.approx(math.sqrt(2))
    # t of one degree of freedom at 97.5 % is 12.7062; the standard error is 1.
    assert summary.low == pytest.approx(41 - 12.7062, abs=1e-4)
    assert summary.high == pytest.approx(41 + 12.7062, abs=1e-4)


def test_the_interval_is_that_of_the_paired_t_test():
    gain = paired_gain(REFINED, GENERATED)
    expected = stats.ttest_rel(REFINED, GENERATED).confidence_interval(0.95)
    assert (gain.low, gain.high) == pytest.approx((expected.low, expected.high))
    assert gain.count == 5
    assert gain.mean == pytest.approx(0.32)


@pytest.mark.parametrize("shift", [-1.0, 0.0, 0.2, 1.0])
def test_zero_is_excluded_where_the_paired_test_has_p_below_5_percent(shift):
    refined = [value + shift for value in REFINED]
    p = stats.ttest_rel(refined, GENERATED).pvalue
    assert paired_gain(refined, GENERATED).excludes_zero == (p < 0.05)


def test_pairs_remove_what_a_seed_does_to_both_values():
    gain = paired_gain([11.0, 21.0, 31.0], [10.0, 20.0, 30.0])
    assert gain == Summary(mean=1.0, count=3, deviation=0.0, low=1.0, high=1.0)
    assert gain.excludes_zero


def test_one_value_has_no_deviation_and_no_interval():
    summary = summarize([3.0])
    assert summary == Summary(mean=3.0, count=1)
    assert not summary.excludes_zero


def test_only_seeds_with_both_values_are_paired():
    gain = paired_gain([1.0, None, 5.0], [0.0, 9.0, 2.0])
    assert (gain.mean, gain.count) == (2.0, 2)
    assert paired_gain([1.0], [None]) is None
    assert summarize([]) is None


def test_values_of_different_seeds_are_not_paired():
    with pytest.raises(ValueError):
        paired_gain([1.0, 2.0], [1.0])
