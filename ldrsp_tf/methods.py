"""The methods: what distinguishes one from another, a registry entry each.

The trainer knows no method by name: it reads these fields. To add a method, add an
entry (and its pair of losses to `baseline_losses.py`).
"""

import dataclasses
import functools
from collections.abc import Callable

import tensorflow as tf

from ldrsp_tf import losses, sampling
from ldrsp_tf.errors import UsageError
from ldrsp_tf.losses import baselines
from ldrsp_tf.losses.gradient_penalty import Penalty, gradient_penalty
from ldrsp_tf.losses.ldrsp import ScoredOutputs, ValueLoss
from ldrsp_tf.oracles import Oracle, binarised
from ldrsp_tf.sampling.replay import ReplayChains
from ldrsp_tf.spaces.base import OutputSpace

DiscriminatorLoss = Callable[
    [ScoredOutputs, ScoredOutputs | None, ScoredOutputs | None], tf.Tensor
]
GeneratorLoss = Callable[[tf.Tensor], tf.Tensor]


@dataclasses.dataclass(frozen=True)
class Method:
    """One way to train a generator, and perhaps a discriminator.

    Attributes:
      name: Its value of `--method`.
      title: A line that says what it is.
      generator_loss: The adversarial term of Eq. 6, a function of D's logits of G(x);
        None trains G by the surrogate loss alone.
      discriminator_loss: D's loss, a function of what D and the oracle say of the
        truth, of G(x) (None without a generator) and of the samples (None without a
        source); None if there is no D, so no refinement.
      value_loss: What adversarial samples ascend.
      sources: Where D's samples come from, each with its share of the iterations, which
        a task may change. A class is a source with state: a trainer makes its own one.
      binarised_oracle: The oracle judges the decided output, not the relaxed one.
      discriminator_updates: Updates of D per update of G.
      penalty: A further term of D's loss, on the critic between truth and G(x).
      score: What a refinement ascends, a function of D's logits.
      estimates_value: Whether that score estimates the oracle's value.
      has_generator: Whether there is a generator; without one a refinement starts at
        the space's blank output, and only the refined output is reported.
    """

    name: str
    title: str
    generator_loss: GeneratorLoss | None = None
    discriminator_loss: DiscriminatorLoss | None = None
    value_loss: ValueLoss = losses.squared_value_loss
    sources: tuple[tuple[float, sampling.Source | type[ReplayChains]], ...] = ()
    binarised_oracle: bool = False
    discriminator_updates: int = 1
    penalty: Penalty | None = None
    score: Callable[[tf.Tensor], tf.Tensor] = tf.sigmoid
    estimates_value: bool = False
    has_generator: bool = True

    @property
    def has_discriminator(self) -> bool:
        """Whether there is a discriminator to refine with."""
        return self.discriminator_loss is not None

    def oracle(self, space: OutputSpace) -> Oracle:
        """The space's oracle as this method reads it."""
        if self.binarised_oracle:
            return binarised(space.oracle, space.decide)
        return space.oracle


_PAPER_SOURCES = (
    (0.5, sampling.inference_source),
    (0.5, sampling.adversarial_source),
)

# D should see the whole walk that it is going to guide, not its first steps only: tasks
# with long walks give replay chains a share.
_LONG_WALK_SOURCES = (*_PAPER_SOURCES, (0.0, ReplayChains))

BASELINE = Method(
    name="baseline",
    title="the generator alone, trained by cross-entropy (first term of Eq. 6)",
)

LDRSP = Method(
    name="ldrsp",
    title="the paper's method (Eq. 5-10)",
    generator_loss=losses.ldrsp_generator_loss,
    discriminator_loss=losses.ldrsp_discriminator_loss,
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
    # The metric judges decided tags: so does the oracle.
    binarised_oracle=True,
    sources=_LONG_WALK_SOURCES,
)

# What is particular to it are its stages (`experiments/phases.py`): generators first,
# each blind to a part of the rows, then a discriminator that has the oracle's shape.
LDRSP_CROSS = dataclasses.replace(
    LDRSP_PLUS,
    name="ldrsp_cross",
    title="LDRSP+ on the errors of generators that have not seen the row",
)

LOGISTIC_REGRESSION = dataclasses.replace(
    BASELINE,
    name="logistic_regression",
    title="one linear layer, trained by cross-entropy",
)

NN_BASELINE = dataclasses.replace(
    BASELINE,
    name="nn_baseline",
    title="the deeper network of Belanger & McCallum (2016), trained by cross-entropy",
)

GAN = Method(
    name="gan",
    title="GAN with the non-saturating loss (Goodfellow et al., 2014)",
    generator_loss=baselines.gan_generator_loss,
    discriminator_loss=baselines.gan_discriminator_loss,
)

LSGAN = Method(
    name="lsgan",
    title="least-squares GAN (Mao et al., 2016)",
    generator_loss=baselines.lsgan_generator_loss,
    discriminator_loss=baselines.lsgan_discriminator_loss,
)

WGAN_GP = Method(
    name="wgan_gp",
    title="Wasserstein GAN with gradient penalty (Gulrajani et al., 2017)",
    generator_loss=baselines.wgan_generator_loss,
    discriminator_loss=baselines.wgan_discriminator_loss,
    discriminator_updates=5,
    penalty=gradient_penalty,
    score=tf.identity,
)

EBGAN = Method(
    name="ebgan",
    title="energy-based GAN with a margin (Zhao et al., 2017)",
    generator_loss=baselines.ebgan_generator_loss,
    discriminator_loss=baselines.ebgan_discriminator_loss,
    score=lambda logits: -baselines.energy(logits),
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
    sources=((1.0, sampling.loss_augmented_source),),
    score=tf.identity,
    has_generator=False,
)

METHODS = {
    method.name: method
    for method in (
        BASELINE,
        LDRSP,
        LDRSP_PLUS,
        LDRSP_CROSS,
        GAN,
        LSGAN,
        WGAN_GP,
        EBGAN,
        DVN,
        SPEN,
        LOGISTIC_REGRESSION,
        NN_BASELINE,
    )
}


def get_method(name: str) -> Method:
    """The entry of that name; UsageError names the known ones if there is none."""
    if name not in METHODS:
        raise UsageError(
            f"There is no method {name!r}; the methods are {', '.join(METHODS)}."
        )
    return METHODS[name]
