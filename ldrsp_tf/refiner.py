"""The whole method around a model of the user's: train, predict, save, export."""

import contextlib
import dataclasses
import numbers
import os
import pathlib
from collections.abc import Callable
from typing import Any, TextIO

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf import stock
from ldrsp_tf.augmentation import Augmentation
from ldrsp_tf.checkpoints import Checkpoints
from ldrsp_tf.crops import CropAverage, Crops, require_cover
from ldrsp_tf.error_reasons import reason_of
from ldrsp_tf.errors import UsageError
from ldrsp_tf.examples import (
    Data,
    Examples,
    as_examples,
    divide_rows,
    require_finite,
    require_shapes,
)
from ldrsp_tf.exported import export
from ldrsp_tf.fitting import fit, go_back_to_best
from ldrsp_tf.history import History, Record
from ldrsp_tf.judged_space import JudgedSpace, Measure
from ldrsp_tf.memory_checkpoints import MemoryCheckpoints
from ldrsp_tf.methods import Method, get_method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.models.foreign import ForeignGenerator, require_gives
from ldrsp_tf.prediction import Prediction, Predictor, Refinement, predict
from ldrsp_tf.selection import RefinementGrid
from ldrsp_tf.spaces import OutputSpace
from ldrsp_tf.training import Trainer
from ldrsp_tf.training_settings import TrainingSettings
from ldrsp_tf.validation import Validation, measure, validate

_PHASE = "train"

Shapes = tuple[tuple[int, ...], tuple[int, ...]]


