"""The outputs that a decision delivers, for new inputs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.decision import REFINED, Decision, are_probabilities
from ldrsp_tf.prediction.predictor import (
    OutputPredictor,
    Prediction,
    Predictor,
    generate,
    predict,
)
from ldrsp_tf.prediction.unrefined import GENERATOR
from ldrsp_tf.refinement import Refinement


@dataclasses.dataclass(frozen=True)
class Delivery:
    """A decision with the predictors that carry it out.

    Attributes:
      decision: The decision.
      predictor: The predictor of G's and of refined outputs.
      unrefined: The predictors of other outputs, by name (`unrefined_predictors`).
      refinement: The refinement; None without D.
      decoder_params: The parameters of tuned decoders, by output.

    Raises:
      UsageError: The decision, of a file perhaps, names an output or a decoder that
        there is not.
    """

    decision: Decision
    predictor: Predictor
    unrefined: Mapping[str, OutputPredictor]
    refinement: Refinement | None
    decoder_params: Mapping[str, Mapping[str, Any]]

    def __post_init__(self) -> None:
        output, decoder = self.decision.output, self.decision.decoder
        made = {GENERATOR, *self.unrefined} | ({REFINED} if self.refinement else set())
        decoders = self.predictor.space.decoders(are_probabilities(output))
        if output not in made & self.decoder_params.keys() or decoder not in decoders:
            raise UsageError(
                f"The decision takes the output {output!r} with the decoder "
                f"{decoder!r}, which these networks do not have; train them anew."
            )

    def decide(self, x: np.ndarray, prediction: Prediction | None = None) -> np.ndarray:
        """Returns 0/1 outputs, float32, `[N, ...]`, of preprocessed inputs `[N, ...]`.

        Args:
          x: Inputs, `[N, ...]`.
          prediction: The prediction for these, if there is one already.
        """
        return self.predictor.space.decode(self.relaxed(x, prediction), *self._decoder)

    def decide_tensor(self, x: tf.Tensor, generated: tf.Tensor) -> tf.Tensor:
        """Decides as `decide` does, by operations that a SavedModel can have.

        Args:
          x: Inputs, `[B, ...]`.
          generated: G's outputs for these, or refined ones, if those are delivered.
        """
        name = self.decision.output
        y = self.unrefined[name].generate(x) if name in self.unrefined else generated
        return self.predictor.space.decode_tensor(y, *self._decoder)

    @property
    def walks(self) -> bool:
        """Whether the outputs are refined."""
        return self.decision.output == REFINED

    @property
    def _decoder(self) -> tuple[str, Mapping[str, Any]]:
        decision = self.decision
        return decision.decoder, self.decoder_params[decision.output]

    def relaxed(
        self, x: np.ndarray, prediction: Prediction | None = None
    ) -> np.ndarray:
        """Returns the relaxed outputs that are decided, `[N, ...]`.

        Args:
          x: Preprocessed inputs, `[N, ...]`.
          prediction: The prediction for these, if there is one already.
        """
        name, inputs = self.decision.output, tf.constant(x)
        if name in self.unrefined:
            return generate(self.unrefined[name], inputs)
        if prediction is None:
            refinement = self.refinement if self.walks else None
            prediction = predict(self.predictor, inputs, refinement)
        y = prediction.refined if self.walks else prediction.generated
        assert y is not None
        return y
