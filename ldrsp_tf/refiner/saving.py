"""A refiner as files: its Keras models, and a description of everything else."""

import dataclasses
import json
import os
import pathlib
import zipfile
from typing import Any

import keras

from ldrsp_tf.data.augmentation import Augmentation
from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.evaluation.decision import Decision
from ldrsp_tf.methods import METHODS, Method
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.assembly import Parts, Setup, assemble
from ldrsp_tf.refiner.saved_space import (
    UnknownSpaceError,
    describe_space,
    plain_json,
    space_of,
)
from ldrsp_tf.refiner.seeding import seeded_initializers
from ldrsp_tf.refiner.trainable_flags import set_trainable_flags, trainable_flags
from ldrsp_tf.refiner.whole_folder import whole_folder
from ldrsp_tf.settings import (
    RefinementGrid,
    SamplingSettings,
    TrainingSettings,
    require_counts,
)
from ldrsp_tf.spaces.base import DecoderParams
from ldrsp_tf.spaces.custom_oracle import Measure

_PLAIN_FORMAT, _PREPROCESSED_FORMAT = 2, 3  # Older versions would drop the latter's.
_FORMATS = (_PLAIN_FORMAT, _PREPROCESSED_FORMAT)
_DESCRIPTION = "refiner.json"
_PREPROCESSING = "preprocessing"
_FILES = (
    "generator.keras",
    "discriminator.keras",
    f"{_PREPROCESSING}.keras",
    _DESCRIPTION,
)

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class SavedRefiner:
    """The content of a folder that `save_refiner` wrote.

    Attributes:
      setup: The setup.
      parts: The parts, assembled from it.
      refinement: The chosen refinement; None without D.
      decoder_params: The parameters of tuned decoders, by output.
      decision: The output to deliver; None for a method that does not decide.
      epochs_done: The number of epochs of all calls of `fit`, those that a call in a
        folder resumes included: orders and draws of the next call begin after it.
    """

    setup: Setup
    parts: Parts
    refinement: Refinement | None
    decoder_params: dict[str, DecoderParams]
    decision: Decision | None
    epochs_done: int

    @property
    def networks(self) -> dict[str, keras.Model]:
        """The user's generator, the discriminator and the preprocessing, by name."""
        found = {
            "generator": self.setup.generator,
            "discriminator": self.parts.discriminator,
            _PREPROCESSING: self.setup.preprocessing,
        }
        return {name: model for name, model in found.items() if model is not None}


def save_refiner(saved: SavedRefiner, folder: str | os.PathLike[str]) -> None:
    """Writes `generator.keras`, `discriminator.keras` and `refiner.json`.

    A preprocessing is in `preprocessing.keras`. All is written aside first and takes
    its place as a whole: a refiner that cannot be saved, or a process that is killed,
    leaves an earlier one as it is. The state of the optimizers and the augmentation are
    left out.

    Args:
      saved: A trained refiner.
      folder: The folder, which is made if need be; files of an earlier refiner are
        replaced, and others stay.

    Raises:
      UsageError: The method is the user's own; a space of the user's own does not tell
        its arguments; a model cannot be saved by Keras, or not be loaded again; the
        folder cannot be written.
    """
    description = json.dumps(_description(saved), indent=1, default=plain_json)
    with whole_folder(folder, _FILES, "refiner") as aside:
        for name, model in saved.networks.items():
            path = aside / f"{name}.keras"
            _save_model(model, path)
            _try_loading(model, path)
        (aside / _DESCRIPTION).write_text(description)


