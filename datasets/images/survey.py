"""The size of images and the values of masks, read before all of them are loaded."""

from collections.abc import Sequence

import numpy as np

from datasets.errors import DataError, read_each
from datasets.images.files import Size, picture_size, read_bytes, size_text
from datasets.images.masks import decode_values, mend_values
from datasets.images.pairs import Pair

# Larger images are used at their own size only on request: crops of a large image take
# long, and all images are held in memory as numbers of 32 bits.
MAX_PIXELS = 512 * 512
MAX_TOTAL_PIXELS = 2**26

_BINARY = ((0, 1), (0, 255))


def common_size(pairs: Sequence[Pair]) -> Size:
    """Finds the size that all images have in common.

    Args:
      pairs: The images, with their masks.

    Returns:
      The height and width, in pixels.

    Raises:
      DataError: The images differ in size or are too large to be used at their own
        size, or a file is not a picture.
    """
    sizes = read_each(pairs, lambda pair: picture_size(pair.image))
    mend = "name a size to which all are resized by --image_size=HEIGHT,WIDTH"
    for pair, size in zip(pairs, sizes):
        if size != sizes[0]:
            raise DataError(
                f"{pairs[0].image} has {size_text(sizes[0])} and {pair.image} "
                f"{size_text(size)}: {mend}"
            )
    pixels = sizes[0][0] * sizes[0][1]
    if pixels > MAX_PIXELS or pixels * len(pairs) > MAX_TOTAL_PIXELS:
        raise DataError(
            f"{pairs[0].image} and the others, {len(pairs):,} in all, have "
            f"{size_text(sizes[0])}, which takes much time and memory: {mend}, "
            "the same one to use it nevertheless"
        )
    return sizes[0]


def binary_values(pairs: Sequence[Pair]) -> tuple[int, int]:
    """Finds the pixel values of masks of two classes: 0 and 1, or 0 and 255.

    The first mask that has a value other than 0 decides.

    Args:
      pairs: The masks, with their images.

    Returns:
      The value of the background, 0, and that of the other class.

    Raises:
      DataError: The values are others, all masks are 0, or a file is not a mask.
    """
    for pair in pairs:
        values = np.unique(decode_values(read_bytes(pair.mask), pair.mask))
        others = values[values != 0].tolist()
        if others:
            break
    else:
        raise DataError(
            f"{pairs[0].mask} and all other masks have the value 0 alone: there is "
            "nothing to learn; name folders with masks of two classes"
        )
    for known in _BINARY:
        if others == [known[1]]:
            return known
    raise DataError(
        f"{pair.mask} is not a mask of two classes, which have the values 0 and 1, or "
        f"0 and 255: {mend_values(values)}"
    )
