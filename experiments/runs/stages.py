"""The trainings of a run: one that choices are made in, one on all training rows.

Each consists of stages if the settings say so: generators that are each trained without
a fold of the rows, others that are trained on all, a discriminator that learns to
predict, and one that learns to score.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from experiments.runs.budgets import Budgets
from experiments.runs.builders import (
    build_members,
    build_refiner,
    build_refitted,
    cross_fit,
    folds_of,
    pretrainer,
    with_folds,
)
from experiments.runs.context import RunContext
from experiments.runs.controls import Controls
from experiments.runs.evaluation import evaluate_test
from experiments.runs.own_stages import OwnStages
from experiments.runs.stage_files import (
    RETRAINING,
    SELECTION,
    FurtherMeasure,
    StageFiles,
)
from experiments.tasks.recipes import get_recipe
from experiments.tasks.splits import Split
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.distribution.replicas import scope
from ldrsp_tf.distribution.workers import broadcast_from_chief
from ldrsp_tf.evaluation.decision import decide_output
from ldrsp_tf.evaluation.validation import Validation, try_validation, validate
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.prediction.crops import predictor_by
from ldrsp_tf.prediction.predictor import OutputPredictor, Predictor, generate
from ldrsp_tf.prediction.unrefined import GENERATOR
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.training.history import Record
from ldrsp_tf.training.loop import restore_best
from ldrsp_tf.training.trainer import Trainer

# A generator that is validated on its fold stops after this part of its epochs without
# a better validation: one third.
_PATIENCE = 3

# So many rows of a fold, which are in random order, are enough to choose an epoch by;
# decoding more of them would take longer than the training.
_FOLD_ROWS = 500


class Stages(StageFiles):
    """The trainings of a run and their files; a context manager.

    Args:
      run: The run; a training that was interrupted in its folder is resumed.
      examples: The examples that the networks are built for.

    Attributes:
      refiner: The refiner in the state that the last stage left it in.
      pretrained: The weights of D after its last pretraining; None without one.
    """

    def __init__(self, run: RunContext, examples: Examples):
        self._examples = examples
        self._pretrainer: Trainer | None = None
        self.pretrained: list[np.ndarray] | None = None
        task, config = run.task, run.config
        folds_of(config, examples)  # Refused before as many networks are built.
        with scope(run.strategy):
            # A run that is not cross-fitted has none of either.
            self._members = build_members(task, config, examples)
            self._refitted = build_refitted(task, config, examples)
            generator = None
            if config.folds:
                generator = cross_fit(self._members, self._refitted, examples)
            self.refiner = build_refiner(task, config, examples, generator)
            if config.pretraining_epochs:
                self._pretrainer = pretrainer(config, self.refiner, examples)
        # That of the generators, if there are any.
        first = self._members[0].settings if self._members else config.training
        self._first_training, rows = first, len(examples.x)
        self._budgets = Budgets.of(
            config, config.training.steps_per_epoch(rows), first.steps_per_epoch(rows)
        )
        # Only now: settings that were refused do not claim the folder.
        super().__init__(run)

    def select(self, training: Examples, validation: Examples) -> Record:
        """Trains on a part of the rows and restores the best validated epoch.

        If the test predicts by more crops, the choices are made anew with these.

        Args:
          training: The rows to train on.
          validation: The rows to choose by.

        Returns:
          The record of the best epoch.
        """
        refiner, config = self.refiner, self._run.config
        crops = self._run.task.family.crops(config, final=False)
        predictor = predictor_by(refiner.trainer, crops)
        unrefined = refiner.parts.unrefined_by(predictor)
        try_validation(refiner.trainer, predictor, refiner.grid, validation, unrefined)
        folds = self._first_stages(SELECTION, training)
        checkpoints = self._fit(
            SELECTION,
            refiner.trainer,
            with_folds(config, training, folds),
            self._budgets.epochs,
            validation=lambda: self._validate(predictor, unrefined, validation),
            validation_freq=self._budgets.validation_interval,
        )
        best = restore_best(checkpoints, self.history, SELECTION)
        if refiner.predictor is predictor:
            return best
        final = self._validate(refiner.predictor, refiner.parts.unrefined, validation)
        return {**best, "validation": final}

    def _validate(
        self,
        predictor: Predictor,
        unrefined: Mapping[str, OutputPredictor],
        examples: Examples,
    ) -> Validation:
        networks, grid = self.refiner.trainer, self.refiner.grid
        return broadcast_from_chief(
            self._run.strategy,
            lambda: validate(networks, predictor, grid, examples, unrefined),
        )

    def retrain(
        self, training: Examples, all_training: Examples, chosen: Record
    ) -> None:
        """Trains from the same initial weights on all training rows.

        It makes as many updates as the chosen state had, in whole epochs: thresholds
        and steps suit a state that is as far trained as the one they were chosen for.

        Args:
          training: The rows of the selection.
          all_training: All training rows.
          chosen: The record of the chosen epoch.
        """
        config = self._run.config
        ratio = _ratio(config.training, training, all_training)
        self.refiner.trainer.reset()
        first_ratio = self.first_ratio(training, all_training)
        folds = self._first_stages(RETRAINING, all_training, ratio, first_ratio)
        self._fit(
            RETRAINING,
            self.refiner.trainer,
            with_folds(config, all_training, folds),
            epochs=max(1, round(chosen["epoch"] * ratio)),
            planned_epochs=max(1, round(self._budgets.epochs * ratio)),
        )

    def controls(self, split: Split) -> Controls:
        """Returns the controls of the run, made in the chosen state.

        Args:
          split: The rows.
        """
        return Controls(self._run, self, split)

    def evaluate_test(
        self, chosen: Record, examples: Examples, further: FurtherMeasure
    ) -> dict[str, Any]:
        """Evaluates the test rows (`experiments.runs.evaluation`).

        Args:
          chosen: The record of the chosen epoch.
          examples: The test rows.
          further: A function from relaxed outputs of the test rows to metrics of the
            task's own.
        """
        return evaluate_test(self.refiner, chosen, examples, further)

    def ensemble(self, examples: Examples, ratio: float) -> CrossFitted:
        """Trains as many generators as a cross-fitted run has, each on all rows.

        Args:
          examples: The rows to train on.
          ratio: The ratio of their epochs to those of the settings.
        """
        run = self._run
        with scope(run.strategy):
            members = build_members(run.task, run.config, self._examples)
        for index, member in enumerate(members):
            stage = f"ensemble/{index + 1}"
            self._fit(stage, member.trainer, examples, self._first_epochs(ratio))
        return cross_fit(members, [], examples)

    def first_ratio(self, training: Examples, all_training: Examples) -> float:
        """Returns the ratio of a cross-fitted generator's updates an epoch.

        It is that of some rows to all rows, by the batches that generators have.
        """
        return _ratio(self._first_training, training, all_training)

    def _first_stages(
        self,
        stage: str,
        examples: Examples,
        ratio: float = 1.0,
        first_ratio: float = 1.0,
    ) -> np.ndarray | None:
        """Trains the generators of a cross-fitted run, and pretrains D.

        Args:
          stage: The training that the stages belong to.
          examples: The rows to train on.
          ratio: The ratio of D's epochs to those of the settings.
          first_ratio: The ratio of the generators' epochs to those of the settings.

        Returns:
          The fold of each example; None where there is one generator.
        """
        config = self._run.config
        folds = folds_of(config, examples)
        if self._pretrainer is not None:
            # First, since its state includes the generators that condition D.
            self._pretrainer.reset()
        epochs = [
            self._fit_on_folds(
                f"{stage}/generator", index, examples, folds, first_ratio
            )
            for index in range(len(self._members))
        ]
        self._fit_refitted(stage, examples, epochs)
        if self._pretrainer is not None:
            self._fit(
                f"{stage}/answers",
                self._pretrainer,
                with_folds(config, examples, folds),
                max(1, round(self._budgets.pretraining_epochs * ratio)),
            )
            discriminator = self.refiner.trainer.require_discriminator()
            self.pretrained = discriminator.get_weights()
        return folds

    def _fit_on_folds(
        self,
        stage: str,
        index: int,
        examples: Examples,
        folds: np.ndarray | None,
        ratio: float,
    ) -> float:
        """Trains a cross-fitted generator, without its fold unless it may see all rows.

        Args:
          stage: The name of the stage, without the number of the generator.
          index: The number of the generator, from 0.
          examples: All rows.
          folds: The fold of each row, `[N]`; not None where there are generators.
          ratio: The ratio of its epochs to those of the settings.

        Returns:
          The number of epochs for a generator of all rows: as many updates as its best
          state had, if it was validated on its fold; as many epochs otherwise.
        """
        member, config = self._members[index], self._run.config
        name = f"{stage} {index + 1}"
        member.trainer.reset()
        epochs = self._first_epochs(ratio)
        if not config.blind:
            self._fit(name, member.trainer, examples, epochs)
            return epochs
        assert folds is not None
        seen = examples.take(np.flatnonzero(folds != index))
        if not config.first_validations:
            self._fit(name, member.trainer, seen, epochs)
            return epochs
        held_out = examples.take(np.flatnonzero(folds == index)[:_FOLD_ROWS])
        interval = max(1, epochs // config.first_validations)
        checkpoints = self._fit(
            name,
            member.trainer,
            seen,
            epochs,
            validation=self._validation_of(member, held_out),
            validation_freq=interval,
            patience=max(interval, epochs // _PATIENCE),
        )
        best = restore_best(checkpoints, self.history, name)
        return best["epoch"] * self.first_ratio(seen, examples)

    def _fit_refitted(
        self, stage: str, examples: Examples, epochs: Sequence[float]
    ) -> None:
        """Trains the generators of all rows, or copies the cross-fitted ones.

        Args:
          stage: The training that the stage belongs to.
          examples: The rows to train on.
          epochs: The number of epochs for each, by the cross-fitted generators.
        """
        if stage == SELECTION and self._run.config.late_refit:
            # Validation rows are new to the cross-fitted generators as well.
            for refitted, member in zip(self._refitted, self._members, strict=True):
                refitted.trainer.generator.set_weights(
                    member.trainer.generator.get_weights()
                )
            return
        for index, refitted in enumerate(self._refitted):
            refitted.trainer.reset()
            self._fit(
                f"{stage}/refitted {index + 1}",
                refitted.trainer,
                examples,
                max(1, round(statistics.median(epochs))),
            )

    def _validation_of(
        self, member: Refiner, held_out: Examples
    ) -> Callable[[], Validation]:
        """Returns a function with the metric of a generator on its fold."""
        crops = self._run.task.family.crops(self._run.config, final=False)
        predictor = predictor_by(member.trainer, crops)

        def measure() -> Validation:
            y = generate(predictor, tf.constant(held_out.x))
            decision = decide_output(member.space, {GENERATOR: y}, held_out.y)
            return {"metric": decision.metric}

        return lambda: broadcast_from_chief(self._run.strategy, measure)

    def _first_epochs(self, ratio: float) -> int:
        """Returns a generator's epochs on rows of another number of updates."""
        return max(1, round(self._budgets.first_epochs * ratio))


def _ratio(
    settings: TrainingSettings, training: Examples, all_training: Examples
) -> float:
    updates = settings.steps_per_epoch
    return updates(len(training.x)) / updates(len(all_training.x))


def open_stages(run: RunContext, examples: Examples) -> StageFiles:
    """Returns the stages of a run: the trainer's, or those of its recipe's own fit.

    Args:
      run: The run.
      examples: The examples that its model is built for.

    Raises:
      UsageError: The settings do not fit each other, the recipe or the examples.
    """
    if get_recipe(run.config.method).fit is None:
        return Stages(run, examples)
    return OwnStages(run, examples)
