"""The description of a network by which a folder knows it (`identity`).

It is the same for the same network in another process, and for one that was saved and
loaded. Values of weights are no part of it.
"""

import hashlib
import json
import warnings
from typing import Any

import keras

from ldrsp_tf.settings import plain_value

# Records of building, compiling, freezing and finding a network, of which files keep a
# part alone; and seeds, which some layers draw themselves.
_LEFT_OUT = (
    "build_config",
    "build_input_shape",
    "compile_config",
    "module",
    "registered_name",
    "seed",
    "shared_object_id",
    "trainable",
)
_LAMBDA = "__lambda__"  # A function without a name; its code has no fixed bytes.


def describe_generator(generator: keras.Model | None) -> dict[str, Any]:
    """Returns the class of a generator and the shapes of its weights.

    Args:
      generator: The generator, which is built; None without one.
    """
    return {
        "generator": generator and type(generator).__name__,
        "shapes of G's weights": _shapes_of(generator),
    }


def describe_discriminator(discriminator: keras.Model | None) -> dict[str, Any]:
    """Returns the class, the plain arguments and the shapes of the weights of a D.

    Args:
      discriminator: The discriminator, which is built; None without one.
    """
    plain = {
        name: plain_value(value)
        for name, value in _config_of(discriminator).items()
        if name != "name" and _is_plain(value)
    }
    return {
        "discriminator": discriminator and type(discriminator).__name__,
        **plain,
        "shapes of D's weights": _shapes_of(discriminator),
    }


def checksum_of_config(network: keras.Model | None) -> str:
    """Returns the SHA-256 of a network's Keras configuration without what may change.

    Names of layers are numbered as they come, since Keras counts the layers of a
    process in them. All networks that do not tell their configuration are alike.

    Args:
      network: The network, which is built; None without one.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Lambdas are unsafe to load.
            config = keras.saving.serialize_keras_object(_config_of(network))
        config = json.loads(json.dumps(config, default=plain_value))
        config.pop("name", None)
        text = json.dumps(_fixed_part(config, {}), sort_keys=True)
    except Exception:  # Objects of the user's may raise anything.
        text = "{}"
    return hashlib.sha256(text.encode()).hexdigest()


def _config_of(network: keras.Model | None) -> dict[str, Any]:
    """Returns the configuration; an empty one of a network that does not tell it."""
    if network is None:
        return {}
    try:
        return dict(network.get_config())
    except Exception:  # It was not made for saving, and may raise anything.
        return {}


def _fixed_part(value: Any, numbers: dict[str, int]) -> Any:
    """Returns a configuration without what differs between equal networks.

    Args:
      value: The configuration as JSON, or a part of it.
      numbers: The numbers of the names of layers so far.
    """
    if isinstance(value, list):
        if _is_reference(value):
            return [numbers.setdefault(value[0], len(numbers)), *value[1:]]
        return [_fixed_part(part, numbers) for part in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == _LAMBDA:
        return _LAMBDA
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    fixed: dict[str, Any] = {}
    for name, part in value.items():
        if part is None or part is False:
            continue  # As arguments are by default that another Keras does not have.
        if name == "name" and isinstance(part, str):
            fixed[name] = numbers.setdefault(part, len(numbers))
        elif name == "batch_shape" and isinstance(part, list):
            fixed[name] = part[1:]  # The first batch decides the rest.
        elif name not in _LEFT_OUT:
            fixed[name] = _fixed_part(part, numbers)
    return fixed


def _is_reference(value: list[Any]) -> bool:
    """Returns whether these are a layer's name, the number of a call and an output."""
    return [type(part) for part in value] == [str, int, int]


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(plain_value(value), (bool, int, float, str))


def _shapes_of(network: keras.Model | None) -> list[list[int]]:
    return [] if network is None else [list(weight.shape) for weight in network.weights]
