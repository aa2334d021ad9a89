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
)
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from tests.ldrsp_tf.data.read_examples import X, Y, assert_refused, read


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pair_of_arrays(kind):
    examples = read(kind([X, Y]))
    np.testing.assert_array_equal(examples.x, X)
    np.testing.assert_array_equal(examples.y, Y)


def test_a_pair_of_lists_or_tensors():
    for pair in ((X.tolist(), Y.tolist()), (tf.constant(X), tf.constant(Y))):
        examples = read(pair)
        np.testing.assert_array_equal(examples.x, X)
        np.testing.assert_array_equal(examples.y, Y)


def test_types_are_kept():
    examples = read((X.astype(np.uint8), Y.astype(bool)))
    assert examples.x.dtype == np.uint8
    assert examples.y.dtype == bool


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (X, "neither a pair"),
        ((X,), "neither a pair"),
        ((X, Y, Y[:, 0]), "neither a pair .*, and there are no sample weights"),
        ({"x": X, "y": Y}, "neither a pair"),
        (None, "neither a pair"),
        ((X, Y[:9]), "has 10 inputs and 9 true outputs"),
        ((X[:0], Y[:0]), "has 0 inputs"),
        (([[1.0], [1.0, 2.0]], [[0], [1]]), "need one shape"),
        ((3.0, Y), "inputs of the training data are one number"),
        ((X, 1.0), "true outputs of the training data are one number"),
        ((X.astype(str), Y), "numbers are needed"),
        ((scipy.sparse.csr_matrix(X), Y), r"inputs .* not dense: give \.toarray\(\)"),
        ((X, scipy.sparse.lil_array(Y)), r"true outputs .* give \.toarray\(\) of it"),
        (({"a": X, "b": X}, Y), r"inputs .* are a dict \('a', 'b'\): .*faq\.md"),
        ((X, {"a": Y}), r"true outputs of the training data are a dict \('a'\)"),
        (([X, X], Y), "a list of 2 arrays of 10 rows: one array is needed; docs"),
        (((X, X[:, :1]), Y), "a list of 2 arrays of 10 rows: one array is needed"),
        (([tf.constant(X)] * 3, Y), "a list of 3 arrays of 10 rows"),
        ((X, Y * 0.5), r"have the value 0\.5 for tag 0 of example 0 .* round them"),
        ((X, Y.astype(object)), "numbers are needed"),
        ((X, Y[:, 0]), r"shape \(10,\); tags \[N, L\] are needed"),
        ((X, Y[:, :0]), "have no values"),
        ((X, 255 * Y), r"from 0 to 255: they have to lie in \[0, 1\]"),
        ((X, Y - 0.5), "from -0.5 to 0.5"),
    ],
)
def test_other_data_are_refused(data, match):
    assert_refused(data, match)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("part", "name"), [(0, "inputs"), (1, "true outputs")])
def test_values_that_are_not_finite_are_named(part, name, value):
    data = [X.copy(), Y.copy()]
    data[part][3, 1] = data[part][7, 0] = value
    assert_refused(tuple(data), rf"The {name} of .* NaN or infinite, in example 3 ")


@pytest.mark.parametrize(
    ("shape", "match"),
    [
        ((2, 4, 4), r"one-hot class maps \[N, H, W, C\] are needed"),
        ((2, 4, 4, 1), r"one channel.*np\.concatenate\(\[1 - y, y\], -1\)"),
    ],
)
def test_masks_that_are_no_class_maps_are_refused(shape, match):
    assert_refused((np.zeros((2, 4, 4, 3)), np.zeros(shape)), match, ClassMapSpace())


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
        read((_IMAGES, numbers), ClassMapSpace())
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
    assert_refused((_IMAGES, mask), mend, ClassMapSpace())


