"""Features of pixels, and their scaling."""

from typing import NamedTuple

import numpy as np

from experiments.fits.chopps.colors import gray, lab
from experiments.fits.chopps.filters import filter_bank, respond

_COLORS = 3  # RGB, and as many of L*a*b*.
_AXES = 2


def pixel_features(images: np.ndarray, location: bool) -> np.ndarray:
    """Returns the features of every pixel: colors, filter responses and its place.

    Args:
      images: RGB images, values in [0, 1], `[N, H, W, 3]`.
      location: Whether the row and the column of the pixel are features, too.

    Returns:
      75 features, 77 with the location, `[N, H, W, F]`, in single precision.
    """
    values = gray(images)
    parts = [images, lab(images), respond(values, filter_bank())]
    if location:
        parts.append(np.broadcast_to(_location(images.shape[1:3]), (*values.shape, 2)))
    return np.concatenate(parts, -1, dtype=np.float32)


def number_of_features(location: bool) -> int:
    """Returns the number of features of a pixel."""
    return 2 * _COLORS + len(filter_bank()) + (_AXES if location else 0)


def _location(size: tuple[int, ...]) -> np.ndarray:
    """Returns row and column, in [0, 1], `[H, W, 2]`."""
    axes = [np.linspace(0, 1, side) for side in size]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1)


class Standardization(NamedTuple):
    """The scaling of features to mean 0 and standard deviation 1 of the training rows.

    Attributes:
      mean: The means, `[F]`.
      deviation: The standard deviations, `[F]`; 1 where a feature is constant.
    """

    mean: np.ndarray
    deviation: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Returns the scaled features `[..., F]`."""
        return (features - self.mean) / self.deviation


def fit_standardization(features: np.ndarray) -> Standardization:
    """Returns the scaling that is fitted to features `[..., F]`."""
    flat = features.reshape(-1, features.shape[-1])
    deviation = flat.std(0, dtype=np.float64)
    constant = deviation < 1e-6  # Rounding of single precision is no variation.
    return Standardization(
        flat.mean(0, dtype=np.float64).astype(np.float32),
        np.where(constant, 1, deviation).astype(np.float32),
    )
