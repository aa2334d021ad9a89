import numpy as np
import pytest
import tensorflow as tf

from ldrsp_tf.losses import baselines
from ldrsp_tf.models import AutoencoderEnergy
from ldrsp_tf.models.autoencoder import logits_of_energies


def _pair(rows=4):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, 7)), rng.uniform(size=(rows, 5))
    return tf.constant(x, tf.float32), tf.constant(y, tf.float32)


@pytest.mark.parametrize("energy", [1e-5, 0.01, 1.0, 20.0, 300.0])
def test_ebgan_reads_the_energy_and_its_slope_of_the_logits(energy):
    energies = tf.constant([energy])
    with tf.GradientTape() as tape:
        tape.watch(energies)
        read = baselines.energy(logits_of_energies(energies))
    np.testing.assert_allclose(read, [energy], rtol=2e-3)
    np.testing.assert_allclose(tape.gradient(read, energies), [1.0], rtol=2e-3)


def test_the_score_is_exp_of_minus_the_energy():
    model = AutoencoderEnergy(5, (6,))
    x, y = _pair()
    energies = model.energies(model.features(x), y)
    np.testing.assert_allclose(model((x, y)), np.exp(-energies), rtol=1e-5)


@pytest.mark.parametrize("hidden", [(6,), (6, 3)])
def test_the_energy_agrees_with_the_formula_in_numpy(hidden):
    model = AutoencoderEnergy(5, hidden)
    x, y = _pair()
    model((x, y))
    code = x.numpy() @ model.first_of_x.kernel.numpy() + model.first_of_x.bias.numpy()
    code = np.maximum(code + y.numpy() @ model.first_of_y.kernel.numpy(), 0.0)
    for layer in model.body:
        code = np.maximum(code @ layer.kernel.numpy() + layer.bias.numpy(), 0.0)
    made = code @ model.decoder.kernel.numpy() + model.decoder.bias.numpy()
    error = np.square(1.0 / (1.0 + np.exp(-made)) - y.numpy()).sum(1)
    np.testing.assert_allclose(model.energies(model.features(x), y), error, rtol=1e-4)


def test_a_perfect_reconstruction_has_no_energy():
    model = AutoencoderEnergy(2, (1,))
    x, y = tf.zeros([1, 3]), tf.constant([[0.5, 0.75]])
    model((x, y))
    # The code is 0; the decoder's biases make sigmoid(0) = 0.5, sigmoid(log 3) = 0.75.
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.decoder.bias.assign([0.0, np.log(3.0)])
    np.testing.assert_allclose(model.energies(model.features(x), y), [0.0], atol=1e-12)
    np.testing.assert_allclose(model((x, y)), [1.0], atol=2e-6)
    # 0.5^2 + 0.25^2 away from it.
    ones = model.energies(model.features(x), tf.ones([1, 2]))
    np.testing.assert_allclose(ones, [0.3125], rtol=1e-5)


def test_a_code_needs_a_layer(refused):
    with refused("AutoencoderEnergy has no hidden layer for its code"):
        AutoencoderEnergy(5, ())
