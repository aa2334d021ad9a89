import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import oracles
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import get_method
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.binary_masks import BinaryMaskSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_Y = np.float32([[0.9, 0.6, 0.1], [0.2, 0.45, 0.3]])
_TRUE = np.float32([[1, 0, 0], [0, 1, 0]])


def test_an_output_space_is_abstract():
    with pytest.raises(TypeError, match="abstract"):
        OutputSpace()


def test_tag_activation_is_the_sigmoid():
    logits = tf.constant([[0.0, np.log(3.0), -np.log(3.0)]], tf.float32)
    np.testing.assert_allclose(
        TagSpace().activation(logits), [[0.5, 0.75, 0.25]], rtol=1e-6
    )


def test_tag_surrogate_loss_is_the_mean_cross_entropy_of_the_activation():
    space = TagSpace()
    logits = tf.constant([[0.3, -1.0, 2.0], [0.0, 0.5, -0.5]])
    p = space.activation(logits).numpy()
    cross_entropy = -np.log(np.where(_TRUE == 1.0, p, 1.0 - p)).mean()
    loss = space.surrogate_loss(logits, tf.constant(_TRUE))
    np.testing.assert_allclose(loss, cross_entropy, rtol=1e-5)


def test_tag_oracle_is_f1():
    y, y_true = tf.constant(_Y), tf.constant(_TRUE)
    # 2 * 0.9 / (1.6 + 1), 2 * 0.45 / (0.95 + 1).
    value = TagSpace().oracle(y, y_true)
    np.testing.assert_allclose(value, [1.8 / 2.6, 0.9 / 1.95], rtol=1e-5)
    np.testing.assert_array_equal(value, oracles.f1(y, y_true))


def test_tags_are_projected_onto_the_box():
    projected = TagSpace().project(tf.constant([[-1.0, 0.25, 3.0]]))
    np.testing.assert_array_equal(projected, [[0.0, 0.25, 1.0]])


@pytest.mark.parametrize(
    ("space", "shape", "value"),
    [
        (TagSpace(), (2, 3), 0.0),
        (ClassMapSpace(), (2, 4, 4, 2), 0.5),
        (ClassMapSpace("pixel_accuracy"), (2, 4, 4, 4), 0.25),
        (ClassMapSpace(projection="box"), (2, 4, 4, 2), 0.5),
    ],
)
def test_the_initial_output_is_feasible(space, shape, value):
    initial = tf.function(space.initial_output)(tf.ones(shape))
    # Zeros are exact: of tags, a walk begins with none.
    np.testing.assert_allclose(initial, np.full(shape, value), rtol=1e-6)
    np.testing.assert_allclose(space.project(initial), initial, atol=1e-7)


def test_tag_example_metric_is_f1_above_a_half():
    # Tags {0, 1} against {0}: 2 / 3; none against {1}: 0.
    value = TagSpace().example_metric(_Y, _TRUE)
    np.testing.assert_allclose(value, [2.0 / 3.0, 0.0])
    assert TagSpace().metric_name == "f1"


def test_tag_example_metric_takes_leading_axes():
    value = TagSpace().example_metric(np.stack([_Y, _TRUE, 1.0 - _TRUE]), _TRUE)
    np.testing.assert_allclose(value, [[2.0 / 3.0, 0.0], [1.0, 1.0], [0.0, 0.0]])


def test_tags_are_calibrated_and_measured():
    space = TagSpace()
    decoder_params = space.tune_decoder(_Y, _TRUE)
    # Thresholds from 0.3 to 0.44 find {0, 1} and {1}, and so do the neighbors of those
    # from 0.32 to 0.42, the nearest to 0.5.
    assert decoder_params == {"threshold": pytest.approx(0.42), "empty_odds": 0.0}
    measured = space.measure(_Y, _TRUE, decoder_params, probabilities=True)
    # At 0.5: (2/3 + 0) / 2. Tuned: (2/3 + 1) / 2. Expected, row 1: 0.699 for
    # {0}, 0.802 for {0, 1}, 0.667 for all, so 2/3; row 2: 0.380 for {1}, 0.434 for
    # {1, 2}, 0.421 for all, so 2/3.
    assert measured == pytest.approx(
        {"f1": 1.0 / 3.0, "f1_tuned": 5.0 / 6.0, "f1_plugin": 2.0 / 3.0}
    )


