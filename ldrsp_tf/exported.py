"""A refiner as one TensorFlow SavedModel, which does not need this package."""

import os

import tensorflow as tf

from ldrsp_tf.refiner import Refiner


class _Exported(tf.Module):
    """What is saved: the variables, and one function with the walk inside."""

    def __init__(self, refiner: Refiner):
        super().__init__()
        networks = [refiner.trainer.generator, refiner.discriminator]
        # TensorFlow saves the variables that it finds in attributes.
        self.weights = [
            weight.value
            for network in networks
            if network is not None
            for weight in network.weights
        ]
        spec = tf.TensorSpec([None, *refiner.shapes[0]], tf.float32, name="x")

        @tf.function(input_signature=[spec])
        def serve(x: tf.Tensor) -> dict[str, tf.Tensor]:
            if refiner.refinement is None:
                return {"generated": refiner.predictor.generate(x)}
            walk = refiner.predictor.walk(
                x,
                tf.constant(refiner.refinement.step_size, tf.float32),
                tf.constant(refiner.refinement.steps, tf.int32),
                refiner.refinement.normalized,
            )
            return {
                "generated": walk.outputs[0],
                "refined": walk.outputs[-1],
                "score": walk.scores[-1],
            }

        self.serve = serve


def export_refiner(refiner: Refiner, folder: str | os.PathLike) -> None:
    """Writes a SavedModel whose signature `serving_default` takes x, `[N, ...]`.

    It returns `generated`, `refined` and `score` (only the first for a method without
    D), for any N, with the refinement's steps inside.

    Args:
      refiner: A trained one.
      folder: Of the SavedModel.

    Raises:
      UsageError: It is not trained.
    """
    refiner.require_trained()
    module = _Exported(refiner)
    tf.saved_model.save(
        module, os.fspath(folder), signatures={"serving_default": module.serve}
    )
