"""Layers inside of a network that move the pixels of its inputs at random."""

import keras

# Layers that change colors alone leave masks right.
_NAMES = (
    *("AugMix", "CutMix", "MixUp", "RandAugment", "RandomCrop"),
    *("RandomElasticTransform", "RandomFlip", "RandomPerspective", "RandomRotation"),
    *("RandomShear", "RandomTranslation", "RandomZoom"),
)
# Versions of Keras differ in the layers that they have.
_CLASSES = tuple(
    getattr(keras.layers, name) for name in _NAMES if hasattr(keras.layers, name)
)


def moving_layer(network: keras.layers.Layer) -> keras.layers.Layer | None:
    """Returns the first layer that moves pixels at random in training; None without.

    Args:
      network: A network or a layer, whose inner ones are looked at as well.
    """
    for layer in network._flatten_layers():
        if isinstance(layer, _CLASSES):
            return layer
        # Keras does not track the layers of a pipeline.
        if isinstance(layer, keras.layers.Pipeline):
            inner = filter(None, map(moving_layer, layer.layers))
            if (found := next(inner, None)) is not None:
                return found
    return None
