import numpy as np
import pytest

from experiments.tasks.standardization import Standardization
from ldrsp_tf.data.preprocessing import preprocess

ROWS = np.array(
    [[0, 0.5, -1, 7, 1000], [1, 0.25, 3, 7, 3000], [1, 0.0, 1, 7, 2000]], np.float32
)


def scale(standardization, rows):
    return preprocess(standardization.network(rows.shape[1]), rows)


def test_what_is_within_0_and_1_is_left_alone():
    found = Standardization.of("auto", ROWS)
    assert found.columns.tolist() == [2, 3, 4]
    scaled = scale(found, ROWS)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled[:, :2], ROWS[:, :2])
    np.testing.assert_allclose(scaled[:, [2, 4]].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled[:, [2, 4]].std(0), 1, rtol=1e-6)


def test_other_rows_are_scaled_by_the_training_rows():
    new = np.array([[1, 0.5, 5, 8, 2000]], np.float32)
    scaled = scale(Standardization.of("auto", ROWS), new)
    deviation = np.sqrt(8 / 3)
    np.testing.assert_allclose(scaled, [[1, 0.5, 4 / deviation, 1, 0]], rtol=1e-6)


@pytest.mark.parametrize("value", [7.0, 0.1, 1e30])
def test_a_constant_becomes_0(value):
    rows = np.full((1000, 1), value, np.float32)
    scaled = scale(Standardization.of("all", rows), rows)
    np.testing.assert_allclose(scaled, 0, atol=1e-12 * value)


def test_all_and_none_mean_what_they_say():
    assert Standardization.of("all", ROWS).columns.tolist() == [0, 1, 2, 3, 4]
    none = Standardization.of("none", ROWS)
    assert scale(none, ROWS) is ROWS


def test_binary_features_stay_small():
    rows = np.array([[0, 1], [1, 1]], np.uint8)
    assert scale(Standardization.of("auto", rows), rows).dtype == np.uint8


def test_the_arithmetic_is_that_of_earlier_versions():
    """Bit by bit: trainings of committed results had such features."""
    rows = np.random.default_rng(0).normal(3.0, 5.0, (300, 6)).astype(np.float32)
    rows[:, [1, 4]] = rows[:, [1, 4]] > 0
    found = Standardization.of("auto", rows)
    expected = rows.copy()
    chosen = rows[:, found.columns]
    expected[:, found.columns] = (chosen - found.mean) / found.deviation
    assert found.columns.tolist() == [0, 2, 3, 5]
    np.testing.assert_array_equal(scale(found, rows), expected)
