"""Tag vectors, the outputs of multi-label tasks (Section 4.1)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf import losses, metrics, oracles, projections
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import Method
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.energy_network import EnergyNetwork
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.base import (
    DEFAULT_SHARE,
    PLAIN_DECODER,
    DecoderParams,
    OutputSpace,
    Shape,
)
from ldrsp_tf.spaces.logits import logits_of_bernoulli

# Decoders: the largest expected F1, and the threshold of validation examples.
PLUGIN, TUNED = "plugin", "tuned"


class TagSpace(OutputSpace):
    """Tag vectors in [0, 1]^L, measured by example-averaged F1.

    Args:
      oracle: A measure of quality to use instead of F1 (see `OutputSpace`).
    """

    default_metric_name = "f1"
    initial_logit = -1e4  # No tags: exactly 0 in single precision.
    rank = 1
    outputs_name = "tags [N, L]"

    def activation(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns independent tag probabilities, `[B, L]`."""
        return tf.sigmoid(logits)

    def to_logits(
        self, outputs: tf.Tensor, from_logits: bool, y_shape: Shape
    ) -> tf.Tensor:
        """Inverts the sigmoid of probabilities `[B, L]`."""
        del y_shape
        return outputs if from_logits else logits_of_bernoulli(outputs)

    def _check_values(self, y: np.ndarray, name: str) -> None:
        if self.custom_oracle is not None:
            return
        soft = (y != 0) & (y != 1)
        if soft.any():
            row, tag = np.argwhere(soft)[0]
            raise UsageError(
                f"The true outputs of the {name} have the value {y[row, tag]:g} for "
                f"tag {tag} of example {row} (counted from 0), which F1 cannot measure:"
                " round them to 0 and 1, or give an oracle of your own (oracle=)."
            )

    def surrogate_loss(self, logits: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns the binary cross-entropy, averaged over the labels."""
        return losses.binary_cross_entropy(logits, y_true)

    def default_oracle(self, y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
        """Returns F1 of each example (Eq. 2), `[B]`."""
        return oracles.f1(y, y_true)

    def project(self, y: tf.Tensor) -> tf.Tensor:
        """Clips to [0, 1]."""
        return projections.box(y)

    def decide(self, y: tf.Tensor) -> tf.Tensor:
        """Returns the tags above 0.5."""
        return oracles.above_half(y)

    def default_example_metric(self, y: np.ndarray, y_true: np.ndarray) -> np.ndarray:
        """Returns F1 of the tags above 0.5, `[..., N]`."""
        return metrics.example_f1(metrics.threshold_decode(y), _tags_of(y_true))

    def default_selection_metric(self, measured: Mapping[str, float]) -> float:
        """Returns the mean of F1 at 0.5 and at the tuned threshold.

        One state has to serve both columns of a table. F1 at 0.5 alone favors
        overtrained, overconfident generators, which costs them 2 points at a tuned
        threshold.
        """
        return (measured["f1"] + measured["f1_tuned"]) / 2.0

    def tune_decoder(self, y: np.ndarray, y_true: np.ndarray) -> DecoderParams:
        """Returns the threshold of the best F1, and the odds of an empty tag vector.

        The odds (`calibrate_empty_odds`) are for probabilities alone.
        """
        y_true = _tags_of(y_true)
        return {
            "threshold": metrics.tune_threshold(y, y_true),
            "empty_odds": metrics.calibrate_empty_odds(y, y_true),
        }

    def default_measure(
        self,
        y: np.ndarray,
        y_true: np.ndarray,
        decoder_params: Mapping[str, Any],
        probabilities: bool,
    ) -> dict[str, float]:
        """Computes F1 at 0.5, tuned, and of probabilities by the expected-F1 decoder.

        Parameters of earlier versions have no `empty_odds`: tags are independent then.
        """
        tuned = metrics.threshold_decode(y, decoder_params["threshold"])
        y_true = _tags_of(y_true)
        measured = {
            "f1": metrics.mean_f1(metrics.threshold_decode(y), y_true),
            "f1_tuned": metrics.mean_f1(tuned, y_true),
        }
        if probabilities:
            plugin = metrics.plugin_decode(y, decoder_params.get("empty_odds", 1.0))
            measured["f1_plugin"] = metrics.mean_f1(plugin, y_true)
        return measured

    def decoders(self, probabilities: bool) -> tuple[str, ...]:
        """Returns the plug-in decoder of probabilities, or 0.5; and the threshold.

        The plug-in decoder is for F1: with a custom oracle, 0.5 comes before it.
        """
        if not probabilities:
            return (PLAIN_DECODER, TUNED)
        if self.custom_oracle is None:
            return (PLUGIN, TUNED)
        return (PLAIN_DECODER, PLUGIN, TUNED)

    def decode(
        self, y: np.ndarray, decoder: str, decoder_params: Mapping[str, Any]
    ) -> np.ndarray:
        """Decides tags `[N, L]` by 0.5, a threshold or the largest expected F1."""
        if decoder == PLUGIN:
            decided = metrics.plugin_decode(y, decoder_params["empty_odds"])
            return decided.astype(np.float32)
        return super().decode(y, decoder, decoder_params)

    def decode_tensor(
        self, y: tf.Tensor, decoder: str, decoder_params: Mapping[str, Any]
    ) -> tf.Tensor:
        """Decides tags `[B, L]` as `decode` does."""
        if decoder == PLUGIN:
            return metrics.plugin_decide(y, decoder_params["empty_odds"])
        if decoder == TUNED:
            return tf.cast(y > decoder_params["threshold"], y.dtype)
        return super().decode_tensor(y, decoder, decoder_params)

    def default_settings(self, method: Method) -> TrainingSettings:
        """Returns those of Bibtex for LDRSP and LDRSP+; the oracle is the method's.

        The weight of their adversarial term has ruined generators of other data. A
        method that decides, a classifier and a critic, whose tables have weights of
        their own, have a term of a tenth of the cross-entropy's gradient.
        """
        if method.decides or method.is_adversarial:
            return TrainingSettings(adversarial_share=DEFAULT_SHARE)
        sampling = SamplingSettings()
        if method.iterates == "logits":
            # Steps of a fixed length would not come to rest.
            sampling = SamplingSettings(
                inference_step_size=0.3, normalized_gradient=False
            )
        return TrainingSettings(adversarial_weight=3.0, sampling=sampling)

    def default_grid(self) -> RefinementGrid:
        """Returns the candidates of LDRSP on Bibtex, along Eq. 8's plain gradient.

        Classifiers and critics of the tables have Eq. 9's normalized one.
        """
        return RefinementGrid(normalized=False)

    def default_discriminator(
        self, x_shape: Shape, y_shape: Shape, method: Method
    ) -> Discriminator:
        """Makes the network of SPEN and DVN for features `[B, F]`.

        A method that decides has a network that can predict as well, with the shape of
        F1, which starts at the expected F1 under G's probabilities. That of a critic
        with a gradient penalty must not be bounded.

        Raises:
          UsageError: Inputs are not features.
        """
        if len(x_shape) != 1:
            self._refuse_inputs(x_shape, "features [N, F]")
        is_critic = method.penalty is not None
        if method.decides and self.custom_oracle is None and not is_critic:
            return RatioNetwork(y_shape[-1], dropout=0.5, interaction_units=16)
        return EnergyNetwork(y_shape[-1], entropy=method.iterates == "logits")


def _tags_of(y_true: np.ndarray) -> np.ndarray:
    """Returns the tags above 0.5 of true outputs, which are soft for some oracles."""
    return metrics.threshold_decode(y_true)
