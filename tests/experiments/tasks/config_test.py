import math
import re

import numpy as np
import pytest

from experiments.cli.setting_tree import flatten, leaves
from experiments.tasks.chopps_settings import ChoppsSettings
from experiments.tasks.command_line import CONFIGS
from experiments.tasks.config import Config
from experiments.tasks.image_folder_config import ImageFolderConfig
from experiments.tasks.posterior_config import PosteriorSettings
from experiments.tasks.tag_config import TagConfig
from ldrsp_tf.errors import UsageError
from ldrsp_tf.settings import (
    Domain,
    RefinementGrid,
    SamplingSettings,
    TrainingSettings,
)


def config(**given) -> Config:
    return Config.from_flat({"task": "t", "method": "m", **given})


def test_without_a_choice_the_grids_are_the_candidates():
    chosen = config(step_size_grid=(0.5, 2.0), refinement_steps_grid=(1, 2, 3))
    assert chosen.refinement_grid() == RefinementGrid((0.5, 2.0), (1, 2, 3), True)


def test_a_given_step_size_and_number_of_steps_are_the_only_candidates():
    chosen = config(step_size=4.0, refinement_steps=0, normalized_gradient=False)
    assert chosen.refinement_grid() == RefinementGrid((4.0,), (0,), False)


def test_as_dict_has_what_json_reads_back():
    fields = config(step_size_grid=(0.5, 2.0)).as_dict()
    assert fields["step_size_grid"] == [0.5, 2.0]
    assert fields["task"] == "t"
    assert fields["patience"] is None
    assert Config.from_flat(fields) == config(step_size_grid=(0.5, 2.0))


def test_flat_settings_are_those_of_the_library():
    chosen = config(
        batch_size=7,
        normalized_sampling=False,
        chain_steps=2,
        truth_weight=0.5,
        normalized_gradient=False,
    )
    sampling = SamplingSettings(normalized_gradient=False, chain_steps=2)
    assert chosen.training == TrainingSettings(
        batch_size=7, truth_weight=0.5, sampling=sampling
    )
    assert chosen.grid == RefinementGrid(normalized=False)


def test_defaults_of_training_are_those_of_the_library():
    made = TagConfig(task="t", method="m")
    assert made.training == TrainingSettings()
    assert made.grid == RefinementGrid()
    defaults = TagConfig.defaults()
    assert {**defaults, "task": "t", "method": "m"} == made.as_dict()
    assert not {"training", "grid", "sampling", "task"} & set(defaults)


def test_replacing_keeps_the_other_settings():
    chosen = config(batch_size=7, seed=3)
    other = chosen.replace(epochs=2, chain_length=4)
    assert (other.epochs, other.seed) == (2, 3)
    assert other.training.batch_size == 7
    assert other.training.sampling.chain_length == 4
    changed = {k for k, v in flatten(other).items() if v != flatten(chosen)[k]}
    assert changed == {"epochs", "chain_length"}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TagConfig, "hidden"),
        (ImageFolderConfig, "image_size"),
        (ChoppsSettings, "contrast_grid"),
    ],
)
def test_arrays_become_tuples_that_files_can_keep(kind, name):
    required = {} if kind is ChoppsSettings else {"task": "t", "method": "m"}
    made = kind(**required, **{name: np.array([8, 8])})
    assert repr(getattr(made, name)) == "(8, 8)"


def test_numbers_of_numpy_become_those_of_python():
    assert repr(PosteriorSettings(l2_weight=np.float32(0.5)).l2_weight) == "0.5"


def test_unknown_settings_are_refused():
    with pytest.raises(TypeError, match="no setting batch"):
        config(batch=3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"epochs": 0}, "Config.epochs is 0: a whole number of at least 1 is"),
        ({"precision": "half"}, "'half': one of float32, mixed_bfloat16 is"),
        ({"batch_size": 2.5}, "TrainingSettings.batch_size is 2.5: a whole number"),
        (
            {"beta_1": math.nan},
            "TrainingSettings.beta_1 is nan: a number from 0 to 0.99999",
        ),
    ],
)
def test_a_value_out_of_bounds_is_refused(given, message):
    with pytest.raises(UsageError, match=message):
        config(**given)


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_layer_has_one_unit_or_channel_at_least(kind):
    """Keras refuses one without any, in an error of its own."""
    sizes = {}
    for leaf in leaves(kind):
        about = leaf.field.metadata.get("help", "")
        if leaf.name != "interaction_units" and re.search("units|channels", about):
            domain = Domain.of(leaf.field)
            if domain.kind is int:
                sizes[leaf.name] = domain.low
    assert sizes
    assert set(sizes.values()) == {1}


@pytest.mark.parametrize("name", ["updates", "first_updates", "pretraining_updates"])
@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((300,), "=300 are no bounds: give the smallest and the largest number"),
        ((1, 2, 3), "=1,2,3 are no bounds"),
        ((300, 200), "=300,200 are no bounds"),
        ((0, 200), "whole numbers of at least 1 are needed"),
    ],
)
def test_bounds_are_two_numbers_in_their_order(name, bounds, message):
    assert getattr(config(**{name: (200, 200)}), name) == (200, 200)
    with pytest.raises(UsageError, match=message):
        config(**{name: bounds})
