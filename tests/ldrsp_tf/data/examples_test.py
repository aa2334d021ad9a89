import re

import numpy as np
import pytest
import scipy.sparse
import tensorflow as tf

from ldrsp_tf.data.examples import (
    Examples,
    as_examples,
    as_inputs,
    divide_rows,
    require_shapes,
    sort_by_values,
    training_and_validation,
)
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace

_X = np.arange(20, dtype=np.float32).reshape(10, 2)
_Y = (np.arange(30).reshape(10, 3) % 4 == 0).astype(np.float32)
_TAGS = TagSpace()


def _read(data, space=_TAGS):
    return as_examples(data, space, "training data")


def _refused(data, match, space=_TAGS):
    with pytest.raises(UsageError, match=match) as caught:
        _read(data, space)
    assert "\n" not in str(caught.value)
    assert "training data" in str(caught.value)


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pair_of_arrays(kind):
    examples = _read(kind([_X, _Y]))
    np.testing.assert_array_equal(examples.x, _X)
    np.testing.assert_array_equal(examples.y, _Y)


def test_a_pair_of_lists_or_tensors():
    for pair in ((_X.tolist(), _Y.tolist()), (tf.constant(_X), tf.constant(_Y))):
        examples = _read(pair)
        np.testing.assert_array_equal(examples.x, _X)
        np.testing.assert_array_equal(examples.y, _Y)


def test_types_are_kept():
    examples = _read((_X.astype(np.uint8), _Y.astype(bool)))
    assert examples.x.dtype == np.uint8
    assert examples.y.dtype == bool


_DATASET = tf.data.Dataset.from_tensor_slices((_X, _Y))


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
    examples = _read(dataset)
    np.testing.assert_array_equal(examples.x, _X[:rows])
    np.testing.assert_array_equal(examples.y, _Y[:rows])


_SHUFFLED = _DATASET.repeat(2).shuffle(20)  # Every row twice.


@pytest.mark.parametrize("batched", [False, True])
def test_two_readings_of_a_shuffled_dataset_hold_the_same_rows_out(batched):
    dataset = _SHUFFLED.batch(3) if batched else _SHUFFLED
    first, second = (training_and_validation(dataset, 0.3, _TAGS, 0) for _ in range(2))
    for part, again in zip(first, second, strict=True):
        np.testing.assert_array_equal(part.x, again.x)
        np.testing.assert_array_equal(part.y, again.y)
    rows = np.concatenate([part.x[:, 0] for part in first])
    np.testing.assert_array_equal(np.sort(rows), np.repeat(_X[:, 0], 2))


def test_a_shuffled_dataset_of_validation_examples_has_one_order():
    pairs = [training_and_validation((_X, _Y), _SHUFFLED, _TAGS, 0) for _ in range(2)]
    np.testing.assert_array_equal(pairs[0][1].x, pairs[1][1].x)
    np.testing.assert_array_equal(pairs[0][0].x, _X)  # Arrays stay as they are.


def test_a_dataset_with_folds_stays_in_the_order_of_these():
    training, _ = training_and_validation(_DATASET, (_X, _Y), _TAGS, 0, has_folds=True)
    np.testing.assert_array_equal(training.x, _X)


def test_inputs_stay_with_their_outputs_in_the_order_of_values():
    ordered = sort_by_values(Examples(_X, _Y))
    rows = (ordered.x[:, 0] / 2).astype(int)
    assert sorted(rows) == list(range(10))
    np.testing.assert_array_equal(ordered.y, _Y[rows])


def test_a_dataset_that_does_not_tell_its_shapes():
    spec = (tf.TensorSpec(None), tf.TensorSpec(None))
    dataset = tf.data.Dataset.from_generator(
        lambda: zip(_X, _Y, strict=True), output_signature=spec
    )
    np.testing.assert_array_equal(_read(dataset).y, _Y)
    batches = tf.data.Dataset.from_generator(
        lambda: [(_X[:6], _Y[:6]), (_X[6:], _Y[6:])], output_signature=spec
    )
    np.testing.assert_array_equal(_read(batches).y, _Y)


def test_maps_of_a_dataset_of_single_examples():
    x, y = np.zeros((3, 4, 4, 1)), np.eye(2)[np.zeros((3, 4, 4), int)]
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    for data in (dataset, dataset.batch(2)):
        assert _read(data, ClassMapSpace()).y.shape == (3, 4, 4, 2)


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
    _refused(dataset, match)


