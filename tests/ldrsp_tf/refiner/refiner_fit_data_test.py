import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import NotFittedError
from ldrsp_tf.models import EnergyNetwork, MeanDiscriminator
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.refiner import refiner as refiner_module
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_LABELS = 5


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (lambda x, y: (x, y[:-1]), "The training data has 24 inputs and 23"),
        (lambda x, y: (x, 255 * y), "true outputs of the training data reach"),
        (lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).repeat(), "for ever"),
    ],
)
def test_data_that_do_not_fit_are_refused(data, match, make_refiner, tags, refused):
    with refused(match):
        make_refiner().fit(data(*tags), epochs=1)


def test_a_dataset_trains_alike_in_any_order(
    make_refiner, tags, assert_identical, eagerly
):
    dataset = tf.data.Dataset.from_tensor_slices(tags)
    weights = []
    for data in (dataset, dataset.shuffle(24), dataset.shuffle(24).batch(7)):
        refiner = make_refiner(method="baseline")
        refiner.fit(data, epochs=1)
        weights.append(refiner.generator.get_weights())
    assert_identical(weights[1], weights[0])
    assert_identical(weights[2], weights[0])


@pytest.mark.parametrize("rows", [1, 3])
def test_fewer_examples_than_a_batch(rows, make_refiner, tags, eagerly, few_samples):
    few = tuple(part[:rows] for part in tags)
    refiner = make_refiner(settings=few_samples(source_shares=(0.0, 0.5, 0.5)))
    refiner.fit(few, tags, epochs=3)
    assert refiner.predict(tags[0]).refined.shape == (24, 5)


@pytest.mark.parametrize("rows", [(4, 8), (8, 4)])
def test_replay_chains_follow_further_calls_to_batches_of_another_size(
    rows, maps, few_samples, eagerly
):
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        discriminator=PatchDiscriminator(width=2),
        settings=few_samples(source_shares=(0.5, 0.0, 0.5)),
        grid=RefinementGrid((4.0,), (1,)),
        method="ldrsp_plus",
    )
    for number in rows:
        refiner.fit(tuple(part[:number] for part in maps), maps, epochs=1)
        assert refiner.trainer._mixer.variables[0].shape[1] == number


def test_a_further_call_with_too_few_examples_for_the_members_is_refused(
    make_refiner, tags, eagerly, refused
):
    members = [EnergyNetwork(_LABELS, (2,)) for _ in range(3)]
    refiner = make_refiner(discriminator=MeanDiscriminator(members))
    refiner.fit(tags, tags, epochs=1)
    few = tuple(part[:2] for part in tags)
    for refused_by in (refiner, make_refiner(discriminator=MeanDiscriminator(members))):
        with refused("MeanDiscriminator of 3 members .* a batch has 2"):
            refused_by.fit(few, tags, epochs=1, on_epoch_end=pytest.fail)


def _assert_measured(refiner, data):
    prediction = refiner.predict(data[0])
    assert all(
        np.isfinite(part).all() for part in (prediction.refined, prediction.scores)
    )
    for metrics in refiner.evaluate(data).values():
        assert all(0.0 <= value <= 1.0 for value in metrics.values())


@pytest.mark.parametrize("tag", [0.0, 1.0])
def test_rows_without_tags_or_with_all(tag, make_refiner, tags, few_samples, eagerly):
    x, y = tags
    data = x, np.full_like(y, tag)
    refiner = make_refiner(settings=few_samples(source_shares=(0.3, 0.3, 0.4)))
    refiner.fit(data, epochs=2)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("number", [0, 1])
def test_masks_of_one_class(number, large_maps, few_samples, eagerly):
    x, y = large_maps
    data = x, np.full_like(y, np.eye(2)[number])
    refiner = Refiner(
        keras.Sequential([keras.layers.Conv2D(2, 1)]),
        ClassMapSpace(),
        discriminator=PatchDiscriminator(width=2),
        settings=few_samples(),
        grid=RefinementGrid((4.0,), (1,)),
    )
    refiner.fit(data, 1 / 3, epochs=1)
    _assert_measured(refiner, data)
    _assert_measured(refiner, tuple(part[:1] for part in data))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, 2, 0.01, 0.99, np.nan])
