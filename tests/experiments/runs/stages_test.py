import dataclasses

import numpy as np
import pytest

from experiments.runs.builders import build_members, build_refiner, cross_fit, folds_of
from experiments.runs.context import RunContext
from experiments.runs.stages import Stages
from experiments.tasks.first_stage import first_stage
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models.ensembles import CrossFitted

# Compiled runs of all stages are those of `tests/experiments/tasks/auto_run_test.py`.
pytestmark = pytest.mark.usefixtures("eager")

_TASK = get_task("synthetic_tags")


def _config(**given):
    return _TASK.configure(
        "ldrsp_cross",
        {
            **{"folds": 2, "first_method": "baseline", "first_epochs": 2, "epochs": 2},
            **{"hidden": (4,), "batch_size": 8, "inference_steps": 1},
            **{"step_size": 0.5, "refinement_steps": 2, "validation_interval": 1},
            **given,
        },
    )


def _train(config, folder, few_tags, progress):
    folder.mkdir(exist_ok=True)
    with Stages(RunContext(_TASK, config, {}, folder, progress), few_tags) as stages:
        chosen = stages.select(few_tags.take(np.arange(16)), few_tags)
        stages.retrain(few_tags.take(np.arange(16)), few_tags, chosen)
    return stages


_DROPOUT = {
    **{"pretraining_epochs": 4, "first_epochs": 3, "epochs": 3, "refit": True},
    **{"input_dropout": 0.25, "hidden_dropout": 0.25, "discriminator_dropout": 0.25},
}


def _networks_variables(stages):
    """Every variable of every network of a run, by its path."""
    trainers = [member.trainer for member in (*stages._members, *stages._refitted)]
    trainers += [stages.refiner.trainer, stages._pretrainer]
    return {id(v): v for trainer in trainers for v in trainer.variables}


@pytest.fixture(scope="module")
def undisturbed(eager, few_tags, make_progress, tmp_path_factory):
    """A run with all stages and dropout, the stages' epochs and what each changed.

    The latter are the paths of the variables that differ after the stage: all, and
    those that are not in its checkpoint.
    """
    usual, changed, progress = Stages._fit, {}, make_progress()

    def compared(self, stage, trainer, *arguments, **more):
        variables = _networks_variables(self)
        before = {key: v.numpy() for key, v in variables.items()}
        checkpoints = usual(self, stage, trainer, *arguments, **more)
        kept = {id(v) for v in trainer.variables}
        keys = [key for key, v in variables.items() if np.any(v.numpy() != before[key])]
        changed[stage] = (
            [variables[key].path for key in keys],
            [variables[key].path for key in keys if key not in kept],
        )
        return checkpoints

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stages, "_fit", compared)
        folder = tmp_path_factory.mktemp("undisturbed")
        stages = _train(_config(**_DROPOUT), folder, few_tags, progress)
    return stages, progress.stages, changed


@pytest.mark.slow
def test_a_cross_fitted_run_has_its_stages_twice(undisturbed):
    _, stages, _ = undisturbed
    parts = [
        *("/generator 1", "/generator 2", "/refitted 1", "/refitted 2"),
        *("/answers", ""),
    ]
    names = [stage + part for stage in ("selection", "retraining") for part in parts]
    assert [name for name, _ in stages] == names
    # 16 rows are two batches, 24 are three: as many updates are 2 / 3 of the epochs.
    epochs = [epochs for _, epochs in stages]
    assert epochs[:6] == [3, 3, 3, 3, 4, 3]
    assert epochs[6:11] == [2, 2, 2, 2, 3]


