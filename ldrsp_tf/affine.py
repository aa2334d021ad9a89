"""Random rotation, scaling and shearing of images and their masks."""

import math

import keras
import tensorflow as tf

from ldrsp_tf.augmentation import Augmentation
from ldrsp_tf.errors import UsageError


def random_affine(
    rotation: float = 0.0, scaling: float = 0.0, shear: float = 0.0
) -> Augmentation:
    """Maps each image and its mask by an affine map of its own, about the centre.

    What comes from beyond an edge is what lies before it, mirrored. A mask is
    interpolated as its image is, and each pixel becomes the class that is largest
    there.

    Args:
      rotation: By so many degrees at most, to either side.
      scaling: Sides become longer by a factor of 1 + scaling at most, or shorter by it.
      shear: A row moves along by so many times its distance from the centre, at most.

    Returns:
      A function of images `[B, H, W, 3]`, one-hot masks `[B, H, W, C]` and a seed
      `[2]`.

    Raises:
      UsageError: One of them is negative.
    """
    given = {"rotation": rotation, "scaling": scaling, "shear": shear}
    for name, value in given.items():
        if value < 0:
            raise UsageError(f"{name} is {value}, and how far it goes is 0 or more.")
    bounds = (math.radians(rotation), math.log1p(scaling), shear)

    def augment(x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor):
        maps = _draw(tf.shape(x), bounds, seed)
        # Both at once: a mask stays where its image is.
        both = _mapped(tf.concat([x, tf.cast(y, x.dtype)], -1), maps)
        images, masks = both[..., : x.shape[-1]], both[..., x.shape[-1] :]
        classes = y.shape[-1]
        return images, tf.one_hot(tf.argmax(masks, -1), classes, dtype=y.dtype)

    return augment


def _draw(
    shape: tf.Tensor, bounds: tuple[float, float, float], seed: tf.Tensor
) -> tf.Tensor:
    """Where the pixels of each result come from, `[B, 8]`: see `affine_transform`."""
    draws = tf.random.stateless_uniform([3, shape[0]], seed, -1.0, 1.0)
    angle, log_factor, shear = tf.unstack(draws * tf.constant(bounds)[:, None])
    # From a place in the result to one in the image, hence the minus.
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
