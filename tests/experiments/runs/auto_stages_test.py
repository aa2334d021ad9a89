"""The stages of a run that decides: validated generators, late refits, a decision."""

import json

import numpy as np
import pytest

from experiments.runs.context import RunContext
from experiments.runs.evaluation import evaluate_test
from experiments.runs.stages import Stages
from experiments.tasks.task import get_task
from ldrsp_tf.data.folds import assign_folds

# Compiled runs of all stages are those of `tests/experiments/tasks/auto_run_test.py`.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("eager")]

_TASK = get_task("synthetic_tags")
_ROWS = 16  # Of the selection; all training rows are 24.


def _config(**given):
    return _TASK.configure(
        "auto",
        {
            **{"folds": 2, "first_epochs": 4, "pretraining_epochs": 2, "epochs": 3},
            **{"first_updates": (), "pretraining_updates": (), "updates": ()},
            **{"first_validations": 2, "validation_interval": 1, "batch_size": 8},
            **{"hidden": (4,), "discriminator_hidden": (4,), "inference_steps": 1},
            **{"step_size": 0.5, "refinement_steps": 2, "controls": False},
            **given,
        },
    )


def _generators(refiners):
    return [refiner.generator.get_weights() for refiner in refiners]


def _are_equal(one, other):
    return all(
        np.array_equal(a, b)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first, second, strict=True)
    )


class _Run:
    """A run with all stages, and the generators after the selection and at the end."""

    def __init__(self, config, folder, few_tags, progress):
        folder.mkdir(exist_ok=True)
        context = RunContext(_TASK, config, {}, folder, progress)
        with Stages(context, few_tags) as stages:
            self.chosen = stages.select(few_tags.take(np.arange(_ROWS)), few_tags)
            self.selected = self._networks(stages)
            stages.retrain(few_tags.take(np.arange(_ROWS)), few_tags, self.chosen)
            self.retrained = self._networks(stages)
        self.stages, self.history = stages, stages.history
        result = evaluate_test(stages.refiner, self.chosen, few_tags, lambda y: {})
        self.result = json.loads(json.dumps(result))

    @staticmethod
    def _networks(stages):
        return _generators(stages._members), _generators(stages._refitted)


@pytest.fixture(scope="module")
def whole(eager, few_tags, make_progress, tmp_path_factory):
    progress = make_progress()
    run = _Run(_config(), tmp_path_factory.mktemp("whole"), few_tags, progress)
    run.progress = progress
    return run


def test_generators_are_refitted_after_the_choices_alone(whole):
    assert [name for name, _ in whole.progress.stages] == [
        *(f"selection/generator {number}" for number in (1, 2)),
        *("selection/answers", "selection"),
        *(f"retraining/generator {number}" for number in (1, 2)),
        *(f"retraining/refitted {number}" for number in (1, 2)),
        *("retraining/answers", "retraining"),
    ]
    members, refitted = whole.selected
    assert _are_equal(members, refitted)
    members, refitted = whole.retrained
    assert not any(_are_equal([m], [r]) for m, r in zip(members, refitted, strict=True))


def test_a_generator_is_validated_on_the_fold_that_it_does_not_see(
    few_tags, progress, tmp_path, monkeypatch
):
    seen, held_out = [], []
    usual_fit, usual_validation = Stages._fit, Stages._validation_of

    def fit(self, stage, trainer, examples, epochs, *arguments, **more):
        if "generator" in stage:
            seen.append((examples.x, epochs, more))
        return usual_fit(self, stage, trainer, examples, epochs, *arguments, **more)

    def validation_of(self, member, examples):
        held_out.append(examples.x)
        return usual_validation(self, member, examples)

    monkeypatch.setattr(Stages, "_fit", fit)
    monkeypatch.setattr(Stages, "_validation_of", validation_of)
    config = _config(folds=3, first_epochs=9, first_validations=3, epochs=1)
    with Stages(RunContext(_TASK, config, {}, tmp_path, progress), few_tags) as stages:
        stages.select(few_tags, few_tags)
    folds = assign_folds(len(few_tags.x), 3, config.seed)
    assert len(seen) == len(held_out) == 3
    for index, ((x, epochs, more), others) in enumerate(
        zip(seen, held_out, strict=True)
    ):
        np.testing.assert_array_equal(x, few_tags.x[folds != index])
        np.testing.assert_array_equal(others, few_tags.x[folds == index])
        # Every third of nine epochs, and three without a better one end it.
        assert (epochs, more["validation_freq"], more["patience"]) == (9, 3, 3)


