"""Superpixel accuracy: class maps compared region by region (Table 3 of the paper)."""

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.metrics.checks import require_whole_numbers

_CLASS = (
    "class number: decide relaxed maps first, and give class numbers from 0, such as "
    "np.argmax(y, -1) of maps with a channel for each class"
)
_SUPERPIXEL = "number of a superpixel: number those of an image from 0"


def superpixel_accuracy(
    decided: Iterable[np.ndarray],
    truth: Iterable[np.ndarray],
    superpixels: Iterable[np.ndarray],
) -> float:
    """Returns the share of superpixels that are given their true class.

    Both the decided and the true class of a superpixel are the most frequent class of
    its pixels. Every superpixel of every image counts alike, whatever its size.

    Args:
      decided: Decided classes, `[N, H, W]`, or like the others an iterable of `[H, W]`,
        which is read one image at a time.
      truth: True classes, `[N, H, W]`.
      superpixels: The number of each pixel's superpixel, from 0, `[N, H, W]`. Images
        have numbers of their own, and may leave some out.

    Returns:
      The share over all images, in [0, 1].

    Raises:
      UsageError: The three differ in number or size of images, or there is no image,
        or an image is no map of class numbers, or superpixels have other numbers.
    """
    right, total = 0, 0
    for image in itertools.zip_longest(decided, truth, superpixels):
        given, true, numbers = map(np.asarray, image)
        if not given.shape == true.shape == numbers.shape:
            raise UsageError(
                "Decided classes, true classes and superpixels must be equally many "
                f"images of the same size; one has {given.shape}, {true.shape} and "
                f"{numbers.shape}."
            )
        if given.ndim != 2:
            raise UsageError(
                f"An image has the shape {given.shape} where [H, W] is needed: give "
                "class numbers [N, H, W], image[None] of a single image and "
                "np.argmax(y, -1) of maps with a channel for each class."
            )
        require_whole_numbers(given, "decided classes", _CLASS, least=0)
        require_whole_numbers(true, "true classes", _CLASS, least=0)
        require_whole_numbers(numbers, "superpixels", _SUPERPIXEL, least=0)
        true_classes = superpixel_classes(true, numbers)
        hits = superpixel_classes(given, numbers) == true_classes
        right, total = right + int(hits.sum()), total + len(true_classes)
    if total == 0:
        raise UsageError("There is no superpixel to measure: no image was given.")
    return right / total


def superpixel_classes(classes: np.ndarray, superpixels: np.ndarray) -> np.ndarray:
    """Returns the most frequent class of each superpixel of an image.

    Of equally frequent classes the one with the lowest number is taken.

    Args:
      classes: The class of each pixel, from 0, `[H, W]`.
      superpixels: The number of each pixel's superpixel, from 0, `[H, W]`.

    Returns:
      The classes of the K superpixels that the image has, by rising number, `[K]`.
    """
    # As wide integers: the pairs' numbers would overflow a byte.
    classes = np.asarray(classes, np.int64).ravel()
    numbers = np.asarray(superpixels, np.int64).ravel()
    width = classes.max() + 1
    counts = np.bincount(
        numbers * width + classes, minlength=(numbers.max() + 1) * width
    ).reshape(-1, width)
    return counts.argmax(1)[counts.any(1)]


def decide_enlarged(
    y: np.ndarray, size: tuple[int, int], predict_batch_size: int = 32
) -> Iterator[np.ndarray]:
    """Enlarges relaxed class maps, and decides the likeliest class of each new pixel.

    Relaxed maps are enlarged rather than decided ones, so that borders are not stairs.
    The interpolation is bilinear between the centers of the areas that small pixels
    cover ("half-pixel centers"): if the small image was made by averaging areas, each
    small pixel is the mean around its center. A map that has the size already stays as
    it is.

    Args:
      y: Class maps, `[N, h, w, C]`.
      size: The height H and the width W of the enlarged maps in pixels.
      predict_batch_size: The number of maps in one call, which bounds memory.

    Yields:
      The classes of each map, uint8 `[H, W]`; of equal values the lowest number.
    """
    for begin in range(0, len(y), predict_batch_size):
        enlarged = tf.image.resize(
            y[begin : begin + predict_batch_size], size, "bilinear"
        )
        yield from tf.argmax(enlarged, -1).numpy().astype(np.uint8)
