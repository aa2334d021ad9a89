import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf import losses, oracles, projections
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP_PLUS
from ldrsp_tf.refinement import refine
from ldrsp_tf.sampling.replay import ReplayChains, mixed_starts
from ldrsp_tf.sampling.sources import SamplingContext
from ldrsp_tf.settings import SamplingSettings
from ldrsp_tf.training.checkpoints import Checkpoints

_ROWS, _LABELS = 6, 4
_CHAINS_ONLY = (0.0, 0.0, 1.0)


def _draw(seed, shape=(_ROWS, _LABELS), weight=1.0, project=projections.box):
    """Makes a batch of its own for every seed, and a D with a maximum for each x."""
    rng = np.random.default_rng(seed)

    def uniform():
        return project(tf.constant(rng.uniform(0.1, 0.9, shape), tf.float32))

    def logits_for(x):
        axes = list(range(1, x.shape.rank))
        return lambda y: -weight * tf.reduce_sum(tf.square(y - x), axes)

    x = uniform()
    return SamplingContext(
        x=x,
        logits=logits_for(x),
        logits_for=logits_for,
        y_generated=uniform(),
        y_true=tf.constant(rng.uniform(size=shape) < 0.5, tf.float32),
        y_initial=tf.zeros(shape),
        oracle=oracles.f1,
        value_loss=losses.squared_value_loss,
        project=project,
        seed=tf.constant([seed, 1]),
    )


def _chains(like=None, **settings):
    """Makes chains of one batch by default."""
    context = like or _draw(0)
    keywords = {"chain_batches": 1, "inference_step_size": 0.05, **settings}
    settings = SamplingSettings(**keywords)
    return ReplayChains(settings, context.x, context.y_true)


# Starts.


def _kinds_of_starts(y, context):
    """Returns the kind of each row of y among those of `mixed_starts`; "" for none."""

    def kind(row):
        generated, truth = context.y_generated.numpy(), context.y_true.numpy()
        if np.array_equal(y[row], generated[row]):
            return "generated"
        if np.all(y[row] == 0.5):
            return "half"
        if np.array_equal(y[row], generated[row - 1]):
            return "another's"
        # y = w G(x) + (1 - w) y', with one w in [0, 1] for the whole example.
        weights = (y[row] - truth[row - 1]) / (generated[row] - truth[row - 1])
        blended = np.ptp(weights) < 1e-3 and 0.0 <= weights.mean() <= 1.0
        return "blend" if blended else ""

    return [kind(row) for row in range(len(y))]


@pytest.mark.parametrize("shape", [(1200, _LABELS), (1200, 2, 2, 2)])
def test_mixed_starts_have_their_shares(shape):
    context = _draw(0, shape)
    starts = mixed_starts(context, tf.constant([0, 1])).numpy()
    assert starts.shape == shape
    assert starts.min() >= 0.0
    assert starts.max() <= 1.0
    kinds = _kinds_of_starts(starts, context)
    shares = {"generated": 0.4, "half": 0.15, "blend": 0.25, "another's": 0.2}
    assert set(kinds) == set(shares)
    for kind, share in shares.items():
        # Four standard deviations of the share of 1200 rows, at most 0.057.
        deviation = np.sqrt(share * (1.0 - share) / 1200)
        assert abs(kinds.count(kind) / 1200 - share) < 4.0 * deviation


@pytest.mark.parametrize("classes", [2, 3, 20])
def test_mixed_starts_of_maps_are_distributions_over_the_classes(classes):
    shape = (200, 2, 2, classes)
    context = _draw(0, shape, project=projections.simplex)
    truth = tf.one_hot(tf.argmax(context.y_generated, -1), classes)
    starts = mixed_starts(context._replace(y_true=truth), tf.constant([0, 1])).numpy()
    np.testing.assert_allclose(starts.sum(-1), 1.0, atol=1e-5)
    alike = np.all(np.isclose(starts, 1.0 / classes), axis=(1, 2, 3))
    assert 0 < alike.sum() < 60  # 15 % of 200.


def test_blends_are_of_every_weight():
    context = _draw(0, (1200, _LABELS))
    # From 0 to 1 everywhere: the blend is the weight itself.
    zero, one = tf.zeros_like(context.y_true), tf.ones_like(context.y_true)
    starts = mixed_starts(
        context._replace(y_generated=one, y_true=zero), tf.constant([0, 1])
    ).numpy()
    weights = starts[(starts[:, 0] != 1.0) & (starts[:, 0] != 0.5), 0]
    counts, _ = np.histogram(weights, bins=4, range=(0.0, 1.0))
    assert counts.min() > 0.7 * counts.sum() / 4