@pytest.mark.slow
def test_a_generator_has_the_other_folds(few_tags, progress, tmp_path, monkeypatch):
    seen = []
    usual = Stages._fit

    def spy(self, stage, trainer, rows, epochs, **more):
        if "generator" in stage:
            seen.append(rows)
        return usual(self, stage, trainer, rows, epochs, **more)

    monkeypatch.setattr(Stages, "_fit", spy)
    config = _config(folds=3)
    with Stages(RunContext(_TASK, config, {}, tmp_path, progress), few_tags) as stages:
        stages.select(few_tags, few_tags)
    folds = folds_of(config, few_tags)
    assert len(seen) == 3
    for index, rows in enumerate(seen):
        np.testing.assert_array_equal(rows.x, few_tags.x[folds != index])


@pytest.mark.slow
def test_refitted_generators_are_the_runs_g(undisturbed, few_tags):
    stages, _, _ = undisturbed
    # G predicts by the refitted, which are neither the members nor as they began.
    generator = stages.refiner.generator
    logits = [model(few_tags.x[:1]).numpy() for model in generator.refitted]
    predicted = generator(few_tags.x[:1])
    np.testing.assert_allclose(predicted, np.mean(logits, 0), rtol=1e-5)
    assert np.any(logits[0] != generator.members[0](few_tags.x[:1]).numpy())


@pytest.mark.slow
def test_a_refitted_generator_is_that_of_an_ensemble_of_all_rows(
    few_tags, progress, tmp_path
):
    with Stages(
        RunContext(_TASK, _config(refit=True, epochs=1), {}, tmp_path, progress),
        few_tags,
    ) as stages:
        stages.select(few_tags, few_tags)
        ensemble = stages.ensemble(few_tags, 1.0)
    refitted = stages.refiner.generator
    np.testing.assert_array_equal(ensemble(few_tags.x), refitted(few_tags.x))


@pytest.mark.parametrize("setting", ["refit", "late_refit"])
def test_refitting_is_of_cross_fitted_runs(setting, few_tags):
    message = "--refit and --late_refit are of cross.* 2 or more, or --norefit and"
    # The second has a setting that its user need not know of.
    for method, given in ("ldrsp", {setting: True}), ("auto", {"folds": 0}):
        with pytest.raises(UsageError, match=message):
            build_refiner(_TASK, _TASK.configure(method, given), few_tags)


@pytest.mark.parametrize("other", [{"refit": True}, {"retrain": False}])
def test_late_refits_need_a_retraining_and_are_instead_of_others(other, few_tags):
    config = _config(late_refit=True, **other)
    with pytest.raises(UsageError, match="give --nolate_refit with --refit or --nore"):
        build_refiner(_TASK, config, few_tags)


@pytest.mark.slow
def test_a_stage_keeps_all_that_it_changes_in_its_checkpoint(undisturbed):
    _, _, changed = undisturbed
    assert len(changed) == 12
    for stage, (paths, lost) in changed.items():
        assert paths, stage
        assert not lost, f"{stage} changes {lost}"


def _train_until_it_ends(folder, few_tags, progress):
    while True:
        try:
            return _train(_config(**_DROPOUT), folder, few_tags, progress)
        except KeyboardInterrupt:
            continue


def _losses(record):
    return {name: value for name, value in record.items() if name.endswith("_loss")}


def _require_the_same_end(again, whole):
    for ours, theirs in zip(
        again.refiner.trainer.variables, whole.refiner.trainer.variables, strict=True
    ):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy(), ours.path)
    for ours, theirs in zip(again.history.records, whole.history.records, strict=True):
        # A logged loss is a sum whose order is free without `--deterministic`.
        assert _losses(ours) == pytest.approx(_losses(theirs), rel=1e-6)
        assert {**ours, **_losses(theirs), "seconds": 0} == {**theirs, "seconds": 0}


@pytest.mark.slow
def test_a_run_that_was_interrupted_between_stages_ends_as_an_undisturbed_one(
    undisturbed, few_tags, progress, tmp_path, monkeypatch
):
    stops = ["selection", "retraining/generator 1"]
    usual = Stages._fit

    def interrupted(self, stage, *arguments, **more):
        if stage in stops:
            stops.remove(stage)
            raise KeyboardInterrupt
        return usual(self, stage, *arguments, **more)

    monkeypatch.setattr(Stages, "_fit", interrupted)
    again = _train_until_it_ends(tmp_path, few_tags, progress)
    assert not stops
    _require_the_same_end(again, undisturbed[0])


