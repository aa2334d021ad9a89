import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.data.augmentation import random_crop_and_mirror
from ldrsp_tf.data.examples import Examples
from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.tags import TagSpace


def test_a_model_of_outside_a_strategy_is_refused_unless_it_is_frozen(tags, refused):
    x, y = tags
    model = keras.Sequential([keras.layers.Dense(y.shape[1])])
    model(x)
    with tf.distribute.OneDeviceStrategy("CPU:0").scope():
        with refused("generator has weights that .* outside of the scope of the OneDe"):
            Refiner(model, TagSpace()).assemble(Examples(x, y))
        Refiner(model, TagSpace(), frozen=True).assemble(Examples(x, y))


@pytest.mark.parametrize(
    ("augment", "reason"),
    [
        (lambda x, y: (x, y), "takes 2 positional arguments but 3 were given"),
        (lambda x, y, seed: None, "cannot unpack non-iterable NoneType"),
        (random_crop_and_mirror(24), "."),
    ],
)
def test_an_augmentation_that_fails_is_named(
    augment, reason, large_maps, refused, assemble_masks
):
    with refused(rf"^augment does not take .*16, 3\) and .*16, 2\) \(.*{reason}"):
        assemble_masks(large_maps, keras.layers.Identity(), augment=augment)


def test_networks_that_fail_are_named_beside_an_augmentation(
    large_maps, refused, assemble_masks
):
    with refused("networks do not take inputs of shape"):
        assemble_masks(
            large_maps,
            keras.Sequential([keras.Input((16, 16, 5)), keras.layers.Dense(3)]),
            augment=lambda *b: b[:2],
        )


def _embedding():
    return keras.Sequential(
        [
            keras.layers.Embedding(9, 4),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dense(5),
        ]
    )


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: keras.Sequential([keras.layers.Dense(5)]), int),
        (_embedding, int),
        (_embedding, np.float32),
    ],
)
def test_token_ids_do_not_reach_a_default_discriminator(make, kind, tags, refused):
    ids = (np.arange(24 * 7) % 9).reshape(24, 7).astype(kind)
    with refused("from 0 to 8.*give a discriminator that embeds them"):
        Refiner(make(), TagSpace()).assemble(Examples(ids, tags[1]))
    # A discriminator of the user's own may do with them what it likes.
    given = Refiner(make(), TagSpace(), discriminator=EnergyNetwork(5))
    given.assemble(Examples(ids, tags[1]))


@pytest.mark.parametrize("kind", [int, bool, np.uint8, np.float32])
def test_binary_features_of_any_type_are_no_token_ids(kind, tags):
    refiner = Refiner(keras.Sequential([keras.layers.Dense(5)]), TagSpace())
    refiner.assemble(Examples(tags[0].astype(kind), tags[1]))
    assert refiner.discriminator is not None


def test_counts_in_floating_point_are_features(tags):
    counts = 3.0 * tags[0]
    refiner = Refiner(keras.Sequential([keras.layers.Dense(5)]), TagSpace())
    refiner.assemble(Examples(counts, tags[1]))
    assert refiner.discriminator is not None


class _ScalesBytes(keras.Model):
    """A model whose outputs depend on the type of the same numbers."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(5)

    def call(self, x):
        scale = 255.0 if x.dtype == tf.uint8 else 1.0
        return self.dense(tf.cast(x, tf.float32) / scale)


def test_a_model_that_looks_at_the_type_of_its_inputs_is_refused(tags, refused):
    x = (255 * tags[0]).astype(np.uint8)
    refiner = Refiner(
        _ScalesBytes(),
        TagSpace(),
        from_logits=True,
        frozen=True,
        discriminator=EnergyNetwork(5),
    )
    with refused(r"inputs of type uint8 than .* begin it with keras\.ops\.cast\(x"):
        refiner.assemble(Examples(x, tags[1]))
    refiner.assemble(Examples(x.astype(np.float32), tags[1]))


class _TakesParts(keras.Model):
    """A model of several inputs, which it takes out of x by a function."""

    def __init__(self, take):
        super().__init__()
        self.take, self.dense = take, keras.layers.Dense(5)

    def call(self, x):
        return self.dense(self.take(x))


def _unpack(x):
    first, second = x
    return keras.ops.concatenate([first, second], -1)


@pytest.mark.parametrize(
    "take", [lambda x: x.get("a"), lambda x: x["a"], _unpack], ids=["get", "[]", "list"]
)
def test_a_model_of_several_inputs_is_told_to_have_them_packed(take, tags, refused):
    model = _TakesParts(take)
    with refused(r"do not take inputs of shape \(24, 7\).*docs/faq\.md shows how"):
        Refiner(model, TagSpace(), from_logits=True).assemble(Examples(*tags))
