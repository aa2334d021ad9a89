"""The shapes of decided and true outputs, which NumPy would adapt to each other."""

import numpy as np

from ldrsp_tf.errors import UsageError


def require_same_shape(decided: np.ndarray, truth: np.ndarray, rank: int) -> None:
    """Refuses decided outputs of another shape than the true ones.

    Args:
      decided: Decided outputs.
      truth: True outputs.
      rank: The number of axes of one output, which are the last ones.

    Raises:
      UsageError: The outputs have different shapes.
    """
    if decided.shape[-rank:] != truth.shape[-rank:]:
        raise UsageError(
            f"Decided outputs of shape {decided.shape} cannot be compared with true "
            f"ones of shape {truth.shape}: give outputs of one shape."
        )
