import numpy as np
import pytest

from ldrsp_tf.errors import UsageError
from ldrsp_tf.evaluation.superpixels import superpixel_accuracy, superpixel_classes
from ldrsp_tf.metrics import pixel_accuracy

# Two images of 2x3 pixels. Superpixels of the first: 0 (three pixels), 1 (two) and 2
# (one); of the second: 1 and 7, three pixels each.
_SUPERPIXELS = np.array([[[0, 0, 1], [0, 2, 1]], [[7, 7, 7], [1, 1, 1]]])
_TRUTH = np.array([[[1, 1, 0], [0, 2, 0]], [[2, 2, 2], [0, 1, 1]]])
_DECIDED = np.array([[[1, 0, 2], [1, 2, 0]], [[2, 1, 0], [0, 0, 1]]])


def _random_images(seed=0, images=6, side=8, classes=3, numbers=5):
    rng = np.random.default_rng(seed)
    decided, truth = rng.integers(0, classes, (2, images, side, side))
    return decided, truth, rng.integers(0, numbers, (images, side, side))


def test_superpixel_classes_by_hand():
    expected = [[1, 0, 2], [1, 2]]  # Superpixel 1 comes before 7.
    for truth, superpixels, classes in zip(_TRUTH, _SUPERPIXELS, expected):
        np.testing.assert_array_equal(superpixel_classes(truth, superpixels), classes)


def test_of_equally_frequent_classes_the_lowest_counts():
    classes = np.array([[2, 1, 2, 1], [2, 2, 0, 1]])
    superpixels = np.array([[0, 0, 0, 0], [1, 1, 1, 1]])
    np.testing.assert_array_equal(superpixel_classes(classes, superpixels), [1, 2])
    np.testing.assert_array_equal(superpixel_classes([[2, 1, 0]], [[3, 3, 3]]), [0])


def test_superpixel_accuracy_by_hand():
    # First image: 1 of (1, 1, 0) is right; 0 of (2, 0) is 0, by the rule of ties, and
    # right; 2 is right. Second: of the true 2, (2, 1, 0) is 0, and wrong; of the true
    # 1, (0, 0, 1) is 0, and wrong.
    assert superpixel_accuracy(_DECIDED, _TRUTH, _SUPERPIXELS) == 3 / 5


def test_superpixels_count_alike_whatever_their_image():
    first, second = (
        superpixel_accuracy(*(part[i : i + 1] for part in images))
        for images in [(_DECIDED, _TRUTH, _SUPERPIXELS)]
        for i in (0, 1)
    )
    assert (first, second) == (1.0, 0.0)  # Their mean is a half, and not 3 / 5.


def test_agrees_with_counting_one_superpixel_after_another():
    decided, truth, superpixels = _random_images()
    hits = []
    for given, true, numbers in zip(decided, truth, superpixels):
        for number in set(numbers.ravel()):
            inside = numbers == number
            counts = [
                [np.sum(classes[inside] == c) for c in range(3)]
                for classes in (given, true)
            ]
            hits.append(np.argmax(counts[0]) == np.argmax(counts[1]))
    assert 0 < np.mean(hits) < 1
    assert superpixel_accuracy(decided, truth, superpixels) == np.mean(hits)


def test_the_numbers_of_superpixels_do_not_matter():
    decided, truth, superpixels = _random_images()
    renumbered = np.random.default_rng(1).permutation(1000)[superpixels]
    assert superpixel_accuracy(decided, truth, renumbered) == superpixel_accuracy(
        decided, truth, superpixels
    )


def test_with_a_superpixel_a_pixel_it_is_the_pixel_accuracy():
    decided, truth, _ = _random_images()
    own = np.broadcast_to(np.arange(64).reshape(8, 8), truth.shape)
    expected = pixel_accuracy(decided, truth).mean()
    assert superpixel_accuracy(decided, truth, own) == pytest.approx(expected)


def test_a_perfect_decision_has_accuracy_one():
    _, truth, superpixels = _random_images()
    assert superpixel_accuracy(truth, truth, superpixels) == 1.0


def test_a_wrong_minority_in_a_superpixel_is_forgiven():
    truth, superpixels = np.zeros((1, 3, 3), int), np.zeros((1, 3, 3), int)
    decided = truth.copy()
    decided[0, 0, :3] = decided[0, 1, 0] = 1
    assert superpixel_accuracy(decided, truth, superpixels) == 1.0
    decided[0, 1, 1] = 1
    assert superpixel_accuracy(decided, truth, superpixels) == 0.0


def test_small_integer_types_do_not_overflow():
    decided, truth, superpixels = _random_images(side=20, numbers=250)
    as_bytes = (part.astype(np.uint8) for part in (decided, truth, superpixels))
    assert superpixel_accuracy(*as_bytes) == superpixel_accuracy(
        decided, truth, superpixels
    )


def test_images_may_come_one_after_another_and_in_different_sizes():
    decided, truth, superpixels = _random_images()
    cut = [
        [part[i, : 4 + i % 3] for i in range(6)]
        for part in (decided, truth, superpixels)
    ]
    accuracy = superpixel_accuracy(*map(iter, cut))
    assert accuracy == superpixel_accuracy(*cut)
    assert type(accuracy) is float


@pytest.mark.parametrize(
    "images",
    [
        (_DECIDED[:1], _TRUTH, _SUPERPIXELS),
        (_DECIDED, _TRUTH, _SUPERPIXELS[:1]),
        (_DECIDED[:, :1], _TRUTH, _SUPERPIXELS),
    ],
)
def test_images_that_do_not_belong_together_are_refused(images):
    with pytest.raises(UsageError, match="equally many images of the same size"):
        superpixel_accuracy(*images)


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4, 3)])
def test_a_single_image_and_maps_with_channels_are_refused(shape):
    images = np.ones(shape, int)
    with pytest.raises(UsageError, match=r"image\[None\] of a single image"):
        superpixel_accuracy(images, images, images)


@pytest.mark.parametrize(
    ("part", "match"),
    [
        (0, "decided classes have the value {}, which is no class number: decide"),
        (1, "true classes have the value {}, which is no class number: decide"),
        (2, "superpixels have the value {}, which is no number of a superpixel"),
    ],
)
@pytest.mark.parametrize("value", [0.25, -1, np.nan])
def test_other_values_than_numbers_from_0_are_refused(part, match, value, refused):
    images = [part.astype(float) for part in (_DECIDED, _TRUTH, _SUPERPIXELS)]
    assert superpixel_accuracy(*images) == 3 / 5
    images[part][1, 0, 0] = value
    with refused(match.format(value)):
        superpixel_accuracy(*images)


def test_no_image_has_no_accuracy():
    with pytest.raises(UsageError, match="no image was given"):
        superpixel_accuracy([], [], [])
