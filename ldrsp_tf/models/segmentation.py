"""Generator and discriminator of the segmentation tasks, on any body."""

from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.config_from_init import ConfigFromInit
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.fcn import FCNBody, build_in_turn
from ldrsp_tf.models.heads import bilinear_logits
from ldrsp_tf.models.unet import UNetBody
from ldrsp_tf.settings import BODY_NAMES, HEADS

BODIES: dict[str, type[FCNBody | UNetBody]] = dict(
    zip(BODY_NAMES, (FCNBody, UNetBody), strict=True)
)


def require_size(height: int, width: int, stride: int) -> None:
    """Refuses crops that a body cannot bring back to their size.

    Args:
      height: The height of a crop in pixels.
      width: The width of a crop in pixels.
      stride: The stride of the body in pixels.

    Raises:
      UsageError: Height or width is no multiple of `stride`.
    """
    if height % stride or width % stride:
        raise UsageError(
            f"Images or crops of {height} x {width} pixels do not fit this network, "
            f"which needs multiples of {stride}."
        )


def _body_class(name: str) -> type[FCNBody | UNetBody]:
    if name not in BODIES:
        raise UsageError(
            f"There is no body {name!r}; the bodies are {', '.join(BODIES)}."
        )
    return BODIES[name]


def pad_to_multiples(maps: tf.Tensor, stride: int) -> tf.Tensor:
    """Pads maps with zeros below and on the right, up to multiples of a stride.

    Args:
      maps: Maps, `[B, H, W, C]`.
      stride: The stride in pixels.
    """
    missing = [-(side or 0) % stride for side in maps.shape[1:3]]
    if not any(missing):
        return maps
    return tf.pad(maps, [[0, 0], *([0, number] for number in missing), [0, 0]])


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class SegmentationNetwork(ConfigFromInit, keras.Model):
    """A generator: a first convolution and a body.

    Images whose sides are no multiples of the body's stride are padded for it.

    Args:
      classes: C, the number of classes.
      body: The name of the body: "fcn", the paper's, or "unet".
      width: The number of channels of the first convolution.
      batch_norm: Whether the body has batch normalization.

    Raises:
      UsageError: There is no such body.
    """

    from_logits = True

    def __init__(
        self,
        classes: int,
        body: str = "fcn",
        width: int = 64,
        batch_norm: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        dtype = self.dtype_policy
        self.first = keras.layers.Conv2D(width, 5, padding="same", dtype=dtype)
        self.body = _body_class(body)(classes, width, batch_norm, dtype=dtype)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes all weights, which Keras would do by one more run of `call`.

        Args:
          input_shape: The shape of images, `[B, H, W, 3]`.
        """
        of_any_size = (None, None, None, input_shape[-1])
        self.body.build(build_in_turn([self.first], of_any_size))

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns single-precision logits `[B, H, W, C]` of images `[B, H, W, 3]`."""
        first = self.first(pad_to_multiples(x, self.body.stride))
        logits = tf.cast(self.body(first, training=training), tf.float32)
        return logits[:, : x.shape[1], : x.shape[2]]


@keras.saving.register_keras_serializable(package="ldrsp_tf")
class PatchDiscriminator(ConfigFromInit, Discriminator):
    """D(x, y): the same network on image and mask, with one score for every pixel.

    A score rates the surroundings of its pixel, as those of PatchGAN rate a patch
    (Isola et al., 2017). The first convolution of (x, y) is the sum of one of x, which
    a refinement computes once, and one of y. Both are padded as the generator's images
    are.

    Args:
      body: The name of the body: "fcn", the paper's, or "unet".
      width: The number of channels of the first convolution.
      batch_norm: Whether the body has batch normalization.
      classes: C, the number of classes.
      head: The name of the head: "sigmoid", the paper's, or "bilinear"
        (`bilinear_logits`).
      pooled: Whether to return the mean logit of the pixels, for oracles of one value a
        mask.

    Raises:
      UsageError: There is no such body or head.
    """

    def __init__(
        self,
        body: str = "fcn",
        width: int = 64,
        batch_norm: bool = True,
        classes: int = 2,
        head: str = "sigmoid",
        pooled: bool = False,
        **kwargs: Any,
    ):
        if head not in HEADS:
            raise UsageError(
                f"There is no head {head!r}; the heads are {', '.join(HEADS)}."
            )
        super().__init__(**kwargs)
        self.head = head
        self.pooled = pooled
        self.can_predict = head == "bilinear"
        dtype = self.dtype_policy
        first = {"filters": width, "kernel_size": 5, "padding": "same", "dtype": dtype}
        self.first_of_x = keras.layers.Conv2D(**first)
        self.first_of_y = keras.layers.Conv2D(**first, use_bias=False)
        outputs = classes if head == "bilinear" else 1
        self.body = _body_class(body)(outputs, width, batch_norm, dtype=dtype)

    def features(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the first convolution of padded images, `[B, H, W, width]`."""
        del training
        return self.first_of_x(pad_to_multiples(x, self.body.stride))

    def logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns logits `[B, H, W]`, or pooled `[B]`, of masks y, `[B, H, W, C]`."""
        outputs = self._outputs(features, y, training)
        if self.head == "bilinear":
            logits = bilinear_logits(outputs, y)
        else:
            logits = tf.squeeze(outputs, -1)
        return tf.reduce_mean(logits, [1, 2]) if self.pooled else logits

    def predict_logits(
        self, features: tf.Tensor, y: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Returns the logits of a bilinear head's own mask, `[B, H, W, C]`."""
        return self._outputs(features, y, training)

    def _outputs(self, features: tf.Tensor, y: tf.Tensor, training: bool) -> tf.Tensor:
        # Masks are scaled to [-1, 1], as the images are.
        centered = pad_to_multiples(2.0 * y - 1.0, self.body.stride)
        first = features + self.first_of_y(centered)
        outputs = tf.cast(self.body(first, training=training), tf.float32)
        return outputs[:, : y.shape[1], : y.shape[2]]
