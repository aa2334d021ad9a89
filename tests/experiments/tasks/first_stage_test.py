import dataclasses

import pytest

from experiments.tasks.first_stage import first_stage, training_of_g
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError


def test_the_generators_of_a_cross_fitted_run_are_trained_as_their_method_is():
    task = get_task("bibtex")
    given = {"first_method": "ldrsp_plus", "first_epochs": 7, "hidden_dropout": 0.25}
    config = task.configure("ldrsp_cross", {**given, "seed": 3, "beta_1": 0.9})
    alone = task.configure("ldrsp_plus", {})
    members = [first_stage(task, config, member) for member in range(2)]
    for member in members:
        assert (member.method, member.epochs, member.folds) == ("ldrsp_plus", 7, 0)
        assert member.discriminator_head == alone.discriminator_head == "linear"
        assert member.training.batch_size == alone.training.batch_size
        assert member.training.batch_size != config.training.batch_size
        assert member.training.adversarial_weight == alone.training.adversarial_weight
        # The run says what its generators are, and what neither method does.
        assert member.hidden_dropout == 0.25
        assert member.training.beta_1 == 0.9
    others = [first_stage(task, dataclasses.replace(config, seed=4), 0)]
    assert len({member.seed for member in [config, *members, *others]}) == 4


def test_the_generators_of_a_stock_recipe_have_its_settings():
    """Those of the first method may have been searched on this task's own data."""
    of_task = {"baseline": {"batch_size": 7, "generator_learning_rate": 0.5}}
    task = dataclasses.replace(get_task("synthetic_tags"), overrides=of_task)
    given = {"first_method": "baseline", "folds": 2, "beta_1": 0.9}
    stages = {
        method: first_stage(task, task.configure(method, given), 0)
        for method in ("auto", "ldrsp_plus")
    }
    for stage in stages.values():
        assert (stage.method, stage.training.beta_1) == ("baseline", 0.9)
        assert not (stage.folds or stage.refit or stage.late_refit)
    assert stages["ldrsp_plus"].training.batch_size == 7
    stock, training = task.config.STOCK["auto"], stages["auto"].training
    assert training.batch_size == stock["batch_size"] == 32
    assert training.generator_learning_rate == stock["generator_learning_rate"]


@pytest.mark.parametrize(
    ("task", "given"),
    [
        ("delicious", {"generator_learning_rate": 0.01, "batch_size": 128}),
        ("bibtex", {"generator_learning_rate": 0.01, "batch_size": 128}),
        # The run's own values, which are not those of --first_method.
        ("delicious", {"generator_learning_rate": 0.001}),
        ("bibtex", {"batch_size": 64}),
        ("bibtex", {"first_method": "baseline", "generator_learning_rate": 0.01}),
        ("bibtex", {"first_method": "gan", "adversarial_weight": 0.5}),
        ("bibtex", {"first_method": "wgan_gp", "beta_2": 0.8, "beta_1": 0.1}),
        ("weizmann_horse", {"first_method": "gan", "generator_learning_rate": 0.3}),
    ],
)
def test_what_the_user_gives_for_the_training_of_g_holds_for_the_generators(
    task, given
):
    task = get_task(task)
    stage = first_stage(task, task.configure("ldrsp_cross", given), 0).as_dict()
    settings = {name: given[name] for name in given if name != "first_method"}
    assert {name: stage[name] for name in settings} == settings


def test_settings_of_g_that_a_configuration_names_hold_for_the_generators():
    task = get_task("delicious")
    own = {"generator_learning_rate": 0.003, "beta_1": 0.7}
    overrides = {**task.overrides["ldrsp_cross"], **own}
    named = {**overrides, "first_settings": ("generator_learning_rate",)}
    usual = first_stage(task, task.configure("ldrsp_cross", {}), 0).training
    for settings, rate in ((overrides, usual.generator_learning_rate), (named, 0.003)):
        changed = dataclasses.replace(
            task, overrides={**task.overrides, "ldrsp_cross": settings}
        )
        for given in ({}, {"beta_2": 0.9}):
            config = changed.configure("ldrsp_cross", given)
            training = first_stage(changed, config, 0).training
            assert training.generator_learning_rate == rate
            assert training.beta_2 == given.get("beta_2", usual.beta_2)


def test_the_training_of_g_is_that_of_the_run_or_of_its_generators():
    task = get_task("delicious")
    assert training_of_g(task, task.configure("gan", {"beta_1": 0.1}))["beta_1"] == 0.1
    of_cross = training_of_g(task, task.configure("ldrsp_cross", {}))
    assert of_cross["generator_learning_rate"] == 0.000882


def test_without_a_flag_the_generators_have_their_methods_settings():
    task = get_task("delicious")
    training = first_stage(task, task.configure("ldrsp_cross", {}), 0).training
    assert (training.generator_learning_rate, training.batch_size) == (0.000882, 32)
    # By the same rule with other networks, whose settings are not the user's.
    horses = get_task("weizmann_horse")
    given = {"generator": "unet", "first_method": "gan"}
    stage = first_stage(horses, horses.configure("ldrsp_cross", given), 0)
    assert stage.training.generator_learning_rate == 0.0051


def test_a_flag_for_the_d_of_the_run_leaves_that_of_the_generators_alone():
    task = get_task("bibtex")
    given = {"discriminator_learning_rate": 0.0, "source_shares": (1.0, 0.0, 0.0)}
    changed = first_stage(task, task.configure("ldrsp_cross", given), 0)
    assert changed == first_stage(task, task.configure("ldrsp_cross", {}), 0)


def test_a_method_without_a_generator_trains_none():
    task = get_task("bibtex")
    config = task.configure("ldrsp_cross", {"first_method": "dvn"})
    with pytest.raises(UsageError, match="--first_method=dvn has no generator"):
        first_stage(task, config, 0)
