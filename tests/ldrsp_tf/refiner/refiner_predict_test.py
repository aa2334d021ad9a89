import os

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_crop_and_mirror
from ldrsp_tf.models.segmentation import PatchDiscriminator
from ldrsp_tf.prediction.crops import CropAverage, Crops
from ldrsp_tf.refinement import Refinement
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid
from ldrsp_tf.spaces.class_maps import ClassMapSpace


@pytest.fixture(params=["fitted", "fitted_maps"])
def any_fitted(request, tags, large_maps):
    """Returns a fitted refiner of each kind with its inputs."""
    refiner = request.getfixturevalue(request.param)
    if request.param == "fitted":
        return refiner, tags[0]
    return refiner[0], large_maps[0]


def test_outputs_scores_and_the_walk_between(any_fitted):
    refiner, x = any_fitted
    prediction = refiner.predict(x, trajectory=True)
    shape = (len(x), *refiner.shapes[1])
    assert prediction.generated.shape == prediction.refined.shape == shape
    assert prediction.scores.shape == shape[:-1]
    assert prediction.trajectory.shape == (refiner.refinement.steps + 1, *shape)
    np.testing.assert_array_equal(prediction.trajectory[0], prediction.generated)
    np.testing.assert_array_equal(prediction.trajectory[-1], prediction.refined)
    assert prediction.trajectory_scores.shape == prediction.trajectory.shape[:-1]
    np.testing.assert_array_equal(prediction.trajectory_scores[-1], prediction.scores)
    assert np.any(prediction.refined != prediction.generated)
    np.testing.assert_allclose(
        prediction.scores,
        refiner.trainer.score(tf.constant(x))(tf.constant(prediction.refined)),
        rtol=1e-4,
    )


def test_without_the_walk_there_is_no_trajectory(fitted, tags):
    assert fitted.predict(tags[0]).trajectory is None


def test_one_prediction_may_walk_otherwise_than_chosen(fitted, tags):
    chosen, x = fitted.refinement, tags[0]
    longer = fitted.predict(x, trajectory=True, steps=7).trajectory
    assert longer.shape == (8, 24, 5)
    np.testing.assert_allclose(
        longer[chosen.steps], fitted.predict(x).refined, atol=1e-6
    )
    given = Refinement(0.05, 2)
    other = fitted.predict(x, refinement=given, trajectory=True).trajectory
    assert other.shape == (3, 24, 5)
    assert np.any(other[1] != longer[1])
    shorter = fitted.predict(x, refinement=given, steps=1)
    np.testing.assert_allclose(shorter.refined, other[1], atol=1e-6)
    unmoved = fitted.predict(x, steps=0)
    np.testing.assert_array_equal(unmoved.refined, unmoved.generated)
    assert fitted.refinement is chosen


def test_walks_that_cannot_be_are_refused(fitted, make_refiner, tags, eagerly, refused):
    with refused("steps is -1: a whole number of at least 0"):
        fitted.predict(tags[0], steps=-1)
    for given, kind in ((2, "an int"), (Refinement, "the class Refinement")):
        with refused(rf"refinement is {kind}: a Refinement\(step_size, steps\) is nee"):
            fitted.predict(tags[0], refinement=given)
    without = make_refiner(method="baseline")
    without.fit(tags, epochs=1)
    for walk in ({"steps": 2}, {"refinement": Refinement(0.5, 2)}):
        with refused("'baseline' has no discriminator to refine with"):
            without.predict(tags[0], **walk)


def test_inputs_of_any_numeric_type(fitted, tags):
    expected = fitted.predict(tags[0]).refined
    for kind in (np.uint8, np.float64, bool):
        x = tags[0].astype(kind)
        np.testing.assert_array_equal(fitted.predict(x).refined, expected)
    np.testing.assert_array_equal(fitted.predict(tags[0].tolist()).refined, expected)


