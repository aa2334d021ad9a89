"""Small networks and made data that the tests of the library share."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_crop_and_mirror
from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import get_method
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.settings import RefinementGrid, SamplingSettings, TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer
from tests.eager import eagerly

FEATURES, LABELS, ROWS = 7, 5, 24
IMAGES, SIDE = 8, 10


@pytest.fixture(autouse=True)
def _seed():
    """Seeds Keras, so that a test's own networks have the same weights every time."""
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def tags() -> tuple[np.ndarray, np.ndarray]:
    """Makes features [24, 7], and tags [24, 5] of them by a linear rule."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (ROWS, FEATURES)).astype(np.float32)
    y = x @ rng.normal(size=(FEATURES, LABELS)) > 0.0
    return x, y.astype(np.float32)


@pytest.fixture(scope="session")
def make_trainer(tags):
    """Makes a built trainer of tiny networks; other arguments are its settings."""

    def make(
        method="ldrsp",
        *,
        seed=0,
        dropout=0.0,
        optimizer=None,
        space=None,
        discriminator=None,
        **settings,
    ) -> Trainer:
        keras.utils.set_random_seed(seed)
        settings.setdefault("batch_size", 8)
        settings.setdefault("sampling", SamplingSettings(inference_steps=2))
        method = get_method(method) if isinstance(method, str) else method
        generator = MLP(LABELS, (6,), input_dropout=dropout, hidden_dropout=dropout)
        if not method.has_generator:
            generator = TagSpace().initial_logits((LABELS,))
        trainer = Trainer(
            generator,
            discriminator
            or EnergyNetwork(LABELS, (6,), 3, entropy=method.iterates == "logits"),
            method,
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


@pytest.fixture(scope="session")
def _compiled_ldrsp(make_trainer):
    return make_trainer("ldrsp", dropout=0.25)


@pytest.fixture
def ldrsp(_compiled_ldrsp):
    """Returns a trainer with dropout, as it was built."""
    _compiled_ldrsp.reset()
    return _compiled_ldrsp


@pytest.fixture(scope="session")
def maps() -> tuple[np.ndarray, np.ndarray]:
    """Makes images [8, 10, 10, 3] and maps [8, 10, 10, 2] of their red quarters."""
    rng = np.random.default_rng(0)
    quarters = rng.choice([-0.75, 0.75], (IMAGES, 2, 2, 1))
    red = quarters.repeat(SIDE // 2, 1).repeat(SIDE // 2, 2)
    noise = rng.uniform(-0.25, 0.25, (IMAGES, SIDE, SIDE, 3))
    x = (red * [1.0, 0.0, 0.0] + noise).astype(np.float32)
    return x, np.eye(2, dtype=np.float32)[(x[..., 0] > 0.0).astype(int)]


@pytest.fixture(scope="session")
def make_map_trainer(maps):
    """Makes a built trainer of tiny FCNs that learns from random 8x8 crops."""

    def make(method="ldrsp", *, seed=0, **settings) -> Trainer:
        keras.utils.set_random_seed(seed)
        settings.setdefault("batch_size", 4)
        settings.setdefault("sampling", SamplingSettings(inference_steps=2))
        method = get_method(method) if isinstance(method, str) else method
        generator = SegmentationNetwork(2, width=4)
        if not method.has_generator:
            generator = ClassMapSpace().initial_logits((8, 8, 2))
        trainer = Trainer(
            generator,
            PatchDiscriminator(width=4),
            method,
            ClassMapSpace(),
            TrainingSettings(**settings),
            seed=seed,
            augment=random_crop_and_mirror(8),
        )
        trainer.build(*maps)
        return trainer

    return make


@pytest.fixture(scope="session")
def few_samples():
    """Makes settings of LDRSP+ with one step of refinement in training."""

    def make(**changes) -> TrainingSettings:
        defaults = {
            "batch_size": 12,
            # Inference samples alone are quick to compile.
            "source_shares": (1.0, 0.0, 0.0),
            "sampling": SamplingSettings(inference_steps=1),
        }
        return TrainingSettings(**{**defaults, **changes})

    return make


@pytest.fixture(scope="session")
def make_refiner(few_samples):
    """Makes an unfitted refiner of tags with tiny networks; the rest may be changed."""

    def make(generator=None, space=None, **changes) -> Refiner:
        keras.utils.set_random_seed(0)
        if "method" not in changes:
            changes.setdefault("settings", few_samples())
        changes.setdefault("grid", RefinementGrid((0.5,), (1, 3)))
        generator = generator or keras.Sequential([keras.layers.Dense(LABELS)])
        return Refiner(generator, space or TagSpace(), **changes)

    return make


@pytest.fixture(scope="session")
def fitted(make_refiner, tags) -> Refiner:
    """Makes a refiner of tags after two epochs; tests do not change it."""
    refiner = make_refiner(discriminator=EnergyNetwork(LABELS, (6,)))
    refiner.fit(tags, 0.25, epochs=2)
    return refiner


@pytest.fixture(scope="session")
def large_maps(maps) -> tuple[np.ndarray, np.ndarray]:
    """Makes images [6, 16, 16, 3] and class maps [6, 16, 16, 2] for a stride of 8."""
    return tuple(
        np.pad(part, [(0, 0), *[(3, 3)] * 2, (0, 0)], "edge")[:6] for part in maps
    )


@pytest.fixture(scope="session")
def one_channel_model(large_maps) -> keras.Model:
    """Makes a trained and compiled model of the foreground's probability."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.layers.Input((16, 16, 3)),
            keras.layers.Conv2D(3, 3, padding="same"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3),
            keras.layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    x, y = large_maps
    model.fit(x, y[..., 1:], verbose=0)
    return model


