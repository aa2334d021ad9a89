"""Colors of pixels: gray values and CIE L*a*b*."""

import numpy as np

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)  # Of linear sRGB, white point D65 (IEC 61966-2-1).

_GRAY = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601.

_LINEAR_BELOW = (6 / 29) ** 3  # CIE 15: the cube root is a line near zero.


def gray(images: np.ndarray) -> np.ndarray:
    """Returns the luma `[..., H, W]` of RGB images `[..., H, W, 3]`."""
    return images @ _GRAY


def lab(images: np.ndarray) -> np.ndarray:
    """Converts sRGB to CIE L*a*b* (white point D65).

    Args:
      images: The images, values in [0, 1], `[..., 3]`.

    Returns:
      L in [0, 100], a and b in about [-110, 110], `[..., 3]`.
    """
    is_dark = images <= 0.04045
    linear = np.where(is_dark, images / 12.92, ((images + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _TO_XYZ.sum(1)
    f = np.where(
        ratio > _LINEAR_BELOW,
        np.cbrt(ratio),
        ratio / (3 * (6 / 29) ** 2) + 4 / 29,
    )
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)
