"""The memory that TensorFlow keeps for functions and variables that are gone."""

from tensorflow.python.eager import context


def forget_kernels() -> None:
    """Empties TensorFlow's cache of kernels, which grows with every refiner.

    Those of living functions are made again when they are called next.
    """
    context.context().clear_kernel_cache()