class Refiner:
    """A generator, a discriminator that learns how good its outputs are, and the walk.

        refiner = Refiner(model, TagSpace(), gives="probabilities", frozen=True)
        refiner.fit((x, y), epochs=20)
        prediction = refiner.predict(new_x)  # .generated, .refined, .scores

    Args:
      generator: Any Keras model of one input, which it gets in single precision:
        functional, sequential or subclassed, new or trained.
      space: What an output is: `TagSpace()` or `ClassMapSpace()`.
      gives: What the model gives, "logits" or "probabilities".
      frozen: Leaves the model as it is and trains D alone.
      oracle: A measure of quality of your own (`JudgedSpace`); the space's by default.
      discriminator: A `Discriminator`; one that suits the space by default.
      method: A method or its name; LDRSP+ by default.
      settings: Learning rates and the like; those of our tables by default.
      grid: What step size and number of steps are chosen from, on validation examples.
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
      calibration: What tuned decoders need, by row; chosen by `fit`.
    """

    def __init__(
        self,
        generator: keras.Model,
        space: OutputSpace,
        *,
        gives: str = "logits",
        frozen: bool = False,
        oracle: Measure | None = None,
        discriminator: Discriminator | None = None,
        method: Method | str | None = None,
        settings: TrainingSettings | None = None,
        grid: RefinementGrid | None = None,
        crops: Crops | None = None,
        augment: Augmentation | None = None,
        seed: int = 0,
    ):
        _require_networks(generator, discriminator)
        require_gives(gives)
        self.space = space if oracle is None else JudgedSpace(space, oracle)
        self.method = method or stock.stock_method(self.space)
        if isinstance(self.method, str):
            self.method = get_method(self.method)
        if not self.method.generates:
            raise UsageError(
                f"Method {self.method.name!r} has no generator, so there is nothing of "
                "yours to refine; choose another one."
            )
        self.settings = settings or stock.stock_settings(self.space, self.method)
        self.grid = grid or stock.stock_grid(self.space)
        self.crops = crops
        self.augment = augment
        self.seed = seed
        self.generator, self.discriminator = generator, discriminator
        self.gives, self.frozen = gives, frozen
        self._is_prepared = False
        self.shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None
        self.trainer: Trainer | None = None
        self.predictor: Predictor | None = None
        self.refinement: Refinement | None = None
        self.calibration: dict[str, dict[str, float]] = {}

    def make(self, x_shape: tuple[int, ...], y_shape: tuple[int, ...]) -> None:
        """Puts the parts together for inputs and outputs of these shapes.

        `fit` does it, and `load`, after which predictions can be made.
        """
        shapes = tuple(x_shape), tuple(y_shape)
        self._take(self._new_trainer(self.discriminator, shapes), shapes)

    def _take(self, trainer: Trainer, shapes: Shapes) -> None:
        self.trainer, self.predictor, self.shapes = trainer, trainer, shapes
        if self.crops is not None:
            self.predictor = CropAverage(trainer, **dataclasses.asdict(self.crops))

    def _new_trainer(
        self, discriminator: Discriminator | None, shapes: Shapes
    ) -> Trainer:
        x_shape, y_shape = shapes
        is_map = len(y_shape) == 3
        if self.crops is not None:
            if not is_map:
                raise UsageError("Crops are of images and class maps; leave them out.")
            for side in x_shape[:2]:
                require_cover(self.crops.size, self.crops.offsets, side)
        trainer = Trainer(
            ForeignGenerator(
                self.generator, self.gives, self.frozen, y_shape[-1] if is_map else None
            ),
            discriminator,
            self.method,
            self.space,
            self.settings,
            self.seed,
            self.augment,
        )
        if is_map:
            # Whole walks are kept: images that fit in training fit here.
            trainer.rows_at_once = self.settings.batch_size
        return trainer

    def _prepare(self, examples: Examples) -> None:
        """Makes what is missing for such examples, and checks that all fits.

        What does not fit leaves the refiner as it was.
        """
        if self.shapes is not None:
            require_shapes(examples, self.shapes, "training data")
        if self._is_prepared:
            return
        if isinstance(self.space, JudgedSpace):
            first = tf.cast(examples.y[: self.settings.batch_size], tf.float32)
            self.space.require_values(first, first)
            self.space.require_values(tf.zeros_like(first), first)
        discriminator = self.discriminator
        if discriminator is None and self.method.refines:
            keras.utils.set_random_seed(self.seed)
            discriminator = stock.stock_discriminator(self.space, examples)
        shapes = examples.x.shape[1:], examples.y.shape[1:]
        trainer = self._new_trainer(discriminator, shapes)
        self._build(trainer, examples)
        self.discriminator = discriminator
        self._take(trainer, shapes)
        self._is_prepared = True

    def _build(self, trainer: Trainer, examples: Examples) -> None:
        """Creates all weights, and says in one sentence what does not fit."""
        try:
            trainer.build(tf.constant(examples.x), tf.constant(examples.y))
            if self.crops is not None:
                _require_crops(trainer, self.crops, examples)
        except UsageError as error:
            raise UsageError(f"{reason_of(error)}.") from error
        except (ValueError, TypeError, tf.errors.InvalidArgumentError) as error:
            raise UsageError(
                f"The networks do not take inputs of shape {examples.x.shape} with "
                f"outputs of shape {examples.y.shape} ({reason_of(error)})."
            ) from error

    def fit(
        self,
        train: Data,
        validation: Data | float = 0.2,
        *,
        epochs: int,
        interval: int = 1,
        patience: int | None = None,
        folder: str | os.PathLike | None = None,
        report: Callable[[Record], None] = lambda record: None,
    ) -> History:
        """Trains, and goes back to the epoch that refines validation examples best.

        A further call trains on, from where the one before ended, and takes the best of
        its own epochs.

        Args:
          train: Arrays (x, y) or a `tf.data.Dataset` of such pairs; read into memory.
          validation: The same, or the share of the training examples to hold out.
          epochs: Most epochs, of this call and those that it goes on with.
          interval: Epochs between two validations.
          patience: Epochs without a better validation that end the training.
          folder: Keeps checkpoints and `metrics.jsonl`; a call that was interrupted
            goes on there, to the same end. Without it nothing is written.
          report: Is told the record of each epoch.

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
        for name, number in (("epochs", epochs), ("interval", interval)):
            if number < 1:
                raise UsageError(f"{name} is {number}: at least 1 is needed.")
        training, held_out = self._split(train, validation)
        self._prepare(training)
        with contextlib.ExitStack() as claims:
            history, checkpoints = History(), MemoryCheckpoints(self.trainer)
            if folder is not None:
                folder = pathlib.Path(folder)
                claims.enter_context(_claimed(folder))
                history = History(folder / "metrics.jsonl")
                checkpoints = Checkpoints(self.trainer, folder / "checkpoints")
            fit(
                self.trainer,
                tf.constant(training.x),
                tf.constant(training.y),
                epochs=epochs,
                phase=_PHASE,
                validate=lambda: self._validate(held_out),
                interval=interval,
                patience=patience,
                checkpoints=checkpoints,
                history=history,
                report=report,
            )
            best = go_back_to_best(checkpoints, history, _PHASE)
        self.choose(best["validation"])
        return history

    def choose(self, validation: Validation) -> None:
        """Takes over the choices that were made on validation examples."""
        chosen = validation["refinement"]
        self.refinement = chosen and Refinement(**chosen)
        self.calibration = validation["calibration"]

    def predict(self, x: np.ndarray, trajectory: bool = False) -> Prediction:
        """G's outputs, the refined ones and D's scores of these.

        Args:
          x: Inputs, `[N, ...]`.
          trajectory: Keeps the whole walk, `[T + 1, N, ...]`.

        Raises:
          UsageError: Nothing was trained yet, or x has another shape or values that are
            not finite.
        """
        self.require_trained()
        x = self._checked(x)
        return predict(
            self.predictor, tf.constant(x), self.refinement, trajectory=trajectory
        )

    def evaluate(self, data: Data) -> dict[str, dict[str, float]]:
        """Every metric of G's and of the refined outputs, by row, in [0, 1].

        Raises:
          UsageError: Nothing was trained yet, or the data do not fit.
        """
        self.require_trained()
        if not self.calibration:
            raise UsageError("Nothing is calibrated yet: let a fit come to its end.")
        examples = as_examples(data, self.space, "test data")
        require_shapes(examples, self.shapes, "test data")
        prediction = self.predict(examples.x)
        return measure(self.trainer, prediction, examples, self.calibration)

    def require_trained(self) -> None:
        """Refuses what needs trained networks and a refinement, while there is none.

        Raises:
          UsageError: There is none.
        """
        if self.trainer is None:
            raise UsageError("Nothing is trained yet: call fit, or load a refiner.")
        if self.method.refines and self.refinement is None:
            raise UsageError(
                "No refinement is chosen yet: let a fit come to its end, or set one."
            )

    def save(self, folder: str | os.PathLike) -> None:
        """Writes both networks and all choices (`saved_refiner.save_refiner`)."""
        from ldrsp_tf.saved_refiner import save_refiner

        save_refiner(self, folder)

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike,
        oracle: Measure | None = None,
        custom_objects: dict[str, Any] | None = None,
    ) -> "Refiner":
        """Reads what `save` wrote (`saved_refiner.load_refiner`)."""
        from ldrsp_tf.saved_refiner import load_refiner

        return load_refiner(folder, oracle, custom_objects)

    def export(self, folder: str | os.PathLike) -> None:
        """Writes one SavedModel with the walk inside (`exported.export`)."""
        self.require_trained()
        export(self.trainer, self.predictor, self.refinement, self.shapes[0], folder)

    def _validate(self, examples: Examples) -> Validation:
        return validate(self.trainer, self.predictor, self.grid, examples)

    def _split(
        self, train: Data, validation: Data | float
    ) -> tuple[Examples, Examples]:
        training = as_examples(train, self.space, "training data")
        if not isinstance(validation, numbers.Real):
            held_out = as_examples(validation, self.space, "validation data")
            shapes = training.x.shape[1:], training.y.shape[1:]
            require_shapes(held_out, shapes, "validation data")
            return training, held_out
        rows = len(training.x)
        number = round(rows * validation) if 0 < validation < 1 else 0
        if not 0 < number < rows:
            raise UsageError(
                f"A share of {validation} of {rows} examples cannot be held out: "
                "validation needs at least one, and so does training; give another "
                "share, or validation data."
            )
        kept, held_out = divide_rows(rows, number, (self.seed, 1))
        return training.take(kept), training.take(held_out)

    def _checked(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x)
        if x.shape[1:] != self.shapes[0] or len(x) == 0:
            raise UsageError(
                f"Inputs of shape {x.shape} do not fit: [N, "
                f"{', '.join(map(str, self.shapes[0]))}] with N > 0 is needed."
            )
        require_finite(x, "inputs")
        return x


def _claimed(folder: pathlib.Path) -> TextIO:
    """The lock of a folder that nobody else keeps a training in.

    Raises:
      UsageError: Somebody does, or it cannot be written.
    """
    # Where there are no such locks, what writes nothing has to work.
    from ldrsp_tf.folder_lock import claim_folder

    try:
        lock = claim_folder(folder)
    except OSError as error:
        raise UsageError(
            f"The folder {folder} cannot be written ({error.strerror}); choose another."
        ) from error
    if lock is None:
        raise UsageError(
            f"Another process is at work in {folder}; wait for its end, or choose "
            "another folder."
        )
    return lock


def _require_networks(
    generator: keras.Model, discriminator: Discriminator | None
) -> None:
    if not isinstance(generator, keras.Model):
        raise UsageError(
            f"The generator is a {type(generator).__name__}: a keras.Model is needed."
        )
    if discriminator is not None and not isinstance(discriminator, Discriminator):
        raise UsageError(
            f"The discriminator is a {type(discriminator).__name__}: a subclass of "
            "ldrsp_tf.Discriminator is needed."
        )


def _require_crops(trainer: Trainer, crops: Crops, examples: Examples) -> None:
    """Refuses crops that the networks do not take, before an epoch is spent."""
    x, y = (
        tf.cast(part[:1, : crops.size, : crops.size], tf.float32) for part in examples
    )
    trainer.generate(x)
    if trainer.discriminator is not None and trainer.score(x)(y).shape.rank != 3:
        raise UsageError(
            "Crops are averaged pixel by pixel, but the discriminator has one score a "
            "mask; leave the crops out."
        )