def load_refiner(
    folder: str | os.PathLike[str],
    oracle: Measure | None,
    custom_objects: dict[str, Any] | None,
    augment: Augmentation | None,
) -> SavedRefiner:
    """Reads a refiner that `save_refiner` wrote.

    Args:
      folder: The folder of `save_refiner`.
      oracle: The custom oracle that it was trained with, if it was; needed for training
        and evaluation, not for prediction.
      custom_objects: Classes of the user's own, by name: those that Keras has to know,
        and output spaces.
      augment: The random change of the examples of a batch, for further training.

    Raises:
      UsageError: The folder holds no whole refiner, or one of another version.
    """
    folder = pathlib.Path(folder)
    description = _read_description(folder / _DESCRIPTION)
    models = {
        name: _load_model(folder / f"{name}.keras", custom_objects)
        for name in description["models"]
    }
    try:
        # Files of older versions have none.
        for name, flags in description.get("trainable", {}).items():
            set_trainable_flags(models[name], flags)
        setup = _setup(description, models, oracle, custom_objects or {}, augment)
        shapes = description["shapes"]
        return SavedRefiner(
            setup,
            assemble(
                setup, (tuple(shapes["x"]), tuple(shapes["y"])), setup.discriminator
            ),
            description["refinement"] and Refinement(**description["refinement"]),
            description["decoder_params"],
            _decision(description),
            _epochs_done(description),
        )
    except UnknownSpaceError as error:
        raise UsageError(str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / _DESCRIPTION, error) from error


def _read_description(path: pathlib.Path) -> Json:
    try:
        description = json.loads(path.read_text())
        version = description["format"]
        if version not in _FORMATS:
            raise UsageError(
                f"{path} has format {version}, but this version reads "
                f"{_PLAIN_FORMAT} and {_PREPROCESSED_FORMAT}; save the refiner again."
            )
        models = set(description["models"])
        networks = _networks_of(
            METHODS[description["method"]], version == _PREPROCESSED_FORMAT
        )
    except FileNotFoundError as error:
        raise UsageError(
            f"{path.parent} holds no whole refiner: {path.name} is missing."
        ) from error
    except UsageError:
        raise
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise _damaged(path, error) from error
    if models != networks:
        raise _damaged(path, ValueError(f"its models are {description['models']!r}"))
    return description


def _networks_of(method: Method, has_preprocessing: bool) -> set[str]:
    there = {
        "generator": method.has_generator,
        "discriminator": method.has_discriminator,
        _PREPROCESSING: has_preprocessing,
    }
    return {name for name in there if there[name]}


def _damaged(path: pathlib.Path, error: Exception) -> UsageError:
    return UsageError(
        f"{path} is damaged ({reason_of(error)}); save the refiner again."
    )


def _load_model(
    path: pathlib.Path, custom_objects: dict[str, Any] | None
) -> keras.Model:
    if not path.exists():
        raise UsageError(
            f"{path.parent} holds no whole refiner: {path.name} is missing."
        )
    _require_whole(path)
    try:
        return keras.saving.load_model(
            path, custom_objects=custom_objects, compile=False
        )
    except Exception as error:  # Classes of the user's may raise anything.
        if "Python lambda" in str(error):
            raise UsageError(
                f"{path} holds a Python lambda, which may run any code and is not "
                "loaded; save the refiner again, with a layer class instead."
            ) from error
        raise UsageError(
            f"{path} cannot be read ({reason_of(error)}); classes of your own have to "
            "be named in custom_objects."
        ) from error


def _require_whole(path: pathlib.Path) -> None:
    """Compares checksums: Keras reads some damaged files without a word."""
    try:
        with zipfile.ZipFile(path) as file:
            damaged = file.testzip()
    except Exception as error:  # Random bytes raise errors of any kind.
        raise _damaged(path, error) from error
    if damaged is not None:
        raise _damaged(path, ValueError(f"the checksum of {damaged} is wrong"))


def _save_model(model: keras.Model, path: pathlib.Path) -> None:
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.Lambda) and _is_lambda(layer.function):
            raise UsageError(
                f"The Lambda layer {layer.name!r} of {model.name!r} holds a Python "
                "lambda, which no file can keep safely; write it as a layer class of "
                "your own, registered by keras.saving.register_keras_serializable."
            )
    try:
        model.save(path)
    except OSError:
        raise  # Of the folder.
    except Exception as error:  # Classes of the user's may raise anything.
        raise UsageError(
            f"Keras cannot save {type(model).__name__} ({reason_of(error)}); a class "
            "of your own needs get_config."
        ) from error


def _is_lambda(function: Any) -> bool:
    return getattr(function, "__name__", "") == "<lambda>"