@pytest.fixture(scope="session")
def fitted_maps(one_channel_model, large_maps) -> tuple[Refiner, dict]:
    """Makes LDRSP+ of our tables around a frozen model, and that model's state before.

    It takes some seconds: tests share it unchanged.
    """
    before = {
        "weights": one_channel_model.get_weights(),
        "flags": [layer.trainable for layer in one_channel_model.layers],
    }
    refiner = Refiner(
        one_channel_model,
        ClassMapSpace(),
        from_logits=False,
        frozen=True,
        discriminator=PatchDiscriminator("unet", width=2, head="bilinear"),
        grid=RefinementGrid((4.0,), (1, 2)),
    )
    with eagerly():
        refiner.fit(large_maps, 1 / 3, epochs=2)
    return refiner, before


@pytest.fixture(name="eagerly")
def run_eagerly():
    """Runs the test without compilation."""
    with eagerly():
        yield


@pytest.fixture
def values():
    """Returns copies of the values of Keras or TensorFlow variables."""
    return lambda variables: [np.array(variable) for variable in variables]


@pytest.fixture(scope="session")
def refused():
    """Expects a UsageError of one sentence that matches."""

    @contextlib.contextmanager
    def check(match):
        with pytest.raises(UsageError, match=match) as caught:
            yield
        assert "\n" not in str(caught.value)
        assert str(caught.value).endswith(".")

    return check


@pytest.fixture
def assert_identical():
    """Returns a check that two lists of arrays agree bit by bit."""

    def check(actual, expected):
        assert len(actual) == len(expected)
        for a, e in zip(actual, expected):
            np.testing.assert_array_equal(a, e)

    return check


@pytest.fixture
def compiled_augmentation():
    """Returns a function of an augmentation's compiled outputs and traced shapes."""

    def run(augment, x, y, seed, rows):
        """Runs it on batches of `rows` rows; None leaves their number open."""
        shapes = []
        signature = [
            tf.TensorSpec([rows, *x.shape[1:]]),
            tf.TensorSpec([rows, *y.shape[1:]]),
            tf.TensorSpec([2], tf.int32),
        ]

        @tf.function(input_signature=signature)
        def compiled(x, y, seed):
            changed = augment(x, y, seed)
            shapes.extend(part.shape.as_list() for part in changed)
            return changed

        return compiled(x, y, seed), shapes

    return run
