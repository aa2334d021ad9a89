"""The methods: losses, sources of samples and their options, one registry entry each.

The trainer refers to no method by name: it reads these fields. To add a method, add an
entry, and its pair of losses to `losses/baselines.py`.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import Literal

import tensorflow as tf

from ldrsp_tf import losses, sampling
from ldrsp_tf.errors import UsageError
from ldrsp_tf.losses import Penalty, ValueLoss, baselines

DiscriminatorLoss = Callable[..., tf.Tensor]
GeneratorLoss = Callable[[tf.Tensor], tf.Tensor]
TaskLoss = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclasses.dataclass(frozen=True)
class Method:
    """A way to train a generator, a discriminator, or both.

    Attributes:
      name: The name, for the registry.
      title: A one-line description.
      generator_loss: The adversarial term of Eq. 6, a function of D's logits of G(x);
        None trains G by the surrogate loss alone.
      discriminator_loss: The loss of D, a function of `ScoredOutputs` of the truth, of
        G(x) (None without a generator) and of the samples (None without a source);
        None if there is no D, hence no refinement.
      value_loss: The loss that adversarial samples ascend.
      sources: The sources of D's samples, each with its share of the iterations, which
        settings may change.
      binarised_oracle: Whether the oracle reads the decided output instead of the
        relaxed one, unless settings choose.
      has_truth_weight: Whether `discriminator_loss` takes a `truth_weight`.
      has_margin: Whether `discriminator_loss` takes a `margin`.
      discriminator_updates: The number of updates of D per update of G.
      penalty: A further term of D's loss, on the critic between truth and G(x).
      score: The score that a refinement ascends, a function of D's logits.
      estimates_value: Whether that score estimates the oracle value.
      selects_by_both_outputs: Whether epochs and trials are selected by the mean metric
        of G's outputs and of the refined ones, rather than by the refined ones alone.
        The score of an adversarial method does not estimate the metric: a walk up it
        may be a mere decoder, and the best refined outputs those of a poor G.
      iterates: The variables that a refinement steps in: "outputs" (Eq. 8-9), or their
        "logits" (`refinement.logit_move`).
      task_loss: The loss of each entry of y against y* whose sum is the margin of a
        max-margin method; None for 1 minus the oracle value.
      has_generator: Whether there is a generator; without one a refinement starts at
        the space's initial output, and only the refined output is reported.
      decides: Whether validation examples choose the output to deliver, among those of
        G, of D and of the refinement (`evaluation.decision`).
    """

    name: str
    title: str
    generator_loss: GeneratorLoss | None = None
    discriminator_loss: DiscriminatorLoss | None = None
    value_loss: ValueLoss = losses.squared_value_loss
    sources: tuple[tuple[float, sampling.SourceFactory], ...] = ()
    binarised_oracle: bool = False
    has_truth_weight: bool = False
    has_margin: bool = False
    discriminator_updates: int = 1
    penalty: Penalty | None = None
    score: Callable[[tf.Tensor], tf.Tensor] = tf.sigmoid
    estimates_value: bool = False
    selects_by_both_outputs: bool = False
    iterates: Literal["outputs", "logits"] = "outputs"
    task_loss: TaskLoss | None = None
    has_generator: bool = True
    decides: bool = False

    @property
    def has_discriminator(self) -> bool:
        """Whether there is a discriminator to refine with."""
        return self.discriminator_loss is not None

    @property
    def is_adversarial(self) -> bool:
        """Whether G learns from a classifier or critic, which estimates no value."""
        return self.generator_loss is not None and not self.estimates_value

    def discriminator_loss_of(
        self, truth_weight: float | None, margin: float | None = None
    ) -> DiscriminatorLoss:
        """Returns D's loss with another weight of the truth's term or another margin.

        Args:
          truth_weight: The weight; None leaves the method's own.
          margin: The margin; None leaves the method's own.

        Raises:
          UsageError: The loss has no such weight, or no margin.
        """
        assert self.discriminator_loss is not None
        if truth_weight is not None and not self.has_truth_weight:
            raise UsageError(
                f"truth_weight is of the ldrsp methods, and {self.name!r} is none; "
                "leave it out."
            )
        if margin is not None and not self.has_margin:
            raise UsageError(
                f"margin is of ebgan, and the method is {self.name!r}; leave it out."
            )
        given = {"truth_weight": truth_weight, "margin": margin}
        changed = {name: value for name, value in given.items() if value is not None}
        if not changed:
            return self.discriminator_loss
        return functools.partial(self.discriminator_loss, **changed)


_PAPER_SOURCES: tuple[tuple[float, sampling.SourceFactory], ...] = (
    (0.5, sampling.InferenceSource),
    (0.5, sampling.AdversarialSource),
)

# D should be trained on the whole walk that it will guide, not on its first steps only:
# tasks with long walks give replay chains a share.
_LONG_WALK_SOURCES = (*_PAPER_SOURCES, (0.0, sampling.ReplayChains))

BASELINE = Method(
    name="baseline",
    title="the generator alone, trained by cross-entropy (first term of Eq. 6)",
)

LDRSP = Method(
    name="ldrsp",
    title="the paper's method (Eq. 5-10)",
    generator_loss=losses.ldrsp_generator_loss,
    discriminator_loss=losses.ldrsp_discriminator_loss,
    has_truth_weight=True,
    sources=_PAPER_SOURCES,
    estimates_value=True,
)

LDRSP_PLUS = dataclasses.replace(
    LDRSP,
    name="ldrsp_plus",
    title="LDRSP with what we found to work better",
    # A saturated sigmoid on a wrong value has almost no squared-error gradient.
    value_loss=losses.cross_entropy_value_loss,
    discriminator_loss=functools.partial(
        losses.ldrsp_discriminator_loss, value_loss=losses.cross_entropy_value_loss
    ),
    # The metric is of decided tags, and so is the oracle.
    binarised_oracle=True,
    sources=_LONG_WALK_SOURCES,
)

AUTO = dataclasses.replace(
    LDRSP_PLUS,
    name="auto",
    title="LDRSP+ that refines only if validation shows that it pays",
    decides=True,
)

GAN = Method(
    name="gan",
    title="GAN with the non-saturating loss (Goodfellow et al., 2014)",
    generator_loss=baselines.gan_generator_loss,
    discriminator_loss=baselines.gan_discriminator_loss,
    selects_by_both_outputs=True,
)

LSGAN = Method(
    name="lsgan",
    title="least-squares GAN (Mao et al., 2016)",
    generator_loss=baselines.lsgan_generator_loss,
    discriminator_loss=baselines.lsgan_discriminator_loss,
    selects_by_both_outputs=True,
)

WGAN_GP = Method(
    name="wgan_gp",
    title="Wasserstein GAN with gradient penalty (Gulrajani et al., 2017)",
    generator_loss=baselines.wgan_generator_loss,
    discriminator_loss=baselines.wgan_discriminator_loss,
    discriminator_updates=5,
    penalty=losses.gradient_penalty,
    score=tf.identity,
    selects_by_both_outputs=True,
)

EBGAN = Method(
    name="ebgan",
    title="energy-based GAN with a margin (Zhao et al., 2017)",
    generator_loss=baselines.ebgan_generator_loss,
    discriminator_loss=baselines.ebgan_discriminator_loss,
    has_margin=True,
    score=lambda logits: -baselines.energy(logits),
    selects_by_both_outputs=True,
)

DVN = Method(
    name="dvn",
    title="deep value network, without a generator (Gygli et al., 2017)",
    discriminator_loss=baselines.dvn_discriminator_loss,
    value_loss=losses.cross_entropy_value_loss,
    sources=_LONG_WALK_SOURCES,
    estimates_value=True,
    has_generator=False,
)

SPEN = Method(
    name="spen",
    title="max-margin energy network, without a generator (Belanger & McCallum, 2016)",
    discriminator_loss=baselines.spen_discriminator_loss,
    sources=((1.0, sampling.LossAugmentedSource),),
    score=tf.identity,
    iterates="logits",
    task_loss=tf.math.squared_difference,
    has_generator=False,
)

METHODS = {
    method.name: method
    for method in (
        BASELINE,
        LDRSP,
        LDRSP_PLUS,
        AUTO,
        GAN,
        LSGAN,
        WGAN_GP,
        EBGAN,
        DVN,
        SPEN,
    )
}


# Recipes of `experiments` that a user may look for here: each is a method with networks
# or stages of its own.
_RECIPES = {
    "ldrsp_cross": (
        'method="ldrsp_plus" with a CrossFitted generator, a RatioNetwork or a '
        "PatchDiscriminator with the bilinear head, and fit(..., folds=)"
    ),
    "dvn_unet": (
        'method="dvn" with a PatchDiscriminator of body "unet" and the bilinear head'
    ),
    "logistic_regression": 'method="baseline" with one linear layer as the generator',
    "nn_baseline": 'method="baseline" with a deeper network as the generator',
}

# Methods of `experiments` that train neither a Keras model nor a discriminator.
_OWN_FITS = ("prlr", "prlr_without_norms", "chopps", "chopps_location")


def get_method(name: str) -> Method:
    """Returns the method of that name.

    Args:
      name: The name of a method, such as "ldrsp_plus".

    Raises:
      UsageError: There is none; the message names the known ones.
    """
    if name in METHODS:
        return METHODS[name]
    if name in _RECIPES:
        raise UsageError(
            f"{name!r} is a method with networks of its own; give {_RECIPES[name]}."
        )
    if name in _OWN_FITS:
        raise UsageError(
            f"{name!r} trains no Keras model: it is a method of the checkout's "
            f"commands alone (python -m experiments.run --method={name})."
        )
    raise UsageError(
        f"There is no method {name!r}; the methods are {', '.join(METHODS)}."
    )
