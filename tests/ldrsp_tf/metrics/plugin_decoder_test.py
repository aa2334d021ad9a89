import numpy as np
import pytest

from ldrsp_tf import metrics
from ldrsp_tf.metrics import calibrate_empty_odds, plugin_decode, plugin_decoder


def _subsets(labels):
    return (np.arange(2**labels)[:, None] >> np.arange(labels)) % 2 == 1


def _expected_f1_of_subsets(p, empty_odds=1.0):
    """Computes E[F1] of each subset, up to a factor, as a sum over all outcomes."""
    sets = _subsets(len(p))
    probabilities = np.prod(np.where(sets, p, 1.0 - p), axis=1)
    probabilities[0] *= empty_odds
    f1 = metrics.example_f1(np.repeat(sets[:, None], len(sets), 1), sets)
    return sets, f1 @ probabilities


_KINDS = {
    "few likely": lambda rng, labels: rng.beta(0.4, 1.0, labels),
    "unlikely": lambda rng, labels: rng.beta(0.2, 3.0, labels),
    "zeros, ones and ties": lambda rng, labels: rng.integers(0, 5, labels) / 4.0,
    "all alike": lambda rng, labels: np.full(labels, rng.uniform()),
    "small": lambda rng, labels: rng.uniform(0.0, 0.2, labels),
    "tiny": lambda rng, labels: rng.uniform(0.0, 1e-9, labels),
}


@pytest.mark.parametrize("empty_odds", [1.0, 0.0, 0.3, 4.0])
@pytest.mark.parametrize("kind", _KINDS)
def test_agrees_with_all_subsets_and_outcomes(kind, empty_odds):
    rng = np.random.default_rng(0)
    for labels in (1, 2, 3, 5, 7, 8):
        p = np.stack([_KINDS[kind](rng, labels) for _ in range(5)])
        for row, decided in zip(p, plugin_decode(p, empty_odds)):
            sets, expected = _expected_f1_of_subsets(row, empty_odds)
            value = expected[np.all(sets == decided, axis=1)].item()
            assert value >= expected.max() * (1.0 - 1e-11)
            # No smaller set is as good.
            alike = sets[expected >= expected.max() * (1.0 - 1e-11)]
            assert decided.sum() == alike.sum(1).min()


def test_agrees_with_all_subsets_of_ten_labels():
    p = np.random.default_rng(1).beta(0.6, 1.5, 10)
    sets, expected = _expected_f1_of_subsets(p)
    best = sets[np.argmax(expected)]
    assert 1 < best.sum() < 10
    np.testing.assert_array_equal(plugin_decode(p[None]), [best])


def test_two_labels_by_hand():
    # None: 0.5 * 0.8 = 0.4. {0}: 0.5 (0.8 + 0.2 * 2 / 3) = 0.467. Both:
    # 0.5 * 0.2 + (0.5 * 0.8 + 0.5 * 0.2) 2 / 3 = 0.433.
    # None: 0.7 * 0.9 = 0.63. {0}: 0.3 (0.9 + 0.1 * 2 / 3) = 0.29.
    # None: 0.2 * 0.5 = 0.1. {0}: 0.8 (0.5 + 0.5 * 2 / 3) = 0.667. Both: 0.4 + 0.5 *
    # 2 / 3 = 0.733.
    p = [[0.5, 0.2], [0.3, 0.1], [0.5, 0.8]]
    decided = plugin_decode(p)
    assert decided.dtype == bool
    np.testing.assert_array_equal(decided, [[1, 0], [0, 0], [1, 1]])


def test_of_equally_good_sets_the_smallest_and_first_is_taken():
    # {0}: 0.5 (0.75 + 0.25 * 2 / 3) = 0.458. Both: 0.125 + 0.5 * 2 / 3 = 0.458.
    np.testing.assert_array_equal(plugin_decode([[0.5, 0.25]]), [[1, 0]])
    # Either: 0.5 (0.5 + 0.5 * 2 / 3) = 0.417. Both: 0.25 + 0.5 * 2 / 3 = 0.583.
    np.testing.assert_array_equal(plugin_decode([[0.5, 0.5]]), [[1, 1]])
    np.testing.assert_array_equal(plugin_decode([[0.0, 1.0, 0.0, 1.0]]).sum(), 2)
    # Impossible tags are never decided.
    np.testing.assert_array_equal(plugin_decode([[0.0, 0.0]], 0.0), [[0, 0]])


