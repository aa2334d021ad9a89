import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import training_cost
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.methods import METHODS, get_method
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.adapters import ConstantOutput
from ldrsp_tf.settings import SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer

_ROWS, _FEATURES, _LABELS, _HIDDEN, _BATCH = 8, 5, 3, 7, 4
_RATES = {"operations_per_second": 1e6, "bytes_per_second": 1e12}

_EXAMPLES = Examples(
    np.ones((_ROWS, _FEATURES), np.float32), np.eye(_LABELS)[np.arange(_ROWS) % 3]
)


def _trainer(method):
    trainer = Trainer(
        (
            MLP(_LABELS, hidden=(_HIDDEN,))
            if method.has_generator
            else ConstantOutput((_LABELS,), 0.0)
        ),
        EnergyNetwork(_LABELS, hidden=(_HIDDEN,), interaction_units=2),
        method,
        TagSpace(),
        TrainingSettings(
            batch_size=_BATCH, sampling=SamplingSettings(inference_steps=6)
        ),
    )
    trainer.build(*map(tf.constant, _EXAMPLES))
    return trainer


def _least_work(name):
    method = get_method(name)
    resting = _trainer(training_cost.with_resting_samples(method))
    return training_cost.least_work(_trainer(method), resting, _EXAMPLES)


# A product with a weight matrix: forwards, to the weights, and to what is below.
_FIRST = 2 * _BATCH * _FEATURES * _HIDDEN
_SECOND = 2 * _BATCH * _HIDDEN * _LABELS
_GENERATOR = 2 * _FIRST + 3 * _SECOND


def test_the_work_of_a_network_by_hand():
    operations, moved = _least_work("baseline")
    weights = (_FEATURES + 1) * _HIDDEN + (_HIDDEN + 1) * _LABELS
    rows = _BATCH * (4 * _FEATURES + 8 * _LABELS)
    assert operations == 2 * _GENERATOR
    assert moved == 2 * (rows + 7 * 4 * weights)


def test_the_trajectories_of_samples_by_hand():
    method = get_method("ldrsp")
    trainer = _trainer(method)
    specs = [tf.TensorSpec(shape) for shape in ((4, _FEATURES), (4, _LABELS))]
    # softplus(P' y), its weights, and the gradient through both to y.
    interaction = 2 * _BATCH * _LABELS * 2
    step = training_cost.step_operations(trainer.discriminator, *specs)
    assert step == 2 * interaction + 2 * (2 * _BATCH * 2)
    # Half of the batches take 6 steps, half of them one.
    assert training_cost.trajectory_operations(trainer, *specs) == 3.5 * step


@pytest.mark.slow
def test_more_updates_of_the_critic_are_more_work():
    once = dataclasses.replace(get_method("wgan_gp"), discriminator_updates=1)
    five = get_method("wgan_gp")
    work = [
        training_cost.least_work(_trainer(method), _trainer(method), _EXAMPLES)
        for method in (once, five)
    ]
    assert work[1][0] > 2 * work[0][0]
    assert work[1][1] > work[0][1]


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_the_parts_of_every_method_are_its_epoch(name):
    method = get_method(name)
    cost = training_cost.training_cost(_trainer, method, _EXAMPLES, _RATES, epochs=1)
    expected = {
        "input": True,
        "generator": method.has_generator,
        "discriminator": method.has_discriminator,
        "walks": bool(method.sources),
    }
    assert set(cost["parts"]) == {part for part, there in expected.items() if there}
    assert sum(cost["parts"].values()) == pytest.approx(cost["seconds"])
    assert cost["examples_per_second"] == pytest.approx(_ROWS / cost["seconds"])
    assert cost["bound"] == pytest.approx(cost["operations"] / 1e6)


def test_the_bound_is_the_longer_of_both_times():
    rates = {"operations_per_second": 1e12, "bytes_per_second": 10.0}
    method = get_method("baseline")
    cost = training_cost.training_cost(_trainer, method, _EXAMPLES, rates, epochs=1)
    assert cost["bound"] == pytest.approx(cost["bytes"] / 10.0)


def test_samples_without_a_trajectory_stay_where_they_start():
    method = training_cost.with_resting_samples(get_method("ldrsp_plus"))
    ((share, source),) = method.sources
    assert share == 1.0
    trainer = _trainer(method)
    x, y = (tf.constant(part[:4], tf.float32) for part in _EXAMPLES)
    start = trainer.generate(x)
    context = dataclasses.make_dataclass("Context", ["x", "y_generated", "y_true"])
    samples = source(SamplingSettings(), x, y)(context(x, start, y))
    np.testing.assert_array_equal(samples.y, start)


def test_a_method_without_samples_is_left_as_it_is():
    assert training_cost.with_resting_samples(get_method("gan")) == get_method("gan")


def test_the_first_call_is_left_out_of_the_median():
    calls = {"a": 0, "b": 0}

    def call(name):
        calls[name] += 1

    times = training_cost.median_seconds(
        {name: lambda name=name: call(name) for name in calls}, repeats=3
    )
    assert calls == {"a": 4, "b": 4}
    assert set(times) == {"a", "b"}


def test_a_budget_ends_the_rounds_after_one_that_counts():
    calls = []
    training_cost.median_seconds({"a": lambda: calls.append(1)}, repeats=9, budget=0.0)
    assert len(calls) == 2
