"""The decoder of the largest expected F1, exact for (nearly) independent tags.

With tags Y_i that are independent Bernoulli(p_i), N = sum_i Y_i, and p sorted from the
largest, the best non-empty set is that of the k likeliest tags for some k (Lewis,
"Evaluating and optimizing autonomous text classification systems", SIGIR 1995), with
the expected F1

    f(k) = E[2 S_k / (k + N)] = 2 sum_{i <= k} p_i E[1 / (k + 1 + N - Y_i)],

where S_k = sum_{i <= k} Y_i. An empty set on no tags counts 1 (`metrics.example_f1`):
f(0) = P(N = 0).

Tags are not independent where every row has one, or where half of the rows have none:
the product of the 1 - p_i then is far from P(N = 0), and 5 points of F1 on Bibtex are
lost to empty sets. So the odds of N = 0 may be multiplied by a number c that makes them
right on average (`calibrate_empty_odds`). All other outcomes keep their proportions:
but for one factor common to all expected values, f(0) becomes c P(N = 0), and the other
f(k) stay.

Few k have to be compared: N - 1 <= N - Y_i <= N, so

    2 m_k E[1 / (k + 1 + N)] <= f(k) <= 2 m_k E[1 / (k + N)],  m_k = sum_{i <= k} p_i,

and a k whose upper bound is below the best lower bound is out. For the others, f(k) is
computed by the recursion of Ye et al. ("Optimizing F-measures: a tale of two
approaches", ICML 2012): with T_k = N - S_k, s(k, a) = E[1 / (a + T_k)] has

    s(k - 1, a) = p_k s(k, a + 1) + (1 - p_k) s(k, a),
    f(k) = sum_{n = 1..k} 2 n P(S_k = n) s(k, k + n).

All sums have positive terms alone, so that nothing cancels. `plugin_graph` has the same
for TensorFlow's graphs.
"""

import numpy as np

from ldrsp_tf.metrics.checks import require_relaxed_tags, require_true_tags

# The mass of a distribution of counts that may be left out; it changes no f(k) by more
# than twice as much, which is less than the rounding of a 1.
TAIL = 1e-17
# Expected values that differ by a smaller part are alike: rounding must not decide.
ALIKE = 1.0 - 1e-12
_LARGEST_ODDS = 1e6
ROWS = 256
# Numbers in the largest array of a chunk (64 MB).
CHUNK_SIZE = 8_000_000


def plugin_decode(probabilities: np.ndarray, empty_odds: float = 1.0) -> np.ndarray:
    """Decides the tags of the largest expected F1, or none.

    It maximizes E[F1(decided, Y)] over all sets, where tags Y are independent (but for
    `empty_odds`) and no tag given to an example without any counts 1. It uses no
    discriminator, which makes it the cheapest control of a refinement that is trained
    on F1 (the "plug-in" decoder: a model's probabilities are plugged into the metric).
    Of equally good sets the smallest is taken, of equally likely tags the first.

    Args:
      probabilities: Tag probabilities in [0, 1], `[B, L]`.
      empty_odds: The factor, at least 0, on the odds of an example without tags
        (`calibrate_empty_odds`); 1 for independent tags, 0 where each example has one.

    Returns:
      Decided tags, bool, `[B, L]`.

    Raises:
      UsageError: They are of another shape, or no values in [0, 1].
    """
    p = _as_probabilities(require_relaxed_tags(probabilities, needs_rows=True))
    order = np.argsort(-p, axis=-1, kind="stable")
    sizes = _best_sizes(np.take_along_axis(p, order, -1), empty_odds)
    decided = np.zeros(p.shape, bool)
    taken = np.arange(p.shape[-1]) < sizes[:, None]
    np.put_along_axis(decided, order, taken, -1)
    return decided


def calibrate_empty_odds(probabilities: np.ndarray, y_true: np.ndarray) -> float:
    """Calibrates the probability that an example has no tag.

    With c, the probability is c q / (c q + 1 - q), q = prod_i (1 - p_i). The c is
    returned whose sum of these over the examples is the number of those without tags.

    Args:
      probabilities: Tag probabilities in [0, 1] of validation examples, `[B, L]`.
      y_true: True tags, 0/1 or bool, `[B, L]`.

    Returns:
      0 if each example has a tag, else a number between 1e-6 and 1e6.

    Raises:
      UsageError: They are of different numbers of examples or tags, or probabilities
        are no values in [0, 1].
    """
    truth = require_true_tags(probabilities, y_true)
    p = _as_probabilities(require_relaxed_tags(probabilities))
    empty = np.count_nonzero(~truth.any(axis=-1))
    if not empty:
        return 0.0
    q = np.prod(1.0 - p, axis=-1)
    low, high = -np.log(_LARGEST_ODDS), np.log(_LARGEST_ODDS)
    for _ in range(60):  # Halved so often, the interval has the size of a rounding.
        middle = (low + high) / 2.0
        weighted = np.exp(middle) * q
        if np.sum(weighted / (weighted + 1.0 - q)) < empty:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2.0))


def _as_probabilities(y: np.ndarray) -> np.ndarray:
    """Returns double precision in [0, 1], which half precision may have left."""
    return y.astype(np.float64).clip(0.0, 1.0)