def test_many_labels_agree_with_the_whole_recursion():
    rng = np.random.default_rng(2)
    # Rows of different numbers of candidates, which end in different chunks.
    p = np.concatenate(
        [
            rng.beta(0.05, 1.5, (50, 60)),
            rng.beta(0.3, 1.5, (20, 60)),
            rng.uniform(0.4, 0.6, (5, 60)),
            np.full((2, 60), 0.03),
        ]
    )
    sizes = plugin_decode(p).sum(1)
    falling = -np.sort(-p, axis=1)
    values = np.array([_naive_expected_f1(row) for row in falling])
    chosen = np.take_along_axis(values, sizes[:, None], 1)[:, 0]
    np.testing.assert_allclose(chosen, values.max(1), rtol=1e-11)
    assert len(set(sizes)) > 8
    assert 0 in sizes
    assert 60 in sizes


def _naive_expected_f1(p):
    """Computes f(0), ..., f(L) from the distributions of both counts, convolved."""
    values = [np.prod(1.0 - p)]
    for k in range(1, len(p) + 1):
        hits, rest = (_counts(part) for part in (p[:k], p[k:]))
        n, others = np.arange(len(hits)), np.arange(len(rest))
        values.append(hits @ (2.0 * n[:, None] / (k + n[:, None] + others)) @ rest)
    return values


def _counts(p):
    pmf = np.ones(1)
    for one in p:
        pmf = np.convolve(pmf, [1.0 - one, one])
    return pmf


def test_chunks_change_nothing(monkeypatch):
    p = np.random.default_rng(3).beta(0.1, 1.5, (70, 30))
    whole = plugin_decode(p)
    monkeypatch.setattr(plugin_decoder, "ROWS", 16)
    monkeypatch.setattr(plugin_decoder, "CHUNK_SIZE", 300)
    np.testing.assert_array_equal(plugin_decode(p), whole)
    assert plugin_decode(p[:0]).shape == (0, 30)


def test_the_tail_that_is_left_out_is_below_its_bound():
    rng = np.random.default_rng(4)
    for p in (rng.beta(0.05, 3.0, 400), np.full(400, 0.01), np.zeros(400)):
        size = plugin_decoder._support(p.sum(), 400)
        assert size < 100
        # Summed from the smallest, as these are below the rounding of a 1.
        assert np.sort(_counts(p)[size:]).sum() <= 1e-17
    assert plugin_decoder._support(200.0, 201) == 202


def _half_without_tags(seed):
    rng = np.random.default_rng(seed)
    p = rng.beta(0.3, 1.2, (2000, 12))
    p[::2] = rng.uniform(0.0, 0.01, (1000, 12))
    return p, rng.uniform(size=p.shape) < p


def test_is_above_a_tuned_threshold_where_half_of_the_rows_have_no_tag():
    p, tags = _half_without_tags(0)
    assert 0.4 < np.mean(~tags.any(1)) < 0.7
    threshold = metrics.tune_threshold(p, tags)
    tuned = metrics.mean_f1(metrics.threshold_decode(p, threshold), tags)
    assert metrics.mean_f1(plugin_decode(p), tags) >= tuned
    odds = calibrate_empty_odds(p, tags)
    assert odds == pytest.approx(1.0, abs=0.3)  # The tags are independent.
    assert metrics.mean_f1(plugin_decode(p, odds), tags) >= tuned
    at_least_one = metrics.mean_f1(plugin_decode(p, 0.0), tags)
    assert at_least_one < tuned - 0.3


def test_calibrated_odds_are_right_where_each_row_has_a_tag_or_none_of_many():
    # Rows have exactly one tag of ten, or (the last 300) none, and p is 0.1 or 0.02.
    rng = np.random.default_rng(5)
    p = np.full((1000, 10), 0.1)
    tags = np.eye(10, dtype=bool)[rng.integers(0, 10, 1000)]
    p[700:], tags[700:] = 0.02, False
    assert calibrate_empty_odds(p[:700], tags[:700]) == 0.0
    odds = calibrate_empty_odds(p, tags)
    q = odds * np.prod(1.0 - p, 1)
    assert np.sum(q / (q + 1.0 - np.prod(1.0 - p, 1))) == pytest.approx(300.0)


def test_calibrated_odds_by_hand():
    # q = 0.8 * 0.5 = 0.4; one empty row of two: 0.4 c / (0.4 c + 0.6) = 1 / 2.
    p, tags = [[0.2, 0.5], [0.5, 0.2]], [[0, 0], [1, 0]]
    assert calibrate_empty_odds(p, tags) == pytest.approx(1.5)
    assert calibrate_empty_odds(p, [[0, 1], [1, 0]]) == 0.0
    assert calibrate_empty_odds(p, [[0, 0], [0, 0]]) == pytest.approx(1e6)
    assert calibrate_empty_odds([[0.0], [0.0]], [[0], [1]]) == pytest.approx(1e-6)
