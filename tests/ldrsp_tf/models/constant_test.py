import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.adapters import ConstantOutput
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace


def test_tags_start_at_none():
    space = TagSpace()
    model = ConstantOutput((4,), space.initial_logit)
    y = space.activation(model(tf.ones([3, 7])))
    np.testing.assert_array_equal(y, np.zeros((3, 4)))


@pytest.mark.parametrize("side", [6, 10])
def test_maps_start_at_every_class_alike_and_are_as_large_as_the_image(side):
    space = ClassMapSpace()
    model = ConstantOutput((6, 6, 4), space.initial_logit)
    y = space.activation(model(tf.ones([2, side, side, 3])))
    # On some processors the softmax misses a quarter by its last digit.
    expected = np.full((2, side, side, 4), 0.25)
    np.testing.assert_allclose(y, expected, rtol=2**-23)


def test_it_has_no_weights_and_a_static_shape_in_a_graph():
    model = ConstantOutput((4,), 0.0)
    assert model(tf.ones([1, 2])).shape == (1, 4)
    assert not model.variables
    traced = tf.function(model).get_concrete_function(tf.TensorSpec([None, 2]))
    assert traced.outputs[0].shape.as_list() == [None, 4]
