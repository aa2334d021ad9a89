import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses, oracles, projections, refinement, sampling
from ldrsp_tf.losses.ldrsp import ScoredOutputs
from ldrsp_tf.sampling.sources import SamplingContext
from ldrsp_tf.settings import SamplingSettings

_ROWS, _LABELS = 60, 5


@pytest.fixture
def context():
    rng = np.random.default_rng(0)
    u = tf.constant(rng.normal(size=(_ROWS, _LABELS)), tf.float32)

    def logits_for(x):
        return lambda y: tf.reduce_sum(x * y + y * y, 1) - 1.0

    return SamplingContext(
        x=u,
        logits=logits_for(u),
        logits_for=logits_for,
        y_generated=tf.constant(rng.uniform(0.2, 0.8, (_ROWS, _LABELS)), tf.float32),
        y_true=tf.constant(rng.uniform(size=(_ROWS, _LABELS)) < 0.5, tf.float32),
        y_initial=tf.fill((_ROWS, _LABELS), 0.125),
        oracle=oracles.f1,
        value_loss=losses.squared_value_loss,
        project=projections.box,
        seed=tf.constant([3, 4]),
    )


def _loss_per_example(context, y, value):
    score = 1.0 / (1.0 + np.exp(-context.logits(tf.constant(y)).numpy()))
    return 0.5 * np.square(score - value)


def _starts(context):
    return [context.y_generated, context.y_true, context.y_initial]


@pytest.mark.parametrize("normalized", [False, True])
def test_inference_samples_are_the_refinement_of_the_generated_outputs(
    context, normalized
):
    settings = SamplingSettings(
        inference_steps=4, inference_step_size=0.3, normalized_gradient=normalized
    )
    refined = refinement.refine(
        lambda y: tf.sigmoid(context.logits(y)),
        context.y_generated,
        step_size=0.3,
        steps=4,
        normalized=normalized,
    )
    samples = sampling.inference_samples(context, settings)
    np.testing.assert_array_equal(samples, refined)
    assert not np.allclose(samples, context.y_generated)


@pytest.mark.parametrize("kind", ["inference", "adversarial"])
def test_a_source_gives_the_samples_with_the_batch_they_belong_to(context, kind):
    settings = SamplingSettings(inference_steps=2)
    source = getattr(sampling, f"{kind.title()}Source")
    samples = source(settings, context.x, context.y_true)(context)
    assert isinstance(samples, sampling.Samples)
    np.testing.assert_array_equal(
        samples.y, getattr(sampling, f"{kind}_samples")(context, settings)
    )
    np.testing.assert_array_equal(samples.x, context.x)
    np.testing.assert_array_equal(samples.y_true, context.y_true)


@pytest.mark.parametrize("source", ["inference_samples", "adversarial_samples"])
def test_samples_are_projected(context, source):
    tilted = (
        projections.simplex(context.y_generated),
        projections.simplex(context.y_true),
    )
    context = context._replace(
        y_generated=tilted[0], y_true=tilted[1], project=projections.simplex
    )
    samples = getattr(sampling, source)(context, SamplingSettings())
    np.testing.assert_allclose(tf.reduce_sum(samples, 1), 1.0, atol=1e-5)


@pytest.mark.parametrize("step_size", [0.01, 0.5, 10.0])
@pytest.mark.parametrize("source", ["inference_samples", "adversarial_samples"])
def test_samples_stay_in_the_box(context, source, step_size):
    settings = SamplingSettings(
        inference_step_size=step_size, adversarial_step_size=step_size
    )
    samples = getattr(sampling, source)(context, settings).numpy()
    assert samples.shape == (_ROWS, _LABELS)
    assert samples.min() >= 0.0
    assert samples.max() <= 1.0


@pytest.mark.parametrize(
    "value_loss", [losses.squared_value_loss, losses.cross_entropy_value_loss]
)
def test_adversarial_samples_raise_the_discriminators_loss(context, value_loss):
    context = context._replace(value_loss=value_loss)
    start = sampling.random_starts(_starts(context), context.seed)
    value = context.oracle(start, context.y_true)
    settings = SamplingSettings(adversarial_steps=3, adversarial_step_size=0.05)
    samples = sampling.adversarial_samples(context, settings)
    before = _loss_per_example(context, start, value)
    after = _loss_per_example(context, samples, value)
    assert np.all(after >= before - 1e-6)
    assert after.mean() > before.mean() + 0.01


def _draw_of_zeros(rows):
    """Makes a batch whose starts are all the same; the logit is (0.6, -0.8)'y."""
    zeros = tf.zeros([rows, 2])

    def logits_for(x):
        del x
        return lambda y: tf.reduce_sum(y * [0.6, -0.8], 1)

    return SamplingContext(
        x=zeros,
        logits=logits_for(zeros),
        logits_for=logits_for,
        y_generated=zeros,
        y_true=zeros,
        y_initial=zeros,
        oracle=oracles.f1,
        value_loss=losses.squared_value_loss,
        project=projections.box,
        seed=tf.constant([0, 0]),
    )


def test_one_adversarial_step_by_hand():
    # Every start is (0, 0), worth 1 since the truth is empty too. D = 1/2, and the
    # logit's gradient is u = (0.6, -0.8): D is underrated, so the loss rises with a
    # falling score, 0.5 * (-0.6, 0.8), clipped.
    context = _draw_of_zeros(rows=1)
    samples = sampling.adversarial_samples(context, SamplingSettings())
    np.testing.assert_allclose(samples, [[0.0, 0.4]], rtol=1e-6)
    # Eq. 8: the loss' gradient is (D - 1) D (1 - D) u = -u / 8.
    samples = sampling.adversarial_samples(
        context, SamplingSettings(normalized_gradient=False)
    )
    np.testing.assert_allclose(samples, [[0.0, 0.05]], rtol=1e-6)


