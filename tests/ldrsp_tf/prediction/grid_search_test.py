import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.grid_search import select_refinement
from ldrsp_tf.refinement import Refinement, refine
from ldrsp_tf.settings import RefinementGrid


@pytest.fixture(scope="module")
def trainer(make_trainer, tags):
    """Trains a little, so that refinement makes a difference."""
    trainer = make_trainer("ldrsp", discriminator_learning_rate=0.02)
    for epoch in range(10):
        trainer.train_epoch(*tags, epoch)
    return trainer


_GRID = {"step_sizes": (0.1, 0.5, 2.0), "steps": (0, 1, 4)}


def _brute_force(trainer, tags, normalized):
    x = tf.constant(tags[0])
    metrics = {}
    for step_size in _GRID["step_sizes"]:
        for steps in _GRID["steps"]:
            refined = refine(
                trainer.score(x),
                trainer.generate(x),
                step_size=step_size,
                steps=steps,
                normalized=normalized,
            )
            metric = trainer.space.example_metric(refined.numpy(), tags[1]).mean()
            metrics[Refinement(step_size, steps, normalized)] = float(metric)
    return metrics


@pytest.mark.parametrize("predict_batch_size", [10, 1024])
@pytest.mark.parametrize("normalized", [False, True])
def test_agrees_with_trying_every_pair(
    normalized, predict_batch_size, trainer, tags, monkeypatch
):
    monkeypatch.setattr(trainer, "predict_batch_size", predict_batch_size)
    metrics = _brute_force(trainer, tags, normalized)
    assert len(set(metrics.values())) > 1
    best = max(metrics, key=metrics.get)  # the first of equals
    selected = select_refinement(
        trainer,
        tf.constant(tags[0]),
        tags[1],
        RefinementGrid(**_GRID, normalized=normalized),
    )
    assert selected.refinement == best
    assert selected.metric == pytest.approx(metrics[best])


def test_of_equally_good_pairs_the_first(trainer, tags):
    # Without an influence of the walk all pairs are alike.
    space = trainer.space

    class _Blind(type(space)):
        def example_metric(self, y, y_true):
            return np.full(y.shape[:-1], 0.5)

    trainer.space = _Blind()
    try:
        selected = select_refinement(
            trainer, tf.constant(tags[0]), tags[1], RefinementGrid(**_GRID)
        )
    finally:
        trainer.space = space
    assert selected.refinement == Refinement(0.1, 0, True)
    assert selected.metric == pytest.approx(0.5)


def test_the_numbers_of_steps_may_stand_in_any_order(trainer, tags):
    grid = {**_GRID, "steps": _GRID["steps"][::-1]}
    selected = [
        select_refinement(
            trainer, tf.constant(tags[0]), tags[1], RefinementGrid(**one)
        ).metric
        for one in (_GRID, grid)
    ]
    assert selected[0] == selected[1]


def test_a_single_pair_is_selected(trainer, tags):
    selected = select_refinement(
        trainer,
        tf.constant(tags[0]),
        tags[1],
        RefinementGrid(step_sizes=(0.5,), steps=(3,)),
    )
    assert selected.refinement == Refinement(0.5, 3, True)


@pytest.mark.parametrize(
    ("grid", "match"),
    [
        ({"step_sizes": ()}, r"step_sizes is \(\): at least one"),
        ({"steps": ()}, r"steps is \(\): at least one"),
        ({"steps": (1, -1)}, r"steps is \(1, -1\): whole numbers of at least 0 are"),
        ({"step_sizes": (-0.5,)}, r"step_sizes is \(-0.5,\)"),
    ],
)
def test_a_grid_without_candidates_or_with_negative_ones_is_refused(grid, match):
    with pytest.raises(UsageError, match=match):
        RefinementGrid(**grid)
