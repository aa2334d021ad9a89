"""The filter bank of the unary features.

It has filters of Gabor and Schmid, Gaussians and Laplacians of Gaussians.

All kernels are square with an odd side. Those that should not respond to a constant
image have a sum of exactly zero, in spite of their finite support.
"""

from collections.abc import Sequence

import numpy as np
import scipy.fft

Kernel = np.ndarray

# Widths and periods of the rings (Schmid, 2001).
_SCHMID = (
    *((2, 1), (4, 1), (4, 2), (6, 1), (6, 2), (6, 3)),
    *((8, 1), (8, 2), (8, 3), (10, 1), (10, 2), (10, 3), (10, 4)),
)

_GABOR_SCALES = 4
_GABOR_ORIENTATIONS = 6
_GAUSSIAN_SIGMAS = (1.0, np.sqrt(2.0), 2.0, 2.0 * np.sqrt(2.0))

_SUPPORT = 3  # Of a kernel, in standard deviations to each side.


def gaussian(sigma: float) -> Kernel:
    """Returns a Gaussian of sum 1; `sigma` in pixels."""
    row, column = _coordinates(sigma)
    kernel = np.exp(-(row**2 + column**2) / (2 * sigma**2))
    return kernel / kernel.sum()


def laplacian_of_gaussian(sigma: float) -> Kernel:
    """Returns the Laplacian of a Gaussian, of sum 0; `sigma` in pixels."""
    row, column = _coordinates(sigma)
    kernel = gaussian(sigma) * (row**2 + column**2 - 2 * sigma**2) / sigma**4
    return kernel - kernel.mean()


def gabor(frequency: float, orientation: float) -> tuple[Kernel, Kernel]:
    """Returns a pair of Gabor filters: a wave under a Gaussian of half its length.

    Args:
      frequency: The wave number, in radians a pixel.
      orientation: The angle of the wave to the columns' axis, in radians.

    Returns:
      The even and the odd filter, of sum 0, under an envelope of sum 1.
    """
    sigma = np.pi / frequency
    row, column = _coordinates(sigma)
    envelope = gaussian(sigma)
    phase = frequency * (column * np.cos(orientation) + row * np.sin(orientation))
    even = envelope * np.cos(phase)
    return even - envelope * even.sum(), envelope * np.sin(phase)


def schmid(sigma: float, cycles: float) -> Kernel:
    """Returns rings that are the same in all directions (Schmid, 2001).

    Args:
      sigma: The width of the envelope, in pixels.
      cycles: The number of half waves within the envelope's width.

    Returns:
      The filter, of sum 0 and, in absolute values, 1.
    """
    row, column = _coordinates(sigma)
    radius = np.hypot(row, column)
    kernel = np.cos(np.pi * cycles * radius / sigma) * np.exp(
        -(radius**2) / (2 * sigma**2)
    )
    kernel = kernel - kernel.mean()
    return kernel / np.abs(kernel).sum()


def filter_bank() -> list[Kernel]:
    """Returns the 69 kernels: 48 of Gabor, 13 of Schmid, 4 Gaussians, 4 Laplacians."""
    waves = [
        kernel
        for scale in range(_GABOR_SCALES)
        for turn in range(_GABOR_ORIENTATIONS)
        for kernel in gabor(2 ** (-scale / 2), np.pi * turn / _GABOR_ORIENTATIONS)
    ]
    rings = [schmid(sigma, cycles) for sigma, cycles in _SCHMID]
    blobs = [gaussian(sigma) for sigma in _GAUSSIAN_SIGMAS]
    edges = [laplacian_of_gaussian(sigma) for sigma in _GAUSSIAN_SIGMAS]
    return [*waves, *rings, *blobs, *edges]


def respond(images: np.ndarray, kernels: Sequence[Kernel]) -> np.ndarray:
    """Returns the responses of filters, with images mirrored beyond their edges.

    Args:
      images: Gray images, `[N, H, W]`.
      kernels: The kernels, `[K, K]` each, with odd K.

    Returns:
      The convolutions at every pixel, `[N, H, W, F]`.
    """
    radius = max(map(len, kernels)) // 2
    around = ((0, 0), (radius, radius), (radius, radius))
    padded = np.pad(images, around, mode="symmetric")
    size = [scipy.fft.next_fast_len(side, real=True) for side in padded.shape[1:]]
    # One transform of the images for all kernels; what wraps around stays outside.
    spectrum = scipy.fft.rfft2(padded, size)
    height, width = images.shape[1:]
    responses = np.empty((*images.shape, len(kernels)))
    for index, kernel in enumerate(kernels):
        begin = radius + len(kernel) // 2
        whole = scipy.fft.irfft2(spectrum * scipy.fft.rfft2(kernel, size), size)
        part = whole[:, begin : begin + height, begin : begin + width]
        responses[..., index] = part
    return responses


def _coordinates(sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Returns rows `[K, 1]` and columns `[1, K]` around the middle, in pixels."""
    radius = int(np.ceil(_SUPPORT * sigma))
    along = np.arange(-radius, radius + 1, dtype=float)
    return along[:, None], along[None, :]
