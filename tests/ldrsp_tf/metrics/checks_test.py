import numpy as np
import pytest

from ldrsp_tf import metrics
from ldrsp_tf.errors import UsageError

_OF_TAGS = (
    metrics.example_f1,
    metrics.mean_f1,
    metrics.tune_threshold,
    metrics.calibrate_empty_odds,
)
_OF_MAPS = (metrics.image_iou, metrics.global_iou, metrics.pixel_accuracy)
_OF_ALL_EXAMPLES = (*_OF_TAGS[1:], metrics.global_iou)


def _truth(metric):
    return np.ones((4, 3) if metric in _OF_TAGS else (4, 3, 2), bool)


@pytest.mark.parametrize("metric", [*_OF_TAGS, *_OF_MAPS])
def test_shapes_are_not_adapted_to_each_other(metric):
    truth = _truth(metric)
    metric(truth, truth)
    # NumPy would repeat the tag: F1 of one tag and three would be 6/4.
    for part in (truth[..., :1], truth[:1]):
        for pair in ((part, truth), (truth, part)):
            with pytest.raises(UsageError, match="cannot be compared with true ones"):
                metric(*pair)


@pytest.mark.parametrize("metric", [*_OF_TAGS, *_OF_MAPS])
def test_true_outputs_of_another_rank_are_refused(metric):
    truth = _truth(metric)
    for outputs in (truth[0], truth[None]):
        with pytest.raises(UsageError, match=r"of one shape \[B"):
            metric(outputs, outputs)


@pytest.mark.parametrize("metric", _OF_ALL_EXAMPLES)
def test_a_number_for_all_examples_is_that_of_one_output_each(metric):
    truth = _truth(metric)
    with pytest.raises(UsageError, match="cannot be compared with true ones"):
        metric(np.stack([truth, truth]), truth)


@pytest.mark.parametrize("metric", _OF_MAPS)
def test_maps_with_a_channel_for_each_class_are_refused(metric):
    one_hot = np.eye(3)[np.zeros((4, 5, 5), int)]
    with pytest.raises(UsageError, match=r"np\.argmax\(y, -1\)"):
        metric(one_hot, one_hot)


@pytest.mark.parametrize("metric", _OF_MAPS)
def test_relaxed_maps_are_refused(metric):
    truth = np.ones((4, 3, 2))
    assert np.all(metric(truth, truth) == 1.0)
    for pair in ((0.25 * truth, truth), (truth, 0.25 * truth)):
        with pytest.raises(UsageError, match=r"the value 0\.25, which is no class"):
            metric(*pair)


@pytest.mark.parametrize("metric", [metrics.example_f1, metrics.mean_f1])
@pytest.mark.parametrize("value", [0.25, np.nan, 2])
def test_relaxed_tags_are_refused(metric, value):
    truth = np.ones((4, 3))
    assert np.all(metric(truth, truth) == 1.0)
    with pytest.raises(UsageError, match=f"decided tags have the value {value}"):
        metric(value * truth, truth)


@pytest.mark.parametrize("metric", _OF_TAGS)
def test_relaxed_true_tags_are_refused(metric):
    outputs = np.ones((4, 3))
    with pytest.raises(UsageError, match=r"true tags have the value 0\.25"):
        metric(outputs, 0.25 * outputs)


_OF_RELAXED_TAGS = (
    metrics.plugin_decode,
    metrics.threshold_decode,
    lambda y: metrics.tune_threshold(y, np.ones(np.shape(y))),
    lambda y: metrics.calibrate_empty_odds(y, np.zeros(np.shape(y))),
)


@pytest.mark.parametrize("decode", _OF_RELAXED_TAGS)
def test_logits_and_texts_are_no_relaxed_tags(decode, refused):
    with refused(r"values from -2 to 3 where .* in \[0, 1\] .*: take the sigmoid"):
        decode(np.array([[-2.0, 0.5], [3.0, 0.0]]))
    with refused("relaxed tags are of the type <U1: give numbers"):
        decode(np.array([["a", "b"]]))
    with refused("NaN in the relaxed tags, where probabilities"):
        decode(np.array([[np.nan, 0.5], [0.5, 0.0]]))
    # Rounded in half precision.
    decode(np.array([[-5e-4, 0.5], [1.0 + 5e-4, 0.0]]))


def test_one_example_is_no_batch(refused):
    with refused(r"shape \(3,\) where \[B, L\] is needed: give y\[None\]"):
        metrics.plugin_decode(np.full(3, 0.5))


@pytest.mark.parametrize("metric", _OF_TAGS)
def test_texts_are_no_tags(metric, refused):
    with refused("true tags are of the type <U1: give numbers"):
        metric(np.ones((1, 2)), np.array([["a", "b"]]))


@pytest.mark.parametrize("metric", _OF_MAPS)
def test_texts_are_no_classes(metric, refused):
    maps = np.full((1, 2, 2), "a")
    with refused("decided classes are of the type <U1: give numbers"):
        metric(maps, maps)
