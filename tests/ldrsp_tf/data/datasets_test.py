import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.examples import Examples, sort_by_values, training_and_validation
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from tests.ldrsp_tf.data.read_examples import TAGS, X, Y, assert_refused, read

_DATASET = tf.data.Dataset.from_tensor_slices((X, Y))


@pytest.mark.parametrize(
    ("dataset", "rows"),
    [
        (_DATASET, 10),
        (_DATASET.batch(4), 10),
        (_DATASET.batch(4, drop_remainder=True), 8),
        (_DATASET.batch(100), 10),
        (_DATASET.repeat(1), 10),
    ],
    ids=["single", "batches", "whole batches", "one batch", "once"],
)
def test_datasets(dataset, rows):
    examples = read(dataset)
    np.testing.assert_array_equal(examples.x, X[:rows])
    np.testing.assert_array_equal(examples.y, Y[:rows])


_SHUFFLED = _DATASET.repeat(2).shuffle(20)  # Every row twice.


@pytest.mark.parametrize("batched", [False, True])
def test_two_readings_of_a_shuffled_dataset_hold_the_same_rows_out(batched):
    dataset = _SHUFFLED.batch(3) if batched else _SHUFFLED
    first, second = (training_and_validation(dataset, 0.3, TAGS, 0) for _ in range(2))
    for part, again in zip(first, second, strict=True):
        np.testing.assert_array_equal(part.x, again.x)
        np.testing.assert_array_equal(part.y, again.y)
    rows = np.concatenate([part.x[:, 0] for part in first])
    np.testing.assert_array_equal(np.sort(rows), np.repeat(X[:, 0], 2))


def test_a_shuffled_dataset_of_validation_examples_has_one_order():
    pairs = [training_and_validation((X, Y), _SHUFFLED, TAGS, 0) for _ in range(2)]
    np.testing.assert_array_equal(pairs[0][1].x, pairs[1][1].x)
    np.testing.assert_array_equal(pairs[0][0].x, X)  # Arrays stay as they are.


def test_a_dataset_with_folds_stays_in_the_order_of_these():
    training, _ = training_and_validation(_DATASET, (X, Y), TAGS, 0, has_folds=True)
    np.testing.assert_array_equal(training.x, X)


def test_inputs_stay_with_their_outputs_in_the_order_of_values():
    ordered = sort_by_values(Examples(X, Y))
    rows = (ordered.x[:, 0] / 2).astype(int)
    assert sorted(rows) == list(range(10))
    np.testing.assert_array_equal(ordered.y, Y[rows])


def test_a_dataset_that_does_not_tell_its_shapes():
    spec = (tf.TensorSpec(None), tf.TensorSpec(None))
    dataset = tf.data.Dataset.from_generator(
        lambda: zip(X, Y, strict=True), output_signature=spec
    )
    np.testing.assert_array_equal(read(dataset).y, Y)
    batches = tf.data.Dataset.from_generator(
        lambda: [(X[:6], Y[:6]), (X[6:], Y[6:])], output_signature=spec
    )
    np.testing.assert_array_equal(read(batches).y, Y)


def test_maps_of_a_dataset_of_single_examples():
    x, y = np.zeros((3, 4, 4, 1)), np.eye(2)[np.zeros((3, 4, 4), int)]
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    for data in (dataset, dataset.batch(2)):
        assert read(data, ClassMapSpace()).y.shape == (3, 4, 4, 2)


@pytest.mark.parametrize(
    ("dataset", "match"),
    [
        (_DATASET.repeat(), r"repeats for ever; leave out repeat\(\)"),
        (_DATASET.take(0), "is empty"),
        (_DATASET.filter(lambda x, y: False), "is empty"),
        (_DATASET.map(lambda x, y: x), r"other than pairs \(x, y\)"),
        (_DATASET.map(lambda x, y: {"x": x, "y": y}), r"other than pairs \(x, y\)"),
        (_DATASET.map(lambda x, y: (x, y, y)), r"other than pairs \(x, y\).* weights"),
        (_DATASET.map(lambda x, y: ({"a": x}, y)), r"other than pairs \(x, y\)"),
        (_DATASET.map(lambda x, y: (x, y[0])), r"shape \(10,\); tags \[N, L\]"),
    ],
)
def test_other_datasets_are_refused(dataset, match):
    assert_refused(dataset, match)


@pytest.mark.parametrize("rows_of_batch", [8, 10])
@pytest.mark.parametrize("highest", [1, 5])
@pytest.mark.parametrize("metric", ["mean_iou", "pixel_accuracy"])
def test_batches_of_masks_of_class_numbers_are_told_to_become_one_hot(
    metric, highest, rows_of_batch
):
    y = np.arange(20 * 4 * 6).reshape(20, 4, 6) % (highest + 1)
    pairs = np.zeros((20, 4, 6, 3), np.float32), y
    batches = tf.data.Dataset.from_tensor_slices(pairs).batch(rows_of_batch)
    assert_refused(
        batches,
        rf"inputs \({rows_of_batch}, 4, 6, 3\) and true outputs \({rows_of_batch}, 4, 6"
        r"\), which as single .* no one-hot class maps .*batches, .*tf\.one_hot\(y, C",
        ClassMapSpace(metric),
    )


@pytest.mark.parametrize(("labels", "batch"), [([0, 1], 8), ([0, 1, 2], 10)])
def test_batches_of_one_label_a_row_are_told_to_become_tags(labels, batch):
    y = np.resize(labels, 20)
    pairs = np.zeros((20, 7), np.float32), y
    batches = tf.data.Dataset.from_tensor_slices(pairs).batch(batch)
    assert_refused(batches, r"which as single examples are no tags .*y\[:, None\]")


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_a_fault_of_single_examples_that_look_like_batches_is_named(value):
    y = np.ones((20, 3), np.float32)
    y[4, 2] = value
    pairs = np.zeros((20, 3, 2), np.float32), y
    assert_refused(
        tf.data.Dataset.from_tensor_slices(pairs),
        rf"no tags .*have the value {value} for tag 2 of example 4 .*If they are batc",
    )


@pytest.mark.parametrize(
    ("space", "x_shape", "y"),
    [
        # A tag for each step of a sequence, or as many as an image has rows.
        (TAGS, (3, 2), [1, 0, 1]),
        (TAGS, (3, 2, 1), [1, 0, 1]),
        (TAGS, (3,), [1, 0, 1]),
        (ClassMapSpace(), (2, 2, 2), np.eye(2)[[[0, 1], [1, 0]]]),
        (ClassMapSpace(), (2, 2, 2, 1), np.eye(2)[[[0, 1], [1, 0]]]),
    ],
)
def test_single_examples_that_look_like_batches_are_read(space, x_shape, y):
    pairs = np.zeros((4, *x_shape), np.float32), np.stack([y] * 4)
    examples = read(tf.data.Dataset.from_tensor_slices(pairs), space)
    assert examples.x.shape == (4, *x_shape) and len(examples.y) == 4


def test_elements_of_different_shapes_are_refused():
    dataset = tf.data.Dataset.from_generator(
        lambda: [(X[0], Y[0]), (X[0, :1], Y[0])],
        output_signature=(tf.TensorSpec([None]), tf.TensorSpec([3])),
    )
    assert_refused(dataset, "different shapes")