def test_the_best_validated_state_of_a_generator_is_kept(
    few_tags, progress, tmp_path, monkeypatch
):
    """The first generator is best in epoch 2; it stops three epochs later."""
    metrics = iter([0.5, 0.7, 0.6, 0.7, 0.6, *[0.5] * 99])
    kept = {}

    def validation_of(self, member, examples):
        def measure():
            metric = next(metrics)
            if metric == 0.7:
                kept.setdefault("weights", member.generator.get_weights())
            return {"metric": metric}

        return measure

    monkeypatch.setattr(Stages, "_validation_of", validation_of)
    config = _config(first_epochs=9, first_validations=9, epochs=1)
    with Stages(RunContext(_TASK, config, {}, tmp_path, progress), few_tags) as stages:
        folds = assign_folds(_ROWS, 2, config.seed)
        rows = few_tags.take(np.arange(_ROWS))
        epochs = stages._fit_on_folds("selection/generator", 0, rows, folds, 1.0)
        assert stages.history.phase("selection/generator 1")[-1]["epoch"] == 5
        assert _are_equal(
            [stages._members[0].generator.get_weights()], [kept["weights"]]
        )
        # Two epochs of 8 rows are two updates, as is one epoch of all 16.
        assert epochs == 1.0


def test_refitted_generators_have_the_median_of_the_updates(
    few_tags, make_progress, tmp_path, monkeypatch
):
    found = iter([1.0, 2.0, 7.0])
    monkeypatch.setattr(Stages, "_fit_on_folds", lambda *given: next(found))
    progress = make_progress()
    config = _config(folds=3, pretraining_epochs=1)
    with Stages(RunContext(_TASK, config, {}, tmp_path, progress), few_tags) as stages:
        stages._first_stages("retraining", few_tags)
    refitted = [epochs for name, epochs in progress.stages if "refitted" in name]
    assert refitted == [2, 2, 2]


def test_the_decision_is_in_the_result(whole):
    selected, test = whole.result["selected"], whole.result["test"]
    assert list(test) == ["generator", "refined", "decided"]
    decision = selected["decision"]
    taken = json.loads(json.dumps(whole.chosen["validation"]["decision"]))
    assert decision == {**taken, "sentence": whole.stages.refiner.decision.sentence}
    outputs = {each["output"] for each in decision["compared"]}
    assert outputs == {"generator", "own", "average", "refined"}
    assert selected["calibration"].keys() == outputs
    assert whole.chosen["validation"]["metric"] == decision["metric"]


def test_a_run_is_as_long_as_the_bounds_of_its_updates(
    few_tags, make_progress, tmp_path
):
    progress = make_progress()
    config = _config(
        first_updates=(4, 4),
        first_validations=0,
        pretraining_updates=(6, 6),
        updates=(8, 8),
    )
    with Stages(
        RunContext(_TASK, config, {}, tmp_path, progress),
        few_tags.take(np.arange(_ROWS)),
    ) as stages:
        stages.select(few_tags.take(np.arange(_ROWS)), few_tags)
    # 16 rows are two updates an epoch.
    assert [epochs for _, epochs in progress.stages] == [2, 2, 3, 4]


def test_a_run_that_was_interrupted_within_every_stage_ends_as_an_undisturbed_one(
    whole, few_tags, tmp_path, stopping
):
    again = None
    while again is None:
        try:
            again = _Run(_config(), tmp_path, few_tags, stopping)
        except KeyboardInterrupt:
            continue
    assert len(stopping.stopped) == 7
    for ours, theirs in zip(
        (*again.selected, *again.retrained), (*whole.selected, *whole.retrained)
    ):
        assert _are_equal(ours, theirs)
    assert again.result["test"] == whole.result["test"]
    assert again.result["selected"] == whole.result["selected"]


def test_a_run_that_was_interrupted_between_its_trainings_ends_as_an_undisturbed_one(
    whole, few_tags, progress, tmp_path, monkeypatch
):
    """The copies of generators that the selection predicts by are in no checkpoint."""
    stops = ["selection/answers", "selection", "retraining/refitted 1", "retraining"]
    usual, again = Stages._fit, None

    def interrupted(self, stage, *arguments, **more):
        if stage in stops:
            stops.remove(stage)
            raise KeyboardInterrupt
        return usual(self, stage, *arguments, **more)

    monkeypatch.setattr(Stages, "_fit", interrupted)
    while again is None:
        try:
            again = _Run(_config(), tmp_path, few_tags, progress)
        except KeyboardInterrupt:
            continue
    assert not stops
    assert _are_equal(again.selected[1], whole.selected[1])
    assert _are_equal(again.retrained[1], whole.retrained[1])
    assert again.result["test"] == whole.result["test"]