def test_shares_that_leave_nothing_are_refused(share, make_refiner, tags, refused):
    with refused("of 24 examples cannot be held out"):
        make_refiner().fit(tags, share, epochs=1)


def test_one_example_cannot_be_shared(make_refiner, tags, refused):
    with refused("of 1 examples cannot be held out"):
        make_refiner().fit((tags[0][:1], tags[1][:1]), epochs=1)


@pytest.mark.parametrize("share", [0.25, np.float32(0.25)])
def test_a_share_is_held_out(share, make_refiner, tags, monkeypatch, eagerly):
    seen = []
    real = refiner_module.validate

    def validate(trainer, predictor, grid, examples, unrefined):
        seen.append(examples)
        return real(trainer, predictor, grid, examples, unrefined)

    def fit(trainer, examples, **options):
        seen.append(np.concatenate(examples, 1))
        return real_fit(trainer, examples, **options)

    real_fit = refiner_module.fit_in_folder
    monkeypatch.setattr(refiner_module, "validate", validate)
    monkeypatch.setattr(refiner_module, "fit_in_folder", fit)
    numbered = (np.arange(24.0)[:, None] + np.zeros(7), tags[1])
    make_refiner(method="baseline").fit(numbered, share, epochs=1)
    trained, held_out = seen
    assert len(held_out.x) == 6
    rows = [*trained[:, 0], *held_out.x[:, 0]]
    assert sorted(rows) == list(range(24))
    np.testing.assert_array_equal(held_out.y, tags[1][held_out.x[:, 0].astype(int)])


@pytest.mark.parametrize(
    ("held_out", "match"),
    [
        (lambda x, y: (x[:, :6], y), r"x has shape \(6,\) in the validation data"),
        (lambda x, y: (x, y[:, :4]), r"y has shape \(4,\) in the validation data"),
        (lambda x, y: (x * np.nan, y), "inputs of the validation data"),
        (lambda x, y: (x[:0], y[:0]), "validation data has 0 inputs"),
        (lambda x, y: None, "validation data is neither a pair"),
    ],
)
def test_validation_data_that_do_not_fit_are_refused(
    held_out, match, make_refiner, tags, refused
):
    with refused(match):
        make_refiner().fit(tags, held_out(*tags), epochs=1)


def test_what_was_refused_leaves_the_refiner_as_it_was(
    make_refiner, tags, eagerly, refused
):
    refiner = make_refiner(method="gan")
    x, y = tags
    with refused("outputs of shape"):
        refiner.fit((x, y[:, :4]), epochs=1)
    assert refiner.discriminator is None
    for name in ("parts", "trainer", "predictor", "shapes"):
        with pytest.raises(NotFittedError, match="Nothing is trained yet"):
            getattr(refiner, name)
    refiner.fit(tags, epochs=1)
    assert refiner.predict(x).refined.shape == (24, 5)


def _sequence(*layers):
    return keras.Sequential([keras.Input((10, 10, 3)), *layers])


def test_more_than_two_classes_need_a_metric_of_all(maps, refused):
    x, y = maps[0], np.eye(5)[np.zeros((8, 10, 10), int)]
    model = _sequence(keras.layers.Conv2D(5, 1, activation="softmax"))
    with refused(r'have 5 classes.*ClassMapSpace\("pixel_accuracy"\)'):
        Refiner(model, ClassMapSpace()).fit((x, y), epochs=1, on_epoch_end=pytest.fail)
    # A custom oracle is the metric of any number of classes.
    ClassMapSpace(oracle=lambda y, y_true: y[..., 0]).check_outputs(y, "data")
    ClassMapSpace("pixel_accuracy").check_outputs(y, "data")


class _SpaceWithoutItsMetric(TagSpace):
    """A space whose choice among states fails."""

    def default_selection_metric(self, measured):
        return measured["none"]


def test_a_validation_that_fails_is_refused_before_the_training(
    make_refiner, tags, refused, eagerly
):
    refiner = make_refiner(space=_SpaceWithoutItsMetric())
    with refused("cannot be validated .KeyError: 'none'.; nothing was trained"):
        refiner.fit(tags, epochs=1, on_epoch_end=pytest.fail)
