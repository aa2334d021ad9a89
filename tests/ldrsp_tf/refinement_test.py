import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import projections, refinement
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.logits import logits_of_bernoulli


def _linear(weights):
    """Makes a score whose gradient is `weights`, one row an example."""
    weights = tf.constant(weights, tf.float32)
    axes = list(range(1, weights.shape.rank))
    return lambda y: tf.reduce_sum(weights * y, axes)


def _random(shape, seed=0):
    return tf.constant(np.random.default_rng(seed).uniform(size=shape), tf.float32)


def _bilinear_score(shape, seed=7):
    """Makes a score that is not linear, with weights of its own for every example."""
    first, second = _random(shape, seed), _random(shape, seed + 1)
    axes = list(range(1, len(shape)))
    return lambda y: tf.sigmoid(
        tf.reduce_sum((first - 0.5) * y, axes) + tf.reduce_sum(second * y * y, axes)
    )


class _Counting:
    def __init__(self, score):
        self.calls, self._score = 0, score

    def __call__(self, y):
        self.calls += 1
        return self._score(y)


def test_score_and_gradient_of_a_quadratic():
    y = tf.constant([[0.5, 0.0], [1.0, 0.25]])
    scores, gradient = refinement.score_and_gradient(
        lambda y: tf.reduce_sum(y * y, 1), y
    )
    np.testing.assert_allclose(scores, [0.25, 1.0625])
    np.testing.assert_allclose(gradient, [[1.0, 0.0], [2.0, 0.5]])


def test_gradient_of_a_score_map_is_that_of_its_sum():
    y = _random((2, 3, 3, 2))
    _, of_map = refinement.score_and_gradient(lambda y: tf.reduce_sum(y**3, -1), y)
    np.testing.assert_allclose(of_map, 3.0 * y**2, rtol=1e-5)


@pytest.mark.parametrize(
    "score",
    [
        lambda y: tf.ones(tf.shape(y)[:1]),
        lambda y: tf.reduce_sum(tf.cast(tf.argmax(y, 1), tf.float32)),
        lambda y: tf.reduce_sum(tf.cast(y > 0.5, tf.float32), 1),
        lambda y: tf.reduce_sum(tf.round(y), 1),
        lambda y: tf.reduce_sum(tf.constant(y.numpy()), 1),
    ],
    ids=["ignores_y", "argmax", "threshold", "round", "numpy"],
)
def test_a_score_without_gradient_is_refused(score):
    with pytest.raises(UsageError, match="no gradient with respect to the output"):
        refinement.refine(score, _random((2, 3)), step_size=0.1, steps=1)


def test_gradient_norm_goes_over_the_whole_output():
    np.testing.assert_allclose(
        refinement.gradient_norm(tf.constant([[3.0, 4.0], [0.0, 0.0]])), [5.0, 0.0]
    )
    # 2 * 2 * 4 entries of 0.5: sqrt(16 / 4).
    np.testing.assert_allclose(
        refinement.gradient_norm(tf.fill([3, 2, 2, 4], 0.5)), [2.0, 2.0, 2.0]
    )


@pytest.mark.parametrize("shape", [(4, 6), (4, 3, 3, 2)])
def test_normalize_gives_each_example_norm_one(shape):
    gradient = _random(shape) - 0.5
    normalized = refinement.normalize(gradient).numpy().reshape(4, -1)
    flat = gradient.numpy().reshape(4, -1)
    np.testing.assert_allclose(
        normalized, flat / np.linalg.norm(flat, axis=1, keepdims=True), rtol=1e-5
    )


@pytest.mark.parametrize("size", [1e-25, 1.0, 1e25])
def test_normalize_neither_underflows_nor_overflows(size):
    gradient = tf.constant([[3.0, -4.0, 0.0]]) * size
    np.testing.assert_allclose(
        refinement.normalize(gradient), [[0.6, -0.8, 0.0]], rtol=1e-6
    )


def test_normalize_leaves_a_zero_gradient_zero_beside_others():
    gradient = tf.constant([[0.0, 0.0], [0.0, -2.0]])
    np.testing.assert_array_equal(
        refinement.normalize(gradient), [[0.0, 0.0], [0.0, -1.0]]
    )


def test_one_step_of_equation_8_by_hand():
    y = tf.constant([[0.5, 0.5, 0.5]])
    # 0.5 + 0.1 * (3, -4, 6) = (0.8, 0.1, 1.1), clipped.
    refined = refinement.refine(
        _linear([[3.0, -4.0, 6.0]]), y, step_size=0.1, steps=1, normalized=False
    )
    np.testing.assert_allclose(refined, [[0.8, 0.1, 1.0]], rtol=1e-6)


def test_one_step_of_equation_9_by_hand():
    y = tf.constant([[0.5, 0.5], [0.5, 0.5]])
    # Norms 5 and 0.5: each example walks 0.1 * (0.6, -0.8).
    refined = refinement.refine(
        _linear([[3.0, -4.0], [0.3, -0.4]]), y, step_size=0.1, steps=1, normalized=True
    )
    np.testing.assert_allclose(refined, [[0.56, 0.42]] * 2, rtol=1e-6)


