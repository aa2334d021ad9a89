"""The trainings of a run whose recipe brings a fit of its own."""

import time
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from experiments.fits.own_fit import OwnFit, build_own_fit
from experiments.runs.context import RunContext
from experiments.runs.stage_files import (
    RETRAINING,
    SELECTION,
    FurtherMeasure,
    StageFiles,
)
from experiments.tasks.splits import Split
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.data.preprocessing import preprocess
from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.validation import Validation
from ldrsp_tf.methods import BASELINE, Method
from ldrsp_tf.prediction.predictor import Prediction
from ldrsp_tf.training.history import Record
from ldrsp_tf.training.loop import restore_best


class FittedModel:
    """A fitted model that predicts as a refiner without a discriminator does.

    Args:
      fit: The fit in its final state.
      decoder_params: The parameters of tuned decoders, by output.
      preprocessing: The preprocessing of raw inputs; None without one.
    """

    method: Method = BASELINE  # Its outputs are those of a generator alone.

    def __init__(
        self,
        fit: OwnFit,
        decoder_params: Mapping[str, Mapping[str, Any]],
        preprocessing: keras.Model | None,
    ):
        self._fit = fit
        self._preprocessing = preprocessing
        self.decoder_params = decoder_params

    def predict(self, x: np.ndarray) -> Prediction:
        """Predicts the outputs of raw inputs `[N, ...]`."""
        return Prediction(self._fit.outputs(preprocess(self._preprocessing, x)))


class NoControls:
    """The controls of a run that has none."""

    def train(self) -> None:
        """Trains nothing."""

    def measure(self, further: FurtherMeasure) -> dict[str, Any]:
        """Returns no parts of a result."""
        del further
        return {}


class OwnStages(StageFiles):
    """The selection and the retraining of a fit of a recipe's own.

    Args:
      run: The run; an interrupted fit in its folder is resumed.
      examples: The examples that the model is built for.

    Attributes:
      fit: The fit in the state that the last stage left it in.

    Raises:
      UsageError: The settings do not fit the recipe, or a strategy is given.
    """

    def __init__(self, run: RunContext, examples: Examples):
        if run.strategy is not None:
            raise UsageError(
                f"--distribute is of methods that the library trains, and "
                f"{run.config.method!r} has a fit of its own."
            )
        space = run.task.family.space(run.config)
        self.fit = build_own_fit(run.config, space, examples)
        super().__init__(run)

    def select(self, training: Examples, validation: Examples) -> Record:
        """Fits a part of the rows and restores the best validated epoch.

        Args:
          training: The rows to fit.
          validation: The rows to choose by.

        Returns:
          The record of the best epoch.
        """
        self.fit.use_validation(validation)
        checkpoints = self._fit(
            SELECTION,
            self.fit,
            training,
            self._run.config.epochs,
            validation=lambda: _validate(self.fit, validation),
        )
        return restore_best(checkpoints, self.history, SELECTION)

    def retrain(
        self, training: Examples, all_training: Examples, chosen: Record
    ) -> None:
        """Fits all training rows anew, with the choices of the selection.

        Args:
          training: The rows of the selection.
          all_training: All training rows.
          chosen: The record of the chosen epoch.
        """
        self.fit.reset()
        epochs = self.fit.retraining_epochs(
            chosen["epoch"], len(training.x), len(all_training.x)
        )
        self._fit(RETRAINING, self.fit, all_training, epochs)

    def controls(self, split: Split) -> NoControls:
        """Returns no controls: settings that ask for some are refused.

        Args:
          split: The rows.
        """
        del split
        return NoControls()

    def evaluate_test(
        self, chosen: Record, examples: Examples, further: FurtherMeasure
    ) -> dict[str, Any]:
        """Evaluates the test rows, the only time that a run looks at them.

        Args:
          chosen: The record of the chosen epoch.
          examples: The test rows.
          further: A function from relaxed outputs of the test rows to metrics of the
            task's own.

        Returns:
          The parts test, validation, selected and seconds of a result.
        """
        begin = time.perf_counter()
        validation = chosen["validation"]
        decoder_params = validation["calibration"]
        y = self.fit.outputs(examples.x)
        measured = _measure(self.fit, y, examples, decoder_params)
        measured["generator"].update(further(y))
        return {
            "test": measured,
            "validation": validation["measured"],
            "selected": {"epochs": chosen["epoch"], "calibration": decoder_params},
            "seconds": {"evaluate": time.perf_counter() - begin},
        }


def _validate(fit: OwnFit, examples: Examples) -> Validation:
    """Measures a fit as it is; of the form that `ldrsp_tf.evaluation` has."""
    y = fit.outputs(examples.x)
    decoder_params = {"generator": fit.space.tune_decoder(y, examples.y)}
    measured = _measure(fit, y, examples, decoder_params)
    return {
        "metric": fit.space.selection_metric(measured["generator"]),
        "refinement": None,
        "calibration": decoder_params,
        "measured": measured,
    }


def _measure(
    fit: OwnFit,
    y: np.ndarray,
    examples: Examples,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    params = decoder_params["generator"]
    return {"generator": fit.space.measure(y, examples.y, params, probabilities=True)}