@pytest.mark.parametrize("rows_of_batch", [8, 10])
@pytest.mark.parametrize("highest", [1, 5])
@pytest.mark.parametrize("metric", ["mean_iou", "pixel_accuracy"])
def test_batches_of_masks_of_class_numbers_are_told_to_become_one_hot(
    metric, highest, rows_of_batch
):
    y = np.arange(20 * 4 * 6).reshape(20, 4, 6) % (highest + 1)
    pairs = np.zeros((20, 4, 6, 3), np.float32), y
    batches = tf.data.Dataset.from_tensor_slices(pairs).batch(rows_of_batch)
    _refused(
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
    _refused(batches, r"which as single examples are no tags .*y\[:, None\]")


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_a_fault_of_single_examples_that_look_like_batches_is_named(value):
    y = np.ones((20, 3), np.float32)
    y[4, 2] = value
    pairs = np.zeros((20, 3, 2), np.float32), y
    _refused(
        tf.data.Dataset.from_tensor_slices(pairs),
        rf"no tags .*have the value {value} for tag 2 of example 4 .*If they are batc",
    )


@pytest.mark.parametrize(
    ("space", "x_shape", "y"),
    [
        # A tag for each step of a sequence, or as many as an image has rows.
        (_TAGS, (3, 2), [1, 0, 1]),
        (_TAGS, (3, 2, 1), [1, 0, 1]),
        (_TAGS, (3,), [1, 0, 1]),
        (ClassMapSpace(), (2, 2, 2), np.eye(2)[[[0, 1], [1, 0]]]),
        (ClassMapSpace(), (2, 2, 2, 1), np.eye(2)[[[0, 1], [1, 0]]]),
    ],
)
def test_single_examples_that_look_like_batches_are_read(space, x_shape, y):
    pairs = np.zeros((4, *x_shape), np.float32), np.stack([y] * 4)
    read = _read(tf.data.Dataset.from_tensor_slices(pairs), space)
    assert read.x.shape == (4, *x_shape) and len(read.y) == 4


def test_elements_of_different_shapes_are_refused():
    dataset = tf.data.Dataset.from_generator(
        lambda: [(_X[0], _Y[0]), (_X[0, :1], _Y[0])],
        output_signature=(tf.TensorSpec([None]), tf.TensorSpec([3])),
    )
    _refused(dataset, "different shapes")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (_X, "neither a pair"),
        ((_X,), "neither a pair"),
        ((_X, _Y, _Y[:, 0]), "neither a pair .*, and there are no sample weights"),
        ({"x": _X, "y": _Y}, "neither a pair"),
        (None, "neither a pair"),
        ((_X, _Y[:9]), "has 10 inputs and 9 true outputs"),
        ((_X[:0], _Y[:0]), "has 0 inputs"),
        (([[1.0], [1.0, 2.0]], [[0], [1]]), "need one shape"),
        ((3.0, _Y), "inputs of the training data are one number"),
        ((_X, 1.0), "true outputs of the training data are one number"),
        ((_X.astype(str), _Y), "numbers are needed"),
        ((scipy.sparse.csr_matrix(_X), _Y), r"inputs .* not dense: give \.toarray\(\)"),
        ((_X, scipy.sparse.lil_array(_Y)), r"true outputs .* give \.toarray\(\) of it"),
        (({"a": _X, "b": _X}, _Y), r"inputs .* are a dict \('a', 'b'\): .*faq\.md"),
        ((_X, {"a": _Y}), r"true outputs of the training data are a dict \('a'\)"),
        (([_X, _X], _Y), "a list of 2 arrays of 10 rows: one array is needed; docs"),
        (((_X, _X[:, :1]), _Y), "a list of 2 arrays of 10 rows: one array is needed"),
        (([tf.constant(_X)] * 3, _Y), "a list of 3 arrays of 10 rows"),
        ((_X, _Y * 0.5), r"have the value 0\.5 for tag 0 of example 0 .* round them"),
        ((_X, _Y.astype(object)), "numbers are needed"),
        ((_X, _Y[:, 0]), r"shape \(10,\); tags \[N, L\] are needed"),
        ((_X, _Y[:, :0]), "have no values"),
        ((_X, 255 * _Y), r"from 0 to 255: they have to lie in \[0, 1\]"),
        ((_X, _Y - 0.5), "from -0.5 to 0.5"),
    ],
)
def test_other_data_are_refused(data, match):
    _refused(data, match)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("part", "name"), [(0, "inputs"), (1, "true outputs")])