def test_tags_are_decided_empty_as_often_as_validation_rows_are():
    # {0} has 0.4 (0.9 + 0.1 * 2 / 3) = 0.387; none has 0.6 * 0.9 = 0.54, with the odds
    # of two empty rows of four 0.46 / 0.54 * 0.54 = 0.46, of none in four 0.
    space, y = TagSpace(), np.float32([[0.4, 0.1]] * 4)
    half_empty = np.float32([[1, 0], [1, 0], [0, 0], [0, 0]])
    never_empty = np.float32([[1, 0], [1, 0], [1, 0], [0, 1]])
    half, never = (space.tune_decoder(y, tags) for tags in (half_empty, never_empty))
    assert half["empty_odds"] == pytest.approx(0.46 / 0.54, rel=1e-6)
    independent = {"threshold": 0.5}
    for tags, params, value in [
        (half_empty, half, 0.5),
        (half_empty, independent, 0.5),
        (never_empty, never, 0.75),
        (never_empty, independent, 0.0),
    ]:
        measured = space.measure(y, tags, params, probabilities=True)
        assert measured["f1_plugin"] == value


def test_expectations_are_taken_of_probabilities_only():
    measured = TagSpace().measure(_Y, _TRUE, {"threshold": 0.5}, probabilities=False)
    assert set(measured) == {"f1", "f1_tuned"}


def test_tag_criterion_serves_both_columns():
    assert TagSpace().selection_metric({"f1": 0.4, "f1_tuned": 0.5}) == pytest.approx(
        0.45
    )


# Maps.


def _maps(shape=(2, 3, 4), classes=3, seed=0):
    """Makes logits and one-hot truth of maps."""
    rng = np.random.default_rng(seed)
    truth = np.eye(classes, dtype=np.float32)[rng.integers(0, classes, shape)]
    logits = rng.normal(scale=2.0, size=(*shape, classes)).astype(np.float32)
    return tf.constant(logits), tf.constant(truth)


def _decided(*maps):
    """Makes class vectors whose largest values are those of the given classes."""
    classes = np.array(maps)
    return np.float32(0.6 * np.eye(classes.max() + 1)[classes] + 0.1)


# Two images of 2x2 pixels. Class 1: in the first, 1 of 3 pixels in common; in the
# second, none of 0. Right: 2 of 4 and all.
_TRUTH_MAPS = np.eye(2, dtype=np.float32)[
    np.array([[[1, 1], [0, 0]], [[0, 0], [0, 0]]])
]
_GUESSED_MAPS = _decided([[1, 0], [1, 0]], [[0, 0], [0, 0]])


@pytest.mark.parametrize("classes", [2, 3])
def test_map_activation_is_on_the_simplex(classes):
    logits, _ = _maps(classes=classes)
    y = ClassMapSpace().activation(logits).numpy()
    assert y.min() >= 0.0
    np.testing.assert_allclose(y.sum(-1), 1.0, rtol=1e-5)
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    np.testing.assert_allclose(y, expected, rtol=1e-5)


def test_map_surrogate_loss_is_the_mean_cross_entropy_of_the_activation():
    space, (logits, truth) = ClassMapSpace(), _maps()
    p = np.sum(space.activation(logits) * truth, -1)
    np.testing.assert_allclose(
        space.surrogate_loss(logits, truth), -np.log(p).mean(), rtol=1e-5
    )


@pytest.mark.parametrize("classes", [2, 3])
def test_map_oracle_is_the_probability_of_the_true_class(classes):
    # On simplex rows and a one-hot truth Eq. 11 is 2 p / (1 + 1).
    space, (logits, truth) = ClassMapSpace(), _maps(classes=classes)
    y = space.activation(logits)
    value = space.oracle(y, truth)
    assert value.shape == (2, 3, 4)
    np.testing.assert_allclose(value, np.sum(y * truth, -1), rtol=1e-5)
    np.testing.assert_allclose(space.oracle(truth, truth), 1.0)


