import dataclasses
import json

import pytest

from experiments.search.plan import Plan
from experiments.tasks.first_stage import first_stage
from experiments.tasks.ranges import Uniform
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

TASK = dataclasses.replace(
    get_task("synthetic_tags"),
    search_space={
        "gan": {
            "input_dropout": Uniform(0.0, 0.5),
            "adversarial_weight": Uniform(0.0, 1.0),
        }
    },
)


def test_what_is_given_is_not_searched():
    assert list(Plan(TASK, "gan", {"input_dropout": 0.1}).space) == [
        "adversarial_weight"
    ]


def test_nothing_to_search_is_refused():
    given = {"input_dropout": 0.1, "adversarial_weight": 1.0}
    for plan in (Plan(TASK, "gan", given), Plan(TASK, "dvn", {})):
        with pytest.raises(UsageError, match=r"nothing to search.*synthetic_tags\.py"):
            _ = plan.space


def test_the_space_of_a_suites_task_is_in_the_module_of_the_suite():
    plan = Plan(get_task("mulan/scene"), "none", {})
    with pytest.raises(UsageError, match=r"experiments/configs/mulan\.py"):
        _ = plan.space


@pytest.mark.parametrize(
    ("task", "given", "is_searched"),
    [
        ("bibtex", {}, True),
        ("bibtex", {"first_method": "baseline"}, False),
        ("bibtex", {"first_method": "nn_baseline"}, False),
        ("bibtex", {"first_method": "baseline", "folds": 0}, True),
        ("delicious", {}, False),
        ("weizmann_horse", {}, False),
        ("weizmann_horse", {"first_method": "ldrsp_plus"}, True),
    ],
)
def test_a_weight_of_no_term_is_not_searched(task, given, is_searched):
    space = Plan(get_task(task), "ldrsp_cross", given).space
    assert ("adversarial_weight" in space) == is_searched
    assert "discriminator_learning_rate" in space


def test_a_trial_has_a_run_for_each_seed():
    plan = Plan(TASK, "gan", {"epochs": 2}, seed=3, seeds=2)
    configs = plan.configs({"input_dropout": 0.25})
    assert [config.seed for config in configs] == [3, 4]
    assert {(c.epochs, c.input_dropout) for c in configs} == {(2, 0.25)}


def test_plans_differ_where_their_values_do_not_compare():
    plan = Plan(TASK, "gan", {"epochs": 2})
    assert json.loads(json.dumps(plan.as_dict())) == plan.as_dict()
    for other in (
        Plan(TASK, "gan", {"epochs": 3}),
        Plan(TASK, "gan", {"epochs": 2, "input_dropout": 0.0}),
        dataclasses.replace(plan, seeds=2),
        dataclasses.replace(plan, sampler="random"),
    ):
        assert other.as_dict() != plan.as_dict()


def test_places_of_files_and_lengths_of_trials_are_no_overrides():
    given = {"train_file": "/home/me/a.arff", "num_labels": 2, "epochs": 3}
    assert Plan(get_task("arff"), "gan", given).overrides({}) == {"num_labels": 2}
    plan = Plan(get_task("synthetic_tags"), "gan", {"epochs": 3, "beta_1": 0.9})
    assert plan.overrides({"beta_2": 0.5}) == {"beta_1": 0.9, "beta_2": 0.5}


@pytest.mark.parametrize("method", ["wgan_gp", "ebgan", "spen"])
def test_a_given_grid_takes_the_place_of_its_single_value(method):
    given = {"step_size_grid": (0.1, 0.3)}
    task = get_task("bibtex")
    assert "step_size" in Plan(task, method, {}).space
    plan = Plan(task, method, given)
    assert "step_size" not in plan.space
    # Copied into a configuration, it is above the method's own single value.
    settings = {**task.settings_of(method), **plan.overrides({})}
    assert task.config.from_flat(settings).refinement_grid().step_sizes == (0.1, 0.3)


@pytest.mark.parametrize("given", [{}, {"batch_size": 64}])
def test_a_cross_fitted_trial_its_overrides_and_the_first_trial_train_the_same_g(given):
    task = get_task("delicious")
    plan = Plan(task, "ldrsp_cross", given)
    assert plan.own_settings["generator_learning_rate"] == 0.000882

    def stage_of(task, config):
        return first_stage(task, config, 0).training

    for settings in (plan.own_settings, {"generator_learning_rate": 0.003}):
        overrides = {**task.overrides["ldrsp_cross"], **plan.overrides(settings)}
        copied = dataclasses.replace(
            task, overrides={**task.overrides, "ldrsp_cross": overrides}
        )
        trained = stage_of(task, plan.configs(settings)[0])
        assert trained == stage_of(copied, copied.configure("ldrsp_cross", {}))
    alone = stage_of(task, task.configure("ldrsp_cross", given))
    assert stage_of(task, plan.configs(plan.own_settings)[0]) == alone


def test_a_held_rate_is_part_of_every_trial_and_of_the_plan():
    plan = Plan(get_task("weizmann_horse"), "gan", {"epochs": 30}, held_rate=True)
    assert plan.configs({})[0].training.cosine_decay is False
    falling = dataclasses.replace(plan, held_rate=False)
    assert falling.configs({})[0].training.cosine_decay is True
    assert plan.as_dict() != falling.as_dict()