def test_values_that_are_not_finite_are_named(part, name, value):
    data = [_X.copy(), _Y.copy()]
    data[part][3, 1] = data[part][7, 0] = value
    _refused(tuple(data), rf"The {name} of .* NaN or infinite, in example 3 ")


@pytest.mark.parametrize(
    ("shape", "match"),
    [
        ((2, 4, 4), r"one-hot class maps \[N, H, W, C\] are needed"),
        ((2, 4, 4, 1), r"one channel.*np\.concatenate\(\[1 - y, y\], -1\)"),
    ],
)
def test_masks_that_are_no_class_maps_are_refused(shape, match):
    _refused((np.zeros((2, 4, 4, 3)), np.zeros(shape)), match, ClassMapSpace())


_IMAGES = np.zeros((2, 4, 6, 3))
_MASKS = np.eye(3)[np.arange(48).reshape(2, 4, 6) % 3]


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize(
    ("values", "mend"),
    [
        ((0, 1, 2, 3), r"to_categorical\(y, 4\)"),
        ((0, 2), r"to_categorical\(y, 3\)"),
        ((0, 255), r"to_categorical\(y > 127, 2\) if 255 is the foreground"),
    ],
)
def test_masks_of_class_numbers_are_told_to_become_one_hot(values, mend, kind):
    numbers = np.resize(values, (2, 4, 6, 1)).astype(kind)
    match = rf"\(2, 4, 6, 1\), are numbers from 0 to {values[-1]} .*{mend}"
    with pytest.raises(UsageError, match=match) as caught:
        _read((_IMAGES, numbers), ClassMapSpace())
    assert "1 - y" not in str(caught.value)


@pytest.mark.parametrize(
    ("mask", "mend"),
    [
        (np.resize((0, 1, 2), (2, 4, 6)), r"to_categorical\(y, 3\)"),
        (np.resize((False, True), (2, 4, 6)), r"to_categorical\(y, 2\)"),
        (np.resize((0, 300), (2, 4, 6)), "number the classes from 0, and give"),
        (np.resize((-1, 1), (2, 4, 6)), "number the classes from 0, and give"),
    ],
)
def test_masks_without_a_channel_are_told_to_become_one_hot(mask, mend):
    _refused((_IMAGES, mask), mend, ClassMapSpace())


def test_channels_first_are_told_to_be_moved():
    swapped = np.moveaxis(_IMAGES, -1, 1), np.moveaxis(_MASKS, -1, 1)
    space = ClassMapSpace("pixel_accuracy")
    match = r"inputs of the training data, \(2, 3, 4, 6\), .*np\.moveaxis\(x, 1, -1\)"
    _refused((swapped[0], _MASKS), match, space)
    match = r"outputs of the training data, \(2, 3, 4, 6\), .*np\.moveaxis\(y, 1, -1\)"
    for images in (_IMAGES, swapped[0]):
        _refused((images, swapped[1]), match, space)
    assert _read((_IMAGES, _MASKS), space).y is not None


@pytest.mark.parametrize("value", [[0, 0, 0], [1, 1, 0], [0.5, 0.5, 0], [1, 0.1, 0]])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_pixels_without_exactly_one_class_are_refused_with_their_place(value, kind):
    masks = _MASKS.astype(kind)
    masks[1, 2, 3] = value
    values = re.escape(", ".join(f"{kind(v):g}" for v in value))
    match = rf"values \({values}\) in row 2, column 3 of example 1 \(counted from 0\)"
    _refused((_IMAGES, masks), match, ClassMapSpace("pixel_accuracy"))
    space = ClassMapSpace(
        oracle=lambda y, y_true: tf.reduce_mean(y * y_true, [1, 2, 3])
    )
    np.testing.assert_array_equal(_read((_IMAGES, masks), space).y, masks)


def test_soft_tags_are_for_an_oracle_of_the_users_own():
    soft = _Y.copy()
    soft[3, 1] = 0.25
    _refused((_X, soft), r"0\.25 for tag 1 of example 3 \(counted from 0\), which F1")
    space = TagSpace(oracle=lambda y, y_true: tf.reduce_mean(y * y_true, -1))
    np.testing.assert_array_equal(_read((_X, soft), space).y, soft)


