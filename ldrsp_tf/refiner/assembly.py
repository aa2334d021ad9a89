"""The parts of a refiner, assembled from its setup and the shapes of the data."""

import dataclasses
import functools

import keras
import numpy as np

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import Examples, require_shapes
from ldrsp_tf.data.folds import attach_folds, augment_beside_folds
from ldrsp_tf.methods import Method
from ldrsp_tf.models import CrossFitted, Discriminator
from ldrsp_tf.models.adapters import DropFoldChannel, GeneratorAdapter
from ldrsp_tf.models.output_kind import require_from_logits, resolve_from_logits
from ldrsp_tf.prediction.crops import Crops, predictor_by
from ldrsp_tf.prediction.predictor import OutputPredictor, Predictor
from ldrsp_tf.prediction.unrefined import unrefined_predictors
from ldrsp_tf.refiner.arguments import require_networks, require_preprocessing
from ldrsp_tf.refiner.cautions import (
    warn_of_half_precision,
    warn_of_large_inputs,
    warn_of_moving_layers,
)
from ldrsp_tf.refiner.checks import (
    build_trainer,
    require_crops_cover,
    require_equal_outputs_of_types,
    require_frozen,
    require_no_token_ids,
)
from ldrsp_tf.refiner.memory import forget_kernels
from ldrsp_tf.refiner.seeding import seeded_initializers
from ldrsp_tf.settings import RefinementGrid, TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.training.trainer import Trainer

Shapes = tuple[tuple[int, ...], tuple[int, ...]]


@dataclasses.dataclass(frozen=True)
class Setup:
    """All that a refiner is made of before it has seen data (see `Refiner`).

    Attributes:
      from_logits: Whether the generator outputs logits.

    Raises:
      UsageError: The networks do not fit the method, or each other; the preprocessing
        is no Keras model.
    """

    generator: keras.Model | None
    space: OutputSpace
    from_logits: bool
    frozen: bool
    discriminator: Discriminator | None
    method: Method
    settings: TrainingSettings
    grid: RefinementGrid
    crops: Crops | None
    augment: Augmentation | None
    seed: int
    preprocessing: keras.Model | None

    def __post_init__(self) -> None:
        require_networks(self.generator, self.discriminator, self.method, self.frozen)
        require_preprocessing(self.preprocessing)

    @property
    def members(self) -> int | None:
        """The number of cross-fitted generators; None without cross-fitting."""
        if isinstance(self.generator, CrossFitted):
            return len(self.generator.members)
        return None


@dataclasses.dataclass(frozen=True)
class Parts:
    """The parts of a refiner for data of certain shapes.

    Attributes:
      trainer: The pair of networks with its compiled training.
      predictor: The trainer itself, or its average over crops.
      discriminator: The discriminator, as its user sees it; None without one.
      shapes: The shapes of one input and of one output.
      is_built: Whether the trainer has variables of training examples.
    """

    trainer: Trainer
    predictor: Predictor
    discriminator: Discriminator | None
    shapes: Shapes
    is_built: bool = False

    @functools.cached_property
    def unrefined(self) -> dict[str, OutputPredictor]:
        """Those of `unrefined_by` for the parts' own predictor."""
        return self.unrefined_by(self.predictor)

    def unrefined_by(self, predictor: Predictor) -> dict[str, OutputPredictor]:
        """Returns the predictors without a walk, for a method that decides; else none.

        Args:
          predictor: The trainer itself, or its average over some crops.
        """
        if not self.trainer.method.decides:
            return {}
        return unrefined_predictors(self.trainer, predictor, self.shapes[1])


def choose_from_logits(generator: keras.Model | None, from_logits: bool | None) -> bool:
    """Returns whether a generator outputs logits (`resolve_from_logits`).

    A constant in the place of a missing generator does.
    """
    if not isinstance(generator, keras.Model):
        require_from_logits(from_logits)
        return True
    return resolve_from_logits(generator, from_logits)


def assemble(
    setup: Setup, shapes: Shapes, discriminator: Discriminator | None
) -> Parts:
    """Puts the parts together, without creating variables.

    Args:
      setup: The setup.
      shapes: The shapes of one input and of one output.
      discriminator: The discriminator, that of the setup or a default one; None for a
        method without one.

    Raises:
      UsageError: The method has a discriminator, and there is none; the crops do not
        cover the images.
    """
    if setup.crops is not None:
        require_crops_cover(setup.crops, setup.space, shapes)
    scorer, augment = discriminator, setup.augment
    if isinstance(setup.generator, CrossFitted):
        channels = setup.generator.channels
        if discriminator is not None:
            scorer = DropFoldChannel(discriminator, channels)
        if augment is not None:
            augment = augment_beside_folds(augment, channels)
    trainer = Trainer(
        _generator_of(setup, shapes[1]),
        scorer,
        setup.method,
        setup.space,
        setup.settings,
        setup.seed,
        augment,
    )
    trainer.predict_batch_size = setup.space.predict_batch_size(
        setup.settings.batch_size, shapes[0]
    )
    return Parts(trainer, predictor_by(trainer, setup.crops), discriminator, shapes)


def assemble_for(
    setup: Setup,
    examples: Examples,
    folds: np.ndarray | None,
    present: Parts | None,
) -> Parts:
    """Puts the parts together and creates all variables.

    Args:
      setup: The setup.
      examples: Training examples.
      folds: The fold of each row, `[N]`, for a cross-fitted generator.
      present: The parts so far, which are kept if they are built; a new trainer takes
        over their networks if other layers of these are trainable than before, or if
        samples are kept in batches that the examples do not fill, or exceed.

    Raises:
      UsageError: The parts and the examples do not fit, or the examples have other
        shapes than the present parts.
    """
    if present is not None:
        require_shapes(examples, present.shapes, "training data")
        if present.is_built and _trains_on(present.trainer, len(examples.x)):
            return present
    forget_kernels()
    shapes = examples.shapes
    discriminator = setup.discriminator
    if discriminator is None and present is not None:
        discriminator = present.discriminator
    if discriminator is None and setup.method.has_discriminator:
        require_no_token_ids(examples.x, setup.generator)
        with seeded_initializers(setup.seed):
            discriminator = setup.space.default_discriminator(*shapes, setup.method)
        warn_of_large_inputs(examples.x)
    parts = assemble(setup, shapes, discriminator)
    training = attach_folds(examples, folds, setup.members)
    build_trainer(parts.trainer, setup.crops, training)
    require_equal_outputs_of_types(setup.generator, examples)
    if setup.frozen:
        require_frozen(setup.generator, parts.trainer)
    warn_of_moving_layers(parts.trainer)
    warn_of_half_precision(parts.trainer)
    return dataclasses.replace(parts, is_built=True)


def _trains_on(trainer: Trainer, rows: int) -> bool:
    """Returns whether a built trainer can train on so many rows.

    Raises:
      UsageError: No trainer of these networks can: the batches are too small.
    """
    trainer.check_batch(rows)
    return trainer.trains_as_built and not trainer.keeps_other_batches(rows)


def _generator_of(setup: Setup, y_shape: tuple[int, ...]) -> keras.Model:
    """Returns the user's generator as the trainer takes it, or a constant."""
    space, from_logits = setup.space, setup.from_logits
    if setup.generator is None:
        return space.initial_logits(y_shape)
    return GeneratorAdapter(
        setup.generator,
        lambda outputs: space.to_logits(outputs, from_logits, y_shape),
        from_logits,
        setup.frozen,
    )
