"""Makes small pictures and masks of large ones, by the area that a pixel covers.

Both use the same exact areas, fractions of pixels included, so that a small mask says
which class most of what its pixel shows belongs to. Sampling single points instead
would alias: from 250 to 32 it ignores 98 % of the pixels, and thin hair with them.
"""

import numpy as np


def shrink_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Averages the colours in the area of each small pixel.

    Args:
      image: [H, W, 3], uint8.
      size: height and width of the result, h and w.

    Returns:
      [h, w, 3], uint8.
    """
    return np.rint(_average(image, size)).astype(np.uint8)


def shrink_mask(
    mask: np.ndarray, size: tuple[int, int], num_classes: int
) -> np.ndarray:
    """Takes the class with the greatest share of each small pixel's area.

    A side may grow as well: a new pixel then has the class of the old one that it
    mostly lies in.

    Args:
      mask: [H, W] of class ids.
      size: height and width of the result, h and w.
      num_classes: number of classes.

    Returns:
      [h, w] of class ids, uint8; of equal shares the lowest id wins.
    """
    # One class after the other: all at once need much memory for a large mask.
    shares = [_average(mask == number, size) for number in range(num_classes)]
    # Equal shares must not be told apart by the rounding of their sums.
    return np.round(shares, 6).argmax(axis=0).astype(np.uint8)


def _average(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns the means over each small pixel's area, [h, w, ...], of [H, W, ...]."""
    rows = _average_rows(image, size[0])  # [h, W, ...]
    return _average_rows(rows.swapaxes(0, 1), size[1]).swapaxes(0, 1)


def _average_rows(image: np.ndarray, size: int) -> np.ndarray:
    """Returns the means of `size` bands of equal height, [size, ...], of [H, ...]."""
    height = len(image)
    sums = np.zeros([height + 1, *image.shape[1:]])
    np.cumsum(image, axis=0, out=sums[1:])
    # Inside a pixel the sum grows linearly, which gives its value at any edge.
    edges = np.arange(1, size) * height / size
    below = edges.astype(int)
    share = (edges - below).reshape(-1, *[1] * (image.ndim - 1))
    inner = sums[below] + share * (sums[below + 1] - sums[below])
    bands = np.diff(np.concatenate([sums[:1], inner, sums[-1:]]), axis=0)
    return bands * size / height
