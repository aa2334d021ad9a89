import dataclasses

import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import LDRSP
from ldrsp_tf.sampling.sources import StatelessSource


def _step(trainer, tags, iteration):
    x, y = tags
    trainer.train_step(tf.constant(x[:8]), tf.constant(y[:8]), tf.constant(iteration))


def _share_seen(make_trainer, tags, shares, steps=24):
    """Returns the share of steps in which the first of two sources is drawn."""
    drawn = []

    def source(index):
        class Counting(StatelessSource):
            def draw(self, context):
                tf.py_function(lambda: drawn.append(index), [], [])
                return context.y_generated

        return Counting

    sources = tuple((share, source(index)) for index, share in enumerate(shares))
    trainer = make_trainer(dataclasses.replace(LDRSP, sources=sources))
    for iteration in range(steps):
        _step(trainer, tags, iteration)
    assert len(drawn) == steps
    return drawn.count(0) / steps


@pytest.mark.parametrize(
    ("shares", "low", "high"),
    [((0.5, 0.5), 0.25, 0.75), ((0.9, 0.1), 0.7, 1.0), ((0.0, 1.0), 0.0, 0.0)],
)
def test_sources_are_drawn_by_their_shares(shares, low, high, make_trainer, tags):
    assert low <= _share_seen(make_trainer, tags, shares) <= high


def test_settings_may_change_the_shares_of_the_sources(make_trainer, tags):
    drawn = []

    class Named(StatelessSource):
        def draw(self, context):
            drawn.append(type(self).__name__)
            return context.y_true

    sources = [type(name, (Named,), {}) for name in "abc"]
    method = dataclasses.replace(LDRSP, sources=tuple(zip((1.0, 0.0, 0.0), sources)))
    for shares, seen in ((None, {"a"}), ((0.0, 1.0, 0.0), {"b"}), ((0, 0, 0), set())):
        drawn.clear()
        trainer = make_trainer(method, source_shares=shares)
        for iteration in range(2):
            _step(trainer, tags, iteration)
        assert set(drawn) == seen


def test_a_source_without_a_share_is_left_out(make_trainer):
    # It would cost memory, and D a second pass over x.
    without, with_chains = (
        make_trainer("ldrsp_plus", source_shares=shares)
        for shares in (None, (0.5, 0.25, 0.25))
    )
    assert len(with_chains.variables) == len(without.variables) + 4


@pytest.mark.parametrize("shares", [(1.0,), (0.0, 0.0, 1.0)])
def test_shares_for_other_sources_are_refused(shares, make_trainer):
    message = f"'ldrsp' has 2 sources of samples, but {len(shares)} shares"
    with pytest.raises(UsageError, match=message):
        make_trainer("ldrsp", source_shares=shares)


@pytest.mark.parametrize(("method", "shares"), [("dvn", (0, 0, 0)), ("spen", (0.0,))])
def test_a_method_without_a_generator_needs_samples(
    method, shares, make_trainer, refused
):
    with refused(f"'{method}' has no generator, .* a share above 0 .source_shares.."):
        make_trainer(method, source_shares=shares)
