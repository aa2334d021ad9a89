"""The whole method around a model of the user's: train, predict, save, export."""

import contextlib
import dataclasses
import numbers
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import (
    Data,
    Examples,
    as_examples,
    as_inputs,
    require_shapes,
    training_and_validation,
)
from ldrsp_tf.data.folds import append_fold_channel
from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.validation import Validation, measure, validate
from ldrsp_tf.methods import Method, get_method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.models.adapters import (
    ConstantOutput,
    DropFoldChannel,
    GeneratorAdapter,
    require_gives,
)
from ldrsp_tf.models.ensembles import CrossFitted
from ldrsp_tf.prediction.crops import Crops, offsets_along, predictor_by, require_cover
from ldrsp_tf.prediction.predictor import Prediction, Predictor, predict
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner import defaults
from ldrsp_tf.refiner.checks import build, require_networks
from ldrsp_tf.refiner.defaults import apply_overrides
from ldrsp_tf.refiner.export import export
from ldrsp_tf.refiner.seeding import seeded_initializers
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.scored import Measure, ScoredSpace
from ldrsp_tf.training.checkpoints import (
    Checkpoints,
    MemoryCheckpoints,
    rollback_on_failure,
)
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.loop import fit, restore_best
from ldrsp_tf.training.trainer import Trainer

_PHASE = "train"


Shapes = tuple[tuple[int, ...], tuple[int, ...]]


