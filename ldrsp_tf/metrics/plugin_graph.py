"""The decoder of the largest expected F1, of TensorFlow operations alone.

The algorithm, its equations and its bounds are those of `plugin_decoder`; this form of
it can be a part of a SavedModel.
"""

import math

import tensorflow as tf

from ldrsp_tf.metrics.checks import require_relaxed_tags
from ldrsp_tf.metrics.plugin_decoder import ALIKE, CHUNK_SIZE, ROWS, TAIL


def plugin_decide(
    probabilities: tf.Tensor, empty_odds: float | tf.Tensor = 1.0
) -> tf.Tensor:
    """Decides the tags of the largest expected F1, or none, as `plugin_decode` does.

    It computes in float64, for a few hundred rows at a time; no gradient flows back.

    Args:
      probabilities: Tag probabilities in [0, 1], `[B, L]`.
      empty_odds: The factor, at least 0, on the odds of an example without tags, a
        number or a scalar tensor.

    Returns:
      Decided tags, 0 or 1, `[B, L]`, of the type of `probabilities`.

    Raises:
      UsageError: Called eagerly, with another shape or other values, such as logits;
        there are no checks in a graph.
    """
    probabilities = tf.stop_gradient(tf.convert_to_tensor(probabilities))
    if tf.executing_eagerly():
        # NumPy has no bfloat16.
        values = tf.cast(probabilities, tf.float64).numpy()
        require_relaxed_tags(values, needs_rows=True)
    decided = _decide(
        tf.cast(probabilities, tf.float64), tf.cast(empty_odds, tf.float64)
    )
    decided = tf.cast(decided, probabilities.dtype)
    return tf.ensure_shape(decided, probabilities.shape)


# One trace serves all batches, and eager calls run their loops in a graph.
@tf.function(
    input_signature=[
        tf.TensorSpec([None, None], tf.float64),
        tf.TensorSpec([], tf.float64),
    ]
)
def _decide(p: tf.Tensor, odds: tf.Tensor) -> tf.Tensor:
    """Returns the decided tags, bool, `[B, L]`."""
    shape = tf.shape(p)
    rows, labels = shape[0], shape[1]
    # Of equal values, the first comes first.
    falling, order = tf.math.top_k(p, labels)
    taken = tf.range(labels) < _best_sizes(falling, odds)[:, None]
    places = order + labels * tf.range(rows)[:, None]
    decided = tf.scatter_nd(
        tf.reshape(places, [-1, 1]), tf.reshape(taken, [-1]), [rows * labels]
    )
    return tf.reshape(decided, shape)


