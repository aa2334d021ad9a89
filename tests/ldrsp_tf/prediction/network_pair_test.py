import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.refinement import refine
from tests.ldrsp_tf.training.single_steps import batch_of


def test_generate_is_the_activation_of_the_generator(ldrsp, tags):
    x = tf.constant(tags[0])
    logits = ldrsp.generator(x, training=False).numpy()
    np.testing.assert_allclose(ldrsp.generate(x), 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_array_equal(ldrsp.generate(x), ldrsp.generate(x))  # no dropout


def test_score_is_the_discriminator(ldrsp, tags):
    x, y = batch_of(tags)
    np.testing.assert_allclose(
        ldrsp.score(x)(y), ldrsp.discriminator((x, y)), rtol=1e-6
    )


@pytest.mark.parametrize("normalized", [False, True])
def test_walk_generate_and_score_agree(normalized, ldrsp, tags):
    x = tf.constant(tags[0])
    walk = ldrsp.walk(x, tf.constant(0.3), tf.constant(4), normalized)
    assert walk.outputs.shape == (5, 24, 5)
    assert walk.scores.shape == (5, 24)
    np.testing.assert_allclose(walk.outputs[0], ldrsp.generate(x), rtol=1e-6)
    refined = refine(
        ldrsp.score(x),
        ldrsp.generate(x),
        step_size=0.3,
        steps=4,
        normalized=normalized,
    )
    np.testing.assert_allclose(walk.outputs[-1], refined, atol=1e-5)
    for output, scores in zip(walk.outputs, walk.scores):
        np.testing.assert_allclose(scores, ldrsp.score(x)(output), rtol=1e-5)
    assert np.max(walk.outputs) <= 1.0
    assert np.min(walk.outputs) >= 0.0
    assert np.any(walk.outputs[1] != walk.outputs[0])


def test_a_short_walk_raises_the_scores(ldrsp, tags):
    walk = ldrsp.walk(tf.constant(tags[0]), tf.constant(0.01), tf.constant(3), True)
    assert np.all(np.diff(walk.scores, axis=0) >= 0.0)


def test_walk_of_no_steps_is_the_generator(ldrsp, tags):
    x = tf.constant(tags[0])
    walk = ldrsp.walk(x, tf.constant(0.3), tf.constant(0), True)
    np.testing.assert_allclose(walk.outputs, ldrsp.generate(x)[None], rtol=1e-6)
    assert walk.scores.shape == (1, 24)


def test_the_walk_takes_bytes(ldrsp, tags):
    x = tags[0]
    arguments = tf.constant(0.3), tf.constant(2), True
    np.testing.assert_array_equal(
        ldrsp.walk(tf.constant(x.astype(np.uint8)), *arguments).outputs,
        ldrsp.walk(tf.constant(x), *arguments).outputs,
    )


def test_a_method_without_a_discriminator_cannot_walk(make_trainer, tags):
    trainer = make_trainer("baseline")
    with pytest.raises(UsageError, match="discriminator"):
        trainer.walk(tf.constant(tags[0]), tf.constant(0.1), tf.constant(2), True)


def test_images_of_several_sizes_are_refined_one_after_another(make_map_trainer, maps):
    trainer = make_map_trainer("ldrsp")
    walk = tf.constant(0.3), tf.constant(2), True
    # Sides that are no multiples of the networks' strides are padded to some.
    for rows, columns in ((8, 8), (7, 8), (6, 9), (8, 8)):
        x = tf.constant(maps[0][:2, :rows, :columns])
        refined = trainer.walk(x, *walk).outputs[-1]
        assert refined.shape == (2, rows, columns, 2)
        expected = refine(
            trainer.score(x), trainer.generate(x), step_size=0.3, steps=2,
            normalized=True, project=trainer.space.project,
        )  # fmt: skip
        np.testing.assert_allclose(refined, expected, atol=1e-4)
