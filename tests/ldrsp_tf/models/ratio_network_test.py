import keras
import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.models.heads import ratio_logits
from ldrsp_tf.models.ratio_network import RatioNetwork

_LABELS = 5


def _inputs(rows=4):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, 7)), rng.uniform(size=(rows, _LABELS))
    logits = rng.normal(size=(rows, _LABELS))
    return tuple(tf.constant(part, tf.float32) for part in (x, y, logits))


def _random_weights(model):
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))


def _softplus(a):
    return np.log1p(np.exp(a))


def _sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


@pytest.mark.parametrize("hidden", [(), (6,), (6, 4)])
@pytest.mark.parametrize("interaction_units", [0, 3])
@pytest.mark.parametrize("conditioned", [False, True])
def test_score_agrees_with_the_formula_in_numpy(hidden, interaction_units, conditioned):
    model = RatioNetwork(
        _LABELS, hidden, interaction_units=interaction_units, conditioned=conditioned
    )
    x, y, logits = _inputs()
    inputs = (x, y, logits) if conditioned else (x, y)
    model(inputs)
    _random_weights(model)

    h = x.numpy()
    for layer in model.body:
        h = _softplus(h @ layer.kernel.numpy() + layer.bias.numpy())
    n = _softplus(h @ model.slack.kernel.numpy() + model.slack.bias.numpy())[:, 0]
    q = h @ model.label_scores.kernel.numpy() + model.label_scores.bias.numpy()
    if conditioned:
        q += (1.0 + model.trust.numpy()) * logits.numpy()
    if interaction_units:
        units = _softplus(y.numpy() @ model.interaction.kernel.numpy())
        q += units @ model.of_labels.kernel.numpy()
    q = _sigmoid(q)
    expected = 2.0 * (y.numpy() * q).sum(1) / (y.numpy().sum(1) + q.sum(1) + n)
    np.testing.assert_allclose(model(inputs), expected, atol=2e-4)


def test_an_informed_one_begins_with_what_the_generator_says():
    model = RatioNetwork(_LABELS, (6,), interaction_units=3)
    x, y, logits = _inputs()
    features = model.condition_on(model.features(x), logits)
    np.testing.assert_array_equal(model.predict_logits(features, y), logits)
    expected = tf.sigmoid(ratio_logits(logits, features[1], y))
    np.testing.assert_allclose(model((x, y, logits)), expected, rtol=1e-6)


def test_one_that_is_not_informed_takes_no_notice():
    model = RatioNetwork(_LABELS, (6,), conditioned=False)
    x, _, logits = _inputs()
    features = model.features(x)
    assert model.condition_on(features, logits) is features
    assert not model.is_conditioned


def test_dropout_is_of_training_only():
    model = RatioNetwork(_LABELS, (6,), dropout=0.5, conditioned=False)
    x, y, _ = _inputs()
    np.testing.assert_array_equal(model((x, y)), model((x, y)))
    assert np.any(model((x, y), training=True) != model((x, y)))


def test_a_saved_network_gives_the_same_scores(tmp_path):
    model = RatioNetwork(_LABELS, (6,), dropout=0.1, interaction_units=2)
    inputs = _inputs()
    model(inputs)
    _random_weights(model)
    model.save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
