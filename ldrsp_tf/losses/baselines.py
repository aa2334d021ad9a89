"""Losses of the methods that the paper compares its own with, in pairs.

They take logits as `ldrsp.py` does, vectors `[B]` or maps `[B, H, W]`, and are means
over all entries. A discriminator's loss takes logits and oracle values
(`ScoredOutputs`) of the ground truth, of G(x) if there is a generator, and of samples;
those of the GANs do not use the oracle.
"""

import tensorflow as tf

from ldrsp_tf.losses.ldrsp import (
    ScoredOutputs,
    cross_entropy_value_loss,
    ldrsp_generator_loss,
)

EBGAN_MARGIN = 1.0


def gan_discriminator_loss(
    real: ScoredOutputs, generated: ScoredOutputs, samples: ScoredOutputs | None = None
) -> tf.Tensor:
    """Returns the mean of -log D(x, y*) - log(1 - D(x, G(x))).

    The loss of Goodfellow et al. (2014).
    """
    del samples
    return tf.reduce_mean(tf.nn.softplus(-real.logits)) + tf.reduce_mean(
        tf.nn.softplus(generated.logits)
    )


def gan_generator_loss(generated_logits: tf.Tensor) -> tf.Tensor:
    """Returns the mean of -log D(x, G(x)), the non-saturating loss of that paper."""
    return tf.reduce_mean(tf.nn.softplus(-generated_logits))


def lsgan_discriminator_loss(
    real: ScoredOutputs, generated: ScoredOutputs, samples: ScoredOutputs | None = None
) -> tf.Tensor:
    """Returns the mean of 1/2 (D(x, y*) - 1)^2 + 1/2 D(x, G(x))^2.

    The loss of Mao et al. (2016). D keeps its sigmoid, as in Eq. 5, which becomes this
    loss if the oracle value of every generated output is 0.
    """
    del samples
    return 0.5 * (
        tf.reduce_mean(tf.square(tf.sigmoid(real.logits) - 1.0))
        + tf.reduce_mean(tf.square(tf.sigmoid(generated.logits)))
    )


lsgan_generator_loss = ldrsp_generator_loss  # Eq. 6 adopts the term of LSGAN.


def wgan_discriminator_loss(
    real: ScoredOutputs, generated: ScoredOutputs, samples: ScoredOutputs | None = None
) -> tf.Tensor:
    """Returns the mean critic value of G(x) minus that of the ground truth.

    The loss of Gulrajani et al. (2017). The logits are the critic's values, without a
    sigmoid; the gradient penalty is a part of its own (`gradient_penalty.py`).
    """
    del samples
    return tf.reduce_mean(generated.logits) - tf.reduce_mean(real.logits)


def wgan_generator_loss(generated_logits: tf.Tensor) -> tf.Tensor:
    """Returns minus the mean critic value of G(x)."""
    return -tf.reduce_mean(generated_logits)


def energy(logits: tf.Tensor) -> tf.Tensor:
    """Returns the energy softplus(-logits) >= 0 of an output, low if it looks true.

    It is -log D(x, y), which is bounded from below. EBGAN's energy, the error of an
    auto-encoder, is that of a D whose logits stand for exp(-E)
    (`models.autoencoder.AutoencoderEnergy`).
    """
    return tf.nn.softplus(-logits)


def ebgan_discriminator_loss(
    real: ScoredOutputs,
    generated: ScoredOutputs,
    samples: ScoredOutputs | None = None,
    *,
    margin: float = EBGAN_MARGIN,
) -> tf.Tensor:
    """Returns the mean of E(x, y*) + max(0, m - E(x, G(x))) (Zhao et al., 2017).

    Args:
      real: The ground truth.
      generated: The generator's outputs.
      samples: Not used.
      margin: The energy m from which on the discriminator leaves G(x) alone.
    """
    del samples
    hinge = tf.nn.relu(margin - energy(generated.logits))
    return tf.reduce_mean(energy(real.logits)) + tf.reduce_mean(hinge)


def ebgan_generator_loss(generated_logits: tf.Tensor) -> tf.Tensor:
    """Returns the mean energy of G(x)."""
    return tf.reduce_mean(energy(generated_logits))


def dvn_discriminator_loss(
    real: ScoredOutputs, generated: None, samples: ScoredOutputs
) -> tf.Tensor:
    """Returns the cross-entropy of ground truth and samples (Gygli et al., 2017).

    The ground truth, of value 1, is one of the training tuples of their Section 3.2.
    """
    del generated
    return cross_entropy_value_loss(real) + cross_entropy_value_loss(samples)


def spen_discriminator_loss(
    real: ScoredOutputs, generated: None, samples: ScoredOutputs
) -> tf.Tensor:
    """Returns the max-margin loss of SPEN (Belanger & McCallum, 2016).

    It is the mean of max(0, delta + s(x, y) - s(x, y*)), where s are the logits, a
    negative energy, and delta is the task loss of the samples y, which the
    loss-augmented inference has found. It is 1 minus the samples' values.
    """
    del generated
    delta = 1.0 - samples.values
    return tf.reduce_mean(tf.nn.relu(delta + samples.logits - real.logits))
