"""How much memory of a GPU this process takes."""

import tensorflow as tf


def grow_gpu_memory() -> None:
    """As much as it needs, bit by bit: runs side by side share a GPU.

    To be called before TensorFlow finds its devices.
    """
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
