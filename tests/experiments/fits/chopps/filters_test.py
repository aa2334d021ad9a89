import numpy as np
import pytest

from experiments.fits.chopps.filters import (
    filter_bank,
    gabor,
    gaussian,
    laplacian_of_gaussian,
    respond,
    schmid,
)

_SHADE = np.full((1, 12, 9), 0.7)


def test_the_bank_has_the_filters_of_the_description():
    assert len(filter_bank()) == 4 * 6 * 2 + 13 + 4 + 4
    assert all(len(kernel) % 2 == 1 for kernel in filter_bank())


@pytest.mark.parametrize(
    "kernel",
    [*gabor(1.0, 0.3), schmid(4, 2), laplacian_of_gaussian(1.5)],
    ids=["even", "odd", "schmid", "laplacian"],
)
def test_filters_of_change_do_not_respond_to_a_constant(kernel):
    np.testing.assert_allclose(respond(_SHADE, [kernel]), 0, atol=1e-12)
    assert np.abs(kernel).sum() > 0.1


def test_a_gaussian_keeps_a_constant():
    np.testing.assert_allclose(respond(_SHADE, [gaussian(2.0)]), 0.7)


def test_the_laplacian_of_a_paraboloid_is_constant():
    # The Laplacian of (r^2 + c^2) is 4, and blurring changes nothing of that.
    row, column = np.indices((41, 41)) - 20.0
    response = respond((row**2 + column**2)[None], [laplacian_of_gaussian(2.0)])
    assert response[0, 20, 20, 0] == pytest.approx(4, rel=0.06)


def test_gabor_filters_are_even_and_odd():
    even, odd = gabor(1.0, 0.4)
    np.testing.assert_allclose(even, even[::-1, ::-1], atol=1e-15)
    np.testing.assert_allclose(odd, -odd[::-1, ::-1], atol=1e-15)


def test_a_gabor_pair_responds_to_its_own_wave_most_and_not_to_its_phase():
    def energy(wave, orientation, phase=0.0):
        row, column = np.indices((41, 41)) - 20.0
        along = column * np.cos(orientation) + row * np.sin(orientation)
        image = np.cos(wave * along + phase)[None]
        return np.sum(respond(image, gabor(1.0, 0.0))[0, 20, 20] ** 2)

    own = energy(1.0, 0.0)
    assert energy(1.0, np.pi / 2) < 0.01 * own
    assert energy(0.5, 0.0) < 0.5 * own and energy(2.0, 0.0) < 0.5 * own
    assert energy(1.0, 0.0, phase=1.0) == pytest.approx(own, rel=0.02)


def test_schmid_filters_are_the_same_in_all_directions():
    kernel = schmid(6, 3)
    np.testing.assert_allclose(kernel, kernel.T)
    np.testing.assert_allclose(kernel, kernel[::-1])


def test_images_are_mirrored_beyond_their_edges():
    image = np.arange(4.0).reshape(1, 1, 4)
    kernel = np.zeros((3, 3))
    kernel[1, 0] = 1  # A convolution: the value of the next pixel.
    # The size of the kernels beside it makes no difference.
    for others in ([], [gaussian(1.0), gaussian(6.0)]):
        response = respond(image, [kernel, *others])[..., 0]
        np.testing.assert_allclose(response, [[[1, 2, 3, 3]]], atol=1e-12)
