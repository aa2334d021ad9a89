import functools
import itertools

import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.prediction.crops import (
    CropAverage,
    Crops,
    predictor_by,
    require_cover,
    spread_offsets,
)
from ldrsp_tf.prediction.predictor import predict
from ldrsp_tf.refinement import Refinement, Trajectory
from ldrsp_tf.spaces.class_maps import ClassMapSpace

_PAPER = {"size": 24, "offsets": (0, 2, 3, 5, 6, 8)}
_SMALL = {"size": 4, "offsets": (0, 1, 3)}  # of a 7x7 image, 9 crops


def _generate(crops):
    """Maps a pixel and its place in the crop to an output, as a network does."""
    size = crops.shape[-2]
    place = tf.reshape(tf.range(float(size * size)), [size, size, 1])
    return crops[..., :2] * (1.0 + place) + place


def _step(crops, step, step_size):
    """Returns the outputs of one step of the fake walk."""
    return _generate(crops) + step * step_size * crops[..., 1:]


class _FakeTrainer:
    """A predictor by formula, in numbers that an average can be told by."""

    def __init__(self):
        self.space, self.seen = ClassMapSpace(), []

    def generate(self, x):
        self.seen.append(x.shape.as_list())
        return _generate(x)

    def walk(self, x, step_size, steps, normalized):
        self.seen.append(normalized)
        numbers = tf.reshape(tf.cast(tf.range(steps + 1), tf.float32), [-1, 1, 1, 1, 1])
        outputs = _step(x[None], numbers, step_size)
        return Trajectory(outputs, 2.0 * outputs[..., 0] - outputs[..., 1])


class _Constant(_FakeTrainer):
    def generate(self, x):
        return tf.fill([tf.shape(x)[0], x.shape[1], x.shape[2], 2], 0.375)


def _images(rows=2, side=7):
    return (
        np.random.default_rng(0).normal(size=(rows, side, side, 3)).astype(np.float32)
    )


def _average(x, size, offsets, mirror, predict_crop, columns=None):
    """Returns the mean of all predictions of each pixel, one crop after the other."""
    total, count = 0.0, 0.0
    for mirrored in (False, True) if mirror else (False,):
        view = x[:, :, ::-1] if mirrored else x
        for row, column in itertools.product(offsets, columns or offsets):
            place = (slice(None), slice(row, row + size), slice(column, column + size))
            part = predict_crop(view[place]).numpy()
            whole = np.zeros((*x.shape[:3], part.shape[-1]))
            times = np.zeros_like(whole)
            whole[place], times[place] = part, 1.0
            if mirrored:
                whole, times = whole[:, :, ::-1], times[:, :, ::-1]
            total, count = total + whole, count + times
    return total / count


def test_the_papers_36_crops_of_a_full_mask_are_the_full_mask():
    average = CropAverage(_Constant(), **_PAPER)
    np.testing.assert_allclose(
        average.generate(tf.zeros([2, 32, 32, 3])),
        np.full((2, 32, 32, 2), 0.375),
        rtol=1e-6,
    )


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize(
    ("side", "size", "offsets"),
    [
        (7, 4, (0, 1, 3)),
        (7, 4, (3, 0)),  # in any order
        (8, 4, (0, 4)),  # side by side
        (5, 5, (0,)),  # the whole image
        (32, 24, (0, 2, 3, 5, 6, 8)),
    ],
)
def test_outputs_are_the_mean_of_all_crops(side, size, offsets, mirror):
    x, trainer = _images(side=side), _FakeTrainer()
    average = CropAverage(trainer, size, offsets, mirror)
    np.testing.assert_allclose(
        average.generate(tf.constant(x)),
        _average(x, size, offsets, mirror, _generate),
        rtol=1e-4,
        atol=1e-4,
    )
    # In one call: 36 crops of each image in the paper, and those of its mirror image.
    crops = (2 if mirror else 1) * len(offsets) ** 2
    assert trainer.seen == [[crops * len(x), size, size, 3]]


