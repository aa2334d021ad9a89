"""Keras models for the generator and the discriminator.

`discriminator` is the interface of D; `mlp`, `segmentation`, `energy_network`,
`autoencoder`, `ratio_network` and `value_network` are networks of the tasks; `adapters`
and `ensembles` put networks in the place of others; `preprocessing` makes their inputs
of raw ones. May import `methods` and what is below it.
"""

from ldrsp_tf.models.autoencoder import AutoencoderEnergy
from ldrsp_tf.models.discriminator import Discriminator
from ldrsp_tf.models.energy_network import EnergyNetwork
from ldrsp_tf.models.ensembles import CrossFitted, MeanDiscriminator
from ldrsp_tf.models.mlp import MLP
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.models.value_network import ValueNetwork

__all__ = [
    "MLP",
    "AutoencoderEnergy",
    "CrossFitted",
    "Discriminator",
    "EnergyNetwork",
    "MeanDiscriminator",
    "PatchDiscriminator",
    "RatioNetwork",
    "SegmentationNetwork",
    "ValueNetwork",
]
