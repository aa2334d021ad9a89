import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.controls import control_outputs, discriminator_trainer
from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import MLP, CrossFitted
from ldrsp_tf.models.fold_channel import append_fold_channel, fold_of_inputs
from ldrsp_tf.models.ratio_network import RatioNetwork
from ldrsp_tf.models.segmentation import PatchDiscriminator, SegmentationNetwork
from ldrsp_tf.prediction.crops import Crops
from ldrsp_tf.refiner.refiner import Refiner
from ldrsp_tf.spaces.class_maps import ClassMapSpace
from ldrsp_tf.spaces.tags import TagSpace


def _of_tags(tags, **arguments):
    refiner = Refiner(MLP(5, (6,)), TagSpace(), frozen=True, **arguments)
    refiner.assemble(_examples(tags))
    return refiner


def _examples(data):
    from ldrsp_tf.data.examples import Examples

    return Examples(*data)


def _logits(y):
    return np.log(y) - np.log1p(-y)


def test_the_discriminators_answer_and_its_average_with_the_generator(tags):
    refiner = _of_tags(tags, discriminator=RatioNetwork(5, (6,)))
    trust = refiner.discriminator.trust
    trust.assign(tf.ones_like(trust))  # q is the sigmoid of twice the logits.
    outputs = control_outputs(refiner, tags[0])
    generated = refiner.trainer.generate(tags[0]).numpy()
    expected = 1.0 / (1.0 + np.exp(-2.0 * _logits(generated)))
    assert list(outputs) == ["own", "average"]
    np.testing.assert_allclose(outputs["own"], expected, atol=1e-5)
    np.testing.assert_allclose(
        outputs["average"], (generated + expected) / 2.0, atol=1e-5
    )
    # Of the names that are asked for, also where one could be made of another.
    alone = control_outputs(refiner, tags[0], names=("average",))
    assert list(alone) == ["average"]
    np.testing.assert_allclose(alone["average"], outputs["average"], atol=1e-6)


def test_an_ensemble_is_decoded_as_a_generator_is(tags):
    refiner, ensemble = _of_tags(tags, method="ldrsp_plus"), MLP(5, (4,))
    outputs = control_outputs(refiner, tags[0], ensemble)
    assert list(outputs) == ["ensemble"]
    np.testing.assert_allclose(
        outputs["ensemble"], tf.sigmoid(ensemble(tags[0])), atol=1e-6
    )


def test_a_discriminator_that_scores_only_has_no_answer(tags):
    refiner = _of_tags(tags, method="ldrsp_plus")
    assert control_outputs(refiner, tags[0]) == {}
    with pytest.raises(UsageError, match="scores outputs"):
        discriminator_trainer(refiner)


def test_an_augmentation_leaves_the_folds_as_they_are(tags):
    def add_noise(x, y, seed):
        return x + tf.random.stateless_normal(tf.shape(x), seed), y

    x, y = tags
    folds = np.arange(len(x)) % 2
    refiner = Refiner(
        CrossFitted([MLP(5, (3,)), MLP(5, (3,))], channels=x.shape[1]),
        TagSpace(),
        frozen=True,
        discriminator=RatioNetwork(5, (4,)),
        augment=add_noise,
    )
    refiner.assemble(_examples(tags), folds)
    inputs = append_fold_channel(x, folds)
    trainer = discriminator_trainer(refiner)
    changed, _ = trainer.batch(inputs, y, tf.range(len(x)), tf.constant(0))
    np.testing.assert_array_equal(fold_of_inputs(changed, x.shape[1]), folds)
    assert np.all(changed[:, : x.shape[1]] != x)


@pytest.mark.slow
def test_a_mirrored_image_has_the_mirrored_average(maps):
    x, y = maps
    refiner = Refiner(
        SegmentationNetwork(2, width=2),
        ClassMapSpace(),
        frozen=True,
        discriminator=PatchDiscriminator("fcn", width=2, head="bilinear"),
        settings={"batch_size": 4},
        crops=Crops(8, (0, 2)),
    )
    refiner.assemble(_examples(maps))
    outputs = control_outputs(refiner, x)
    assert sorted(outputs) == ["average", "mirrored", "own"]
    assert all(output.shape == y.shape for output in outputs.values())
    of_mirrored = control_outputs(refiner, x[:, :, ::-1])["mirrored"]
    np.testing.assert_allclose(of_mirrored[:, :, ::-1], outputs["mirrored"], atol=1e-5)


def test_a_method_without_a_discriminator_has_the_generators_controls(maps):
    refiner = Refiner(
        SegmentationNetwork(2, width=2),
        ClassMapSpace(),
        method="baseline",
        settings={"batch_size": 4},
        crops=Crops(8, (0, 2), mirror=True),
    )
    refiner.assemble(_examples(maps))
    assert control_outputs(refiner, maps[0]) == {}
