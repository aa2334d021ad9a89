import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models import EnergyNetwork
from ldrsp_tf.models.adapters import DropFoldChannel
from ldrsp_tf.models.ensembles import MeanDiscriminator
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator


def _tags(rows=7):
    rng = np.random.default_rng(0)
    shapes = ((rows, 6), (rows, 5), (rows, 5))
    return tuple(tf.constant(rng.uniform(size=s), tf.float32) for s in shapes)


@pytest.fixture
def energies():
    return MeanDiscriminator([EnergyNetwork(5, (4,)) for _ in range(3)])


def test_the_logits_are_the_mean_of_the_members(energies):
    x, y, _ = _tags()
    of_members = [
        member.logits(member.features(x), y).numpy() for member in energies.members
    ]
    logits = energies.logits(energies.features(x), y)
    np.testing.assert_allclose(logits, np.mean(of_members, 0), rtol=1e-6)
    assert np.std(of_members, 0).min() > 0.0
    np.testing.assert_allclose(energies((x, y)), tf.sigmoid(logits), rtol=1e-6)


def test_each_example_of_a_training_batch_is_one_members(energies):
    x, y, _ = _tags()
    features = energies.features(x, training=True)
    logits = energies.logits(features, y, training=True)
    for row in range(7):
        member = energies.members[row % 3]
        expected = member.logits(member.features(x), y)[row]
        np.testing.assert_allclose(logits[row], expected, rtol=1e-6)


def test_all_outputs_of_an_example_train_one_member(make_trainer, energies, tags):
    # Truth, outputs of G and samples stand one after another, and eight rows of each
    # are no multiple of three members.
    trainer = make_trainer("ldrsp", discriminator=energies)
    x, y = (tf.constant(part[:8]) for part in tags)
    logits = trainer.generator(x)
    update, seed = trainer._discriminator_update, tf.constant([0, 0])

    def moved_weights(row):
        others = tf.tensor_scatter_nd_add(y, [[row]], [1.0 - 2.0 * y[row]])
        changed = []
        for truth in (y, others):
            gradients = update.gradients(trainer, x, truth, logits, seed).gradients
            changed.append([np.asarray(g) for g in gradients])
        return [np.any(a != b) for a, b in zip(*changed)]

    for row in range(8):
        moved = moved_weights(row)
        of_member = len(moved) // 3
        members = [
            any(moved[index * of_member : (index + 1) * of_member])
            for index in range(3)
        ]
        assert members == [index == row % 3 for index in range(3)]


@pytest.mark.parametrize("wrap", [lambda d: d, lambda d: DropFoldChannel(d, 7)])
def test_a_batch_with_fewer_examples_than_members_is_refused(
    wrap, make_trainer, energies, refused
):
    with refused(
        "3 members .* a batch has 2 .*: give larger batches .* or more examples"
    ):
        make_trainer(discriminator=wrap(energies), batch_size=2)


def test_a_member_may_leave_weights_out(energies):
    energies((_tags()[0], _tags()[1]))
    every = [w for member in energies.members for w in member.trainable_weights]
    assert list(map(id, energies.trainable_variables)) == list(map(id, every))

    class _WithoutItsFirst(EnergyNetwork):
        @property
        def trainable_weights(self):
            return super().trainable_weights[1:]

    model = MeanDiscriminator([EnergyNetwork(5, (4,)), _WithoutItsFirst(5, (4,))])
    model((_tags()[0], _tags()[1]))
    left_out = keras.Model.trainable_weights.fget(model.members[1])[0]
    assert id(left_out) not in map(id, model.trainable_variables)
    assert id(left_out) in map(id, model.non_trainable_variables)


def test_conditioned_members_predict_together():
    model = MeanDiscriminator([RatioNetwork(5, (4,)) for _ in range(2)])
    x, y, logits = _tags()
    assert model.is_conditioned and model.can_predict
    features = model.condition_on(model.features(x), logits)
    # At first, each member repeats the generator's prediction.
    np.testing.assert_allclose(model.predict_logits(features, y), logits, rtol=1e-6)
    trust = model.members[0].trust
    trust.assign(tf.ones_like(trust))
    features = model.condition_on(model.features(x), logits)
    np.testing.assert_allclose(
        model.predict_logits(features, y), 1.5 * logits, rtol=1e-5
    )


def test_maps_have_a_member_for_each_image_in_training():
    members = [
        PatchDiscriminator("fcn", width=2, head="bilinear", batch_norm=False)
        for _ in range(2)
    ]
    model = MeanDiscriminator(members)
    rng = np.random.default_rng(0)
    x = tf.constant(rng.normal(size=(3, 8, 8, 3)), tf.float32)
    y = tf.nn.softmax(tf.constant(rng.normal(size=(3, 8, 8, 2)), tf.float32))
    logits = model.logits(model.features(x), y, training=True)
    for row in range(3):
        member = members[row % 2]
        expected = member.logits(member.features(x), y)[row]
        np.testing.assert_allclose(logits[row], expected, atol=1e-5)


def test_a_saved_one_gives_the_same_scores(energies, tmp_path):
    x, y, _ = _tags()
    expected = energies((x, y))
    energies.save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    np.testing.assert_array_equal(loaded((x, y)), expected)