@pytest.mark.parametrize(
    ("projection", "expected"),
    [("simplex", [[[[0.7, 0.3, 0.0]]]]), ("box", [[[[0.9, 0.5, 0.0]]]])],
)
def test_maps_are_projected_pixel_by_pixel(projection, expected):
    space = ClassMapSpace(projection=projection)
    projected = space.project(tf.constant([[[[0.9, 0.5, -1.0]]]]))
    np.testing.assert_allclose(projected, expected, atol=1e-6)


def test_maps_are_projected_onto_the_simplex_by_default():
    projected = ClassMapSpace().project(_maps()[0])
    np.testing.assert_allclose(np.sum(projected, -1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [("mean_iou", [1.0 / 3.0, 1.0]), ("pixel_accuracy", [0.5, 1.0])],
)
def test_map_example_metric(metric, expected):
    space = ClassMapSpace(metric)
    assert space.metric_name == metric
    value = space.example_metric(_GUESSED_MAPS, _TRUTH_MAPS)
    np.testing.assert_allclose(value, expected)
    # With a leading axis, of the steps of a walk: the guess, the truth, its opposite.
    walk = np.stack([_GUESSED_MAPS, _TRUTH_MAPS, 1.0 - _TRUTH_MAPS])
    np.testing.assert_allclose(
        space.example_metric(walk, _TRUTH_MAPS), [expected, [1.0, 1.0], [0.0, 0.0]]
    )


@pytest.mark.parametrize("probabilities", [False, True])
def test_maps_of_two_classes_are_measured_by_iou_and_accuracy(probabilities):
    space = ClassMapSpace()
    decoder_params = space.tune_decoder(_GUESSED_MAPS, _TRUTH_MAPS)
    assert decoder_params == {}
    measured = space.measure(_GUESSED_MAPS, _TRUTH_MAPS, decoder_params, probabilities)
    assert measured == pytest.approx(
        {"pixel_accuracy": 6 / 8, "mean_iou": (1 / 3 + 1) / 2, "global_iou": 1 / 3}
    )
    assert all(type(value) is float for value in measured.values())
    assert space.selection_metric(measured) == measured["mean_iou"]


def test_maps_of_three_classes_are_measured_by_accuracy():
    space = ClassMapSpace("pixel_accuracy")
    truth = np.eye(3)[np.array([[[0, 1], [2, 2]]])]
    measured = space.measure(_decided([[0, 1], [2, 0]]), truth, {}, True)
    assert measured == {"pixel_accuracy": 0.75}
    assert space.selection_metric(measured) == 0.75


def test_a_right_pixel_has_the_binarized_value_1_whatever_its_margin():
    # The likeliest class is the right one, though below 0.5.
    y = tf.constant([[[[0.4, 0.35, 0.25]]]])
    y_true = tf.constant([[[[1.0, 0.0, 0.0]]]])
    value = ClassMapSpace("pixel_accuracy").oracle_of(
        get_method("ldrsp_plus"), TrainingSettings()
    )
    np.testing.assert_array_equal(value(y, y_true), [[[1.0]]])


@pytest.mark.parametrize(
    ("metric", "projection", "named"),
    [("accuracy", "box", "metric 'accuracy'"), ("mean_iou", "ball", "'ball'")],
)
def test_unknown_metrics_and_projections_of_maps_are_refused(metric, projection, named):
    with pytest.raises(UsageError, match=named):
        ClassMapSpace(metric, projection)


@pytest.mark.parametrize(
    ("space", "guessed", "truth"),
    [
        (TagSpace(), _Y, _TRUE),
        (ClassMapSpace(), _GUESSED_MAPS, _TRUTH_MAPS),
        (BinaryMaskSpace(), _GUESSED_MAPS, _TRUTH_MAPS),
    ],
)
def test_a_space_states_whether_it_tunes_decoders(space, guessed, truth):
    assert bool(space.tune_decoder(guessed, truth)) == space.has_tuned_decoders
