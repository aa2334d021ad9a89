"""Predictions of a trained pair without a walk: G's, D's own, their mean, mirrored."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import BASELINE
from ldrsp_tf.models.adapters import DiscriminatorAsGenerator
from ldrsp_tf.prediction.crops import CropAverage
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import OutputPredictor, Predictor, generate

GENERATOR, OWN, AVERAGE, MIRRORED = "generator", "own", "average", "mirrored"


def own_prediction(networks: NetworkPair, y_shape: tuple[int, ...]) -> NetworkPair:
    """Returns D, as a generator of the outputs that it predicts itself.

    Args:
      networks: The pair with that D.
      y_shape: The shape of one output.

    Raises:
      UsageError: There is no D, or it scores outputs only.
    """
    model = DiscriminatorAsGenerator(
        networks.require_discriminator(),
        networks.generator,
        networks.space.initial_logits(y_shape),
        networks.space.activation,
    )
    own = NetworkPair(model, None, BASELINE, networks.space, networks.oracle)
    own.predict_batch_size = networks.predict_batch_size
    return own


def unrefined_predictors(
    networks: NetworkPair, predictor: Predictor, y_shape: tuple[int, ...]
) -> dict[str, OutputPredictor]:
    """Returns the predictors of whole examples that need no walk.

    Args:
      networks: The pair of networks.
      predictor: The networks themselves, or their average over crops.
      y_shape: The shape of one output.

    Returns:
      Predictors whose `generate` has the relaxed outputs, by name, from the cheapest:
      `mirrored` averages G's output with that of the mirrored image, for crops that are
      not; `own` is D's own prediction and `average` the mean of G's output and that,
      for a D that predicts.
    """
    crops = predictor if isinstance(predictor, CropAverage) else None
    found: dict[str, OutputPredictor] = {}
    if crops is not None and not crops.is_mirrored:
        found[MIRRORED] = crops.mirrored()
    discriminator = networks.discriminator
    if discriminator is not None and discriminator.can_predict:
        own = own_prediction(networks, y_shape)
        found[OWN] = own if crops is None else crops.of(own)
        found[AVERAGE] = _Mean(predictor, found[OWN])
    return found


def unrefined_outputs(
    predictors: Mapping[str, OutputPredictor], x: np.ndarray, generated: np.ndarray
) -> dict[str, np.ndarray]:
    """Predicts with all of the predictors, in chunks.

    Args:
      predictors: The predictors (`unrefined_predictors`).
      x: Inputs, `[N, ...]`.
      generated: G's outputs for these, `[N, ...]`.

    Returns:
      Relaxed outputs `[N, ...]`, by name.

    Raises:
      UsageError: They have another shape than G's, as those of a D of the user's may.
    """
    inputs = tf.constant(x)
    # The mean of outputs that are there anyway is not predicted anew.
    is_known = {OWN, AVERAGE} <= predictors.keys()
    outputs = {
        name: generate(predictor, inputs)
        for name, predictor in predictors.items()
        if not (is_known and name == AVERAGE)
    }
    for name, y in outputs.items():
        if y.shape != generated.shape:
            raise UsageError(
                f"Outputs of D's own prediction ({name}) have shape {y.shape[1:]} "
                f"where those of G have {generated.shape[1:]}: predict_logits has to "
                "return logits of that shape."
            )
    if is_known:
        outputs[AVERAGE] = 0.5 * (generated + outputs[OWN])
    return outputs


class _Mean:
    """The mean of the outputs of two predictors."""

    def __init__(self, first: OutputPredictor, second: OutputPredictor):
        self._parts = first, second
        self.space = first.space
        self.predict_batch_size = first.predict_batch_size

    def generate(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the mean, `[B, ...]`."""
        first, second = self._parts
        return 0.5 * (first.generate(x) + second.generate(x))
