"""CHOPPS as a run trains it: independent parts first, then the patterns jointly.

The first epoch trains the unary network and, on masks alone, the patterns, and chooses
the weights of the score on validation images. Each further epoch trains the patterns
by the expected loss, with chains that begin at the graph cut: an epoch is a function of
the state and the seed, so that an interrupted run can be resumed.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from experiments.fits.chopps import joint
from experiments.fits.chopps.features import (
    Standardization,
    fit_standardization,
    number_of_features,
    pixel_features,
)
from experiments.fits.chopps.inference import cut_masks, infer
from experiments.fits.chopps.pcd import train_rbm
from experiments.fits.chopps.potentials import Potentials, Weights, weighted
from experiments.fits.chopps.rbm import Rbm
from experiments.fits.chopps.selection import Grids, choose_weights
from experiments.fits.chopps.unary import PixelNetwork, balanced_pixels, train_network
from experiments.fits.own_fit import OwnFit
from experiments.tasks.config import Config
from experiments.tasks.mask_config import MaskConfig
from experiments.tasks.recipes import get_recipe
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.base import OutputSpace

# Sets of images whose features are kept: those of the training and of the validation.
_KEPT_FEATURES = 2

# The features of the training images, and the hidden units of the classifier, are
# computed at once, which takes 1.4 kB a pixel: 12 GB for so many.
_LARGEST_PIXELS = 2**23

# The random numbers of the parts; epochs of the joint training follow.
_UNARY, _PATTERNS, _JOINT = 10, 11, 12


class ChoppsFit(OwnFit):
    """The CHOPPS of a run.

    Args:
      config: The settings of the run.
      space: The output space, of masks.
      examples: Examples of the shapes that the model is built for.

    Raises:
      UsageError: The task is not one of masks with two classes, or the images have too
        many pixels for the memory.
    """

    def __init__(self, config: Config, space: OutputSpace, examples: Examples):
        assert isinstance(config, MaskConfig)  # The recipe is of no other family.
        # The classes of a user's own masks are known late.
        get_recipe(config.method).require_task(config.FAMILY, config.classes)
        super().__init__(config, space, examples)
        _require_memory(config, examples)
        self._settings = config.chopps
        self._validation: Examples | None = None
        self._features: list[tuple[object, np.ndarray]] = []
        height, width, _ = self.shapes[1]
        features = number_of_features(self._settings.location_features)
        units, patterns = self._settings.unary_units, self._settings.patterns
        pixels = height * width
        self._standardization = _zeros((features,), (features,))
        self._network = _zeros((features, units), (units,), (units,), ())
        self._rbm = _zeros((pixels, patterns), (pixels,), (patterns,))
        self._weights = _zeros((), (), ())

    @property
    def variables(self) -> Sequence[keras.Variable]:
        """The scaling, the network, the patterns and the weights."""
        return [
            *self._standardization,
            *self._network,
            *self._rbm,
            *self._weights,
        ]

    def reset(self) -> None:
        """Forgets the validation rows, which a fit on all rows trains on.

        Its first epoch trains everything anew but the weights, which stay as chosen.
        """
        self._validation = None

    def use_validation(self, validation: Examples) -> None:
        """Receives the validation rows, which the weights are chosen on."""
        self._validation = validation

    def train_epoch(self, x: tf.Tensor, y: tf.Tensor, epoch: int) -> dict[str, float]:
        """Trains the parts, or from the second epoch on the patterns jointly."""
        truth = np.asarray(y)[..., 1] > 0
        if epoch == 0:
            return self._train_parts(x, truth)
        potentials = self._potentials(x)
        rbm, loss = joint.train_passes(
            Rbm(*_values(self._rbm)),
            potentials,
            truth,
            cut_masks(potentials),
            self._settings.joint_passes,
            self._settings.joint_samples,
            np.random.default_rng((self.config.seed, _JOINT, epoch)),
        )
        _assign(self._rbm, rbm)
        return {"expected_loss": loss}

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Returns one-hot masks of inputs `[N, H, W, 3]`."""
        return _one_hot(self._predict(self._potentials(x)))

    def retraining_epochs(self, epochs: int, rows: int, all_rows: int) -> int:
        """Returns the number of epochs with as many updates of the joint training."""
        rng = np.random.default_rng()
        ratio = len(joint.batches(rows, rng)) / len(joint.batches(all_rows, rng))
        return 1 + round((epochs - 1) * ratio)

    def _train_parts(self, x: tf.Tensor, truth: np.ndarray) -> dict[str, float]:
        """Trains the unary network and the patterns, and chooses the weights."""
        settings = self._settings
        rng = np.random.default_rng((self.config.seed, _UNARY))
        raw = self._raw_features(x)
        standardization = fit_standardization(raw)
        pixels = balanced_pixels(truth, settings.unary_pixels, rng)
        if not len(pixels):
            raise UsageError(
                f"--method={self.config.method} learns from images with pixels of both "
                "classes, and no training mask has both."
            )
        features = standardization(raw.reshape(-1, raw.shape[-1])[pixels])
        labels = truth.ravel()[pixels].astype(np.float32)
        network = train_network(
            features, labels, settings.unary_units, settings.unary_updates, rng
        )
        rng = np.random.default_rng((self.config.seed, _PATTERNS))
        masks = truth.reshape(len(truth), -1)
        rbm = train_rbm(masks, settings.patterns, settings.pattern_updates, rng)
        _assign(self._standardization, standardization)
        _assign(self._network, network)
        _assign(self._rbm, rbm)
        if self._validation is not None:
            _assign(self._weights, self._choose_weights(self._validation))
        return {"unary_loss": network.cross_entropy(features, labels)}

    def _choose_weights(self, validation: Examples) -> Weights:
        settings = self._settings
        return choose_weights(
            self._unary(validation.x),
            _colors(validation.x),
            Rbm(*_values(self._rbm)),
            Grids(
                settings.contrast_grid,
                settings.boundary_weight_grid,
                settings.image_weight_grid,
            ),
            lambda masks: float(
                np.mean(self.space.example_metric(_one_hot(masks), validation.y))
            ),
        )

    def _predict(self, potentials: Potentials) -> np.ndarray:
        return infer(potentials, Rbm(*_values(self._rbm)), cut_masks(potentials))

    def _potentials(self, x: tf.Tensor | np.ndarray) -> Potentials:
        weights = Weights(*map(float, _values(self._weights)))
        return weighted(self._unary(x), _colors(x), weights)

    def _unary(self, x: tf.Tensor | np.ndarray) -> np.ndarray:
        """Returns the unary potentials of images, `[N, H, W]`."""
        scaled = Standardization(*_values(self._standardization))(self._raw_features(x))
        logits = PixelNetwork(*_values(self._network)).logits(scaled)
        return logits.astype(np.float64)

    def _raw_features(self, x: tf.Tensor | np.ndarray) -> np.ndarray:
        """Returns the features of images, which no training changes."""
        for known, features in self._features:
            if known is x:
                return features
        features = pixel_features(_colors(x), self._settings.location_features)
        self._features = [*self._features, (x, features)][-_KEPT_FEATURES:]
        return features