@pytest.mark.parametrize("normalized", [False, True])
def test_an_adversarial_sample_does_not_depend_on_the_size_of_the_batch(normalized):
    settings = SamplingSettings(normalized_gradient=normalized)
    four, one = (
        sampling.adversarial_samples(_draw_of_zeros(rows), settings) for rows in (4, 1)
    )
    np.testing.assert_allclose(four[:1], one, rtol=1e-6)


def test_adversarial_samples_start_at_output_truth_and_initial_output(context):
    # Without steps the starts are seen; a third of the examples each.
    samples = sampling.adversarial_samples(
        context, SamplingSettings(adversarial_steps=0)
    )
    counts = [int(np.all(samples == start, axis=1).sum()) for start in _starts(context)]
    assert sum(counts) == _ROWS
    assert min(counts) > _ROWS / 6


def test_the_value_of_an_adversarial_walk_is_that_of_its_start(context):
    # From a start that is judged rightly the loss cannot rise: its gradient is zero.
    def oracle(y, y_true):
        del y_true
        return tf.sigmoid(context.logits(y))

    context = context._replace(oracle=oracle)
    samples = sampling.adversarial_samples(
        context, SamplingSettings(adversarial_steps=2)
    )
    start = sampling.random_starts(_starts(context), context.seed)
    np.testing.assert_array_equal(samples, start)


def test_no_inference_steps_return_the_generated_outputs(context):
    samples = sampling.inference_samples(context, SamplingSettings(inference_steps=0))
    np.testing.assert_array_equal(samples, context.y_generated)


def test_random_starts_take_whole_examples():
    starts = [tf.fill([_ROWS, 4], float(index)) for index in range(3)]
    chosen = sampling.random_starts(starts, tf.constant([0, 1])).numpy()
    assert np.all(chosen == chosen[:, :1])
    assert set(chosen[:, 0]) == {0.0, 1.0, 2.0}


def test_random_starts_take_whole_maps():
    starts = [tf.fill([_ROWS, 2, 3, 2], float(index)) for index in range(2)]
    chosen = sampling.random_starts(starts, tf.constant([0, 1])).numpy()
    assert chosen.shape == (_ROWS, 2, 3, 2)
    assert np.all(chosen == chosen[:, :1, :1, :1])
    assert set(chosen[:, 0, 0, 0]) == {0.0, 1.0}


def test_random_starts_are_drawn_by_their_shares():
    starts = [tf.fill([4000, 1], float(index)) for index in range(3)]
    chosen = sampling.random_starts(starts, tf.constant([0, 1]), [0.1, 0.0, 0.9])
    counts = np.bincount(chosen.numpy()[:, 0].astype(int), minlength=3)
    # Five standard deviations of the first count, sqrt(4000 * 0.1 * 0.9) = 19.
    assert abs(counts[0] - 400) < 95
    assert counts[1] == 0


def test_random_starts_are_a_function_of_the_seed():
    starts = [tf.fill([_ROWS, 1], float(index)) for index in range(3)]
    first, again, other = (
        sampling.random_starts(starts, tf.constant(seed)).numpy()
        for seed in ([1, 2], [1, 2], [1, 3])
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize("source", ["inference_samples", "adversarial_samples"])
def test_samples_are_the_same_eagerly_and_compiled(context, source):
    settings = SamplingSettings(inference_steps=3, adversarial_steps=2)
    source = getattr(sampling, source)
    compiled = tf.function(lambda: source(context, settings))
    np.testing.assert_allclose(compiled(), source(context, settings), atol=1e-6)


@pytest.mark.parametrize("source", ["inference_samples", "adversarial_samples"])
def test_no_gradient_flows_through_samples(context, source):
    with tf.GradientTape() as tape:
        tape.watch(context.y_generated)
        samples = getattr(sampling, source)(context, SamplingSettings())
    assert tape.gradient(samples, context.y_generated) is None


def test_a_judged_sample_has_the_loss_that_was_ascended(context):
    # `value_loss` as the trainer uses it agrees with the per-example one used here.
    value = context.oracle(context.y_generated, context.y_true)
    loss = context.value_loss(ScoredOutputs(context.logits(context.y_generated), value))
    expected = _loss_per_example(context, context.y_generated, value).mean()
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SamplingSettings().inference_steps = 3


@pytest.mark.parametrize(("slope", "wins"), [(0.0, "task loss"), (5.0, "score")])
def test_loss_augmented_samples_trade_the_score_against_the_task_loss(slope, wins):
    # The logits pull towards the truth; the task loss, 1 - F1, pulls away from it.
    y_true = tf.constant([[1.0, 0.0]])
    context = _draw_of_zeros(1)._replace(
        logits=lambda y: slope * tf.reduce_sum(y * y_true, 1),
        y_generated=tf.constant([[0.5, 0.5]]),
        y_true=y_true,
    )
    settings = SamplingSettings(inference_steps=20, inference_step_size=0.1)
    source = sampling.LossAugmentedSource(settings, y_true, y_true)
    y = source(context).y.numpy()[0]
    assert (y[0] > 0.9) == (wins == "score")
    assert (y[0] < 0.1) == (wins == "task loss")
