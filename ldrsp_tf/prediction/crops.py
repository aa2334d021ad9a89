"""Prediction by averaging overlapping crops (Section 4.2: 36 crops of an image)."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from ldrsp_tf.data.augmentation import pad_images
from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Predictor
from ldrsp_tf.refinement import Trajectory
from ldrsp_tf.settings import Domain, plain_value, require_counts

# First rows, and first columns, of crops; or a function of an image's side.
Offsets = tuple[int, ...] | Callable[[int], tuple[int, ...]]


def spread_offsets(
    side: int, size: int, furthest: int, fewest: int = 1
) -> tuple[int, ...]:
    """Returns the offsets of crops that cover a side evenly.

    Args:
      side: The side of the image in pixels.
      size: The side of a crop in pixels.
      furthest: The largest distance between the offsets of neighbors in pixels, at most
        `size`.
      fewest: The smallest number of crops, unless some of them would be the same.

    Returns:
      Rising offsets, from 0 to `side - size`.
    """
    room = side - size
    crops = max(fewest, 2, -(-room // furthest) + 1)
    return tuple(sorted({number * room // (crops - 1) for number in range(crops)}))


def require_cover(size: int, offsets: tuple[int, ...], side: int) -> None:
    """Refuses crops that leave a part of an image out, or reach beyond it.

    Args:
      size: The side of a crop in pixels.
      offsets: The first row, or column, of each crop.
      side: The side of the image in pixels.

    Raises:
      UsageError: They do.
    """
    reached, firsts = 0, sorted(set(offsets))
    for first in firsts:
        if first > reached:
            break
        reached = first + size
    if reached != side:
        raise UsageError(
            f"Crops of {size} pixels at {firsts} do not cover an image of {side} "
            "pixels exactly; choose other offsets."
        )


@dataclasses.dataclass(frozen=True)
class Crops:
    """Crop size, offsets, mirroring and padding used by `CropAverage`.

    Attributes:
      size: The height and width of a crop in pixels.
      offsets: The first rows, and first columns, of the crops, or a function from the
        side of an image to them; all pairs are used.
      mirror: Whether the mirrored image is predicted too, and averaged.
      predict_batch_size: The number of images in one call.
      padding: The number of pixels that images are padded by on each side before they
        are cut (`data.augmentation.pad_images`), and their outputs are cut off by:
        crops as large as an image have several places then. Offsets are those in the
        padded image.

    Raises:
      UsageError: A number of pixels or of images is no whole number of at least 1; the
        padding or an offset none of at least 0; `mirror` is no truth value.
    """

    size: int
    offsets: Offsets
    mirror: bool = False
    predict_batch_size: int = 8
    padding: int = 0

    def __post_init__(self) -> None:
        require_counts(size=self.size, predict_batch_size=self.predict_batch_size)
        require_counts(low=0, padding=self.padding)
        if self.mirror not in Domain(bool):
            raise UsageError(f"mirror is {self.mirror!r}: True or False is needed.")
        if not callable(self.offsets):
            object.__setattr__(self, "offsets", _plain_offsets(self.offsets))

    def offsets_along(self, side: int) -> tuple[int, ...]:
        """Returns the offsets of crops along a side of an image.

        Args:
          side: The side of the image in pixels, without its padding.

        Raises:
          UsageError: The crops do not cover the padded image exactly.
        """
        padded = side + 2 * self.padding
        offsets = self.offsets(padded) if callable(self.offsets) else self.offsets
        require_cover(self.size, offsets, padded)
        return offsets

    def description(self, sides: tuple[int, ...]) -> dict[str, Any]:
        """Returns what JSON can hold of crops of images of those sides.

        Args:
          sides: The sides of an image in pixels; a function of them as offsets is
            described by its values.
        """
        offsets: Any = self.offsets
        if callable(offsets):
            padded = [side + 2 * self.padding for side in sides]
            offsets = {str(side): list(offsets(side)) for side in padded}
        return {**dataclasses.asdict(self), "offsets": offsets}


def _plain_offsets(offsets: Any) -> tuple[int, ...]:
    """Returns offsets as a tuple of Python's integers.

    Raises:
      UsageError: They are no sequence of whole numbers of at least 0.
    """
    plain = plain_value(offsets)
    if not isinstance(plain, tuple) or any(type(o) is not int or o < 0 for o in plain):
        raise UsageError(
            f"offsets is {offsets!r}: whole numbers of at least 0 are needed, such as "
            "(0, 8), or a function from the side of an image to them."
        )
    return plain


class CropAverage:
    """A predictor of overlapping crops of an image, one by one, and of their average.

    It takes the place of a `NetworkPair` in `predict` and `select_refinement`.

    Args:
      networks: The pair of networks that predicts crops.
      size: The height and width of a crop in pixels.
      offsets: The first rows, and first columns, of the crops: all pairs are used.
        Together they have to cover the padded image.
      mirror: Whether the mirrored image is predicted too, and averaged.
      predict_batch_size: The number of images in one call; a trajectory keeps all crops
        of all its steps.
      padding: The number of pixels that images are padded by on each side.
    """

    def __init__(
        self,
        networks: NetworkPair,
        size: int,
        offsets: Offsets,
        mirror: bool = False,
        predict_batch_size: int = 8,
        padding: int = 0,
    ):
        self.networks = networks
        self.space = networks.space
        self.predict_batch_size = predict_batch_size
        self._crops = Crops(size, offsets, mirror, predict_batch_size, padding)

    @property
    def is_mirrored(self) -> bool:
        """Whether the mirrored image is predicted too."""
        return self._crops.mirror

    def mirrored(self) -> "CropAverage":
        """Returns the average over crops of the image and of the mirrored one."""
        return self._like(self.networks, mirror=True)

    def of(self, networks: NetworkPair) -> "CropAverage":
        """Returns the average over the same crops of other networks."""
        return self._like(networks, mirror=self.is_mirrored)

    def _like(self, networks: NetworkPair, mirror: bool) -> "CropAverage":
        crops = dataclasses.asdict(self._crops)
        usual = {"mirror": mirror, "predict_batch_size": self.predict_batch_size}
        return CropAverage(networks, **{**crops, **usual})

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """Returns averaged outputs of G, `[B, H, W, C]`, of images `[B, H, W, 3]`."""
        self._corners(x)  # Refused here if they do not cover, and not in a graph.
        return self._generate(x, tuple(x.shape[1:]))

    def walk(
        self, x: tf.Tensor, step_size: tf.Tensor, steps: tf.Tensor, normalized: bool
    ) -> Trajectory:
        """Refines each crop; averages the outputs, and D's scores, of every step.

        Args:
          x: Images, `[B, H, W, 3]`.
          step_size: The step size eta.
          steps: The number of steps T.
          normalized: Whether to follow Eq. 9 rather than Eq. 8.

        Returns:
          Outputs `[T + 1, B, H, W, C]` and scores `[T + 1, B, H, W]`, or `[T + 1, B]`
          of a discriminator with one score a crop.
        """
        self._corners(x)
        return self._walk(x, step_size, steps, normalized, tuple(x.shape[1:]))

    @tf.function(reduce_retracing=True, autograph=False)
    def _generate(self, x: tf.Tensor, shape: tuple[int, ...]) -> tf.Tensor:
        del shape  # As in `NetworkPair`: each size has a trace of its own.
        outputs = self.networks.generate(self._cut(x))
        return self._join(outputs[None], x)[0]

    @tf.function(reduce_retracing=True, autograph=False)
    def _walk(
        self,
        x: tf.Tensor,
        step_size: tf.Tensor,
        steps: tf.Tensor,
        normalized: bool,
        shape: tuple[int, ...],
    ) -> Trajectory:
        del shape
        crops = self.networks.walk(self._cut(x), step_size, steps, normalized)
        return Trajectory(
            self._join(crops.outputs, x), self._join_scores(crops.scores, x)
        )

    def _join_scores(self, scores: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Averages the scores of crops, `[T, crops * B]` or `[T, crops * B, ...]`."""
        if scores.shape.rank > 2:
            return tf.squeeze(self._join(scores[..., None], x), -1)
        shape = [tf.shape(scores)[0], -1, tf.shape(x)[0]]
        return tf.reduce_mean(tf.reshape(scores, shape), 1)

    def _cut(self, x: tf.Tensor) -> tf.Tensor:
        """Returns all crops, first corner first, `[crops * B, size, size, 3]`."""
        size, corners = self._crops.size, self._corners(x)
        x = pad_images(x, self._crops.padding)
        views = [x, tf.reverse(x, [2])] if self._crops.mirror else [x]
        return tf.concat(
            [
                view[:, row : row + size, column : column + size]
                for view in views
                for row, column in corners
            ],
            0,
        )

    def _join(self, crops: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Averages `[T, crops * B, size, size, C]` to `[T, B, H, W, C]`."""
        size, padding, corners = self._crops.size, self._crops.padding, self._corners(x)
        height, width = (side + 2 * padding for side in x.shape[1:3])
        views = 2 if self._crops.mirror else 1
        parts = tf.split(crops, views * len(corners), axis=1)
        total, count = 0.0, 0.0
        for index, part in enumerate(parts):
            row, column = corners[index % len(corners)]
            margins = [
                [0, 0],
                [0, 0],
                [row, height - row - size],
                [column, width - column - size],
                [0, 0],
            ]
            placed = tf.pad(part, margins)
            covered = tf.pad(tf.ones_like(part[:1, :1, :, :, :1]), margins)
            if index >= len(corners):
                placed, covered = tf.reverse(placed, [3]), tf.reverse(covered, [3])
            total, count = total + placed, count + covered
        rows, columns = (slice(padding, side - padding) for side in (height, width))
        return tf.convert_to_tensor(total / count)[:, :, rows, columns]

    def _corners(self, x: tf.Tensor) -> list[tuple[int, int]]:
        """Returns the first row and the first column of each crop."""
        rows, columns = map(self._crops.offsets_along, x.shape[1:3])
        return list(itertools.product(rows, columns))


def predictor_by(networks: NetworkPair, crops: Crops | None) -> Predictor:
    """Returns the predictor of whole examples: an average over crops, or the networks.

    Args:
      networks: The pair of networks.
      crops: The crops to predict by; None predicts whole examples at once.
    """
    if crops is None:
        return networks
    return CropAverage(networks, **dataclasses.asdict(crops))
