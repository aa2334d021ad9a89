"""Binary masks as the original DVN has them: one value a mask, walks from nothing."""

import numpy as np
import tensorflow as tf

from ldrsp_tf import oracles
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.value_network import ValueNetwork
from ldrsp_tf.spaces.base import Shape
from ldrsp_tf.spaces.class_maps import ClassMapSpace

_CERTAIN = 1e4  # Probabilities of exactly 0 and 1 in single precision.


class BinaryMaskSpace(ClassMapSpace):
    """Maps of background and foreground, measured by the foreground's IOU (Eq. 1).

    The original DVN has one channel f, which a step clips to [0, 1]. A pixel here is
    the class vector (1 - f, f). If D reads the foreground alone, a step of size eta
    moves it to (1 - f, f + eta g), and the simplex projects that onto
    clip(f + eta g / 2): the walk is that of one channel in the box with half the step.

    Args:
      metric_name: The metric (`ClassMapSpace`).
      projection: The feasible set (`ClassMapSpace`).
      oracle: A measure of quality to use instead of IOU (see `OutputSpace`).
    """

    initial_logit = (_CERTAIN, -_CERTAIN)  # The empty mask.

    def _check_channels(self, y: np.ndarray, name: str) -> None:
        super()._check_channels(y, name)
        if y.shape[-1] != 2:
            raise UsageError(
                f"The true outputs of the {name} have {y.shape[-1]} classes; a "
                "BinaryMaskSpace has background and foreground."
            )

    def default_oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns the foreground's IOU (Eq. 1), `[B]`."""
        return oracles.iou(y[..., 1], y_true[..., 1])

    def default_discriminator(
        self, x_shape: Shape, y_shape: Shape, method: Method
    ) -> Discriminator:
        """Makes a value network for images `[B, H, W, channels]`.

        Its window is the largest one that fits into the image.

        Raises:
          UsageError: Inputs are not images.
        """
        del y_shape, method
        if len(x_shape) != 3:
            self._refuse_inputs(x_shape, "images [N, H, W, channels]")
        return ValueNetwork(width=16, window=min(x_shape[:2]) // 4 * 4)
