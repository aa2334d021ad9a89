"""Random changes of images and their masks, inside the compiled step."""

import math
from collections.abc import Callable

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError

Augmentation = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def pad_images(images: tf.Tensor, padding: int) -> tf.Tensor:
    """Continues images, or masks, beyond their edges by the pixels before these.

    Args:
      images: Maps `[B, H, W, C]`.
      padding: The number of pixels on each side, at most H and W.

    Returns:
      Maps `[B, H + 2 padding, W + 2 padding, C]`, mirrored at the edges.
    """
    if not padding:
        return images
    along = [padding, padding]
    return tf.pad(images, [[0, 0], along, along, [0, 0]], "SYMMETRIC")


def random_crop_and_mirror(
    size: int, mirror: bool = True, padding: int = 0
) -> Augmentation:
    """Cuts a random square out of each example, and mirrors half of them.

    Args:
      size: The height and width of the crops in pixels.
      mirror: Whether to mirror.
      padding: The number of pixels that images and masks are padded by on each side
        first (`pad_images`), so that crops as large as an image have several places.

    Returns:
      A function of images `[B, H, W, 3]`, masks `[B, H, W, C]` and a seed `[2]`.
    """

    def augment(
        x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = pad_images(x, padding), pad_images(y, padding)
        rows, columns = _indices(tf.shape(x), size, mirror, seed)
        return _crop(x, rows, columns), _crop(y, rows, columns)

    return augment


def in_turn(first: Augmentation, second: Augmentation) -> Augmentation:
    """Returns an augmentation that makes two changes in turn, by independent draws.

    Args:
      first: The first change.
      second: The change of its results.
    """

    def augment(
        x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        seeds = tf.random.experimental.stateless_split(seed, 2)
        return second(*first(x, y, seeds[0]), seeds[1])

    return augment


def _indices(
    shape: tf.Tensor, size: int, mirror: bool, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws rows and columns of the crops, `[B, size]` each; falling columns mirror."""
    batch = shape[:1]
    seeds = tf.random.experimental.stateless_split(seed, 3)

    def draw(index: int, choices: tf.Tensor | int) -> tf.Tensor:
        return tf.random.stateless_uniform(
            batch, seeds[index], maxval=choices, dtype=tf.int32
        )

    along = tf.range(size)[None, :]
    rows = draw(0, shape[1] - size + 1)[:, None] + along
    columns = draw(1, shape[2] - size + 1)[:, None]
    if not mirror:
        return rows, columns + along
    mirrored = draw(2, 2)[:, None] == 1
    return rows, columns + tf.where(mirrored, size - 1 - along, along)


def _crop(maps: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    cut = tf.gather(maps, rows, batch_dims=1)  # [B, size, W, C]
    across = tf.gather(tf.transpose(cut, [0, 2, 1, 3]), columns, batch_dims=1)
    return tf.transpose(across, [0, 2, 1, 3])


def random_affine(
    rotation: float = 0.0, scaling: float = 0.0, shear: float = 0.0
) -> Augmentation:
    """Maps each image and its mask by an affine map of its own, about the center.

    Pixels from beyond an edge are those before it, mirrored. A mask is interpolated as
    its image is, and each pixel gets the class with the largest value there.

    Args:
      rotation: The largest angle of rotation to either side, in degrees.
      scaling: The largest relative change of size: sides are multiplied or divided by
        1 + scaling at most.
      shear: The largest shift of a row, as a multiple of its distance from the center.

    Returns:
      A function of images `[B, H, W, 3]`, one-hot masks `[B, H, W, C]` and a seed
      `[2]`.

    Raises:
      UsageError: One of them is negative.
    """
    given = {"rotation": rotation, "scaling": scaling, "shear": shear}
    for name, value in given.items():
        if value < 0:
            raise UsageError(f"{name} is {value}: at least 0 is needed.")
    bounds = (math.radians(rotation), math.log1p(scaling), shear)

    def augment(
        x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        maps = _draw(tf.shape(x), bounds, seed)
        # One map of both keeps a mask where its image is.
        both = _mapped(tf.concat([x, tf.cast(y, x.dtype)], -1), maps)
        images, masks = both[..., : x.shape[-1]], both[..., x.shape[-1] :]
        classes = y.shape[-1]
        return images, tf.one_hot(tf.argmax(masks, -1), classes, dtype=y.dtype)

    return augment


def _draw(
    shape: tf.Tensor, bounds: tuple[float, float, float], seed: tf.Tensor
) -> tf.Tensor:
    """Draws the map of each result's pixels to the image's, `[B, 8]`.

    The order of the numbers is that of `keras.ops.image.affine_transform`.
    """
    draws = tf.random.stateless_uniform([3, shape[0]], seed, -1.0, 1.0)
    angle, log_factor, shear = tf.unstack(draws * tf.constant(bounds)[:, None])
    # The map goes from the result to the image, hence the minus.
    factor = tf.exp(-log_factor)
    cosine, sine = factor * tf.cos(angle), factor * tf.sin(angle)
    first = cosine, shear * cosine - sine
    second = sine, shear * sine + cosine
    middle = (tf.cast(shape[1:3], tf.float32) - 1.0) / 2.0
    row, column = middle[0], middle[1]
    zero = tf.zeros_like(angle)
    return tf.stack(
        [
            *(*first, column - first[0] * column - first[1] * row),
            *(*second, row - second[0] * column - second[1] * row),
            *(zero, zero),
        ],
        1,
    )


def _mapped(images: tf.Tensor, maps: tf.Tensor) -> tf.Tensor:
    mapped = keras.ops.image.affine_transform(
        images, maps, interpolation="bilinear", fill_mode="reflect"
    )
    return tf.ensure_shape(mapped, images.shape)