def build(config: Config, space: OutputSpace, examples: Examples) -> ChoppsFit:
    """Builds the CHOPPS of a run, in its initial state."""
    return ChoppsFit(config, space, examples)


def _require_memory(config: Config, examples: Examples) -> None:
    number, height, width = examples.x.shape[:3]
    if number * height * width > _LARGEST_PIXELS:
        raise UsageError(
            f"--method={config.method} is of {_LARGEST_PIXELS:,} training pixels at "
            f"most, for memory, and {number:,} images of {height}x{width} have "
            f"{number * height * width:,}; choose another method, or smaller or fewer "
            "images."
        )


def _colors(x: tf.Tensor | np.ndarray) -> np.ndarray:
    """Returns images with values in [0, 1], of inputs in [-1, 1]."""
    return (np.asarray(x, np.float64) + 1) / 2


def _one_hot(masks: np.ndarray) -> np.ndarray:
    return np.stack([~masks, masks], -1).astype(np.float32)


def _zeros(*shapes: tuple[int, ...]) -> list[keras.Variable]:
    return [
        keras.Variable(np.zeros(shape, np.float32), trainable=False) for shape in shapes
    ]


def _values(variables: Sequence[keras.Variable]) -> list[np.ndarray]:
    return [variable.numpy() for variable in variables]


def _assign(variables: Sequence[keras.Variable], values: Sequence[Any]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
