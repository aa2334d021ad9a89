"""What images and masks in folders are like, found out before they are loaded."""

from collections.abc import Sequence

import numpy as np

from datasets.errors import DataError, read_each
from datasets.images.files import Size, picture_size, read_bytes, size_text
from datasets.images.masks import decode_values
from datasets.images.pairs import Pair

# Beyond these, images are not taken at their own size unless that is asked for: crops
# of a large one take long, and all lie in memory as numbers of 32 bits.
MOST_PIXELS = 512 * 512


MOST_PIXELS_OF_ALL = 2**26


_BINARY = ((0, 1), (0, 255))


def common_size(pairs: Sequence[Pair]) -> Size:
    """The height and width that all images have.

    Raises:
      DataError: they have several, are too large to be taken at that size, or a file is
        no picture.
    """
    sizes = read_each(pairs, lambda pair: picture_size(pair.image))
    mend = "name a size that all are brought to by --image_size=HEIGHT,WIDTH"
    for pair, size in zip(pairs, sizes):
        if size != sizes[0]:
            raise DataError(
                f"{pairs[0].image} has {size_text(sizes[0])} and {pair.image} "
                f"{size_text(size)}: {mend}"
            )
    pixels = sizes[0][0] * sizes[0][1]
    if pixels > MOST_PIXELS or pixels * len(pairs) > MOST_PIXELS_OF_ALL:
        raise DataError(
            f"{pairs[0].image} and the others, {len(pairs):,} in all, have "
            f"{size_text(sizes[0])}, which takes much time and memory: {mend}, "
            "the same one if you mean it"
        )
    return sizes[0]


def binary_values(pairs: Sequence[Pair]) -> tuple[int, int]:
    """The pixel values of masks of two classes: 0 and 1, or 0 and 255.

    The first mask that is not all 0 tells.

    Raises:
      DataError: they are others, all masks are 0, or a file is no mask.
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
        if others[0] in known:
            return known
    raise DataError(
        f"{pair.mask} has the value {others[0]}, and masks of two classes have 0 and "
        "1, or 0 and 255: name the value of each class by --class_values, or their "
        "number by --classes"
    )
