import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.methods import BASELINE
from ldrsp_tf.models import MLP, EnergyNetwork
from ldrsp_tf.models.adapters import DiscriminatorAsGenerator, GeneratorAdapter
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.settings import TrainingSettings
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace
from ldrsp_tf.training.trainer import Trainer


def _as_generator(discriminator, generator, space, shape):
    return DiscriminatorAsGenerator(
        discriminator,
        generator,
        space.initial_logits(shape),
        space.activation,
    )


def _of_tags(tags, **arguments):
    discriminator = RatioNetwork(5, (6,), **arguments)
    generator = MLP(5, (6,))
    x, y = tags[0][:1], tags[1][:1]
    discriminator((x, y, generator(x)))  # In a training, both are there before.
    return _as_generator(discriminator, generator, TagSpace(), (5,)), tags[0]


def test_an_informed_discriminator_answers_at_first_as_its_generator(tags):
    model, x = _of_tags(tags, interaction_units=2)
    np.testing.assert_allclose(model(x), model.generator(x), rtol=1e-6)


def test_it_answers_before_it_has_seen_a_mask(maps):
    x, y = maps
    discriminator = PatchDiscriminator("fcn", width=2, head="bilinear")
    discriminator((x, y))
    generator = SegmentationNetwork(2, width=2)
    generator(x)  # In a training, it is there before.
    model = _as_generator(discriminator, generator, ClassMapSpace(), (10, 10, 2))
    undecided = tf.fill([len(x), 10, 10, 2], 0.5)
    expected = discriminator.predict_logits(discriminator.features(x), undecided)
    # On some processors the softmax misses a half by its last digit.
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-7)
    assert model(x).shape == (len(x), 10, 10, 2)


def test_a_generator_that_was_not_called_is_no_cause_for_a_warning(maps, recwarn):
    # As in a refiner that was loaded, whose D is not conditioned on G.
    x, y = maps
    discriminator = PatchDiscriminator("fcn", width=2, head="bilinear")
    discriminator((x, y))
    unused = GeneratorAdapter(SegmentationNetwork(2, width=2), lambda logits: logits)
    model = _as_generator(discriminator, unused, ClassMapSpace(), (10, 10, 2))
    assert model(x).shape == (len(x), 10, 10, 2)
    assert not recwarn.list


def test_one_that_scores_outputs_only_is_refused():
    with pytest.raises(UsageError, match="EnergyNetwork of this kind scores outputs"):
        _as_generator(EnergyNetwork(5), MLP(5), TagSpace(), (5,))
    with pytest.raises(UsageError, match="scores outputs"):
        _as_generator(PatchDiscriminator(), MLP(5), ClassMapSpace(), (8, 8, 2))


def test_the_generator_behaves_as_in_prediction_while_its_discriminator_is_trained(
    tags,
):
    # Keras hands `training` down to networks that are called without it.
    model, x = _of_tags(tags)
    model.generator = MLP(5, (6,), input_dropout=0.5, hidden_dropout=0.5)
    model.generator(x)
    streams = [v.numpy() for v in model.generator.non_trainable_variables]
    np.testing.assert_allclose(model(x, training=True), model(x), rtol=1e-6)
    assert len(streams) > 0
    for before, variable in zip(streams, model.generator.non_trainable_variables):
        np.testing.assert_array_equal(variable.numpy(), before)


def test_pretraining_teaches_the_discriminator_and_leaves_the_generator(tags):
    model, _ = _of_tags(tags)
    settings = TrainingSettings(batch_size=8, generator_learning_rate=0.01)
    trainer = Trainer(model, None, BASELINE, TagSpace(), settings)
    trainer.build(*tags)
    generator = model.generator.get_weights()
    losses = [trainer.train_epoch(*tags, e)["surrogate_loss"] for e in range(8)]
    assert losses[-1] < 0.9 * losses[0]
    for before, after in zip(generator, model.generator.get_weights()):
        np.testing.assert_array_equal(after, before)
    # The discriminator has learned it.
    assert np.abs(model.discriminator.label_scores.kernel.numpy()).max() > 0.0