def test_mixed_starts_are_a_function_of_the_seed():
    context = _draw(0, (40, _LABELS))
    first, again, other = (
        mixed_starts(context, tf.constant(seed)).numpy()
        for seed in ([1, 2], [1, 2], [1, 3])
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


# One chain.


def test_a_chain_starts_at_mixed_starts_of_the_batch():
    context = _draw(3, (40, _LABELS))
    chains = _chains(context, chain_steps=0)  # no step: the start is seen
    samples = chains(context)
    kinds = _kinds_of_starts(samples.y.numpy(), context)
    assert set(kinds) == {"generated", "half", "blend", "another's"}
    np.testing.assert_array_equal(samples.x, context.x)
    np.testing.assert_array_equal(samples.y_true, context.y_true)


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize(
    ("shape", "project"),
    [((_ROWS, _LABELS), projections.box), ((3, 2, 2, 3), projections.simplex)],
    ids=["tags", "maps"],
)
def test_a_visit_goes_on_for_its_steps_from_where_the_chain_was(
    shape, project, normalized
):
    # Every visit comes with a batch and a D of its own: the chain stays with its batch,
    # and walks by the present D.
    draws = [_draw(k, shape, weight=1.0 + k, project=project) for k in range(4)]
    chains = _chains(
        draws[0], chain_steps=3, chain_length=1000, normalized_gradient=normalized
    )
    still = _chains(draws[0], chain_steps=0)
    expected = still(draws[0]).y
    for context in draws:
        samples = chains(context)
        logits = context.logits_for(draws[0].x)
        before, expected = (
            expected,
            refine(
                lambda y, logits=logits: tf.sigmoid(logits(y)),
                expected,
                step_size=0.05,
                steps=3,
                normalized=normalized,
                project=project,
            ),
        )
        np.testing.assert_allclose(samples.y, expected, atol=1e-6)
        assert np.abs(samples.y - before).max() > 1e-3
        np.testing.assert_array_equal(samples.x, draws[0].x)
        np.testing.assert_array_equal(samples.y_true, draws[0].y_true)
        # The source keeps the outputs that were given.
        for variable, value in zip(chains.variables, samples):
            np.testing.assert_array_equal(variable[0], value)


@pytest.mark.parametrize(
    ("length", "steps", "visits"),
    [(6, 2, 3), (5, 2, 3), (4, 2, 2), (2, 2, 1), (1, 5, 1)],
)
def test_a_chain_starts_anew_with_the_present_batch_after_its_length(
    length, steps, visits
):
    chains = _chains(chain_length=length, chain_steps=steps)
    draws = [_draw(k) for k in range(2 * visits + 1)]
    for number, context in enumerate(draws):
        samples = chains(context)
        first = draws[number - number % visits]
        np.testing.assert_array_equal(samples.x, first.x)
        np.testing.assert_array_equal(samples.y_true, first.y_true)
    # The last one was a first visit: it stands where chains that know nothing do.
    anew = _chains(chain_length=length, chain_steps=steps)(draws[-1])
    np.testing.assert_array_equal(samples.y, anew.y)


def test_chains_do_not_disturb_each_other(values):
    chains = _chains(chain_batches=3, chain_steps=2, chain_length=4)
    expected = [None] * 3  # x of the chains under way, and the visits they had
    for number in range(40):
        before = values(chains.variables)
        context = _draw(number)
        samples = chains(context)
        after = values(chains.variables)
        moved = [
            slot
            for slot in range(3)
            if any(np.any(a[slot] != b[slot]) for a, b in zip(after, before))
        ]
        assert len(moved) == 1
        slot = moved[0]
        if expected[slot] is None or expected[slot][1] == 2:
            expected[slot] = (context.x, 0)
        expected[slot] = (expected[slot][0], expected[slot][1] + 1)
        np.testing.assert_array_equal(samples.x, expected[slot][0])
        for variable, value in zip(after, samples):
            np.testing.assert_array_equal(variable[slot], value)
    assert all(entry is not None for entry in expected)


def test_chains_are_the_same_eagerly_and_compiled(values):
    context, kept = _draw(0), []
    for compiled in (False, True):
        chains = _chains(chain_batches=2, chain_steps=2, chain_length=4)

        def visit(seed, chains=chains):
            return chains(context._replace(seed=seed))

        visit = tf.function(visit) if compiled else visit
        samples = [visit(tf.constant([0, number])) for number in range(6)]
        kept.append([*values(chains.variables), *samples[-1]])
    for of_eager, of_compiled in zip(*kept):
        np.testing.assert_allclose(of_eager, of_compiled, atol=1e-6)


def test_no_gradient_flows_through_a_chain():
    chains = _chains()
    context = _draw(0)
    with tf.GradientTape() as tape:
        tape.watch(context.y_generated)
        samples = chains(context)
    assert tape.gradient(samples.y, context.y_generated) is None


# In a trainer.


def _settings(**changes):
    """Makes settings of two chains, each of two visits of two steps."""
    defaults = {"chain_batches": 2, "chain_steps": 2, "chain_length": 4}
    return SamplingSettings(**{**defaults, **changes})


@pytest.fixture(scope="module")
def trainer(make_trainer):
    return make_trainer(
        "ldrsp_plus", dropout=0.25, source_shares=_CHAINS_ONLY, sampling=_settings()
    )


def _chain_variables(trainer):
    variables = trainer._mixer.variables
    assert len(variables) == 4
    return variables


def test_chains_are_part_of_the_trainers_state(trainer, tags, values, assert_identical):
    trainer.reset()
    there = {id(variable) for variable in trainer.variables}
    variables = _chain_variables(trainer)
    assert {id(variable) for variable in variables} <= there
    start = values(variables)
    losses_of_epoch = trainer.train_epoch(*tags, epoch=0)
    assert np.isfinite(list(losses_of_epoch.values())).all()
    assert all(np.any(a != b) for a, b in zip(values(variables), start))
    trainer.reset()
    assert_identical(values(variables), start)


def test_chains_survive_a_checkpoint(trainer, tags, tmp_path, values, assert_identical):
    trainer.reset()
    trainer.train_epoch(*tags, epoch=0)
    Checkpoints(trainer, tmp_path).save(1)
    kept = values(_chain_variables(trainer))
    assert 2 in kept[-1]  # one chain is under way
    following = trainer.train_epoch(*tags, epoch=1)
    expected = values(trainer.variables)
    trainer.reset()
    assert Checkpoints(trainer, tmp_path).restore() == 1
    assert_identical(values(_chain_variables(trainer)), kept)
    assert trainer.train_epoch(*tags, epoch=1) == following
    assert_identical(values(trainer.variables), expected)


def test_chains_train_maps(make_map_trainer, maps, eagerly):
    trainer = make_map_trainer(
        "ldrsp_plus", source_shares=_CHAINS_ONLY, sampling=_settings()
    )
    for epoch in range(2):
        losses_of_epoch = trainer.train_epoch(*maps, epoch)
        assert np.isfinite(list(losses_of_epoch.values())).all()
    x, y, y_true, age = _chain_variables(trainer)
    # Crops, as the networks see them.
    assert (x.shape, y.shape) == ((2, 4, 8, 8, 3), (2, 4, 8, 8, 2))
    assert y_true.shape == y.shape
    visited = np.any(np.array(x) != 0.0, axis=(1, 2, 3, 4))
    assert visited.any()
    assert np.all(np.isin(age, [2, 4]))
    np.testing.assert_allclose(np.sum(y, -1)[visited], 1.0, atol=1e-5)
    # Image and truth still belong together.
    np.testing.assert_array_equal(
        np.argmax(y_true, -1)[visited], (np.array(x)[..., 0] > 0.0)[visited]
    )


def test_the_discriminator_judges_a_chain_by_the_chains_own_x_and_truth(
    make_trainer, tags
):
    seen = []

    def loss(real, generated, samples):
        seen.append(samples)
        return losses.ldrsp_discriminator_loss(real, generated, samples)

    trainer = make_trainer(
        dataclasses.replace(LDRSP_PLUS, discriminator_loss=loss),
        source_shares=_CHAINS_ONLY,
        sampling=_settings(chain_batches=1, chain_length=1000),
        discriminator_learning_rate=0.0,
    )
    for number in range(3):
        rows = slice(8 * number, 8 * number + 8)
        trainer.train_step(
            *(tf.constant(part[rows]) for part in tags), tf.constant(number)
        )
    x, y, y_true, _ = (tf.constant(v[0]) for v in _chain_variables(trainer))
    np.testing.assert_array_equal(x, tags[0][:8])
    np.testing.assert_array_equal(y_true, tags[1][:8])
    logits = trainer.discriminator.logits(trainer.discriminator.features(x), y)
    np.testing.assert_allclose(seen[-1].logits, logits, rtol=1e-5)
    np.testing.assert_allclose(
        seen[-1].values, oracles.binarized(oracles.f1)(y, y_true), rtol=1e-5
    )


def test_each_trainer_has_chains_of_its_own(make_trainer, tags, values):
    one, other = (
        make_trainer("ldrsp_plus", source_shares=_CHAINS_ONLY, sampling=_settings())
        for _ in range(2)
    )
    x, y = (tf.constant(part[:8]) for part in tags)
    one.train_step(x, y, tf.constant(0))
    assert np.any(values(_chain_variables(one))[0] != 0.0)
    assert not np.any(values(_chain_variables(other))[0] != 0.0)


def test_another_batch_size_than_the_kept_ones_is_refused(make_trainer, tags):
    x, y = tags
    trainer = make_trainer("ldrsp_plus", source_shares=(0.0, 0.0, 1.0))
    with pytest.raises(UsageError, match="built for batches of 8 examples"):
        trainer.train_epoch(tf.constant(x[:5]), tf.constant(y[:5]), epoch=0)
