import numpy as np
import pytest

from experiments.fits.chopps.colors import gray, lab


def test_gray_colors_have_their_value_as_luma_and_no_color():
    shades = np.array([0.0, 0.25, 1.0])[:, None] * np.ones(3)
    np.testing.assert_allclose(gray(shades), [0.0, 0.25, 1.0])
    np.testing.assert_allclose(lab(shades)[:, 1:], 0, atol=1e-6)


# Of sRGB with white point D65, as tables of colors have them.
@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
    ],
)
def test_lab_of_known_colors(color, expected):
    np.testing.assert_allclose(lab(np.array(color, float)), expected, atol=0.02)