@pytest.mark.parametrize(
    ("x", "match"),
    [
        (np.zeros((3, 6)), r"shape \(3, 6\) do not fit: \[N, 7\] with N > 0"),
        (np.zeros(7), r"shape \(7,\) do not fit"),
        (np.zeros((0, 7)), r"shape \(0, 7\) do not fit"),
        (np.float32(1.0), "The inputs are one number"),
        (np.full((3, 7), np.nan), "NaN or infinite, in example 0"),
        (np.full((3, 7), "a"), "numbers are needed"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(x, match, fitted, refused):
    with refused(match):
        fitted.predict(x)


def test_nothing_is_predicted_before_a_training(make_refiner, tags, tmp_path, refused):
    refiner = make_refiner()
    for use in (
        lambda: refiner.predict(tags[0]),
        lambda: refiner.evaluate(tags),
        lambda: refiner.save(tmp_path / "saved"),
        lambda: refiner.export(tmp_path / "exported"),
    ):
        with refused("Nothing is trained yet"):
            use()
    assert os.listdir(tmp_path) == []


def _interrupted(record):
    raise KeyboardInterrupt


def test_after_an_interruption_a_refinement_is_missing(
    make_refiner, tags, eagerly, refused
):
    refiner = make_refiner(method="gan")
    with pytest.raises(KeyboardInterrupt):
        refiner.fit(tags, epochs=1, on_epoch_end=_interrupted)
    with refused("No refinement is chosen yet"):
        refiner.predict(tags[0])
    given = refiner.predict(tags[0], refinement=Refinement(0.5, 2), trajectory=True)
    assert given.trajectory.shape == (3, 24, 5)
    refiner.refinement = Refinement(0.5, 2)
    assert refiner.predict(tags[0], trajectory=True).trajectory.shape == (3, 24, 5)
    with refused("No decoder is tuned yet"):
        refiner.evaluate(tags)


def test_evaluation_measures_the_predictions(fitted, tags):
    prediction = fitted.predict(tags[0])
    measured = fitted.evaluate(tags)
    for row, y in (
        ("generator", prediction.generated),
        ("refined", prediction.refined),
    ):
        expected = fitted.space.measure(
            y, tags[1], fitted.decoder_params[row], row == "generator"
        )
        assert measured[row] == expected
    assert fitted.evaluate(tf.data.Dataset.from_tensor_slices(tags)) == measured


def test_test_data_of_another_shape_are_refused(fitted, tags, refused):
    with refused(r"y has shape \(4,\) in the test data"):
        fitted.evaluate((tags[0], tags[1][:, :4]))


# Crops.


def _any_size(channels=2):
    return keras.Sequential([keras.layers.Conv2D(channels, 3, padding="same")])


def test_images_are_predicted_by_crops(large_maps, eagerly):
    crops = Crops(8, (0, 4, 8), mirror=True)
    refiner = Refiner(
        _any_size(),
        ClassMapSpace(),
        method="gan",
        discriminator=PatchDiscriminator(width=2),
        grid=RefinementGrid((4.0,), (1,)),
        crops=crops,
        augment=random_crop_and_mirror(8),
    )
    refiner.fit(large_maps, 1 / 3, epochs=1)
    average = CropAverage(refiner.trainer, 8, (0, 4, 8), mirror=True)
    x = tf.constant(large_maps[0])
    prediction = refiner.predict(large_maps[0], trajectory=True)
    np.testing.assert_allclose(prediction.generated, average.generate(x), atol=1e-6)
    walk = average.walk(x, tf.constant(4.0), tf.constant(1), True)
    np.testing.assert_allclose(prediction.trajectory, walk.outputs, atol=1e-6)
    np.testing.assert_allclose(prediction.scores, walk.scores[-1], atol=1e-6)


def test_crops_that_do_not_cover_are_refused_before_training(large_maps, refused):
    refiner = Refiner(_any_size(), ClassMapSpace(), crops=Crops(8, (0, 4)))
    with refused("do not cover an image of 16 pixels"):
        refiner.fit(large_maps, epochs=1)


def test_crops_of_tags_are_refused(make_refiner, tags, refused):
    with refused("Crops are of images and class maps"):
        make_refiner(crops=Crops(3, (0, 4))).fit(tags, epochs=1)


def test_masks_are_predicted_in_batches_of_the_training(fitted_maps):
    refiner, _ = fitted_maps
    assert refiner.predictor.predict_batch_size == refiner.settings.batch_size == 20
