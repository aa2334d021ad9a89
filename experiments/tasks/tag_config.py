"""The settings of multi-label tasks; nothing here needs TensorFlow."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from experiments.tasks.config import Config
from experiments.tasks.posterior_config import PosteriorSettings
from ldrsp_tf.settings import OURS, PAPER, setting

# Scoring heads of the discriminator, which `experiments.tasks.tags` builds.
TAG_HEADS = ("linear", "ratio")

_ENERGY = "energy"
TAG_DISCRIMINATORS = (_ENERGY, "autoencoder")

# 0/1 features are left alone by `auto`: scaled, rare ones get values so large that a
# network trained by Adam does worse.
STANDARDIZATIONS = ("auto", "none", "all")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TagConfig(Config):
    """Adds the networks of the multi-label tasks."""

    FAMILY: ClassVar[str] = "experiments.tasks.tags"
    GENERATOR_SETTINGS: ClassVar[tuple[str, ...]] = (
        "hidden",
        "input_dropout",
        "hidden_dropout",
        "generator_l2",
    )
    STOCK: ClassVar[Mapping[str, Mapping[str, Any]]]
    # Trials take seconds, and seeds differ by as much as good settings do.
    SEARCH_SEEDS: ClassVar[int] = 2

    hidden: tuple[int, ...] = setting(
        (150,),
        PAPER,
        "number of hidden units in each layer of G, separated by commas",
        low=1,
        group="networks",
    )
    input_dropout: float = setting(
        0.0,
        OURS,
        "share of G's inputs that dropout sets to 0",
        high=1,
        group="networks",
    )
    hidden_dropout: float = setting(
        0.0,
        OURS,
        "share of G's hidden units that dropout sets to 0",
        high=1,
        group="networks",
    )
    generator_l2: float = setting(
        0.0,
        OURS,
        "factor of the sum of G's squared weights in its loss, in which the "
        "cross-entropy is a mean over the labels",
        group="networks",
    )
    discriminator: str = setting(
        _ENERGY,
        PAPER,
        "network of D: an energy network with one of the heads, or an auto-encoder of "
        "the tags given x, whose error is the energy of ebgan",
        choices=TAG_DISCRIMINATORS,
        group="networks",
    )
    discriminator_hidden: tuple[int, ...] = setting(
        (150,),
        PAPER,
        "number of units in each hidden layer of D (of the encoder, where D is an "
        "auto-encoder), separated by commas",
        low=1,
        group="networks",
    )
    interaction_units: int = setting(
        16, PAPER, "number of label-interaction units of D", group="networks"
    )
    entropy: bool = setting(
        False,
        OURS,
        "add the entropy of the tags to the score of D with the linear head, as SPEN "
        "does; D can then be pretrained to predict",
        group="networks",
    )
    discriminator_head: str = setting(
        "linear",
        PAPER,
        "scoring head of D: linear in the tags as in the paper, or a ratio of the "
        "shape of F1, which D can also predict with",
        choices=TAG_HEADS,
        group="networks",
    )
    discriminator_dropout: float = setting(
        0.0,
        OURS,
        "share of D's hidden units that dropout sets to 0, with the ratio head",
        high=1,
        group="networks",
    )
    posterior: PosteriorSettings = dataclasses.field(
        default_factory=PosteriorSettings, metadata={"group": "training"}
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class StandardizedTagConfig(TagConfig):
    """Adds the standardization of features that are numbers of any scale."""

    standardize: str = setting(
        "auto",
        OURS,
        "features to bring to mean 0 and variance 1 over the training rows; auto takes "
        "those that have values outside 0 and 1 there",
        choices=STANDARDIZATIONS,
        group="data",
    )


# Cross-fitted generators, and a discriminator with the shape of F1 that is conditioned
# on their logits. Chosen on validation rows of Bibtex, seeds 0 and 1.
CROSS_FITTED: Mapping[str, Any] = {
    "folds": 5,
    "first_method": "ldrsp_plus",
    "first_epochs": 60,
    "input_dropout": 0.2,
    "hidden_dropout": 0.5,
    "discriminator_head": "ratio",
    "discriminator_hidden": (500,),
    # The default, stated here so that an ablation of it leaves the first stage alone.
    "interaction_units": 16,
    "discriminator_dropout": 0.5,
    "pretraining_epochs": 10,
    "discriminator_learning_rate": 3e-4,
    "batch_size": 64,
    "epochs": 30,
    "controls": True,
}


# Of batches of 32: 333 rows need 300 epochs of them, where 4,880 need 60 at most.
FIRST_UPDATES = (3000, 8000)

# One rule for all data: no setting is searched for one of them. Budgets are in updates
# where rows are few or many.
AUTO: Mapping[str, Any] = {
    **CROSS_FITTED,
    "first_method": "baseline",
    "first_updates": FIRST_UPDATES,
    "first_validations": 20,
    "late_refit": True,
    "generator_learning_rate": 1e-3,
    "normalized_gradient": False,
    "step_size_grid": (0.25, 1.0, 4.0, 16.0),
    "batch_size": 32,
    "pretraining_updates": (600, 3000),
    "updates": (900, 3000),
    "validation_interval": 3,
}


# Rounds of EM, each of which is validated. The weights are the best of 16 trials of a
# sweep of Bibtex's `prlr`, on validation rows of seeds 0 and 1.
_POSTERIOR: Mapping[str, Any] = {
    "epochs": 24,
    "validation_interval": 1,
    "batch_size": 64,
    "l2_weight": 4.09e-5,
    "m_step_epochs": 3,
}


# An energy with entropy, pretrained unaries, and walks that come to rest. In a training
# they are stopped before they do (`experiments/configs/bibtex.py`).
_SPEN: Mapping[str, Any] = {
    "entropy": True,
    "pretraining_epochs": 16,
    "inference_steps": 10,
    "inference_step_size": 0.3,
    "normalized_sampling": False,
    "normalized_gradient": False,
    "step_size": 0.3,
    "refinement_steps": 20,
}


# Settings without which a recipe would not be what its name says.
RECIPE_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "logistic_regression": {"hidden": (), "hidden_dropout": 0.0},
    "nn_baseline": {"hidden": (150, 150)},
    "ldrsp_cross": CROSS_FITTED,
    "prlr": {**_POSTERIOR, "nuclear_weight": 0.951, "sparsity_weight": 0.0024},
    # Q is P, but for the observed tags.
    "prlr_without_norms": {
        **_POSTERIOR,
        "nuclear_weight": 0.0,
        "sparsity_weight": 0.0,
    },
    "spen": _SPEN,
}


TagConfig.STOCK = {"auto": AUTO}