@pytest.mark.parametrize("mirror", [False, True])
def test_crops_of_a_padded_image_are_joined_and_its_padding_is_cut_off(mirror):
    x, trainer = _images(side=7), _FakeTrainer()
    average = CropAverage(trainer, 7, (0, 2, 4), mirror, padding=2)
    padded = np.pad(x, [(0, 0), (2, 2), (2, 2), (0, 0)], "symmetric")
    for part, of_crop in (
        (average.generate(tf.constant(x)), _generate),
        (
            average.walk(tf.constant(x), tf.constant(0.5), tf.constant(1), True)[0][1],
            functools.partial(_step, step=1, step_size=0.5),
        ),
    ):
        expected = _average(padded, 7, (0, 2, 4), mirror, of_crop)[:, 2:-2, 2:-2]
        np.testing.assert_allclose(part, expected, rtol=1e-4, atol=1e-4)
    for other in (average.of(_Constant()), average.mirrored()):
        assert other.generate(tf.constant(x)).shape == (len(x), 7, 7, 2)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_walk_joins_outputs_and_scores_of_every_step(mirror):
    x, trainer = _images(), _FakeTrainer()
    average = CropAverage(trainer, **_SMALL, mirror=mirror)
    walk = average.walk(tf.constant(x), tf.constant(0.5), tf.constant(3), False)
    assert trainer.seen == [False]  # Eq. 8 or 9 is handed on
    assert walk.outputs.shape == (4, 2, 7, 7, 2)
    assert walk.scores.shape == (4, 2, 7, 7)
    for step in range(4):

        def output(crop, step=step):
            return _step(crop, step, 0.5)

        def score(crop, output=output):
            made = output(crop)
            return 2.0 * made[..., :1] - made[..., 1:]

        for joined, of_crop in (
            (walk.outputs, output),
            (walk.scores[..., None], score),
        ):
            expected = _average(x, **_SMALL, mirror=mirror, predict_crop=of_crop)
            np.testing.assert_allclose(joined[step], expected, rtol=1e-4, atol=1e-4)


def test_images_are_predicted_alone():
    x = _images(3)
    average = CropAverage(_FakeTrainer(), **_SMALL)
    alone = [average.generate(tf.constant(x[row : row + 1])) for row in range(3)]
    np.testing.assert_allclose(
        average.generate(tf.constant(x)), tf.concat(alone, 0), rtol=1e-6
    )


@pytest.mark.parametrize(
    ("side", "size", "offsets"),
    [
        (8, 4, (0, 1, 3)),  # the last row is not reached
        (6, 4, (0, 1, 3)),  # the last crop hangs over
        (9, 4, (0, 5)),  # a gap in the middle
        (7, 4, (1, 3)),  # the first row is left out
        (3, 4, (0,)),  # an image smaller than a crop
        (7, 4, ()),
    ],
)
def test_crops_that_do_not_cover_the_image_are_refused(side, size, offsets):
    average = CropAverage(_FakeTrainer(), size, offsets)
    x = tf.zeros([1, side, side, 3])
    message = f"Crops of {size} pixels at .* do not cover an image of {side} pixels"
    with pytest.raises(UsageError, match=message):
        average.generate(x)
    with pytest.raises(UsageError, match=message):
        average.walk(x, tf.constant(0.5), tf.constant(1), True)


@pytest.mark.parametrize(("height", "width"), [(7, 8), (8, 7)])
def test_both_sides_have_to_be_covered(height, width):
    average = CropAverage(_FakeTrainer(), **_SMALL)
    with pytest.raises(UsageError, match="8 pixels"):
        average.generate(tf.zeros([1, height, width, 3]))


def test_takes_a_trainers_place_in_predictions():
    average = CropAverage(_FakeTrainer(), **_SMALL, predict_batch_size=2)
    x = _images(5)
    prediction = predict(average, tf.constant(x), Refinement(0.5, 2))
    generated = _average(x, **_SMALL, mirror=False, predict_crop=_generate)
    np.testing.assert_allclose(prediction.generated, generated, rtol=1e-4, atol=1e-4)
    assert prediction.refined.shape == (5, 7, 7, 2)
    assert prediction.scores.shape == (5, 7, 7)


def test_crops_of_a_real_trainer(make_map_trainer, maps, eagerly):
    trainer, x = make_map_trainer(), tf.constant(maps[0][:2])
    average = CropAverage(trainer, 8, (0, 2))
    walk = average.walk(x, tf.constant(0.5), tf.constant(1), True)
    expected = _average(maps[0][:2], 8, (0, 2), False, trainer.generate)
    np.testing.assert_allclose(walk.outputs[0], expected, atol=1e-5)
    np.testing.assert_allclose(average.generate(x), expected, atol=1e-5)
    np.testing.assert_allclose(tf.reduce_sum(walk.outputs, -1), 1.0, atol=1e-5)
    assert np.any(walk.outputs[1] != walk.outputs[0])
    assert walk.scores.shape == (2, 2, 10, 10)


@pytest.mark.parametrize(
    ("offsets", "side"), [((0, 5), 8), ((1, 4), 8), ((0, 4), 9), ((0, 4), 7), ((0,), 8)]
)
def test_crops_that_do_not_cover_are_refused_before_any_prediction(offsets, side):
    with pytest.raises(UsageError, match=f"{side} pixels"):
        require_cover(4, offsets, side)


def test_crops_that_cover_in_any_order_are_accepted():
    require_cover(4, (4, 0, 2), 8)


def test_offsets_are_those_in_the_padded_image():
    assert Crops(8, (0, 4), padding=2).offsets_along(8) == (0, 4)
    assert Crops(8, lambda side: (0, side - 8), padding=3).offsets_along(8) == (0, 6)
    with pytest.raises(UsageError, match="an image of 12 pixels"):
        Crops(8, (0,), padding=2).offsets_along(8)
    with pytest.raises(UsageError, match="padding is -1"):
        Crops(8, (0,), padding=-1)


