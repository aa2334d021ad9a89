"""Class maps, the outputs of segmentation tasks (Sections 4.2 and 4.3)."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, metrics, oracles, projections
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP_PLUS, Method
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.settings import (
    CLASS_MAP_METRICS,
    PROJECTION_NAMES,
    RefinementGrid,
    SamplingSettings,
    TrainingSettings,
)
from ldrsp_tf.spaces.base import DEFAULT_SHARE, DecoderParams, OutputSpace, Shape
from ldrsp_tf.spaces.custom_oracle import Measure
from ldrsp_tf.spaces.logits import logits_of_bernoulli, logits_of_categorical

_CHANNELS = (1, 3, 4)  # Of images: gray, RGB, RGB with alpha.
_WHITE = 255  # Of masks in pictures of 8 bits.


class ClassMapSpace(OutputSpace):
    """A class vector in every pixel, measured by the value of each pixel (Eq. 11).

    Args:
      metric_name: The metric, "mean_iou" of class 1 for two classes or
        "pixel_accuracy".
      projection: The feasible set, "simplex" so that the values of a pixel stay
        probabilities, or "box".
      oracle: A measure of quality to use instead of Eq. 11 (see `OutputSpace`).

    Raises:
      UsageError: There is no such metric or projection.
    """

    METRICS: ClassVar[tuple[str, ...]] = CLASS_MAP_METRICS
    PROJECTIONS: ClassVar[dict[str, Callable[[tf.Tensor], tf.Tensor]]] = dict(
        zip(PROJECTION_NAMES, (projections.simplex, projections.box), strict=True)
    )
    initial_logit: float | tuple[float, ...] = 0.0  # Equal shares.
    rank = 3
    outputs_name = "one-hot class maps [N, H, W, C]"
    can_crop = True
    has_tuned_decoders = False

    def __init__(
        self,
        metric_name: str = "mean_iou",
        projection: str = "simplex",
        oracle: Measure | None = None,
    ):
        super().__init__(oracle)
        if metric_name not in self.METRICS:
            raise UsageError(
                f"There is no metric {metric_name!r} of class maps; choose one of "
                f"{', '.join(self.METRICS)}."
            )
        if projection not in self.PROJECTIONS:
            raise UsageError(
                f"There is no projection {projection!r}; choose one of "
                f"{', '.join(self.PROJECTIONS)}."
            )
        self.default_metric_name = metric_name
        self.projection = projection

    @property
    def arguments(self) -> dict[str, str]:
        """Metric and projection."""
        return {
            "metric_name": self.default_metric_name,
            "projection": self.projection,
        }

    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns class probabilities, `[B, H, W, C]`."""
        return tf.nn.softmax(logits)

    def to_logits(
        self, outputs: tf.Tensor, from_logits: bool, y_shape: Shape
    ) -> tf.Tensor:
        """Inverts the softmax of `[B, H, W, C]`.

        One channel of a model for two classes is the foreground's logit or
        probability: the sigmoid of l is the softmax of (0, l).
        """
        if not (y_shape[-1] == 2 and outputs.shape[-1] == 1):
            return outputs if from_logits else logits_of_categorical(outputs)
        logits = outputs if from_logits else logits_of_bernoulli(outputs)
        return tf.concat([tf.zeros_like(logits), logits], -1)

    def check_outputs(self, y: np.ndarray, name: str) -> None:
        """Refuses true outputs that are no one-hot class maps, with the mend.

        With a custom oracle the values of a pixel may be any in [0, 1].

        Args:
          y: True outputs, `[N, H, W, C]`.
          name: The name of the data in messages, such as "training data".

        Raises:
          UsageError: They have another rank, or a pixel does not have exactly one
            class.
        """
        if y.ndim == self.rank and y.size and y.dtype.kind in "bui":
            self._refuse_class_numbers(y, name)
        super().check_outputs(y, name)

    def check_inputs(self, x: np.ndarray, y: np.ndarray, name: str) -> None:
        """Refuses images whose channels lie before their rows and columns."""
        is_swapped = x.ndim == 4 and x.shape[1:3] != y.shape[1:3] == x.shape[2:]
        if is_swapped and x.shape[1] in _CHANNELS:
            raise UsageError(
                f"The inputs of the {name}, {x.shape}, have their channels first: give "
                "np.moveaxis(x, 1, -1)."
            )

    def _check_channels(self, y: np.ndarray, name: str) -> None:
        if y.shape[-1] == 1:
            if y.max() > 1:
                self._refuse_class_numbers(y, name)
            raise UsageError(
                f"The true outputs of the {name} have one channel; masks need two, the "
                "background's and the foreground's: np.concatenate([1 - y, y], -1)."
            )
        if self.metric_name == "mean_iou" and y.shape[-1] != 2:
            raise UsageError(
                f"The true outputs of the {name} have {y.shape[-1]} classes, but "
                "mean_iou is that of class 1 of two; choose "
                'ClassMapSpace("pixel_accuracy").'
            )

    def _refuse_class_numbers(self, y: np.ndarray, name: str) -> None:
        """Refuses masks of numbers, `[N, H, W]` or `[N, H, W, 1]`."""
        lowest, highest = float(y.min()), float(y.max())
        mend = f"give keras.utils.to_categorical(y, {max(2, int(highest) + 1)})"
        if highest == _WHITE:
            mend = (
                "give keras.utils.to_categorical(y > 127, 2) if 255 is the foreground, "
                "else number the classes from 0 first"
            )
        elif lowest < 0 or highest > _WHITE or np.any(y % 1):
            mend = "number the classes from 0, and give keras.utils.to_categorical(y)"
        raise UsageError(
            f"The true outputs of the {name}, {y.shape}, are numbers from {lowest:g} "
            f"to {highest:g} where {self.outputs_name} are needed: {mend}."
        )

    def _check_values(self, y: np.ndarray, name: str) -> None:
        for number, mask in enumerate(y):
            # Summed class by class, which is ten times as fast as along the last axis.
            classes = range(mask.shape[-1])
            ones = sum((mask[..., c] == 1).astype(np.int32) for c in classes)
            others = sum((mask[..., c] != 0).astype(np.int32) for c in classes)
            is_one_hot = np.asarray((ones == 1) & (others == 1))
            if is_one_hot.all():
                continue
            if ((y == 1).sum(1) == 1).all() and ((y != 0).sum(1) == 1).all():
                raise UsageError(
                    f"The true outputs of the {name}, {y.shape}, have their classes "
                    "first: give np.moveaxis(y, 1, -1)."
                )
            if self.custom_oracle is not None:
                return
            row, column = np.argwhere(~is_one_hot)[0]
            values = ", ".join(f"{value:g}" for value in mask[row, column])
            raise UsageError(
                f"The true outputs of the {name} have the values ({values}) in row "
                f"{row}, column {column} of example {number} (counted from 0): a pixel "
                "needs the value 1 for one class and 0 for all others. Give pixels of "
                "no class, or of an unknown one, a class of their own, choose one "
                "class where there are several, or give an oracle of your own "
                "(oracle=)."
            )

    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns the cross-entropy, averaged over the pixels."""
        return losses.class_cross_entropy(logits, y_true)

    def default_oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns F1 of each pixel's class vector (Eq. 11), `[B, H, W]`."""
        return oracles.pixel_f1(y, y_true)

    def project(self, y: tf.Tensor) -> tf.Tensor:
        """Projects every pixel onto the simplex, or clips it to the box."""
        return self.PROJECTIONS[self.projection](y)

    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """Returns the likeliest class of each pixel, one-hot."""
        return tf.one_hot(tf.argmax(y, -1), y.shape[-1], dtype=y.dtype)

    def default_example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Returns the metric of the likeliest class of each pixel, `[..., N]`."""
        decided, truth = np.argmax(y, -1), np.argmax(y_true, -1)
        if self.default_metric_name == "mean_iou":
            return metrics.image_iou(decided, truth)
        return metrics.pixel_accuracy(decided, truth)

    def default_selection_metric(self, measured: Mapping[str, float]) -> float:
        """Returns the metric itself."""
        return measured[self.default_metric_name]

    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """Returns no parameters: the likeliest class needs no threshold."""
        return {}

    def default_measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Computes pixel accuracy, and for two classes both readings of IOU."""
        decided, truth = np.argmax(y, -1), np.argmax(y_true, -1)
        measured = {"pixel_accuracy": float(np.mean(decided == truth))}
        if y.shape[-1] == 2:
            measured["mean_iou"] = float(np.mean(metrics.image_iou(decided, truth)))
            measured["global_iou"] = metrics.global_iou(decided, truth)
        return measured

    def measure_decided(
        self, decided: np.ndarray, y_true: np.ndarray
    ) -> dict[str, float]:
        """Computes the metrics of decided maps, `[N, H, W, C]`."""
        return self.measure(decided, y_true, {}, probabilities=False)

    def default_settings(self, method: Method) -> TrainingSettings:
        """Returns batches and samples of LDRSP+ on the horses, with the relaxed oracle.

        Learning rates are lower than there, and constant. Classifiers and critics,
        whose weights there are small, have an adversarial term of a tenth of the
        cross-entropy's gradient.
        """
        return TrainingSettings(
            batch_size=20,
            adversarial_share=DEFAULT_SHARE if method.is_adversarial else None,
            source_shares=(
                (0.0, 0.1, 0.9) if method.sources == LDRSP_PLUS.sources else None
            ),
            binarised_oracle=False,
            sampling=SamplingSettings(
                inference_step_size=8.0,
                adversarial_step_size=4.0,
                chain_steps=2,
                chain_length=12,
            ),
        )

    def default_grid(self) -> RefinementGrid:
        """Returns those of LDRSP+ on the horses, and shorter walks."""
        return RefinementGrid(step_sizes=(8.0,), steps=(1, 2, 5, 10))

    def default_discriminator(
        self, x_shape: Shape, y_shape: Shape, method: Method
    ) -> PatchDiscriminator:
        """Makes a U-Net for images `[B, H, W, channels]`.

        Its bilinear head has the shape of Eq. 11; a custom oracle has the sigmoid head.
        So has a critic with a gradient penalty, whose logits must not be bounded, and
        whose slope must not depend on the other examples of a batch.

        Raises:
          UsageError: Inputs are not images.
        """
        is_critic = method.penalty is not None
        has_shape_of_oracle = self.custom_oracle is None and not is_critic
        if len(x_shape) != 3:
            self._refuse_inputs(x_shape, "images [N, H, W, channels]")
        y = tf.zeros([1, *y_shape])
        return PatchDiscriminator(
            "unet",
            width=16,
            batch_norm=not is_critic,
            classes=y_shape[-1],
            head="bilinear" if has_shape_of_oracle else "sigmoid",
            pooled=self.oracle(y, y).shape.rank == 1,
        )

    def predict_batch_size(self, batch_size: int, x_shape: Shape) -> int:
        """Returns the training batch size: whole walks of that many maps fit."""
        del x_shape
        return batch_size