def test_channels_first_are_told_to_be_moved():
    swapped = np.moveaxis(_IMAGES, -1, 1), np.moveaxis(_MASKS, -1, 1)
    space = ClassMapSpace("pixel_accuracy")
    match = r"inputs of the training data, \(2, 3, 4, 6\), .*np\.moveaxis\(x, 1, -1\)"
    assert_refused((swapped[0], _MASKS), match, space)
    match = r"outputs of the training data, \(2, 3, 4, 6\), .*np\.moveaxis\(y, 1, -1\)"
    for images in (_IMAGES, swapped[0]):
        assert_refused((images, swapped[1]), match, space)
    assert read((_IMAGES, _MASKS), space).y is not None


@pytest.mark.parametrize("value", [[0, 0, 0], [1, 1, 0], [0.5, 0.5, 0], [1, 0.1, 0]])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_pixels_without_exactly_one_class_are_refused_with_their_place(value, kind):
    masks = _MASKS.astype(kind)
    masks[1, 2, 3] = value
    values = re.escape(", ".join(f"{kind(v):g}" for v in value))
    match = rf"values \({values}\) in row 2, column 3 of example 1 \(counted from 0\)"
    assert_refused((_IMAGES, masks), match, ClassMapSpace("pixel_accuracy"))
    space = ClassMapSpace(
        oracle=lambda y, y_true: tf.reduce_mean(y * y_true, [1, 2, 3])
    )
    np.testing.assert_array_equal(read((_IMAGES, masks), space).y, masks)


def test_soft_tags_are_for_an_oracle_of_the_users_own():
    soft = Y.copy()
    soft[3, 1] = 0.25
    assert_refused(
        (X, soft), r"0\.25 for tag 1 of example 3 \(counted from 0\), which F1"
    )
    space = TagSpace(oracle=lambda y, y_true: tf.reduce_mean(y * y_true, -1))
    np.testing.assert_array_equal(read((X, soft), space).y, soft)


@pytest.mark.parametrize("value", [1e39, -1e300])
def test_values_beyond_single_precision_are_named(value):
    data = [X.astype(np.float64), Y]
    data[0][3, 1] = value
    assert_refused(tuple(data), "inputs of .* beyond 3.4e.38, .* in example 3 ")


def test_inputs_to_predict_for_are_checked_alike():
    np.testing.assert_array_equal(as_inputs(X.tolist(), (2,)), X)
    for x, match in (
        (scipy.sparse.coo_matrix(X), r"The inputs are .*\.toarray\(\)"),
        ({"a": X}, r"The inputs are a dict \('a'\)"),
        ([X, X], "The inputs are a list of 2 arrays of 10 rows"),
        ([X, X[:, :1]], "The inputs are a list of 2 arrays of 10 rows"),
        ([[1.0, 2.0], [1.0]], "all examples need one shape"),
        (1.0, "The inputs are one number"),
        (X[:, :1], r"Inputs of shape \(10, 1\) do not fit"),
        (X.astype(np.float64) * 1e38, "beyond 3.4e.38, .* in example 2 "),
    ):
        with pytest.raises(UsageError, match=match):
            as_inputs(x, (2,))


def test_rows_are_taken_of_both():
    taken = Examples(X, Y).take(np.array([7, 2]))
    np.testing.assert_array_equal(taken.x, X[[7, 2]])
    np.testing.assert_array_equal(taken.y, Y[[7, 2]])


def test_shapes_of_before_are_required():
    examples = Examples(X, Y)
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
        read((x, Y))
    for other in (x - [0, 1.7e9, 0], x.astype(np.float32), x.astype(np.int64) // 1000):
        read((other, Y))
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
    pair = tf.cast(X, tf.bfloat16), tf.cast(Y, tf.bfloat16)
    for data in (pair, tf.data.Dataset.from_tensor_slices(pair).batch(3)):
        examples = read(data)
        for values, expected in zip(examples, (X, Y)):
            assert values.dtype == np.float32
            np.testing.assert_array_equal(values, expected)
    inputs = as_inputs(pair[0], (2,))
    np.testing.assert_array_equal(inputs, X)
