"""What a run is compared with: thresholds chosen by validation, tested once."""

from typing import Any

import numpy as np
import tensorflow as tf

from experiments.runs.stages import Stages
from experiments.tasks.config import Config
from experiments.tasks.splits import Split
from experiments.tasks.task import Task
from ldrsp_tf.controls import control_outputs
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.prediction.crops import predictor_by
from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner

WALK = (0, 1, 2, 5, 10, 20, 50, 100, 200)


_ROWS_AT_ONCE = 256  # Long walks are kept whole.


class Controls:
    """What a run is compared with; nothing, unless the settings ask for controls.

    Args:
      task: What is learned.
      config: How.
      phases: After the selection, in the chosen state: thresholds are tuned there.
      split: The rows.
    """

    def __init__(self, task: Task, config: Config, phases: Stages, split: Split):
        self._task = task
        self._config = config
        self._phases = phases
        self._split = split
        self._ensemble: CrossFitted | None = None
        self._decoder_params: dict[str, dict[str, float]] = {}
        if config.controls:
            refiner, validation = phases.refiner, split.validation
            self._decoder_params = {
                name: refiner.space.tune_decoder(y, validation.y)
                for name, y in control_outputs(refiner, validation.x).items()
            }

    def train(self) -> None:
        """Trains as many generators as a cross-fitted run has, on all of its rows.

        A run that has refitted its generators has these: they are its G.
        """
        config = self._config
        asked = config.controls and config.ensemble
        if not asked or not config.folds or config.refit:
            return
        rows, ratio = self._split.training, 1.0
        if self._config.retrain:
            rows = self._split.all_training
            ratio = self._phases.updates_ratio(self._split.training, rows)
        self._ensemble = self._phases.ensemble(rows, ratio)

    def measure(self) -> dict[str, Any]:
        """Measures on the test rows, once the run itself was.

        Returns:
          controls: Every metric of each control. Generators of the ensemble have all
            seen the validation rows; they are decoded as the run's G is.
          walk: Far beyond the chosen steps, by their number: the metric that is decided
            without tuning, D's mean score and the mean oracle value.
        """
        if not self._config.controls:
            return {}
        refiner, test = self._phases.refiner, self._split.test
        usual = refiner.decoder_params.get("generator", {})
        controls = {
            name: refiner.space.measure(
                y, test.y, self._decoder_params.get(name, usual), probabilities=True
            )
            for name, y in control_outputs(refiner, test.x, self._ensemble).items()
        }
        crops = self._task.family.crops(self._config, final=False)
        predictor = predictor_by(refiner.trainer, crops)
        measured = {"controls": controls}
        if refiner.refinement is not None:
            measured["walk"] = long_walk(refiner, predictor, test)
        return measured


def long_walk(refiner: Refiner, predictor: Any, examples: Any) -> dict[str, list]:
    """What becomes of outputs along a walk of 200 steps of the chosen size."""
    refinement = refiner.refinement
    longest = Refinement(refinement.step_size, max(WALK), refinement.normalized)
    space, oracle = refiner.space, refiner.trainer.oracle
    predict_batch_size = min(predictor.predict_batch_size, _ROWS_AT_ONCE)
    metrics, scores, values = [], [], []
    for begin in range(0, len(examples.x), predict_batch_size):
        x, y = (part[begin : begin + predict_batch_size] for part in examples)
        walked = predict(predictor, tf.constant(x), longest, trajectory=True)
        outputs = walked.trajectory[list(WALK)]
        metrics.append(space.example_metric(outputs, y))
        scores.append(_by_example(walked.trajectory_scores[list(WALK)]))
        truth = tf.constant(y, tf.float32)
        values.append(
            [_by_example(oracle(tf.constant(y), truth)[None])[0] for y in outputs]
        )
    along = {"metric": metrics, "score": scores, "oracle": values}
    return {
        "steps": list(WALK),
        **{name: np.concatenate(v, 1).mean(1).tolist() for name, v in along.items()},
    }


def _by_example(scores: Any) -> np.ndarray:
    """The mean of each example's scores, `[T, N]` of `[T, N, ...]`."""
    scores = np.asarray(scores)
    return scores.reshape(*scores.shape[:2], -1).mean(-1)
