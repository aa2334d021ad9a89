import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_TAGS = tf.constant([[0.9, 0.2, 0.6], [0.1, 0.1, 0.4]])
_TRUE = tf.constant([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
_MAPS = tf.nn.softmax(tf.random.stateless_normal([2, 4, 5, 2], [0, 1]))
_TRUE_MAPS = tf.one_hot(tf.cast(_MAPS[..., 0] > 0.3, tf.int32), 2)


def _equal_share(y, y_true):
    """Returns the share of equal entries, `[B]`."""
    axes = list(range(1, y.shape.rank))
    return tf.reduce_mean(tf.cast(tf.equal(y, y_true), tf.float32), axes)


def _agreement(y, y_true):
    """Returns the agreement of each pixel, `[B, H, W]`."""
    return tf.reduce_sum(y * y_true, -1)


def test_the_oracle_is_the_users_function():
    space = TagSpace().with_oracle(lambda y, y_true: 1.0 - tf.abs(y - y_true)[:, 0])
    np.testing.assert_allclose(space.oracle(_TAGS, _TRUE), [0.9, 0.9])


def test_an_oracle_of_every_pixel():
    space = ClassMapSpace().with_oracle(_agreement)
    values = space.oracle(_MAPS, _TRUE_MAPS)
    np.testing.assert_allclose(values, _agreement(_MAPS, _TRUE_MAPS))


def test_truth_values_and_rounding_beyond_one_are_held_to_the_range():
    space = TagSpace().with_oracle(lambda y, y_true: y[:, 0] > 0.5)
    np.testing.assert_array_equal(space.oracle(_TAGS, _TRUE), [1.0, 0.0])
    space = TagSpace().with_oracle(lambda y, y_true: 1.00001 + 0.0 * y[:, 0])
    space.custom_oracle.check_values(_TAGS, _TRUE)
    np.testing.assert_array_equal(space.oracle(_TAGS, _TRUE), [1.0, 1.0])


def test_all_else_is_the_other_spaces():
    tags, space = TagSpace(), TagSpace().with_oracle(_equal_share)
    assert (space.rank, space.initial_logit) == (tags.rank, tags.initial_logit)
    assert space.outputs_name == tags.outputs_name
    logits = tf.constant([[-2.0, 0.5, 3.0]] * 2)
    for name, arguments in {
        "activation": [logits],
        "surrogate_loss": [logits, _TRUE],
        "project": [logits],
        "decide": [_TAGS],
    }.items():
        np.testing.assert_array_equal(
            getattr(space, name)(*arguments), getattr(tags, name)(*arguments)
        )
    y, y_true = _TAGS.numpy(), _TRUE.numpy()
    assert space.tune_decoder(y, y_true) == tags.tune_decoder(y, y_true)


@pytest.mark.parametrize("steps", [(), (3,)])
def test_examples_are_judged_as_decided(steps):
    space = TagSpace().with_oracle(_equal_share)
    y = np.broadcast_to(_TAGS, (*steps, 2, 3)).copy()
    if steps:
        y[1] = 1.0 - y[1]
    values = space.example_metric(y, _TRUE.numpy())
    assert values.shape == (*steps, 2)
    # Decided: [1, 0, 1] of [1, 0, 0] and [0, 0, 0] of [0, 0, 1].
    np.testing.assert_allclose(values[0] if steps else values, [2 / 3, 2 / 3])
    if steps:
        np.testing.assert_allclose(values[1], [1 / 3, 1 / 3])


def test_the_value_of_a_map_is_its_mean():
    space = ClassMapSpace().with_oracle(_agreement)
    decided = np.argmax(_MAPS, -1) == np.argmax(_TRUE_MAPS, -1)
    np.testing.assert_allclose(
        space.example_metric(_MAPS.numpy(), _TRUE_MAPS.numpy()),
        decided.mean((1, 2)),
        rtol=1e-6,
    )


def test_value_is_the_criterion_and_stands_beside_the_other_metrics():
    space = TagSpace().with_oracle(_equal_share)
    y, y_true = _TAGS.numpy(), _TRUE.numpy()
    decoder_params = space.tune_decoder(y, y_true)
    measured = space.measure(y, y_true, decoder_params, probabilities=True)
    of_tags = TagSpace().measure(y, y_true, decoder_params, probabilities=True)
    assert measured == {"value": pytest.approx(2 / 3), **of_tags}
    assert space.selection_metric(measured) == measured["value"]
    assert space.metric_name == "value"


def _share_in_numpy(y, y_true):
    return np.mean((y > 0.5) == (y_true > 0.5), 1).astype(np.float32)


def _agreement_in_numpy(y, y_true):
    return np.sum(y * y_true, -1)


def _share_in_python(y, y_true):
    return tf.constant(_share_in_numpy(y.numpy(), y_true.numpy()))


def _numpy_function(function):
    return lambda *outputs: tf.numpy_function(function, outputs, tf.float32)


def _py_function(function):
    return lambda *outputs: tf.py_function(function, outputs, tf.float32)


@pytest.mark.parametrize(
    "measure", [_numpy_function(_share_in_numpy), _py_function(_share_in_python)]
)
def test_a_python_function_within_an_operation_is_taken(measure):
    _judge_tags(measure)
    oracle = TagSpace().with_oracle(measure).oracle

    @tf.function(autograph=False)
    def with_gradient(y, y_true):
        with tf.GradientTape() as tape:
            tape.watch(y)
            values = oracle(y, y_true)
        return values, tape.gradient(values, y)

    values, gradient = with_gradient(_TAGS, _TRUE)
    np.testing.assert_array_equal(values, _share_in_numpy(_TAGS, _TRUE))
    assert gradient is None


def test_maps_of_such_a_function_need_their_shape():
    measure = _numpy_function(_agreement_in_numpy)
    oracle = ClassMapSpace().with_oracle(measure).custom_oracle
    oracle.check_values(_MAPS, _TRUE_MAPS)
    with pytest.raises(UsageError, match=r"ensure_shape\(values, y.shape\[:3\]\)"):
        oracle.check_compiles(_MAPS, _TRUE_MAPS)

    def with_shape(y, y_true):
        return tf.ensure_shape(measure(y, y_true), y.shape[:3])

    ClassMapSpace().with_oracle(with_shape).check_oracle(_TRUE_MAPS.numpy(), "data")


def test_a_shape_that_differs_when_compiled_is_refused():
    def changing(y, y_true):
        return y if tf.inside_function() else y[:, 0]

    with pytest.raises(UsageError, match=r"values of shape \(2, 3\)") as caught:
        _judge_tags(changing)
    assert "\n" not in str(caught.value)


def _judge_tags(measure):
    oracle = TagSpace().with_oracle(measure).custom_oracle
    oracle.check_values(_TAGS, _TRUE, "test data", first=20)
    oracle.check_compiles(_TAGS, _TRUE)


def test_soft_tags_are_rounded_for_f1_and_its_decoders():
    space = TagSpace(_equal_share)
    y, truth = _TAGS.numpy(), _TRUE.numpy()
    soft = 0.1 + 0.8 * truth
    params = space.tune_decoder(y, truth)
    assert space.tune_decoder(y, soft) == params
    of_soft, of_tags = (
        space.default_measure(y, t, params, probabilities=True) for t in (soft, truth)
    )
    assert of_soft == of_tags
    # Of the tags above 0.5, two and none, one and none are right: F1 is 2/3 and 0.
    assert of_soft["f1"] == pytest.approx(1 / 3)
    assert space.measure_decided(y, soft)["f1"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("measure", "match"),
    [
        (lambda y, y_true: 100.0 * y[:, 0], "values from 10 to 90: .*Rescale it"),
        (lambda y, y_true: y[:, 0] - 1.0, "values from -0.9 to -0.1"),
        (
            lambda y, y_true: y[:, 0] * np.nan,
            r"is nan for example 20 \(from 0\) of the test data",
        ),
        (lambda y, y_true: y[:, 0] / 0.0, "is inf for example 20 .*division by 0"),
        (lambda y, y_true: tf.reduce_mean(y), r"shape \(\) for outputs of .* \[B\]"),
        (lambda y, y_true: y[:, :1], r"shape \(2, 1\)"),
        (lambda y, y_true: y[:1, 0], r"shape \(1,\)"),
        (lambda y, y_true: y[:, :, None], r"shape \(2, 3, 1\)"),
        (lambda y, y_true: None, "gives NoneType: a tensor"),
        (lambda y, y_true: {"value": y[:, 0]}, "gives dict: a tensor"),
        (
            lambda y, y_true: y.numpy()[:, 0],
            "cannot be compiled .*TensorFlow operations",
        ),
        (lambda y, y_true: np.mean(y == y_true, 1), "cannot be compiled"),
    ],
)
def test_other_measures_are_refused_in_one_sentence(measure, match):
    with pytest.raises(UsageError, match=match) as caught:
        _judge_tags(measure)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [0, 1500])
def test_the_example_whose_value_is_no_number_is_named(number):
    truth = np.ones((2000, 3))
    truth[number] = 0.0
    space = TagSpace(lambda y, y_true: tf.reduce_sum(y * y_true, 1) / sum_of(y_true))

    def sum_of(y):
        return tf.reduce_sum(y, 1)

    with pytest.raises(UsageError, match=rf"nan for example {number} .*of the rows"):
        space.check_oracle(truth, "rows")
    with pytest.raises(UsageError, match=f"nan for example {number} .*decided outputs"):
        space.example_metric(np.ones((2000, 3)), truth)


@pytest.mark.parametrize("make", [TagSpace, TagSpace().with_oracle])
def test_the_name_of_a_measure_is_refused(make, refused):
    with refused("oracle is a str: a function of .*such as ldrsp_tf.oracles.f1"):
        make(oracle="f1")


@pytest.mark.parametrize("shape", [(2, 4, 4), (2, 5, 4), (1, 4, 5)])
def test_a_map_of_another_size_is_refused(shape):
    space = ClassMapSpace().with_oracle(lambda y, y_true: tf.zeros(shape))
    with pytest.raises(UsageError, match="values of shape"):
        space.oracle(_MAPS, _TRUE_MAPS)


def test_a_measure_may_branch_on_tensors():
    def branching(y, y_true):
        if tf.reduce_mean(y) > 0.2:
            return _equal_share(y, y_true)
        return tf.zeros_like(y[:, 0])

    _judge_tags(branching)
    oracle = TagSpace().with_oracle(branching).oracle
    traced = tf.function(oracle, autograph=False)
    np.testing.assert_array_equal(traced(_TAGS, _TRUE), oracle(_TAGS, _TRUE))