def test_equation_9_takes_one_norm_for_a_whole_map():
    y = tf.fill([2, 2, 2, 1], 0.5)
    # Four pixels of gradient (1, 1, 1, -1): norm 2, so each walks 0.4 / 2.
    weights = tf.reshape([1.0, 1.0, 1.0, -1.0] * 2, y.shape)
    refined = refinement.refine(_linear(weights), y, step_size=0.4, steps=1)
    expected = np.reshape([0.7, 0.7, 0.7, 0.3] * 2, y.shape)
    np.testing.assert_allclose(refined, expected, rtol=1e-6)


def test_equation_9_is_the_default():
    y, score = _random((3, 4)), _bilinear_score((3, 4))
    keywords = {"step_size": 0.1, "steps": 3}
    np.testing.assert_array_equal(
        refinement.refine(score, y, **keywords),
        refinement.refine(score, y, normalized=True, **keywords),
    )


def test_several_steps_agree_with_numpy():
    y, weights = _random((3, 4)), _random((3, 4), 1).numpy() - 0.5
    score = _linear(weights)
    expected = y.numpy()
    for _ in range(3):  # D = sigmoid(w'y), dD/dy = D (1 - D) w
        d = 1.0 / (1.0 + np.exp(-(weights * expected).sum(1, keepdims=True)))
        expected = np.clip(expected + 0.8 * d * (1.0 - d) * weights, 0.0, 1.0)
    refined = refinement.refine(
        lambda y: tf.sigmoid(score(y)), y, step_size=0.8, steps=3, normalized=False
    )
    np.testing.assert_allclose(refined, expected, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 3, 2)])
@pytest.mark.parametrize("normalized", [False, True])
def test_refinement_of_minus_the_squared_distance_reaches_the_truth(shape, normalized):
    y, y_true = _random(shape), tf.round(_random(shape, 1))
    axes = list(range(1, len(shape)))
    refined = refinement.refine(
        lambda y: -tf.reduce_sum(tf.square(y - y_true), axes),
        y,
        step_size=0.1,
        steps=60,
        normalized=normalized,
    )
    # Eq. 8 shrinks the distance by 0.8 a step; a step of Eq. 9 is 0.1 long.
    distance = refinement.gradient_norm(refined - y_true).numpy()
    assert distance.max() < (0.1001 if normalized else 1e-4)


@pytest.mark.parametrize("normalized", [False, True])
def test_a_zero_gradient_leaves_y_where_it_is(normalized):
    y = _random((2, 3))
    refined = refinement.refine(
        _linear(tf.zeros([2, 3])), y, step_size=4.0, steps=3, normalized=normalized
    )
    np.testing.assert_array_equal(refined, y)


@pytest.mark.parametrize("compiled", [False, True])
def test_no_steps_return_the_start(compiled):
    y, score = _random((2, 3)), _bilinear_score((2, 3))

    def both():
        return (
            refinement.refine(score, y, step_size=0.5, steps=0),
            refinement.walk(score, y, step_size=0.5, steps=0),
        )

    refined, walk = tf.function(both)() if compiled else both()
    np.testing.assert_array_equal(refined, y)
    np.testing.assert_array_equal(walk.outputs, y[None])
    np.testing.assert_allclose(walk.scores, score(y)[None], rtol=1e-6)


def test_every_step_is_projected():
    # Without a projection in between, 0.9 + 0.5 - 0.5 would end at 0.9.
    y = tf.constant([[0.9]])
    refined = refinement.refine(
        lambda y: tf.where(y[:, 0] < 1.0, y[:, 0], -y[:, 0]),
        y,
        step_size=0.5,
        steps=2,
        project=projections.box,
    )
    np.testing.assert_allclose(refined, [[0.5]])


def test_the_given_projection_is_used_at_every_step():
    walk = refinement.walk(
        _bilinear_score((2, 4)),
        projections.simplex(_random((2, 4))),
        step_size=0.7,
        steps=4,
        project=projections.simplex,
    )
    np.testing.assert_allclose(tf.reduce_sum(walk.outputs, -1), 1.0, atol=1e-5)
    assert not np.allclose(walk.outputs[0], walk.outputs[1])


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 3, 2)])
def test_walk_is_refine_with_everything_on_the_way(shape, normalized):
    y, score = _random(shape), _bilinear_score(shape)
    keywords = {"step_size": 0.2, "normalized": normalized}
    walk = refinement.walk(score, y, steps=3, **keywords)
    assert walk.outputs.shape == (4, *shape)
    assert walk.scores.shape == (4, shape[0])
    np.testing.assert_array_equal(walk.outputs[0], y)
    for steps in (1, 2, 3):
        refined = refinement.refine(score, y, steps=steps, **keywords)
        np.testing.assert_array_equal(walk.outputs[steps], refined)
    for output, scores in zip(walk.outputs, walk.scores):
        np.testing.assert_array_equal(scores, score(output))


