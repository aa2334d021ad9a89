import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.refiner.saved_space import describe_space, space_of
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace


class _Silent(TagSpace):
    def __init__(self, weight, oracle=None):
        super().__init__(oracle)
        self.weight = weight


class _SilentWithDefault(_Silent):
    def __init__(self, weight=1.0, oracle=None):
        super().__init__(weight, oracle)


class _Told(_SilentWithDefault):
    @property
    def arguments(self):
        return {"weight": self.weight}


class _ToldTooMuch(_Told):
    @property
    def arguments(self):
        return {**super().arguments, "height": 2.0}


def _all_right(y, y_true):
    return tf.ones(tf.shape(y)[0])


class _WithOracle(TagSpace):
    """A space that makes its own oracle."""

    def __init__(self):
        super().__init__(_all_right)


class _TakesAny(TagSpace):
    def __init__(self, *parts, **options):
        super().__init__()


@pytest.mark.parametrize("space", [_Silent(5.0), _SilentWithDefault(5.0)])
def test_a_space_that_does_not_tell_its_arguments_is_not_saved(space, refused):
    with refused(r"space _Silent.* \(weight missing\): its property `arguments`"):
        describe_space(space)


def test_a_space_that_its_arguments_do_not_make_is_not_saved(refused):
    with refused(r"_ToldTooMuch could not be loaded again \(.*height.*\): its"):
        describe_space(_ToldTooMuch(5.0))


@pytest.mark.parametrize(
    "space", [_Told(5.0), _TakesAny(), TagSpace(), ClassMapSpace("pixel_accuracy")]
)
def test_other_spaces_are_made_again(space):
    made = space_of(describe_space(space), None, {type(space).__name__: type(space)})
    assert type(made) is type(space)
    assert made.arguments == space.arguments


def test_an_oracle_that_a_space_makes_itself_is_there_after_loading(refused):
    y = np.zeros((2, 5), np.float32)
    description, classes = describe_space(_WithOracle()), {"_WithOracle": _WithOracle}
    made = space_of(description, None, classes)
    np.testing.assert_array_equal(made.oracle(y, 1.0 - y), [1.0, 1.0])
    made = space_of(description, lambda y, y_true: tf.zeros(tf.shape(y)[0]), classes)
    np.testing.assert_array_equal(made.oracle(y, y), [0.0, 0.0])
    of_caller = space_of(describe_space(TagSpace(_all_right)), None, {})
    with refused("oracle of your own"):
        of_caller.oracle(y, y)
