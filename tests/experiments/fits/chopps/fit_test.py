import numpy as np
import pytest
import tensorflow as tf

from experiments.fits.chopps import fit as chopps_fit
from experiments.fits.own_fit import build_own_fit
from experiments.tasks.splits import hold_out
from experiments.tasks.task import get_task
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.errors import UsageError

_QUICK = {
    "unary_updates": 200,
    "pattern_updates": 50,
    "joint_passes": 2,
    "image_weight_grid": (1.0,),
}


@pytest.fixture(scope="module")
def task():
    return get_task("synthetic_shapes")


@pytest.fixture(scope="module")
def rows(task):
    config = task.configure("chopps", _QUICK)
    data = task.load(config, None, None)
    held_out = hold_out(task, config, data)
    few = np.arange(24)
    return held_out.training.take(few), held_out.validation.take(few[:8])


def build(task, rows, method="chopps", **given):
    config = task.configure(method, {**_QUICK, **given})
    fit = build_own_fit(config, task.family.space(config), rows[0])
    fit.use_validation(rows[1])
    return fit


def train(fit, rows, epochs):
    x, y = map(tf.constant, rows[0])
    return [fit.train_epoch(x, y, epoch) for epoch in epochs]


@pytest.mark.slow
def test_a_fit_segments_better_than_one_class_would(task, rows):
    fit = build(task, rows, unary_updates=2000)
    records = train(fit, rows, range(3))
    assert [set(record) for record in records] == [
        {"unary_loss"},
        {"expected_loss"},
        {"expected_loss"},
    ]
    masks = fit.outputs(rows[1].x)
    assert masks.shape == rows[1].y.shape
    np.testing.assert_array_equal(masks.sum(-1), 1)
    foreground = np.zeros(masks.shape)
    foreground[..., 1] = 1
    iou, of_one_class = (
        fit.space.example_metric(y, rows[1].y).mean() for y in (masks, foreground)
    )
    assert iou > of_one_class + 0.1


@pytest.mark.slow
def test_a_resumed_fit_repeats_the_undisturbed_one(task, rows):
    whole, begun, resumed = (build(task, rows) for _ in range(3))
    train(whole, rows, range(3))
    train(begun, rows, range(2))
    for there, here in zip(begun.variables, resumed.variables, strict=True):
        here.assign(there)
    train(resumed, rows, [2])
    for a, b in zip(whole.variables, resumed.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


@pytest.mark.slow
def test_a_fit_on_all_rows_keeps_the_chosen_weights_and_trains_the_rest(task, rows):
    fit = build(task, rows, image_weight_grid=(0.5, 1.0, 2.0))
    train(fit, rows, range(2))
    for weight in fit.variables[-3:]:
        weight.assign(0.7)  # No candidate: a new choice would show.
    before = [variable.numpy() for variable in fit.variables]
    fit.reset()
    everything = Examples(*(np.concatenate(parts) for parts in zip(*rows)))
    train(fit, (everything, None), range(1))
    after = [variable.numpy() for variable in fit.variables]
    np.testing.assert_array_equal(after[-3:], before[-3:])
    assert all(np.any(a != b) for a, b in zip(after[:-3], before[:-3]))


def test_the_location_is_a_setting_of_its_own_recipe(task, rows):
    plain, located = (build(task, rows, m) for m in ("chopps", "chopps_location"))
    assert plain.variables[0].shape == (75,)
    assert located.variables[0].shape == (77,)


def test_more_pixels_than_memory_holds_are_refused(task, rows, monkeypatch):
    number, height, width, _ = rows[0].x.shape
    monkeypatch.setattr(chopps_fit, "_LARGEST_PIXELS", number * height * width)
    build(task, rows)
    monkeypatch.setattr(chopps_fit, "_LARGEST_PIXELS", number * height * width - 1)
    with pytest.raises(UsageError, match=rf"at most, .* {number} images of {height}x"):
        build(task, rows)


def test_the_joint_training_makes_as_many_updates_on_more_rows(task, rows):
    # 160 rows are 4 batches of 40, 200 are 5; the first epoch trains the parts.
    fit = build(task, rows)
    assert [fit.retraining_epochs(n, 160, 200) for n in (1, 2, 11, 21)] == [1, 2, 9, 17]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lfw_parts", "these have 3"),
        ("bibtex", "segmentation"),
        ("arff", "segmentation"),
    ],
)
def test_other_tasks_are_refused_before_their_data_are_loaded(name, words):
    with pytest.raises(UsageError, match=f"--method=chopps is of .*{words}"):
        get_task(name).configure("chopps", {})


def test_masks_of_one_class_each_are_refused(task, rows):
    fit = build(task, rows)
    x, y = rows[0].x[:3], np.zeros_like(rows[0].y[:3])
    y[..., 0] = 1
    with pytest.raises(UsageError, match="no training mask has both"):
        fit.train_epoch(tf.constant(x), tf.constant(y), 0)