@pytest.mark.parametrize("value", [1e39, -1e300])
def test_values_beyond_single_precision_are_named(value):
    data = [_X.astype(np.float64), _Y]
    data[0][3, 1] = value
    _refused(tuple(data), "inputs of .* beyond 3.4e.38, .* in example 3 ")


def test_inputs_to_predict_for_are_checked_alike():
    np.testing.assert_array_equal(as_inputs(_X.tolist(), (2,)), _X)
    for x, match in (
        (scipy.sparse.coo_matrix(_X), r"The inputs are .*\.toarray\(\)"),
        ({"a": _X}, r"The inputs are a dict \('a'\)"),
        ([_X, _X], "The inputs are a list of 2 arrays of 10 rows"),
        ([_X, _X[:, :1]], "The inputs are a list of 2 arrays of 10 rows"),
        ([[1.0, 2.0], [1.0]], "all examples need one shape"),
        (1.0, "The inputs are one number"),
        (_X[:, :1], r"Inputs of shape \(10, 1\) do not fit"),
        (_X.astype(np.float64) * 1e38, "beyond 3.4e.38, .* in example 2 "),
    ):
        with pytest.raises(UsageError, match=match):
            as_inputs(x, (2,))


def test_rows_are_taken_of_both():
    taken = Examples(_X, _Y).take(np.array([7, 2]))
    np.testing.assert_array_equal(taken.x, _X[[7, 2]])
    np.testing.assert_array_equal(taken.y, _Y[[7, 2]])


def test_shapes_of_before_are_required():
    examples = Examples(_X, _Y)
    require_shapes(examples, ((2,), (3,)), "test data")
    with pytest.raises(UsageError, match=r"x has shape \(2,\) in the test data"):
        require_shapes(examples, ((5,), (3,)), "test data")
    with pytest.raises(UsageError, match=r"y has shape \(3,\) .* but \(4,\) is needed"):
        require_shapes(examples, ((2,), (4,)), "test data")


def test_rows_are_divided_at_random_and_stay_in_order():
    kept, held_out = divide_rows(10, 3, (0, 1))
    assert (len(kept), len(held_out)) == (7, 3)
    np.testing.assert_array_equal(np.sort([*kept, *held_out]), range(10))
    assert (np.diff(kept) > 0).all() and (np.diff(held_out) > 0).all()
    np.testing.assert_array_equal(divide_rows(10, 3, (0, 1))[1], held_out)
    assert set(divide_rows(10, 3, (1, 1))[1]) != set(held_out)


def test_a_feature_that_single_precision_takes_for_one_number_is_told(recwarn):
    x = np.array([[0, 1.7e9 + i, 1e-60 * i] for i in range(10)])
    with pytest.warns(
        UserWarning,
        match=r"Feature 1 \(counted from 0\) of the inputs of the training data varies "
        r"from 1700000000\.0 to 1700000009\.0, which is one number in single",
    ):
        _read((x, _Y))
    for other in (x - [0, 1.7e9, 0], x.astype(np.float32), x.astype(np.int64) // 1000):
        _read((other, _Y))
    assert not recwarn.list


class _ArrayOfAnotherLibrary:
    """An array that numpy can convert, as those of JAX and PyTorch are."""

    def __init__(self, values):
        self._values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype)


def test_arrays_of_other_libraries_are_read():
    x, y = np.ones((4, 3), np.float32), np.eye(4, 2, dtype=np.float32)
    pair = tuple(map(_ArrayOfAnotherLibrary, (x, y)))
    examples = as_examples(pair, TagSpace(), "training data")
    np.testing.assert_array_equal(examples.x, x)
    np.testing.assert_array_equal(examples.y, y)


def test_bfloat16_is_read_in_single_precision():
    # NumPy has it as a type of another library, and not as one of numbers.
    pair = tf.cast(_X, tf.bfloat16), tf.cast(_Y, tf.bfloat16)
    for data in (pair, tf.data.Dataset.from_tensor_slices(pair).batch(3)):
        examples = _read(data)
        for values, expected in zip(examples, (_X, _Y)):
            assert values.dtype == np.float32
            np.testing.assert_array_equal(values, expected)
    inputs = as_inputs(pair[0], (2,))
    np.testing.assert_array_equal(inputs, _X)
