import numpy as np
import pytest

from experiments.fits.chopps.features import (
    fit_standardization,
    number_of_features,
    pixel_features,
)


@pytest.mark.parametrize(("location", "number"), [(False, 75), (True, 77)])
def test_the_features_of_a_pixel(location, number):
    images = np.random.default_rng(0).random((2, 5, 6, 3))
    features = pixel_features(images, location)
    assert features.shape == (2, 5, 6, number)
    assert number == number_of_features(location)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features[..., :3], images, rtol=1e-6)
    if location:
        np.testing.assert_allclose(features[1, 4, 0, -2:], [1, 0])
        np.testing.assert_allclose(features[0, 2, 1, -2:], [0.5, 0.2])


def test_features_are_scaled_by_those_of_the_training_rows():
    training = np.array([[[0.0, 5.0], [2.0, 5.0]]], np.float32)
    scale = fit_standardization(training)
    np.testing.assert_allclose(scale(training), [[[-1, 0], [1, 0]]])
    np.testing.assert_allclose(scale(np.array([4.0, 6.0])), [3, 1])
