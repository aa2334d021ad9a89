import numpy as np
import pytest

from ldrsp_tf import metrics


def _random_tags(rows=30, labels=6, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.uniform(size=(rows, labels)).astype(np.float32)
    return y, rng.uniform(size=(rows, labels)) < 0.4


def test_example_f1_by_hand():
    decided = [[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 1], [0, 1, 0, 0]]
    y_true = [[1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 1, 0, 0]]
    # 2 * 1 / (2 + 2), 2 * 1 / (4 + 1), 0, 1.
    np.testing.assert_allclose(
        metrics.example_f1(decided, y_true), [0.5, 0.4, 0.0, 1.0]
    )


def test_both_empty_counts_one_and_one_empty_nothing():
    decided = np.array([[0, 0], [1, 0], [0, 0]])
    y_true = np.array([[0, 0], [0, 0], [0, 1]])
    np.testing.assert_array_equal(metrics.example_f1(decided, y_true), [1, 0, 0])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_example_f1_of_any_type(dtype):
    # Sums of 300 tags would overflow a byte.
    decided, y_true = np.ones((1, 300), dtype), np.ones((1, 300), dtype)
    np.testing.assert_array_equal(metrics.example_f1(decided, y_true), [1.0])


def test_example_f1_agrees_with_sets():
    y, y_true = _random_tags()
    decided = y > 0.5
    for f1, row, truth in zip(metrics.example_f1(decided, y_true), decided, y_true):
        a, b = set(np.flatnonzero(row)), set(np.flatnonzero(truth))
        assert f1 == pytest.approx(2 * len(a & b) / (len(a) + len(b)))


def test_example_f1_takes_leading_axes():
    y, y_true = _random_tags()
    decided = np.stack([y > 0.2, y > 0.5, y > 0.8])
    f1 = metrics.example_f1(decided, y_true)
    assert f1.shape == (3, 30)
    for one, all_at_once in zip(decided, f1):
        np.testing.assert_array_equal(metrics.example_f1(one, y_true), all_at_once)


def test_mean_f1_weights_examples_alike():
    decided = [[1, 1, 1, 1], [1, 0, 0, 0]]
    y_true = [[1, 1, 1, 1], [0, 1, 0, 0]]
    value = metrics.mean_f1(decided, y_true)  # (1 + 0) / 2
    assert isinstance(value, float)
    assert value == 0.5


def test_threshold_is_strict():
    y = np.float32([[0.5, 0.50001, 0.49999, 1.0]])
    expected = [[False, True, False, True]]
    np.testing.assert_array_equal(metrics.threshold_decode(y), expected)
    np.testing.assert_array_equal(
        metrics.threshold_decode(y, 0.75), [[False, False, False, True]]
    )


def test_the_thresholds_are_a_grid_around_the_middle():
    np.testing.assert_allclose(metrics.THRESHOLDS, np.arange(1, 50) / 50.0)


@pytest.mark.parametrize(("seed", "shift"), [(0, 0.0), (1, 0.05), (2, 0.3), (3, 0.4)])
def test_tune_threshold_agrees_with_brute_force(seed, shift):
    y, y_true = _random_tags(seed=seed)
    y = 0.3 * y + 0.2 * y_true + np.float32(shift)

    def f1(threshold):
        values = []
        for row, truth in zip(y, y_true):
            decided = {i for i, v in enumerate(row) if v > threshold}
            tags = set(np.flatnonzero(truth))
            size = len(decided) + len(tags)
            values.append(2.0 * len(decided & tags) / size if size else 1.0)
        return np.mean(values)

    grid = [k / 50.0 for k in range(1, 50)]
    scores = [f1(threshold) for threshold in grid]
    smooth = {}
    for i, threshold in enumerate(grid):  # at an end a score is its own neighbor
        left, right = scores[max(i - 1, 0)], scores[min(i + 1, 48)]
        smooth[threshold] = (left + scores[i] + right) / 3.0
    best = max(smooth.values())
    equally_good = [t for t, score in smooth.items() if score >= best - 1e-12]
    expected = min(equally_good, key=lambda t: abs(t - 0.5))
    assert metrics.tune_threshold(y, y_true) == pytest.approx(expected)
    assert abs(expected - (0.25 + shift)) < 0.11  # a different one every time


@pytest.mark.parametrize(
    ("tag", "other", "expected"),
    [
        (0.9, 0.1, 0.5),  # anything in [0.1, 0.9) is perfect
        (0.9, 0.65, 0.68),  # 0.66 to 0.88, with both neighbors 0.68 to 0.86
        (0.35, 0.1, 0.32),  # 0.1 to 0.34, with both neighbors 0.12 to 0.32
    ],
)
def test_of_equally_good_thresholds_the_one_nearest_to_a_half(tag, other, expected):
    y, y_true = np.float32([[tag, other]]), np.array([[1, 0]])
    assert metrics.tune_threshold(y, y_true) == pytest.approx(expected)


def test_tune_threshold_prefers_good_neighbors_to_a_lucky_tooth():
    y = np.float32([[0.63, 0.61], [0.51, 0.0]])
    y_true = np.array([[1, 0], [0, 0]])
    # Sums of the two F1, by threshold: to 0.5, 2/3 + 0; to 0.6, 2/3 + 1; at 0.62,
    # 1 + 1; from 0.64, 0 + 1. With the neighbors: 0.58, 5/3; 0.6, 16/9; 0.62, 14/9.
    assert metrics.tune_threshold(y, y_true) == pytest.approx(0.6)


def test_the_tuned_threshold_keeps_its_promise_on_values_of_the_grid():
    # 0.3 is a little more as a 32-bit number than as a 64-bit one: whoever tunes and
    # whoever decides must compare alike.
    y, y_true = np.float32([[0.3]]), np.array([[1]])
    threshold = metrics.tune_threshold(y, y_true)
    assert metrics.mean_f1(metrics.threshold_decode(y, threshold), y_true) == 1.0


# Images of 2x2 pixels. Of class 1: 1 of 3 in common; none decided of 2; one decided of
# none; empty both; all right.
_DECIDED = np.array(
    [[[1, 0], [1, 0]], [[0, 0], [0, 0]], [[0, 1], [0, 0]], [[0, 0]] * 2, [[1, 1]] * 2]
)
_CLASSES = np.array(
    [[[1, 1], [0, 0]], [[1, 0], [0, 1]], [[0, 0], [0, 0]], [[0, 0]] * 2, [[1, 1]] * 2]
)


def test_image_iou_by_hand():
    iou = metrics.image_iou(_DECIDED, _CLASSES)
    np.testing.assert_allclose(iou, [1 / 3, 0.0, 0.0, 1.0, 1.0])


def test_image_iou_of_another_class():
    # Class 0: 1 of 3; 2 of 4; 3 of 4; 4 of 4; none, and none decided.
    iou = metrics.image_iou(_DECIDED, _CLASSES, foreground=0)
    np.testing.assert_allclose(iou, [1 / 3, 2 / 4, 3 / 4, 1.0, 1.0])


def test_global_iou_counts_over_all_images():
    # (1 + 0 + 0 + 0 + 4) / (3 + 2 + 1 + 0 + 4)
    assert metrics.global_iou(_DECIDED, _CLASSES) == pytest.approx(5 / 10)
    # (1 + 2 + 3 + 4 + 0) / (3 + 4 + 4 + 4 + 0)
    assert metrics.global_iou(_DECIDED, _CLASSES, foreground=0) == pytest.approx(2 / 3)
    assert isinstance(metrics.global_iou(_DECIDED, _CLASSES), float)


def test_pixel_accuracy_by_hand():
    accuracy = metrics.pixel_accuracy(_DECIDED, _CLASSES)
    np.testing.assert_allclose(accuracy, [2 / 4, 2 / 4, 3 / 4, 1.0, 1.0])


@pytest.mark.parametrize("metric", [metrics.image_iou, metrics.pixel_accuracy])
def test_metrics_of_images_take_leading_axes(metric):
    steps = np.stack([_DECIDED, _CLASSES])
    expected = [metric(_DECIDED, _CLASSES), np.ones(5)]
    np.testing.assert_array_equal(metric(steps, _CLASSES), expected)


def test_metrics_of_images_agree_with_sets_of_pixels():
    rng = np.random.default_rng(0)
    decided, truth = rng.integers(0, 3, (2, 20, 3, 4))

    def pixels(image):
        return {tuple(place) for place in np.argwhere(image == 1)}

    pairs = [(pixels(a), pixels(b)) for a, b in zip(decided, truth)]
    both, either = ([len(f(a, b)) for a, b in pairs] for f in (set.__and__, set.__or__))
    np.testing.assert_allclose(
        metrics.image_iou(decided, truth), [i / u for i, u in zip(both, either)]
    )
    assert metrics.global_iou(decided, truth) == pytest.approx(sum(both) / sum(either))
