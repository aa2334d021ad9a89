"""Random changes of images and their masks, inside the compiled step: crops."""

from collections.abc import Callable

import tensorflow as tf

Augmentation = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def random_crop_and_mirror(size: int, mirror: bool = True) -> Augmentation:
    """Cuts a random square out of each example, and mirrors half of them.

    Args:
      size: Height and width of the crops.
      mirror: Whether to mirror.

    Returns:
      A function of images `[B, H, W, 3]`, masks `[B, H, W, C]` and a seed `[2]`.
    """

    def augment(x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor):
        rows, columns = _indices(tf.shape(x), size, mirror, seed)
        return _crop(x, rows, columns), _crop(y, rows, columns)

    return augment


def in_turn(first: Augmentation, second: Augmentation) -> Augmentation:
    """One change after the other; their draws are independent."""

    def augment(x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor):
        seeds = tf.random.experimental.stateless_split(seed, 2)
        return second(*first(x, y, seeds[0]), seeds[1])

    return augment


def _indices(
    shape: tf.Tensor, size: int, mirror: bool, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Rows and columns of the crops, `[B, size]` each; falling columns mirror."""
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
