"""A refinement as one TensorFlow SavedModel, which does not need this package."""

import os

import keras
import tensorflow as tf

from ldrsp_tf.evaluation.delivery import Delivery
from ldrsp_tf.prediction.network_pair import NetworkPair
from ldrsp_tf.prediction.predictor import Predictor, walk_by
from ldrsp_tf.refinement import Refinement

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
        # TensorFlow saves the variables that it finds in attributes.
        self.weights = [
            weight.value
            for network in (networks.generator, networks.discriminator, preprocessing)
            if network is not None
            for weight in network.weights
        ]
        spec = tf.TensorSpec([None, *input_shape], tf.float32, name="x")

        @tf.function(input_signature=[spec])
        def serve(x: tf.Tensor) -> dict[str, tf.Tensor]:
            if preprocessing is not None:
                x = preprocessing(x, training=False)
            if refinement is None:
                return {"generated": predictor.generate(x)}
            trajectory = walk_by(predictor, x, refinement)
            outputs = {
                "generated": trajectory.outputs[0],
                "refined": trajectory.outputs[-1],
                "score": trajectory.scores[-1],
            }
            if delivery is not None:
                y = outputs["refined" if delivery.walks else "generated"]
                outputs["decided"] = delivery.decide_tensor(x, y)
            return outputs

        self.serve = serve


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
    """
    module = _Exported(
        networks, predictor, refinement, input_shape, preprocessing, delivery
    )
    tf.saved_model.save(
        module, os.fspath(folder), signatures={"serving_default": module.serve}
    )
