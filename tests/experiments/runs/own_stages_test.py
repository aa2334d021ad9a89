import numpy as np
import pytest
import tensorflow as tf

from experiments.runs.context import RunContext
from experiments.runs.finished import load_run
from experiments.runs.own_stages import OwnStages
from experiments.runs.pipeline import run
from experiments.runs.stages import open_stages
from experiments.search.plan import Plan
from experiments.search.trials import validation_value, without_test_rows
from experiments.tasks.recipes import RECIPES, Recipe
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError

_TASK = get_task("synthetic_tags")
_RECIPE = Recipe(
    "rates", "shares of tags", "baseline", "tests.experiments.fits.tag_rates"
)


class Screen:
    """A display that shows nothing and can interrupt."""

    def __init__(self, stop_after=None):
        self.epochs = []
        self._stop_after = stop_after

    def start(self, *parts):
        pass

    def notes(self, notes):
        pass

    def stage(self, name, epochs):
        pass

    def already_complete(self, folder):
        pass

    def progress(self, record):
        self.epochs.append((record["phase"], record["epoch"]))
        if len(self.epochs) == self._stop_after:
            raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def recipe(monkeypatch):
    monkeypatch.setitem(RECIPES, "rates", _RECIPE)


def config(**given):
    return _TASK.configure("rates", {"epochs": 4, "validation_interval": 1, **given})


def context(folder, screen, **given):
    settings = config(**given)
    return RunContext(_TASK, settings, _TASK.identity(settings), folder, screen)


def do(folder, screen=None, command="a command", **given):
    screen = screen or Screen()
    return run(context(folder, screen, **given), screen, command)


def test_a_run_has_its_result_and_its_model_predicts(tmp_path):
    result = do(tmp_path)
    chosen = result["selected"]["epochs"]
    assert result["selected"]["retraining_epochs"] == chosen + 1
    assert set(result["test"]["generator"]) == {"f1", "f1_tuned", "f1_plugin"}
    assert set(result) >= {"validation", "seconds", "batch_shapes", "versions"}
    x = np.zeros((3, *result["batch_shapes"]["x"][1:]), np.float32)
    finished = load_run(tmp_path)
    y = finished.model().predict(x).generated
    assert y.shape == (3, result["batch_shapes"]["y"][1])
    # Rates after n epochs are 1 - 2^-n of the shares.
    train = _TASK.load(finished.config, None, None).splits["train"]["labels"]
    np.testing.assert_allclose(
        y[0], train.mean(0) * (1 - 0.5 ** (chosen + 1)), rtol=1e-5
    )


@pytest.mark.parametrize("after", [2, 5])
@pytest.mark.slow
def test_an_interrupted_fit_is_resumed(tmp_path, after):
    screen = Screen(stop_after=after)
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path / "a", screen)
    again = Screen()
    result = do(tmp_path / "a", again)
    assert not set(screen.epochs) & set(again.epochs)
    whole = do(tmp_path / "b")
    assert result["test"] == whole["test"]
    assert result["selected"] == whole["selected"]


def test_a_result_names_the_commands_of_earlier_processes(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path, Screen(stop_after=1))
    result = do(tmp_path, command="a command --deterministic")
    assert result["command"] == "a command --deterministic"
    assert result["earlier_commands"] == ["a command"]


def test_a_run_of_one_command_has_no_earlier_ones(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        do(tmp_path, Screen(stop_after=1))
    assert "earlier_commands" not in do(tmp_path)


def test_a_model_without_a_network_is_not_exported(tmp_path):
    do(tmp_path)
    with pytest.raises(UsageError, match="'rates' has a fit of its own and no network"):
        load_run(tmp_path).refiner()


def test_a_lost_checkpoint_is_named(tmp_path):
    do(tmp_path)
    for path in (tmp_path / "checkpoints" / "retraining" / "latest").iterdir():
        path.unlink()
    with pytest.raises(UsageError, match="has no checkpoint"):
        load_run(tmp_path).model()


def test_a_sweep_values_a_fit_by_its_best_validation(tmp_path):
    plan = Plan(_TASK, "rates", {"epochs": 2}, seeds=2)
    data = without_test_rows(_TASK.load(plan.own_config, None, None))
    reports = []
    value = validation_value(
        plan, data, {}, tmp_path, lambda step, value: reports.append(value)
    )
    assert 0 <= value == reports[-1]


def test_what_needs_networks_is_refused_and_claims_no_folder(tmp_path, few_tags):
    for given in ({"folds": 2}, {"controls": True}):
        with pytest.raises(UsageError, match=f"--{next(iter(given))} is of methods"):
            open_stages(context(tmp_path, Screen(), **given), few_tags)
    run_context = RunContext(
        _TASK, config(), {}, tmp_path, Screen(), strategy=tf.distribute.get_strategy()
    )
    with pytest.raises(UsageError, match="--distribute is of methods"):
        OwnStages(run_context, few_tags)
    assert not list(tmp_path.iterdir())