def _best_sizes(p: tf.Tensor, odds: tf.Tensor) -> tf.Tensor:
    """Returns the number of tags to decide, int, `[B]`, of sorted `p`, `[B, L]`."""
    bounds = _all_candidates(p, odds)
    # Rows of about the same candidates share a chunk.
    order = tf.argsort(bounds[:, 1], stable=True)
    left = tf.shape(p)[0]
    first = tf.math.count_nonzero(bounds[:, 1] == 0, dtype=tf.int32)
    sizes = tf.zeros([left], tf.int32)
    while left > first:
        tf.autograph.experimental.set_loop_options(parallel_iterations=1)
        # The last row has the largest k, and bounds the rows that fit beside it.
        high = bounds[order[left - 1], 1]
        fitting = tf.clip_by_value(CHUNK_SIZE // (high + 1) // (high + 1), 1, ROWS)
        start = tf.maximum(left - fitting, first)
        chunk = order[start:left]
        low = tf.reduce_min(tf.gather(bounds[:, 0], chunk))
        best = _best_of(tf.transpose(tf.gather(p, chunk)), low, high, odds)
        sizes = tf.tensor_scatter_nd_update(sizes, chunk[:, None], best)
        left = start
    return sizes


def _all_candidates(p: tf.Tensor, odds: tf.Tensor) -> tf.Tensor:
    """Bounds the k > 0 that may be the best, of sorted `p`, `[B, L]`.

    Returns:
      The least and the largest k, int, `[B, 2]`; 0 and 0 where no tag is the best.
    """
    bounds = tf.zeros([0, 2], tf.int32)
    for start in tf.range(0, tf.shape(p)[0], ROWS):
        tf.autograph.experimental.set_loop_options(
            parallel_iterations=1,
            shape_invariants=[(bounds, tf.TensorShape([None, 2]))],
        )
        chunk = _candidates(tf.transpose(p[start : start + ROWS]), odds)
        bounds = tf.concat([bounds, chunk], axis=0)
    return bounds


def _candidates(p: tf.Tensor, odds: tf.Tensor) -> tf.Tensor:
    """Bounds the k of a chunk of sorted rows, `[L, R]`, like `_all_candidates`."""
    labels = tf.shape(p)[0]
    count = _count_distribution(p)
    # Row a - 1 has E[1 / (a + N)], a from 1 to L + 1.
    inverse = _inverse_moments(count, tf.range(1, labels + 2))
    mass = 2.0 * tf.cumsum(p, axis=0)
    best = tf.reduce_max(mass * inverse[1:], axis=0)
    best = tf.maximum(best, odds * count[0])
    possible = mass * inverse[:-1] >= best * ALIKE
    k = tf.range(1, labels + 1)[:, None]
    high = tf.reduce_max(tf.where(possible, k, 0), axis=0)
    low = tf.reduce_min(tf.where(possible, k, labels), axis=0)
    return tf.stack([tf.minimum(low, high), high], axis=1)


def _best_of(
    p: tf.Tensor, low: tf.Tensor, high: tf.Tensor, odds: tf.Tensor
) -> tf.Tensor:
    """Returns the best of 0 and of the numbers from `low` to `high`, int, `[R]`."""
    none = odds * tf.reduce_prod(1.0 - p, axis=0)
    expected = tf.concat([none[None], _expected_f1(p, low, high)], axis=0)
    alike = expected >= tf.reduce_max(expected, axis=0) * ALIKE
    best = tf.argmax(tf.cast(alike, tf.int32), axis=0, output_type=tf.int32)
    return tf.where(best == 0, 0, low - 1 + best)


def _expected_f1(p: tf.Tensor, low: tf.Tensor, high: tf.Tensor) -> tf.Tensor:
    """Returns f(k) of k from `low` to `high`, `[high - low + 1, R]`."""
    hits = _hit_distributions(p[:high], low)
    rest = _count_distribution(p[high:])
    # Row a - low - 1 has s(k, a), a from low + 1 to 2 k; k falls from `high`.
    inverse = _inverse_moments(rest, tf.range(low + 1, 2 * high + 1))
    values = tf.TensorArray(tf.float64, high - low + 1)
    for k in tf.range(high, low - 1, -1):
        tf.autograph.experimental.set_loop_options(
            shape_invariants=[(inverse, tf.TensorShape([None, None]))]
        )
        shift = k - low
        n = tf.cast(tf.range(1, k + 1), tf.float64)
        products = hits.read(shift)[1 : k + 1] * inverse[shift : shift + k]
        values = values.write(
            shift, tf.linalg.matvec(products, 2.0 * n, transpose_a=True)
        )
        inverse = inverse[:-1] + p[k - 1] * (inverse[1:] - inverse[:-1])
    return values.stack()


def _hit_distributions(p: tf.Tensor, low: tf.Tensor) -> tf.TensorArray:
    """Returns P(S_k = n), `[len(p) + 1, R]`, for each k from `low` to `len(p)`."""
    high = tf.shape(p)[0]
    pmf = _add_tags(_no_tag(p, high + 1), p[: low - 1])
    kept = tf.TensorArray(tf.float64, high - low + 1)
    for k in tf.range(low, high + 1):
        pmf = _add_tag(pmf, p[k - 1])
        kept = kept.write(k - low, pmf)
    return kept


def _count_distribution(p: tf.Tensor) -> tf.Tensor:
    """Returns P(sum Y = n) up to an n beyond which the mass is left out, `[M, R]`."""
    return _add_tags(_no_tag(p, _support(p)), p)


def _no_tag(p: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """Returns the distribution of a count that is 0, `[size, R]`."""
    rows = tf.shape(p)[1]
    ones = tf.ones([1, rows], tf.float64)
    return tf.concat([ones, tf.zeros([size - 1, rows], tf.float64)], axis=0)


def _add_tags(pmf: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
    """Adds tags of probabilities `p`, `[K, R]`, to a distribution, `[M, R]`."""
    for k in tf.range(tf.shape(p)[0]):
        pmf = _add_tag(pmf, p[k])
    return pmf


def _add_tag(pmf: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
    """Adds a tag of probability `p`, `[R]`, to a distribution of counts, `[M, R]`."""
    shifted = tf.concat([tf.zeros_like(pmf[:1]), pmf[:-1] * p], axis=0)
    return pmf * (1.0 - p) + shifted


def _support(p: tf.Tensor) -> tf.Tensor:
    """Returns the size of a distribution of counts; see `plugin_decoder`."""
    labels = tf.shape(p)[0]
    mean = tf.reduce_max(tf.reduce_sum(p, axis=0))
    n = tf.cast(tf.range(1, labels + 1), tf.float64)
    bound = n - mean - n * tf.math.log(n / tf.maximum(mean, 1e-300))
    enough = (n > mean) & (bound <= math.log(TAIL))
    # `bound` falls beyond the mean, so that all later n are enough too.
    return labels + 1 - tf.math.count_nonzero(enough, dtype=tf.int32)


def _inverse_moments(pmf: tf.Tensor, a: tf.Tensor) -> tf.Tensor:
    """Returns E[1 / (a + N)], `[A, R]`, of the distribution `[M, R]` of N."""
    total = a[:, None] + tf.range(tf.shape(pmf)[0])
    return tf.linalg.matmul(1.0 / tf.cast(total, tf.float64), pmf)