class Refiner:
    """A generator, a discriminator that learns how good its outputs are, and the walk.

        refiner = Refiner(model, TagSpace(), gives="probabilities", frozen=True)
        refiner.fit((x, y), epochs=20)
        prediction = refiner.predict(new_x)  # .generated, .refined, .scores

    Args:
      generator: Any Keras model of one input, which it gets in single precision:
        functional, sequential or subclassed, new or trained. None for a method without
        a generator, whose walks start at the space's blank output.
      space: What an output is: `TagSpace()` or `ClassMapSpace()`.
      gives: What the model gives, "logits" or "probabilities".
      frozen: Leaves the model as it is and trains D alone.
      oracle: A measure of quality of your own (`ScoredSpace`); the space's by default.
      discriminator: A `Discriminator`; one that suits the space by default.
      method: A method or its name; LDRSP+ by default.
      settings: Learning rates and the like; those of our tables by default. A dict
        changes some of these, `{"cosine_decay": True, "sampling": {"chain_steps": 3}}`.
      grid: What step size and number of steps are chosen from, on validation examples;
        a dict as well.
      crops: Predicts images by overlapping crops; whole ones by default.
      augment: Changes the examples of a batch at random.
      seed: Of D's new weights, the held-out rows, the data order and all draws.

    Attributes:
      space, gives, frozen, method, settings, grid, crops, seed: As given, or as chosen.
      generator, discriminator: The networks; a stock D is there after the first data.
      trainer: The compiled training; None before the first data.
      predictor: What predicts with it: the trainer, or its crops.
      shapes: Of one input and of one output; None before the first data.
      refinement: How far outputs are walked; chosen by `fit`, and may be set.
      decoder_params: What tuned decoders need, by row; chosen by `fit`.
    """

    def __init__(
        self,
        generator: keras.Model | None,
        space: OutputSpace,
        *,
        gives: str = "logits",
        frozen: bool = False,
        oracle: Measure | None = None,
        discriminator: Discriminator | None = None,
        method: Method | str | None = None,
        settings: TrainingSettings | Mapping[str, Any] | None = None,
        grid: RefinementGrid | Mapping[str, Any] | None = None,
        crops: Crops | None = None,
        augment: Augmentation | None = None,
        seed: int = 0,
    ):
        require_gives(gives)
        self.space = space if oracle is None else ScoredSpace(space, oracle)
        self.method = method or defaults.default_method(self.space)
        if isinstance(self.method, str):
            self.method = get_method(self.method)
        require_networks(generator, discriminator, self.method)
        if isinstance(generator, CrossFitted) and not frozen:
            raise UsageError(
                "A CrossFitted generator is trained already, and would see the rows "
                "that it has to be blind to; say frozen=True."
            )
        self.settings = apply_overrides(
            defaults.default_settings(self.space, self.method), settings, "settings"
        )
        self.grid = apply_overrides(
            defaults.default_grid(self.space), grid, "settings of the grid"
        )
        self.crops = crops
        self.augment = augment
        self.seed = seed
        self.generator, self.discriminator = generator, discriminator
        self.gives, self.frozen = gives, frozen
        self._is_built = False
        self.shapes: Shapes | None = None
        self.trainer: Trainer | None = None
        self.predictor: Predictor | None = None
        self.refinement: Refinement | None = None
        self.decoder_params: dict[str, dict[str, float]] = {}

    @property
    def networks(self) -> dict[str, keras.Model]:
        """The user's model and D, by name, as far as there are any."""
        found = {"generator": self.generator, "discriminator": self.discriminator}
        return {name: network for name, network in found.items() if network is not None}

    def make(self, x_shape: tuple[int, ...], y_shape: tuple[int, ...]) -> None:
        """Puts the parts together for inputs and outputs of these shapes.

        `build` does it, and `load`, after which predictions can be made.
        """
        shapes = tuple(x_shape), tuple(y_shape)
        self._take(self._new_trainer(self.discriminator, shapes), shapes)

    def _take(self, trainer: Trainer, shapes: Shapes) -> None:
        self.trainer, self.shapes = trainer, shapes
        self.predictor = predictor_by(trainer, self.crops)

    def _new_trainer(
        self, discriminator: Discriminator | None, shapes: Shapes
    ) -> Trainer:
        if self.crops is not None:
            _require_cover(self.crops, shapes)
        y_shape = shapes[1]
        is_map = len(y_shape) == 3
        if self.generator is None:
            generator = ConstantOutput(y_shape, self.space.initial_logit)
        else:
            channels = y_shape[-1] if is_map else None
            generator = GeneratorAdapter(
                self.generator, self.gives, self.frozen, channels
            )
        if isinstance(self.generator, CrossFitted) and discriminator is not None:
            discriminator = DropFoldChannel(discriminator, self.generator.channels)
        trainer = Trainer(
            generator,
            discriminator,
            self.method,
            self.space,
            self.settings,
            self.seed,
            self.augment,
        )
        if is_map:
            # Whole walks are kept: images that fit in training fit here.
            trainer.predict_batch_size = self.settings.batch_size
        return trainer

    def build(self, examples: Examples, folds: np.ndarray | None = None) -> None:
        """Makes what is missing for such examples, and checks that all fits.

        `fit` does it. What does not fit leaves the refiner as it was.

        Args:
          examples: Training examples.
          folds: As in `fit`.

        Raises:
          UsageError: The parts and the examples do not fit, or the examples have other
            shapes than those before.
        """
        if self.shapes is not None:
            require_shapes(examples, self.shapes, "training data")
        if self._is_built:
            return
        if isinstance(self.space, ScoredSpace):
            first = tf.cast(examples.y[: self.settings.batch_size], tf.float32)
            self.space.require_values(first, first)
            self.space.require_values(tf.zeros_like(first), first)
        discriminator = self.discriminator
        if discriminator is None and self.method.has_discriminator:
            with seeded_initializers(self.seed):
                discriminator = defaults.default_discriminator(self.space, examples)
        shapes = examples.x.shape[1:], examples.y.shape[1:]
        trainer = self._new_trainer(discriminator, shapes)
        build(trainer, self.crops, self.attach_folds(examples, folds))
        self.discriminator = discriminator
        self._take(trainer, shapes)
        self._is_built = True

    def attach_folds(self, examples: Examples, folds: np.ndarray | None) -> Examples:
        """Training examples whose inputs carry their folds, if there are any.

        Raises:
          UsageError: There are folds and the generator is not `CrossFitted`, or the
            other way round; there are not as many as examples, or one is no member's.
        """
        if (folds is not None) != isinstance(self.generator, CrossFitted):
            raise UsageError(
                "A CrossFitted generator needs the fold of each training row (folds), "
                "and no other generator does."
            )
        if folds is None:
            return examples
        folds, members = np.asarray(folds), len(self.generator.members)
        if folds.shape != (len(examples.x),) or not set(folds) <= set(range(members)):
            raise UsageError(
                f"The folds of {len(examples.x)} training rows are needed, each a "
                f"number from 0 to {members - 1}."
            )
        return examples._replace(x=append_fold_channel(examples.x, folds))

    def fit(
        self,
        train: Data,
        validation: Data | float = 0.2,
        *,
        epochs: int,
        folds: np.ndarray | None = None,
        validation_freq: int = 1,
        patience: int | None = None,
        folder: str | os.PathLike | None = None,
        on_epoch_end: Callable[[Record], None] = lambda record: None,
    ) -> History:
        """Trains, and goes back to the epoch that refines validation examples best.

        A further call trains on, from where the one before ended, and takes the best of
        its own epochs. One that is interrupted, or fails, leaves the networks as it
        found them.

        Args:
          train: Arrays (x, y) or a `tf.data.Dataset` of such pairs; read into memory.
          validation: The same, or the share of the training examples to hold out.
          epochs: Most epochs, of this call and those that it goes on with.
          folds: Of each training row, `[N]`: which member of a `CrossFitted` generator
            has not seen it. Validation examples have to be given then; no member has
            seen them.
          validation_freq: Epochs between two validations.
          patience: Epochs without a better validation that end the training.
          folder: Keeps checkpoints and `metrics.jsonl`; a call that was interrupted
            goes on there, to the same end. Without it nothing is written.
          on_epoch_end: Is told the record of each epoch.

        Returns:
          The records of all epochs.

        Raises:
          UsageError: Data do not fit, or have other shapes than those of a fit before;
            the generator's outputs have other shapes than theirs; the oracle leaves
            [0, 1]; D has no gradient with respect to y; the folder cannot be written,
            or another process keeps a training there.
          TrainingError: A loss is not finite, or what the folder keeps cannot be
            written or read.
        """
        for name, number in (("epochs", epochs), ("validation_freq", validation_freq)):
            if number < 1:
                raise UsageError(f"{name} is {number}: at least 1 is needed.")
        if folds is not None and isinstance(validation, numbers.Real):
            raise UsageError(
                "Give validation examples that no member of the generator has seen; a "
                "share of the training rows is not that."
            )
        training, held_out = training_and_validation(
            train, validation, self.space, self.seed
        )
        self.build(training, folds)
        training = self.attach_folds(training, folds)
        with contextlib.ExitStack() as undone:
            history, checkpoints = History(), MemoryCheckpoints(self.trainer)
            if folder is not None:
                folder = pathlib.Path(folder)
                # Where there are no such locks, what writes nothing has to work.
                from ldrsp_tf.training.folder_lock import hold_folder

                undone.enter_context(hold_folder(folder))
                history = History(folder / "metrics.jsonl")
                checkpoints = Checkpoints(self.trainer, folder / "checkpoints")
            undone.enter_context(rollback_on_failure(self.trainer))
            fit(
                self.trainer,
                tf.constant(training.x),
                tf.constant(training.y),
                epochs=epochs,
                phase=_PHASE,
                validate=lambda: self.validate(held_out),
                validation_freq=validation_freq,
                patience=patience,
                checkpoints=checkpoints,
                history=history,
                on_epoch_end=on_epoch_end,
            )
            best = restore_best(checkpoints, history, _PHASE)
        self.choose(best["validation"])
        return history

    def validate(self, examples: Examples) -> Validation:
        """Measures the networks as they are, with the grid's best refinement for them.

        Nothing is chosen by it yet (`choose`).
        """
        return validate(self.trainer, self.predictor, self.grid, examples)

    def choose(self, validation: Validation) -> None:
        """Takes over the choices that were made on validation examples."""
        chosen = validation["refinement"]
        self.refinement = chosen and Refinement(**chosen)
        self.decoder_params = validation["calibration"]

    def predict(
        self,
        x: np.ndarray,
        trajectory: bool = False,
        *,
        refinement: Refinement | None = None,
        steps: int | None = None,
    ) -> Prediction:
        """G's outputs, the refined ones and D's scores of these.

        Args:
          x: Inputs, `[N, ...]`.
          trajectory: Keeps the whole walk, `[T + 1, N, ...]`, and its scores.
          refinement: How far to walk, this once; as chosen by default.
          steps: The number of steps, this once; that of the refinement by default.

        Raises:
          UsageError: Nothing was trained yet, or x has another shape or values that are
            not finite; steps are negative, or there is no D to walk by.
        """
        refinement = self._refinement(refinement, steps)
        x = tf.constant(as_inputs(x, self.shapes[0]))
        return predict(self.predictor, x, refinement, trajectory=trajectory)

    def evaluate(self, data: Data) -> dict[str, dict[str, float]]:
        """Every metric of G's and of the refined outputs, by row, in [0, 1].

        Raises:
          UsageError: Nothing was trained yet, or the data do not fit.
        """
        self.require_trained()
        if not self.decoder_params:
            raise UsageError("Nothing is calibrated yet: let a fit come to its end.")
        examples = as_examples(data, self.space, "test data")
        require_shapes(examples, self.shapes, "test data")
        prediction = self.predict(examples.x)
        return measure(self.trainer, prediction, examples, self.decoder_params)

    def require_trained(self) -> None:
        """Refuses what needs trained networks and a refinement, while there is none.

        Raises:
          UsageError: There is none.
        """
        self._refinement(None, None)

    def _refinement(
        self, given: Refinement | None, steps: int | None
    ) -> Refinement | None:
        """The given refinement, or the chosen one, with another number of steps."""
        if self.trainer is None:
            raise UsageError("Nothing is trained yet: call fit, or load a refiner.")
        refinement = given or self.refinement
        if self.method.has_discriminator and refinement is None:
            raise UsageError(
                "No refinement is chosen yet: let a fit come to its end, or give one."
            )
        if not self.method.has_discriminator and (given, steps) != (None, None):
            raise UsageError(
                f"Method {self.method.name!r} has no discriminator to refine with."
            )
        if steps is None:
            return refinement
        return dataclasses.replace(refinement, steps=steps)

    def save(self, folder: str | os.PathLike) -> None:
        """Writes both networks and all choices (`saved_refiner.save_refiner`)."""
        from ldrsp_tf.refiner.saving import save_refiner

        save_refiner(self, folder)

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike,
        oracle: Measure | None = None,
        custom_objects: dict[str, Any] | None = None,
    ) -> "Refiner":
        """Reads what `save` wrote (`saved_refiner.load_refiner`)."""
        from ldrsp_tf.refiner.saving import load_refiner

        return load_refiner(folder, oracle, custom_objects)

    def export(self, folder: str | os.PathLike) -> None:
        """Writes one SavedModel with the walk inside (`exported.export`)."""
        self.require_trained()
        export(self.trainer, self.predictor, self.refinement, self.shapes[0], folder)


def _require_cover(crops: Crops, shapes: Shapes) -> None:
    x_shape, y_shape = shapes
    if len(y_shape) != 3:
        raise UsageError("Crops are of images and class maps; leave them out.")
    for side in x_shape[:2]:
        require_cover(crops.size, offsets_along(crops.offsets, side), side)
