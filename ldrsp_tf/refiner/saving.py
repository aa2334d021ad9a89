"""A refiner as files: two Keras models, and what is to be known of the rest."""

import dataclasses
import json
import os
import pathlib
import tempfile
import zipfile
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ldrsp_tf.errors import UsageError, reason_of
from ldrsp_tf.methods import METHODS, Method
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.scored import Measure, ScoredSpace
from ldrsp_tf.spaces.tags import TagSpace

_FORMAT = 1


_SPACES = {"TagSpace": TagSpace, "ClassMapSpace": ClassMapSpace}


def save_refiner(refiner: Refiner, folder: str | os.PathLike) -> None:
    """Writes `generator.keras`, `discriminator.keras` and `refiner.json`.

    All is written aside first, so that what cannot be saved leaves an earlier refiner
    as it is. The description comes last: a folder that has one is whole. The state of
    the optimisers is left out, and so is `augment`, which may be set anew.

    Args:
      refiner: A trained one.
      folder: Made if need be; files of an earlier refiner are replaced.

    Raises:
      UsageError: It is not trained; its space or method is the user's own; the offsets
        of its crops are a function; a model cannot be saved by Keras; the folder cannot
        be written.
    """
    refiner.require_trained()
    description = json.dumps(_description(refiner), indent=1, default=_plain)
    folder = pathlib.Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as aside:
            aside = pathlib.Path(aside)
            for name, model in refiner.networks.items():
                _save_model(model, aside / f"{name}.keras")
            (aside / "refiner.json").write_text(description)
            _move(aside, folder)
    except OSError as error:
        raise UsageError(
            f"The refiner cannot be written to {folder} ({error.strerror}); choose "
            "another folder, or make room."
        ) from error


def _move(aside: pathlib.Path, folder: pathlib.Path) -> None:
    """Replaces all files of a refiner, of which the description marks a whole one."""
    (folder / "refiner.json").unlink(missing_ok=True)
    for name in ("generator.keras", "discriminator.keras", "refiner.json"):
        if (aside / name).exists():
            (aside / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)


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
    told = _read_description(folder / "refiner.json")
    models = {
        name: _load_model(folder / f"{name}.keras", custom_objects)
        for name in told["models"]
    }
    try:
        return _from(told, models, oracle)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / "refiner.json", error) from error


def _read_description(path: pathlib.Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text())
        version, models = told["format"], set(told["models"])
        networks = _networks_of(METHODS[told["method"]])
    except FileNotFoundError as error:
        raise UsageError(
            f"{path.parent} holds no whole refiner: {path.name} is missing."
        ) from error
    except (ValueError, TypeError, KeyError, OSError) as error:
        raise _damaged(path, error) from error
    if version != _FORMAT:
        raise UsageError(
            f"{path} has format {version}, but this version reads {_FORMAT}; save the "
            "refiner again."
        )
    if models != networks:
        raise _damaged(path, ValueError(f"its models are {told['models']!r}"))
    return told


def _networks_of(method: Method) -> set[str]:
    there = {
        "generator": method.has_generator,
        "discriminator": method.has_discriminator,
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
        raise UsageError(
            f"{path} cannot be read ({reason_of(error)}); classes of your own have to "
            "be named in custom_objects."
        ) from error


def _require_whole(path: pathlib.Path) -> None:
    """Compares checksums: Keras reads some damaged files without a word."""
    try:
        with zipfile.ZipFile(path) as file:
            damaged = file.testzip()
    except Exception as error:  # What bytes at random raise is any error.
        raise _damaged(path, error) from error
    if damaged is not None:
        raise _damaged(path, ValueError(f"the checksum of {damaged} is wrong"))


def _save_model(model: keras.Model, path: pathlib.Path) -> None:
    try:
        model.save(path)
    except (NotImplementedError, ValueError, TypeError) as error:
        raise UsageError(
            f"Keras cannot save {type(model).__name__} ({reason_of(error)}); a class "
            "of your own needs get_config."
        ) from error


def _description(refiner: Refiner) -> dict[str, Any]:
    """All but the networks, as JSON."""
    shapes = refiner.shapes
    return {
        "format": _FORMAT,
        "models": list(refiner.networks),
        "gives": refiner.gives,
        "frozen": refiner.frozen,
        "space": _space_description(refiner.space),
        "method": _method_name(refiner.method),
        "binarised_oracle": refiner.method.binarised_oracle,
        "settings": dataclasses.asdict(refiner.settings),
        "grid": dataclasses.asdict(refiner.grid),
        "crops": refiner.crops and _crops_description(refiner.crops),
        "seed": refiner.seed,
        "shapes": {"x": shapes[0], "y": shapes[1]},
        "refinement": refiner.refinement and dataclasses.asdict(refiner.refinement),
        "calibration": refiner.decoder_params,
    }


def _space_description(space: OutputSpace) -> dict[str, Any]:
    if isinstance(space, ScoredSpace):
        return {**_space_description(space.judged), "own_oracle": True}
    name = type(space).__name__
    if name not in _SPACES:
        raise UsageError(
            f"A refiner of {name} cannot be saved; there are {', '.join(_SPACES)}."
        )
    return {"class": name, **space.arguments}


def _crops_description(crops: Crops) -> dict[str, Any]:
    if callable(crops.offsets):
        raise UsageError(
            "Crops whose offsets are a function cannot be saved; give the numbers."
        )
    return dataclasses.asdict(crops)


def _method_name(method: Method) -> str:
    known = METHODS.get(method.name)
    if known is None or method != dataclasses.replace(
        known, binarised_oracle=method.binarised_oracle
    ):
        raise UsageError(
            f"A refiner of a method of your own ({method.name!r}) cannot be saved; "
            f"there are {', '.join(METHODS)}."
        )
    return method.name


def _from(
    told: dict[str, Any], models: dict[str, keras.Model], oracle: Measure | None
) -> Refiner:
    space = dict(told["space"])
    if space.pop("own_oracle", False) and oracle is None:
        oracle = _unknown_oracle
    settings = {**told["settings"]}
    sampling = SamplingSettings(**settings.pop("sampling"))
    refiner = Refiner(
        models.get("generator"),
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
    refiner.decoder_params = told["calibration"]
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


def _plain(number: np.generic) -> float | int | bool:
    """JSON has no numbers of numpy, which settings may be."""
    return number.item()