@pytest.mark.parametrize(
    ("side", "size", "furthest", "fewest", "expected"),
    [
        (32, 24, 18, 3, (0, 4, 8)),
        (32, 24, 24, 1, (0, 8)),
        (24, 24, 18, 3, (0,)),  # the whole image
        (25, 24, 18, 3, (0, 1)),  # no crop twice
        (256, 96, 72, 3, (0, 53, 106, 160)),
        (256, 96, 96, 1, (0, 80, 160)),
    ],
)
def test_crops_are_spread_evenly(side, size, furthest, fewest, expected):
    assert spread_offsets(side, size, furthest, fewest) == expected


def test_spread_crops_cover_every_side():
    for size, side in itertools.product((8, 24, 96), range(8, 300)):
        if side >= size:
            for furthest in (size, 3 * size // 4):
                require_cover(size, spread_offsets(side, size, furthest), side)


def test_an_image_smaller_than_spread_crops_is_refused():
    with pytest.raises(UsageError, match=r"4 pixels .* 3 pixels"):
        require_cover(4, spread_offsets(3, 4, 4), 3)


@pytest.mark.parametrize("mirror", [False, True])
def test_offsets_may_depend_on_the_side(mirror):
    x = np.random.default_rng(0).normal(size=(2, 7, 11, 3)).astype(np.float32)
    offsets = functools.partial(spread_offsets, size=4, furthest=3)
    average = CropAverage(_FakeTrainer(), 4, offsets, mirror)
    expected = _average(x, 4, (0, 3), mirror, _generate, columns=(0, 2, 4, 7))
    np.testing.assert_allclose(
        average.generate(tf.constant(x)), expected, rtol=1e-4, atol=1e-4
    )


def test_without_crops_the_trainer_predicts():
    trainer = _FakeTrainer()
    assert predictor_by(trainer, None) is trainer


def test_crops_are_the_arguments_of_their_average():
    crops = Crops(8, lambda side: (0, side - 8), mirror=True, predict_batch_size=3)
    average = predictor_by(_FakeTrainer(), crops)
    assert isinstance(average, CropAverage)
    assert average.predict_batch_size == 3
    assert len(average._cut(tf.zeros([1, 10, 12, 3]))) == 8


@pytest.mark.parametrize("mirror", [False, True])
def test_scores_of_whole_crops_are_averaged_over_the_crops(mirror):
    class _Pooled(_FakeTrainer):
        def walk(self, x, step_size, steps, normalized):
            walk = super().walk(x, step_size, steps, normalized)
            return walk._replace(scores=tf.reduce_mean(walk.scores, [2, 3]))

    x = _images()
    average = CropAverage(_Pooled(), **_SMALL, mirror=mirror)
    walk = average.walk(tf.constant(x), tf.constant(0.5), tf.constant(2), False)
    assert walk.outputs.shape == (3, 2, 7, 7, 2)
    views = [x, x[:, :, ::-1]] if mirror else [x]
    for step in range(3):
        scores = []
        for view, row, column in itertools.product(views, (0, 1, 3), (0, 1, 3)):
            crop = tf.constant(view[:, row : row + 4, column : column + 4])
            outputs = _step(crop, step, 0.5)
            scores.append(tf.reduce_mean(2 * outputs[..., 0] - outputs[..., 1], [1, 2]))
        np.testing.assert_allclose(walk.scores[step], np.mean(scores, 0), rtol=1e-5)


@pytest.mark.parametrize("offsets", [8, (0, -1), (0, 1.5), "08", (True, 2), None])
def test_offsets_that_are_none_are_refused(offsets):
    with pytest.raises(UsageError, match=r"offsets is .*: whole numbers of at least 0"):
        Crops(4, offsets)


def test_offsets_may_be_a_list_or_an_array():
    assert Crops(4, [0, 2]) == Crops(4, np.array([0, 2])) == Crops(4, (0, 2))
    with pytest.raises(UsageError, match="mirror is 'no': True or False"):
        Crops(4, (0, 2), mirror="no")


def test_a_function_is_described_by_its_values():
    crops = Crops(4, lambda side: (0, side - 4), padding=1)
    assert crops.description((6, 5))["offsets"] == {"8": [0, 4], "7": [0, 3]}
    assert Crops(4, (0, 1)).description((5, 5))["offsets"] == (0, 1)


def test_images_of_several_sizes_are_averaged_one_after_another():
    average = CropAverage(_FakeTrainer(), 4, lambda side: (0, side - 4))
    for rows, columns in ((7, 7), (6, 7), (5, 8)):
        x = tf.random.stateless_normal([2, rows, columns, 3], [0, rows])
        generated = average.generate(x)
        assert generated.shape == (2, rows, columns, 2)
        walked = average.walk(x, tf.constant(0.1), tf.constant(1), True)
        np.testing.assert_allclose(walked.outputs[0], generated, rtol=1e-5)
