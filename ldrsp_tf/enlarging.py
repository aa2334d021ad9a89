"""Decisions at another size than that of the relaxed output."""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf


def decide_enlarged(
    y: np.ndarray, size: tuple[int, int], rows_at_once: int = 32
) -> Iterator[np.ndarray]:
    """Enlarges relaxed class maps, and decides the likeliest class of each new pixel.

    Relaxed maps are enlarged rather than decided ones, so that borders are not stairs.
    The interpolation is bilinear between the centres of the areas that small pixels
    cover ("half-pixel centres"): the places that a small pixel is the mean around, if
    the small image was made by averaging areas. A map that is given its own size stays
    as it is.

    Args:
      y: Class maps, `[N, h, w, C]`.
      size: Height and width wanted, H and W.
      rows_at_once: Maps enlarged in one call, which bounds memory.

    Yields:
      The classes of each map, uint8 `[H, W]`; of equal values the lowest number.
    """
    for begin in range(0, len(y), rows_at_once):
        enlarged = tf.image.resize(y[begin : begin + rows_at_once], size, "bilinear")
        yield from tf.argmax(enlarged, -1).numpy().astype(np.uint8)
