"""A refiner as files: two Keras models, and what is to be known of the rest."""

import dataclasses
import json
import os
import pathlib
from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.crops import Crops
from ldrsp_tf.errors import UsageError
from ldrsp_tf.judged_space import JudgedSpace, Measure
from ldrsp_tf.prediction import Refinement
from ldrsp_tf.refiner import Refiner
from ldrsp_tf.sampling import SamplingSettings
from ldrsp_tf.selection import RefinementGrid
from ldrsp_tf.spaces import ClassMapSpace, OutputSpace, TagSpace
from ldrsp_tf.training_settings import TrainingSettings

_FORMAT = 1
_SPACES = {"TagSpace": TagSpace, "ClassMapSpace": ClassMapSpace}


def save_refiner(refiner: Refiner, folder: str | os.PathLike) -> None:
    """Writes `generator.keras`, `discriminator.keras` and `refiner.json`.

    The description is written last: a folder that has one is whole. The state of the
    optimisers is left out.

    Args:
      refiner: A trained one.
      folder: Made if need be; files of an earlier refiner are replaced.

    Raises:
      UsageError: It is not trained, or a model cannot be saved by Keras.
    """
    if refiner.trainer is None:
        raise UsageError("Nothing is trained yet: call fit before save.")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "refiner.json").unlink(missing_ok=True)
    _save_model(refiner.generator, folder / "generator.keras")
    if refiner.discriminator is not None:
        _save_model(refiner.discriminator, folder / "discriminator.keras")
    temporary = folder / "refiner.json.tmp"
    temporary.write_text(json.dumps(_description(refiner), indent=1))
    temporary.replace(folder / "refiner.json")


def load_refiner(
    folder: str | os.PathLike,
    oracle: Measure | None = None,
    custom_objects: dict[str, Any] | None = None,
) -> Refiner:
    """Reads what `save_refiner` wrote; it predicts the same, and may be trained on.

    Args:
      folder: Of `save_refiner`.
      oracle: The measure of the user's own that it was trained with, if it was; needed
        for training and evaluation, not for prediction.
      custom_objects: Classes of the user's own that Keras has to know, by name.

    Raises:
      UsageError: The folder holds no whole refiner, or one of another version.
    """
    folder = pathlib.Path(folder)
    try:
        told = json.loads((folder / "refiner.json").read_text())
        models = {
            name: keras.saving.load_model(
                folder / f"{name}.keras", custom_objects=custom_objects, compile=False
            )
            for name in ("generator", "discriminator")
            if name in told["models"]
        }
        refiner = _from(told, models, oracle)
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder} holds no whole refiner ({error.filename} is missing)."
        ) from error
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise UsageError(
            f"The refiner in {folder} cannot be read ({_first_line(error)}); if it has "
            "models of your own classes, pass them as custom_objects."
        ) from error
    return refiner


def _save_model(model: keras.Model, path: pathlib.Path) -> None:
    # Keras tells the format by the ending, also of what is written aside.
    temporary = path.with_name(f"new-{path.name}")
    try:
        model.save(temporary)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise UsageError(
            f"Keras cannot save {type(model).__name__} ({_first_line(error)}); a class "
            "of your own needs get_config."
        ) from error
    temporary.replace(path)


def _description(refiner: Refiner) -> dict[str, Any]:
    """All but the networks, as JSON."""
    shapes = refiner.shapes
    return {
        "format": _FORMAT,
        "models": [
            "generator",
            *(["discriminator"] if refiner.discriminator is not None else []),
        ],
        "gives": refiner.gives,
        "frozen": refiner.frozen,
        "space": _space_description(refiner.space),
        "method": refiner.method.name,
        "binarised_oracle": refiner.method.binarised_oracle,
        "settings": dataclasses.asdict(refiner.settings),
        "grid": dataclasses.asdict(refiner.grid),
        "crops": refiner.crops and dataclasses.asdict(refiner.crops),
        "seed": refiner.seed,
        "shapes": {"x": shapes[0], "y": shapes[1]},
        "refinement": refiner.refinement and dataclasses.asdict(refiner.refinement),
        "calibration": refiner.calibration,
    }


def _space_description(space: OutputSpace) -> dict[str, Any]:
    if isinstance(space, JudgedSpace):
        return {**_space_description(space.judged), "own_oracle": True}
    name = type(space).__name__
    if name not in _SPACES:
        raise UsageError(
            f"A refiner of {name} cannot be saved; there are {', '.join(_SPACES)}."
        )
    return {"class": name, **space.arguments}


def _from(
    told: dict[str, Any], models: dict[str, keras.Model], oracle: Measure | None
) -> Refiner:
    if told["format"] != _FORMAT:
        raise ValueError(f"format {told['format']} is not {_FORMAT}")
    space = dict(told["space"])
    if space.pop("own_oracle", False) and oracle is None:
        oracle = _unknown_oracle
    settings = {**told["settings"]}
    sampling = SamplingSettings(**settings.pop("sampling"))
    refiner = Refiner(
        models["generator"],
        _SPACES[space.pop("class")](**space),
        gives=told["gives"],
        frozen=told["frozen"],
        oracle=oracle,
        discriminator=models.get("discriminator"),
        method=told["method"],
        settings=TrainingSettings(**_tuples(settings), sampling=sampling),
        grid=RefinementGrid(**_tuples(told["grid"])),
        crops=told["crops"] and Crops(**_tuples(told["crops"])),
        seed=told["seed"],
    )
    refiner.method = dataclasses.replace(
        refiner.method, binarised_oracle=told["binarised_oracle"]
    )
    refiner.make(told["shapes"]["x"], told["shapes"]["y"])
    refiner.refinement = told["refinement"] and Refinement(**told["refinement"])
    refiner.calibration = told["calibration"]
    return refiner


def _unknown_oracle(y: tf.Tensor, y_true: tf.Tensor) -> tf.Tensor:
    raise UsageError(
        "This refiner was trained with an oracle of your own, which no file can keep; "
        "pass it as load(..., oracle=)."
    )


def _tuples(settings: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists where the settings have tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings.items()
    }


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
