"""Keras models that can be generator or discriminator."""

from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.energy_network import EnergyNetwork
from ldrsp_tf.models.mlp import MLP

__all__ = ["MLP", "Discriminator", "EnergyNetwork"]
