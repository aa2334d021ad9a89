"""The parts of a refiner, and the predictions that it makes with them."""

from types import NoneType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import Data, as_examples, as_inputs, require_shapes
from ldrsp_tf.data.preprocessing import preprocess
from ldrsp_tf.errors import NotFittedError, UsageError, require_kind
from ldrsp_tf.evaluation.decision import Decision
from ldrsp_tf.evaluation.delivery import Delivery
from ldrsp_tf.evaluation.validation import measure
from ldrsp_tf.methods import Method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.prediction.predictor import Prediction, Predictor, predict
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.assembly import Parts, Setup, Shapes
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.trainer import Trainer


class PredictingRefiner:
    """The part of a `Refiner` that needs no training: its parts and predictions.

    Args:
      setup: The arguments of the refiner.
      parts: The parts, assembled from these; None before there is data.

    Attributes:
      refinement: The step size and number of steps to walk; None until they are chosen.
      decoder_params: The parameters of tuned decoders, by output.
      decision: The output that `decide` returns; None until it is chosen, and for a
        method that leaves the choice to the user.
    """

    def __init__(self, setup: Setup, parts: Parts | None = None):
        self._setup, self._parts = setup, parts
        # In all calls of `fit`, also before a `save`; resumed ones in each call.
        self._epochs_done = 0
        self.refinement: Refinement | None = None
        self.decoder_params: dict[str, dict[str, Any]] = {}
        self.decision: Decision | None = None

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Refuses a copy, or a pickle, of assembled parts: compiled ones have none.

        Raises:
          UsageError: There are parts.
        """
        if self._parts is not None:
            raise UsageError(
                "A refiner with networks cannot be copied or pickled: save it "
                "(refiner.save), and load it where it is needed (Refiner.load)."
            )
        return super().__reduce_ex__(protocol)

    # The parts.

    @property
    def generator(self) -> keras.Model | None:
        """The user's generator."""
        return self._setup.generator

    @property
    def discriminator(self) -> Discriminator | None:
        """The discriminator; a default one exists after the first data."""
        if self._parts is None:
            return self._setup.discriminator
        return self._parts.discriminator

    @property
    def networks(self) -> dict[str, keras.Model]:
        """The generator and the discriminator, by name, as far as they exist."""
        found = {"generator": self.generator, "discriminator": self.discriminator}
        return {name: network for name, network in found.items() if network is not None}

    @property
    def space(self) -> OutputSpace:
        """The output space."""
        return self._setup.space

    @property
    def from_logits(self) -> bool:
        """Whether the generator outputs logits, as given or as inferred."""
        return self._setup.from_logits

    @property
    def frozen(self) -> bool:
        """Whether the generator is left as it is."""
        return self._setup.frozen

    @property
    def method(self) -> Method:
        """The method."""
        return self._setup.method

    @property
    def settings(self) -> TrainingSettings:
        """The numbers of the training."""
        return self._setup.settings

    @property
    def grid(self) -> RefinementGrid:
        """The candidates for step size and number of steps."""
        return self._setup.grid

    @property
    def crops(self) -> Crops | None:
        """The crops that images are predicted by."""
        return self._setup.crops

    @property
    def augment(self) -> Augmentation | None:
        """The random change of the examples of a batch."""
        return self._setup.augment

    @property
    def seed(self) -> int:
        """The seed of weights, held-out rows, data order and draws."""
        return self._setup.seed

    @property
    def preprocessing(self) -> keras.Model | None:
        """The preprocessing of raw inputs; None without one."""
        return self._setup.preprocessing

    @property
    def parts(self) -> Parts:
        """The assembled parts.

        Raises:
          NotFittedError: There was no data yet.
        """
        if self._parts is None:
            raise NotFittedError("Nothing is trained yet: call fit, or load a refiner.")
        return self._parts

    @property
    def trainer(self) -> Trainer:
        """The pair of networks with its compiled training; NotFittedError without."""
        return self.parts.trainer

    @property
    def predictor(self) -> Predictor:
        """The trainer, or its average over crops; NotFittedError without."""
        return self.parts.predictor

    @property
    def shapes(self) -> Shapes:
        """The shapes of one input and one output; NotFittedError without."""
        return self.parts.shapes

    def _parts_for(self, shapes: Shapes) -> Parts | None:
        """Returns the present parts; None if examples of other shapes may replace them.

        They may after a first fit that failed, which has left nothing to keep.
        """
        present = self._parts
        is_fitted = bool(self._epochs_done or self.refinement or self.decoder_params)
        if present is None or is_fitted or present.shapes == shapes:
            return present
        return None

    def preprocess(self, x: np.ndarray) -> np.ndarray:
        """Returns raw inputs as `trainer`, `predictor` and both networks take them.

        Args:
          x: Inputs, `[N, ...]`.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: x has another shape or values that are not finite.
        """
        return preprocess(self.preprocessing, as_inputs(x, self.shapes[0]))

    # Prediction.

    def predict(
        self,
        x: np.ndarray,
        trajectory: bool = False,
        *,
        refinement: Refinement | None = None,
        steps: int | None = None,
    ) -> Prediction:
        """Predicts G's outputs, the refined ones and D's scores of these.

        For a method that decides, `decided` has the outputs of `decide`, which another
        refinement of this call does not change.

        Args:
          x: Inputs, `[N, ...]`.
          trajectory: Whether to keep every output of the walk, `[T + 1, N, ...]`, and
            its score.
          refinement: The refinement of this call; the chosen one by default.
          steps: The number of steps of this call; that of the refinement by default.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: x has another shape or values that are not finite; steps are
            negative, or there is no D to walk by.
        """
        refinement = self._refinement(refinement, steps)
        inputs = self.preprocess(x)
        prediction = predict(
            self.predictor, tf.constant(inputs), refinement, trajectory=trajectory
        )
        if self.decision is None:
            return prediction
        # The decoder of refined outputs was tuned for the chosen walk.
        is_usable = refinement == self.refinement or not self.delivery.walks
        decided = self.delivery.decide(inputs, prediction if is_usable else None)
        return prediction._replace(decided=decided)

    def decide(self, x: np.ndarray) -> np.ndarray:
        """Returns the outputs to deliver, as validation examples have decided.

        Those are G's, D's own, their mean or the refined ones (`decision`), each
        decided by the decoder that was taken with it. A walk is made only if its
        outputs are delivered.

        Args:
          x: Inputs, `[N, ...]`.

        Returns:
          0/1 outputs, float32, `[N, ...]`.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: The method leaves the choice to the user, or x does not fit.
        """
        return self.delivery.decide(self.preprocess(x))

    @property
    def delivery(self) -> Delivery:
        """The decision with its predictors.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: The method leaves the choice to the user.
        """
        parts = self.parts
        if not self.method.decides:
            raise UsageError(
                f"Method {self.method.name!r} does not decide which of its outputs to "
                'take; take them from predict, or use method="auto".'
            )
        if self.decision is None:
            raise NotFittedError("Nothing is decided yet: let a fit come to its end.")
        return Delivery(
            self.decision,
            parts.predictor,
            parts.unrefined,
            self.refinement,
            self.decoder_params,
        )

    def evaluate(self, data: Data) -> dict[str, dict[str, float]]:
        """Computes every metric of G's and of the refined outputs, in [0, 1].

        Args:
          data: Test examples, as in `fit`.

        Returns:
          Metrics by name, by output ("generator", "refined", and "decided" for a method
          that decides).

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: The data do not fit.
        """
        self.require_fitted()
        if not self.decoder_params:
            raise NotFittedError("No decoder is tuned yet: let a fit come to its end.")
        examples = as_examples(data, self.space, "test data")
        require_shapes(examples, self.shapes, "test data")
        prediction = self.predict(examples.x)
        return measure(self.trainer, prediction, examples, self.decoder_params)

    def require_fitted(self) -> None:
        """Refuses a refiner without trained networks or without a refinement.

        Raises:
          NotFittedError: There are none.
        """
        self._refinement(None, None)

    def _refinement(
        self, given: Refinement | None, steps: int | None
    ) -> Refinement | None:
        """Returns the given refinement or the chosen one, with that number of steps."""
        has_discriminator = self.parts.trainer.method.has_discriminator
        if not has_discriminator and (given, steps) != (None, None):
            raise UsageError(
                f"Method {self.method.name!r} has no discriminator to refine with."
            )
        require_kind(
            given,
            (Refinement, NoneType),
            "The refinement is",
            "a Refinement(step_size, steps) is needed",
        )
        refinement = given or self.refinement
        if refinement is None:
            if has_discriminator:
                raise NotFittedError(
                    "No refinement is chosen yet: let a fit come to its end, or give "
                    "one."
                )
            return None
        return refinement if steps is None else refinement.with_steps(steps)
