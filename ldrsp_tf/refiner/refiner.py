"""The whole method around a Keras model: train, predict, evaluate, save, export."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.data.examples import (
    Data,
    Examples,
    training_and_validation,
)
from ldrsp_tf.data.folds import attach_folds
from ldrsp_tf.data.preprocessing import preprocess_examples
from ldrsp_tf.errors import require_tensorflow_backend
from ldrsp_tf.evaluation.decision import Decision
from ldrsp_tf.evaluation.validation import Validation, try_validation, validate
from ldrsp_tf.methods import AUTO, Method, get_method
from ldrsp_tf.models import Discriminator
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner import saving
from ldrsp_tf.refiner.arguments import (
    require_arguments,
    require_augmentation,
    require_callback,
    require_path,
)
from ldrsp_tf.refiner.assembly import (
    Setup,
    assemble_for,
    choose_from_logits,
)
from ldrsp_tf.refiner.export import (
    SAVED_MODEL_FILES,
    require_loadable,
    write_saved_model,
)
from ldrsp_tf.refiner.identity import training_identity
from ldrsp_tf.refiner.overrides import apply_overrides, prefer_given_weight
from ldrsp_tf.refiner.predicting import PredictingRefiner
from ldrsp_tf.refiner.whole_folder import whole_folder
from ldrsp_tf.settings import (
    RefinementGrid,
    TrainingSettings,
    require_counts,
    valid_seed,
)
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.custom_oracle import Measure, require_measure
from ldrsp_tf.training.history import History, Record
from ldrsp_tf.training.loop import fit_in_folder


class Refiner(PredictingRefiner):
    """A generator, a discriminator that learns to score its outputs, and their walk.

        refiner = Refiner(model, TagSpace(), frozen=True)
        refiner.fit((x, y), epochs=20)
        decided = refiner.decide(new_x)  # 0/1, refined if that pays
        prediction = refiner.predict(new_x)  # .generated, .refined, .scores, .decided

    Args:
      generator: Any Keras model of one input, which it gets in single precision:
        functional, sequential or subclassed, new or trained. None for a method without
        a generator, whose walks start at the space's initial output.
      space: The output space, `TagSpace()` or `ClassMapSpace()`.
      from_logits: Whether the model outputs logits rather than probabilities. By
        default its last activation decides; if that is neither, the call is refused.
      frozen: Whether the model is left as it is, and D alone is trained.
      oracle: A measure of quality to use instead of the space's own (`OutputSpace`).
      discriminator: A discriminator; one that suits the space by default.
      method: A method or its name; by default LDRSP+ that refines only if validation
        examples show that it pays ("auto").
      settings: The numbers of the training; those of the space for the method by
        default (`OutputSpace.default_settings`), which are not the ones of our tables
        for every method. A dict changes some of these, `{"cosine_decay": True,
        "sampling": {"chain_steps": 3}}`.
      grid: The candidates for step size and number of steps, among which validation
        examples decide; a dict as well.
      crops: The crops that images are predicted by; whole images by default.
      augment: A random change of the examples of a batch.
      seed: The seed of D's new weights, the held-out rows, the data order and all
        random draws, from 0 to 2^32 - 1.
      preprocessing: A Keras model that raw inputs pass before both networks, in every
        call here and in the files of `save` and `export`; it keeps the shape of an
        input and is not trained. None for inputs that the networks take as they are.

    Attributes:
      refinement: The step size and number of steps to walk; chosen by `fit`, and may be
        set.
      decoder_params: The parameters of tuned decoders, by output; chosen by `fit`.
      decision: The output that `decide` returns, and the comparison on validation
        examples that led to it; None before `fit`, and for a method that leaves the
        choice to the user.

    Raises:
      UsageError: An argument does not fit, alone or with the others.
    """

    def __init__(
        self,
        generator: keras.Model | None,
        space: OutputSpace,
        *,
        from_logits: bool | None = None,
        frozen: bool = False,
        oracle: Measure | None = None,
        discriminator: Discriminator | None = None,
        method: Method | str = AUTO,
        settings: TrainingSettings | Mapping[str, Any] | None = None,
        grid: RefinementGrid | Mapping[str, Any] | None = None,
        crops: Crops | None = None,
        augment: Augmentation | None = None,
        seed: int = 0,
        preprocessing: keras.Model | None = None,
    ):
        require_tensorflow_backend()
        require_arguments(space, method, frozen, crops, augment)
        if oracle is not None:
            space = space.with_oracle(oracle)
        if isinstance(method, str):
            method = get_method(method)
        setup = Setup(
            generator=generator,
            space=space,
            from_logits=choose_from_logits(generator, from_logits),
            frozen=bool(frozen),
            discriminator=discriminator,
            method=method,
            settings=apply_overrides(
                space.default_settings(method),
                prefer_given_weight(settings),
                "settings",
            ),
            grid=apply_overrides(space.default_grid(), grid, "settings of the grid"),
            crops=crops,
            augment=augment,
            seed=valid_seed(seed),
            preprocessing=preprocessing,
        )
        super().__init__(setup)

    def assemble(self, examples: Examples, folds: np.ndarray | None = None) -> None:
        """Creates networks and trainer for such examples, which `fit` does itself.

        Args:
          examples: Training examples.
          folds: The fold of each row, as in `fit`.

        Raises:
          UsageError: The parts and the examples do not fit; the refiner is as before.
        """
        examples = preprocess_examples(self.preprocessing, examples)
        present = self._parts_for(examples.shapes)
        self._parts = assemble_for(self._setup, examples, folds, present)

    # Training.

    def fit(
        self,
        train: Data,
        validation: Data | float = 0.2,
        *,
        epochs: int,
        folds: np.ndarray | None = None,
        validation_freq: int = 1,
        patience: int | None = None,
        folder: str | os.PathLike[str] | None = None,
        on_epoch_end: Callable[[Record], None] | None = None,
    ) -> History:
        """Trains, and restores the epoch with the best metric on validation examples.

        The metric is that of the outputs that the method delivers, or of refined ones;
        the mean of G's and the refined outputs for classifiers and critics. Of epochs
        whose delivered outputs are equally good, as those of a frozen model are, the
        one with the best refined outputs is taken, and the earliest of these.

        A further call trains on, from where the one before ended, with other orders of
        the rows and other draws (those of a folder are its own), and takes the best of
        its own epochs; with new optimizers, if layers were frozen or unfrozen since, or
        if replay chains keep batches of another size. A call that is interrupted, or
        fails, leaves the networks as it found them; after a first one, data of other
        shapes may follow.

        Args:
          train: Arrays (x, y) or a `tf.data.Dataset` of such pairs; read into memory.
            Examples of a data set are put into an order of their own, whatever the
            order of reading, unless there are folds.
          validation: The same, or the share of the training examples to hold out.
          epochs: The largest number of epochs, of this call and those that it resumes.
          folds: The fold of each training row, `[N]`, in the order of reading: the
            member of a `CrossFitted` generator that has not seen it. Validation
            examples have to be given then; no member has seen them.
          validation_freq: The number of epochs between two validations.
          patience: The number of epochs without a better validation that end the
            training, at least 1; None for no such end.
          folder: A folder for checkpoints and `metrics.jsonl`; a call that was
            interrupted resumes there, to the same end, if data, settings and a frozen
            generator are the same. Without it nothing is written.
          on_epoch_end: A function that is called with the record of each epoch, if any.
            It cannot freeze or unfreeze layers, which is done between two calls.

        Returns:
          The records of all epochs.

        Raises:
          UsageError: The data do not fit, or have other shapes than those of a fit
            before; layers were frozen or unfrozen during the call; the generator's
            outputs have other shapes than theirs; the oracle leaves [0, 1]; D has no
            gradient with respect to y; one batch cannot be validated; the folder cannot
            be written, has a training with other data or settings, or another process
            keeps a training there.
          TrainingError: A loss is not finite, or the files in the folder cannot be
            written or read.
        """
        setup = self._setup
        require_counts(epochs=epochs, validation_freq=validation_freq)
        if patience is not None:
            require_counts(patience=patience)
        if folder is not None:
            require_path(folder)
        require_callback(on_epoch_end)
        training, held_out = training_and_validation(
            train, validation, setup.space, setup.seed, has_folds=folds is not None
        )
        training = preprocess_examples(setup.preprocessing, training)
        held_out = preprocess_examples(setup.preprocessing, held_out)
        present = self._parts_for(training.shapes)
        self._parts = parts = assemble_for(setup, training, folds, present)
        parts_and_grid = parts.trainer, parts.predictor, setup.grid
        try_validation(*parts_and_grid, held_out, parts.unrefined)
        history, best = fit_in_folder(
            parts.trainer,
            attach_folds(training, folds, setup.members),
            validate=lambda: validate(*parts_and_grid, held_out, parts.unrefined),
            folder=folder,
            identity=lambda: training_identity(
                setup, parts.discriminator, training, held_out, folds
            ),
            epochs=epochs,
            validation_freq=validation_freq,
            patience=patience,
            epochs_before=self._epochs_done,
            on_epoch_end=on_epoch_end or (lambda record: None),
        )
        self._epochs_done += len(history.records)
        self.choose(best["validation"])
        return history

    def validate(self, examples: Examples) -> Validation:
        """Measures the networks as they are, with the grid's best refinement for them.

        Nothing is chosen by it yet (`choose`).

        Args:
          examples: Validation examples.
        """
        examples = preprocess_examples(self.preprocessing, examples)
        parts = self.parts
        return validate(
            parts.trainer, parts.predictor, self.grid, examples, parts.unrefined
        )

    def choose(self, validation: Validation) -> None:
        """Adopts the choices that were made on validation examples."""
        chosen = validation["refinement"]
        self.refinement = chosen and Refinement(**chosen)
        self.decoder_params = validation["calibration"]
        decision = validation.get("decision")
        self.decision = decision and Decision.from_dict(decision)

    # Files.

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes networks, preprocessing and all choices (`saving.save_refiner`).

        Args:
          folder: The folder, which is made if need be.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: A part cannot be saved, or the folder cannot be written.
        """
        self.require_fitted()
        require_path(folder)
        saving.save_refiner(
            saving.SavedRefiner(
                self._setup,
                self.parts,
                self.refinement,
                self.decoder_params,
                self.decision,
                self._epochs_done,
            ),
            folder,
        )

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        oracle: Measure | None = None,
        custom_objects: dict[str, Any] | None = None,
        augment: Augmentation | None = None,
    ) -> "Refiner":
        """Reads a refiner that `save` wrote (`saving.load_refiner`).

        It predicts the same, and may be trained on.

        Args:
          folder: The folder of `save`.
          oracle: The custom oracle that it was trained with, if it was; needed for
            training and evaluation, not for prediction.
          custom_objects: Classes of the user's own that Keras has to know, by name, and
            output spaces.
          augment: The random change of the examples of a batch, for further training.

        Raises:
          UsageError: The folder holds no whole refiner, or one of another version; an
            argument is no function.
        """
        require_path(folder)
        if oracle is not None:
            require_measure(oracle)
        require_augmentation(augment)
        saved = saving.load_refiner(folder, oracle, custom_objects, augment)
        refiner = cls.__new__(cls)
        PredictingRefiner.__init__(refiner, saved.setup, saved.parts)
        refiner.refinement = saved.refinement
        refiner.decoder_params = saved.decoder_params
        refiner.decision = saved.decision
        refiner._epochs_done = saved.epochs_done
        return refiner

    def export(self, folder: str | os.PathLike[str]) -> None:
        """Writes one SavedModel with the walk inside (`export.write_saved_model`).

        It takes raw inputs, as `predict` does. A process that is killed leaves an
        earlier SavedModel in the folder as it was.

        Args:
          folder: The folder of the SavedModel; files of others in it stay.

        Raises:
          NotFittedError: Nothing was trained yet.
          UsageError: The folder cannot be written, or could not be loaded from.
        """
        self.require_fitted()
        require_path(folder)
        require_loadable(folder)
        with whole_folder(folder, SAVED_MODEL_FILES, "SavedModel") as aside:
            self.write_saved_model(aside)

    def write_saved_model(self, folder: str | os.PathLike[str]) -> None:
        """Writes the SavedModel of `export` file by file into an empty folder.

        Args:
          folder: The folder.

        Raises:
          NotFittedError: Nothing was trained yet.
        """
        self.require_fitted()
        write_saved_model(
            self.trainer,
            self.predictor,
            self.refinement,
            self.shapes[0],
            folder,
            self.preprocessing,
            self.delivery if self.decision is not None else None,
        )
