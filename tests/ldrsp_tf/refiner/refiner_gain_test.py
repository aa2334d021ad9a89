import keras
import numpy as np
import pytest

from datasets.synthetic_shapes import generative_model
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace


@pytest.fixture(scope="module")
def shapes():
    """Makes 120 training, 40 validation and 100 test pictures of synthetic shapes."""

    def examples(pictures, rows):
        masks = pictures.masks[:rows].astype(int)
        return (
            pictures.images[:rows].astype(np.float32) / 127.5 - 1.0,
            np.eye(2, dtype=np.float32)[masks],
        )

    splits = generative_model.generate()
    rows = {"train": 120, "validation": 40, "test": 100}
    return {name: examples(splits[name], number) for name, number in rows.items()}


def _texture_model(x, y):
    """Makes a network that sees 7x7 pixels, trained for some epochs by Keras alone."""
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Input(x.shape[1:])]
    for width in (8, 16, 16):
        layers += [
            keras.layers.Conv2D(width, 3, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
        ]
    layers.append(keras.layers.Conv2D(1, 1, activation="sigmoid"))
    model = keras.Sequential(layers)
    # XLA would take longer to compile the step than to train.
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", jit_compile=False)
    model.fit(x, y[..., 1:], epochs=12, batch_size=20, verbose=0)
    return model


@pytest.mark.slow
def test_a_frozen_model_gains_from_refinement(shapes):
    # Six seeds of model (0.01 to 0.24 mean IOU) and refiner gain 0.18 to 0.39.
    refiner = Refiner(
        _texture_model(*shapes["train"]),
        ClassMapSpace(),
        from_logits=False,
        frozen=True,
        discriminator=PatchDiscriminator("fcn", width=4, head="bilinear"),
        settings=TrainingSettings(
            batch_size=20,
            discriminator_learning_rate=0.005,
            source_shares=(0.5, 0.5, 0.0),  # Replay chains take long to compile.
            sampling=SamplingSettings(
                inference_steps=2, inference_step_size=8.0, adversarial_step_size=4.0
            ),
        ),
        grid=RefinementGrid((8.0,), (1, 2, 5, 10)),
    )
    refiner.fit(shapes["train"], shapes["validation"], epochs=9, validation_freq=3)
    measured = refiner.evaluate(shapes["test"])
    gain = measured["refined"]["mean_iou"] - measured["generator"]["mean_iou"]
    assert gain > 0.1
