"""The screen output of a run: its settings, progress and validations."""

import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.result_table import METRICS, OUTPUTS, metrics_of, percent
from experiments.tasks.config import Config
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import get_method
from ldrsp_tf.training.history import Record

# The excess of D's mean score over the oracle value from which the display warns.
OVERESTIMATE = 0.05


class Display:
    """A printer of a run's progress, with one line a validation."""

    def __init__(self) -> None:
        self._stage = ""
        self._epochs = 0
        self._first = 0
        self._begin = 0.0
        self._warned = False
        self._estimates = False

    def already_complete(self, folder: pathlib.Path) -> None:
        """Prints that the run needs no further work."""
        print(f"This run is complete; its files are in {folder}.")

    def start(
        self,
        task: Task,
        config: Config,
        training: Examples,
        validation: Examples,
        test: Examples,
    ) -> None:
        """Prints the task, the method and the numbers of rows."""
        recipe = get_recipe(config.method)
        self._estimates = get_method(recipe.method).estimates_value
        print(f"{task.title}, seed {config.seed}: {recipe.title}")
        print(
            f"{len(training.x):,} training rows, {len(validation.x):,} held out for "
            f"validation, {len(test.x):,} test rows"
        )

    def notes(self, notes: Sequence[str]) -> None:
        """Prints notes on the data, before the training."""
        for note in notes:
            print(note, flush=True)

    def stage(self, name: str, epochs: int) -> None:
        """Begins a stage of so many epochs."""
        self._stage, self._epochs, self._first = name, epochs, -1
        self._begin = time.perf_counter()

    def progress(self, record: Record) -> None:
        """Prints an epoch, if it was validated or ends a fifth of the stage."""
        epoch = record["epoch"]
        if self._first < 0:
            self._begin_at(epoch - 1)
        validation = record.get("validation")
        if validation is not None and "measured" not in validation:
            validation = None  # Of a generator on its fold: twenty lines each.
        if validation is None and epoch % max(1, self._epochs // 5) != 0:
            return
        parts = [f"{self._stage} {epoch:3d}/{self._epochs}", _losses(record)]
        marked = self._estimates and overestimates(validation or {})
        if validation is not None:
            parts.append(_validation(validation) + (" (!)" if marked else ""))
        if epoch < self._epochs:
            parts.append(f"{self._left(epoch)} left of this stage")
        print("  ".join(parts), flush=True)
        if marked and not self._warned:
            self._warned = True  # The lines that follow carry its mark.
            print(
                "  (!) marks validations in which D overestimates: its mean score of "
                f"refined outputs (D) is more than {OVERESTIMATE} above their mean "
                "oracle value (v*), so that more steps would make them worse"
            )

    def _begin_at(self, done: int) -> None:
        """Says from where a stage goes on whose first epochs are done already."""
        self._first = done
        if done:
            print(
                f"{self._stage} goes on from its checkpoint after epoch {done} of "
                f"{self._epochs}"
            )

    def _left(self, epoch: int) -> str:
        elapsed = time.perf_counter() - self._begin
        seconds = elapsed / (epoch - self._first) * (self._epochs - epoch)
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes}:{seconds:02d}"


def overestimates(validation: Mapping[str, Any]) -> bool:
    """Returns whether D overestimates refined outputs, on the mean, by too much.

    The refinement then ends where D is wrong, and more steps make outputs worse while
    the score still rises.

    Args:
      validation: The results of a validation; empty for an epoch without one.
    """
    score = validation.get("score")
    if not score:
        return False
    return score["refined_mean"] - score["oracle_mean"] > OVERESTIMATE


def _losses(record: Record) -> str:
    shown = {
        "surrogate_loss": "L_g",
        "adversarial_loss": "adv",
        "adversarial_weight": "weight",
        "discriminator_loss": "D",
        "regularization_loss": "reg",
    }
    return " ".join(
        f"{label} {record[name]:.4f}" for name, label in shown.items() if name in record
    )


def _validation(validation: Mapping[str, Any]) -> str:
    measured = validation["measured"]
    metric = metrics_of(measured)[0]
    text = f"validation {METRICS[metric]}: " + ", ".join(
        f"{OUTPUTS[outputs]} {percent(values[metric])}"
        for outputs, values in measured.items()
    )
    refinement = validation["refinement"]
    if refinement is not None:
        text += f" ({refinement['steps']} steps of size {refinement['step_size']:g})"
        score = validation["score"]
        text += f"  D {score['refined_mean']:.2f} v* {score['oracle_mean']:.2f}"
        if "slope" in score:
            text += f"  slope {score['slope']:.2f}"
    return text