def _best_sizes(p: np.ndarray, odds: float) -> np.ndarray:
    """Returns the number of tags to decide, int, `[B]`, of sorted `p`, `[B, L]`."""
    bounds = [_candidates(p[i : i + ROWS].T, odds) for i in range(0, len(p), ROWS)]
    low, high = np.concatenate([np.zeros((2, 0), int), *bounds], axis=1)
    sizes = np.zeros(len(p), int)
    # Rows of about the same candidates share a chunk.
    rows = np.lexsort((low, high))
    rows = rows[high[rows] > 0]
    while len(rows):
        # The last row has the largest k, and bounds the rows that fit beside it.
        fitting = CHUNK_SIZE // (high[rows[-1]] + 1) ** 2
        rows, chunk = np.split(rows, [-np.clip(fitting, 1, ROWS)])
        candidates = int(low[chunk].min()), int(high[chunk].max())
        sizes[chunk] = _best_of(p[chunk].T, *candidates, odds)
    return sizes


def _candidates(p: np.ndarray, odds: float) -> np.ndarray:
    """Bounds the k > 0 that may be the best.

    Args:
      p: Sorted probabilities, `[L, R]`.
      odds: The factor on the odds of N = 0.

    Returns:
      The least and the largest k, int, `[2, R]`; 0 and 0 where no tag is the best.
    """
    labels, rows = p.shape
    count = _count_distribution(p)
    # Row a - 1 has E[1 / (a + N)], a from 1 to L + 1.
    inverse = _inverse_moments(count, np.arange(1, labels + 2))
    mass = 2.0 * np.cumsum(p, axis=0)
    lower, upper = mass * inverse[1:], mass * inverse[:-1]
    best = np.maximum(lower.max(axis=0), odds * count[0])
    possible = upper >= best * ALIKE
    low = 1 + np.argmax(possible, axis=0)
    high = labels - np.argmax(possible[::-1], axis=0)
    return np.where(possible.any(axis=0), [low, high], np.zeros((2, rows), int))


def _best_of(p: np.ndarray, low: int, high: int, odds: float) -> np.ndarray:
    """Returns the best of 0 and of the numbers from `low` to `high`, int, `[R]`."""
    none = odds * np.prod(1.0 - p, axis=0)
    expected = np.concatenate([none[None], _expected_f1(p, low, high)])
    best = np.argmax(expected >= expected.max(axis=0) * ALIKE, axis=0)
    return np.where(best == 0, 0, low - 1 + best)


def _expected_f1(p: np.ndarray, low: int, high: int) -> np.ndarray:
    """Returns f(k) of k from `low` to `high`, `[high - low + 1, R]`.

    Args:
      p: Sorted probabilities, `[L, R]`.
      low: The least k, at least 1.
      high: The largest k, at most L.
    """
    hits = list(_hit_distributions(p[:high], low))
    values = np.zeros((len(hits), p.shape[1]))
    rest = _count_distribution(p[high:])
    # Row a - low - 1 has s(k, a), a from low + 1 to 2 k; k falls from `high`.
    inverse = _inverse_moments(rest, np.arange(low + 1, 2 * high + 1))
    for k in range(high, low - 1, -1):
        n = np.arange(1, k + 1)
        shift = k - low
        values[shift] = np.einsum(
            "n,nr,nr->r", 2.0 * n, hits[shift][1:], inverse[shift : shift + k]
        )
        inverse = inverse[:-1] + p[k - 1] * (inverse[1:] - inverse[:-1])
    return values


def _hit_distributions(p: np.ndarray, low: int) -> list[np.ndarray]:
    """Returns P(S_k = n), n <= k, `[k + 1, R]`, for each k from `low` to `len(p)`."""
    pmf = np.zeros((len(p) + 1, p.shape[1]))
    pmf[0] = 1.0
    kept = []
    for k, one in enumerate(p, start=1):
        _add_tag(pmf[: k + 1], one)
        if k >= low:
            kept.append(pmf[: k + 1].copy())
    return kept


def _count_distribution(p: np.ndarray) -> np.ndarray:
    """Returns P(sum Y = n) up to an n beyond which is less than `TAIL`, `[M, R]`."""
    size = _support(p.sum(axis=0).max(initial=0.0), len(p))
    pmf = np.zeros((size, p.shape[1]))
    pmf[0] = 1.0
    for k, one in enumerate(p, start=1):
        _add_tag(pmf[: k + 1], one)
    return pmf


def _add_tag(pmf: np.ndarray, p: np.ndarray) -> None:
    """Adds a tag of probability `p`, `[R]`, to a distribution of counts, `[M, R]`."""
    shifted = pmf[:-1] * p
    pmf *= 1.0 - p
    pmf[1:] += shifted


def _support(mean: float, labels: int) -> int:
    """Returns an M with P(N >= M) <= `TAIL`, at most `labels` + 1.

    Chernoff's bound: a sum of independent Bernoulli variables has P(N >= n) <=
    exp(n - mean) (mean / n)^n for n > mean.
    """
    n = np.arange(1, labels + 1)
    bound = n - mean - n * np.log(n / np.maximum(mean, 1e-300))
    enough = (n > mean) & (bound <= np.log(TAIL))
    return int(n[enough][0]) if enough.any() else labels + 1


def _inverse_moments(pmf: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Returns E[1 / (a + N)], `[A, R]`, of the distribution `[M, R]` of N."""
    return (1.0 / (a[:, None] + np.arange(len(pmf)))) @ pmf
