"""The split of a set that has no official one."""

import numpy as np

_SEED = 0


def divide(rows: int) -> dict[str, np.ndarray]:
    """Divides rows at random: a third of them, rounded, for the test.

    The division is the same for all runs and seeds. It is made by NumPy's legacy
    generator, whose streams are the same in every version of NumPy.

    Args:
      rows: The number of rows.

    Returns:
      Split -> row numbers, rising.
    """
    # Generator, the modern one, may change its streams from version to version.
    shuffled = np.random.RandomState(_SEED).permutation(rows)
    held_out = round(rows / 3)
    return {
        "train": np.sort(shuffled[held_out:]),
        "test": np.sort(shuffled[:held_out]),
    }
