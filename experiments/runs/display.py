"""What a run prints: where it stands, and the table at its end."""

import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.summaries.result_table import METRICS, ROWS, metrics_of, percent
from experiments.tasks.config import Config
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import get_method
from ldrsp_tf.training.history import Record

OVERESTIMATE = 0.05


class Display:
    """Prints progress, one line a validation."""

    def __init__(self):
        self._phase = ""
        self._epochs = 0
        self._first = 0
        self._begin = 0.0
        self._warned = False
        self._estimates = False

    def already_complete(self, folder: pathlib.Path) -> None:
        """Says that there is nothing left to do."""
        print(f"This run is complete; its files are in {folder}.")

    def start(
        self,
        task: Task,
        config: Config,
        training: Examples,
        validation: Examples,
        test: Examples,
    ) -> None:
        """Says what is about to happen."""
        recipe = get_recipe(config.method)
        self._estimates = get_method(recipe.method).estimates_value
        print(f"{task.title}, seed {config.seed}: {recipe.title}")
        print(
            f"{len(training.x):,} training rows, {len(validation.x):,} held out for "
            f"validation, {len(test.x):,} test rows"
        )

    def notes(self, notes: Sequence[str]) -> None:
        """Says what the reader should know before the training."""
        for note in notes:
            print(note, flush=True)

    def stage(self, name: str, epochs: int) -> None:
        """Begins a phase of so many epochs."""
        self._phase, self._epochs, self._first = name, epochs, -1
        self._begin = time.perf_counter()

    def progress(self, record: Record) -> None:
        """Shows an epoch, if it was validated or is due."""
        epoch = record["epoch"]
        if self._first < 0:
            self._first = epoch - 1
        validation = record.get("validation")
        if validation is None and epoch % max(1, self._epochs // 5) != 0:
            return
        parts = [f"{self._phase} {epoch:3d}/{self._epochs}", _losses(record)]
        marked = self._estimates and overestimates(validation or {})
        if validation is not None:
            parts.append(_validation(validation) + (" (!)" if marked else ""))
        parts.append(f"{self._left(epoch)} left")
        print("  ".join(parts), flush=True)
        if marked and not self._warned:
            self._warned = True  # The lines that follow carry its mark.
            print(
                "  warning (!): D's mean score of the refined outputs exceeds their "
                f"true value v* by more than {OVERESTIMATE}; a longer walk will hurt"
            )

    def _left(self, epoch: int) -> str:
        elapsed = time.perf_counter() - self._begin
        seconds = elapsed / (epoch - self._first) * (self._epochs - epoch)
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes}:{seconds:02d}"


def overestimates(validation: Mapping[str, Any]) -> bool:
    """Whether D's mean score of refined outputs is too far above their true value.

    A walk then ends where D is wrong, and more steps make outputs worse while the score
    still rises.
    """
    score = validation.get("score")
    return bool(score) and score["refined_mean"] - score["oracle_mean"] > OVERESTIMATE


def _losses(record: Record) -> str:
    shown = {
        "surrogate_loss": "L_g",
        "adversarial_loss": "adv",
        "discriminator_loss": "D",
    }
    return " ".join(
        f"{label} {record[name]:.4f}" for name, label in shown.items() if name in record
    )


def _validation(validation: Mapping[str, Any]) -> str:
    measured = validation["measured"]
    metric = metrics_of(measured)[0]
    text = f"validation {METRICS[metric]}: " + ", ".join(
        f"{ROWS[row]} {percent(values[metric])}" for row, values in measured.items()
    )
    refinement = validation["refinement"]
    if refinement is not None:
        text += f" ({refinement['steps']} steps of {refinement['step_size']:g})"
        score = validation["score"]
        text += f"  D {score['refined_mean']:.2f} v* {score['oracle_mean']:.2f}"
    return text
