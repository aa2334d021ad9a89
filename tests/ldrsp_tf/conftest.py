"""Small networks and made data that the tests of the library share."""

import keras
import numpy as np
import pytest

from ldrsp_tf.methods import get_method
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.sampling import SamplingSettings
from ldrsp_tf.spaces import TagSpace
from ldrsp_tf.training import Trainer, TrainingSettings

FEATURES, LABELS, ROWS = 7, 5, 24


@pytest.fixture(scope="session")
def tags() -> tuple[np.ndarray, np.ndarray]:
    """Features [24, 7] and tags [24, 5] that a linear rule gives them."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (ROWS, FEATURES)).astype(np.float32)
    y = x @ rng.normal(size=(FEATURES, LABELS)) > 0.0
    return x, y.astype(np.float32)


@pytest.fixture(scope="session")
def make_trainer(tags):
    """Makes a built trainer of tiny networks; other arguments are its settings."""

    def make(
        method="ldrsp", *, seed=0, dropout=0.0, optimizer=None, space=None, **settings
    ) -> Trainer:
        keras.utils.set_random_seed(seed)
        settings.setdefault("batch_size", 8)
        settings.setdefault("sampling", SamplingSettings(inference_steps=2))
        trainer = Trainer(
            MLP(LABELS, (6,), input_dropout=dropout, hidden_dropout=dropout),
            EnergyNetwork(LABELS, (6,), interaction_units=3),
            get_method(method) if isinstance(method, str) else method,
            space or TagSpace(),
            TrainingSettings(**settings),
            seed=seed,
        )
        if optimizer is not None:
            trainer.generator_optimizer = optimizer()
            trainer.discriminator_optimizer = optimizer()
        trainer.build(*tags)
        return trainer

    return make


@pytest.fixture
def values():
    """Returns copies of the values of Keras or TensorFlow variables."""
    return lambda variables: [np.array(variable) for variable in variables]


@pytest.fixture
def assert_identical():
    """Asserts that two lists of arrays agree bit by bit."""

    def check(actual, expected):
        assert len(actual) == len(expected)
        for a, e in zip(actual, expected):
            np.testing.assert_array_equal(a, e)

    return check
