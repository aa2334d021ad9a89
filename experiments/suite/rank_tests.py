"""Tests of methods over data sets (Demsar 2006, JMLR 7), on one figure of each pair.

Data sets are the sample: a test says whether a difference holds for other data sets
like these, and nothing about other test rows or seeds.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

SIGNIFICANCE = 0.05

_DIGITS = 9  # Figures that differ behind these by rounding alone are ties.


def rank_figures(figures: np.ndarray) -> np.ndarray:
    """Returns the ranks of the methods on each data set, 1 for the best.

    Args:
      figures: The figures `[N, k]` of k methods on N data sets; larger is better.

    Returns:
      The ranks `[N, k]`; equal figures share the mean of their ranks.
    """
    return stats.rankdata(-np.round(figures, _DIGITS), axis=1)


@dataclasses.dataclass(frozen=True)
class FriedmanTest:
    """Friedman's test that k methods have equal average ranks over N data sets.

    Attributes:
      chi_square: Friedman's statistic, with k - 1 degrees of freedom.
      chi_square_p: Its p-value.
      f: The statistic of Iman and Davenport (1980); infinite where all data sets rank
        the methods alike.
      f_p: Its p-value.
      freedom: The degrees of freedom of `f`.
    """

    chi_square: float
    chi_square_p: float
    f: float
    f_p: float
    freedom: tuple[int, int]


def friedman_test(ranks: np.ndarray) -> FriedmanTest:
    """Returns Friedman's test and its correction by Iman and Davenport.

    The statistic is that of Demsar's Section 3.2.2, without a correction for ties,
    which would make it larger.

    Args:
      ranks: The ranks `[N, k]`, N and k at least 2.
    """
    count, methods = ranks.shape
    squares = float((ranks.mean(axis=0) ** 2).sum())
    chi_square = 12 * count / (methods * (methods + 1)) * squares
    chi_square -= 3 * count * (methods + 1)
    # A sum of rounded terms may end just below 0.
    chi_square = max(chi_square, 0.0)
    freedom = (methods - 1, (methods - 1) * (count - 1))
    rest = count * (methods - 1) - chi_square
    f = (count - 1) * chi_square / rest if rest > 1e-9 else math.inf
    return FriedmanTest(
        chi_square=chi_square,
        chi_square_p=float(stats.chi2.sf(chi_square, methods - 1)),
        f=f,
        f_p=float(stats.f.sf(f, *freedom)),
        freedom=freedom,
    )


def critical_difference(methods: int, count: int) -> float:
    """Returns Nemenyi's critical difference of average ranks at 0.05.

    Args:
      methods: The number of methods, k, at least 2.
      count: The number of data sets, N, at least 1.
    """
    quantile = stats.studentized_range.ppf(1 - SIGNIFICANCE, methods, np.inf)
    scale = math.sqrt(methods * (methods + 1) / (6 * count))
    return float(quantile) / math.sqrt(2) * scale


def groups_within(ranks: Sequence[float], difference: float) -> list[tuple[int, ...]]:
    """Returns the largest groups of methods whose average ranks are close.

    Args:
      ranks: The average ranks `[k]`.
      difference: The difference from which on two ranks are not close.

    Returns:
      The groups of at least two, as positions in `ranks` from the best rank on. None is
      a part of another.
    """
    order = sorted(range(len(ranks)), key=lambda place: ranks[place])
    groups: list[tuple[int, ...]] = []
    end = 0
    for begin, first in enumerate(order):
        close = [p for p in order[begin:] if ranks[p] - ranks[first] < difference]
        if len(close) > 1 and begin + len(close) > end:
            groups.append(tuple(close))
        end = max(end, begin + len(close))
    return groups


@dataclasses.dataclass(frozen=True)
class SignedRankTest:
    """Wilcoxon's signed-rank test of differences, one a data set.

    Attributes:
      positive: The sum of the ranks of positive differences.
      negative: That of negative ones; each has half of the ranks of zeros.
      p: The two-sided p-value, exact.
    """

    positive: float
    negative: float
    p: float


def signed_rank_test(differences: Sequence[float]) -> SignedRankTest:
    """Returns Wilcoxon's signed-rank test that the differences are symmetric about 0.

    The p-value counts all signs that the non-zero differences could have, given their
    ranks. With the few data sets of a suite an approximation by the normal distribution
    would be rough, and tables of exact values know neither ties nor zeros.

    Args:
      differences: The difference of two methods on each data set, `[N]`.
    """
    values = np.round(np.asarray(differences, float), _DIGITS)
    # Twice the ranks, which are whole numbers for ties as well.
    doubled = np.rint(2 * stats.rankdata(np.abs(values))).astype(int)
    of_zeros = int(doubled[values == 0].sum())
    positive = int(doubled[values > 0].sum())
    negative = int(doubled[values < 0].sum())
    counts = _sums(doubled[values != 0])
    smaller = counts[: min(positive, negative) + 1].sum()
    return SignedRankTest(
        positive=(positive + of_zeros / 2) / 2,
        negative=(negative + of_zeros / 2) / 2,
        p=min(1.0, 2 * float(smaller / counts.sum())),
    )


def _sums(weights: np.ndarray) -> np.ndarray:
    """Returns how many subsets of the weights have the sum 0, 1, 2, ..."""
    counts = np.ones(1)
    for weight in weights:
        without = np.pad(counts, (0, weight))
        counts = without + np.pad(counts, (weight, 0))
    return counts


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p-values adjusted by Holm's step-down correction, in the same order.

    Args:
      p_values: The p-values `[m]` of m tests.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
