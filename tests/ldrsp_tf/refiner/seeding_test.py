import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.refiner.seeding import seeded_initializers


def _weights(make):
    network = make()
    network((np.zeros((1, 3), np.float32), np.zeros((1, 2), np.float32)))
    return network.get_weights()


def _made_inside(seed):
    with seeded_initializers(seed):
        return _weights(lambda: EnergyNetwork(2, (4,)))


def test_the_seed_decides_the_weights(assert_identical):
    first = _made_inside(3)
    assert_identical(_made_inside(3), first)
    assert np.any(_made_inside(4)[0] != first[0])


def test_they_are_those_of_a_global_seed(assert_identical):
    inside = _made_inside(3)
    keras.utils.set_random_seed(3)
    assert_identical(inside, _weights(lambda: EnergyNetwork(2, (4,))))


def _draws():
    return random.random(), np.random.random(), float(tf.random.uniform([]))


def test_draws_outside_are_not_changed():
    keras.utils.set_random_seed(1)
    expected = _draws()
    keras.utils.set_random_seed(1)
    _made_inside(5)
    assert _draws() == expected


def test_an_error_inside_changes_no_draws_either():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    with pytest.raises(KeyError), seeded_initializers(5):
        raise KeyError
    assert random.random() == expected
