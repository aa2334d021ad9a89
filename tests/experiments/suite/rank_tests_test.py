import math

import numpy as np
import pytest
from scipy import stats

from experiments.suite.rank_tests import (
    critical_difference,
    friedman_test,
    groups_within,
    holm,
    rank_figures,
    signed_rank_test,
)

# AUC of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets (Demsar 2006, Table 6). The
# paper prints .975 twice for the last but one, and ranks the figures behind them.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9752, 0.9750],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def test_the_worked_example_of_demsar_has_his_figures():
    ranks = rank_figures(DEMSAR)
    np.testing.assert_allclose(ranks.mean(0), [3.143, 2.0, 2.893, 1.964], atol=5e-4)
    test = friedman_test(ranks)
    assert round(test.chi_square, 2) == 9.28
    assert round(test.f, 2) == 3.69
    assert test.freedom == (3, 39)
    # The critical value of F(3, 39) is 2.85 at 0.05.
    assert 0.01 < test.f_p < 0.05
    assert critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)


def test_the_signed_ranks_of_demsars_example_are_his():
    test = signed_rank_test(DEMSAR[:, 1] - DEMSAR[:, 0])
    assert (test.positive, test.negative) == (93, 12)
    # The critical value of the smaller sum is 21 at 0.05, and 13 at 0.01.
    assert test.p < 0.01


def test_equal_figures_share_the_mean_of_their_ranks():
    figures = np.array([[3.0, 1.0, 3.0, 3.0], [1.0, 2.0, 2.0, 0.0]])
    np.testing.assert_array_equal(
        rank_figures(figures), [[2, 4, 2, 2], [3, 1.5, 1.5, 4]]
    )


def test_figures_that_differ_by_rounding_alone_are_equal():
    np.testing.assert_array_equal(
        rank_figures(np.array([[0.1 + 0.2, 0.3]])), [[1.5] * 2]
    )


def test_friedman_without_ties_is_that_of_scipy():
    figures = np.random.default_rng(0).normal(size=(9, 5))
    test = friedman_test(rank_figures(figures))
    expected = stats.friedmanchisquare(*figures.T)
    assert test.chi_square == pytest.approx(expected.statistic)
    assert test.chi_square_p == pytest.approx(expected.pvalue)


def test_methods_that_take_turns_do_not_differ():
    ranks = np.array([[1, 2, 3], [2, 3, 1], [3, 1, 2]])
    test = friedman_test(ranks)
    assert (test.chi_square, test.f) == (0, 0)
    assert (test.chi_square_p, test.f_p) == (1, 1)


def test_one_order_on_all_data_sets_is_the_largest_statistic():
    test = friedman_test(np.tile([1, 3, 2], (4, 1)))
    assert test.chi_square == pytest.approx(4 * 2)
    assert math.isinf(test.f)
    assert test.f_p == 0


@pytest.mark.parametrize(
    ("methods", "quantile"),
    # Demsar 2006, Table 5: q at 0.05.
    [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (7, 2.949), (10, 3.164)],
)
def test_the_critical_difference_has_the_published_quantiles(methods, quantile):
    # N = k (k + 1) / 6 makes the square root 1.
    count = methods * (methods + 1) / 6
    assert critical_difference(methods, count) == pytest.approx(quantile, abs=1e-3)


def test_groups_are_the_largest_ones_of_close_ranks():
    ranks = [4.0, 1.0, 2.0, 1.5, 6.0]
    assert groups_within(ranks, 1.2) == [(1, 3, 2)]
    assert groups_within(ranks, 2.2) == [(1, 3, 2), (2, 0), (0, 4)]
    assert groups_within(ranks, 9) == [(1, 3, 2, 0, 4)]
    assert groups_within(ranks, 0.4) == []


def test_ranks_that_differ_by_the_critical_difference_are_not_joined():
    assert groups_within([1.0, 2.0], 1.0) == []
    assert groups_within([1.5, 1.5], 1.0) == [(0, 1)]


@pytest.mark.parametrize(
    ("differences", "sums", "p"),
    [
        # One of 2^3 signs on each side.
        ([1, 2, 3], (6, 0), 2 / 8),
        # Sums up to 1: {} and {1}.
        ([-1, 2, 3], (5, 1), 4 / 8),
        # Ranks 1.5, 1.5 and 3: sums up to 1.5 are {} and either of the two.
        ([1, -1, 2], (4.5, 1.5), 6 / 8),
        # The zero has rank 1, half of it on each side, and no sign: ranks 2 and 3.
        ([0, 1, 2], (5.5, 0.5), 2 / 4),
        ([0, 0], (1.5, 1.5), 1),
        ([1, -1], (1.5, 1.5), 1),
    ],
)
def test_signed_ranks_by_hand(differences, sums, p):
    test = signed_rank_test(differences)
    assert (test.positive, test.negative) == sums
    assert test.p == pytest.approx(p)


def test_signed_ranks_without_ties_are_those_of_scipy():
    differences = np.random.default_rng(1).normal(0.4, 1, 13)
    test = signed_rank_test(differences)
    expected = stats.wilcoxon(differences, method="exact")
    assert min(test.positive, test.negative) == expected.statistic
    assert test.p == pytest.approx(expected.pvalue)


def test_the_other_sign_has_the_same_p():
    differences = [0, 0.5, -0.5, 1, 2, -3, 4]
    test, other = (
        signed_rank_test([sign * d for d in differences]) for sign in (1, -1)
    )
    assert (test.positive, test.negative) == (other.negative, other.positive)
    assert test.p == other.p


def test_holm_by_hand():
    # 4 x 0.01; 3 x 0.012; 2 x 0.04; 0.03 is the second: max(0.04, 0.036) = 0.04, ...
    assert holm([0.04, 0.01, 0.012, 0.5]) == pytest.approx([0.08, 0.04, 0.04, 0.5])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []
