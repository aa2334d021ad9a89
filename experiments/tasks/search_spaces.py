"""Spaces of hyper-parameter searches: the range of each setting, by method.

Adversarial weights are in units of a *sum* over the labels of an example: a weight `w`
against the sum of their cross-entropies is `w / labels` against the mean, which
`adversarial_weight` refers to. A score map of D is averaged over the same pixels as the
cross-entropy of masks, so that for these both units agree.
"""

from collections.abc import Mapping

from experiments.tasks.ranges import Choice, LogUniform, Ordered, Range, Space, Uniform

# The number of Bibtex's labels.
_LABELS = 159

# A score in [0, 1] has gradients of at most 1/4 of its logit's; that of a critic (WGAN)
# or of an energy (EBGAN) has no bound, and outweighs the cross-entropy sooner.
_BOUNDED_WEIGHTS = (0.01, 30.0)
_UNBOUNDED_WEIGHTS = (0.01, 3.0)

# Contains 10, the weight of Gulrajani et al. (2017).
_PENALTY_WEIGHT = LogUniform(1.0, 100.0)

# Gulrajani et al. (2017) have 0.9; 0.999 is the usual value of Adam.
_BETA_2 = Choice((0.9, 0.999))

_DROPOUT = Uniform(0.0, 0.5, most=0.9)

# Against a cross-entropy that is a mean over the labels. Decoupled decay does not do
# the same under Adam: of 21 trials of logistic regression on Bibtex, none with it was
# above the best without.
_L2: Space = {"generator_l2": LogUniform(1e-8, 1e-4)}

# A step of Adam takes this share of its learning rate off each weight.
_WEIGHT_DECAY = Ordered((0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0), above=(3.0, 10.0))

# Up to the length of the walks at the test.
_INFERENCE_STEPS = Ordered((2, 5, 10, 20, 30), below=(1,), above=(40, 60))

# Replay chains need to be as long as the test's walk, for D to learn all of it.
_CHAIN_LENGTH = Ordered((12, 24, 48), below=(4, 8), above=(60, 72, 96))

# The M-steps of PRLR; validation chooses the number of rounds.
_POSTERIOR: Space = {
    "l2_weight": LogUniform(3e-6, 1e-3),
    "m_step_epochs": Ordered((1, 2, 3, 5), above=(8,)),
}

_NORMS: Space = {
    "nuclear_weight": LogUniform(0.3, 20.0),
    "sparsity_weight": LogUniform(1e-3, 0.3),
}

_CHOPPS: Space = {
    "unary_updates": Ordered((12_500, 25_000, 50_000, 100_000), above=(200_000,)),
    "unary_pixels": Ordered((75, 150, 300), above=(500,)),
    "patterns": Ordered((16, 32, 64), below=(8,), above=(128,)),
}


def tag_spaces(labels: int = _LABELS) -> Mapping[str, Space]:
    """Returns the space of each method on a multi-label task.

    Args:
      labels: The number of labels.
    """
    linear: Space = {
        "generator_learning_rate": LogUniform(1e-4, 1e-2),
        "input_dropout": _DROPOUT,
    }
    network: Space = {**linear, "hidden_dropout": _DROPOUT}
    samples: Space = {
        "inference_steps": _INFERENCE_STEPS,
        "inference_step_size": LogUniform(0.05, 2.0),
        "adversarial_step_size": LogUniform(0.05, 2.0),
    }
    spaces = _spaces(
        generator=network,
        discriminator={
            "discriminator_learning_rate": LogUniform(3e-5, 1e-2),
            "normalized_gradient": Choice((False, True)),
        },
        critic={"discriminator_learning_rate": LogUniform(3e-5, 1e-2)},
        bounded=_weight(_BOUNDED_WEIGHTS, labels),
        unbounded=_weight(_UNBOUNDED_WEIGHTS, labels),
        ldrsp=samples,
        replay=samples,
        score_steps={"step_size": LogUniform(0.01, 2.0)},
    )
    return {
        **spaces,
        "baseline": {**network, **_L2},
        # A linear layer has no hidden units to drop.
        "logistic_regression": {**linear, **_L2},
        "nn_baseline": {**network, **_L2},
        "prlr": {**_NORMS, **_POSTERIOR},
        "prlr_without_norms": _POSTERIOR,
    }


def mask_spaces(classes: int = 2) -> Mapping[str, Space]:
    """Returns the space of each method on a segmentation task.

    Args:
      classes: The number of classes; methods that need two have no space for more.
    """
    generator: Space = {"generator_learning_rate": LogUniform(1e-3, 3e-2)}
    walks: Space = {
        "inference_step_size": LogUniform(1.0, 16.0),
        "adversarial_step_size": LogUniform(1.0, 16.0),
    }
    spaces = _spaces(
        generator=generator,
        # 0.01 in the paper; Adam's 1e-4 in public code of DVN.
        discriminator={"discriminator_learning_rate": LogUniform(1e-4, 3e-2)},
        # 1e-4 in Gulrajani et al. (2017); at 0.02 the critic's slope runs away.
        critic={"discriminator_learning_rate": LogUniform(3e-5, 3e-3)},
        bounded=LogUniform(1e-3, 10.0),
        unbounded=LogUniform(1e-4, 0.1),
        ldrsp={**walks, "inference_steps": _INFERENCE_STEPS},
        # Their samples are replay chains; none is an inference sample.
        replay={**walks, "chain_length": _CHAIN_LENGTH},
        score_steps={"step_size": LogUniform(0.03, 8.0)},
    )
    return {
        **spaces,
        "baseline": {**generator, "generator_weight_decay": _WEIGHT_DECAY},
        "dvn_unet": spaces["dvn"],
        **({"chopps": _CHOPPS, "chopps_location": _CHOPPS} if classes == 2 else {}),
    }


def _spaces(
    generator: Space,
    discriminator: Space,
    critic: Space,
    bounded: Range,
    unbounded: Range,
    ldrsp: Space,
    replay: Space,
    score_steps: Space,
) -> dict[str, Space]:
    """Returns the space of each method with a discriminator.

    Args:
      generator: Ranges of the settings of a method with a generator.
      discriminator: Ranges of the settings of a method with a discriminator.
      critic: Ranges of these that differ for the critic of WGAN.
      bounded: The range of the factor of Eq. 6's second term, for a D in [0, 1].
      unbounded: The same for a D whose score has no bound.
      ldrsp: Ranges of the samples of LDRSP.
      replay: Ranges of the samples of LDRSP+ and DVN.
      score_steps: Ranges of the steps of a refinement whose score has no fixed scale.
    """
    both: Space = {**generator, **discriminator, "adversarial_weight": bounded}
    scored: Space = {**both, **score_steps, "adversarial_weight": unbounded}
    inference = {name: ldrsp[name] for name in ldrsp if name.startswith("inference")}
    return {
        "gan": both,
        "lsgan": both,
        "wgan_gp": {
            **scored,
            **critic,
            "penalty_weight": _PENALTY_WEIGHT,
            "beta_2": _BETA_2,
        },
        # Searched before, the low end of 1e-4 won.
        "ebgan": {**scored, "discriminator_learning_rate": LogUniform(1e-5, 1e-2)},
        "dvn": {**discriminator, **replay},
        "spen": {**discriminator, **inference, **score_steps},
        "ldrsp": {**both, **ldrsp},
        "ldrsp_plus": {**both, **replay},
        "ldrsp_cross": {**both, **replay},
    }


def _weight(of_sum: tuple[float, float], labels: int) -> LogUniform:
    """Returns the range of the weight against the mean of so many cross-entropies."""
    low, high = (float(f"{weight / labels:.3g}") for weight in of_sum)
    return LogUniform(low, high)