@pytest.mark.slow
def test_a_run_that_was_interrupted_within_every_stage_ends_as_an_undisturbed_one(
    undisturbed, few_tags, tmp_path, stopping
):
    again = _train_until_it_ends(tmp_path, few_tags, stopping)
    assert len(stopping.stopped) == 8
    _require_the_same_end(again, undisturbed[0])


def test_members_have_weights_of_their_own(few_tags):
    members = build_members(_TASK, _config(), few_tags)
    first, second = (member.generator.get_weights() for member in members)
    assert np.any(first[0] != second[0])
    generator = cross_fit(members, [], few_tags)
    refiner = build_refiner(_TASK, _config(), few_tags, generator)
    assert isinstance(refiner.generator, CrossFitted)
    assert refiner.generator.members[0] is members[0].generator
    assert not refiner.trainer.generator.trainable_variables


@pytest.mark.parametrize("method", ["baseline", "dvn"])
def test_folds_are_of_methods_with_both_networks(method, few_tags):
    config = _TASK.configure(method, {"folds": 2})
    with pytest.raises(UsageError, match="--folds is of methods with a generator"):
        build_refiner(_TASK, config, few_tags)


@pytest.mark.slow
def test_several_discriminators_score_together(few_tags, progress, tmp_path):
    config = _config(discriminators=3, epochs=1)
    with Stages(RunContext(_TASK, config, {}, tmp_path, progress), few_tags) as stages:
        stages.select(few_tags, few_tags)
    assert len(stages.refiner.discriminator.members) == 3
    members = build_members(_TASK, config, few_tags)
    assert all(member.discriminator is None for member in members)  # Of `baseline`.


def test_the_truths_weight_is_of_the_methods_that_have_it(few_tags):
    refiner = build_refiner(_TASK, _config(truth_weight=0.25), few_tags)
    assert refiner.settings.truth_weight == 0.25
    with pytest.raises(UsageError, match="truth_weight is of the ldrsp methods"):
        build_refiner(_TASK, _TASK.configure("gan", {"truth_weight": 0.5}), few_tags)


def test_more_folds_than_rows_are_refused_before_as_many_networks_are_built(
    few_tags, progress, tmp_path, monkeypatch
):
    built = []
    monkeypatch.setattr(
        "experiments.runs.stages.build_members", lambda *given: built.append(given)
    )
    run = RunContext(_TASK, _config(folds=200), {}, tmp_path, progress)
    with pytest.raises(UsageError, match="rows cannot be divided into 200 folds"):
        Stages(run, few_tags)
    assert not built


def test_the_largest_seed_has_generators_of_a_first_stage():
    config = first_stage(_TASK, _config(seed=2**32 - 1), 1)
    assert config.seed == 1
    with pytest.raises(UsageError, match="from 0 to 4294967295"):
        _config(seed=2**32)
    with pytest.raises(UsageError, match="from 0 to 255"):
        _config(folds=100_000)


def test_bounds_of_the_generators_count_updates_of_their_own_batches(
    few_tags, progress, tmp_path
):
    """D has batches of 12 rows, two an epoch; the generators have one of all 24."""
    of_method = {"batch_size": 12, "updates": (6, 6), "first_updates": (6, 6)}
    task = dataclasses.replace(_TASK, overrides={"ldrsp_cross": of_method})
    given = {"folds": 2, "hidden": (4,), "discriminator_hidden": (4,)}
    config = task.configure("ldrsp_cross", given)
    run = RunContext(task, config, {}, tmp_path, progress)
    with Stages(run, few_tags) as stages:
        assert (stages._budgets.epochs, stages._budgets.first_epochs) == (3, 6)
