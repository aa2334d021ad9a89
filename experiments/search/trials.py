"""The value of a proposed setting: the validation metrics that its runs reach."""

import dataclasses
import pathlib
import shutil
import statistics
from collections.abc import Callable, Mapping
from typing import Any

from datasets.loading import LoadedData
from experiments.runs.budgets import selection_epochs
from experiments.runs.context import RunContext
from experiments.runs.stage_files import SELECTION
from experiments.runs.stages import open_stages
from experiments.search.plan import Plan, Settings
from experiments.tasks.splits import hold_out
from ldrsp_tf.errors import DivergenceError
from ldrsp_tf.evaluation.diagnostics import divergence_of
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.history import Record
from ldrsp_tf.training.resume import best_record

# Receives the steps done and the value so far; raises to stop the trial.
Report = Callable[[int, float], None]

# Returns the value of settings; the folder receives the files of the trial.
Measure = Callable[[Settings, pathlib.Path, Report], float]


def without_test_rows(data: LoadedData) -> LoadedData:
    """Returns the data without its test rows, which a search must not use."""
    splits = {name: rows for name, rows in data.splits.items() if name != "test"}
    return dataclasses.replace(data, splits=splits)


def run_epochs(plan: Plan, data: LoadedData) -> int:
    """Returns the largest number of epochs of a run with the task's own settings.

    Args:
      plan: The plan of the sweep.
      data: The data of the task, of whose training rows updates are counted.
    """
    rows = hold_out(plan.task, plan.own_config, data).training
    return selection_epochs(plan.own_config, len(rows.x))


def validation_value(
    plan: Plan,
    data: LoadedData,
    settings: Settings,
    folder: pathlib.Path,
    report: Report,
) -> float:
    """Returns the validation metric of the chosen epoch, averaged over the seeds.

    It is the mean of the metrics of G's and of the refined outputs, whichever of them
    the run chooses its epoch by (`evaluation.validation.selection_metric`): both are
    rows of a table, and a method may gain one of them at the other's cost.

    Args:
      plan: The plan of the sweep.
      data: The data of the task, of which training and validation rows are used.
      settings: The proposed settings, by name.
      folder: The folder that receives, for each seed, settings and training curves.
      report: Receives the value after every validation.

    Raises:
      DivergenceError: A loss is not finite, or the critic of a method with a gradient
        penalty has diverged.
    """
    values: list[float] = []
    done = 0
    for config in plan.configs(settings):
        rows = hold_out(plan.task, config, data)
        run_folder = folder / f"seed{config.seed}"
        # A trial is not resumed: files here are those of an abandoned sweep.
        shutil.rmtree(run_folder, ignore_errors=True)
        run_folder.mkdir(parents=True)
        space = plan.task.family.space(config)
        progress = _Progress(space, values, done, report)
        identity = {**config.as_dict(), **plan.content}
        run = RunContext(
            plan.task, config, identity, run_folder, progress, is_resumable=False
        )
        with open_stages(run, rows.training) as stages:
            chosen = stages.select(rows.training, rows.validation)
        values.append(_mean_of_outputs(space, chosen["validation"]))
        done += selection_epochs(config, len(rows.training.x))
    return statistics.mean(values)


def _mean_of_outputs(space: OutputSpace, validation: Mapping[str, Any]) -> float:
    """Returns the mean of the selection metrics of the outputs that a method has."""
    of_outputs = validation["measured"].values()
    return statistics.mean(space.selection_metric(measured) for measured in of_outputs)


class _Progress:
    """Reports the value so far, counting the steps of all seeds."""

    def __init__(
        self, space: OutputSpace, before: list[float], first: int, report: Report
    ):
        self._space = space
        self._before = list(before)
        self._first = first
        self._report = report
        self._best: Record | None = None

    def stage(self, name: str, epochs: int) -> None:
        """Ignores the begin of a stage."""

    def progress(self, record: Record) -> None:
        """Reports the value after a validation of the stage that chooses an epoch.

        That of a cross-fitted generator on its fold has its metric alone.

        Raises:
          DivergenceError: The critic has diverged, whatever the metric is as yet.
        """
        if record["phase"] == SELECTION and "validation" in record:
            validation = record["validation"]
            divergence = divergence_of(validation.get("score", {}))
            if divergence is not None:
                raise DivergenceError(divergence)
            self._best = best_record([*filter(None, [self._best]), record])
            assert self._best is not None
            value = _mean_of_outputs(self._space, self._best["validation"])
            value = statistics.mean([*self._before, value])
            self._report(self._first + record["epoch"], value)
