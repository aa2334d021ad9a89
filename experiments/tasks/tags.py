"""The family of multi-label tasks: tags of a text (Section 4.1 of the paper)."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.tasks.config import OURS, PAPER, Config, setting
from experiments.tasks.inputs import NewInputs, read_array
from experiments.tasks.predictions import require_tag_file, write_tags
from experiments.tasks.task import Examples
from ldrsp_tf.models import MLP, Discriminator, EnergyNetwork
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.spaces.base import OutputSpace
from ldrsp_tf.spaces.tags import TagSpace


def _linear(config: "TagConfig", labels: int) -> Discriminator:
    return EnergyNetwork(
        labels,
        hidden=config.discriminator_hidden,
        interaction_units=config.interaction_units,
    )


def _ratio(config: "TagConfig", labels: int) -> Discriminator:
    return RatioNetwork(
        labels,
        hidden=config.discriminator_hidden,
        dropout=config.discriminator_dropout,
        interaction_units=config.interaction_units,
    )


_DISCRIMINATORS = {"linear": _linear, "ratio": _ratio}


@dataclasses.dataclass(frozen=True, kw_only=True)
class TagConfig(Config):
    """Adds the networks of the multi-label tasks."""

    hidden: tuple[int, ...] = setting(
        (150,), PAPER, "hidden units of G's layers", low=1
    )
    input_dropout: float = setting(0.0, OURS, "share of G's inputs dropped", high=1)
    hidden_dropout: float = setting(
        0.0, OURS, "share of G's hidden units dropped", high=1
    )
    discriminator_hidden: tuple[int, ...] = setting(
        (150,), PAPER, "Softplus units of the layers of D's u(x)"
    )
    interaction_units: int = setting(16, PAPER, "label-interaction units of D")
    discriminator_head: str = setting(
        "linear", PAPER, "how D scores tags", choices=tuple(_DISCRIMINATORS)
    )
    discriminator_dropout: float = setting(
        0.0, OURS, "share of D's hidden units dropped, with the ratio head", high=1
    )


# What the generator is made of.
GENERATOR_SETTINGS = ("hidden", "input_dropout", "hidden_dropout")


# Cross-fitted generators, and a discriminator with the shape of F1 that knows what they
# say. Chosen on validation rows of Bibtex, seeds 0 and 1.
CROSS_FITTED = {
    "folds": 5,
    "first_method": "ldrsp_plus",
    "first_epochs": 60,
    "input_dropout": 0.2,
    "hidden_dropout": 0.5,
    "discriminator_head": "ratio",
    "discriminator_hidden": (500,),
    # As usual; said here, an ablation of it leaves the first stage as it is.
    "interaction_units": 16,
    "discriminator_dropout": 0.5,
    "pretraining_epochs": 10,
    "discriminator_learning_rate": 3e-4,
    "batch_size": 64,
    "epochs": 30,
    "controls": True,
}


# Generators that a method is about.
NETWORKS_OF_METHODS = {
    "logistic_regression": {"hidden": (), "hidden_dropout": 0.0},
    "nn_baseline": {"hidden": (150, 150)},
    "ldrsp_cross": CROSS_FITTED,
}


def space(config: TagConfig) -> OutputSpace:
    """Tag vectors judged by F1."""
    del config
    return TagSpace()


def examples(config: TagConfig, split: Mapping[str, np.ndarray]) -> Examples:
    """Features `[N, F]` and tags `[N, L]`, in the data set's own (small) types."""
    del config
    return Examples(split["features"], split["labels"])


def augmentation(config: TagConfig) -> None:
    """Tags are not augmented."""
    del config


def crops(config: TagConfig, final: bool) -> None:
    """Tags are predicted whole."""
    del config, final


def variant(config: TagConfig) -> str:
    """Tags have one kind of generator."""
    del config
    return ""


def read_inputs(
    config: TagConfig, path: pathlib.Path, shape: tuple[int, ...]
) -> NewInputs:
    """Features of a file of `numpy.save`, `[N, F]`."""
    del config
    return read_array(path, shape)


def require_output(path: pathlib.Path) -> None:
    """A table or JSON lines."""
    require_tag_file(path)


def write_predictions(
    config: TagConfig,
    path: pathlib.Path,
    inputs: NewInputs,
    rows: Mapping[str, np.ndarray],
    scores: np.ndarray | None,
    decoder_params: Mapping[str, Mapping[str, Any]],
) -> None:
    """One line an input."""
    del config
    write_tags(path, inputs, rows, scores, decoder_params)


def networks(config: TagConfig, examples: Examples) -> tuple[MLP, Discriminator]:
    """The two-layer network, and the network of SPEN and DVN or one like F1."""
    labels = examples.y.shape[1]
    generator = MLP(
        labels,
        hidden=config.hidden,
        input_dropout=config.input_dropout,
        hidden_dropout=config.hidden_dropout,
    )
    return generator, _DISCRIMINATORS[config.discriminator_head](config, labels)
