import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.errors import UsageError
from ldrsp_tf.models import Discriminator
from ldrsp_tf.models.fcn import FCNBody
from ldrsp_tf.models.segmentation import (
    BODIES,
    HEADS,
    PatchDiscriminator,
    SegmentationNetwork,
)
from ldrsp_tf.refinement import score_and_gradient


def _pair(side=8, classes=2, rows=3):
    x = tf.random.stateless_uniform([rows, side, side, 3], [0, 1], -1.0, 1.0)
    y = tf.nn.softmax(tf.random.stateless_normal([rows, side, side, classes], [0, 2]))
    return x, y


def _moving(model):
    return [variable.numpy() for variable in model.non_trainable_variables]


@pytest.fixture(scope="module", params=BODIES)
def networks(request):
    """Makes pairs of generator and discriminator; tests move their averages only."""
    keras.utils.set_random_seed(0)
    options = {"body": request.param, "width": 4, "batch_norm": False}
    return {
        "of two classes": (
            SegmentationNetwork(2, request.param, width=2),
            PatchDiscriminator(request.param, width=2),
        ),
        "of three, wide, plain": (
            SegmentationNetwork(3, **options),
            PatchDiscriminator(**options),
        ),
    }


@pytest.fixture
def normalized(networks):
    return networks["of two classes"]


@pytest.fixture
def plain(networks):
    """Returns a pair without batch normalization."""
    return networks["of three, wide, plain"]


def _check_shapes(generator, discriminator, classes, width):
    for side in (24, 32):
        x, y = _pair(side, classes)
        logits = generator(x)
        assert logits.shape == (3, side, side, classes)
        assert np.min(logits) < 0.0  # logits, not probabilities
        scores = discriminator((x, y))
        assert scores.shape == (3, side, side)  # one score a pixel
        assert np.min(scores) > 0.0
        assert np.max(scores) < 1.0
        features = discriminator.features(x)
        assert features.shape == (3, side, side, width)
        np.testing.assert_allclose(
            scores, tf.sigmoid(discriminator.logits(features, y)), rtol=1e-6
        )


def test_shapes_for_two_classes(normalized):
    _check_shapes(*normalized, classes=2, width=2)


def test_shapes_for_three_classes(plain):
    _check_shapes(*plain, classes=3, width=4)


def test_sides_of_any_length_are_padded_and_cut_back(plain):
    generator, discriminator = plain
    x, y = _pair(24, classes=3)
    x, y, margins = x[:, :21], y[:, :21], [[0, 0], [0, 3], [0, 0], [0, 0]]
    wide = tf.pad(x, margins)
    logits = generator(x)
    assert logits.shape == (3, 21, 24, 3)
    np.testing.assert_allclose(logits, generator(wide)[:, :21], atol=1e-5)
    scores, gradient = score_and_gradient(lambda y: discriminator((x, y)), y)
    assert scores.shape == (3, 21, 24)
    assert gradient.shape == y.shape
    # Beyond its image a mask is neither one class nor another.
    neither = tf.pad(y - 0.5, margins) + 0.5
    np.testing.assert_allclose(
        scores, discriminator((wide, neither))[:, :21], atol=1e-5
    )
    across = generator(tf.transpose(x, [0, 2, 1, 3]))
    assert across.shape == (3, 24, 21, 3)


@pytest.mark.parametrize("training", [False, True])
def test_the_first_convolution_is_one_of_image_and_centerd_mask(training):
    model = PatchDiscriminator(width=4)
    x, y = _pair()
    model((x, y))
    kernels = [model.first_of_x.kernel.value, model.first_of_y.kernel.value]
    both = tf.nn.conv2d(
        tf.concat([x, 2.0 * y - 1.0], -1), tf.concat(kernels, 2), 1, "SAME"
    )
    logits = model.body(both + model.first_of_x.bias.value, training=training)
    np.testing.assert_allclose(
        model.logits(model.features(x), y, training=training),
        logits[..., 0],
        atol=1e-5,
    )


def test_features_depend_on_x_alone_and_scores_on_both():
    model = PatchDiscriminator(width=4)
    x, y = _pair()
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        features = model.features(x)
        logits = model.logits(features, y)
    assert tape.gradient(features, y) is None
    for part in (x, y):
        assert np.all(np.any(tape.gradient(logits, part) != 0.0, axis=(1, 2, 3)))


@pytest.mark.parametrize(
    ("model", "weights"),
    [
        # The first convolution, 5 * 5 * 3 * 64 + 64 = 4,864, and the body's 1,030,786.
        (SegmentationNetwork(2, batch_norm=False), 1_035_650),
        # Three classes: 5 * 5 * 128 + 1 more.
        (SegmentationNetwork(3, batch_norm=False), 1_035_650 + 3_201),
        # A convolution of two mask channels, 5 * 5 * 2 * 64; a score for two classes.
        (PatchDiscriminator(batch_norm=False), 1_035_650 + 3_200 - 3_201),
        # 4 numbers a channel instead of the biases after the first convolution.
        (SegmentationNetwork(2), 1_035_650 - 3 * 128 + 4 * (64 + 3 * 128)),
    ],
    ids=["two classes", "three classes", "discriminator", "batch norm"],
)
def test_number_of_weights_of_the_papers_networks(model, weights):
    x, y = _pair(4, rows=1)
    model((x, y) if isinstance(model, Discriminator) else x)
    assert model.count_params() == weights


