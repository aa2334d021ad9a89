import dataclasses
import json
import math

import numpy as np
import pytest

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.segmentation import BODIES
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.settings import (
    BODY_NAMES,
    OURS,
    PAPER,
    PROJECTION_NAMES,
    Domain,
    RefinementGrid,
    SamplingSettings,
    TrainingSettings,
    is_setting,
)
from ldrsp_tf.spaces.class_maps import ClassMapSpace


@pytest.mark.parametrize("kind", [SamplingSettings, TrainingSettings, RefinementGrid])
def test_every_setting_has_help_a_source_and_a_default_within_its_domain(kind):
    for field in filter(is_setting, dataclasses.fields(kind)):
        assert len(field.metadata["help"]) > 10
        assert field.metadata["source"] in (PAPER, OURS)
        assert field.default in Domain.of(field)
        assert field.name in kind.__doc__


@pytest.mark.parametrize("name", ["beta_1", "beta_2"])
def test_the_largest_decay_rate_is_below_1_in_single_precision(name):
    fields = {field.name: field for field in dataclasses.fields(TrainingSettings)}
    largest = Domain.of(fields[name]).high
    TrainingSettings(**{name: largest})
    assert np.float32(1) - np.float32(largest) > 0
    # The next decimal place is too much.
    assert np.float32(1) - np.float32(1 - (1 - largest) / 10) == 0


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (TrainingSettings, {"batch_size": 0}, "is 0: a whole number of at least 1 is"),
        (TrainingSettings, {"batch_size": 1.5}, "is 1.5: a whole number of"),
        (TrainingSettings, {"beta_1": 1.5}, "is 1.5: a number from 0 to 0.9999999"),
        (TrainingSettings, {"beta_2": 1}, "beta_2 is 1: a number from 0 to 0.9999999"),
        (TrainingSettings, {"penalty_weight": math.nan}, "penalty_weight is nan"),
        (TrainingSettings, {"generator_learning_rate": -1}, "is -1: a number of at"),
        (TrainingSettings, {"adversarial_weight": "3"}, "is '3': a number of at"),
        (TrainingSettings, {"adversarial_weight": None}, "is None: a number of at"),
        (TrainingSettings, {"source_shares": (0.5, -0.5)}, r"is \(0.5, -0.5\): number"),
        (TrainingSettings, {"truth_weight": math.inf}, "truth_weight is inf: a number"),
        (TrainingSettings, {"batch_size": True}, "batch_size is True: a whole number"),
        (TrainingSettings, {"cosine_decay": "no"}, "'no': True or False is needed"),
        (SamplingSettings, {"chain_length": 0}, "SamplingSettings.chain_length is 0"),
        (TrainingSettings, {"sampling": None}, "is None: a SamplingSettings is needed"),
        (TrainingSettings, {"sampling": {"chain_steps": 3}}, "3}: a SamplingSettings"),
        (
            RefinementGrid,
            {"steps": (1.5,)},
            r"is \(1.5,\): whole numbers of at least 0",
        ),
        (
            RefinementGrid,
            {"steps": np.array([[1, 2], [3, 4]])},
            r"is \(\(1, 2\), \(3, 4\)\): whole numbers of at least 0",
        ),
        (RefinementGrid, {"steps": 3}, "is 3: whole numbers of at least 0 are needed"),
        (RefinementGrid, {"step_sizes": ()}, r"is \(\): at least one candidate"),
    ],
)
def test_a_value_out_of_its_domain_is_refused(kind, given, message):
    with pytest.raises(UsageError, match=message):
        kind(**given)


@pytest.mark.parametrize(("rows", "steps"), [(64, 2), (95, 2), (32, 1), (7, 1)])
def test_an_epoch_has_the_steps_of_full_batches_and_one_at_least(rows, steps):
    assert TrainingSettings(batch_size=32).steps_per_epoch(rows) == steps


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (TrainingSettings, {"batch_size": np.int64(3)}, 3),
        (TrainingSettings, {"batch_size": np.array(3)}, 3),
        (TrainingSettings, {"cosine_decay": np.True_}, True),
        (TrainingSettings, {"beta_2": np.float64(0.5)}, 0.5),
        (TrainingSettings, {"margin": np.longdouble(0.5)}, 0.5),
        (TrainingSettings, {"source_shares": np.float32([0.5, 0.25])}, (0.5, 0.25)),
        (TrainingSettings, {"source_shares": [np.float16(1)]}, (1.0,)),
        (SamplingSettings, {"chain_steps": np.uint8(2)}, 2),
        (RefinementGrid, {"steps": np.arange(1, 4)}, (1, 2, 3)),
        (RefinementGrid, {"steps": range(1, 4)}, (1, 2, 3)),
        (RefinementGrid, {"steps": [1, np.int32(2)]}, (1, 2)),
        (RefinementGrid, {"step_sizes": (np.float32(0.5), 1)}, (0.5, 1)),
    ],
)
def test_numbers_and_sequences_of_any_type_become_those_of_python(
    kind, given, expected
):
    settings, plain = kind(**given), kind(**dict.fromkeys(given, expected))
    assert repr(settings) == repr(plain)  # Types as well.
    assert hash(settings) == hash(plain)
    assert json.loads(json.dumps(dataclasses.asdict(settings)))


def test_a_refinement_of_numpy_numbers_is_one_of_python_numbers():
    refinement = Refinement(np.float32(0.5), np.int64(3), np.False_)
    assert repr(refinement) == repr(Refinement(0.5, 3, False))


def test_what_the_method_decides_may_be_left_open():
    settings = TrainingSettings(binarised_oracle=None, truth_weight=None)
    assert settings == TrainingSettings()
    assert TrainingSettings(binarised_oracle=False, truth_weight=0.0) != settings


def test_networks_and_spaces_have_the_names_that_flags_offer():
    assert tuple(BODIES) == BODY_NAMES
    assert tuple(ClassMapSpace.PROJECTIONS) == PROJECTION_NAMES
