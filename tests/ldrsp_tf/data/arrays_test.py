import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.arrays import as_array, require_finite
from ldrsp_tf.data.examples import as_examples, as_inputs
from ldrsp_tf.errors import UsageError
from ldrsp_tf.spaces.tags import TagSpace

_X = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.mark.parametrize("kind", [">f4", ">f8", "<f2", "<i8", "g", "?"])
def test_arrays_of_any_byte_order_reach_tensorflow(kind):
    array = as_array(_X.astype(kind), "inputs")
    np.testing.assert_array_equal(tf.constant(array), _X.astype(kind).astype("f4"))


@pytest.mark.parametrize(
    "values", [_X, _X.tolist(), list(_X), tf.constant(_X), np.asfortranarray(_X)]
)
def test_what_numpy_takes_is_taken(values):
    np.testing.assert_array_equal(as_array(values, "inputs"), _X)


def test_an_array_stays_the_same_object():
    assert as_array(_X, "inputs") is _X


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (tf.sparse.from_dense(_X), r"SparseTensor, .* give tf\.sparse\.to_dense"),
        (tf.ragged.constant([[1], [1, 2]]), r"RaggedTensor, .* give \.to_tensor\(\)"),
        (np.ma.masked_equal(_X, 3), "have masked values: fill them in"),
        (None, "of type NoneType"),
        ({1, 2}, "of type set"),
        ("text", "of type str"),
        (np.float32(1), "one number"),
    ],
)
def test_other_things_are_refused(values, match):
    with pytest.raises(UsageError, match=f"^The inputs are .*{match}|{match}"):
        as_array(values, "inputs")


def test_masked_arrays_without_masked_values_are_arrays():
    np.testing.assert_array_equal(as_array(np.ma.array(_X), "inputs"), _X)


def test_integers_and_the_largest_number_are_finite():
    require_finite(np.array([[2**60]]), "inputs")
    require_finite(np.array([[float(np.finfo(np.float32).max)]]), "inputs")
    require_finite(np.array([[np.finfo(np.float16).max]]), "inputs")


def test_values_beyond_single_precision_are_no_numbers_for_it():
    with pytest.raises(UsageError, match=r"beyond 3\.4e\+38, .* in example 1 "):
        require_finite(np.array([[1.0], [-3.5e38]]), "inputs")


@pytest.mark.parametrize("rows", [2, 3, 21])
def test_a_list_of_examples_of_another_shape_is_not_several_inputs(rows):
    with pytest.raises(UsageError, match=rf"shape \({rows}, 21\) do not fit: \[N, 20"):
        as_inputs([np.zeros(21, np.float32)] * rows, (20,))


_IMAGES = [np.zeros((5, width, 3)) for width in (7, 8, 9, 9, 9)]


def test_a_list_of_images_of_several_widths_is_not_several_inputs():
    with pytest.raises(UsageError, match="all examples need one shape"):
        as_inputs(_IMAGES, (5, 9, 3))
    for y in (np.zeros((5, 2)), np.zeros((4, 2))):
        with pytest.raises(UsageError, match="all examples need one shape"):
            as_examples((_IMAGES[: len(y)], y), TagSpace(), "training data")


def test_several_inputs_are_told_to_be_packed():
    inputs = [np.zeros((4, 12)), np.zeros((4, 8))]
    with pytest.raises(UsageError, match=r"a list of 2 arrays of 4 rows: .*docs/faq"):
        as_inputs(inputs, (20,))
    with pytest.raises(UsageError, match=r"a list of 2 arrays of 4 rows: .*docs/faq"):
        as_examples((inputs, np.zeros((4, 2))), TagSpace(), "training data")
