"""Generator and discriminator of the segmentation tasks, on any body."""

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.fcn import FCNBody
from ldrsp_tf.models.unet import UNetBody

BODIES = {"fcn": FCNBody, "unet": UNetBody}


def require_size(height: int | None, width: int | None, stride: int) -> None:
    """Refuses images that a body cannot bring back to their size.

    Raises:
      UsageError: Height or width is known and no multiple of `stride`.
    """
    if any(side is not None and side % stride for side in (height, width)):
        raise UsageError(
            f"Images or crops of {height} x {width} pixels do not fit this network, "
            f"which needs multiples of {stride}."
        )


class SegmentationNetwork(keras.Model):
    """A generator: a first convolution and a body.

    Args:
      classes: C.
      body: "fcn", the paper's, or "unet".
      width: Channels of the first convolution.
      batch_norm: Whether the body normalises over the batch.
    """

    def __init__(
        self,
        classes: int,
        body: str = "fcn",
        width: int = 64,
        batch_norm: bool = True,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.first = keras.layers.Conv2D(width, 5, padding="same")
        self.body = BODIES[body](classes, width, batch_norm)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Logits `[B, H, W, C]` of images `[B, H, W, 3]`."""
        require_size(x.shape[1], x.shape[2], self.body.stride)
        return self.body(self.first(x), training=training)


class PatchDiscriminator(Discriminator):
    """D(x, y): the same network on image and mask, with one score for every pixel.

    A score judges the surroundings of its pixel, as those of PatchGAN judge a patch
    (Isola et al., 2017). The first convolution of (x, y) is the sum of one of x, which
    a refinement computes once, and one of y.

    Args:
      body: "fcn", the paper's, or "unet".
      width: Channels of the first convolution.
      batch_norm: Whether the body normalises over the batch.
    """

    def __init__(
        self, body: str = "fcn", width: int = 64, batch_norm: bool = True, **kwargs
    ):
        super().__init__(**kwargs)
        self.first_of_x = keras.layers.Conv2D(width, 5, padding="same")
        self.first_of_y = keras.layers.Conv2D(width, 5, padding="same", use_bias=False)
        self.body = BODIES[body](1, width, batch_norm)

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The first convolution of images `[B, H, W, 3]`: `[B, H, W, width]`."""
        del training
        require_size(x.shape[1], x.shape[2], self.body.stride)
        return self.first_of_x(x)

    def logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Logits `[B, H, W]` of masks y, `[B, H, W, C]`."""
        # Masks in [-1, 1], as the images are.
        first = features + self.first_of_y(2.0 * y - 1.0)
        return tf.squeeze(self.body(first, training=training), -1)
