import numpy as np
import pytest

from experiments.tasks.standardization import Standardization

ROWS = np.array(
    [[0, 0.5, -1, 7, 1000], [1, 0.25, 3, 7, 3000], [1, 0.0, 1, 7, 2000]], np.float32
)


def test_what_is_within_0_and_1_is_left_alone():
    found = Standardization.of("auto", ROWS)
    assert found.columns.tolist() == [2, 3, 4]
    scaled = found.apply(ROWS)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled[:, :2], ROWS[:, :2])
    np.testing.assert_allclose(scaled[:, [2, 4]].mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled[:, [2, 4]].std(0), 1, rtol=1e-6)


def test_other_rows_are_scaled_by_the_training_rows():
    new = np.array([[1, 0.5, 5, 8, 2000]], np.float32)
    scaled = Standardization.of("auto", ROWS).apply(new)
    deviation = np.sqrt(8 / 3)
    np.testing.assert_allclose(scaled, [[1, 0.5, 4 / deviation, 1, 0]], rtol=1e-6)


@pytest.mark.parametrize("value", [7.0, 0.1, 1e30])
def test_a_constant_becomes_0(value):
    rows = np.full((1000, 1), value, np.float32)
    scaled = Standardization.of("all", rows).apply(rows)
    np.testing.assert_allclose(scaled, 0, atol=1e-12 * value)


def test_all_and_none_mean_what_they_say():
    assert Standardization.of("all", ROWS).columns.tolist() == [0, 1, 2, 3, 4]
    none = Standardization.of("none", ROWS)
    assert none.apply(ROWS) is ROWS


def test_binary_features_stay_small():
    rows = np.array([[0, 1], [1, 1]], np.uint8)
    assert Standardization.of("auto", rows).apply(rows).dtype == np.uint8
