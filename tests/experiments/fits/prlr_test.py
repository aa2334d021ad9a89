import numpy as np
import pytest
import tensorflow as tf

from experiments.fits.own_fit import build_own_fit
from experiments.fits.posterior_regularization import (
    LinearState,
    e_step,
)
from experiments.tasks.first_stage import first_stage
from experiments.tasks.task import get_task
from ldrsp_tf.errors import UsageError
from tests.experiments.fits.objective import posterior_objective

_TASK = get_task("synthetic_tags")


def make(examples, method="prlr", **given):
    settings = {"batch_size": 8, "start_epochs": 5, **given}
    config = _TASK.configure(method, settings)
    return build_own_fit(config, _TASK.family.space(config), examples)


def train(fit, examples, rounds):
    x, y = map(tf.constant, examples)
    return [fit.train_epoch(x, y, epoch) for epoch in range(rounds)]


def test_weights_are_a_function_of_seed_and_rows(few_tags):
    one, two, other = make(few_tags), make(few_tags), make(few_tags, seed=1)
    assert train(one, few_tags, 2) == train(two, few_tags, 2)
    train(other, few_tags, 2)
    np.testing.assert_array_equal(one.outputs(few_tags.x), two.outputs(few_tags.x))
    assert np.abs(one.outputs(few_tags.x) - other.outputs(few_tags.x)).max() > 0
    one.reset()
    np.testing.assert_array_equal(one.outputs(few_tags.x), 0.5)


def test_rounds_lower_the_objective(few_tags):
    weights = 2.0, 0.1
    fit = make(
        few_tags,
        **{"nuclear_weight": weights[0], "sparsity_weight": weights[1]},
        **{"l2_weight": 0.0, "start_epochs": 0, "m_step_epochs": 5},
    )
    x, y = few_tags.x.astype(np.float32), few_tags.y.astype(np.float32)

    def objective():
        logits = LinearState(*(v.numpy() for v in fit.variables)).logits(x)
        q = e_step(logits, y, *weights).q
        return posterior_objective(q, logits, *weights)

    values = [objective()]
    for epoch in range(6):
        fit.train_epoch(tf.constant(x), tf.constant(y), epoch)
        values.append(objective())
    assert all(np.diff(values) < 0)


def test_absent_tags_are_unknown(few_tags):
    few = few_tags._replace(y=few_tags.y * (np.arange(24) % 2)[:, None])
    fit = make(few, "prlr_without_norms", start_epochs=20)
    rates = [record["expected_tags"] for record in train(fit, few, 8)]
    # The classifier fills in tags that were taken away, more in every round.
    assert rates[0] > few.y.sum(1).mean()
    assert all(np.diff(rates) > 0)


def test_a_round_reports_q(few_tags):
    (record,) = train(make(few_tags), few_tags, 1)
    assert set(record) == {"surrogate_loss", "nuclear_norm", "expected_tags"}
    assert 0 < record["expected_tags"] <= few_tags.y.shape[1]


def test_the_control_has_no_norms():
    posterior = _TASK.configure("prlr_without_norms", {}).posterior
    assert (posterior.nuclear_weight, posterior.sparsity_weight) == (0.0, 0.0)


def test_a_setting_out_of_bounds_is_refused():
    with pytest.raises(UsageError, match="m_step_epochs is 0"):
        _TASK.configure("prlr", {"m_step_epochs": 0})


def test_masks_are_refused():
    with pytest.raises(UsageError, match="--method=prlr is of multi-label tasks"):
        get_task("synthetic_shapes").configure("prlr", {})


def test_it_is_no_first_stage_of_a_cross_fitted_run():
    config = _TASK.configure("ldrsp_cross", {"first_method": "prlr"})
    with pytest.raises(UsageError, match="--first_method=prlr has no generator"):
        first_stage(_TASK, config, 0)
