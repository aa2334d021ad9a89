"""The controls of a run, tuned on validation rows and measured once on test rows."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from experiments.runs.context import RunContext
from experiments.tasks.splits import Split
from ldrsp_tf.controls import OF_DISCRIMINATOR, control_outputs
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.prediction.crops import predictor_by
from ldrsp_tf.prediction.predictor import Predictor, predict
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner import Refiner

if TYPE_CHECKING:
    from experiments.runs.stage_files import FurtherMeasure
    from experiments.runs.stages import Stages

LONG_TRAJECTORY = (0, 1, 2, 5, 10, 20, 50, 100, 200)

_LONG_BATCH_SIZE = 256  # Long trajectories are kept in memory whole.

# Each image is predicted by several crops: trajectories of all of a thousand images
# would take longer than the rest of the test.
_LONG_IMAGES = 256


class Controls:
    """The controls of a run; none, unless the settings ask for them.

    Args:
      run: The run.
      stages: The trainings after the selection, in the chosen state: decoders are tuned
        there.
      split: The rows.
    """

    def __init__(self, run: RunContext, stages: "Stages", split: Split):
        self._run = run
        self._stages = stages
        self._split = split
        self._ensemble: CrossFitted | None = None
        self._decoder_params: dict[str, dict[str, float]] = {}
        if run.config.controls and stages.refiner.space.has_tuned_decoders:
            refiner, validation = stages.refiner, split.validation
            self._decoder_params = {
                name: refiner.space.tune_decoder(y, validation.y)
                for name, y in self._outputs(validation.x).items()
            }

    def train(self) -> None:
        """Trains as many generators as a cross-fitted run has, on all of its rows.

        A run that has refitted its generators has these: they are its G.
        """
        config = self._run.config
        is_asked_for = config.controls and config.ensemble
        if not is_asked_for or not config.folds or config.refits:
            return
        rows, ratio = self._split.training, 1.0
        if config.retrain:
            rows = self._split.all_training
            ratio = self._stages.first_ratio(self._split.training, rows)
        self._ensemble = self._stages.ensemble(rows, ratio)

    def measure(self, further: "FurtherMeasure") -> dict[str, Any]:
        """Measures the controls on the test rows, once the run itself was measured.

        Args:
          further: A function from relaxed outputs of the test rows to metrics of the
            task's own.

        Returns:
          controls: Every metric of each control. Generators of the ensemble have all
            seen the validation rows; their decoder is that of the run's G.
          walk: The refinement far beyond the chosen steps, by the number of steps: the
            metric that needs no tuning, D's mean score and the mean oracle value; of
            the test rows, and of 256 of them at most where they are predicted by crops.
        """
        run = self._run
        if not run.config.controls:
            return {}
        refiner, test = self._stages.refiner, self._split.test
        usual = refiner.decoder_params.get("generator", {})
        controls = {
            name: {
                **refiner.space.measure(
                    y, test.y, self._decoder_params.get(name, usual), probabilities=True
                ),
                **further(y),
            }
            for name, y in self._outputs(test.x).items()
        }
        crops = run.task.family.crops(run.config, final=False)
        predictor = predictor_by(refiner.trainer, crops)
        measured: dict[str, Any] = {"controls": controls}
        if refiner.refinement is not None:
            measured["walk"] = long_trajectory(
                refiner,
                refiner.refinement,
                predictor,
                test if crops is None else spread_rows(test, _LONG_IMAGES),
            )
        return measured

    def _outputs(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the outputs of all controls, `[N, ...]`, by name.

        Those of a D that was pretrained are there twice: as it is, and as it was before
        it learned to score (`own_pretrained`, `average_pretrained`).
        """
        refiner, pretrained = self._stages.refiner, self._stages.pretrained
        outputs = control_outputs(refiner, x, self._ensemble)
        if pretrained is None:
            return outputs
        with _weights(refiner.trainer.require_discriminator(), pretrained):
            before = control_outputs(refiner, x, names=OF_DISCRIMINATOR)
        return {**outputs, **{f"{name}_pretrained": y for name, y in before.items()}}


def spread_rows(examples: Examples, most: int) -> Examples:
    """Returns so many examples at most, spread evenly over all of them."""
    count = len(examples.x)
    rows = min(count, most)
    return examples.take(np.arange(rows) * count // rows)


@contextlib.contextmanager
def _weights(network: keras.Model, weights: list[np.ndarray]) -> Iterator[None]:
    """Gives the network other weights inside the block."""
    usual = network.get_weights()
    network.set_weights(weights)
    try:
        yield
    finally:
        network.set_weights(usual)


def long_trajectory(
    refiner: Refiner, refinement: Refinement, predictor: Predictor, examples: Examples
) -> dict[str, list[float]]:
    """Measures the outputs along a trajectory of 200 steps of the chosen size.

    Args:
      refiner: A trained refiner.
      refinement: The chosen refinement.
      predictor: The predictor that refines.
      examples: The test rows.

    Returns:
      The steps of `LONG_TRAJECTORY`, and at each the mean metric, score and oracle
      value.
    """
    longest = refinement.with_steps(max(LONG_TRAJECTORY))
    steps = list(LONG_TRAJECTORY)
    space, oracle = refiner.space, refiner.trainer.oracle
    batch_size = min(predictor.predict_batch_size, _LONG_BATCH_SIZE)
    along: dict[str, list[np.ndarray]] = {"metric": [], "score": [], "oracle": []}
    for begin in range(0, len(examples.x), batch_size):
        x, y = (part[begin : begin + batch_size] for part in examples)
        refined = predict(predictor, tf.constant(x), longest, trajectory=True)
        assert refined.trajectory is not None and refined.trajectory_scores is not None
        outputs = refined.trajectory[steps]
        truth = tf.constant(y, tf.float32)
        values = [oracle(tf.constant(output), truth) for output in outputs]
        along["metric"].append(space.example_metric(outputs, y))
        along["score"].append(_by_example(refined.trajectory_scores[steps]))
        along["oracle"].append(_by_example(np.stack(values)))
    return {
        "steps": steps,
        **{name: np.concatenate(v, 1).mean(1).tolist() for name, v in along.items()},
    }


def _by_example(scores: Any) -> np.ndarray:
    """Returns the mean of each example's scores, `[T, N]` of `[T, N, ...]`."""
    scores = np.asarray(scores)
    return scores.reshape(*scores.shape[:2], -1).mean(-1)
