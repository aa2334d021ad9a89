import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import oracles
from ldrsp_tf.spaces import OutputSpace, TagSpace

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
    calibration = space.calibrate(_Y, _TRUE)
    # Thresholds from 0.3 to 0.44 find {0, 1} and {1}, and so do the neighbours of those
    # from 0.32 to 0.42, the nearest to 0.5.
    assert calibration == {"threshold": pytest.approx(0.42)}
    measured = space.measure(_Y, _TRUE, calibration, probabilities=True)
    # At 0.5: (2/3 + 0) / 2. Tuned: (2/3 + 1) / 2. Plug-in, row 1, sum p = 1.6: 1.8/2.6,
    # 3/3.6, 3.2/4.6, so {0, 1}: 2/3; row 2, sum p = 0.95: 0.9/1.95, 1.5/2.95,
    # 1.9/3.95, so {1, 2}: 2/3.
    assert measured == pytest.approx(
        {"f1": 1.0 / 3.0, "f1_tuned": 5.0 / 6.0, "f1_plugin": 2.0 / 3.0}
    )


def test_expectations_are_taken_of_probabilities_only():
    measured = TagSpace().measure(_Y, _TRUE, {"threshold": 0.5}, probabilities=False)
    assert set(measured) == {"f1", "f1_tuned"}


def test_tag_criterion_serves_both_columns():
    assert TagSpace().criterion({"f1": 0.4, "f1_tuned": 0.5}) == pytest.approx(0.45)
