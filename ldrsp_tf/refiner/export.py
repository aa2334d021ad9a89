"""A refinement as one TensorFlow SavedModel, which does not need this package."""

import os
import pathlib
from typing import Any

import keras
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.delivery import Delivery
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Predictor, walk_by
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.training.files import is_pattern

# The names that a SavedModel has in its folder.
SAVED_MODEL_FILES = ("saved_model.pb", "fingerprint.pb", "variables", "assets")


class _Exported(tf.Module):
    """The content of a SavedModel: variables, and one function with the walk inside."""

    def __init__(
        self,
        networks: NetworkPair,
        predictor: Predictor,
        refinement: Refinement | None,
        input_shape: tuple[int, ...],
        preprocessing: keras.Model | None,
        delivery: Delivery | None,
    ):
        super().__init__()
        used = networks.generator, networks.discriminator, preprocessing
        found = [network for network in used if network is not None]
        # TensorFlow saves the variables and tables that it finds in attributes.
        # Weights alone leave the states of random streams out: Keras' recurrent layers
        # draw dropout masks in prediction as well, and do not use them.
        self.variables_of_networks = [
            variable.value for network in found for variable in network.variables
        ]
        spec = tf.TensorSpec([None, *input_shape], tf.float32, name="x")

        @tf.function(input_signature=[spec])
        def serve(x: tf.Tensor) -> dict[str, tf.Tensor]:
            if preprocessing is not None:
                x = preprocessing(x, training=False)
            outputs = _predict(predictor, x, refinement)
            if delivery is not None:
                y = outputs["refined" if delivery.walks else "generated"]
                outputs["decided"] = delivery.decide_tensor(x, y)
            return outputs

        self.serve = serve
        captured = {id(t) for t in serve.get_concrete_function().captured_inputs}
        self.resources = [
            part
            for network in found
            for part in tf.train.TrackableView(network).descendants()
            if id(_handle_of(part)) in captured
        ]


def _predict(
    predictor: Predictor, x: tf.Tensor, refinement: Refinement | None
) -> dict[str, tf.Tensor]:
    """Predicts the outputs of a method with D, or of one without, by name."""
    if refinement is None:
        return {"generated": predictor.generate(x)}
    trajectory = walk_by(predictor, x, refinement)
    return {
        "generated": trajectory.outputs[0],
        "refined": trajectory.outputs[-1],
        "score": trajectory.scores[-1],
    }


def _handle_of(part: Any) -> tf.Tensor | None:
    """Returns the tensor that stands in graphs for a variable or a table of a lookup.

    Args:
      part: A part of a network; others have none.
    """
    if isinstance(part, tf.saved_model.experimental.TrackableResource):
        return part.resource_handle
    return part.handle if isinstance(part, tf.Variable) else None


def require_loadable(folder: str | os.PathLike[str]) -> None:
    """Refuses folders that a SavedModel can be written to, but not loaded from.

    Args:
      folder: The folder of the SavedModel.

    Raises:
      UsageError: TensorFlow would take its path for a pattern.
    """
    # As it is given: a relative one is loadable below a folder with any name.
    path = pathlib.Path(folder)
    if is_pattern(path):
        raise UsageError(
            f"TensorFlow cannot load a SavedModel from {path}, which it takes for a "
            "pattern of paths: choose a folder without [ and \\ in its path."
        )


def write_saved_model(
    networks: NetworkPair,
    predictor: Predictor,
    refinement: Refinement | None,
    input_shape: tuple[int, ...],
    folder: str | os.PathLike[str],
    preprocessing: keras.Model | None = None,
    delivery: Delivery | None = None,
) -> None:
    """Writes a SavedModel whose signature `serving_default` takes raw x, `[N, ...]`.

    They are float32, in the units of inputs before their preprocessing. It returns
    `generated`, `refined` and `score` (only the first for a method without D), and the
    0/1 outputs `decided` of a method that decides, for any N, with the refinement's
    steps inside.

    Args:
      networks: The trained networks.
      predictor: The predictor with these networks.
      refinement: The refinement of the outputs; None without D.
      input_shape: The shape of one input.
      folder: The folder of the SavedModel.
      preprocessing: The preprocessing of raw inputs, which becomes part of the
        SavedModel; None for none.
      delivery: The decision and its predictors; None for a method that does not decide.

    Raises:
      UsageError: A network uses a variable or a table that is no part of it.
    """
    module = _Exported(
        networks, predictor, refinement, input_shape, preprocessing, delivery
    )
    try:
        tf.saved_model.save(
            module, os.fspath(folder), signatures={"serving_default": module.serve}
        )
    except AssertionError as error:
        if "untracked" not in str(error):
            raise
        raise UsageError(
            "A network uses a variable or a table that is no attribute of its layers, "
            "so that a SavedModel cannot hold it: make it one of the layer that uses "
            "it."
        ) from error
