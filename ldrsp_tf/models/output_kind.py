"""Inference of the kind of output that a Keras model has: logits or probabilities."""

import keras

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.graph_ends import graph_ends
from ldrsp_tf.settings import Domain

_LOGITS = ("linear",)
_PROBABILITIES = ("sigmoid", "softmax")
# Layers that rearrange values and leave them as they are.
_REARRANGING = (
    keras.layers.Flatten,
    keras.layers.Identity,
    keras.layers.Permute,
    keras.layers.Reshape,
)


def resolve_from_logits(model: keras.Model, from_logits: bool | None) -> bool:
    """Returns whether a model's outputs are logits, as given or as inferred.

    Args:
      model: The model.
      from_logits: The user's choice; None infers it from the last activation.

    Raises:
      UsageError: It is not given and cannot be inferred, or is no truth value; it says
        logits where the last activation makes probabilities; the model has several
        outputs.
    """
    require_from_logits(from_logits)
    outputs = graph_ends(model, "outputs")
    if len(outputs) > 1:
        raise UsageError(
            f"The generator has {len(outputs)} outputs: wrap it in a model that has "
            "one."
        )
    inferred = infer_from_logits(model)
    if from_logits and inferred is False:
        # Probabilities that are called logits lie in the range of logits, too.
        raise UsageError(
            f"from_logits is True, but {type(model).__name__} ends in a sigmoid or "
            "softmax: its outputs are probabilities; leave from_logits out, or take "
            "the activation off."
        )
    if from_logits is not None:
        return bool(from_logits)
    if inferred is None:
        raise UsageError(
            f"The last activation of {type(model).__name__} does not show whether its "
            "outputs are logits; give from_logits=True, or from_logits=False for "
            "probabilities (of a sigmoid or softmax)."
        )
    return inferred


def require_from_logits(from_logits: bool | None) -> None:
    """Refuses a choice that is no truth value.

    Args:
      from_logits: The user's choice; None leaves it open.

    Raises:
      UsageError: It is of another class.
    """
    if from_logits not in Domain(bool, is_optional=True):
        raise UsageError(
            f"from_logits is {from_logits!r}; give True for a model of logits, False "
            "for one of probabilities."
        )


def infer_from_logits(layer: keras.layers.Layer | keras.Operation) -> bool | None:
    """Returns whether outputs are logits; None if the last layer does not show it.

    Args:
      layer: A model, a layer or an operation. Its attribute `from_logits`, if it has
        one, decides.
    """
    declared = getattr(layer, "from_logits", None)
    if isinstance(declared, bool):
        return declared
    if isinstance(layer, keras.Sequential):
        return _infer_last(layer.layers)
    if isinstance(layer, keras.Model):
        outputs = graph_ends(layer, "outputs")
        return _infer_tensor(outputs[0]) if len(outputs) == 1 else None
    if isinstance(layer, keras.layers.Softmax):
        return False
    if not _is_of_keras(layer):
        return None
    return _kind_of(getattr(layer, "activation", layer))


def _infer_last(layers: list[keras.layers.Layer]) -> bool | None:
    for layer in reversed(layers):
        if not _keeps_values(layer):
            return infer_from_logits(layer)
    return None


def _infer_tensor(tensor: keras.KerasTensor) -> bool | None:
    """Follows a functional model's output back to the operation that computes it."""
    operation, node, _ = tensor._keras_history
    if _keeps_values(operation):
        return _infer_tensor(operation._inbound_nodes[node].input_tensors[0])
    return infer_from_logits(operation)


def _keeps_values(layer: keras.layers.Layer | keras.Operation) -> bool:
    """Returns whether a layer's outputs are its inputs, rearranged or of another type.

    A linear activation, unlike that of a layer with weights, shows nothing of its
    inputs: with dtype="float32" it is the last layer of models of mixed precision.
    """
    if isinstance(layer, keras.layers.Activation):
        return _kind_of(layer.activation) is True
    return isinstance(layer, _REARRANGING)


def _is_of_keras(layer: keras.layers.Layer | keras.Operation) -> bool:
    """Returns whether Keras' own code computes a layer's outputs.

    A layer of the user's may apply its attribute `activation` anywhere within.
    """
    module = getattr(type(layer).call, "__module__", "")
    return module.startswith("keras.")


def _kind_of(activation: object) -> bool | None:
    name = getattr(activation, "__name__", type(activation).__name__).lower()
    if name in _LOGITS:
        return True
    return False if name in _PROBABILITIES else None