def _try_loading(model: keras.Model, path: pathlib.Path) -> None:
    """Refuses a model that could not be loaded again.

    Its own classes are known here, as they will be if the user names or registers them.
    Names of functions cannot be found in a model: if one is missing, the file is kept.
    """
    layers = (model, *model._flatten_layers())
    classes = {type(layer).__name__: type(layer) for layer in layers}
    own = {
        name: kind
        for name, kind in classes.items()
        if not kind.__module__.startswith(("keras.", "ldrsp_tf."))
    }
    try:
        # Initial weights would be drawn from the user's random stream.
        with seeded_initializers(0):
            keras.saving.load_model(path, custom_objects=own, compile=False)
    except Exception as error:  # Classes of the user's may raise anything.
        reason = str(error).rpartition("Exception encountered: ")[2]
        if "Could not locate" in reason:
            return
        reason = reason_of(ValueError(reason)).partition(": {")[0]
        raise UsageError(
            f"{type(model).__name__} cannot be saved, since it could not be loaded "
            f"again ({reason}); a class of your own needs a get_config, and a "
            "constructor that takes its values, a function a name (no lambda)."
        ) from error


def _description(saved: SavedRefiner) -> Json:
    """Describes all but the networks, as JSON."""
    setup, shapes = saved.setup, saved.parts.shapes
    return {
        "format": (
            _PLAIN_FORMAT if setup.preprocessing is None else _PREPROCESSED_FORMAT
        ),
        "models": list(saved.networks),
        "trainable": {
            name: trainable_flags(model) for name, model in saved.networks.items()
        },
        "from_logits": setup.from_logits,
        "frozen": setup.frozen,
        "space": describe_space(setup.space),
        "method": _method_name(setup.method),
        "settings": dataclasses.asdict(setup.settings),
        "grid": dataclasses.asdict(setup.grid),
        "crops": setup.crops and setup.crops.description(shapes[0][:2]),
        "seed": setup.seed,
        "shapes": {"x": shapes[0], "y": shapes[1]},
        "refinement": saved.refinement and dataclasses.asdict(saved.refinement),
        "decoder_params": saved.decoder_params,
        "decision": saved.decision and dataclasses.asdict(saved.decision),
        "epochs_done": saved.epochs_done,
    }


def _decision(description: Json) -> Decision | None:
    """Returns the decision, which files of methods without one do not have."""
    found = description.get("decision")
    return found and Decision.from_dict(found)


def _epochs_done(description: Json) -> int:
    """Returns the number of epochs, which files of older versions do not have."""
    found = description.get("epochs_done", 0)
    if found:
        require_counts(epochs_done=found)
    return int(found)


def _crops(description: Json | None) -> Crops | None:
    if description is None:
        return None
    offsets = description["offsets"]
    if isinstance(offsets, dict):
        offsets = {int(side): tuple(o) for side, o in offsets.items()}.__getitem__
    return Crops(**{**description, "offsets": offsets})


def _method_name(method: Method) -> str:
    if method != METHODS.get(method.name):
        raise UsageError(
            f"A refiner of a method of your own ({method.name!r}) cannot be saved; "
            f"there are {', '.join(METHODS)}."
        )
    return method.name


def _setup(
    description: Json,
    models: dict[str, keras.Model],
    oracle: Measure | None,
    custom_objects: dict[str, Any],
    augment: Augmentation | None,
) -> Setup:
    settings = description["settings"]
    sampling = SamplingSettings(**settings["sampling"])
    return Setup(
        generator=models.get("generator"),
        space=space_of(description["space"], oracle, custom_objects),
        from_logits=bool(description["from_logits"]),
        frozen=bool(description["frozen"]),
        discriminator=models.get("discriminator"),
        method=METHODS[description["method"]],
        settings=TrainingSettings(**{**settings, "sampling": sampling}),
        grid=RefinementGrid(**description["grid"]),
        crops=_crops(description["crops"]),
        augment=augment,
        seed=description["seed"],
        preprocessing=models.get(_PREPROCESSING),
    )
