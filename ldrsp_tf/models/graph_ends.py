"""The inputs and outputs of a model whose graph Keras knows."""

from typing import Literal

import keras


def graph_ends(
    model: keras.Model, side: Literal["inputs", "outputs"]
) -> list[keras.KerasTensor]:
    """Returns the inputs or outputs of a functional or a built sequential model.

    Args:
      model: The model.
      side: The attribute of such models; one of the same name of a subclassed model may
        be anything, such as its last layer.

    Returns:
      The symbolic tensors; none of a model of another kind.
    """
    found = getattr(model, side, None)
    if not isinstance(found, list):
        return []
    return found if all(isinstance(each, keras.KerasTensor) for each in found) else []
