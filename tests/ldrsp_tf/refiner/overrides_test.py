import dataclasses

import pytest

from ldrsp_tf.refiner.overrides import apply_overrides, prefer_given_weight
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings

_STOCK = TrainingSettings(
    batch_size=20, sampling=SamplingSettings(chain_steps=2, chain_length=12)
)


def _settings(given):
    return apply_overrides(_STOCK, given, "settings")


def test_nothing_and_an_empty_dict_leave_the_stock_ones():
    assert _settings(None) == _settings({}) == _STOCK


def test_settings_take_the_place_of_all():
    assert _settings(TrainingSettings()) == TrainingSettings() != _STOCK


def test_a_dict_changes_what_it_names():
    assert _settings({"cosine_decay": True}) == dataclasses.replace(
        _STOCK, cosine_decay=True
    )


@pytest.mark.parametrize("steps", [{"chain_steps": 3}, SamplingSettings(chain_steps=3)])
def test_settings_of_settings(steps):
    made = _settings({"batch_size": 4, "sampling": steps})
    assert (made.batch_size, made.sampling.chain_steps) == (4, 3)
    kept = 12 if isinstance(steps, dict) else SamplingSettings().chain_length
    assert made.sampling.chain_length == kept


def test_unknown_names_are_refused_with_the_known_ones(refused):
    with refused("no 'rate' among the settings; there are batch_size, generator_learn"):
        _settings({"rate": 1.0})
    with refused("no 'steps' among the settings of the sampling; there are inference"):
        _settings({"sampling": {"steps": 1}})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (3, "an int"),
        ([("batch_size", 1)], "a list"),
        (RefinementGrid(), "a RefinementGrid"),
        (TrainingSettings, "the class TrainingSettings"),
    ],
)
def test_other_things_are_refused(given, kind, refused):
    with refused(f"settings are {kind}: a TrainingSettings is needed, or a dict"):
        _settings(given)


def test_a_changed_value_is_checked_as_any(refused):
    with refused(r"steps is \(-1,\)"):
        apply_overrides(RefinementGrid(), {"steps": (-1,)}, "grid")


@pytest.mark.parametrize(
    ("given", "weight", "share"),
    [
        ({"adversarial_weight": 2.0}, 2.0, None),
        ({"adversarial_weight": 2.0, "adversarial_share": 0.3}, 2.0, 0.3),
        ({"batch_size": 4}, 1.0, 0.1),
        (None, 1.0, 0.1),
        (TrainingSettings(adversarial_share=0.2), 1.0, 0.2),
    ],
)
def test_a_weight_that_is_given_stands_above_a_default_share(given, weight, share):
    default = TrainingSettings(adversarial_share=0.1)
    made = apply_overrides(default, prefer_given_weight(given), "settings")
    assert (made.adversarial_weight, made.adversarial_share) == (weight, share)
