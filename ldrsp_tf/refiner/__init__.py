"""The whole method around a Keras model: `Refiner`.

`refiner` is the public class and `predicting` its base, which predicts and decides;
arguments, assembly, overrides, checks, saving and export have a module each.
May import everything but `controls`.
"""

from ldrsp_tf.refiner.refiner import Refiner

__all__ = ["Refiner"]
