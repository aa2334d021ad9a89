"""The family of multi-label tasks: tags of a text (Section 4.1 of the paper)."""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.tasks.inputs import NewInputs, read_array
from experiments.tasks.predictions import require_tag_file, write_tags
from experiments.tasks.tag_config import TAG_DISCRIMINATORS, TAG_HEADS, TagConfig
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import MLP, AutoencoderEnergy, Discriminator, EnergyNetwork
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.tags import TagSpace


def _linear(config: TagConfig, labels: int) -> Discriminator:
    return EnergyNetwork(
        labels,
        hidden=config.discriminator_hidden,
        interaction_units=config.interaction_units,
        entropy=config.entropy,
    )


def _ratio(config: TagConfig, labels: int) -> Discriminator:
    if config.entropy:
        raise UsageError(
            "--entropy is of the linear head of D, and --discriminator_head is "
            "'ratio'; leave one of them out."
        )
    return RatioNetwork(
        labels,
        hidden=config.discriminator_hidden,
        dropout=config.discriminator_dropout,
        interaction_units=config.interaction_units,
    )


_HEADS = dict(zip(TAG_HEADS, (_linear, _ratio), strict=True))


def _energy(config: TagConfig, labels: int) -> Discriminator:
    return _HEADS[config.discriminator_head](config, labels)


def _autoencoder(config: TagConfig, labels: int) -> Discriminator:
    if config.discriminator_head != TAG_HEADS[0] or config.entropy:
        raise UsageError(
            "--discriminator=autoencoder has neither heads nor an entropy term; leave "
            "--discriminator_head and --entropy out."
        )
    if not config.discriminator_hidden:
        raise UsageError(
            "--discriminator=autoencoder needs a layer for its code; give "
            "--discriminator_hidden."
        )
    return AutoencoderEnergy(labels, hidden=config.discriminator_hidden)


_DISCRIMINATORS = dict(zip(TAG_DISCRIMINATORS, (_energy, _autoencoder), strict=True))


def space(config: TagConfig) -> OutputSpace:
    """Returns the space of tag vectors, whose oracle is F1."""
    del config
    return TagSpace()


def examples(config: TagConfig, split: Mapping[str, np.ndarray]) -> Examples:
    """Returns features `[N, F]` and tags `[N, L]` in the data set's small types."""
    del config
    return Examples(split["features"], split["labels"])


def preprocessing() -> None:
    """Returns None: the networks take features as they are."""


def describe_inputs(shape: tuple[int, ...]) -> str:
    """Returns a phrase on the features of a row."""
    return f"the {shape[0]:,} features of a row, as in the data, not standardized"


def augmentation(config: TagConfig) -> None:
    """Returns None: tags are not augmented."""
    del config


def crops(config: TagConfig, final: bool) -> None:
    """Returns None: tags are predicted whole."""
    del config, final


def read_inputs(path: pathlib.Path, shape: tuple[int, ...]) -> NewInputs:
    """Reads features `[N, F]` from a file of `numpy.save`."""
    return read_array(path, shape)


def require_output(path: pathlib.Path) -> None:
    """Refuses a path that is neither a .csv nor a .jsonl file."""
    require_tag_file(path)


def write_predictions(
    config: TagConfig,
    path: pathlib.Path,
    inputs: NewInputs,
    outputs: Mapping[str, np.ndarray],
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> None:
    """Writes one line per input."""
    del config
    write_tags(path, inputs, outputs, scores, decoder_params)


def networks(config: TagConfig, examples: Examples) -> tuple[MLP, Discriminator]:
    """Returns an MLP as G, and as D the network of SPEN and DVN or one like F1."""
    labels = examples.y.shape[1]
    generator = MLP(
        labels,
        hidden=config.hidden,
        input_dropout=config.input_dropout,
        hidden_dropout=config.hidden_dropout,
        l2=config.generator_l2,
    )
    return generator, _DISCRIMINATORS[config.discriminator](config, labels)
