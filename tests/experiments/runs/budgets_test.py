import pytest

from experiments.runs.budgets import Budgets, bounded_epochs
from experiments.tasks.tag_config import TagConfig


@pytest.mark.parametrize(
    ("epochs", "bounds", "updates", "expected"),
    [
        (30, (), 7, 30),
        (30, (100, 300), 5, 30),  # 150 updates are within the bounds.
        (30, (900, 3000), 11, 82),  # 330 are too few: 900 / 11 = 81.8.
        (30, (900, 3000), 400, 8),  # 12,000 are too many: 3000 / 400 = 7.5.
        (30, (900, 3000), 4000, 1),  # An epoch has more than the bound.
        (30, (100, 100), 100, 1),
    ],
)
def test_epochs_are_bounded_by_their_updates(epochs, bounds, updates, expected):
    assert bounded_epochs(epochs, bounds, updates) == expected


def _config(**given):
    return TagConfig.from_flat({"task": "t", "method": "m", **given})


_EPOCHS = {"epochs": 30, "first_epochs": 60, "pretraining_epochs": 10}


def test_settings_without_bounds_are_the_budgets():
    config = _config(**_EPOCHS, validation_interval=3)
    assert Budgets.of(config, updates=11) == Budgets(30, 60, 10, 3)


def test_each_training_has_bounds_of_its_own():
    config = _config(
        **_EPOCHS,
        validation_interval=3,
        updates=(900, 3000),
        first_updates=(3000, 8000),
        pretraining_updates=(600, 3000),
    )
    # Few rows: 900 / 10, 3000 / 10 and 600 / 10 epochs. A validation every 3 of 30
    # epochs is one every 9 of 90.
    assert Budgets.of(config, updates=10) == Budgets(90, 300, 60, 9)
    # Many rows: 3000 / 400 = 7.5, 8000 / 400 = 20 and 3000 / 400 = 7.5 epochs.
    assert Budgets.of(config, updates=400) == Budgets(8, 20, 8, 1)


def test_updates_of_generators_are_those_of_their_own_batches():
    config = _config(**_EPOCHS, first_updates=(3000, 3000), updates=(3000, 3000))
    budgets = Budgets.of(config, updates=10, first_updates=20)
    assert (budgets.epochs, budgets.first_epochs) == (300, 150)


def test_an_interval_that_the_user_gives_holds_between_bounds():
    bounds = {"epochs": 30, "updates": (900, 3000), "validation_interval": 3}
    assert Budgets.of(_config(**bounds), updates=10).validation_interval == 9
    held = _config(**bounds, bounded_interval=False)
    assert Budgets.of(held, updates=10).epochs == 90
    assert Budgets.of(held, updates=10).validation_interval == 3


def test_a_stage_that_is_left_out_stays_so():
    """Of zero epochs of pretraining, bounds would make some."""
    config = _config(pretraining_epochs=0, pretraining_updates=())
    assert Budgets.of(config, updates=10).pretraining_epochs == 0
