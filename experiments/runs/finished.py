"""A finished run, loaded back: its settings, its networks and its refinement."""

import os
import pathlib
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import keras
import numpy as np
import tensorflow as tf

from experiments.fits.own_fit import build_own_fit
from experiments.runs.builders import build_refiner
from experiments.runs.own_stages import FittedModel
from experiments.runs.stage_files import last_stage
from experiments.summaries.result_check import require_run
from experiments.summaries.result_file import INPUTS_FILE, SOURCES_FILE, read_json
from experiments.tasks.config import Config
from experiments.tasks.inputs import NewInputs
from experiments.tasks.recipes import get_recipe
from experiments.tasks.task import Task, get_task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.evaluation.decision import Decision
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.training.checkpoints import Checkpoints
from ldrsp_tf.training.trainable import Trainable

_Built = TypeVar("_Built")


class FinishedRun(NamedTuple):
    """A run that has its result.

    Attributes:
      task: The task.
      config: The settings.
      result: The content of `result.json`.
      folder: The run's folder.
    """

    task: Task
    config: Config
    result: dict[str, Any]
    folder: pathlib.Path

    @property
    def refinement(self) -> Refinement | None:
        """The chosen refinement; None for a method without a discriminator."""
        selected = self.result["selected"]
        if "step_size" not in selected:
            return None
        return Refinement(
            selected["step_size"],
            selected["refinement_steps"],
            self.config.grid.normalized,
        )

    @property
    def decision(self) -> Decision | None:
        """The output to deliver; None for a method that leaves the choice to users."""
        found = self.result["selected"].get("decision")
        return found and Decision.from_dict(found)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return tuple(self._batch_shapes["x"][1:])

    @property
    def _batch_shapes(self) -> dict[str, list[int]]:
        if "batch_shapes" not in self.result:
            raise UsageError(
                f"{self.folder} is a run of an older version; run its command again in "
                f"an empty folder: {self.result['command']}"
            )
        return self.result["batch_shapes"]

    def require_same_sources(self) -> None:
        """Refuses files of the user's own that have changed since the run.

        Raises:
          UsageError: The content of a file has changed.
          DataError: A file cannot be read.
        """
        wanted = self.result["config"]
        for name, value in self.task.content(self.config).items():
            if value != wanted.get(name):
                raise UsageError(
                    f"{name} has changed since the run in {self.folder}; put the old "
                    "file back, or start a run of the new one in another folder."
                )

    def read_inputs(self, path: pathlib.Path) -> NewInputs:
        """Reads raw inputs to predict for, which `refiner` takes.

        Args:
          path: The file or folder of the inputs.

        Raises:
          UsageError: The inputs are not of the kind or shape that the run predicts for.
          DataError: A file is damaged or cannot be read.
        """
        if self.task.described_inputs is not None:
            return self.task.described_inputs.read(self._inputs, path)
        return self.task.family.read_inputs(path, self.input_shape)

    @property
    def preprocessing(self) -> keras.Model | None:
        """The preprocessing of raw inputs; None for networks that take them as such."""
        if self.task.described_inputs is not None:
            return self.task.described_inputs.preprocessing(self._inputs)
        return self.task.family.preprocessing()

    def signature(self) -> dict[str, Any]:
        """Describes the inputs and outputs of the exported run, as JSON holds it."""
        x, y = (self._batch_shapes[name][1:] for name in ("x", "y"))
        of_x = {
            "dtype": "float32",
            "shape": [None, *x],
            "content": self.task.family.describe_inputs(tuple(x)),
        }
        of_y: dict[str, Any] = {"dtype": "float32", "shape": [None, *y]}
        if self.task.described_inputs is not None:
            columns, labels = self.task.described_inputs.columns(self._inputs)
            of_x["columns"], of_y["columns"] = columns, labels
        outputs = {"generated": of_y}
        if self.refinement is not None:
            of_score = {"dtype": "float32", "content": "estimated quality of refined"}
            outputs.update(refined=of_y, score=of_score)
        if self.decision is not None:
            outputs["decided"] = {**of_y, "content": "0/1, as validation has decided"}
        return {"inputs": {"x": of_x}, "outputs": outputs}

    @property
    def _inputs(self) -> dict[str, Any]:
        inputs = read_json(self.folder / INPUTS_FILE)
        if inputs is None:
            raise UsageError(
                f"{self.folder} has no {INPUTS_FILE}, which its runs write; run its "
                f"command again in an empty folder: {self.result['command']}"
            )
        return inputs

    def model(self) -> Refiner | FittedModel:
        """Restores what the run trained, which predicts for new inputs.

        It takes raw inputs, as `read_inputs` reads them.

        Raises:
          UsageError: The run's checkpoint, or the description of its inputs is missing.
        """
        if get_recipe(self.config.method).fit is None:
            return self.refiner()
        space = self.task.family.space(self.config)
        fit = self._build(lambda blank: build_own_fit(self.config, space, blank))
        self._restore(fit)
        return FittedModel(
            fit, self.result["selected"]["calibration"], self.preprocessing
        )

    def refiner(self) -> Refiner:
        """Restores the trained networks, with the refinement that the run chose.

        Its `trainer` and `predictor` take the inputs of the examples that the run was
        trained on.

        Raises:
          UsageError: The run's checkpoint, or the description of its inputs is missing,
            or its method has no networks.
        """
        if get_recipe(self.config.method).fit is not None:
            raise UsageError(
                f"Method {self.config.method!r} has a fit of its own and no network: "
                "it predicts (experiments.predict), and that is all."
            )
        preprocessing = self.preprocessing
        refiner = self._build(
            lambda blank: build_refiner(
                self.task, self.config, blank, preprocessing=preprocessing
            )
        )
        self._restore(refiner.trainer)
        refiner.refinement = self.refinement
        refiner.decoder_params = self.result["selected"]["calibration"]
        refiner.decision = self.decision
        return refiner

    def _restore(self, trainer: Trainable) -> None:
        stage = last_stage(self.config)
        checkpoints = Checkpoints(trainer, self.folder / "checkpoints" / stage)
        restore = (
            checkpoints.restore if self.config.retrain else checkpoints.restore_best
        )
        name = "retraining_epochs" if self.config.retrain else "epochs"
        trained = self.result["selected"].get(name)
        if restore() != trained:
            raise UsageError(
                f"{self.folder} has no checkpoint of its networks, of epoch {trained}; "
                f"run its command again in an empty folder: {self.result['command']}"
            )

    def _build(self, make: Callable[[Examples], _Built]) -> _Built:
        """Makes networks, or an own fit, of blank examples of the run's shapes."""
        shapes = self._batch_shapes
        path = self.folder / "result.json"
        if shapes["x"][0] > self.config.training.batch_size:
            raise UsageError(
                f"{path} has batch_shapes of more rows than --batch_size; make it anew "
                "with experiments.run, in an empty folder."
            )
        blank = (np.zeros(shapes[name], np.float32) for name in ("x", "y"))
        try:
            return make(Examples(*blank))
        except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
            raise UsageError(
                f"{path} has batch_shapes that do not fit its networks "
                f"({reason_of(error)}); make it anew with experiments.run, in an empty "
                "folder."
            ) from error


def load_run(folder: str | os.PathLike[str]) -> FinishedRun:
    """Reads a run's files.

    Args:
      folder: The folder of the run, its `--output_dir`.

    Raises:
      UsageError: The folder holds no finished run.
    """
    folder = pathlib.Path(folder)
    result = read_json(folder / "result.json")
    if result is None:
        raise UsageError(
            f"{folder} holds no finished run (no result.json); start or finish one "
            "with python -m experiments.run, which names its folder."
        )
    path = folder / "result.json"
    require_run(path, result)
    try:
        task, config = _configured(folder, result)
    except UsageError as error:
        raise UsageError(f"{path} has settings that no run has: {error}") from error
    return FinishedRun(task, config, result, folder)


def _configured(folder: pathlib.Path, result: dict[str, Any]) -> tuple[Task, Config]:
    task = get_task(result["task"])
    get_recipe(result["method"])
    names = task.config.setting_names()
    settings = {**result["config"], **(read_json(folder / SOURCES_FILE) or {})}
    given = {name: value for name, value in settings.items() if name in names}
    return task, task.config.from_flat(
        {**given, "task": task.name, "method": result["method"]}
    )