def test_walk_keeps_score_maps():
    y = _random((2, 3, 3, 2))
    walk = refinement.walk(lambda y: y[..., 0] - y[..., 1], y, step_size=0.3, steps=2)
    assert walk.scores.shape == (3, 2, 3, 3)
    np.testing.assert_allclose(
        walk.scores, walk.outputs[..., 0] - walk.outputs[..., 1], rtol=1e-6
    )


@pytest.mark.parametrize("normalized", [False, True])
def test_examples_do_not_influence_each_other(normalized):
    y, first, second = _random((2, 4)), _random((2, 4), 7), _random((2, 4), 8)

    def refine(rows):
        def score(y):
            return tf.sigmoid(tf.reduce_sum(first[rows] * y + second[rows] * y**2, 1))

        return refinement.refine(
            score, y[rows], step_size=0.1, steps=4, normalized=normalized
        )

    apart = tf.concat([refine(slice(0, 1)), refine(slice(1, 2))], 0)
    np.testing.assert_allclose(refine(slice(0, 2)), apart, rtol=1e-6)


def test_the_score_is_called_once_a_step():
    score = _Counting(_bilinear_score((2, 3)))
    refinement.refine(score, _random((2, 3)), step_size=0.1, steps=5)
    assert score.calls == 5
    score.calls = 0
    refinement.walk(score, _random((2, 3)), step_size=0.1, steps=5)
    assert score.calls == 6  # and once for the end


def test_the_score_is_traced_once_whatever_the_number_of_steps():
    score = _Counting(_bilinear_score((2, 3)))

    @tf.function
    def refine(y, steps):
        return refinement.refine(score, y, step_size=0.1, steps=steps)

    for steps in (2, 30):
        refine(_random((2, 3)), tf.constant(steps))
    assert score.calls == 1


def test_same_walk_eagerly_and_compiled_with_unknown_sizes():
    weights = _random((1, 4), 5) - 0.5

    def walk(y, step_size, steps):
        score = lambda y: tf.sigmoid(tf.reduce_sum(weights * y * y, 1))  # noqa: E731
        return refinement.walk(score, y, step_size=step_size, steps=steps)

    compiled = tf.function(
        walk,
        input_signature=[
            tf.TensorSpec([None, 4]),
            tf.TensorSpec([]),
            tf.TensorSpec([], tf.int32),
        ],
    )
    arguments = _random((3, 4)), tf.constant(0.3), tf.constant(4)
    for eager, in_graph in zip(walk(*arguments), compiled(*arguments)):
        np.testing.assert_allclose(eager, in_graph, rtol=1e-5)


@pytest.mark.parametrize("run", [refinement.refine, refinement.walk])
def test_no_gradient_flows_through_the_result(run):
    y, weight = _random((2, 3)), tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(y)
        result = run(
            lambda y: tf.sigmoid(weight * tf.reduce_sum(y, 1)),
            y,
            step_size=0.01,
            steps=2,
        )
    for part in tf.nest.flatten(result):
        assert tape.gradient(part, [y, weight]) == [None, None]


def test_a_step_on_logits_adds_the_change_to_them():
    # Logits (0, log 3), changed by 0.5 * (log 9, -2 log 3), are (log 3, 0).
    move = refinement.logit_move(tf.sigmoid, logits_of_bernoulli)
    following = refinement.ascend(
        tf.math.log([[9.0, 1.0 / 9.0]]),
        tf.constant([[0.5, 0.75]]),
        0.5,
        normalized=False,
        project=projections.box,
        move=move,
    )
    np.testing.assert_allclose(following, [[0.75, 0.5]], rtol=1e-5)


def test_a_walk_on_logits_keeps_what_refine_returns():
    y, score = _random((2, 3)), _bilinear_score((2, 3))
    keywords = {
        "step_size": 0.5,
        "steps": 4,
        "normalized": False,
        "move": refinement.logit_move(tf.sigmoid, logits_of_bernoulli),
    }
    walk = refinement.walk(score, y, **keywords)
    refined = refinement.refine(score, y, **keywords)
    np.testing.assert_array_equal(walk.outputs[-1], refined)
    assert np.all(np.diff(walk.scores, axis=0) > 0.0)
    assert not np.allclose(
        refined, refinement.refine(score, y, **{**keywords, "move": None})
    )


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ((1.0, 2, "no"), "^normalized is 'no': True or False is needed"),
        ((1.0, 2, 1), "^normalized is 1: True or False"),
        ((True, 2), "^step_size is True: a finite number is needed"),
        ((np.True_, 2), "^step_size is True: a finite number"),
    ],
)
def test_truth_values_and_numbers_do_not_stand_for_each_other(values, match, refused):
    with refused(match):
        refinement.Refinement(*values)


def test_truth_values_of_numpy_are_taken():
    assert refinement.Refinement(1.0, 2, np.False_).normalized is False