@pytest.mark.parametrize(("name", "body"), BODIES.items())
def test_the_body_is_chosen_by_its_name(name, body):
    assert isinstance(SegmentationNetwork(2, name).body, body)
    assert isinstance(PatchDiscriminator(name).body, body)


def test_the_papers_network_is_the_default():
    for model in (SegmentationNetwork(2), PatchDiscriminator()):
        assert isinstance(model.body, FCNBody)


def test_width_scales_all_but_the_scores(normalized, plain):
    kernels = []
    for (_, model), classes, width in ((normalized, 2, 2), (plain, 3, 4)):
        model(_pair(classes=classes))
        assert model.first_of_x.kernel.shape == (5, 5, 3, width)
        inner = model.body.trainable_variables
        kernels.append([np.prod(v.shape) for v in inner if "kernel" in v.path])
    # Inputs and outputs are twice as many; of the last layer, inputs alone.
    ratios = np.array(kernels[1]) / np.array(kernels[0])
    assert sorted(ratios) == [2.0] + [4.0] * (len(ratios) - 1)


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
def test_only_training_is_over_the_batch_and_moves_the_averages(kind, normalized):
    (x, y), (generator, discriminator) = _pair(), normalized
    model = generator if kind == "generator" else discriminator

    def logits(rows=slice(None), training=False):
        if model is generator:
            return model(x[rows], training=training).numpy()
        return model.logits(model.features(x[rows]), y[rows], training).numpy()

    for _ in range(3):
        logits(training=True)
    before = _moving(model)
    assert before
    whole = logits()
    np.testing.assert_array_equal(logits(), whole)
    # An example's result is its own.
    np.testing.assert_allclose(logits(slice(0, 1)), whole[:1], rtol=1e-4, atol=1e-5)
    for old, new in zip(before, _moving(model)):
        np.testing.assert_array_equal(new, old)
    of_batch = logits(training=True)
    assert np.abs(of_batch - whole).max() > 1e-3
    assert all(np.any(a != b) for a, b in zip(before, _moving(model)))


def test_without_batch_norm_training_is_no_different(plain):
    (x, y), (generator, discriminator) = _pair(classes=3), plain
    np.testing.assert_array_equal(generator(x, training=True), generator(x))
    np.testing.assert_array_equal(
        discriminator((x, y), training=True), discriminator((x, y))
    )
    assert not generator.non_trainable_variables
    assert not discriminator.non_trainable_variables


@pytest.mark.slow
@pytest.mark.parametrize("name", BODIES)
def test_the_bilinear_head_has_a_score_a_pixel_of_its_body_and_y(name):
    model = PatchDiscriminator(name, width=2, classes=3, head="bilinear")
    x, y = _pair(8, classes=3)
    scores = model((x, y))
    assert scores.shape == (3, 8, 8)
    first = model.first_of_x(x) + model.first_of_y(2.0 * y - 1.0)
    expected = tf.reduce_sum(y * tf.nn.softmax(model.body(first)), -1)
    np.testing.assert_allclose(scores, expected, atol=2e-4)


def test_an_unknown_head_is_refused():
    with pytest.raises(UsageError, match=r"'linear'.*sigmoid, bilinear"):
        PatchDiscriminator(head="linear")


@pytest.mark.parametrize("head", HEADS)
def test_low_precision_is_of_the_layers_alone(head):
    policy = "mixed_bfloat16"
    x, y = _pair()
    keras.config.set_dtype_policy(policy)
    try:
        generator = SegmentationNetwork(2, width=4)
        discriminator = PatchDiscriminator(width=4, head=head)
    finally:
        keras.config.set_dtype_policy("float32")
    assert generator(x).dtype == tf.float32
    features = discriminator.features(x)
    assert features.dtype == tf.bfloat16
    scores, gradient = score_and_gradient(
        lambda y: tf.sigmoid(discriminator.logits(features, y)), y
    )
    assert scores.dtype == gradient.dtype == tf.float32
    np.testing.assert_allclose(discriminator((x, y)), scores, atol=0.02)
    weights = [*generator.variables, *discriminator.variables]
    assert {weight.dtype for weight in weights} == {"float32"}


@pytest.mark.parametrize("head", HEADS)
def test_pooled_logits_are_the_mean_of_those_of_the_pixels(head):
    x, y = _pair()
    model = PatchDiscriminator(width=2, head=head, pooled=True)
    features = model.features(x)
    pooled = model.logits(features, y)
    model.pooled = False
    of_pixels = model.logits(features, y)
    assert of_pixels.shape == (3, 8, 8)
    assert pooled.shape == (3,)
    np.testing.assert_allclose(pooled, tf.reduce_mean(of_pixels, [1, 2]), atol=1e-5)


def test_pooled_scores_have_a_gradient_in_every_pixel():
    x, y = _pair()
    model = PatchDiscriminator(width=2, head="bilinear", pooled=True)
    features = model.features(x)
    _, gradient = score_and_gradient(lambda y: tf.sigmoid(model.logits(features, y)), y)
    assert np.all(np.any(gradient != 0.0, axis=-1))


@pytest.mark.parametrize(
    "make",
    [lambda body: SegmentationNetwork(2, body), lambda body: PatchDiscriminator(body)],
)
def test_an_unknown_body_is_refused_with_the_known_ones(make, refused):
    with refused("There is no body 'UNet'; the bodies are fcn, unet"):
        make("UNet")
