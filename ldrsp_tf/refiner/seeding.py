"""New weights that are a function of a seed, beside the user's own random draws."""

import contextlib
import random
from collections.abc import Iterator


@contextlib.contextmanager
def seeded_initializers(seed: int) -> Iterator[None]:
    """Seeds the initial weights of Keras layers that are made inside the block.

    Keras draws a seed for each initial weight from Python's generator, which goes on
    afterwards as if nothing had been drawn; those of numpy and TensorFlow are not used.

    Args:
      seed: The seed of the initial weights.
    """
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)
