import keras
import pytest

from ldrsp_tf.models.augmentation_layers import moving_layer

layers = keras.layers


class _Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inner = keras.Sequential([layers.RandomRotation(0.1)])

    def call(self, x):
        return self.inner(x)


def _functional():
    x = keras.Input((8, 8, 3))
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.RandomTranslation(0.1, 0)])
    return keras.Model(x, inner(x))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: keras.Sequential([layers.RandomFlip()]), "RandomFlip"),
        (lambda: keras.Sequential([layers.RandomCrop(4, 4)]), "RandomCrop"),
        (_Subclassed, "RandomRotation"),
        (_functional, "RandomTranslation"),
        (lambda: layers.Pipeline([layers.RandomZoom(0.1)]), "RandomZoom"),
    ],
)
def test_layers_that_move_pixels_are_found_wherever_they_are(make, name):
    assert type(moving_layer(make())).__name__ == name


def test_layers_that_change_colors_or_nothing_are_left_alone():
    model = keras.Sequential(
        [
            layers.RandomContrast(0.1),
            layers.Pipeline([layers.RandomBrightness(0.1)]),
            layers.Dropout(0.5),
            layers.Resizing(4, 4),
        ]
    )
    assert moving_layer(model) is None
